/*
 * pile - coordinates that too many different people gave to the last digit
 *
 * A geocoder that does not know better answers everybody with one point: 140
 * reports of Haiti 2010 stand on one coordinate, 1,913 of Turkey 2023. People who
 * stand at one place do not agree like that: their fixes scatter by metres.
 *
 * The rule. Only loose places count (place.h): words, taps and typed numbers,
 * and fixes that say they are off by 50 m or more. Where those of PILE_SOURCES
 * different senders agree to the sixth decimal (0.1 m, some hundred times finer
 * than any of them can know) within PILE_WITHIN_MS, the coordinate is a pile, and
 * stays one for PILE_KNOWN_MS. Eight senders: a family or a forwarded pin is
 * fewer, a geocoder's answer soon more. A network without a token is one sender
 * and posts from another site's page are none, so one flooder makes no pile. Wi-Fi
 * gives all phones of one building the same fix, 15 to 40 m off, and is right: so
 * fixes count from 50 m on only. Exercises and the real thing are apart.
 *
 * The report that completes a pile still joins its incident and marks it
 * (at_centroid); later loose ones there are unplaced, and those that made
 * it are no points of an umbrella any more. Nothing loses its class.
 *
 * What is remembered are the last PILE_SPOTS pairs of coordinate and sender, in a
 * ring, exercises in one of their own: no stream of coordinates makes it grow, and
 * none of an exercise pushes real ones out. In the log a row says that it
 * took a place in the ring (facts.spot) or completed a pile (facts.piles); where,
 * stands in its personal part alone. After a restart the rows are there first
 * and their coordinates are asked for (pile_next), twice 4,096 reads by primary key, so
 * the ring is what it was but for what was erased meanwhile.
 */
#ifndef DISPATCH_PILE_H
#define DISPATCH_PILE_H

#include <stdbool.h>
#include <stdint.h>

#include "geo/point.h"

enum {
	PILE_SOURCES = 8,
	PILE_SPOTS = 4096,
	PILE_KNOWN = 1024,
	PILE_WITHIN_MS = 72 * 3600000,
	PILE_KNOWN_MS = 8 * 86400000,
};

enum pile_answer {
	PILE_COUNTS = 1,   /* a new pair: its row takes a place in the ring */
	PILE_COMPLETE = 2, /* with it the coordinate becomes a pile */
	PILE_STANDS = 3,   /* it is one already */
};

struct piles;

/* One report's loose place. */
struct pile_spot {
	struct geo_point at;
	bool exercise;
	uint64_t source; /* 0: no sender that counts */
	int64_t at_ms;   /* when it arrived */
};

/* NULL when memory is short. */
struct piles *piles_new(void);
void piles_free(struct piles *p);

/* What the spot would be; changes nothing. 0: known pair, or no sender. */
int pile_ask(const struct piles *p, const struct pile_spot *spot);

/*
 * Row seq took a place (complete: made a pile); its coordinate comes with
 * pile_locate(), and until then it counts nowhere.
 */
void pile_take(struct piles *p, uint64_t seq, uint64_t source, int64_t at_ms,
	bool exercise, bool complete);

/* The first row taken whose coordinate is wanted, or 0. */
uint64_t pile_next(const struct piles *p);

/* at is NULL when it was erased. Does nothing for a row that was not taken. */
void pile_locate(struct piles *p, uint64_t seq, const struct geo_point *at);

/* Is it one coordinate, for a pile? */
bool pile_is_same(struct geo_point a, struct geo_point b);

#endif
