#include "geo/cluster.h"

#include <assert.h>
#include <stdlib.h>

#include "geo/cluster_internal.h"

static const double PLACES_IN_DEG = 1e11;

/* Squares so far from eps are told apart without measuring: it rounds to 1e-15. */
static const double SURE = 1e-12;

struct cluster *
cluster_new(const struct cluster_options *options)
{
	struct cluster *c = calloc(1, sizeof(*c));
	uint32_t enough = options->min_points;
	double sine;

	assert(enough >= 1 && enough <= CLUSTER_MIN_POINTS_MOST);
	if (c == NULL) {
		return NULL;
	}
	c->options = *options;
	sine = 2 * sin(options->eps_m / EARTH_RADIUS_M / 2);
	c->inside_rad2 = sine * sine * (1 - SURE);
	c->outside_rad2 = sine * sine * (1 + SURE);
	c->leaf_least = enough > LEAF_SITES_LEAST ? enough : LEAF_SITES_LEAST;
	c->leaf_most = 2 * c->leaf_least;
	pool_init(&c->points, sizeof(struct point));
	pool_init(&c->components, sizeof(struct component));
	pool_init(&c->names, sizeof(struct name));
	cell_init(c);
	pool_init(&c->sites, sizeof(struct site));
	pool_init(&c->nodes, sizeof(struct node));
	c->lattice = lattice_new(options->eps_m);
	if (c->lattice == NULL) {
		cluster_free(c);
		return NULL;
	}
	return c;
}

void
cluster_free(struct cluster *c)
{
	if (c == NULL) {
		return;
	}
	pool_fini(&c->points);
	pool_fini(&c->components);
	pool_fini(&c->names);
	cell_fini(c);
	pool_fini(&c->sites);
	pool_fini(&c->nodes);
	lattice_free(c->lattice);
	free(c);
}

struct geo_point
cluster_round(struct geo_point at)
{
	at.lat_deg = nearbyint(at.lat_deg * PLACES_IN_DEG) / PLACES_IN_DEG;
	at.lon_deg = nearbyint(at.lon_deg * PLACES_IN_DEG) / PLACES_IN_DEG;
	return at;
}

/* ---- adding and removing */

/* So that nothing behind it lacks memory but the cell, which is made last. */
static int
reserve(struct cluster *c)
{
	/* While sites become core, each may be a component of its own first. */
	uint32_t n_components = pool_used(&c->cells) + LATTICE_AROUND_MOST + 1 -
				pool_used(&c->components);
	int fault = pool_reserve(&c->points, 1);

	if (fault == 0) {
		fault = site_reserve(c);
	}
	if (fault == 0) {
		fault = pool_reserve(&c->components, n_components);
	}
	if (fault == 0) {
		fault = pool_reserve(&c->names, n_components);
	}
	return fault;
}

static uint32_t
put_point(struct cluster *c, uint64_t id, uint32_t index)
{
	struct site *site = site_at(c, index);
	uint32_t point = pool_take(&c->points);

	*point_at(c, point) = (struct point){
		.id = id, .site = index, .next = site->points, .prev = NONE};
	if (site->points != NONE) {
		point_at(c, site->points)->prev = point;
	}
	site->points = point;
	return point;
}

static void
take_point(struct cluster *c, uint32_t index)
{
	struct point *point = point_at(c, index);

	if (point->prev == NONE) {
		site_at(c, point->site)->points = point->next;
	} else {
		point_at(c, point->prev)->next = point->next;
	}
	if (point->next != NONE) {
		point_at(c, point->next)->prev = point->prev;
	}
	point->site = NONE;
	pool_give(&c->points, index);
}

static void
note_changed(struct cluster *c, uint32_t site)
{
	assert(c->n_changed < CHANGED_MOST);
	c->changed[c->n_changed++] = site;
}

/* Points within eps of a site in cells around that are crowded, or in all. */
static uint32_t
count_around(const struct cluster *c, const struct site *site, bool in_sparse_too)
{
	const struct cell *cell = cell_at(c, site->cell);
	const struct side *sides = cell_sides(c, cell);
	uint32_t cells[LATTICE_AROUND_MOST];
	uint32_t n_cells = 0;
	uint32_t n = 0;

	for (uint32_t i = 0; i < cell->n_sides; i++) {
		if (in_sparse_too || !cell_has_flag(c, sides[i].cell, CELL_IS_SPARSE)) {
			cells[n_cells++] = sides[i].cell;
			tree_prefetch(c, c->trees[sides[i].cell]);
		}
	}
	for (uint32_t i = 0; i < n_cells; i++) {
		n += near_count(c, cells[i], site);
	}
	return n;
}

/*
 * A point came (by = 1) or went (-1) at `from`: tells those sites of a sparse
 * cell that are near it, but for the site itself, and notes which of them
 * become core, or are it no longer. Returns how many points the sites have.
 */
static uint32_t
tell_cell(struct cluster *c, uint32_t cell, const struct site *from, int by)
{
	uint32_t enough = c->options.min_points;
	uint32_t n = 0;

	for (uint32_t site = leaf_first(c->trees[cell]); site != NONE;) {
		struct site *s = site_at(c, site);

		if (s != from && site_is_near(c, from, s)) {
			n += s->n_points;
			s->n_near += (uint32_t)by;
			if (s->n_near == (by > 0 ? enough : enough - 1)) {
				note_changed(c, site);
			}
		}
		site = s->leaf_next;
	}
	return n;
}

static uint32_t
tell_around(struct cluster *c, const struct site *from, int by)
{
	const struct cell *cell = cell_at(c, from->cell);
	const struct side *sides = cell_sides(c, cell);
	uint32_t sparse[LATTICE_AROUND_MOST];
	uint32_t n_sparse = 0;
	uint32_t n_points = 0;

	/* All the waiting for memory at once. */
	for (uint32_t i = 0; i < cell->n_sides; i++) {
		if (cell_has_flag(c, sides[i].cell, CELL_IS_SPARSE)) {
			sparse[n_sparse++] = sides[i].cell;
			tree_prefetch(c, c->trees[sides[i].cell]);
		}
	}
	for (uint32_t i = 0; i < n_sparse; i++) {
		n_points += tell_cell(c, sparse[i], from, by);
	}
	return n_points;
}

/* A site of a sparse cell has n points near it. */
static void
set_near(struct cluster *c, uint32_t index, uint32_t n)
{
	struct site *site = site_at(c, index);

	site->n_near = n;
	if (site->is_core != (n >= c->options.min_points)) {
		note_changed(c, index);
	}
}

/* The cell was sparse and is not: its sites stop counting. */
static void
note_all_core(struct cluster *c, uint32_t cell)
{
	for (uint32_t site = leaf_first(c->trees[cell]); site != NONE;
		site = site_at(c, site)->leaf_next) {
		if (!site_at(c, site)->is_core) {
			note_changed(c, site);
		}
	}
}

/* The cell is sparse again: its sites count from now on. */
static void
count_all(struct cluster *c, uint32_t cell)
{
	for (uint32_t site = leaf_first(c->trees[cell]); site != NONE;
		site = site_at(c, site)->leaf_next) {
		set_near(c, site,
			cell_at(c, cell)->n_points +
				count_around(c, site_at(c, site), true));
	}
}

static void
touch_site(const struct cluster *c, const struct site *site)
{
	for (uint32_t point = site->points; point != NONE;
		point = point_at(c, point)->next) {
		c->options.touch(c->options.arg, point);
	}
}

/* Those of a sparse cell that are not core and within eps of the site. */
static void
touch_cell(const struct cluster *c, uint32_t cell, const struct site *from)
{
	for (uint32_t index = leaf_first(c->trees[cell]); index != NONE;
		index = site_at(c, index)->leaf_next) {
		const struct site *site = site_at(c, index);

		if (site != from && !site->is_core && site_is_near(c, from, site)) {
			touch_site(c, site);
		}
	}
}

/*
 * Tells of the sites in `changed` and of those around them. A point that is not
 * core has few beside it, so these are few, too.
 */
static void
touch_changed(const struct cluster *c)
{
	for (uint32_t i = 0; c->options.touch != NULL && i < c->n_changed; i++) {
		const struct site *site = site_at(c, c->changed[i]);
		const struct cell *cell = cell_at(c, site->cell);
		const struct side *sides = cell_sides(c, cell);

		touch_site(c, site);
		if (cell_has_flag(c, site->cell, CELL_HAS_EDGE)) {
			touch_cell(c, site->cell, site);
		}
		for (uint32_t k = 0; k < cell->n_sides; k++) {
			if (cell_has_flag(c, sides[k].cell, CELL_HAS_EDGE)) {
				touch_cell(c, sides[k].cell, site);
			}
		}
	}
}

int
cluster_add(struct cluster *c, uint64_t id, struct geo_point at, uint32_t *handle)
{
	struct cell *cell;
	uint32_t cell_index;
	uint32_t site;
	uint32_t n_near;
	bool was_sparse;
	bool is_new;
	int fault;

	assert(point_is_valid(at));
	at = cluster_round(at);
	fault = reserve(c);
	if (fault == 0) {
		fault = cell_open(c, at, &cell_index);
	}
	if (fault < 0) {
		return fault;
	}
	cell = cell_at(c, cell_index);
	was_sparse = cell_is_sparse(c, cell);
	cell->n_points++;
	cell_flag(c, cell_index);
	site = site_find(c, cell_index, at);
	is_new = site == NONE;
	if (is_new) {
		site = site_open(c, cell_index, at);
		cell_flag(c, cell_index);
	} else {
		site_count(c, site, 1);
		if (site_at(c, site)->is_core) {
			component_count(c, cell->component, 1);
		}
	}
	*handle = put_point(c, id, site);

	c->n_changed = 0;
	n_near = tell_around(c, site_at(c, site), 1);
	if (cell_is_sparse(c, cell)) {
		tell_cell(c, cell_index, site_at(c, site), 1);
		n_near += cell->n_points + count_around(c, site_at(c, site), false);
		set_near(c, site, n_near);
	} else if (was_sparse) {
		note_all_core(c, cell_index);
	} else if (is_new) {
		note_changed(c, site);
	}
	graph_promote(c);
	touch_changed(c);
	return 0;
}

void
cluster_remove(struct cluster *c, uint32_t handle)
{
	uint32_t index;
	struct site *site;
	struct cell *cell;
	bool was_sparse;

	assert(handle < c->points.top && point_at(c, handle)->site != NONE);
	index = point_at(c, handle)->site;
	site = site_at(c, index);
	cell = cell_at(c, site->cell);
	was_sparse = cell_is_sparse(c, cell);
	take_point(c, handle);
	cell->n_points--;
	cell_flag(c, site->cell);
	if (site->is_core) {
		component_count(c, cell->component, -1);
	}
	if (site->points == NONE) {
		site_close(c, index);
		cell_flag(c, site->cell);
	} else {
		site_count(c, index, -1);
	}

	c->n_changed = 0;
	tell_around(c, site, -1);
	if (was_sparse) {
		tell_cell(c, site->cell, site, -1);
	} else if (cell_is_sparse(c, cell)) {
		count_all(c, site->cell);
	}
	if (site->points == NONE) {
		if (site->is_core) {
			note_changed(c, index);
		}
	} else if (was_sparse) {
		set_near(c, index, site->n_near - 1);
	}
	graph_demote(c);
	touch_changed(c);
	if (site->points == NONE) {
		pool_give(&c->sites, index);
	}
	if (cell->n_sites == 0) {
		cell_close(c, (uint32_t)(cell - (struct cell *)c->cells.slots));
	}
}
