#include "geo/grid.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "geo/measure.h"

enum {
	FIRST_ENTRIES = 64, /* a power of two, as every size after it */
	CELLS_AT_ONCE = 16, /* three rows of three, and to spare near a pole */
};

static const uint32_t NONE = UINT32_MAX;
static const double MAX_RADIUS_M = 100e3;

/*
 * A cell is named by the lower halves of its row and its column. That tells the
 * cells of one question apart: it looks at a few rows, and at no more columns than a
 * half holds. Of another cell of the same name all is too far away.
 */
struct entry {
	const struct geo_point *at; /* borrowed */
	uint32_t next;              /* in its bucket, or in the free list */
	uint32_t cell;
};

_Static_assert(sizeof(struct entry) == 16, "there is one for each incident");

/*
 * There are at least as many buckets as entries; a bucket may hold several cells,
 * so who walks it compares the cell.
 */
struct grid {
	double row_deg;
	uint32_t n_rows;
	double cell_m;
	struct entry *entries;
	uint32_t *buckets;
	uint32_t n_buckets; /* 0 or a power of two */
	uint32_t room;      /* for entries */
	uint32_t top;       /* the first that was never used */
	uint32_t free;
	size_t count;
};

static double
radians(double deg)
{
	return deg * (M_PI / 180.0);
}

static uint32_t
bucket_of(const struct grid *g, uint32_t cell)
{
	/*
	 * Rows go far apart (Fibonacci hashing), neighbours in a row stay together:
	 * a question about 3 x 3 cells then touches three places, not nine.
	 */
	uint64_t row = cell >> 16;
	return ((uint32_t)((row * 0x9E3779B97F4A7C15u) >> 32) + (cell & 0xFFFF)) &
	       (g->n_buckets - 1);
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
cell_name(uint32_t row, int64_t column, uint32_t columns)
{
	int64_t wrapped = column % (int64_t)columns;

	if (wrapped < 0) {
		wrapped += columns;
	}
	return row << 16 | ((uint32_t)wrapped & 0xFFFF);
}

static uint32_t
cell_of(const struct grid *g, struct geo_point at)
{
	uint32_t row = row_of(g, at.lat_deg);
	uint32_t columns = columns_of(g, row);

	return cell_name(row, column_of(at.lon_deg, columns), columns);
}

static void
hang(struct grid *g, uint32_t index)
{
	uint32_t *head = &g->buckets[bucket_of(g, g->entries[index].cell)];

	g->entries[index].next = *head;
	*head = index;
}

/* Only called when no entry is free, so all of them hang in a bucket. */
static int
grow_buckets(struct grid *g)
{
	uint32_t n = g->n_buckets == 0 ? FIRST_ENTRIES : g->n_buckets * 2;
	uint32_t *buckets;

	if (n > NONE / 2) {
		return -ENOMEM;
	}
	buckets = malloc(n * sizeof(*buckets));
	if (buckets == NULL) {
		return -ENOMEM;
	}
	free(g->buckets);
	g->buckets = buckets;
	g->n_buckets = n;
	for (uint32_t i = 0; i < n; i++) {
		buckets[i] = NONE;
	}
	for (uint32_t i = 0; i < g->top; i++) {
		hang(g, i);
	}
	return 0;
}

/* By a quarter: incidents are many, and doubled a quarter of it would be empty. */
static int
grow(struct grid *g)
{
	uint32_t room = g->room == 0 ? FIRST_ENTRIES : g->room + g->room / 4;
	struct entry *entries =
		room > NONE / 2 ? NULL : realloc(g->entries, room * sizeof(*entries));

	if (entries == NULL) {
		return -ENOMEM;
	}
	g->entries = entries;
	g->room = room;
	return 0;
}

/* NONE when memory is short. */
static uint32_t
take_entry(struct grid *g)
{
	uint32_t index = g->free;

	if (index != NONE) {
		g->free = g->entries[index].next;
		return index;
	}
	if (g->top == g->n_buckets && grow_buckets(g) < 0) {
		return NONE;
	}
	if (g->top == g->room && grow(g) < 0) {
		return NONE;
	}
	return g->top++;
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
	g->free = NONE;
	return g;
}

void
grid_free(struct grid *g)
{
	if (g == NULL) {
		return;
	}
	free(g->entries);
	free(g->buckets);
	free(g);
}

int
grid_add(struct grid *g, const struct geo_point *at)
{
	uint32_t index;

	assert(point_is_valid(*at));
	index = take_entry(g);
	if (index == NONE) {
		return -ENOMEM;
	}
	g->entries[index] = (struct entry){.at = at, .cell = cell_of(g, *at)};
	hang(g, index);
	g->count++;
	return 0;
}

void
grid_remove(struct grid *g, const struct geo_point *at)
{
	uint32_t *link;

	assert(g->count > 0);
	link = &g->buckets[bucket_of(g, cell_of(g, *at))];
	for (;;) {
		uint32_t index = *link;
		assert(index != NONE);
		struct entry *entry = &g->entries[index];
		if (entry->at == at) {
			*link = entry->next;
			entry->next = g->free;
			g->free = index;
			g->count--;
			return;
		}
		link = &entry->next;
	}
}

/*
 * Cells are gathered before they are walked: what is asked of memory for all of
 * them comes while the first is waited for.
 */
struct question {
	struct geo_point at;
	double radius_m;
	grid_visit visit;
	void *arg;
	size_t n_cells;
	struct {
		uint32_t cell;
		uint32_t bucket;
	} cells[CELLS_AT_ONCE];
};

static int
visit_cell(
	const struct grid *g, uint32_t cell, uint32_t index, const struct question *q)
{
	while (index != NONE) {
		const struct entry *entry = &g->entries[index];
		index = entry->next;
		if (entry->cell != cell) {
			continue;
		}
		double distance_m = measure_distance_m(q->at, *entry->at);
		if (distance_m <= q->radius_m) {
			int r = q->visit(q->arg, entry->at, distance_m);
			if (r != 0) {
				return r;
			}
		}
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
		uint32_t head = g->buckets[q->cells[i].bucket];
		if (head != NONE) {
			__builtin_prefetch(&g->entries[head]);
		}
	}
	for (size_t i = 0; r == 0 && i < n; i++) {
		r = visit_cell(g, q->cells[i].cell, g->buckets[q->cells[i].bucket], q);
	}
	return r;
}

static int
gather(const struct grid *g, uint32_t cell, struct question *q)
{
	uint32_t bucket = bucket_of(g, cell);

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
		r = gather(g, cell_name(row, column, columns), q);
	}
	return r;
}

int
grid_find(const struct grid *g, struct geo_point at, double radius_m, grid_visit visit,
	void *arg)
{
	struct question q = {
		.at = at, .radius_m = radius_m, .visit = visit, .arg = arg};
	/* A hair more than the radius, so that rounding loses no candidate. */
	double reach = radius_m / EARTH_RADIUS_M * (1 + 1e-9) + 1e-12;
	double reach_deg = reach * (180.0 / M_PI);
	double half_deg = 180.0;

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
