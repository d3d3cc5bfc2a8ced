/*
 * table - from 64-bit keys to pointers
 *
 * Linear probing, doubled at three quarters. Keys must be hard to choose for
 * an attacker (numbers we give, keyed hashes); they are only spread here.
 * Nothing is ever taken out: incidents are not forgotten while the desk runs.
 */
#ifndef DISPATCH_TABLE_H
#define DISPATCH_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "geo/pool.h"

struct table {
	struct pool slots; /* for its memory: a large one is in huge pages */
	size_t n;
	size_t mask;
};

/* All zero is an empty table. Does not own what it points to. */
void table_fini(struct table *t);

/* NULL when there is none. */
void *table_find(const struct table *t, uint64_t key);

/* One after the other, in no order: *at begins at 0. NULL behind the last. */
void *table_next(const struct table *t, size_t *at);

/* Replaces what was there. value is not NULL. 0 or -ENOMEM. */
int table_put(struct table *t, uint64_t key, void *value);

#endif
