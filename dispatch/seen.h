/*
 * seen - which inputs were here before
 *
 * Keys (128 bits) of the last eight days, in memory, bounded: the oldest go
 * first, and how many went before their time is counted. Found or not is
 * answered in constant expected time. Rebuilt from the log at start.
 */
#ifndef DISPATCH_SEEN_H
#define DISPATCH_SEEN_H

#include <stddef.h>
#include <stdint.h>

enum {
	SEEN_KEY_BYTES = 16,
};

struct seen;

/* At most max entries. NULL when memory is short. */
struct seen *seen_new(size_t max);
void seen_free(struct seen *s);

/* The row that came under this key, or 0. */
uint64_t seen_find(const struct seen *s, const uint8_t key[SEEN_KEY_BYTES]);

/* Rows come in rising order. Pushes the oldest out when full. 0 or -ENOMEM. */
int seen_add(struct seen *s, const uint8_t key[SEEN_KEY_BYTES], uint64_t row,
	int64_t at_ms);

/* Forgets what is older; stops after `most` entries. */
void seen_expire(struct seen *s, int64_t older_than_ms, size_t most);

size_t seen_count(const struct seen *s);
/* Entries pushed out by newer ones before they were old. */
uint64_t seen_pushed_out(const struct seen *s);

#endif
