/*
 * lattice - the earth in cells so small that all points of one are neighbours
 *
 * For a distance eps: rows of equal latitude, each cut into as many equal
 * columns as it takes, so that no two points of a cell are farther apart than
 * eps. What lies within eps of a point is then in its own cell or in one of
 * lattice_around(): some 24 of them, more in the rows at a pole. There are no
 * seams: columns go round at the antimeridian, and a cell at a pole has those
 * across it among its neighbours.
 *
 * "Within eps" is measure_distance_m() <= eps; sides and reaches carry margins
 * far wider than its rounding and the cells' own.
 */
#ifndef GEO_LATTICE_H
#define GEO_LATTICE_H

#include <stddef.h>
#include <stdint.h>

#include "geo/point.h"

enum {
	LATTICE_AROUND_MOST = 64,
};

#define LATTICE_EPS_LEAST_M 0.1
#define LATTICE_EPS_MOST_M 100e3

struct lattice;

struct lattice_cell {
	uint32_t row;
	uint32_t column;
};

struct lattice_box {
	double south_deg;
	double west_deg;
	double height_deg;
	double width_deg;
	double cos_least; /* of the latitudes in it */
	double cos_most;
};

/*
 * eps_m in LATTICE_EPS_LEAST_M..LATTICE_EPS_MOST_M. Returns NULL when memory is
 * short. It remembers the rows it was last asked about.
 */
struct lattice *lattice_new(double eps_m);

/* Accepts NULL. */
void lattice_free(struct lattice *l);

struct lattice_cell lattice_cell_at(struct lattice *l, struct geo_point at);

/* A point of the cell is in the box, give or take 1e-11 degrees. */
struct lattice_box lattice_box(struct lattice *l, struct lattice_cell cell);

/* All other cells that may hold a point within eps of one in this cell. */
size_t lattice_around(struct lattice *l, struct lattice_cell cell,
	struct lattice_cell out[LATTICE_AROUND_MOST]);

#endif
