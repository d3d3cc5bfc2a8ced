/*
 * lexicon - what an Italian or English word is good for in a comparison
 *
 * Words that mean the same in both languages have one concept ("acqua",
 * "flooded"); small words and the phrases of every report are stop words;
 * some deny what follows, some are numbers, some say that a street's name
 * follows or went before. Everything else is unknown and compared as written.
 *
 * Concepts of one group shut each other out: who speaks of a church does not
 * speak of the school, whatever else the two texts share.
 *
 * Words are given in plain small letters (letter.h). Languages are added here.
 */
#ifndef DISPATCH_LEXICON_H
#define DISPATCH_LEXICON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum lexicon_kind {
	LEXICON_UNKNOWN,
	LEXICON_STOP,
	LEXICON_DENIES,
	LEXICON_STREET,        /* "via": its name follows */
	LEXICON_STREET_BEHIND, /* "avenue": its name went before */
	LEXICON_NUMBER,
	LEXICON_CONCEPT,
	LEXICON_DENIED, /* a concept, denied: "blackout" */
};

enum lexicon_group {
	LEXICON_GROUP_NONE,
	LEXICON_GROUP_WAY,
	LEXICON_GROUP_WHO,
	LEXICON_GROUP_SITE,
	LEXICON_GROUP_VEHICLE,
	LEXICON_GROUP_FALLEN,
	LEXICON_GROUP_TREND,
	LEXICON_GROUP_SIDE,
	LEXICON_GROUP_QUARTER,
	LEXICON_GROUPS, /* one past the last */
};

struct lexicon_word {
	enum lexicon_kind kind;
	uint32_t value; /* the number, or which concept */
	uint8_t weight; /* of a concept: 1 says little, 3 says much */
	uint8_t group;  /* enum lexicon_group */
	bool alarms;    /* a concept that speaks of people in danger */
};

struct lexicon_word lexicon_find(const char *word);

/* What denying a concept says: "cannot get out" is to be trapped. */
struct lexicon_word lexicon_deny(struct lexicon_word concept);

enum {
	LEXICON_WORD_BYTES = 16,
};

/* One row of the table; a word that ends in '*' is a stem. For the test. */
struct lexicon_row {
	char word[LEXICON_WORD_BYTES]; /* inside: a search touches one array */
	uint8_t kind;
	uint16_t value;
};

/* Sorted by word. */
const struct lexicon_row *lexicon_table(size_t *n);

#endif
