/*
 * move_view - where operators put reports, as those see it who only read
 *
 * All moves of the log (rare rows), followed before each question and kept by
 * report, so that a row read from the log or from an index that is behind can
 * be given the place that holds.
 */
#ifndef SERVER_MOVE_VIEW_H
#define SERVER_MOVE_VIEW_H

#include "dispatch/entry.h"

struct move_view_one {
	uint64_t seq; /* of the row that says so */
	struct entry_move move;
};

/* All zero: nothing is known yet. */
struct move_view {
	char epoch[STORE_EPOCH_BYTES];
	uint64_t seq; /* known up to there */
	size_t n, room;
	struct move_view_one *at; /* by number, then seq */
};

void move_view_fini(struct move_view *v);

/* Reads what is new; the arena is for one row. 0, or what the store says. */
int move_view_refresh(struct move_view *v, struct store *store, struct arena *arena);

/* In which incident it is, by the rows up to `upto`, that came into this one. */
uint64_t move_view_where(
	const struct move_view *v, uint64_t upto, uint64_t report, uint64_t incident);

/* The report is where it was put last, by the rows up to `upto`. */
void move_view_apply(const struct move_view *v, uint64_t upto, struct index_entry *e);

#endif
