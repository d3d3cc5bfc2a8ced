/*
 * entry - a row of the log as what the index holds of it
 *
 * Reports, additions, quarantined reports and interpreted ones are entries; a
 * raw row becomes one when it is interpreted.
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

#endif
