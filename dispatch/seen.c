#include "dispatch/seen.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

/*
 * A ring of entries in order of coming, in chunks that are allocated when first
 * reached, and an index by linear probing: position in the ring plus one (0 is
 * free) beside 32 bits of the hash. Deletion shifts back, so no tombstones. Slots
 * are in the order of hashes, so any number of them will do: the index grows by
 * half at three quarters, in one pass over both that skips nowhere.
 */
enum {
	CHUNK = 1024, /* entries */
	FIRST_SLOTS = 1024,
};

/* An entry, packed: there is one for each report of eight days. */
struct __attribute__((packed, aligned(4))) kept {
	uint8_t key[SEEN_KEY_BYTES];
	uint32_t sender;
	uint64_t print;
	uint64_t row : 43; /* 0: its key came again later */
	uint64_t incident_high : 21;
	uint64_t at_ms : 42; /* until 2109 */
	uint64_t incident_low : 21;
	uint64_t raw : 1;
};

_Static_assert(sizeof(struct kept) == 44, "nothing of it is padding");

/* What fits each. */
static const uint64_t ROW_MOST = (UINT64_C(1) << 43) - 1;
static const uint64_t AT_MOST = (UINT64_C(1) << 42) - 1;
static const uint64_t HALF_MOST = (UINT64_C(1) << 21) - 1;

struct slot {
	uint32_t place; /* in the ring, plus one; 0: free */
	uint32_t hash;
};

struct seen {
	uint8_t hash_key[SEEN_HASH_KEY_BYTES];
	struct kept **chunks;
	size_t n_chunks;
	size_t max;
	size_t first;  /* place of the oldest in the ring */
	size_t places; /* in use, dead ones too */
	size_t dead;   /* their key came again later */
	struct slot *slots;
	size_t n_slots;
	uint64_t pushed_out;
};

struct seen *
seen_new(size_t max, const uint8_t hash_key[SEEN_HASH_KEY_BYTES])
{
	struct seen *s = calloc(1, sizeof(*s));

	assert(max >= 1 && max <= (size_t)1 << 30);
	if (s == NULL) {
		return NULL;
	}
	memcpy(s->hash_key, hash_key, SEEN_HASH_KEY_BYTES);
	s->max = max;
	s->n_slots = FIRST_SLOTS;
	s->n_chunks = (max + CHUNK - 1) / CHUNK;
	s->chunks = calloc(s->n_chunks, sizeof(*s->chunks));
	s->slots = calloc(FIRST_SLOTS, sizeof(*s->slots));
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

static struct kept *
entry_at(const struct seen *s, size_t place)
{
	return &s->chunks[place / CHUNK][place % CHUNK];
}

static size_t
home_of(size_t n_slots, uint32_t hash)
{
	return (size_t)((uint64_t)hash * n_slots >> 32);
}

static size_t
next_slot(size_t n_slots, size_t at)
{
	return at + 1 == n_slots ? 0 : at + 1;
}

/* The slot of the key, or the free one where it would go. */
static size_t
find_slot(const struct seen *s, const uint8_t key[SEEN_KEY_BYTES], uint32_t hash)
{
	size_t at = home_of(s->n_slots, hash);

	while (s->slots[at].place != 0) {
		if (s->slots[at].hash == hash &&
			memcmp(entry_at(s, s->slots[at].place - 1)->key, key,
				SEEN_KEY_BYTES) == 0) {
			break;
		}
		at = next_slot(s->n_slots, at);
	}
	return at;
}

/* How far it is from one slot on to another. */
static size_t
way(const struct seen *s, size_t from, size_t to)
{
	return to >= from ? to - from : to + s->n_slots - from;
}

static void
empty_slot(struct seen *s, size_t at)
{
	size_t next = at;

	for (;;) {
		size_t home;

		s->slots[at].place = 0;
		do {
			next = next_slot(s->n_slots, next);
			if (s->slots[next].place == 0) {
				return;
			}
			home = home_of(s->n_slots, s->slots[next].hash);
		} while (way(s, home, next) < way(s, at, next));
		s->slots[at] = s->slots[next];
		at = next;
	}
}

/* A slot knows its hash, so no entry is looked at. 0 or -ENOMEM. */
static int
grow(struct seen *s)
{
	size_t n_slots = s->n_slots + s->n_slots / 2;
	size_t most = s->max / 3 * 4 + 4; /* what all of them need */
	struct slot *slots;

	n_slots = n_slots < most ? n_slots : most;
	slots = calloc(n_slots, sizeof(*slots));
	if (slots == NULL) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < s->n_slots; i++) {
		size_t at = home_of(n_slots, s->slots[i].hash);

		if (s->slots[i].place == 0) {
			continue;
		}
		while (slots[at].place != 0) {
			at = next_slot(n_slots, at);
		}
		slots[at] = s->slots[i];
	}
	free(s->slots);
	s->slots = slots;
	s->n_slots = n_slots;
	return 0;
}

static struct kept
pack(const struct seen_entry *entry)
{
	/* A clock may say anything; then it is the nearest there is room for. */
	uint64_t at_ms = entry->at_ms < 0 ? 0 : (uint64_t)entry->at_ms;
	struct kept kept;

	at_ms = at_ms < AT_MOST ? at_ms : AT_MOST;
	kept = (struct kept){
		.print = entry->print,
		.sender = entry->sender,
		.row = entry->row & ROW_MOST,
		.incident_high = entry->incident >> 21 & HALF_MOST,
		.incident_low = entry->incident & HALF_MOST,
		.at_ms = at_ms & AT_MOST,
		.raw = entry->raw,
	};

	assert(entry->row <= ROW_MOST && entry->incident <= AT_MOST);
	memcpy(kept.key, entry->key, SEEN_KEY_BYTES);
	return kept;
}

static void
unpack(const struct kept *kept, struct seen_entry *entry)
{
	*entry = (struct seen_entry){
		.row = kept->row,
		.incident = (uint64_t)kept->incident_high << 21 | kept->incident_low,
		.print = kept->print,
		.sender = kept->sender,
		.at_ms = (int64_t)kept->at_ms,
		.raw = kept->raw,
	};
	memcpy(entry->key, kept->key, SEEN_KEY_BYTES);
}

/* Takes the oldest place off the ring. Returns whether an entry went with it. */
static bool
drop_first(struct seen *s)
{
	struct kept *entry = entry_at(s, s->first);
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
seen_find(
	const struct seen *s, const uint8_t key[SEEN_KEY_BYTES], struct seen_entry *out)
{
	size_t at = find_slot(s, key, hash_of(s, key));

	if (s->slots[at].place == 0) {
		return NULL;
	}
	unpack(entry_at(s, s->slots[at].place - 1), out);
	return out;
}

int
seen_put(struct seen *s, const struct seen_entry *entry)
{
	uint32_t hash = hash_of(s, entry->key);
	size_t place;
	size_t at;

	assert(entry->row != 0);
	if ((s->places - s->dead + 1) * 4 > s->n_slots * 3 && grow(s) < 0) {
		return -ENOMEM;
	}
	if (s->places == s->max && drop_first(s)) {
		s->pushed_out++;
	}
	place = (s->first + s->places) % s->max;
	if (s->chunks[place / CHUNK] == NULL) {
		s->chunks[place / CHUNK] = calloc(CHUNK, sizeof(struct kept));
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
	*entry_at(s, place) = pack(entry);
	s->places++;
	return 0;
}

void
seen_expire(struct seen *s, int64_t older_than_ms, size_t most)
{
	while (most > 0 && s->places > 0 &&
		(entry_at(s, s->first)->row == 0 ||
			(int64_t)entry_at(s, s->first)->at_ms < older_than_ms)) {
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
