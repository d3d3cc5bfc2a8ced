#include "geo/cluster_internal.h"

#include <assert.h>

enum {
	FEW_SIDES = 6,
};

uint32_t
graph_core_near(const struct cluster *c, const struct face *in, const struct site *from)
{
	uint32_t near[CLUSTER_MIN_POINTS_MOST];
	uint32_t n;

	if (!in->is_sparse) {
		return near_list(c, in, from, near, 1) == 1 ? near[0] : NONE;
	}
	n = (uint32_t)near_list(c, in, from, near, CLUSTER_MIN_POINTS_MOST);
	for (uint32_t i = 0; i < n; i++) {
		if (site_at(c, near[i])->is_core) {
			return near[i];
		}
	}
	return NONE;
}

/* ---- becoming core */

static void
put_in_core_list(struct cluster *c, uint32_t index, struct cell *cell)
{
	struct belongs *belongs = belongs_at(c, index);

	site_at(c, index)->is_core = true;
	belongs->core_prev = cell->core_last;
	belongs->core_next = NONE;
	if (cell->core_last == NONE) {
		cell->core_first = index;
	} else {
		belongs_at(c, cell->core_last)->core_next = index;
	}
	cell->core_last = index;
	cell->n_core_sites++;
}

/*
 * The same for a witness: the newest over there will stay longest, and an edge that
 * lasts longer is looked for less often.
 */
static uint32_t
find_witness(const struct cluster *c, const struct face *over, const struct site *from)
{
	uint32_t newest = cell_at(c, over->cell)->core_last;

	if (newest != NONE && site_is_near(c, from, site_at(c, newest))) {
		return newest;
	}
	return graph_core_near(c, over, from);
}

/*
 * Is the newest of a cell's core sites within eps of one over there? There was no
 * edge, so all the others are tried.
 */
static void
try_new_site(struct cluster *c, uint32_t index, const struct face *over)
{
	uint32_t cell = site_at(c, index)->cell;
	uint32_t found = find_witness(c, over, site_at(c, index));

	if (found == NONE) {
		return;
	}
	side_add(c, cell,
		(struct side){.cell = over->cell,
			.witness = index,
			.tried = belongs_at(c, index)->core_prev});
	side_add(c, over->cell,
		(struct side){.cell = cell,
			.witness = found,
			.tried = cell_at(c, over->cell)->core_last});
	component_hold_claim(c, cell_at(c, over->cell)->component);
	component_merge(
		c, cell_at(c, cell)->component, cell_at(c, over->cell)->component);
}

/* Cells around a site with core sites and without an edge to its own. */
static size_t
list_cells_to_try(
	struct cluster *c, uint32_t site, struct face out[LATTICE_AROUND_MOST])
{
	const struct cell *cell = cell_at(c, site_at(c, site)->cell);
	struct around unlinked;
	size_t n_around, n = 0;

	/* A few are looked for faster than left out from the start. */
	if (cell->n_sides > FEW_SIDES && around_unlinked(c, site, &unlinked)) {
		return around_list(c, &unlinked, AROUND_CORE, out);
	}
	n_around = around_list(c, site_around(c, site), AROUND_CORE, out);
	for (size_t i = 0; i < n_around; i++) {
		if (side_find(c, cell, out[i].cell) == NULL) {
			out[n++] = out[i];
		}
	}
	return n;
}

static void
promote(struct cluster *c, uint32_t index)
{
	uint32_t cell_index = site_at(c, index)->cell;
	struct cell *cell = cell_at(c, cell_index);
	struct face to_try[LATTICE_AROUND_MOST];
	size_t n;

	if (cell->core_first == NONE) {
		component_open(c, cell_index);
	}
	component_hold_claim(c, cell->component);
	component_count(c, cell->component, site_at(c, index)->n_points);
	put_in_core_list(c, index, cell);
	cell_flag(c, cell_index);
	n = list_cells_to_try(c, index, to_try);
	for (size_t i = 0; i < n; i++) {
		try_new_site(c, index, &to_try[i]);
	}
}

void
graph_promote(struct cluster *c)
{
	for (uint32_t i = 0; i < c->n_changed; i++) {
		promote(c, c->changed[i]);
	}
	for (uint32_t i = 0; i < c->n_changed; i++) {
		uint32_t cell = site_at(c, c->changed[i])->cell;

		component_settle(c, cell_at(c, cell)->component);
	}
}

/* ---- being core no longer */

static void
take_from_core_list(struct cluster *c, uint32_t index, struct cell *cell)
{
	struct belongs *belongs = belongs_at(c, index);

	site_at(c, index)->is_core = false;
	cell->n_core_sites--;
	if (belongs->core_prev == NONE) {
		cell->core_first = belongs->core_next;
	} else {
		belongs_at(c, belongs->core_prev)->core_next = belongs->core_next;
	}
	if (belongs->core_next == NONE) {
		cell->core_last = belongs->core_prev;
	} else {
		belongs_at(c, belongs->core_next)->core_prev = belongs->core_prev;
	}
	belongs->beside = NONE;
}

static void
demote(struct cluster *c, uint32_t index)
{
	const struct belongs *belongs = belongs_at(c, index);
	uint32_t cell_index = site_at(c, index)->cell;
	struct cell *cell = cell_at(c, cell_index);
	struct side *sides = cell_sides(c, cell);

	component_count(c, cell->component, -(int64_t)site_at(c, index)->n_points);
	for (uint32_t i = 0; i < cell->n_sides; i++) {
		if (sides[i].tried == index) {
			sides[i].tried = belongs->core_prev;
		}
		if (sides[i].witness == index) {
			sides[i].witness = TORN;
			side_find(c, cell_at(c, sides[i].cell), cell_index)->witness =
				TORN;
		}
	}
	take_from_core_list(c, index, cell);
	cell_flag(c, cell_index);
}

static bool
try_site(struct cluster *c, uint32_t site, struct side *side, struct side *back)
{
	struct face over = face_of(c, side->cell);
	uint32_t found = find_witness(c, &over, site_at(c, site));

	if (found == NONE) {
		return false;
	}
	side->witness = site;
	back->witness = found;
	return true;
}

static uint32_t
first_untried(const struct cluster *c, const struct cell *cell, const struct side *side)
{
	return side->tried == NONE ? cell->core_first
				   : belongs_at(c, side->tried)->core_next;
}

/* The newest stays longest. It is the last to be untried, so it remains that. */
static bool
try_newest(struct cluster *c, const struct cell *cell, struct side *side,
	struct side *back)
{
	return side->tried != cell->core_last &&
	       try_site(c, cell->core_last, side, back);
}

/* Tries what is untried on this side, until there is a witness. */
static bool
try_untried(struct cluster *c, const struct cell *cell, struct side *side,
	struct side *back)
{
	uint32_t site;

	while ((site = first_untried(c, cell, side)) != NONE) {
		if (try_site(c, site, side, back)) {
			return true;
		}
		side->tried = site;
	}
	return false;
}

static void
note_loose(struct cluster *c, uint32_t index)
{
	struct cell *cell = cell_at(c, index);

	if (cell->core_first != NONE && cell->mark == 0) {
		assert(c->n_loose < LOOSE_MOST);
		cell->mark = 1;
		c->loose[c->n_loose++] = index;
	}
}

/* Another witness for an edge that lost its own; else it is gone. */
static bool
mend(struct cluster *c, uint32_t index, struct side *side)
{
	uint32_t over = side->cell;
	struct cell *cell = cell_at(c, index);
	struct cell *other = cell_at(c, over);
	struct side *back = side_find(c, other, index);

	if (cell->core_first != NONE && other->core_first != NONE &&
		(try_newest(c, cell, side, back) || try_newest(c, other, back, side) ||
			try_untried(c, cell, side, back) ||
			try_untried(c, other, back, side))) {
		return true;
	}
	side_take(c, other, back);
	side_take(c, cell, side);
	note_loose(c, index);
	note_loose(c, over);
	return false;
}

static void
mend_cell(struct cluster *c, uint32_t index)
{
	struct cell *cell = cell_at(c, index);
	uint32_t i = 0;

	while (i < cell->n_sides) {
		struct side *side = cell_sides(c, cell) + i;

		/* The place of one that is gone has another. */
		i += side->witness != TORN || mend(c, index, side);
	}
	if (cell->core_first == NONE && cell->component != NONE) {
		component_leave(c, index);
	}
}

void
graph_demote(struct cluster *c)
{
	c->n_loose = 0;
	for (uint32_t i = 0; i < c->n_changed; i++) {
		demote(c, c->changed[i]);
	}
	for (uint32_t i = 0; i < c->n_changed; i++) {
		mend_cell(c, site_at(c, c->changed[i])->cell);
	}
	part_loose(c);
}
