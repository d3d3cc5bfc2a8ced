/*
 * metrics_internal - what metrics.c counts into and metrics_write.c prints
 *
 * Two files, because every role counts but only the one that is asked prints:
 * the readers need no libevent for their counters.
 */
#ifndef SERVER_METRICS_INTERNAL_H
#define SERVER_METRICS_INTERNAL_H

#include <stdint.h>

#include "server/metrics.h"

enum {
	METRIC_BUCKETS = 27, /* up to 2^26 us; what is longer counts in +Inf only */
};

struct metric_histogram {
	uint64_t bucket[METRIC_BUCKETS];
	uint64_t sum_us;
	uint64_t count;
};

/* One writer, many readers: relaxed atomics are enough, nothing orders two rows. */
struct metrics_page {
	uint64_t value[METRICS];
	struct metric_histogram latency[LATENCIES];
	uint64_t head_row; /* 0: none, or it is being changed */
	uint64_t head_hash[METRICS_HASH_BYTES / sizeof(uint64_t)];
};

enum metric_kind {
	COUNTER = 1,
	GAUGE_SUM, /* over roles */
	GAUGE_MAX,
};

struct metric_row {
	const char *name;
	const char *labels; /* "" when the family has one row */
	enum metric_kind kind;
	const char *help; /* of the family: its first row's is printed */
};

extern const struct metric_row metric_rows[METRICS];

#endif
