/*
 * area_grid - which polygons may hold a point: cells over all of them
 *
 * Each cell lists the polygons that touch it, in the order they were added, and
 * whether they cover it wholly: then a point in the cell is inside, and nobody
 * looks at a side. Cells are 0.02 degrees, or wider when the polygons lie far
 * apart: never more than a million.
 */
#ifndef GEO_AREA_GRID_H
#define GEO_AREA_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "geo/polygon.h"

struct area_grid;

struct area_grid_entry {
	uint32_t number : 31;
	uint32_t is_whole : 1; /* the polygon covers the cell */
};

/* For polygons that all lie within `bounds`, a box only. NULL: memory is short. */
struct area_grid *area_grid_new(const struct polygon *bounds);

/* Accepts NULL. */
void area_grid_free(struct area_grid *g);

/* Before sealing. The polygon is not kept. 0 or -ENOMEM. */
int area_grid_add(struct area_grid *g, uint32_t number, const struct polygon *p);

/* Then the grid can be asked. 0 or -ENOMEM. */
int area_grid_seal(struct area_grid *g);

/* The entries of the point's cell; *n may be 0. */
const struct area_grid_entry *area_grid_at(
	const struct area_grid *g, struct geo_point at, size_t *n);

/*
 * Shows the entries of all cells a circle may touch, cell by cell: the same
 * number may come often.
 */
typedef void (*area_grid_visit)(void *arg, struct area_grid_entry entry);
void area_grid_around(const struct area_grid *g, struct geo_point at, double radius_m,
	area_grid_visit visit, void *arg);

#endif
