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

/* Eight rows are alike as long as this much of a cell's width is left. */
static const double WIDTH_LEFT = 0.95;

/* Numbers of columns are steps apart of this ratio, when there are many. */
static const double STEP = 1.04;

enum {
	/* How far away, in rows, a cell can be and still be within eps: 1.42 sides. */
	ROWS_AWAY = 2,
	/* The third row from a pole has 19 columns and reaches them all. */
	IN_ROW_MOST = 19,
	ROWS_KEPT = 8192, /* a power of two */
	MANY_COLUMNS = 1000,
	SQUARE_CELLS = LATTICE_SPANS_MOST * LATTICE_SPANS_MOST,
	WHOLE_SQUARE = (1 << SQUARE_CELLS) - 1,
	/* What is reached is known for each of so many parts of a cell, both ways. */
	PARTS = 8,
	/* And for so many widths of a column. */
	WIDTHS = 8,
};

/* The least of those widths, in eps, and from one to the next. */
static const double WIDTH_LEAST = 0.62;
static const double WIDTH_STEP = 0.0125;

/* Far more than what measuring in the plane is wrong by, in squares of eps. */
static const double PLANE = 1e-3;

_Static_assert(LATTICE_SPANS_MOST == 2 * ROWS_AWAY + 1, "each row has a span");

/* How columns of a row are seen from another one. */
struct reach {
	uint32_t columns; /* 0: there is no such row */
	double scale;     /* columns there for one here */
	double far;       /* columns that may be in reach beyond a cell's own */
};

/* What is asked of a row all the time. */
struct row {
	uint32_t number;
	uint32_t columns; /* 0: nothing is kept here yet */
	bool knows_square;
	bool is_square; /* but at the antimeridian */
	uint8_t width;  /* of those it is not below */
};

/* And the rest. */
struct wide_row {
	uint32_t number;
	bool is_kept;
	double cos_least; /* of the latitudes in it */
	double cos_most;
	struct reach to[LATTICE_SPANS_MOST]; /* from ROWS_AWAY below on */
};

struct lattice {
	double reach_hav; /* haversine of eps */
	double gap_hav;   /* of the row between two that are two apart */
	double side_rad;  /* no cell is wider or higher */
	double row_deg;
	double rows_in_deg;
	uint32_t n_rows;
	uint32_t reach[WIDTHS][PARTS][PARTS];
	struct row rows[ROWS_KEPT]; /* by number, modulo */
	struct wide_row wide_rows[ROWS_KEPT];
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

/* From a stretch of a cell to a cell so many away; in cells. */
static double
gap(double first, double last, int away)
{
	return fmax(fmax(away - last, first - (away + 1)), 0);
}

static uint32_t
find_reach(double height, double width, unsigned row, unsigned column)
{
	double south = (double)row / PARTS - MARGIN;
	double west = (double)column / PARTS - MARGIN;
	uint32_t reach = 0;

	for (int i = 0; i < SQUARE_CELLS; i++) {
		double up = height * gap(south, south + 1.0 / PARTS + 2 * MARGIN,
					     i / LATTICE_SPANS_MOST - ROWS_AWAY);
		double along = width * gap(west, west + 1.0 / PARTS + 2 * MARGIN,
					       i % LATTICE_SPANS_MOST - ROWS_AWAY);

		reach |= (uint32_t)(up * up + along * along <= 1 + PLANE) << i;
	}
	return reach;
}

static void
fill_reach(struct lattice *l, double eps_rad)
{
	for (unsigned i = 0; i < WIDTHS * PARTS * PARTS; i++) {
		unsigned width = i / (PARTS * PARTS);
		unsigned row = i / PARTS % PARTS;

		l->reach[width][row][i % PARTS] =
			find_reach(radians(l->row_deg) / eps_rad,
				WIDTH_LEAST + width * WIDTH_STEP, row, i % PARTS);
	}
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
	l->rows_in_deg = l->n_rows / 180.0;
	l->gap_hav = haversine(radians(l->row_deg) * (1 - MARGIN));
	fill_reach(l, reach_rad);
	return l;
}

void
lattice_free(struct lattice *l)
{
	free(l);
}

/* Least and most of the cosines of the latitudes in some rows. */
static void
find_cosines(const struct lattice *l, uint32_t first, uint32_t n, double *least,
	double *most)
{
	double south = -90.0 + first * l->row_deg;
	double north = fmin(-90.0 + (first + n) * l->row_deg, 90.0);
	bool is_on_equator = south <= 0 && north >= 0;

	*least = fmax(cos(radians(fmax(fabs(south), fabs(north)))), 0);
	*most = is_on_equator ? 1 : cos(radians(fmin(fabs(south), fabs(north))));
}

static uint32_t
columns_for(const struct lattice *l, double cos_most)
{
	return (uint32_t)ceil(2 * M_PI * cos_most / l->side_rad);
}

static uint32_t
round_up(uint32_t columns)
{
	return columns < MANY_COLUMNS
		       ? columns
		       : (uint32_t)ceil(pow(STEP, ceil(log(columns) / log(STEP))));
}

static struct row *
row_of(struct lattice *l, uint32_t number)
{
	struct row *row = &l->rows[number & (ROWS_KEPT - 1)];
	double least, most, most_of_all;

	if (row->columns != 0 && row->number == number) {
		return row;
	}
	*row = (struct row){.number = number};
	find_cosines(l, number, 1, &least, &most);
	find_cosines(l, number - number % LATTICE_ROWS_ALIKE, LATTICE_ROWS_ALIKE,
		&least, &most_of_all);
	row->columns = most < WIDTH_LEFT * most_of_all
			       ? columns_for(l, most)
			       : round_up(columns_for(l, most_of_all));
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

/*
 * How far apart in longitude two points may be, as part of the whole circle,
 * one in each row: from hav(d) = hav(dlat) + cos(lat1) cos(lat2) hav(dlon).
 */
static double
reach_in_turns(
	const struct lattice *l, uint32_t rows_away, double cos_least, double cos_there)
{
	double hav = (l->reach_hav - (rows_away < 2 ? 0 : l->gap_hav)) /
		     (cos_least * cos_there);

	/* asin(x) <= x (1 + x^2 / 4) for x^2 <= 1/2, and cheaper. */
	if (hav < 0.01) {
		return sqrt(hav) * (1 + hav / 4) / M_PI;
	}
	/* At a pole the division gives something huge, or nothing at all. */
	return hav < 1 ? asin(sqrt(hav)) / M_PI : 0.5;
}

static const struct wide_row *
wide_row_of(struct lattice *l, uint32_t number)
{
	struct wide_row *row = &l->wide_rows[number & (ROWS_KEPT - 1)];
	uint32_t columns = row_of(l, number)->columns;

	if (row->is_kept && row->number == number) {
		return row;
	}
	*row = (struct wide_row){.number = number, .is_kept = true};
	find_cosines(l, number, 1, &row->cos_least, &row->cos_most);
	for (uint32_t i = 0; i < LATTICE_SPANS_MOST; i++) {
		/* Below the first it is a number larger than all. */
		uint32_t there = number + i - ROWS_AWAY;
		double least, most;

		if (there < l->n_rows) {
			row->to[i].columns = row_of(l, there)->columns;
			row->to[i].scale = (double)row->to[i].columns / columns;
			find_cosines(l, there, 1, &least, &most);
			row->to[i].far =
				reach_in_turns(l, (uint32_t)abs((int)i - ROWS_AWAY),
					row->cos_least, least) *
					row->to[i].columns +
				MARGIN;
		}
	}
	return row;
}

struct lattice_box
lattice_box(struct lattice *l, struct lattice_cell cell)
{
	const struct wide_row *row = wide_row_of(l, cell.row);
	double width_deg = 360.0 / row_of(l, cell.row)->columns;

	return (struct lattice_box){
		.south_deg = -90.0 + cell.row * l->row_deg,
		.west_deg = -180.0 + cell.column * width_deg,
		.height_deg = l->row_deg,
		.width_deg = width_deg,
		.cos_least = row->cos_least,
		.cos_most = row->cos_most,
	};
}

size_t
lattice_spans(struct lattice *l, struct lattice_cell cell,
	struct lattice_span out[LATTICE_SPANS_MOST])
{
	const struct wide_row *row = wide_row_of(l, cell.row);
	size_t n = 0;

	for (uint32_t i = 0; i < LATTICE_SPANS_MOST; i++) {
		const struct reach *to = &row->to[i];
		int64_t columns = to->columns;
		double west = cell.column * to->scale + (double)columns;
		/* Nothing reaches a turn to the west, so what is cut off is positive.
		 */
		int64_t first = (int64_t)(west - to->far) - columns;
		int64_t last = (int64_t)(west + to->scale + to->far) - columns;

		if (columns == 0) {
			continue;
		}
		if (last - first >= columns) {
			first = 0;
			last = columns - 1;
		}
		out[n++] = (struct lattice_span){
			.row = cell.row + i - ROWS_AWAY,
			.first = (uint32_t)(first < 0 ? first + columns : first),
			.n = (uint32_t)(last - first + 1),
			.columns = to->columns,
		};
	}
	return n;
}

static void
learn_square(struct lattice *l, struct row *row)
{
	const struct wide_row *wide = wide_row_of(l, row->number);
	double eps_rad = 2 * asin(sqrt(l->reach_hav));
	double cos_least = 1, width;

	row->knows_square = true;
	row->is_square = row->columns >= MANY_COLUMNS;
	for (uint32_t i = 0; row->is_square && i < LATTICE_SPANS_MOST; i++) {
		row->is_square = wide->to[i].columns == row->columns &&
				 wide->to[i].far < ROWS_AWAY;
		cos_least = fmin(cos_least,
			wide_row_of(l, row->number + i - ROWS_AWAY)->cos_least);
	}
	width = (2 * M_PI / row->columns * cos_least / eps_rad - WIDTH_LEAST) /
		WIDTH_STEP;
	row->is_square &= width >= 0;
	row->width = (uint8_t)fmin(fmax(width, 0), WIDTHS - 1);
}

/* Which part of a cell; rounding may have put the place beside it. */
static unsigned
part_at(double cells, uint32_t cell)
{
	double part = (cells - cell) * PARTS;

	return part < 0 ? 0 : part < PARTS ? (unsigned)part : PARTS - 1;
}

uint32_t
lattice_reach(struct lattice *l, struct lattice_cell cell, const struct geo_point *at)
{
	struct row *row = row_of(l, cell.row);

	if (!row->knows_square) {
		learn_square(l, row);
	}
	if (!row->is_square || cell.column < ROWS_AWAY ||
		cell.column + ROWS_AWAY >= row->columns) {
		return 0;
	}
	return at == NULL ? WHOLE_SQUARE
			  : l->reach[row->width][part_at(
				    (at->lat_deg + 90.0) * l->rows_in_deg, cell.row)]
				    [part_at((at->lon_deg + 180.0) * (1.0 / 360.0) *
						     row->columns,
					    cell.column)];
}

size_t
lattice_around(struct lattice *l, struct lattice_cell cell,
	struct lattice_cell out[LATTICE_AROUND_MOST])
{
	struct lattice_span spans[LATTICE_SPANS_MOST];
	size_t n_spans = lattice_spans(l, cell, spans);
	size_t n = 0;

	for (size_t k = 0; k < n_spans; k++) {
		assert(spans[k].n <= IN_ROW_MOST + 1);
		for (uint32_t i = 0; i < spans[k].n; i++) {
			uint32_t column = spans[k].first + i;

			column -= column >= spans[k].columns ? spans[k].columns : 0;
			if (column == cell.column && spans[k].row == cell.row) {
				continue;
			}
			assert(n < LATTICE_AROUND_MOST);
			out[n++] = (struct lattice_cell){spans[k].row, column};
		}
	}
	return n;
}
