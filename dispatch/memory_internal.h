/*
 * memory_internal - what the files of memory.h share
 *
 *	memory.c      keys, places, counts, the order of the board
 *	memory_row.c  what a row gives to its incident
 */
#ifndef DISPATCH_MEMORY_INTERNAL_H
#define DISPATCH_MEMORY_INTERNAL_H

#include "dispatch/memory.h"

/* The number on the receipt of the report that the row belongs to. */
uint64_t memory_number(const struct store_row *row, const struct facts *facts);

/* Does the report of this row fold into an earlier one? */
bool memory_is_folded(const struct store_row *row, const struct facts *facts);

/* Its areas may be others; before it is touched, so that it comes to be looked at. */
void memory_look_again(struct memory *m, struct incident *i);

/* The row is one of the incident's. 0 or -ENOMEM. */
int memory_take_row(struct memory *m, const struct store_row *row,
	const struct facts *facts, struct incident *i);

#endif
