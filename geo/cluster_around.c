#include <assert.h>

#include "geo/cluster_internal.h"

static struct block_place *
place_for(struct block_place *places, uint32_t *n, uint32_t row, uint32_t column)
{
	uint32_t i = 0;

	while (i < *n && (places[i].row != row || places[i].column != column)) {
		i++;
	}
	if (i == *n) {
		assert(*n < BLOCKS_AROUND_MOST);
		places[(*n)++] = (struct block_place){.row = row, .column = column};
	}
	return &places[i];
}

static uint32_t
cut_spans(const struct cluster *c, struct lattice_cell at, struct block_place *places)
{
	struct lattice_span spans[LATTICE_SPANS_MOST];
	size_t n_spans = lattice_spans(c->lattice, at, spans);
	uint32_t n = 0;

	for (size_t i = 0; i < n_spans; i++) {
		uint32_t first = spans[i].first;
		uint32_t left = spans[i].n;

		while (left > 0) {
			struct block_place *place = place_for(places, &n,
				spans[i].row / BLOCK_SIDE, first / BLOCK_SIDE);
			uint32_t in_block = BLOCK_SIDE - first % BLOCK_SIDE;
			uint32_t in_row = spans[i].columns - first;
			uint32_t here = left < in_block ? left : in_block;

			here = here < in_row ? here : in_row;
			place->mask |=
				((UINT64_C(1) << here) - 1) << block_bit(
					(struct lattice_cell){spans[i].row, first});
			left -= here;
			first = here == in_row ? 0 : first + here;
		}
	}
	return n;
}

/* The same for some of the cells of a square, which is in four blocks at most. */
static uint32_t
cut_square(struct lattice_cell at, uint32_t reach, struct block_place *places)
{
	/* Of the square's south-west, from the block to the south-west on. */
	unsigned row = at.row % BLOCK_SIDE + BLOCK_SIDE - LATTICE_SPANS_MOST / 2;
	unsigned column = at.column % BLOCK_SIDE + BLOCK_SIDE - LATTICE_SPANS_MOST / 2;
	uint32_t south = at.row / BLOCK_SIDE + row / BLOCK_SIDE - 1;
	uint32_t west = at.column / BLOCK_SIDE + column / BLOCK_SIDE - 1;
	uint64_t masks[4] = {0};
	uint32_t n = 0;

	row %= BLOCK_SIDE;
	for (; reach != 0; reach >>= LATTICE_SPANS_MOST, row++) {
		uint32_t line = (reach & ((1 << LATTICE_SPANS_MOST) - 1))
				<< column % BLOCK_SIDE;
		unsigned shift = row % BLOCK_SIDE * BLOCK_SIDE;
		uint64_t *two = &masks[row / BLOCK_SIDE * 2];

		two[0] |= (uint64_t)(line & UINT8_MAX) << shift;
		two[1] |= (uint64_t)(line >> BLOCK_SIDE) << shift;
	}
	for (uint32_t i = 0; i < 4; i++) {
		if (masks[i] != 0) {
			places[n++] = (struct block_place){
				.row = south + i / 2,
				.column = west + i % 2,
				.mask = masks[i],
			};
		}
	}
	return n;
}

/* Those of the blocks that are there, without the cell itself. */
static void
find_places(const struct cluster *c, struct lattice_cell cell,
	const struct block_place *places, uint32_t n, struct around *around)
{
	uint32_t found[BLOCKS_AROUND_MOST];

	around->n = 0;
	block_find_all(c, places, n, found);
	for (uint32_t i = 0; i < n; i++) {
		uint64_t mask = places[i].mask;

		if (places[i].row == cell.row / BLOCK_SIDE &&
			places[i].column == cell.column / BLOCK_SIDE) {
			mask &= ~(UINT64_C(1) << block_bit(cell));
		}
		if (found[i] != NONE && (block_at(c, found[i])->there & mask) != 0) {
			around->blocks[around->n] = found[i];
			around->masks[around->n++] = mask;
		}
	}
}

void
block_around(const struct cluster *c, struct lattice_cell cell,
	const struct geo_point *at, struct around *around)
{
	struct block_place places[BLOCKS_AROUND_MOST];
	uint32_t reach, n;

	around->n = 0;
	if (c->n_buckets == 0) {
		return;
	}
	reach = lattice_reach(c->lattice, cell, at);
	n = reach != 0 ? cut_square(cell, reach, places) : cut_spans(c, cell, places);
	find_places(c, cell, places, n, around);
}

bool
around_unlinked(const struct cluster *c, uint32_t site, struct around *around)
{
	const struct cell *cell = cell_at(c, site_at(c, site)->cell);
	uint32_t reach = lattice_reach(c->lattice, cell->at, &site_at(c, site)->at);
	struct block_place places[BLOCKS_AROUND_MOST];
	uint32_t own = side_bit(cell->at, cell->at);
	uint32_t left = reach & ~(cell->linked | own);

	around->n = 0;
	if (left != 0) {
		find_places(c, cell->at, places, cut_square(cell->at, left, places),
			around);
	}
	return reach != 0;
}

const struct around *
site_around(struct cluster *c, uint32_t index)
{
	unsigned slot = index & (AROUNDS_KEPT - 1);

	if (index == c->arrival_site) {
		return &c->arrival;
	}
	if (c->around_of[slot] != index) {
		const struct cell *cell = cell_at(c, site_at(c, index)->cell);

		block_around(c, cell->at, &site_at(c, index)->at, &c->arounds[slot]);
		c->around_of[slot] = index;
	}
	return &c->arounds[slot];
}

static uint64_t
mask_of_kind(const struct block *block, enum around_kind kind)
{
	switch (kind) {
	case AROUND_SPARSE:
		return block->sparse;
	case AROUND_CROWDED:
		return block->there & ~block->sparse;
	case AROUND_CORE:
		return block->core;
	case AROUND_EDGE:
		break;
	}
	return block->edge;
}

size_t
around_list(const struct cluster *c, const struct around *around, enum around_kind kind,
	struct face out[LATTICE_AROUND_MOST])
{
	size_t n = 0;

	for (uint32_t i = 0; i < around->n; i++) {
		struct block *block = block_at(c, around->blocks[i]);
		uint64_t left = mask_of_kind(block, kind) & around->masks[i];
		const struct entry *entries = block_entries(c, block);

		while (left != 0) {
			unsigned bit = (unsigned)__builtin_ctzll(left);
			const struct entry *entry = &entries[block_rank(block, bit)];

			tree_prefetch(c, entry->tree);
			out[n++] = (struct face){
				.tree = entry->tree,
				.cell = entry->cell,
				.at = {block->row * BLOCK_SIDE + bit / BLOCK_SIDE,
					block->column * BLOCK_SIDE + bit % BLOCK_SIDE},
				.is_sparse = (block->sparse >> bit & 1) != 0,
			};
			left &= left - 1;
		}
	}
	return n;
}
