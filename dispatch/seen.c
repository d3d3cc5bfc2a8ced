#include "dispatch/seen.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

/*
 * A ring of entries in order of coming, in chunks that are allocated when first
 * reached, and an index by linear probing: position in the ring plus one (0 is
 * free) beside 32 bits of the hash. Deletion shifts back, so no tombstones.
 */
enum {
	CHUNK = 4096, /* entries */
};

struct slot {
	uint32_t place; /* in the ring, plus one; 0: free */
	uint32_t hash;
};

struct seen {
	uint8_t hash_key[SEEN_HASH_KEY_BYTES];
	struct seen_entry **chunks;
	size_t n_chunks;
	size_t max;
	size_t first;  /* place of the oldest in the ring */
	size_t places; /* in use, dead ones too */
	size_t dead;   /* their key came again later; row is 0 */
	struct slot *slots;
	size_t mask;
	uint64_t pushed_out;
};

struct seen *
seen_new(size_t max, const uint8_t hash_key[SEEN_HASH_KEY_BYTES])
{
	struct seen *s = calloc(1, sizeof(*s));
	size_t slots = 16;

	assert(max >= 1 && max <= (size_t)1 << 30);
	if (s == NULL) {
		return NULL;
	}
	while (slots / 2 < max) {
		slots *= 2;
	}
	memcpy(s->hash_key, hash_key, SEEN_HASH_KEY_BYTES);
	s->max = max;
	s->mask = slots - 1;
	s->n_chunks = (max + CHUNK - 1) / CHUNK;
	s->chunks = calloc(s->n_chunks, sizeof(*s->chunks));
	s->slots = calloc(slots, sizeof(*s->slots));
	if (s->chunks == NULL || s->slots == NULL) {
		seen_free(s);
		return NULL;
	}
	return s;
}

void
seen_free(struct seen *s)
{
	size_t i;

	if (s == NULL) {
		return;
	}
	for (i = 0; s->chunks != NULL && i < s->n_chunks; i++) {
		free(s->chunks[i]);
	}
	free(s->chunks);
	free(s->slots);
	free(s);
}

static uint32_t
hash_of(const struct seen *s, const uint8_t key[SEEN_KEY_BYTES])
{
	uint8_t out[crypto_shorthash_BYTES];
	uint32_t hash;

	crypto_shorthash(out, key, SEEN_KEY_BYTES, s->hash_key);
	memcpy(&hash, out, sizeof(hash));
	return hash;
}

static struct seen_entry *
entry_at(const struct seen *s, size_t place)
{
	return &s->chunks[place / CHUNK][place % CHUNK];
}

/* The slot of the key, or the free one where it would go. */
static size_t
find_slot(const struct seen *s, const uint8_t key[SEEN_KEY_BYTES], uint32_t hash)
{
	size_t at = hash & s->mask;

	while (s->slots[at].place != 0) {
		if (s->slots[at].hash == hash &&
			memcmp(entry_at(s, s->slots[at].place - 1)->key, key,
				SEEN_KEY_BYTES) == 0) {
			break;
		}
		at = (at + 1) & s->mask;
	}
	return at;
}

static void
empty_slot(struct seen *s, size_t at)
{
	size_t next = at;

	for (;;) {
		size_t home;

		s->slots[at].place = 0;
		do {
			next = (next + 1) & s->mask;
			if (s->slots[next].place == 0) {
				return;
			}
			home = s->slots[next].hash & s->mask;
		} while (((next - home) & s->mask) < ((next - at) & s->mask));
		s->slots[at] = s->slots[next];
		at = next;
	}
}

/* Takes the oldest place off the ring. Returns whether an entry went with it. */
static bool
drop_first(struct seen *s)
{
	struct seen_entry *entry = entry_at(s, s->first);
	bool alive = entry->row != 0;

	if (alive) {
		empty_slot(s, find_slot(s, entry->key, hash_of(s, entry->key)));
	} else {
		s->dead--;
	}
	s->first = (s->first + 1) % s->max;
	s->places--;
	return alive;
}

const struct seen_entry *
seen_find(const struct seen *s, const uint8_t key[SEEN_KEY_BYTES])
{
	size_t at = find_slot(s, key, hash_of(s, key));

	return s->slots[at].place == 0 ? NULL : entry_at(s, s->slots[at].place - 1);
}

int
seen_put(struct seen *s, const struct seen_entry *entry)
{
	uint32_t hash = hash_of(s, entry->key);
	size_t place;
	size_t at;

	assert(entry->row != 0);
	if (s->places == s->max && drop_first(s)) {
		s->pushed_out++;
	}
	place = (s->first + s->places) % s->max;
	if (s->chunks[place / CHUNK] == NULL) {
		s->chunks[place / CHUNK] = calloc(CHUNK, sizeof(struct seen_entry));
		if (s->chunks[place / CHUNK] == NULL) {
			return -ENOMEM;
		}
	}
	at = find_slot(s, entry->key, hash);
	if (s->slots[at].place != 0) {
		entry_at(s, s->slots[at].place - 1)->row = 0;
		s->dead++;
	}
	s->slots[at] = (struct slot){(uint32_t)place + 1, hash};
	*entry_at(s, place) = *entry;
	s->places++;
	return 0;
}

void
seen_expire(struct seen *s, int64_t older_than_ms, size_t most)
{
	while (most > 0 && s->places > 0 &&
		(entry_at(s, s->first)->row == 0 ||
			entry_at(s, s->first)->at_ms < older_than_ms)) {
		drop_first(s);
		most--;
	}
}

size_t
seen_count(const struct seen *s)
{
	return s->places - s->dead;
}

uint64_t
seen_pushed_out(const struct seen *s)
{
	return s->pushed_out;
}
