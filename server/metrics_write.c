#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include <event2/buffer.h>

#include "server/metrics_internal.h"

static const struct {
	const char *name;
	const char *help;
} latencies[LATENCIES] = {
	[LATENCY_REQUEST] = {"vedetta_intake_latency_seconds",
		"Report post: whole request to answer."},
	[LATENCY_QUESTION] = {"vedetta_questions_latency_seconds",
		"Question: from a front to a reader and back."},
	[LATENCY_COMMIT] = {"vedetta_desk_commit_seconds", "COMMIT of one batch."},
	[LATENCY_BATCH_WAIT] = {"vedetta_desk_latency_seconds",
		"First input of a batch to the end of its commit."},
	[LATENCY_INDEX] = {"vedetta_index_delay_seconds",
		"First row of a slice: from its arrival until the index holds it."},
};

static int
write_head(struct evbuffer *out, const char *name, const char *help, const char *type)
{
	return evbuffer_add_printf(
		out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static int
write_row(const struct metrics_page *const *pages, size_t n_pages, enum metric m,
	struct evbuffer *out)
{
	const struct metric_row *row = &metric_rows[m];
	uint64_t total = 0;
	bool labelled = row->labels[0] != '\0';

	for (size_t i = 0; i < n_pages; i++) {
		uint64_t value = metrics_value(pages[i], m);

		if (row->kind != GAUGE_MAX) {
			total += value;
		} else if (value > total) {
			total = value;
		}
	}
	return evbuffer_add_printf(out, "%s%s%s%s %llu\n", row->name,
		labelled ? "{" : "", row->labels, labelled ? "}" : "",
		(unsigned long long)total);
}

static void
sum_histogram(const struct metrics_page *const *pages, size_t n_pages,
	enum metric_latency l, struct metric_histogram *sum)
{
	memset(sum, 0, sizeof *sum);
	for (size_t i = 0; i < n_pages; i++) {
		const struct metric_histogram *h = &pages[i]->latency[l];

		for (size_t b = 0; b < METRIC_BUCKETS; b++) {
			sum->bucket[b] +=
				__atomic_load_n(&h->bucket[b], __ATOMIC_RELAXED);
		}
		sum->sum_us += __atomic_load_n(&h->sum_us, __ATOMIC_RELAXED);
		sum->count += __atomic_load_n(&h->count, __ATOMIC_RELAXED);
	}
}

static int
write_latency(const struct metrics_page *const *pages, size_t n_pages,
	enum metric_latency l, struct evbuffer *out)
{
	const char *name = latencies[l].name;
	struct metric_histogram sum;
	uint64_t below = 0;
	int failed = 0;

	sum_histogram(pages, n_pages, l, &sum);
	failed |= write_head(out, name, latencies[l].help, "histogram") < 0;
	for (size_t b = 0; b < METRIC_BUCKETS; b++) {
		uint64_t us = (uint64_t)1 << b;

		below += sum.bucket[b];
		failed |=
			evbuffer_add_printf(out, "%s_bucket{le=\"%llu.%06llu\"} %llu\n",
				name, (unsigned long long)(us / 1000000),
				(unsigned long long)(us % 1000000),
				(unsigned long long)below) < 0;
	}
	/* A bucket is counted before its total is: +Inf must not lag behind. */
	if (sum.count < below) {
		sum.count = below;
	}
	failed |= evbuffer_add_printf(out,
			  "%s_bucket{le=\"+Inf\"} %llu\n%s_sum %llu.%06llu\n%s_count "
			  "%llu\n",
			  name, (unsigned long long)sum.count, name,
			  (unsigned long long)(sum.sum_us / 1000000),
			  (unsigned long long)(sum.sum_us % 1000000), name,
			  (unsigned long long)sum.count) < 0;
	return failed ? -1 : 0;
}

/* One sample, whose labels say what it is about: nothing while none was noted. */
static int
write_chain(
	const struct metrics_page *const *pages, size_t n_pages, struct evbuffer *out)
{
	static const char name[] = "vedetta_chain_head_info";
	uint8_t hash[METRICS_HASH_BYTES];
	bool failed;
	uint64_t row;

	if (!metrics_head(pages, n_pages, &row, hash)) {
		return 0;
	}
	failed = write_head(out, name,
			 "End of the log's chain, as it was noted last: keep it on "
			 "another machine, for vedetta verify.",
			 "gauge") < 0 ||
		 evbuffer_add_printf(out, "%s{row=\"%llu\",hash=\"", name,
			 (unsigned long long)row) < 0;
	for (size_t i = 0; !failed && i < sizeof(hash); i++) {
		failed = evbuffer_add_printf(out, "%02x", hash[i]) < 0;
	}
	return failed || evbuffer_add_printf(out, "\"} 1\n") < 0 ? -1 : 0;
}

int
metrics_write(
	const struct metrics_page *const *pages, size_t n_pages, struct evbuffer *out)
{
	bool failed = false;

	for (size_t m = 0; m < METRICS; m++) {
		const struct metric_row *row = &metric_rows[m];

		if (m == 0 || strcmp(row->name, metric_rows[m - 1].name) != 0) {
			failed |=
				write_head(out, row->name, row->help,
					row->kind == COUNTER ? "counter" : "gauge") < 0;
		}
		failed |= write_row(pages, n_pages, (enum metric)m, out) < 0;
	}
	for (size_t l = 0; l < LATENCIES; l++) {
		failed |=
			write_latency(pages, n_pages, (enum metric_latency)l, out) < 0;
	}
	failed |= write_chain(pages, n_pages, out) < 0;
	return failed ? -ENOMEM : 0;
}
