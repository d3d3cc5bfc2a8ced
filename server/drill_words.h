/*
 * drill_words - what people write after an earthquake
 *
 * Written by hand, for no event that was: sentences as they come by chat and
 * form, with the hazard and the signs their writers would tick. {via}, {piano},
 * {floor} and {paese} are filled when one is used. Nothing in here is meant to amuse:
 * whoever reads it in an exercise is to take it seriously.
 */
#ifndef SERVER_DRILL_WORDS_H
#define SERVER_DRILL_WORDS_H

#include <stddef.h>

#include "server/drill_dice.h"

struct drill_line {
	const char *hazard;
	const char *signs;
	const char *people;
	const char *text;
};

struct drill_lines {
	size_t n;
	const struct drill_line *at;
};

/* By how hard it shook where the writer is, and by what is told. */
enum drill_mood {
	DRILL_HARD,   /* near the epicentre */
	DRILL_MIDDLE, /* cracks, falling tiles, fear */
	DRILL_LIGHT,  /* felt it */
	DRILL_AGAIN,  /* the aftershock */
	DRILL_GAS,
	DRILL_FIRE,
	DRILL_UTILITY,
	DRILL_HEALTH,
	DRILL_MISSING,
	DRILL_ROAD,
	DRILL_HOSPITAL, /* the road to it */
	DRILL_OUT,      /* "now we are out": adds to what was said before */
	DRILL_NAMES,    /* a place in words only */
	DRILL_NOWHERE,  /* not even that */
	DRILL_ROUGH,    /* fix of a cell tower */
	DRILL_PILE,     /* geocoded to the town hall */
	DRILL_BLOCK,    /* the block of flats, from outside and inside, as it goes on */
	DRILL_HOAX,
	DRILL_CHAIN, /* forwarded by many, word for word */
	DRILL_ENGLISH,
	DRILL_ROMANIAN,
	DRILL_ALBANIAN,
	DRILL_DIALECT,
	DRILL_MOODS,
};

struct drill_lines drill_words(enum drill_mood mood);

/* The place in words that goes with a line of DRILL_NAMES. */
const char *drill_words_place(size_t line);

/* Fills the slots of a line. out is cut where it ends. */
void drill_words_fill(struct drill_dice *d, const char *line, const char *town,
	char *out, size_t out_bytes);

#endif
