#include "dispatch/table.h"

#include <errno.h>
#include <stdlib.h>

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
	free(t->slots);
	*t = (struct table){.slots = NULL};
}

/* The slot of the key, or the free one where it would go. */
static struct table_slot *
find_slot(const struct table *t, uint64_t key)
{
	/* 2^64 over the golden ratio; the high half is the well mixed one. */
	size_t at = (size_t)(key * UINT64_C(0x9E3779B97F4A7C15) >> 32) & t->mask;

	while (t->slots[at].value != NULL && t->slots[at].key != key) {
		at = (at + 1) & t->mask;
	}
	return &t->slots[at];
}

void *
table_find(const struct table *t, uint64_t key)
{
	return t->slots == NULL ? NULL : find_slot(t, key)->value;
}

void *
table_next(const struct table *t, size_t *at)
{
	while (t->slots != NULL && *at <= t->mask) {
		void *value = t->slots[(*at)++].value;

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
	size_t slots = t->slots == NULL ? FIRST_SLOTS : (t->mask + 1) * 2;
	size_t i;

	bigger.slots = calloc(slots, sizeof(*bigger.slots));
	if (bigger.slots == NULL) {
		return -ENOMEM;
	}
	bigger.mask = slots - 1;
	for (i = 0; t->slots != NULL && i <= t->mask; i++) {
		if (t->slots[i].value != NULL) {
			*find_slot(&bigger, t->slots[i].key) = t->slots[i];
		}
	}
	free(t->slots);
	*t = bigger;
	return 0;
}

int
table_put(struct table *t, uint64_t key, void *value)
{
	struct table_slot *slot;

	if (t->slots == NULL || (t->n + 1) * 4 > (t->mask + 1) * 3) {
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
