/*
 * memory_internal - what the files of memory.h share
 *
 *	memory.c      keys, places, counts, the order of the board
 *	memory_row.c  what a row gives to its incident
 */
#ifndef DISPATCH_MEMORY_INTERNAL_H
#define DISPATCH_MEMORY_INTERNAL_H

#include "dispatch/memory.h"

/* Does the report of this row fold into an earlier one? */
bool memory_is_folded(const struct store_row *row, const struct facts *facts);

/* The row is one of the incident's. 0 or -ENOMEM. */
int memory_take_row(struct memory *m, const struct store_row *row,
	const struct facts *facts, struct incident *i);

#endif
