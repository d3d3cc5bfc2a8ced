/*
 * relook - looks incidents up again, when areas are new or have come late
 *
 * An incident's record does not hold its reports' circles, so its rows are read
 * again from the newest back: a row at a time, so that others have their turn
 * between any two. Rows that come meanwhile are walked in a second round. What
 * is found replaces what the record has; when a row's personal part is gone,
 * the old areas that are still on the map are kept beside it.
 *
 * Which incidents wait is memory's (memory.h); this is the one that is walked.
 */
#ifndef DISPATCH_RELOOK_H
#define DISPATCH_RELOOK_H

#include "dispatch/memory.h"

struct relook {
	struct incident *incident; /* NULL: none is being walked */
	uint64_t next;             /* row to read */
	uint64_t newest;           /* of this round, */
	uint64_t walked;           /* and of the rounds before: read up to here */
	bool is_blind;             /* a place could not be read */
	bool tells; /* all are told anew, changed or not, until nobody waits */
	struct areas found;
};

void relook_fini(struct relook *r);

/* Forgets the walk: the map is another. */
void relook_restart(struct relook *r);

/* Sequence of the row to be read next; 0: nobody waits. */
uint64_t relook_want(struct relook *r, struct memory *m);

/*
 * Takes that row (NULL: it cannot be read). Returns 0, or -ENOMEM. *done is the
 * incident when its walk is over: it waits no more; *changed tells whether its
 * areas are others now.
 */
int relook_take(struct relook *r, struct memory *m, const struct store_row *row,
	struct arena *arena, struct incident **done, bool *changed);

#endif
