/*
 * grid - the nearest of many points, by cells
 *
 * Knows points by where they stand, in whatever has a place; finds all within a
 * radius by looking at the cells the circle touches (across the antimeridian and
 * around the poles too). A point is looked at when its cell is asked about.
 * Cells are rows of equal latitude cut so that none is narrower than cell_m;
 * look-ups cost the cells touched plus the points in them.
 *
 * The largest radius asked for must be known at construction: a cell is that
 * wide, so a question looks at the 3 x 3 around it (more near the poles).
 */
#ifndef GEO_GRID_H
#define GEO_GRID_H

#include <stddef.h>

#include "geo/point.h"

struct grid;

/* Called for each candidate within radius_m; return non-zero to stop. */
typedef int (*grid_visit)(void *arg, const struct geo_point *at, double distance_m);

/* NULL when memory is short. max_radius_m in (0, 100 km]. */
struct grid *grid_new(double max_radius_m);

/* Accepts NULL. Looks at no point. */
void grid_free(struct grid *g);

/* Borrowed: as long as it is in, it stays where and as it is. 0 or -ENOMEM. */
int grid_add(struct grid *g, const struct geo_point *at);

/* That very one, which must be there (assert). */
void grid_remove(struct grid *g, const struct geo_point *at);

/*
 * Visits everything with distance <= radius_m in no particular order. Returns
 * what the visitor stopped with, or 0.
 */
int grid_find(const struct grid *g, struct geo_point at, double radius_m,
	grid_visit visit, void *arg);

size_t grid_count(const struct grid *g);

#endif
