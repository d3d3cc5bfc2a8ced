#include "geo/cluster.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "geo/cluster_internal.h"

static const double PLACES_IN_DEG = 1e11;

/*
 * Squares so far from eps are told apart without measuring: two cosines are
 * rounded to 2^-24 each.
 */
static const double SURE = 3e-7;

struct cluster *
cluster_new(const struct cluster_options *options)
{
	struct cluster *c = calloc(1, sizeof(*c));
	uint32_t enough = options->min_points;
	double sine;

	_Static_assert(
		(int)CLUSTER_MIN_POINTS_MOST <= (int)LEAF_SITES_MOST, "one leaf");
	assert(enough >= 1 && enough <= CLUSTER_MIN_POINTS_MOST);
	if (c == NULL) {
		return NULL;
	}
	c->options = *options;
	sine = 2 * sin(options->eps_m / EARTH_RADIUS_M / 2);
	c->inside_rad2 = sine * sine * (1 - SURE);
	c->outside_rad2 = sine * sine * (1 + SURE);
	c->leaf_least = enough > LEAF_SITES_LEAST ? enough : LEAF_SITES_LEAST;
	assert(options->extra_bytes % sizeof(uint64_t) == 0);
	pool_init(&c->points, sizeof(struct point) + options->extra_bytes);
	pool_init(&c->components, sizeof(struct component));
	pool_init(&c->names, sizeof(struct name));
	block_init(c);
	cell_init(c);
	pool_init(&c->sites, sizeof(struct site));
	pool_init(&c->belongs, sizeof(struct belongs));
	pool_init(&c->nodes, sizeof(struct node));
	leaf_init(c);
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
	block_fini(c);
	cell_fini(c);
	pool_fini(&c->sites);
	pool_fini(&c->belongs);
	pool_fini(&c->nodes);
	leaf_fini(c);
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
		fault = side_reserve(c);
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
	struct belongs *belongs = belongs_at(c, index);
	uint32_t point = pool_take(&c->points);

	*point_at(c, point) = (struct point){
		.id = id, .site = index, .next = belongs->points, .prev = NONE};
	memset(point_at(c, point) + 1, 0, c->options.extra_bytes);
	if (belongs->points != NONE) {
		point_at(c, belongs->points)->prev = point;
	}
	belongs->points = point;
	return point;
}

static void
take_point(struct cluster *c, uint32_t index)
{
	struct point *point = point_at(c, index);

	if (point->prev == NONE) {
		belongs_at(c, point->site)->points = point->next;
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

/* Points near a site in the cells of a kind around it. */
static uint32_t
count_around(struct cluster *c, uint32_t site, enum around_kind kind)
{
	struct face entries[LATTICE_AROUND_MOST];
	size_t n_entries = around_list(c, site_around(c, site), kind, entries);
	uint32_t n = 0;

	for (size_t i = 0; i < n_entries; i++) {
		n += near_count(c, &entries[i], site_at(c, site));
	}
	return n;
}

/*
 * A point came (by = 1) or went (-1) at `from`: tells those sites of a sparse
 * cell that are near it, but for the site itself, and notes which of them
 * become core, or are it no longer. Returns how many points the sites have.
 */
static uint32_t
tell_cell(struct cluster *c, uint32_t tree, const struct site *from, int by)
{
	uint32_t enough = c->options.min_points;
	uint32_t n = 0;

	for (uint32_t i = 0, size = leaf_size(c, tree); i < size; i++) {
		uint32_t site = leaf_site(c, tree, i);
		struct site *s = site_at(c, site);

		if (s != from && site_is_near(c, from, s)) {
			n += s->n_points;
			s->n_near = (s->n_near + (uint32_t)by) & (UINT32_MAX >> 1);
			if (s->n_near == (by > 0 ? enough : enough - 1)) {
				note_changed(c, site);
			}
		}
	}
	return n;
}

static uint32_t
tell_around(struct cluster *c, uint32_t from, int by)
{
	struct face entries[LATTICE_AROUND_MOST];
	size_t n_entries = around_list(c, site_around(c, from), AROUND_SPARSE, entries);
	uint32_t n_points = 0;

	for (size_t i = 0; i < n_entries; i++) {
		n_points += tell_cell(c, entries[i].tree, site_at(c, from), by);
	}
	return n_points;
}

/* A site of a sparse cell has n points near it. */
static void
set_near(struct cluster *c, uint32_t index, uint32_t n)
{
	struct site *site = site_at(c, index);

	site->n_near = n & (UINT32_MAX >> 1);
	if (site->is_core != (n >= c->options.min_points)) {
		note_changed(c, index);
	}
}

/* The cell was sparse and is not: its sites stop counting. */
static void
note_all_core(struct cluster *c, uint32_t tree)
{
	for (uint32_t i = 0, size = leaf_size(c, tree); i < size; i++) {
		uint32_t site = leaf_site(c, tree, i);

		if (!site_at(c, site)->is_core) {
			note_changed(c, site);
		}
	}
}

/* The cell is sparse again: its sites count from now on. */
static void
count_all(struct cluster *c, uint32_t cell, uint32_t tree)
{
	for (uint32_t i = 0, size = leaf_size(c, tree); i < size; i++) {
		uint32_t index = leaf_site(c, tree, i);

		set_near(c, index,
			cell_at(c, cell)->n_points +
				count_around(c, index, AROUND_SPARSE) +
				count_around(c, index, AROUND_CROWDED));
	}
}

static void
touch_site(const struct cluster *c, uint32_t site)
{
	uint32_t left = site_at(c, site)->n_points;
	uint32_t point = belongs_at(c, site)->points;

	/* The last one's own memory is not looked at: mostly it is the only one. */
	for (; left > 1; left--) {
		c->options.touch(c->options.arg, point);
		point = point_at(c, point)->next;
	}
	if (left == 1) {
		c->options.touch(c->options.arg, point);
	}
}

/*
 * Those of a sparse cell that are not core and within eps of the site; they will
 * be asked whose they are.
 */
static void
touch_cell(const struct cluster *c, uint32_t tree, uint32_t from_index)
{
	const struct site *from = site_at(c, from_index);

	for (uint32_t i = 0, size = leaf_size(c, tree); i < size; i++) {
		uint32_t index = leaf_site(c, tree, i);
		const struct site *site = site_at(c, index);

		if (site != from && !site->is_core && site_is_near(c, from, site)) {
			belongs_at(c, index)->beside = from_index;
			touch_site(c, index);
		}
	}
}

/*
 * Tells of the sites in `changed` and of those around them. A point that is not
 * core has few beside it, so these are few, too.
 */
static void
touch_changed(struct cluster *c)
{
	for (uint32_t i = 0; c->options.touch != NULL && i < c->n_changed; i++) {
		uint32_t index = site_at(c, c->changed[i])->cell;
		const struct cell *cell = cell_at(c, index);
		struct face entries[LATTICE_AROUND_MOST];
		size_t n = around_list(
			c, site_around(c, c->changed[i]), AROUND_EDGE, entries);

		touch_site(c, c->changed[i]);
		if (cell_is_sparse(c, cell) && cell->n_core_sites < cell->n_sites) {
			touch_cell(c, cell_entry(c, cell)->tree, c->changed[i]);
		}
		for (size_t k = 0; k < n; k++) {
			touch_cell(c, entries[k].tree, c->changed[i]);
		}
	}
}

static void
begin_change(struct cluster *c)
{
	c->n_changed = 0;
	c->arrival_site = NONE;
	for (unsigned i = 0; i < AROUNDS_KEPT; i++) {
		c->around_of[i] = NONE;
	}
}

/* The points near a site have changed, by a point there that came or went. */
static void
count_new(struct cluster *c, uint32_t index, uint32_t site, bool is_new)
{
	const struct cell *cell = cell_at(c, index);
	uint32_t tree = cell_entry(c, cell)->tree;
	uint32_t n_near = tell_around(c, site, 1);

	if (cell_is_sparse(c, cell)) {
		tell_cell(c, tree, site_at(c, site), 1);
		n_near += cell->n_points + count_around(c, site, AROUND_CROWDED);
		set_near(c, site, n_near);
	} else if (cell->n_points == c->options.min_points) {
		note_all_core(c, tree);
	} else if (is_new) {
		note_changed(c, site);
	}
}

int
cluster_add(struct cluster *c, uint64_t id, struct geo_point at, uint32_t *handle)
{
	struct lattice_cell place;
	struct cell *cell;
	uint32_t cell_index;
	uint32_t site;
	bool is_new;
	int fault;

	assert(point_is_valid(at));
	at = cluster_round(at);
	place = lattice_cell_at(c->lattice, at);
	begin_change(c);
	/* All that is waited for at once, the block of its own cell among it. */
	block_around(c, place, &at, &c->arrival);
	fault = reserve(c);
	if (fault == 0) {
		fault = cell_open(c, place, &cell_index);
	}
	if (fault < 0) {
		return fault;
	}
	cell = cell_at(c, cell_index);
	cell->n_points++;
	if (cell->core_last != NONE) {
		__builtin_prefetch(belongs_at(c, cell->core_last));
	}
	site = cell->n_sites == 0 ? NONE : site_find(c, cell_index, at);
	is_new = site == NONE;
	if (is_new) {
		site = site_open(c, cell_index, at);
	} else {
		site_count(c, site, 1);
		if (site_at(c, site)->is_core) {
			component_count(c, cell->component, 1);
		}
	}
	c->arrival_site = site;
	cell_flag(c, cell_index);
	*handle = put_point(c, id, site);
	count_new(c, cell_index, site, is_new);
	graph_promote(c);
	touch_changed(c);
	return 0;
}

/* A point of a site is gone, and with the last one the site is out of its cell. */
static void
count_gone(struct cluster *c, uint32_t index, uint32_t gone, bool was_sparse)
{
	const struct cell *cell = cell_at(c, index);
	uint32_t tree = cell_entry(c, cell)->tree;
	struct site *site = site_at(c, gone);

	tell_around(c, gone, -1);
	if (was_sparse) {
		tell_cell(c, tree, site, -1);
	} else if (cell_is_sparse(c, cell)) {
		count_all(c, index, tree);
	}
	if (site->n_points == 0) {
		if (site->is_core) {
			note_changed(c, gone);
		}
	} else if (was_sparse) {
		set_near(c, gone, site->n_near - 1);
	}
}

void
cluster_remove(struct cluster *c, uint32_t handle)
{
	uint32_t index, cell_index;
	struct site *site;
	struct cell *cell;
	bool was_sparse;

	assert(handle < c->points.top && point_at(c, handle)->site != NONE);
	index = point_at(c, handle)->site;
	cell_index = site_at(c, index)->cell;
	site = site_at(c, index);
	cell = cell_at(c, cell_index);
	was_sparse = cell_is_sparse(c, cell);
	begin_change(c);
	take_point(c, handle);
	cell->n_points--;
	if (site->is_core) {
		component_count(c, cell->component, -1);
	}
	if (site->n_points == 1) {
		site_close(c, index);
	} else {
		site_count(c, index, -1);
	}
	cell_flag(c, cell_index);
	count_gone(c, cell_index, index, was_sparse);
	graph_demote(c);
	touch_changed(c);
	if (site->n_points == 0) {
		pool_give(&c->sites, index);
	}
	if (cell->n_sites == 0) {
		cell_close(c, cell_index);
	}
}
