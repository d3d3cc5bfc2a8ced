/*
 * match - to which incident does a report belong?
 *
 * By place: the nearest joinable incident of the family within that incident's
 * radius, ties to the lower id. Without a trusted place: the one the same
 * token opened for the same family. Exercises and the real thing never meet.
 *
 * When none is joinable, the nearest that is closed or out of its window is
 * what the new one is linked to. From then on the younger stands for both: the
 * older is taken off the grid, so that places where something happens again
 * and again do not fill it up. One that operators opened again is on it: it is
 * joined where no other is.
 */
#ifndef DISPATCH_MATCH_H
#define DISPATCH_MATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "dispatch/hazard.h"
#include "dispatch/incident.h"
#include "dispatch/table.h"
#include "geo/grid.h"

struct match {
	struct grid *grids[FAMILIES][2]; /* [family][exercise]; NULL: none yet */
	struct table by_source;
};

/* All zero is empty. */
void match_fini(struct match *m);

/* From now on it is found by its place, if it has a trusted one. 0 or -ENOMEM. */
int match_add(struct match *m, struct incident *i);

/* No longer; does nothing when it was not. */
void match_remove(struct match *m, struct incident *i);

/* An unplaced incident is its opener's, who sends from a token. 0 or -ENOMEM. */
int match_add_owner(struct match *m, struct incident *i, uint64_t source);

struct match_found {
	struct incident *joins;  /* NULL: a new one must open */
	struct incident *linked; /* then: linked to this one, or NULL */
};

struct match_found match_near(const struct match *m, const struct hazard *hazard,
	bool exercise, struct geo_point at, int64_t now_ms);
struct match_found match_of_owner(const struct match *m, const struct hazard *hazard,
	bool exercise, uint64_t source, int64_t now_ms);

#endif
