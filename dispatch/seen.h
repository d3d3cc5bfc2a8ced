/*
 * seen - which inputs were here before
 *
 * Keys (128 bits) of the last eight days, in memory, bounded: the oldest go
 * first, and how many went before their time is counted. Found or not is
 * answered in constant expected time (SipHash with a key of ours: senders
 * choose the keys). Rebuilt from the log at start.
 *
 * A key that comes again takes the place of its earlier entry and counts as
 * new. So an entry is there exactly as long as fewer than `max` came after it
 * and nobody expired it: what is known does not depend on when memory was
 * rebuilt.
 */
#ifndef DISPATCH_SEEN_H
#define DISPATCH_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	SEEN_KEY_BYTES = 16,
	SEEN_HASH_KEY_BYTES = 16,
};

/* Row and incident are below 2^42 (assert); at_ms is kept from 1970 to 2109. */
struct seen_entry {
	uint8_t key[SEEN_KEY_BYTES];
	uint64_t row;      /* what came under the key: the number on its receipt */
	uint64_t incident; /* 0: none yet */
	uint64_t print;
	uint32_t sender; /* seen_sender() */
	int64_t at_ms;
	/* Nobody has read it yet: print is of its bytes, and says nothing of others. */
	bool raw;
};

/*
 * Of a source, which is a keyed hash, enough to tell whether the same sent the same
 * key again: it is compared with no other.
 */
static inline uint32_t
seen_sender(uint64_t source)
{
	return (uint32_t)(source ^ source >> 32);
}

struct seen;

/* At most max entries, max in 1 .. 2^30. NULL when memory is short. */
struct seen *seen_new(size_t max, const uint8_t hash_key[SEEN_HASH_KEY_BYTES]);
void seen_free(struct seen *s);

/* Into *out, which it returns; NULL when there is none. */
const struct seen_entry *seen_find(const struct seen *s,
	const uint8_t key[SEEN_KEY_BYTES], struct seen_entry *out);

/* Copies the entry. Pushes the oldest out when full. 0 or -ENOMEM. */
int seen_put(struct seen *s, const struct seen_entry *entry);

/* Forgets what is older; stops after `most` entries. */
void seen_expire(struct seen *s, int64_t older_than_ms, size_t most);

size_t seen_count(const struct seen *s);
/* Entries pushed out by newer ones before they were expired. */
uint64_t seen_pushed_out(const struct seen *s);

#endif
