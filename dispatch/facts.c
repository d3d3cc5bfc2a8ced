#include "dispatch/facts.h"

enum {
	AT_SIGNS = 8,
	AT_PEOPLE = 16,
	AT_ABOUT = 19,
	AT_TOKENED = 21,
	AT_CROSS_SITE = 22,
	AT_EXERCISE = 23,
	AT_UNPLACED = 24,
	AT_WORD_CLASS = 25,
	AT_UNREADABLE = 27,
	AT_REPEAT = 28,
	AT_ADDS = 29,
	AT_WHY = 30,
	AT_SPOT = 33,
	AT_PILES = 34,
	AT_FOLDED = 35,
};

static uint64_t
put(uint64_t value, uint64_t mask, int at)
{
	return (value & mask) << at;
}

static uint8_t
get(uint64_t packed, uint64_t mask, int at)
{
	return (uint8_t)(packed >> at & mask);
}

uint64_t
facts_pack(const struct facts *f)
{
	uint32_t late_s = f->late_s < FACTS_LATE_MAX_S ? f->late_s : FACTS_LATE_MAX_S;

	return f->hazard | put(f->signs, 0x7f, AT_SIGNS) |
	       put(f->people, 7, AT_PEOPLE) | put(f->about, 3, AT_ABOUT) |
	       put(f->tokened, 1, AT_TOKENED) | put(f->cross_site, 1, AT_CROSS_SITE) |
	       put(f->exercise, 1, AT_EXERCISE) | put(f->unplaced, 1, AT_UNPLACED) |
	       put(f->word_class, 3, AT_WORD_CLASS) |
	       put(f->unreadable, 1, AT_UNREADABLE) | put(f->repeat, 1, AT_REPEAT) |
	       put(f->adds, 1, AT_ADDS) | put(f->why, 7, AT_WHY) |
	       put(f->spot, 1, AT_SPOT) | put(f->piles, 1, AT_PILES) |
	       put(f->folded, 1, AT_FOLDED) |
	       put(late_s, FACTS_LATE_MAX_S, FACTS_LATE_AT);
}

struct facts
facts_unpack(uint64_t packed)
{
	return (struct facts){
		.hazard = get(packed, 0xff, 0),
		.signs = get(packed, 0x7f, AT_SIGNS),
		.people = get(packed, 7, AT_PEOPLE),
		.about = get(packed, 3, AT_ABOUT),
		.word_class = get(packed, 3, AT_WORD_CLASS),
		.tokened = get(packed, 1, AT_TOKENED) != 0,
		.cross_site = get(packed, 1, AT_CROSS_SITE) != 0,
		.exercise = get(packed, 1, AT_EXERCISE) != 0,
		.unplaced = get(packed, 1, AT_UNPLACED) != 0,
		.unreadable = get(packed, 1, AT_UNREADABLE) != 0,
		.repeat = get(packed, 1, AT_REPEAT) != 0,
		.adds = get(packed, 1, AT_ADDS) != 0,
		.why = get(packed, 7, AT_WHY),
		.spot = get(packed, 1, AT_SPOT) != 0,
		.piles = get(packed, 1, AT_PILES) != 0,
		.folded = get(packed, 1, AT_FOLDED) != 0,
		.late_s = (uint32_t)(packed >> FACTS_LATE_AT),
	};
}
