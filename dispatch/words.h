/*
 * words - what free words add to structured answers
 *
 * A short table of stems in the languages of the catalogues (today Italian and
 * English) that speak of lives ("intrappolat", "not breathing"). A find raises
 * the class, never lowers it; priority from text alone is close to chance
 * (facts: TREC-IS), so the table stays short and each row explains itself.
 */
#ifndef DISPATCH_WORDS_H
#define DISPATCH_WORDS_H

#include <stddef.h>
#include <stdint.h>

/* 1 or 2 when the words speak of lives, else 0. Text is valid UTF-8 or NULL. */
uint8_t words_class(const char *text);

#endif
