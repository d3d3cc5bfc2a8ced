#include "dispatch/senders.h"

#include <errno.h>
#include <stdlib.h>

enum {
	FIRST_SLOTS = 4,
};

void
senders_fini(struct senders *s)
{
	if (s->mask != 0) {
		free(s->slots);
	}
	*s = (struct senders){.n = 0};
}

static uint32_t
home_of(uint64_t source, uint32_t mask)
{
	return (uint32_t)(source * UINT64_C(0x9E3779B97F4A7C15) >> 32) & mask;
}

/* Where the source is or would go. */
static uint32_t
find_slot(const struct sender *slots, uint32_t mask, uint64_t source)
{
	uint32_t at = home_of(source, mask);

	while (slots[at].source != 0 && slots[at].source != source) {
		at = (at + 1) & mask;
	}
	return at;
}

static int
grow(struct senders *s)
{
	uint32_t n_slots = s->mask == 0 ? FIRST_SLOTS : (s->mask + 1) * 2;
	struct sender *old = s->mask == 0 ? &s->only : s->slots;
	struct sender *slots = calloc(n_slots, sizeof(*slots));

	if (slots == NULL) {
		return -ENOMEM;
	}
	for (uint32_t i = 0; i <= s->mask; i++) {
		if (old[i].source != 0) {
			slots[find_slot(slots, n_slots - 1, old[i].source)] = old[i];
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
senders_add(struct senders *s, uint64_t source, bool *added)
{
	struct sender *slot;

	*added = false;
	if (source == 0) {
		return 0;
	}
	if (s->mask == 0 && (s->only.source == 0 || s->only.source == source)) {
		slot = &s->only;
	} else {
		if (s->mask == 0 ||
			(s->n + 1) * UINT64_C(4) > (s->mask + UINT64_C(1)) * 3) {
			int r = grow(s);

			if (r < 0) {
				return r;
			}
		}
		slot = &s->slots[find_slot(s->slots, s->mask, source)];
	}
	*added = slot->source == 0;
	s->n += *added;
	slot->source = source;
	slot->reports++;
	return 0;
}

/* Those behind it that would not be found over the gap move up. */
static void
close_gap(struct senders *s, uint32_t gap)
{
	uint32_t at = gap;

	for (;;) {
		uint32_t home;

		at = (at + 1) & s->mask;
		if (s->slots[at].source == 0) {
			break;
		}
		home = home_of(s->slots[at].source, s->mask);
		if (((at - home) & s->mask) >= ((at - gap) & s->mask)) {
			s->slots[gap] = s->slots[at];
			gap = at;
		}
	}
	s->slots[gap] = (struct sender){0};
}

bool
senders_remove(struct senders *s, uint64_t source)
{
	uint32_t at = s->mask == 0 ? 0 : find_slot(s->slots, s->mask, source);
	struct sender *slot = s->mask == 0 ? &s->only : &s->slots[at];

	if (source == 0 || slot->source != source || --slot->reports > 0) {
		return false;
	}
	s->n--;
	if (s->mask == 0) {
		s->only = (struct sender){0};
	} else {
		close_gap(s, at);
	}
	return true;
}
