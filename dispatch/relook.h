/*
 * relook - looks incidents up again: areas are new, or reports came and went
 *
 * An incident's record does not hold its reports' circles, so its rows are read
 * again from the newest back: a row at a time, so that others have their turn
 * between any two. Rows that come meanwhile are walked in a second round; a move
 * among them begins the walk anew. What is found replaces what the record has;
 * when a row's personal part is gone, the old areas that are still on the map are
 * kept beside it.
 *
 * It counts the reports that are in the incident now (design.md 2.3). Those that
 * left do not; those that came are told by rows of the incidents they were in,
 * whose chains are walked beside its own, always the newest row of all. A place
 * that an operator gave, or its sender corrected, holds instead of what was said
 * before it.
 *
 * Until the walk is over who saw the reports sees them: a move takes all areas
 * along first (step_move.c), and this takes away what nobody's circle touches. A
 * restart walks again what ended with a move. Closed incidents are left alone: who
 * saw one sees what became of it.
 *
 * Which incidents wait is memory's (memory.h); this is the one that is walked.
 */
#ifndef DISPATCH_RELOOK_H
#define DISPATCH_RELOOK_H

#include "dispatch/memory.h"

enum {
	RELOOK_CHAINS_MOST = 64, /* behind that the old areas stay */
};

/* A walk by `prev`. */
struct relook_chain {
	uint64_t subject;
	uint64_t top;  /* where it began */
	uint64_t next; /* row to read; 0: it is over */
	uint64_t stop; /* read up to here by another */
};

struct relook {
	struct incident *incident;                      /* NULL: none is being walked */
	struct relook_chain chains[RELOOK_CHAINS_MOST]; /* its own is the first */
	size_t n_chains;
	struct table reports; /* those that moved, and what counts of them */
	uint64_t walked;      /* of the rounds before: read up to here; 0: the first */
	bool is_blind;        /* a place could not be read */
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
