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
 * Many rows, eight at a time, have the same number of columns, a little more
 * than they need: so nearly everywhere the cells around one are a square of five
 * times five. Not so near the poles, where cells would be too narrow.
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
	LATTICE_ROWS_ALIKE = 8,
	LATTICE_SPANS_MOST = 5, /* and so many are a square's side */
};

#define LATTICE_EPS_LEAST_M 0.1
#define LATTICE_EPS_MOST_M 100e3

struct lattice;

struct lattice_cell {
	uint32_t row;
	uint32_t column;
};

/* Cells side by side: n columns of a row from `first` on, round at the last. */
struct lattice_span {
	uint32_t row;
	uint32_t first;
	uint32_t n;
	uint32_t columns; /* of the whole row */
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

/*
 * The cells that may hold a point within eps of one in this cell, itself among
 * them. How many spans.
 */
size_t lattice_spans(struct lattice *l, struct lattice_cell cell,
	struct lattice_span out[LATTICE_SPANS_MOST]);

/*
 * Mostly the cells around one are all in the square of two rows and columns on
 * each side of it, none of it beyond a pole or the antimeridian, and its columns
 * are one column. Then: which of its cells may hold a point within eps of that
 * point of the cell, some 14 of the 25, or all of them when it is NULL. A bit
 * each, from the south-west on, row by row. Else 0.
 */
uint32_t lattice_reach(
	struct lattice *l, struct lattice_cell cell, const struct geo_point *at);

/* What lattice_spans() says without the cell itself, one by one. */
size_t lattice_around(struct lattice *l, struct lattice_cell cell,
	struct lattice_cell out[LATTICE_AROUND_MOST]);

#endif
