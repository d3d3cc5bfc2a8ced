/*
 * entry - a row of the log as what the index holds of it
 *
 * Reports, additions, quarantined reports and interpreted ones are entries; a
 * raw row becomes one when it is interpreted. Where an operator put a report
 * holds instead of what its row says.
 */
#ifndef DISPATCH_ENTRY_H
#define DISPATCH_ENTRY_H

#include "geo/index_entry.h"
#include "geo/store.h"
#include "proto/arena.h"

enum entry_answer {
	ENTRY_NONE = 1, /* no report stands in this row */
};

/*
 * Without areas. Strings live in the arena. What cannot be read is an entry
 * without words and place. 0 or ENTRY_NONE.
 */
int entry_of_row(
	const struct store_row *row, struct arena *arena, struct index_entry *out);

/* What a row of kind STORE_MOVED_IN says. */
struct entry_move {
	uint64_t number;   /* of the report */
	uint64_t incident; /* where it is now */
	bool has_point;    /* false: erased since */
	struct geo_point point;
	double accuracy_m; /* < 0: not known */
};

/* 0, or ENTRY_NONE: it is another row. */
int entry_move_of_row(
	const struct store_row *row, struct arena *arena, struct entry_move *out);

/* The report stands where it was put; its areas are those of before. */
void entry_put_elsewhere(const struct entry_move *move, struct index_entry *e);

#endif
