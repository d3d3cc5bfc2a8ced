#include "dispatch/delay.h"

#include <stdlib.h>

enum {
	WAYS = 8, /* places a key may have; the one used longest ago goes */
	FIRST_MS = 1000,
	DOUBLINGS = 9,
};

struct pair {
	uint64_t name;
	uint64_t network;
	int64_t last_ms;
	int64_t next_ms; /* no try before */
	unsigned wrong;
};

struct name {
	uint64_t name;
	int64_t since_ms;
	unsigned tries; /* of strangers, since then */
};

struct delay {
	uint64_t chance; /* of the first who came; see mix() */
	struct pair pairs[DELAY_PAIRS];
	struct name names[DELAY_NAMES];
};

struct delay *
delay_new(void)
{
	return calloc(1, sizeof(struct delay));
}

void
delay_free(struct delay *d)
{
	free(d);
}

/* A clock that was set back starts them anew: nobody waits for years. */
static bool
is_over(int64_t since_ms, int64_t lasts_ms, int64_t now_ms)
{
	return now_ms < since_ms || now_ms - since_ms >= lasts_ms;
}

/*
 * Which places a key has follows from the keyed hash of a network, which nobody
 * outside knows: else who guesses could pick names that push out their own count.
 * (The finalizer of splitmix64.)
 */
static uint64_t
mix(const struct delay *d, uint64_t name, uint64_t network)
{
	uint64_t x = name + (network ^ d->chance) * UINT64_C(0x9E3779B97F4A7C15);

	x = (x ^ x >> 30 ^ d->chance) * UINT64_C(0xBF58476D1CE4E5B9);
	x = (x ^ x >> 27) * UINT64_C(0x94D049BB133111EB);
	return x ^ x >> 31;
}

/* The places a pair may have. */
static struct pair *
places_of(struct delay *d, uint64_t name, uint64_t network)
{
	return &d->pairs[mix(d, name, network) % (DELAY_PAIRS / WAYS) * WAYS];
}

/* NULL: none that still counts. */
static struct pair *
find_pair(struct delay *d, uint64_t name, uint64_t network, int64_t now_ms)
{
	struct pair *set = places_of(d, name, network);

	for (int i = 0; i < WAYS; i++) {
		if (set[i].wrong > 0 && set[i].name == name &&
			set[i].network == network) {
			return is_over(set[i].last_ms, DELAY_FORGET_MS, now_ms)
				       ? NULL
				       : &set[i];
		}
	}
	return NULL;
}

static struct pair *
make_pair(struct delay *d, uint64_t name, uint64_t network)
{
	struct pair *set = places_of(d, name, network);
	struct pair *oldest = &set[0];

	for (int i = 0; i < WAYS; i++) {
		if (set[i].wrong > 0 && set[i].name == name &&
			set[i].network == network) {
			oldest = &set[i]; /* one that was forgotten */
			break;
		}
		if (set[i].last_ms < oldest->last_ms) {
			oldest = &set[i];
		}
	}
	*oldest = (struct pair){.name = name, .network = network};
	return oldest;
}

static struct name *
find_name(struct delay *d, uint64_t name, int64_t now_ms)
{
	struct name *set = &d->names[mix(d, name, 0) % (DELAY_NAMES / WAYS) * WAYS];
	struct name *oldest = &set[0];

	for (int i = 0; i < WAYS; i++) {
		if (set[i].tries > 0 && set[i].name == name) {
			oldest = &set[i];
			break;
		}
		if (set[i].since_ms < oldest->since_ms) {
			oldest = &set[i];
		}
	}
	if (oldest->name != name || oldest->tries == 0 ||
		is_over(oldest->since_ms, DELAY_STRANGERS_MS, now_ms)) {
		*oldest = (struct name){.name = name, .since_ms = now_ms};
	}
	return oldest;
}

int64_t
delay_try(struct delay *d, uint64_t name, uint64_t network, bool known, int64_t now_ms)
{
	struct pair *pair;
	struct name *all;

	if (d->chance == 0) {
		d->chance = network; /* before anything has a place */
	}
	pair = find_pair(d, name, network, now_ms);

	if (pair != NULL && pair->next_ms > now_ms) {
		return pair->next_ms - now_ms;
	}
	if (known) {
		return 0;
	}
	all = find_name(d, name, now_ms);
	if (all->tries >= DELAY_STRANGERS) {
		return all->since_ms + DELAY_STRANGERS_MS - now_ms;
	}
	all->tries++;
	return 0;
}

void
delay_wrong(struct delay *d, uint64_t name, uint64_t network, int64_t now_ms)
{
	struct pair *pair = find_pair(d, name, network, now_ms);
	int64_t wait_ms = 0;

	if (pair == NULL) {
		pair = make_pair(d, name, network);
	}
	pair->wrong++;
	pair->last_ms = now_ms;
	if (pair->wrong > DELAY_FREE) {
		unsigned doubled = pair->wrong - DELAY_FREE - 1;

		wait_ms = (int64_t)FIRST_MS
			  << (doubled < DOUBLINGS ? doubled : DOUBLINGS);
	}
	pair->next_ms = now_ms + (wait_ms < DELAY_MOST_MS ? wait_ms : DELAY_MOST_MS);
}

void
delay_half_right(struct delay *d, uint64_t name, uint64_t network)
{
	struct pair *set = places_of(d, name, network);

	for (int i = 0; i < WAYS; i++) {
		if (set[i].wrong > 0 && set[i].name == name &&
			set[i].network == network) {
			set[i].wrong--;
			set[i].next_ms = set[i].last_ms;
		}
	}
}

void
delay_right(struct delay *d, uint64_t name, uint64_t network)
{
	struct pair *set = places_of(d, name, network);

	for (int i = 0; i < WAYS; i++) {
		if (set[i].name == name && set[i].network == network) {
			set[i] = (struct pair){0};
		}
	}
}
