/*
 * grid - the nearest of many points, by cells
 *
 * Holds 64-bit ids at points; finds all within a radius by looking at the
 * cells the circle touches (across the antimeridian and around the poles too).
 * Cells are rows of equal latitude cut so that none is narrower than cell_m;
 * look-ups cost the cells touched plus the points in them.
 *
 * The largest radius asked for must be known at construction: a cell is that
 * wide, so a question looks at the 3 x 3 around it (more near the poles).
 */
#ifndef GEO_GRID_H
#define GEO_GRID_H

#include <stddef.h>
#include <stdint.h>

#include "geo/point.h"

struct grid;

/* Called for each candidate within radius_m; return non-zero to stop. */
typedef int (*grid_visit)(void *arg, uint64_t id, double distance_m);

/* NULL when memory is short. max_radius_m in (0, 100 km]. */
struct grid *grid_new(double max_radius_m);

/* Accepts NULL. */
void grid_free(struct grid *g);

/* Ids need not be new; the pair (id, point) is what is kept. 0 or -ENOMEM. */
int grid_add(struct grid *g, uint64_t id, struct geo_point at);

/* The pair must be there (assert). */
void grid_remove(struct grid *g, uint64_t id, struct geo_point at);

/*
 * Visits everything with distance <= radius_m in no particular order. Returns
 * what the visitor stopped with, or 0.
 */
int grid_find(const struct grid *g, struct geo_point at, double radius_m,
	grid_visit visit, void *arg);

size_t grid_count(const struct grid *g);

#endif
