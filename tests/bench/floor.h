/*
 * floor - what no clustering of reports can do without
 *
 * A lower bound to measure against, in the same run and on the same machine. To
 * know which points become core, or are it no longer, whoever clusters exactly by
 * cells of eps has to look at the report's own cell and at those within its reach
 * that hold anything, when it comes and when it goes. This does that and nothing
 * else: hash tables with open addressing, one line of memory for a cell with up to
 * two of its points, one for each eight by eight cells that tells which are
 * there; every line is fetched ahead. No counts, no edges, no components, no
 * ids, no answer. Its cells are those of geo/lattice.h, so as many and as large.
 */
#ifndef TESTS_FLOOR_H
#define TESTS_FLOOR_H

#include <stddef.h>
#include <stdint.h>

#include "geo/point.h"

struct floor;

/* NULL when memory is short. */
struct floor *floor_new(double eps_m);

/* Accepts NULL. */
void floor_free(struct floor *f);

/* Returns how many of the points it saw are within eps. */
uint32_t floor_add(struct floor *f, struct geo_point at);
uint32_t floor_remove(struct floor *f, struct geo_point at);

#endif
