#include <assert.h>
#include <errno.h>
#include <string.h>

#include "geo/cluster_internal.h"

/* Of a bucket with more than one block. */
static const uint32_t MANY = UINT32_MAX;

enum {
	FIRST_BUCKETS = 64, /* a power of two */
	BUCKETS_FOR_A_BLOCK = 2,
	BUCKETS_MOST = 1 << 30, /* twice that is still a number */
};

/* Cells of a block: in a village a few, in a town nearly all. */
static uint32_t
entry_room(unsigned entry_class)
{
	static const uint8_t rooms[] = {1, 4, 8, 16, 32, BLOCK_CELLS};

	_Static_assert(sizeof(rooms) == ENTRY_CLASSES + 1, "one for each class");
	return rooms[entry_class];
}

void
block_init(struct cluster *c)
{
	pool_init(&c->blocks, sizeof(struct block));
	pool_init(&c->buckets, sizeof(struct bucket));
	for (unsigned i = 0; i < ENTRY_CLASSES; i++) {
		pool_init(&c->entries[i], sizeof(struct entry) * entry_room(i + 1));
	}
}

void
block_fini(struct cluster *c)
{
	pool_fini(&c->blocks);
	for (unsigned i = 0; i < ENTRY_CLASSES; i++) {
		pool_fini(&c->entries[i]);
	}
	pool_fini(&c->buckets);
}

/* ---- blocks by place */

/* Four blocks side by side fall into four buckets side by side. */
static uint64_t
hash_of(uint32_t row, uint32_t column)
{
	uint64_t h = (uint64_t)row << 32 | column >> 2;

	h *= UINT64_C(0x9E3779B97F4A7C15);
	h = (h ^ h >> 32) * UINT64_C(0xC4CEB9FE1A85EC53);
	return (h ^ h >> 29) << 2 | (column & 3);
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
	size_t wanted = ((size_t)pool_used(&c->blocks) + 1) * BUCKETS_FOR_A_BLOCK;
	size_t room = c->buckets.top == 0 ? FIRST_BUCKETS : c->buckets.top;

	while (room < wanted) {
		room *= 2;
	}
	if (room > BUCKETS_MOST || pool_fit(&c->buckets, (uint32_t)room) < 0) {
		return -ENOMEM;
	}
	while (c->n_buckets < FIRST_BUCKETS) {
		*bucket_at(c, c->n_buckets++) = (struct bucket){NONE, MANY};
	}
	return 0;
}

static void
put_in_bucket(struct cluster *c, struct bucket *bucket, uint32_t index, uint64_t hash)
{
	block_at(c, index)->index_next = bucket->first;
	bucket->print = bucket->first == NONE ? print_of(hash) : MANY;
	bucket->first = index;
}

static void
split_bucket(struct cluster *c)
{
	uint32_t half = UINT32_C(1) << (31 - __builtin_clz(c->n_buckets));
	uint32_t new_bucket = c->n_buckets++;
	uint32_t index = bucket_at(c, new_bucket - half)->first;

	bucket_at(c, new_bucket - half)->first = NONE;
	bucket_at(c, new_bucket)->first = NONE;
	while (index != NONE) {
		const struct block *block = block_at(c, index);
		uint32_t next = block->index_next;
		uint64_t hash = hash_of(block->row, block->column);

		put_in_bucket(c, bucket_at(c, bucket_of(c, hash)), index, hash);
		index = next;
	}
}

static void
take_from_index(struct cluster *c, uint32_t index)
{
	const struct block *block = block_at(c, index);
	struct bucket *bucket =
		bucket_at(c, bucket_of(c, hash_of(block->row, block->column)));
	uint32_t *link = &bucket->first;

	while (*link != index) {
		assert(*link != NONE);
		link = &block_at(c, *link)->index_next;
	}
	*link = block->index_next;
	if (bucket->first != NONE) {
		const struct block *first = block_at(c, bucket->first);

		bucket->print = first->index_next == NONE
					? print_of(hash_of(first->row, first->column))
					: MANY;
	}
}

/* Is it worth while to look at the blocks in the bucket? */
static bool
may_hold(const struct bucket *bucket, uint64_t hash)
{
	return bucket->first != NONE &&
	       (bucket->print == MANY || bucket->print == print_of(hash));
}

static uint32_t
find_in_bucket(const struct cluster *c, const struct bucket *bucket, uint32_t row,
	uint32_t column)
{
	uint32_t index = bucket->first;

	while (index != NONE) {
		const struct block *block = block_at(c, index);

		if (block->row == row && block->column == column) {
			break;
		}
		index = block->index_next;
	}
	return index;
}

static uint32_t
find_block(const struct cluster *c, struct lattice_cell at)
{
	uint32_t row = at.row / BLOCK_SIDE;
	uint32_t column = at.column / BLOCK_SIDE;
	uint64_t hash = hash_of(row, column);

	return c->n_buckets == 0 ? NONE
				 : find_in_bucket(c, bucket_at(c, bucket_of(c, hash)),
					   row, column);
}

/* ---- the cells of a block */

static unsigned
count_entries(const struct block *block)
{
	return (unsigned)__builtin_popcountll(block->there);
}

uint32_t
block_find_cell(const struct cluster *c, struct lattice_cell at)
{
	uint32_t index = find_block(c, at);
	unsigned bit = block_bit(at);
	const struct entry *entry;
	struct block *block;

	if (index == NONE) {
		return NONE;
	}
	block = block_at(c, index);
	if ((block->there >> bit & 1) == 0) {
		return NONE;
	}
	entry = &block_entries(c, block)[block_rank(block, bit)];
	tree_prefetch(c, entry->tree);
	return entry->cell;
}

int
block_reserve(struct cluster *c, struct lattice_cell at)
{
	uint32_t index = find_block(c, at);
	int fault;

	if (index != NONE) {
		const struct block *block = block_at(c, index);

		return count_entries(block) < entry_room(block->entry_class)
			       ? 0
			       : pool_reserve(&c->entries[block->entry_class], 1);
	}
	fault = reserve_buckets(c);
	return fault == 0 ? pool_reserve(&c->blocks, 1) : fault;
}

static uint32_t
make_block(struct cluster *c, struct lattice_cell at)
{
	uint32_t index = pool_take(&c->blocks);
	uint32_t row = at.row / BLOCK_SIDE;
	uint32_t column = at.column / BLOCK_SIDE;
	uint64_t hash = hash_of(row, column);

	*block_at(c, index) = (struct block){.row = row, .column = column};
	while (c->n_buckets < pool_used(&c->blocks) * BUCKETS_FOR_A_BLOCK) {
		split_bucket(c);
	}
	put_in_bucket(c, bucket_at(c, bucket_of(c, hash)), index, hash);
	return index;
}

/* To a larger room, which was reserved. */
static void
move_entries(struct cluster *c, struct block *block)
{
	uint32_t room = pool_take(&c->entries[block->entry_class]);

	memcpy(pool_at(&c->entries[block->entry_class], room), block_entries(c, block),
		count_entries(block) * sizeof(struct entry));
	if (block->entry_class > 0) {
		pool_give(&c->entries[block->entry_class - 1], block->entries);
	}
	block->entries = room;
	block->entry_class++;
}

void
block_put_cell(struct cluster *c, uint32_t index)
{
	struct cell *cell = cell_at(c, index);
	uint32_t found = find_block(c, cell->at);
	struct block *block;
	struct entry *entry;
	unsigned n, rank;

	cell->block = found == NONE ? make_block(c, cell->at) : found;
	cell->bit = (uint8_t)block_bit(cell->at);
	block = block_at(c, cell->block);
	n = count_entries(block);
	if (n == entry_room(block->entry_class)) {
		move_entries(c, block);
	}
	rank = block_rank(block, cell->bit);
	entry = block_entries(c, block) + rank;
	memmove(entry + 1, entry, (n - rank) * sizeof(*entry));
	*entry = (struct entry){.tree = EMPTY_LEAF, .cell = index};
	mask_set(&block->there, cell->bit, true);
}

void
block_take_cell(struct cluster *c, uint32_t index)
{
	const struct cell *cell = cell_at(c, index);
	struct block *block = block_at(c, cell->block);
	struct entry *entries = block_entries(c, block);
	unsigned rank = block_rank(block, cell->bit);
	unsigned n = count_entries(block) - 1;

	memmove(entries + rank, entries + rank + 1, (n - rank) * sizeof(*entries));
	mask_set(&block->there, cell->bit, false);
	mask_set(&block->sparse, cell->bit, false);
	mask_set(&block->core, cell->bit, false);
	mask_set(&block->edge, cell->bit, false);
	if (n <= 1 && block->entry_class > 0) {
		block->alone = entries[0];
		pool_give(&c->entries[block->entry_class - 1], block->entries);
		block->entry_class = 0;
	}
	if (n == 0) {
		take_from_index(c, cell->block);
		pool_give(&c->blocks, cell->block);
	}
}

/* ---- looking for several at once */

void
block_find_all(const struct cluster *c, const struct block_place *places, uint32_t n,
	uint32_t *found)
{
	const struct bucket *buckets[BLOCKS_AROUND_MOST];
	uint64_t hashes[BLOCKS_AROUND_MOST];

	/* All the waiting for memory at once. */
	for (uint32_t i = 0; i < n; i++) {
		hashes[i] = hash_of(places[i].row, places[i].column);
		buckets[i] = bucket_at(c, bucket_of(c, hashes[i]));
		__builtin_prefetch(buckets[i]);
	}
	for (uint32_t i = 0; i < n; i++) {
		if (may_hold(buckets[i], hashes[i])) {
			__builtin_prefetch(block_at(c, buckets[i]->first));
		}
	}
	for (uint32_t i = 0; i < n; i++) {
		found[i] = may_hold(buckets[i], hashes[i])
				   ? find_in_bucket(c, buckets[i], places[i].row,
					     places[i].column)
				   : NONE;
	}
}
