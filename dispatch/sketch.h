/*
 * sketch - a text boiled down to what it says, in a fixed size
 *
 * Its words without case, accents, elisions, endings and stop words; words of
 * one meaning in Italian and English as one (lexicon.h); numbers by value,
 * however written; what is denied is another word. Each has a weight, small for
 * what every report says. Repeated words count once.
 *
 * Of a text with more words than a sketch holds the rest is kept as one hash.
 * Making one takes time in proportion to the text and no memory.
 */
#ifndef DISPATCH_SKETCH_H
#define DISPATCH_SKETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	SKETCH_WORDS_MAX = 32,
};

enum sketch_kind {
	SKETCH_UNKNOWN,
	SKETCH_CONCEPT,
	SKETCH_ALARM, /* a concept that speaks of people in danger */
	SKETCH_NUMBER,
	SKETCH_PLACE,
};

struct sketch_word {
	uint64_t grams; /* one bit for each pair of letters; 0: no spelling */
	uint32_t name;  /* equal for equal words, numbers, concepts */
	uint8_t kind;   /* enum sketch_kind */
	uint8_t weight;
	uint8_t group; /* enum lexicon_group */
	uint8_t denied;
};

struct sketch {
	uint64_t rest;   /* 0: all words fitted */
	uint32_t square; /* sum of the squared weights */
	uint32_t n;
	struct sketch_word words[SKETCH_WORDS_MAX]; /* by sketch_order() */
};

/* text may be NULL; valid UTF-8 by contract, but any bytes are survived. */
void sketch_text(const char *text, struct sketch *out);

/* It says all in its first so many bytes: a copy of these will do for reading. */
size_t sketch_bytes(const struct sketch *s);

/* Does s speak of a danger to people that the other does not speak of? */
bool sketch_alarms_more(const struct sketch *s, const struct sketch *than);

/* Of two words, for walking two sketches side by side. */
int sketch_order(const struct sketch_word *x, const struct sketch_word *y);

#endif
