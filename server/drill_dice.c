#include "server/drill_dice.h"

void
drill_dice_init(struct drill_dice *d, uint64_t seed)
{
	d->state = seed;
}

/* Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014. */
static uint64_t
throw_one(struct drill_dice *d)
{
	uint64_t z = d->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

uint32_t
drill_dice_below(struct drill_dice *d, uint32_t n)
{
	return (uint32_t)(((throw_one(d) >> 32) * n) >> 32);
}

int32_t
drill_dice_between(struct drill_dice *d, int32_t least, int32_t most)
{
	return least + (int32_t)drill_dice_below(d, (uint32_t)(most - least) + 1);
}

bool
drill_dice_chance(struct drill_dice *d, uint32_t permille)
{
	return drill_dice_below(d, 1000) < permille;
}

int32_t
drill_dice_spread(struct drill_dice *d, int32_t most)
{
	int32_t sum = 0;

	for (int i = 0; i < 3; i++) {
		sum += drill_dice_between(d, -most, most);
	}
	return sum / 3;
}
