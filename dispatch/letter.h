/*
 * letter - what is the same letter, however it was typed
 *
 * Words are compared without case and accents: the plain small letter of a
 * Latin code point, by Unicode's decompositions up to U+1EFF and, where there
 * is none (o with a stroke, ligatures, sharp s), the letter it looks like.
 */
#ifndef DISPATCH_LETTER_H
#define DISPATCH_LETTER_H

#include <stdbool.h>
#include <stdint.h>

/* a to z or 0 to 9; 0 for anything that is neither a Latin letter nor a digit. */
char letter_plain(int32_t code_point);

/* The same for U+0000 to U+007F: most of every text. */
extern const char letter_ascii[128];

/* An accent written behind its letter: to be passed over. */
bool letter_is_mark(int32_t code_point);

#endif
