#include "geo/grid.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "geo/measure.h"

enum {
	FIRST_BUCKETS = 64, /* a power of two */
	CELLS_AT_ONCE = 16, /* three rows of three, and to spare near a pole */
};

static const double MAX_RADIUS_M = 100e3;

/*
 * As many buckets as spots: linear hashing, each spot brings one, and what belongs
 * there comes out of another. A bucket may hold several cells, so who walks it
 * compares the cell.
 */
struct grid {
	double row_deg;
	uint32_t n_rows;
	double cell_m;
	struct grid_spot **buckets;
	size_t n_buckets;
	size_t room; /* for buckets */
	size_t mask; /* a power of two less one, and from the last bucket on */
	size_t count;
};

struct cell {
	uint32_t row;
	uint32_t columns; /* of that row */
	uint32_t column;
};

static double
radians(double deg)
{
	return deg * (M_PI / 180.0);
}

static size_t
bucket_of(const struct grid *g, const struct cell *cell)
{
	/*
	 * Rows go far apart (Fibonacci hashing), neighbours in a row stay together:
	 * a question about 3 x 3 cells then touches three places, not nine.
	 */
	uint64_t row = cell->row;
	size_t at = ((row * 0x9E3779B97F4A7C15u >> 32) + cell->column) & g->mask;

	return at < g->n_buckets ? at : at & g->mask >> 1;
}

static uint32_t
row_of(const struct grid *g, double lat_deg)
{
	double row = floor((lat_deg + 90.0) / g->row_deg);

	if (row < 0) {
		return 0;
	}
	return row < g->n_rows ? (uint32_t)row : g->n_rows - 1;
}

/* As many as fit where the row is narrowest: on its edge nearer to a pole. */
static uint32_t
columns_of(const struct grid *g, uint32_t row)
{
	double south = fabs(-90.0 + row * g->row_deg);
	double north = fabs(-90.0 + (row + 1) * g->row_deg);
	double edge_deg = fmin(fmax(south, north), 90.0);
	double round_m = 2 * M_PI * EARTH_RADIUS_M * cos(radians(edge_deg));
	double columns = floor(round_m / g->cell_m);

	return columns < 1 ? 1 : (uint32_t)columns;
}

/* Unwrapped: may lie before 0 or past the last when lon_deg is beyond +-180. */
static int64_t
column_of(double lon_deg, uint32_t columns)
{
	return (int64_t)floor((lon_deg + 180.0) / 360.0 * columns);
}

static uint32_t
wrap(int64_t column, uint32_t columns)
{
	int64_t wrapped;

	if (column >= 0 && column < (int64_t)columns) {
		return (uint32_t)column; /* as nearly all; dividing is slow */
	}
	wrapped = column % (int64_t)columns;
	return (uint32_t)(wrapped < 0 ? wrapped + columns : wrapped);
}

static struct cell
cell_of(const struct grid *g, struct geo_point at)
{
	uint32_t row = row_of(g, at.lat_deg);
	uint32_t columns = columns_of(g, row);

	return (struct cell){
		row, columns, wrap(column_of(at.lon_deg, columns), columns)};
}

static bool
is_in(const struct grid *g, const struct cell *cell, struct geo_point at)
{
	return row_of(g, at.lat_deg) == cell->row &&
	       wrap(column_of(at.lon_deg, cell->columns), cell->columns) ==
		       cell->column;
}

static struct grid_spot **
bucket_at(const struct grid *g, struct geo_point at)
{
	struct cell cell = cell_of(g, at);

	return &g->buckets[bucket_of(g, &cell)];
}

/* By a quarter: incidents are many, and doubled a quarter of it would be empty. */
static int
make_room(struct grid *g, size_t n_buckets)
{
	size_t room = g->room == 0 ? FIRST_BUCKETS : g->room + g->room / 4;
	struct grid_spot **buckets;

	if (n_buckets <= g->room) {
		return 0;
	}
	buckets = realloc(g->buckets, room * sizeof(buckets[0]));
	if (buckets == NULL) {
		return -ENOMEM;
	}
	g->buckets = buckets;
	g->room = room;
	return 0;
}

/* One bucket more, with what belongs there. 0 or -ENOMEM. */
static int
add_bucket(struct grid *g)
{
	size_t added = g->n_buckets;
	struct grid_spot **link;

	if (make_room(g, added + 1) < 0) {
		return -ENOMEM;
	}
	if (added > g->mask) {
		g->mask = g->mask * 2 + 1;
	}
	g->buckets[added] = NULL;
	g->n_buckets++;
	link = &g->buckets[added & g->mask >> 1];
	while (*link != NULL) {
		struct grid_spot *spot = *link;
		struct grid_spot **bucket = bucket_at(g, spot->at);

		if (bucket != &g->buckets[added]) {
			link = &spot->next;
			continue;
		}
		*link = spot->next;
		spot->next = *bucket;
		*bucket = spot;
	}
	return 0;
}

/* The first buckets are all there at once. 0 or -ENOMEM. */
static int
grow(struct grid *g)
{
	if (g->n_buckets > 0) {
		return add_bucket(g);
	}
	if (make_room(g, FIRST_BUCKETS) < 0) {
		return -ENOMEM;
	}
	while (g->n_buckets < FIRST_BUCKETS) {
		g->buckets[g->n_buckets++] = NULL;
	}
	g->mask = FIRST_BUCKETS - 1;
	return 0;
}

struct grid *
grid_new(double max_radius_m)
{
	struct grid *g;

	assert(max_radius_m > 0 && max_radius_m <= MAX_RADIUS_M);
	g = calloc(1, sizeof(*g));
	if (g == NULL) {
		return NULL;
	}
	/* A tiny cell would only overflow the row and column numbers. */
	g->cell_m = fmax(max_radius_m, 1.0);
	g->n_rows = (uint32_t)floor(M_PI * EARTH_RADIUS_M / g->cell_m);
	g->row_deg = 180.0 / g->n_rows;
	return g;
}

void
grid_free(struct grid *g)
{
	if (g == NULL) {
		return;
	}
	free(g->buckets);
	free(g);
}

int
grid_add(struct grid *g, struct grid_spot *spot)
{
	struct grid_spot **bucket;

	assert(point_is_valid(spot->at));
	if (g->count == g->n_buckets && grow(g) < 0) {
		return -ENOMEM;
	}
	bucket = bucket_at(g, spot->at);
	spot->next = *bucket;
	*bucket = spot;
	g->count++;
	return 0;
}

void
grid_remove(struct grid *g, struct grid_spot *spot)
{
	struct grid_spot **link;

	assert(g->count > 0);
	link = bucket_at(g, spot->at);
	while (*link != spot) {
		assert(*link != NULL);
		link = &(*link)->next;
	}
	*link = spot->next;
	g->count--;
}

/*
 * Cells are gathered before they are walked: what is asked of memory for all of
 * them comes while the first is waited for.
 */
struct question {
	struct geo_point at;
	double radius_m;
	double reach_deg; /* north and south; a hair more than the radius */
	grid_visit visit;
	void *arg;
	size_t n_cells;
	struct {
		struct cell cell;
		size_t bucket;
	} cells[CELLS_AT_ONCE];
};

static int
visit_cell(const struct grid *g, const struct cell *cell, struct grid_spot *spot,
	const struct question *q)
{
	while (spot != NULL) {
		struct grid_spot *next = spot->next;
		double distance_m;

		/* Most that is elsewhere is told by its latitude. */
		if (fabs(spot->at.lat_deg - q->at.lat_deg) <= q->reach_deg &&
			is_in(g, cell, spot->at)) {
			distance_m = measure_distance_m(q->at, spot->at);
			if (distance_m <= q->radius_m) {
				int r = q->visit(q->arg, spot, distance_m);
				if (r != 0) {
					return r;
				}
			}
		}
		spot = next;
	}
	return 0;
}

static int
visit_gathered(const struct grid *g, struct question *q)
{
	size_t n = q->n_cells;
	int r = 0;

	q->n_cells = 0;
	for (size_t i = 0; i < n; i++) {
		__builtin_prefetch(g->buckets[q->cells[i].bucket]);
	}
	for (size_t i = 0; r == 0 && i < n; i++) {
		r = visit_cell(g, &q->cells[i].cell, g->buckets[q->cells[i].bucket], q);
	}
	return r;
}

static int
gather(const struct grid *g, struct cell cell, struct question *q)
{
	size_t bucket = bucket_of(g, &cell);

	__builtin_prefetch(&g->buckets[bucket]);
	q->cells[q->n_cells].cell = cell;
	q->cells[q->n_cells++].bucket = bucket;
	return q->n_cells == CELLS_AT_ONCE ? visit_gathered(g, q) : 0;
}

/* half_deg: how far the circle reaches east and west at its widest. */
static int
gather_row(const struct grid *g, uint32_t row, double half_deg, struct question *q)
{
	uint32_t columns = columns_of(g, row);
	int64_t first = column_of(q->at.lon_deg - half_deg, columns);
	int64_t last = column_of(q->at.lon_deg + half_deg, columns);
	int r = 0;

	if (last - first + 1 > (int64_t)columns) {
		first = 0;
		last = columns - 1;
	}
	for (int64_t column = first; r == 0 && column <= last; column++) {
		r = gather(g, (struct cell){row, columns, wrap(column, columns)}, q);
	}
	return r;
}

int
grid_find(const struct grid *g, struct geo_point at, double radius_m, grid_visit visit,
	void *arg)
{
	/* A hair more than the radius, so that rounding loses no candidate. */
	double reach = radius_m / EARTH_RADIUS_M * (1 + 1e-9) + 1e-12;
	double reach_deg = reach * (180.0 / M_PI);
	double half_deg = 180.0;
	struct question q = {.at = at,
		.radius_m = radius_m,
		.reach_deg = reach_deg,
		.visit = visit,
		.arg = arg};

	assert(point_is_valid(at));
	if (g->count == 0 || !(radius_m >= 0)) {
		return 0;
	}
	/* Tangent meridians of a circle that holds no pole; else all columns. */
	if (fabs(at.lat_deg) + reach_deg < 90.0) {
		half_deg = asin(fmin(sin(reach) / cos(radians(at.lat_deg)), 1.0)) *
				   (180.0 / M_PI) +
			   1e-9;
	}
	uint32_t last = row_of(g, at.lat_deg + reach_deg);
	for (uint32_t row = row_of(g, at.lat_deg - reach_deg); row <= last; row++) {
		int r = gather_row(g, row, half_deg, &q);
		if (r != 0) {
			return r;
		}
	}
	return visit_gathered(g, &q);
}

size_t
grid_count(const struct grid *g)
{
	return g->count;
}
