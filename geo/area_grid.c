#include "geo/area_grid.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "geo/measure.h"

enum {
	CELLS_MOST = 1 << 20,
	FIRST_ROOM = 1024,
	CELL_OUTSIDE = 0,
	CELL_CROSSED = 1, /* a side may go through it */
};

static const int64_t TURN = 360 * (int64_t)POLYGON_DEGREE;

struct pair {
	uint32_t cell;
	struct area_grid_entry entry;
};

struct area_grid {
	int64_t west_e7;
	int64_t south_e7;
	int64_t cell_e7;
	int64_t turn; /* columns of a whole turn */
	int64_t n_columns;
	int64_t n_rows;

	size_t n_pairs; /* until sealed */
	size_t pairs_room;
	struct pair *pairs;

	uint32_t *cells; /* first entry of each, and the end */
	struct area_grid_entry *entries;
};

/* Cells of one polygon; columns may be beyond a turn of the grid's. */
struct patch {
	int64_t row;
	int64_t column;
	int64_t n_rows;
	int64_t n_columns;
	uint8_t *cells;
};

struct area_grid *
area_grid_new(const struct polygon *bounds)
{
	static const int64_t turns[] = {18000, 9000, 4500, 2250, 1125};
	struct area_grid *g = calloc(1, sizeof(*g));

	if (g == NULL) {
		return NULL;
	}
	g->west_e7 = bounds->west_e7;
	g->south_e7 = bounds->south_e7;
	for (size_t i = 0; i < sizeof(turns) / sizeof(turns[0]); i++) {
		g->turn = turns[i];
		g->cell_e7 = TURN / g->turn;
		g->n_columns = (bounds->east_e7 - g->west_e7) / g->cell_e7 + 1;
		g->n_columns = g->n_columns < g->turn ? g->n_columns : g->turn;
		g->n_rows = (bounds->north_e7 - g->south_e7) / g->cell_e7 + 1;
		if (g->n_columns * g->n_rows <= CELLS_MOST) {
			break;
		}
	}
	assert(g->n_columns * g->n_rows <= CELLS_MOST); /* the last fits the earth */
	return g;
}

void
area_grid_free(struct area_grid *g)
{
	if (g == NULL) {
		return;
	}
	free(g->pairs);
	free(g->cells);
	free(g->entries);
	free(g);
}

/* ---- one polygon */

static int64_t
column_of(const struct area_grid *g, double lon_e7)
{
	return (int64_t)floor((lon_e7 - (double)g->west_e7) / (double)g->cell_e7);
}

/* A side's columns in one row, with a margin wider than any rounding. */
static void
cross_row(const struct area_grid *g, const struct patch *patch, int64_t row,
	const struct polygon_corner *low, const struct polygon_corner *high)
{
	double south = (double)(g->south_e7 + row * g->cell_e7) - 2;
	double north = south + (double)g->cell_e7 + 4;
	double rise = (double)high->lat_e7 - low->lat_e7;
	double run = (double)(high->lon_e7 - low->lon_e7);
	double from = 0;
	double to = 1;
	int64_t first, last;

	if (rise > 0) {
		from = fmax((south - low->lat_e7) / rise, 0);
		to = fmin((north - low->lat_e7) / rise, 1);
	}
	first = column_of(g, (double)low->lon_e7 + run * (run > 0 ? from : to) - 2);
	last = column_of(g, (double)low->lon_e7 + run * (run > 0 ? to : from) + 2);
	for (int64_t c = first; c <= last; c++) {
		int64_t column = c - patch->column;

		if (patch->n_columns == g->turn) {
			column = (column % g->turn + g->turn) % g->turn;
		}
		if (column >= 0 && column < patch->n_columns) {
			patch->cells[(row - patch->row) * patch->n_columns + column] =
				CELL_CROSSED;
		}
	}
}

static void
cross_side(const struct area_grid *g, const struct patch *patch,
	const struct polygon_corner *a)
{
	const struct polygon_corner *low = a->lat_e7 < a[1].lat_e7 ? a : a + 1;
	const struct polygon_corner *high = low == a ? a + 1 : a;
	int64_t first = (low->lat_e7 - g->south_e7) / g->cell_e7;
	int64_t last = (high->lat_e7 - g->south_e7) / g->cell_e7;

	for (int64_t row = first; row <= last; row++) {
		cross_row(g, patch, row, low, high);
	}
}

static int
push(struct area_grid *g, uint32_t cell, struct area_grid_entry entry)
{
	if (g->n_pairs == g->pairs_room) {
		size_t room = g->pairs_room == 0 ? FIRST_ROOM : 2 * g->pairs_room;
		struct pair *pairs = realloc(g->pairs, room * sizeof(*pairs));

		if (pairs == NULL) {
			return -ENOMEM;
		}
		g->pairs = pairs;
		g->pairs_room = room;
	}
	g->pairs[g->n_pairs++] = (struct pair){cell, entry};
	return 0;
}

static struct geo_point
middle_of(const struct area_grid *g, int64_t row, int64_t column)
{
	double half = (double)g->cell_e7 / 2;
	double lon_e7 = (double)(g->west_e7 + column * g->cell_e7) + half;
	double lat_e7 = (double)(g->south_e7 + row * g->cell_e7) + half;

	return (struct geo_point){fmin(lat_e7 / POLYGON_DEGREE, 90),
		remainder(lon_e7 / POLYGON_DEGREE, 360)};
}

/* A cell that no side crosses is all inside or all outside, as its middle is. */
static int
push_patch(struct area_grid *g, const struct patch *patch, uint32_t number,
	const struct polygon *p)
{
	for (int64_t r = 0; r < patch->n_rows; r++) {
		for (int64_t c = 0; c < patch->n_columns; c++) {
			int64_t row = patch->row + r;
			int64_t column = patch->column + c;
			bool crossed =
				patch->cells[r * patch->n_columns + c] == CELL_CROSSED;
			struct area_grid_entry entry = {number & INT32_MAX, !crossed};

			if (!crossed && polygon_side(p, middle_of(g, row, column)) ==
						POLYGON_OUTSIDE) {
				continue;
			}
			column = (column % g->turn + g->turn) % g->turn;
			if (column < g->n_columns &&
				push(g, (uint32_t)(row * g->n_columns + column),
					entry) != 0) {
				return -ENOMEM;
			}
		}
	}
	return 0;
}

int
area_grid_add(struct area_grid *g, uint32_t number, const struct polygon *p)
{
	struct patch patch = {.row = (p->south_e7 - g->south_e7) / g->cell_e7,
		.column = column_of(g, (double)p->west_e7)};
	int r;

	assert(g->cells == NULL);
	assert(p->south_e7 >= g->south_e7 && p->west_e7 >= g->west_e7);
	patch.n_rows = (p->north_e7 - g->south_e7) / g->cell_e7 - patch.row + 1;
	patch.n_columns = column_of(g, (double)p->east_e7) - patch.column + 1;
	if (patch.n_columns > g->turn) {
		patch.n_columns = g->turn;
	}
	patch.cells = calloc((size_t)(patch.n_rows * patch.n_columns), 1);
	if (patch.cells == NULL) {
		return -ENOMEM;
	}
	for (size_t ring = 0; ring < p->n_rings; ring++) {
		for (uint32_t i = p->rings[ring]; i + 1 < p->rings[ring + 1]; i++) {
			cross_side(g, &patch, &p->corners[i]);
		}
	}
	r = push_patch(g, &patch, number, p);
	free(patch.cells);
	return r;
}

int
area_grid_seal(struct area_grid *g)
{
	size_t n_cells = (size_t)(g->n_columns * g->n_rows);
	uint32_t n = 0;

	assert(g->cells == NULL);
	g->cells = calloc(n_cells + 1, sizeof(*g->cells));
	g->entries = calloc(g->n_pairs + 1, sizeof(*g->entries));
	if (g->cells == NULL || g->entries == NULL) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < g->n_pairs; i++) {
		g->cells[g->pairs[i].cell]++;
	}
	for (size_t i = 0; i <= n_cells; i++) {
		uint32_t count = g->cells[i];

		g->cells[i] = n;
		n += count;
	}
	for (size_t i = 0; i < g->n_pairs; i++) {
		g->entries[g->cells[g->pairs[i].cell]++] = g->pairs[i].entry;
	}
	for (size_t i = n_cells; i > 0; i--) {
		g->cells[i] = g->cells[i - 1];
	}
	g->cells[0] = 0;
	free(g->pairs);
	g->pairs = NULL;
	return 0;
}

/* ---- questions */

static int64_t
wrapped_column(const struct area_grid *g, int64_t lon_e7)
{
	int64_t east_e7 = ((lon_e7 - g->west_e7) % TURN + TURN) % TURN;

	return east_e7 / g->cell_e7;
}

static const struct area_grid_entry *
entries_of(const struct area_grid *g, int64_t row, int64_t column, size_t *n)
{
	size_t cell = (size_t)(row * g->n_columns + column);

	*n = g->cells[cell + 1] - g->cells[cell];
	return g->entries + g->cells[cell];
}

const struct area_grid_entry *
area_grid_at(const struct area_grid *g, struct geo_point at, size_t *n)
{
	int64_t up_e7 = llround(at.lat_deg * POLYGON_DEGREE) - g->south_e7;
	int64_t column = wrapped_column(g, llround(at.lon_deg * POLYGON_DEGREE));

	assert(point_is_valid(at));
	*n = 0;
	if (up_e7 < 0 || up_e7 / g->cell_e7 >= g->n_rows || column >= g->n_columns) {
		return NULL;
	}
	return entries_of(g, up_e7 / g->cell_e7, column, n);
}

static void
visit_row(const struct area_grid *g, int64_t row, double west_e7, double east_e7,
	area_grid_visit visit, void *arg)
{
	int64_t first = column_of(g, west_e7);
	int64_t last = column_of(g, east_e7);

	if (last - first >= g->turn) {
		first = 0;
		last = g->turn - 1;
	}
	for (int64_t c = first; c <= last; c++) {
		int64_t column = (c % g->turn + g->turn) % g->turn;
		const struct area_grid_entry *entries;
		size_t n;

		if (column >= g->n_columns) {
			continue;
		}
		entries = entries_of(g, row, column, &n);
		for (size_t i = 0; i < n; i++) {
			visit(arg, entries[i]);
		}
	}
}

void
area_grid_around(const struct area_grid *g, struct geo_point at, double radius_m,
	area_grid_visit visit, void *arg)
{
	double reach_deg = radius_m / EARTH_RADIUS_M * (180 / M_PI) * 1.01 + 1e-6;
	double far_deg = fabs(at.lat_deg) + reach_deg;
	double reach_e7 = fmin(reach_deg, 180) * POLYGON_DEGREE;
	double wide_e7 = (double)TURN;
	double south = at.lat_deg * POLYGON_DEGREE - reach_e7 - (double)g->south_e7;
	double north = south + 2 * reach_e7;
	int64_t first, last;

	assert(point_is_valid(at));
	if (north < 0 || south >= (double)(g->n_rows * g->cell_e7)) {
		return;
	}
	/* sin(dlon) = sin(r) / cos(lat), as long as no pole is in reach. */
	if (far_deg < 89) {
		wide_e7 = reach_e7 / cos(far_deg * (M_PI / 180));
	}
	first = (int64_t)fmax(south, 0) / g->cell_e7;
	last = (int64_t)north / g->cell_e7;
	for (int64_t row = first; row <= last && row < g->n_rows; row++) {
		visit_row(g, row, at.lon_deg * POLYGON_DEGREE - wide_e7,
			at.lon_deg * POLYGON_DEGREE + wide_e7, visit, arg);
	}
}
