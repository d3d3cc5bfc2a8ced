/*
 * drill_spell - the same words as somebody else would type them
 *
 * Neighbours tell of one thing in almost one wording. Out of a text comes
 * another that a person reads as the same: accents lost or written as
 * apostrophes, doubled letters single, two letters swapped, capitals only, no
 * full stops. UTF-8 stays whole, and the text never grows past out_bytes.
 */
#ifndef SERVER_DRILL_SPELL_H
#define SERVER_DRILL_SPELL_H

#include <stddef.h>

#include "server/drill_dice.h"

/* out and text do not overlap; out_bytes is at least twice the text's and one. */
void drill_spell_change(
	struct drill_dice *d, const char *text, char *out, size_t out_bytes);

#endif
