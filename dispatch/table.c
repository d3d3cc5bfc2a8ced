#include "dispatch/table.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

enum {
	FIRST_SLOTS = 64,
};

struct table_slot {
	uint64_t key;
	void *value; /* NULL: free */
};

void
table_fini(struct table *t)
{
	pool_fini(&t->slots);
	*t = (struct table){.n = 0};
}

static struct table_slot *
slot_at(const struct table *t, size_t at)
{
	return (struct table_slot *)t->slots.slots + at;
}

static bool
is_empty(const struct table *t)
{
	return t->slots.slots == NULL;
}

/* The slot of the key, or the free one where it would go. */
static struct table_slot *
find_slot(const struct table *t, uint64_t key)
{
	/* 2^64 over the golden ratio; the high half is the well mixed one. */
	size_t at = (size_t)(key * UINT64_C(0x9E3779B97F4A7C15) >> 32) & t->mask;

	while (slot_at(t, at)->value != NULL && slot_at(t, at)->key != key) {
		at = (at + 1) & t->mask;
	}
	return slot_at(t, at);
}

void *
table_find(const struct table *t, uint64_t key)
{
	return is_empty(t) ? NULL : find_slot(t, key)->value;
}

void *
table_next(const struct table *t, size_t *at)
{
	while (!is_empty(t) && *at <= t->mask) {
		void *value = slot_at(t, (*at)++)->value;

		if (value != NULL) {
			return value;
		}
	}
	return NULL;
}

static int
grow(struct table *t)
{
	struct table bigger = {.n = t->n};
	size_t n_slots = is_empty(t) ? FIRST_SLOTS : (t->mask + 1) * 2;

	pool_init(&bigger.slots, sizeof(struct table_slot));
	if (n_slots > POOL_NONE || pool_fit(&bigger.slots, (uint32_t)n_slots) < 0) {
		return -ENOMEM;
	}
	memset(bigger.slots.slots, 0, n_slots * sizeof(struct table_slot));
	bigger.mask = n_slots - 1;
	for (size_t i = 0; !is_empty(t) && i <= t->mask; i++) {
		if (slot_at(t, i)->value != NULL) {
			*find_slot(&bigger, slot_at(t, i)->key) = *slot_at(t, i);
		}
	}
	pool_fini(&t->slots);
	*t = bigger;
	return 0;
}

int
table_put(struct table *t, uint64_t key, void *value)
{
	struct table_slot *slot;

	if (is_empty(t) || (t->n + 1) * 4 > (t->mask + 1) * 3) {
		int r = grow(t);

		if (r < 0) {
			return r;
		}
	}
	slot = find_slot(t, key);
	if (slot->value == NULL) {
		t->n++;
	}
	*slot = (struct table_slot){key, value};
	return 0;
}
