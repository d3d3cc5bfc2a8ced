/*
 * facts - what a log row says in 64 bits, for rebuilding memory without bodies
 *
 * The `facts` column of a log row. It goes to disk: a bit keeps its place for
 * ever, new ones take free places, and zero must stay "not said".
 *
 *   bits  0-7   number of the hazard (hazard.h)
 *         8-14  signs (enum sign)
 *        16-18  people (enum People)
 *        19-20  about (enum About)
 *        21     tokened: the source is a token's, not a network's
 *        22     cross-site
 *        23     exercise
 *        24     unplaced
 *        25-26  class the words speak of, 0 for none
 *        27     unreadable: the bytes are kept, nobody could read them
 *        28     repeat: says what an earlier report under its key said
 *        29     adds: further words to the report first sent under its key
 *        30-32  why it is unplaced (enum place_why), 0 when it is not
 *        33     spot: its loose place took a place among the last (pile.h)
 *        34     piles: with it that coordinate became a pile (pile.h)
 *        35     folded: it folds into an earlier report (a member's; in the log of
 *               what was read late alone, others say in `about` into which)
 *        40-63  seconds between arrival and this row (raw mode), saturating
 */
#ifndef DISPATCH_FACTS_H
#define DISPATCH_FACTS_H

#include <stdbool.h>
#include <stdint.h>

enum {
	FACTS_LATE_AT = 40,
	FACTS_LATE_MAX_S = (1 << 24) - 1,
};

struct facts {
	uint8_t hazard;
	uint8_t signs;
	uint8_t people;
	uint8_t about;
	uint8_t word_class;
	uint8_t why;
	bool tokened;
	bool cross_site;
	bool exercise;
	bool unplaced;
	bool unreadable;
	bool repeat;
	bool adds;
	bool spot;
	bool piles;
	bool folded;
	uint32_t late_s;
};

uint64_t facts_pack(const struct facts *facts);
struct facts facts_unpack(uint64_t packed);

#endif
