#include "dispatch/pile.h"

#include <assert.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>

enum {
	HEADS = 2 * PILE_SPOTS,
	NONE = -1,
};

enum fate {
	FATE_WANTED, /* row taken, coordinate to come */
	FATE_LOCATED,
	FATE_ERASED,
};

struct slot {
	uint64_t seq; /* 0: never used */
	uint64_t spot;
	uint64_t source;
	int64_t at_ms;
	int32_t next; /* of the same head; NONE: last */
	uint8_t fate;
};

struct ring {
	struct slot *slots;
	int32_t size;
	int32_t at; /* the oldest, taken next */
	int32_t heads[HEADS];
};

/* Of the real thing, or of exercises. */
struct world {
	struct ring spots;
	struct ring known;
	struct slot spot_slots[PILE_SPOTS];
	struct slot known_slots[PILE_KNOWN];
};

struct piles {
	struct world worlds[2]; /* [exercise] */
};

static void
init(struct ring *r, struct slot *slots, int32_t size)
{
	int i;

	r->slots = slots;
	r->size = size;
	for (i = 0; i < HEADS; i++) {
		r->heads[i] = NONE;
	}
}

struct piles *
piles_new(void)
{
	struct piles *p = calloc(1, sizeof(*p));

	for (int i = 0; p != NULL && i < 2; i++) {
		struct world *w = &p->worlds[i];

		init(&w->spots, w->spot_slots, PILE_SPOTS);
		init(&w->known, w->known_slots, PILE_KNOWN);
	}
	return p;
}

void
piles_free(struct piles *p)
{
	free(p);
}

/* The coordinate to six decimals. */
static uint64_t
spot_of(struct geo_point at)
{
	uint64_t lat = (uint64_t)llround((at.lat_deg + 90) * 1e6);
	uint64_t lon = (uint64_t)llround((at.lon_deg + 180) * 1e6);

	return lat << 30 | lon;
}

bool
pile_is_same(struct geo_point a, struct geo_point b)
{
	return spot_of(a) == spot_of(b);
}

static int32_t *
head_of(struct ring *r, uint64_t spot)
{
	return &r->heads[(spot * UINT64_C(0x9E3779B97F4A7C15) >> 40) % HEADS];
}

static const struct slot *
first_at(const struct ring *r, uint64_t spot)
{
	int32_t at = *head_of((struct ring *)r, spot);

	return at == NONE ? NULL : &r->slots[at];
}

static const struct slot *
next_of(const struct ring *r, const struct slot *s)
{
	return s->next == NONE ? NULL : &r->slots[s->next];
}

static void
unchain(struct ring *r, int32_t at)
{
	struct slot *s = &r->slots[at];
	int32_t *from = head_of(r, s->spot);

	while (*from != at) {
		assert(*from != NONE);
		from = &r->slots[*from].next;
	}
	*from = s->next;
}

static void
take(struct ring *r, const struct slot *from)
{
	struct slot *s = &r->slots[r->at];

	if (s->seq != 0 && s->fate == FATE_LOCATED) {
		unchain(r, r->at);
	}
	*s = *from;
	r->at = (r->at + 1) % r->size;
}

int
pile_ask(const struct piles *p, const struct pile_spot *spot)
{
	const struct world *w = &p->worlds[spot->exercise];
	uint64_t key = spot_of(spot->at);
	const struct slot *s;
	int others = 0;

	for (s = first_at(&w->known, key); s != NULL; s = next_of(&w->known, s)) {
		if (s->spot == key && spot->at_ms - s->at_ms <= PILE_KNOWN_MS) {
			return PILE_STANDS;
		}
	}
	if (spot->source == 0) {
		return 0;
	}
	for (s = first_at(&w->spots, key); s != NULL; s = next_of(&w->spots, s)) {
		if (s->spot != key || spot->at_ms - s->at_ms > PILE_WITHIN_MS) {
			continue;
		}
		if (s->source == spot->source) {
			return 0;
		}
		others++;
	}
	return others + 1 >= PILE_SOURCES ? PILE_COMPLETE : PILE_COUNTS;
}

void
pile_take(struct piles *p, uint64_t seq, uint64_t source, int64_t at_ms, bool exercise,
	bool complete)
{
	struct world *w = &p->worlds[exercise];
	const struct slot slot = {
		.seq = seq,
		.source = source,
		.at_ms = at_ms,
		.next = NONE,
		.fate = FATE_WANTED,
	};

	take(complete ? &w->known : &w->spots, &slot);
}

/* Slots are in the order of their rows, from the oldest on. */
static struct slot *
find_wanted(const struct ring *r, uint64_t seq)
{
	int32_t i;

	/* In a running desk it is the newest. */
	for (i = 1; i <= r->size; i++) {
		struct slot *s = &r->slots[(r->at - i + r->size) % r->size];

		if (s->seq == seq) {
			return s->fate == FATE_WANTED ? s : NULL;
		}
		if (s->seq < seq) {
			return NULL;
		}
	}
	return NULL;
}

static uint64_t
first_wanted(const struct ring *r)
{
	int32_t i;

	for (i = 0; i < r->size; i++) {
		const struct slot *s = &r->slots[(r->at + i) % r->size];

		if (s->seq != 0 && s->fate == FATE_WANTED) {
			return s->seq;
		}
	}
	return 0;
}

uint64_t
pile_next(const struct piles *p)
{
	uint64_t seq = 0;

	for (int i = 0; seq == 0 && i < 2; i++) {
		seq = first_wanted(&p->worlds[i].spots);
		if (seq == 0) {
			seq = first_wanted(&p->worlds[i].known);
		}
	}
	return seq;
}

static void
locate(struct ring *r, uint64_t seq, const struct geo_point *at)
{
	struct slot *s = find_wanted(r, seq);
	int32_t *head;

	if (s == NULL) {
		return;
	}
	s->fate = FATE_ERASED;
	if (at != NULL) {
		s->fate = FATE_LOCATED;
		s->spot = spot_of(*at);
		head = head_of(r, s->spot);
		s->next = *head;
		*head = (int32_t)(s - r->slots);
	}
}

void
pile_locate(struct piles *p, uint64_t seq, const struct geo_point *at)
{
	for (int i = 0; i < 2; i++) {
		locate(&p->worlds[i].spots, seq, at);
		locate(&p->worlds[i].known, seq, at);
	}
}
