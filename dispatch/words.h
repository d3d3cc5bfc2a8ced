/*
 * words - what free words add to structured answers
 *
 * A short table of phrases in the languages of the catalogues (today Italian
 * and English) that speak of lives ("intrappolat*", "not breathing"). A find
 * raises the class, never lowers it; priority from text alone is close to
 * chance (facts: TREC-IS), so the table stays short.
 *
 * Compared without case and accents, word by word; between two words of a
 * phrase one other may stand. A find does not count when its clause denies it
 * ("nessuno e' intrappolato", "not injured", "feriti: nessuno"): only chains of
 * small words are read as a denial, so that in doubt the class is raised.
 */
#ifndef DISPATCH_WORDS_H
#define DISPATCH_WORDS_H

#include <stddef.h>
#include <stdint.h>

/* 1 or 2 when the words speak of lives, else 0. Text is valid UTF-8 or NULL. */
uint8_t words_class(const char *text);

enum {
	WORDS_PHRASE_MAX = 3, /* words in a phrase */
};

/* A word ending in '*' is a stem; unused ones are NULL. */
struct words_row {
	const char *word[WORDS_PHRASE_MAX];
	uint8_t class_no;
};

/* For documents and tests; sorted by the first letter of the last word. */
const struct words_row *words_table(size_t *n);

#endif
