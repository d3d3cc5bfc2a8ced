#include "geo/cluster_internal.h"

#include <assert.h>

uint32_t
graph_core_near(const struct cluster *c, uint32_t index, const struct site *from)
{
	uint32_t site;

	if (!cell_has_flag(c, index, CELL_IS_SPARSE)) {
		return near_list(c, index, from, &site, 1) == 1 ? site : NONE;
	}
	site = leaf_first(c->trees[index]);
	while (site != NONE) {
		const struct site *s = site_at(c, site);

		if (s->is_core && site_is_near(c, from, s)) {
			break;
		}
		site = s->leaf_next;
	}
	return site;
}

/* ---- becoming core */

static void
put_in_core_list(struct cluster *c, uint32_t index)
{
	struct site *site = site_at(c, index);
	struct cell *cell = cell_at(c, site->cell);

	site->is_core = true;
	site->core_prev = cell->core_last;
	site->core_next = NONE;
	if (cell->core_last == NONE) {
		cell->core_first = index;
	} else {
		site_at(c, cell->core_last)->core_next = index;
	}
	cell->core_last = index;
	cell->n_core_sites++;
}

/* Is the newest of its cell's core sites a witness on that side? */
static void
try_new_site(struct cluster *c, uint32_t index, struct side *side)
{
	uint32_t cell = site_at(c, index)->cell;
	uint32_t found = graph_core_near(c, side->cell, site_at(c, index));

	if (found != NONE) {
		side->witness = index;
		side->untried = index;
		side_back(c, cell, side)->witness = found;
		component_hold_claim(c, cell_at(c, side->cell)->component);
		component_merge(c, cell_at(c, cell)->component,
			cell_at(c, side->cell)->component);
	}
}

/* Sides without a witness, and with core sites over there. */
static uint32_t
list_sides_to_try(
	struct cluster *c, uint32_t index, struct side *to_try[LATTICE_AROUND_MOST])
{
	const struct cell *cell = cell_at(c, site_at(c, index)->cell);
	struct side *sides = cell_sides(c, cell);
	uint32_t n = 0;

	for (uint32_t i = 0; i < cell->n_sides; i++) {
		struct side *side = &sides[i];

		if (side->witness != NONE) {
			if (side->untried == NONE) {
				side->untried = index;
			}
		} else if (cell_has_flag(c, side->cell, CELL_HAS_CORE)) {
			to_try[n++] = side;
		}
	}
	return n;
}

static void
promote(struct cluster *c, uint32_t index)
{
	struct site *site = site_at(c, index);
	struct cell *cell = cell_at(c, site->cell);
	struct side *to_try[LATTICE_AROUND_MOST];
	uint32_t n;

	if (cell->core_first == NONE) {
		component_open(c, site->cell);
	}
	component_hold_claim(c, cell->component);
	component_count(c, cell->component, site->n_points);
	put_in_core_list(c, index);
	cell_flag(c, site->cell);
	n = list_sides_to_try(c, index, to_try);
	for (uint32_t i = 0; i < n; i++) {
		tree_prefetch(c, c->trees[to_try[i]->cell]);
	}
	for (uint32_t i = 0; i < n; i++) {
		try_new_site(c, index, to_try[i]);
	}
}

void
graph_promote(struct cluster *c)
{
	for (uint32_t i = 0; i < c->n_changed; i++) {
		promote(c, c->changed[i]);
	}
	for (uint32_t i = 0; i < c->n_changed; i++) {
		const struct site *site = site_at(c, c->changed[i]);

		component_settle(c, cell_at(c, site->cell)->component);
	}
}

/* ---- being core no longer */

static void
take_from_core_list(struct cluster *c, uint32_t index)
{
	struct site *site = site_at(c, index);
	struct cell *cell = cell_at(c, site->cell);

	site->is_core = false;
	cell->n_core_sites--;
	if (site->core_prev == NONE) {
		cell->core_first = site->core_next;
	} else {
		site_at(c, site->core_prev)->core_next = site->core_next;
	}
	if (site->core_next == NONE) {
		cell->core_last = site->core_prev;
	} else {
		site_at(c, site->core_next)->core_prev = site->core_prev;
	}
}

static void
demote(struct cluster *c, uint32_t index)
{
	struct site *site = site_at(c, index);
	struct cell *cell = cell_at(c, site->cell);
	struct side *sides = cell_sides(c, cell);

	component_count(c, cell->component, -(int64_t)site->n_points);
	for (uint32_t i = 0; i < cell->n_sides; i++) {
		if (sides[i].untried == index) {
			sides[i].untried = site->core_next;
		}
		if (sides[i].witness == index) {
			sides[i].witness = TORN;
			side_back(c, site->cell, &sides[i])->witness = TORN;
		}
	}
	take_from_core_list(c, index);
	cell_flag(c, site->cell);
}

static bool
try_site(struct cluster *c, uint32_t site, struct side *side, struct side *back)
{
	uint32_t found = graph_core_near(c, side->cell, site_at(c, site));

	if (found == NONE) {
		return false;
	}
	side->witness = site;
	back->witness = found;
	return true;
}

/* The newest stays longest. It is the last to be untried, so it remains that. */
static bool
try_newest(struct cluster *c, uint32_t index, struct side *side, struct side *back)
{
	return side->untried != NONE &&
	       try_site(c, cell_at(c, index)->core_last, side, back);
}

/* Tries what is untried on this side, until there is a witness. */
static bool
try_untried(struct cluster *c, struct side *side, struct side *back)
{
	while (side->untried != NONE) {
		if (try_site(c, side->untried, side, back)) {
			return true;
		}
		side->untried = site_at(c, side->untried)->core_next;
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

/* Another witness for a pair that lost its own; else the edge is gone. */
static void
mend(struct cluster *c, uint32_t index, struct side *side)
{
	struct side *back = side_back(c, index, side);

	if (cell_at(c, index)->core_first == NONE ||
		cell_at(c, side->cell)->core_first == NONE) {
		/* There is nothing over there to be tried with. */
		side->untried = back->untried = NONE;
	} else if (try_newest(c, index, side, back) ||
		   try_newest(c, side->cell, back, side) ||
		   try_untried(c, side, back) || try_untried(c, back, side)) {
		return;
	}
	side->witness = back->witness = NONE;
	note_loose(c, index);
	note_loose(c, side->cell);
}

void
graph_demote(struct cluster *c)
{
	c->n_loose = 0;
	for (uint32_t i = 0; i < c->n_changed; i++) {
		demote(c, c->changed[i]);
	}
	for (uint32_t i = 0; i < c->n_changed; i++) {
		uint32_t index = site_at(c, c->changed[i])->cell;
		struct cell *cell = cell_at(c, index);
		struct side *sides = cell_sides(c, cell);

		for (uint32_t k = 0; k < cell->n_sides; k++) {
			if (sides[k].witness == TORN) {
				mend(c, index, &sides[k]);
			}
		}
		if (cell->core_first == NONE && cell->component != NONE) {
			component_leave(c, index);
		}
	}
	part_loose(c);
}
