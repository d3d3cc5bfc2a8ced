/*
 * drill_dice - chance that falls the same way everywhere
 *
 * A drill of one seed is the same to the byte on every machine, so that two
 * desks, or one before and after a change, can be compared. SplitMix64, and
 * whole numbers only: no rounding of a mathematics library gets a say.
 */
#ifndef SERVER_DRILL_DICE_H
#define SERVER_DRILL_DICE_H

#include <stdbool.h>
#include <stdint.h>

struct drill_dice {
	uint64_t state;
};

void drill_dice_init(struct drill_dice *d, uint64_t seed);

/* 0 to n - 1, n > 0. */
uint32_t drill_dice_below(struct drill_dice *d, uint32_t n);

/* Both ends included. */
int32_t drill_dice_between(struct drill_dice *d, int32_t least, int32_t most);

bool drill_dice_chance(struct drill_dice *d, uint32_t permille);

/* -most to most, the middle more often: three throws together. */
int32_t drill_dice_spread(struct drill_dice *d, int32_t most);

#endif
