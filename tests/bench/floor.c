#include "floor.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "geo/lattice.h"
#include "geo/measure.h"

enum {
	LINE_BYTES = 64,
	FIRST_LINES = 1024, /* a power of two */
	POINTS_SEEN = 2,    /* as many others make one core */
	SIDE = LATTICE_ROWS_ALIKE,
};

struct key {
	uint32_t row;
	uint32_t column;
};

/* A line: a cell, or eight by eight of them. */
struct line {
	_Alignas(LINE_BYTES) struct key key;
	bool is_used;
	uint32_t n;
	uint64_t there;
	struct geo_point seen[POINTS_SEEN];
};

struct lines {
	struct line *slots;
	size_t n;
	size_t mask;
};

struct floor {
	struct lattice *lattice;
	double eps_rad2;
	struct lines cells;
	struct lines blocks;
};

static size_t
slot_of(const struct lines *l, struct key key)
{
	uint64_t h = (uint64_t)key.row << 32 | key.column;

	h *= UINT64_C(0x9E3779B97F4A7C15);
	return (size_t)(h >> 32 ^ h >> 17) & l->mask;
}

static struct line *
find(const struct lines *l, struct key key)
{
	size_t at = slot_of(l, key);

	while (l->slots[at].is_used && (l->slots[at].key.row != key.row ||
					       l->slots[at].key.column != key.column)) {
		at = (at + 1) & l->mask;
	}
	return &l->slots[at];
}

static void
make(struct lines *l, size_t n_slots)
{
	_Static_assert(sizeof(struct line) == LINE_BYTES, "a line");
	l->slots = aligned_alloc(LINE_BYTES, n_slots * sizeof(*l->slots));
	assert(l->slots != NULL);
	for (size_t i = 0; i < n_slots; i++) {
		l->slots[i] = (struct line){.is_used = false};
	}
	l->mask = n_slots - 1;
}

/* Half of it stays empty. What is there is never taken out. */
static struct line *
find_or_make(struct lines *l, struct key key)
{
	struct line *line = find(l, key);

	if (line->is_used) {
		return line;
	}
	if (2 * (l->n + 1) > l->mask + 1) {
		struct lines old = *l;

		make(l, 2 * (old.mask + 1));
		for (size_t i = 0; i <= old.mask; i++) {
			if (old.slots[i].is_used) {
				*find(l, old.slots[i].key) = old.slots[i];
			}
		}
		free(old.slots);
		line = find(l, key);
	}
	l->n++;
	*line = (struct line){.key = key, .is_used = true};
	return line;
}

struct floor *
floor_new(double eps_m)
{
	struct floor *f = calloc(1, sizeof(*f));

	if (f == NULL) {
		return NULL;
	}
	f->lattice = lattice_new(eps_m);
	if (f->lattice == NULL) {
		free(f);
		return NULL;
	}
	f->eps_rad2 = pow(eps_m / EARTH_RADIUS_M, 2);
	make(&f->cells, FIRST_LINES);
	make(&f->blocks, FIRST_LINES);
	return f;
}

void
floor_free(struct floor *f)
{
	if (f != NULL) {
		lattice_free(f->lattice);
		free(f->cells.slots);
		free(f->blocks.slots);
		free(f);
	}
}

static struct key
block_of(struct lattice_cell cell)
{
	return (struct key){cell.row / SIDE, cell.column / SIDE};
}

static unsigned
bit_of(struct lattice_cell cell)
{
	return cell.row % SIDE * SIDE + cell.column % SIDE;
}

static size_t
note_if_there(const struct floor *f, const struct line *block, struct lattice_cell cell,
	struct key *out)
{
	if ((block->there >> bit_of(cell) & 1) == 0) {
		return 0;
	}
	*out = (struct key){cell.row, cell.column};
	__builtin_prefetch(&f->cells.slots[slot_of(&f->cells, *out)]);
	return 1;
}

/* Where the cells around are no square. */
static size_t
list_unsquare(const struct floor *f, struct lattice_cell cell,
	struct key out[LATTICE_AROUND_MOST])
{
	struct lattice_cell around[LATTICE_AROUND_MOST];
	size_t n_around = lattice_around(f->lattice, cell, around);
	size_t n = 0;

	for (size_t i = 0; i < n_around; i++) {
		n += note_if_there(
			f, find(&f->blocks, block_of(around[i])), around[i], &out[n]);
	}
	return n;
}

/* The cells within reach that are there, and they are fetched. */
static size_t
list_around(const struct floor *f, struct lattice_cell cell, struct geo_point at,
	struct key out[LATTICE_AROUND_MOST])
{
	uint32_t reach = lattice_reach(f->lattice, cell, &at);
	uint32_t south = cell.row - LATTICE_SPANS_MOST / 2;
	uint32_t west = cell.column - LATTICE_SPANS_MOST / 2;
	const struct line *blocks[4];
	size_t n = 0;

	if (reach == 0) {
		return list_unsquare(f, cell, out);
	}
	for (unsigned i = 0; i < 4; i++) {
		struct key key = {south / SIDE + i / 2, west / SIDE + i % 2};

		blocks[i] = &f->blocks.slots[slot_of(&f->blocks, key)];
		__builtin_prefetch(blocks[i]);
	}
	for (unsigned i = 0; i < 4; i++) {
		blocks[i] = find(&f->blocks,
			(struct key){south / SIDE + i / 2, west / SIDE + i % 2});
	}
	for (; reach != 0; reach &= reach - 1) {
		unsigned bit = (unsigned)__builtin_ctz(reach);
		struct lattice_cell there = {south + bit / LATTICE_SPANS_MOST,
			west + bit % LATTICE_SPANS_MOST};
		unsigned i = (there.row / SIDE - south / SIDE) * 2 +
			     (there.column / SIDE - west / SIDE);

		n += note_if_there(f, blocks[i], there, &out[n]);
	}
	return n;
}

static bool
is_near(const struct floor *f, struct geo_point a, struct geo_point b, double cos_lat)
{
	double lat = (a.lat_deg - b.lat_deg) * (M_PI / 180);
	double lon = (a.lon_deg - b.lon_deg) * (M_PI / 180) * cos_lat;

	return lat * lat + lon * lon <= f->eps_rad2;
}

static uint32_t
look_around(struct floor *f, struct lattice_cell cell, struct geo_point at)
{
	struct key around[LATTICE_AROUND_MOST];
	size_t n_around = list_around(f, cell, at, around);
	double cos_lat = cos(at.lat_deg * (M_PI / 180));
	uint32_t n = 0;

	for (size_t i = 0; i < n_around; i++) {
		const struct line *line = find(&f->cells, around[i]);

		for (uint32_t k = 0; k < line->n && k < POINTS_SEEN; k++) {
			n += is_near(f, line->seen[k], at, cos_lat);
		}
	}
	return n;
}

uint32_t
floor_add(struct floor *f, struct geo_point at)
{
	struct lattice_cell cell = lattice_cell_at(f->lattice, at);
	struct line *own = find_or_make(&f->cells, (struct key){cell.row, cell.column});

	if (own->n < POINTS_SEEN) {
		own->seen[own->n] = at;
	}
	if (own->n++ == 0) {
		find_or_make(&f->blocks, block_of(cell))->there |= UINT64_C(1)
								   << bit_of(cell);
	}
	return look_around(f, cell, at);
}

uint32_t
floor_remove(struct floor *f, struct geo_point at)
{
	struct lattice_cell cell = lattice_cell_at(f->lattice, at);
	struct line *own = find(&f->cells, (struct key){cell.row, cell.column});

	assert(own->n > 0);
	if (--own->n == 0) {
		find(&f->blocks, block_of(cell))->there &=
			~(UINT64_C(1) << bit_of(cell));
	}
	return look_around(f, cell, at);
}
