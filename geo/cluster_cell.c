#include "geo/cluster_internal.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Of a bucket with more than one cell. */
static const uint32_t MANY = UINT32_MAX;

enum {
	FIRST_BUCKETS = 64, /* a power of two */
	BUCKETS_FOR_A_CELL = 2,
	BUCKETS_MOST = 1 << 30, /* twice that is still a number */
};

/* Mostly there are 20 to 24 cells around one, but at a pole. */
static uint32_t
side_room(unsigned side_class)
{
	static const uint8_t rooms[] = {0, 2, 4, 8, 16, 24, LATTICE_AROUND_MOST};

	_Static_assert(sizeof(rooms) == SIDE_CLASSES + 1, "one for each class");
	return rooms[side_class];
}

void
cell_init(struct cluster *c)
{
	pool_init(&c->cells, sizeof(struct cell));
	for (unsigned i = 0; i < SIDE_CLASSES; i++) {
		pool_init(&c->sides[i], sizeof(struct side) * side_room(i + 1));
	}
}

void
cell_fini(struct cluster *c)
{
	pool_fini(&c->cells);
	for (unsigned i = 0; i < SIDE_CLASSES; i++) {
		pool_fini(&c->sides[i]);
	}
	free(c->buckets);
	free(c->flags);
	free(c->trees);
}

/* ---- cells by place */

/* Four columns side by side fall into four buckets side by side. */
static uint64_t
hash_of(struct lattice_cell at)
{
	uint64_t h = (uint64_t)at.row << 32 | at.column >> 2;

	h *= UINT64_C(0x9E3779B97F4A7C15);
	h = (h ^ h >> 32) * UINT64_C(0xC4CEB9FE1A85EC53);
	return (h ^ h >> 29) << 2 | (at.column & 3);
}

/* The hash's upper half; the number of the bucket is from the lower. */
static uint32_t
print_of(uint64_t hash)
{
	uint32_t print = (uint32_t)(hash >> 32);

	return print == MANY ? 1 : print;
}

/*
 * Linear hashing (Litwin 1980): with `half` the largest power of two not above
 * n_buckets, buckets up to n_buckets - half have been split in two.
 */
static uint32_t
bucket_of(const struct cluster *c, uint64_t hash)
{
	uint32_t half = UINT32_C(1) << (31 - __builtin_clz(c->n_buckets));
	uint32_t bucket = (uint32_t)hash & (2 * half - 1);

	return bucket < c->n_buckets ? bucket : bucket & (half - 1);
}

static int
reserve_buckets(struct cluster *c)
{
	size_t wanted = ((size_t)pool_used(&c->cells) + 1) * BUCKETS_FOR_A_CELL;
	size_t room = c->room_buckets == 0 ? FIRST_BUCKETS : c->room_buckets;
	struct bucket *buckets;

	while (room < wanted) {
		room *= 2;
	}
	if (room == c->room_buckets) {
		return 0;
	}
	if (room > BUCKETS_MOST) {
		return -ENOMEM;
	}
	buckets = realloc(c->buckets, room * sizeof(*buckets));
	if (buckets == NULL) {
		return -ENOMEM;
	}
	c->buckets = buckets;
	c->room_buckets = (uint32_t)room;
	while (c->n_buckets < FIRST_BUCKETS) {
		buckets[c->n_buckets++] = (struct bucket){NONE, MANY};
	}
	return 0;
}

static void
put_in_bucket(struct cluster *c, struct bucket *bucket, uint32_t index, uint64_t hash)
{
	cell_at(c, index)->index_next = bucket->first;
	bucket->print = bucket->first == NONE ? print_of(hash) : MANY;
	bucket->first = index;
}

static void
split_bucket(struct cluster *c)
{
	uint32_t half = UINT32_C(1) << (31 - __builtin_clz(c->n_buckets));
	uint32_t new_bucket = c->n_buckets++;
	uint32_t index = c->buckets[new_bucket - half].first;

	c->buckets[new_bucket - half].first = NONE;
	c->buckets[new_bucket].first = NONE;
	while (index != NONE) {
		const struct cell *cell = cell_at(c, index);
		uint32_t next = cell->index_next;
		uint64_t hash = hash_of(cell->at);

		put_in_bucket(c, &c->buckets[bucket_of(c, hash)], index, hash);
		index = next;
	}
}

static void
put_in_index(struct cluster *c, uint32_t index)
{
	uint64_t hash = hash_of(cell_at(c, index)->at);

	while (c->n_buckets < pool_used(&c->cells) * BUCKETS_FOR_A_CELL) {
		split_bucket(c);
	}
	put_in_bucket(c, &c->buckets[bucket_of(c, hash)], index, hash);
}

static void
take_from_index(struct cluster *c, uint32_t index)
{
	const struct cell *cell = cell_at(c, index);
	struct bucket *bucket = &c->buckets[bucket_of(c, hash_of(cell->at))];
	uint32_t *link = &bucket->first;

	while (*link != index) {
		assert(*link != NONE);
		link = &cell_at(c, *link)->index_next;
	}
	*link = cell->index_next;
	if (bucket->first != NONE) {
		const struct cell *first = cell_at(c, bucket->first);

		bucket->print =
			first->index_next == NONE ? print_of(hash_of(first->at)) : MANY;
	}
}

/* Is it worth while to look at the cells in the bucket? */
static bool
may_hold(const struct bucket *bucket, uint64_t hash)
{
	return bucket->first != NONE &&
	       (bucket->print == MANY || bucket->print == print_of(hash));
}

static uint32_t
find_in_bucket(
	const struct cluster *c, const struct bucket *bucket, struct lattice_cell at)
{
	uint32_t index = bucket->first;

	while (index != NONE) {
		const struct cell *cell = cell_at(c, index);

		if (cell->at.row == at.row && cell->at.column == at.column) {
			break;
		}
		index = cell->index_next;
	}
	return index;
}

/* ---- sides */

/* Those of the cells around that are there. Returns how many. */
static size_t
find_around(const struct cluster *c, struct lattice_cell at,
	uint32_t out[LATTICE_AROUND_MOST])
{
	struct lattice_cell around[LATTICE_AROUND_MOST];
	const struct bucket *buckets[LATTICE_AROUND_MOST];
	uint64_t hashes[LATTICE_AROUND_MOST];
	size_t n_around = lattice_around(c->lattice, at, around);
	size_t n_held = 0;
	size_t n = 0;

	/* All the waiting for memory at once. */
	for (size_t i = 0; i < n_around; i++) {
		hashes[i] = hash_of(around[i]);
		buckets[i] = &c->buckets[bucket_of(c, hashes[i])];
		__builtin_prefetch(buckets[i]);
	}
	for (size_t i = 0; i < n_around; i++) {
		if (may_hold(buckets[i], hashes[i])) {
			__builtin_prefetch(cell_at(c, buckets[i]->first));
			buckets[n_held] = buckets[i];
			around[n_held++] = around[i];
		}
	}
	for (size_t i = 0; i < n_held; i++) {
		uint32_t found = find_in_bucket(c, buckets[i], around[i]);

		if (found != NONE) {
			const struct cell *cell = cell_at(c, found);

			/* They will be asked for next. */
			__builtin_prefetch(cell_sides(c, cell));
			__builtin_prefetch(site_at(c, leaf_first(c->trees[found])));
			out[n++] = found;
		}
	}
	return n;
}

static unsigned
class_for(size_t n_sides)
{
	unsigned side_class = 0;

	while (side_room(side_class) < n_sides) {
		side_class++;
	}
	return side_class;
}

static int
reserve_sides(struct cluster *c, const uint32_t *around, size_t n_around)
{
	uint32_t needs[SIDE_CLASSES + 1] = {0};

	needs[class_for(n_around)]++;
	for (size_t i = 0; i < n_around; i++) {
		const struct cell *cell = cell_at(c, around[i]);

		if (cell->n_sides == side_room(cell->side_class)) {
			needs[cell->side_class + 1]++;
		}
	}
	for (unsigned i = 1; i <= SIDE_CLASSES; i++) {
		int fault = pool_reserve(&c->sides[i - 1], needs[i]);

		if (fault < 0) {
			return fault;
		}
	}
	return 0;
}

/* Moves the sides of a cell to a larger room, which was reserved. */
static void
move_sides(struct cluster *c, struct cell *cell, unsigned side_class)
{
	uint32_t room = pool_take(&c->sides[side_class - 1]);
	struct side *to = pool_at(&c->sides[side_class - 1], room);

	if (cell->n_sides > 0) {
		memcpy(to, cell_sides(c, cell), cell->n_sides * sizeof(*to));
	}
	if (cell->side_class != 0) {
		pool_give(&c->sides[cell->side_class - 1], cell->sides);
	}
	cell->sides = room;
	cell->side_class = (uint8_t)side_class;
}

static void
add_side(struct cluster *c, uint32_t index, uint32_t over_there)
{
	struct cell *cell = cell_at(c, index);

	if (cell->n_sides == side_room(cell->side_class)) {
		move_sides(c, cell, cell->side_class + 1U);
	}
	cell->n_sides++;
	cell_sides(c, cell)[cell->n_sides - 1] =
		(struct side){.cell = over_there, .witness = NONE, .untried = NONE};
}

struct side *
side_back(const struct cluster *c, uint32_t index, const struct side *side)
{
	struct side *back = cell_sides(c, cell_at(c, side->cell));

	while (back->cell != index) {
		back++;
	}
	return back;
}

/* The place of the side goes to the last one. */
static void
take_side(struct cluster *c, struct cell *cell, struct side *side)
{
	*side = cell_sides(c, cell)[cell->n_sides - 1];
	cell->n_sides--;
	if (cell->n_sides == 0) {
		pool_give(&c->sides[cell->side_class - 1], cell->sides);
		cell->side_class = 0;
	}
}

/* ---- cells */

static uint32_t
make_cell(struct cluster *c, struct lattice_cell at, const uint32_t *around,
	size_t n_around)
{
	unsigned side_class = class_for(n_around);
	uint32_t index = pool_take(&c->cells);
	struct cell *cell = cell_at(c, index);

	*cell = (struct cell){
		.at = at,
		.core_first = NONE,
		.core_last = NONE,
		.component = NONE,
	};
	c->trees[index] = EMPTY_LEAF;
	if (side_class > 0) {
		move_sides(c, cell, side_class);
	}
	put_in_index(c, index);
	for (size_t i = 0; i < n_around; i++) {
		add_side(c, index, around[i]);
		add_side(c, around[i], index);
	}
	return index;
}

static int
reserve_cell(struct cluster *c)
{
	int fault = pool_reserve(&c->cells, 1);

	if (fault == 0 && c->room_flags < c->cells.room) {
		uint8_t *flags = realloc(c->flags, c->cells.room);
		uint32_t *trees = realloc(c->trees, c->cells.room * sizeof(*c->trees));

		c->flags = flags != NULL ? flags : c->flags;
		c->trees = trees != NULL ? trees : c->trees;
		if (flags == NULL || trees == NULL) {
			return -ENOMEM;
		}
		c->room_flags = c->cells.room;
	}
	return fault;
}

int
cell_open(struct cluster *c, struct geo_point at, uint32_t *cell)
{
	struct lattice_cell place = lattice_cell_at(c->lattice, at);
	uint32_t around[LATTICE_AROUND_MOST];
	size_t n_around;
	int fault;

	fault = reserve_buckets(c);
	if (fault < 0) {
		return fault;
	}
	*cell = find_in_bucket(c, &c->buckets[bucket_of(c, hash_of(place))], place);
	if (*cell != NONE) {
		return 0;
	}
	n_around = find_around(c, place, around);
	fault = reserve_cell(c);
	if (fault == 0) {
		fault = reserve_sides(c, around, n_around);
	}
	if (fault == 0) {
		*cell = make_cell(c, place, around, n_around);
	}
	return fault;
}

size_t
cell_list_near(const struct cluster *c, struct geo_point at,
	uint32_t out[LATTICE_AROUND_MOST + 1])
{
	struct lattice_cell place = lattice_cell_at(c->lattice, at);
	size_t n;

	if (c->n_buckets == 0) {
		return 0;
	}
	n = find_around(c, place, out);
	out[n] = find_in_bucket(c, &c->buckets[bucket_of(c, hash_of(place))], place);
	return out[n] == NONE ? n : n + 1;
}

void
cell_close(struct cluster *c, uint32_t index)
{
	struct cell *cell = cell_at(c, index);

	assert(cell->n_sites == 0 && cell->component == NONE);
	for (uint32_t i = 0; i < cell->n_sides; i++) {
		const struct side *side = cell_sides(c, cell) + i;

		__builtin_prefetch(cell_sides(c, cell_at(c, side->cell)));
	}
	while (cell->n_sides > 0) {
		struct side *last = cell_sides(c, cell) + cell->n_sides - 1;
		struct side *back = side_back(c, index, last);

		take_side(c, cell_at(c, last->cell), back);
		take_side(c, cell, last);
	}
	take_from_index(c, index);
	pool_give(&c->cells, index);
}
