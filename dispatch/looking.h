/*
 * looking - who has an incident open, at this moment
 *
 * Consoles say every few seconds which incident each of their pages shows; what
 * is not said again is over after LOOKING_HOLDS_MS, so a page, a browser or a front
 * that dies needs nobody to notice. Several pages of one account are one; one of
 * them that writes is enough. Nothing of it is stored: it decides nothing.
 *
 * A front keeps one of what its own pages said, and says it again to a desk that was
 * restarted: nobody seems to be gone until each page happens to speak up.
 *
 * Bounded: pages of one account, and all pages. At the first bound the one that was
 * silent longest makes room, at the second a new one is not counted.
 */
#ifndef DISPATCH_LOOKING_H
#define DISPATCH_LOOKING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/arena.h"
#include "vedetta/v1/looking.pb-c.h"

struct looking;

enum {
	LOOKING_MOST = 4096,
	LOOKING_TABS_MOST = 8, /* of one account */
	LOOKING_HOLDS_MS = 8 * 1000,
};

/* NULL when memory is short. */
struct looking *looking_new(void);
void looking_free(struct looking *l);

/*
 * What a page says, or said a while ago; incident 0: it is gone, or shows none, and is
 * kept as long as another, for a word that comes after it and was said before. What is
 * known of it already and newer stays: its words may have come by several fronts, and
 * in another order than they were said in.
 */
void looking_take(
	struct looking *l, const Vedetta__V1__LookInput *said, int64_t now_ms);

void looking_expire(struct looking *l, int64_t now_ms);

/* What the nth of its pages said, in no order; false: there are no more. */
bool looking_nth(
	const struct looking *l, size_t n, int64_t now_ms, Vedetta__V1__LookInput *out);

/* Rises when anybody is told otherwise than before; from 1. */
uint64_t looking_version(const struct looking *l);

/* All there are, each account once for an incident; in the arena. 0 or -ENOMEM. */
int looking_tell(
	const struct looking *l, struct arena *arena, Vedetta__V1__LookingList *out);

#endif
