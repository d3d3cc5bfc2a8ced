#include "geo/lattice.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "geo/measure.h"

/*
 * Rounding puts a point up to some 1e-7 of a cell beyond the cell's edge when
 * cells are as small as they may be.
 */
static const double MARGIN = 1e-6;

enum {
	/* How far away, in rows, a cell can be and still be within eps: 1.42 sides. */
	ROWS_AWAY = 2,
	/* The third row from a pole has 19 columns and reaches them all. */
	IN_ROW_MOST = 19,
	ROWS_KEPT = 4096, /* a power of two */
};

struct row {
	uint32_t number;
	uint32_t columns; /* 0: nothing is kept here yet */
	double width_deg; /* of a column */
	double cos_least; /* of the latitudes in it */
	double cos_most;
};

struct lattice {
	double reach_hav; /* haversine of eps */
	double gap_hav;   /* of the row between two that are two apart */
	double side_rad;  /* no cell is wider or higher */
	double row_deg;
	uint32_t n_rows;
	struct row rows[ROWS_KEPT]; /* by number, modulo */
};

static double
radians(double deg)
{
	return deg * (M_PI / 180.0);
}

static double
haversine(double rad)
{
	double half = sin(rad / 2);

	return half * half;
}

struct lattice *
lattice_new(double eps_m)
{
	double reach_rad = eps_m / EARTH_RADIUS_M;
	struct lattice *l = calloc(1, sizeof(*l));

	assert(eps_m >= LATTICE_EPS_LEAST_M && eps_m <= LATTICE_EPS_MOST_M);
	if (l == NULL) {
		return NULL;
	}
	/*
	 * Two points of a cell: hav(d) <= hav(side) + hav(side), since
	 * cos(lat) sin(lon / 2) <= sin(cos(lat) lon / 2).
	 */
	l->side_rad = 2 * asin(sin(reach_rad / 2) / M_SQRT2) * (1 - MARGIN);
	l->reach_hav = haversine(reach_rad * (1 + MARGIN));
	l->n_rows = (uint32_t)ceil(M_PI / l->side_rad);
	l->row_deg = 180.0 / l->n_rows;
	l->gap_hav = haversine(radians(l->row_deg) * (1 - MARGIN));
	return l;
}

void
lattice_free(struct lattice *l)
{
	free(l);
}

static const struct row *
row_of(struct lattice *l, uint32_t number)
{
	struct row *row = &l->rows[number & (ROWS_KEPT - 1)];
	double south, north;
	bool is_on_equator;

	if (row->columns != 0 && row->number == number) {
		return row;
	}
	south = -90.0 + number * l->row_deg;
	north = fmin(south + l->row_deg, 90.0);
	is_on_equator = south <= 0 && north >= 0;
	row->number = number;
	row->cos_least = fmax(cos(radians(fmax(fabs(south), fabs(north)))), 0);
	row->cos_most =
		is_on_equator ? 1 : cos(radians(fmin(fabs(south), fabs(north))));
	row->columns = (uint32_t)ceil(2 * M_PI * row->cos_most / l->side_rad);
	row->width_deg = 360.0 / row->columns;
	return row;
}

struct lattice_cell
lattice_cell_at(struct lattice *l, struct geo_point at)
{
	double row = floor((at.lat_deg + 90.0) / l->row_deg);
	struct lattice_cell cell;
	uint32_t columns;

	assert(point_is_valid(at));
	cell.row = row < l->n_rows ? (uint32_t)row : l->n_rows - 1;
	columns = row_of(l, cell.row)->columns;
	cell.column = (uint32_t)floor((at.lon_deg + 180.0) / 360.0 * columns);
	if (cell.column >= columns) {
		cell.column = 0; /* 180 is -180 */
	}
	return cell;
}

struct lattice_box
lattice_box(struct lattice *l, struct lattice_cell cell)
{
	const struct row *row = row_of(l, cell.row);

	return (struct lattice_box){
		.south_deg = -90.0 + cell.row * l->row_deg,
		.west_deg = -180.0 + cell.column * row->width_deg,
		.height_deg = l->row_deg,
		.width_deg = row->width_deg,
		.cos_least = row->cos_least,
		.cos_most = row->cos_most,
	};
}

/*
 * How far apart in longitude two points may be, as part of the whole circle,
 * one in each row: from hav(d) = hav(dlat) + cos(lat1) cos(lat2) hav(dlon).
 */
static double
reach_in_turns(const struct lattice *l, const struct row *row, const struct row *other)
{
	bool is_beside =
		row->number + 1 >= other->number && other->number + 1 >= row->number;
	double hav = (l->reach_hav - (is_beside ? 0 : l->gap_hav)) /
		     (row->cos_least * other->cos_least);

	/* asin(x) <= x (1 + x^2 / 4) for x^2 <= 1/2, and cheaper. */
	if (hav < 0.01) {
		return sqrt(hav) * (1 + hav / 4) / M_PI;
	}
	/* At a pole the division gives something huge, or nothing at all. */
	return hav < 1 ? asin(sqrt(hav)) / M_PI : 0.5;
}

/*
 * Of a row the cells that lie in columns west..east of the cell's own row, in
 * turns; without the cell itself.
 */
static size_t
around_in_row(const struct row *row, double west, double east, struct lattice_cell self,
	struct lattice_cell *out)
{
	int64_t columns = row->columns;
	/* Nothing reaches a turn to the west, so what is cut off is positive. */
	int64_t first = (int64_t)((west + 1) * row->columns - MARGIN) - columns;
	int64_t last = (int64_t)((east + 1) * row->columns + MARGIN) - columns;
	size_t n = 0;

	if (last - first >= columns) {
		first = 0;
		last = columns - 1;
	}
	for (int64_t i = first; i <= last; i++) {
		int64_t column = i < 0 ? i + columns : i >= columns ? i - columns : i;

		if (column != (int64_t)self.column || row->number != self.row) {
			out[n++] = (struct lattice_cell){row->number, (uint32_t)column};
		}
	}
	return n;
}

size_t
lattice_around(struct lattice *l, struct lattice_cell cell,
	struct lattice_cell out[LATTICE_AROUND_MOST])
{
	uint32_t first = cell.row < ROWS_AWAY ? 0 : cell.row - ROWS_AWAY;
	uint32_t last = cell.row + ROWS_AWAY;
	struct row own = *row_of(l, cell.row);
	double west = (double)cell.column / own.columns;
	double east = (double)(cell.column + 1) / own.columns;
	size_t n = 0;

	if (last >= l->n_rows) {
		last = l->n_rows - 1;
	}
	for (uint32_t number = first; number <= last; number++) {
		const struct row *row = row_of(l, number);
		double reach = reach_in_turns(l, &own, row);

		assert(n + IN_ROW_MOST <= LATTICE_AROUND_MOST);
		n += around_in_row(row, west - reach, east + reach, cell, out + n);
	}
	return n;
}
