#include <assert.h>
#include <string.h>

#include "geo/cluster_internal.h"

/* Edges of a cell: at most to each around it, which are 20 to 24 but at a pole. */
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
	_Static_assert(sizeof(struct cell) == 64, "a line");
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
}

int
cell_open(struct cluster *c, struct lattice_cell at, uint32_t *index)
{
	int fault;

	*index = block_find_cell(c, at);
	if (*index != NONE) {
		return 0;
	}
	fault = block_reserve(c, at);
	if (fault == 0) {
		fault = pool_reserve(&c->cells, 1);
	}
	if (fault < 0) {
		return fault;
	}
	*index = pool_take(&c->cells);
	*cell_at(c, *index) = (struct cell){
		.at = at,
		.core_first = NONE,
		.core_last = NONE,
		.component = NONE,
	};
	block_put_cell(c, *index);
	return 0;
}

void
cell_close(struct cluster *c, uint32_t index)
{
	struct cell *cell = cell_at(c, index);

	assert(cell->n_sites == 0 && cell->component == NONE && cell->n_sides == 0);
	block_take_cell(c, index);
	pool_give(&c->cells, index);
}

/* ---- sides */

int
side_reserve(struct cluster *c)
{
	int fault = 0;

	/* Each cell that an edge comes to may need a larger room. */
	for (unsigned i = 0; fault == 0 && i < SIDE_CLASSES; i++) {
		fault = pool_reserve(&c->sides[i], LOOSE_MOST);
	}
	return fault;
}

struct side *
side_find(const struct cluster *c, const struct cell *cell, uint32_t over)
{
	struct side *sides = cell_sides(c, cell);

	for (uint32_t i = 0; i < cell->n_sides; i++) {
		if (sides[i].cell == over) {
			return &sides[i];
		}
	}
	return NULL;
}

/* To a larger room, which was reserved. */
static void
move_sides(struct cluster *c, struct cell *cell)
{
	uint32_t room = pool_take(&c->sides[cell->side_class]);

	if (cell->side_class > 0) {
		memcpy(pool_at(&c->sides[cell->side_class], room), cell_sides(c, cell),
			cell->n_sides * sizeof(struct side));
		pool_give(&c->sides[cell->side_class - 1], cell->sides);
	}
	cell->sides = room;
	cell->side_class++;
}

void
side_add(struct cluster *c, uint32_t index, struct side side)
{
	struct cell *cell = cell_at(c, index);

	if (cell->n_sides == side_room(cell->side_class)) {
		move_sides(c, cell);
	}
	cell->n_sides++;
	cell->linked |= side_bit(cell->at, cell_at(c, side.cell)->at);
	cell_sides(c, cell)[cell->n_sides - 1] = side;
}

void
side_take(struct cluster *c, struct cell *cell, struct side *side)
{
	cell->linked &= ~side_bit(cell->at, cell_at(c, side->cell)->at);
	*side = cell_sides(c, cell)[cell->n_sides - 1];
	cell->n_sides--;
	if (cell->n_sides == 0) {
		pool_give(&c->sides[cell->side_class - 1], cell->sides);
		cell->side_class = 0;
	}
}
