#include "dispatch/sources.h"

#include <errno.h>
#include <stdlib.h>

enum {
	FIRST_SLOTS = 4,
};

void
sources_fini(struct sources *s)
{
	if (s->mask != 0) {
		free(s->slots);
	}
	*s = (struct sources){.n = 0};
}

/* Where the source is or would go. */
static uint64_t *
find_slot(uint64_t *slots, uint32_t mask, uint64_t source)
{
	uint32_t at = (uint32_t)(source * UINT64_C(0x9E3779B97F4A7C15) >> 32) & mask;

	while (slots[at] != 0 && slots[at] != source) {
		at = (at + 1) & mask;
	}
	return &slots[at];
}

static int
grow(struct sources *s)
{
	uint32_t n_slots = s->mask == 0 ? FIRST_SLOTS : (s->mask + 1) * 2;
	uint64_t *old = s->mask == 0 ? &s->only : s->slots;
	uint64_t *slots = calloc(n_slots, sizeof(*slots));
	uint32_t i;

	if (slots == NULL) {
		return -ENOMEM;
	}
	for (i = 0; i <= s->mask; i++) {
		if (old[i] != 0) {
			*find_slot(slots, n_slots - 1, old[i]) = old[i];
		}
	}
	if (s->mask != 0) {
		free(s->slots);
	}
	s->slots = slots;
	s->mask = n_slots - 1;
	return 0;
}

int
sources_add(struct sources *s, uint64_t source, bool *added)
{
	uint64_t *slot;

	*added = false;
	if (source == 0 || (s->mask == 0 && s->only == source)) {
		return 0;
	}
	if (s->n == 0) {
		s->only = source;
		s->n = 1;
		*added = true;
		return 0;
	}
	if (s->mask == 0 || (s->n + 1) * UINT64_C(4) > (s->mask + UINT64_C(1)) * 3) {
		int r = grow(s);

		if (r < 0) {
			return r;
		}
	}
	slot = find_slot(s->slots, s->mask, source);
	if (*slot == 0) {
		*slot = source;
		s->n++;
		*added = true;
	}
	return 0;
}
