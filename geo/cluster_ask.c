#include "geo/cluster.h"

#include <assert.h>

#include "geo/cluster_internal.h"

/* What a border point has found so far. */
struct nearest {
	uint32_t site;
	double distance_m; /* NAN: nobody has measured, there was one alone */
	uint32_t left;     /* points near it that have not been seen */
};

static uint64_t
least_id(const struct cluster *c, uint32_t site)
{
	uint64_t least = UINT64_MAX;

	for (uint32_t point = belongs_at(c, site)->points; point != NONE;
		point = point_at(c, point)->next) {
		if (point_at(c, point)->id < least) {
			least = point_at(c, point)->id;
		}
	}
	return least;
}

static bool
is_nearer(const struct cluster *c, const struct site *from, struct nearest *n,
	uint32_t site, double *distance_m)
{
	if (n->site == NONE) {
		*distance_m = NAN;
		return true;
	}
	if (isnan(n->distance_m)) {
		n->distance_m = measure_distance_m(from->at, site_at(c, n->site)->at);
	}
	*distance_m = measure_distance_m(from->at, site_at(c, site)->at);
	return *distance_m != n->distance_m ? *distance_m < n->distance_m
					    : least_id(c, site) < least_id(c, n->site);
}

/* A point that is not core has fewer than min_points sites near it in all. */
static void
look_for_core(const struct cluster *c, const struct face *in, const struct site *from,
	struct nearest *n)
{
	uint32_t near[CLUSTER_MIN_POINTS_MOST];
	size_t n_near = near_list(c, in, from, near, CLUSTER_MIN_POINTS_MOST);

	for (size_t i = 0; i < n_near; i++) {
		const struct site *site = site_at(c, near[i]);
		double distance_m;

		n->left -= site == from ? 0 : site->n_points;
		if (site->is_core && is_nearer(c, from, n, near[i], &distance_m)) {
			n->site = near[i];
			n->distance_m = distance_m;
		}
	}
}

static uint64_t
id_of_cell(const struct cluster *c, uint32_t cell)
{
	return component_id(c, cell_at(c, cell)->component);
}

uint64_t
cluster_id(const struct cluster *c, uint32_t handle)
{
	assert(handle < c->points.top && point_at(c, handle)->site != NONE);
	return point_at(c, handle)->id;
}

struct geo_point
cluster_at(const struct cluster *c, uint32_t handle)
{
	assert(handle < c->points.top && point_at(c, handle)->site != NONE);
	return site_at(c, point_at(c, handle)->site)->at;
}

void *
cluster_extra(const struct cluster *c, uint32_t handle)
{
	return point_at(c, handle) + 1;
}

/* Are all points that are near a site but are not at it at that other one? */
static bool
has_only(const struct cluster *c, const struct site *site, uint32_t other)
{
	uint32_t left = site->n_near - site->n_points;

	return other != NONE && site_at(c, other)->n_points == left &&
	       site_is_near(c, site, site_at(c, other));
}

/*
 * The core site nearest to one that is not, or NONE. What was beside it when its
 * neighbours changed is mostly all that there is. A site that is gone has no points.
 */
static uint32_t
nearest_core(const struct cluster *c, uint32_t index)
{
	const struct site *site = site_at(c, index);
	const struct cell *cell = cell_at(c, site_at(c, index)->cell);
	uint32_t beside = belongs_at(c, index)->beside;
	struct nearest nearest = {.site = NONE, .left = site->n_near - site->n_points};
	struct face entries[LATTICE_AROUND_MOST];
	struct around around;
	size_t n;

	if (nearest.left == 0) {
		return NONE;
	}
	if (has_only(c, site, beside)) {
		return site_at(c, beside)->is_core ? beside : NONE;
	}
	if (cell->n_sites > 1) {
		struct face own = face_of(c, site->cell);

		look_for_core(c, &own, site, &nearest);
	}
	if (nearest.left == 0) {
		return nearest.site;
	}
	block_around(c, cell->at, &site->at, &around);
	n = around_list(c, &around, AROUND_CORE, entries);
	for (size_t i = 0; nearest.left > 0 && i < n; i++) {
		look_for_core(c, &entries[i], site, &nearest);
	}
	return nearest.site;
}

struct cluster_place
cluster_of(const struct cluster *c, uint32_t handle)
{
	uint32_t site, core;

	assert(handle < c->points.top && point_at(c, handle)->site != NONE);
	site = point_at(c, handle)->site;
	core = site_at(c, site)->is_core ? site : nearest_core(c, site);
	return (struct cluster_place){
		.is_core = core == site,
		.component = core == NONE ? CLUSTER_NONE
					  : id_of_cell(c, site_at(c, core)->cell),
	};
}

/* Once each. */
static size_t
note_component(uint64_t *components, size_t n, uint64_t component)
{
	size_t k = 0;

	while (k < n && components[k] != component) {
		k++;
	}
	components[k] = component;
	return k == n ? n + 1 : n;
}

size_t
cluster_near(
	const struct cluster *c, struct geo_point at, uint64_t *components, size_t most)
{
	struct site from = {.at = cluster_round(at),
		.cos_lat = (float)cos(at.lat_deg * (M_PI / 180.0))};
	struct lattice_cell place = lattice_cell_at(c->lattice, from.at);
	uint32_t own = block_find_cell(c, place);
	struct face entries[LATTICE_AROUND_MOST + 1];
	struct around around;
	size_t n_entries, n = 0;

	block_around(c, place, &from.at, &around);
	n_entries = around_list(c, &around, AROUND_CORE, entries);
	if (own != NONE && cell_at(c, own)->core_first != NONE) {
		entries[n_entries++] = face_of(c, own);
	}
	for (size_t i = 0; i < n_entries && n < most; i++) {
		if (graph_core_near(c, &entries[i], &from) != NONE) {
			n = note_component(
				components, n, id_of_cell(c, entries[i].cell));
		}
	}
	return n;
}

size_t
cluster_size(const struct cluster *c, uint64_t component)
{
	return component_size(c, component_find(c, component));
}

static int
walk_site(const struct cluster *c, uint32_t site, cluster_visit visit, void *arg)
{
	for (uint32_t point = belongs_at(c, site)->points; point != NONE;
		point = point_at(c, point)->next) {
		int answer =
			visit(arg, point_at(c, point)->id, site_at(c, site)->at, point);

		if (answer != 0) {
			return answer;
		}
	}
	return 0;
}

int
cluster_walk(
	const struct cluster *c, uint64_t component, cluster_visit visit, void *arg)
{
	uint32_t first = component_first(c, component_find(c, component));
	uint32_t cell = first;

	while (cell != NONE) {
		for (uint32_t site = cell_at(c, cell)->core_first; site != NONE;
			site = belongs_at(c, site)->core_next) {
			int answer = walk_site(c, site, visit, arg);

			if (answer != 0) {
				return answer;
			}
		}
		cell = cell_at(c, cell)->fellow_next;
		if (cell == first) {
			break;
		}
	}
	return 0;
}

/* A cell that is not sparse has none. */
static int
walk_not_core(const struct cluster *c, uint32_t tree, cluster_visit visit, void *arg)
{
	int answer = 0;

	if (!tree_is_leaf(tree)) {
		return 0;
	}
	for (uint32_t i = 0, size = leaf_size(c, tree); answer == 0 && i < size; i++) {
		uint32_t site = leaf_site(c, tree, i);

		if (!site_at(c, site)->is_core) {
			answer = walk_site(c, site, visit, arg);
		}
	}
	return answer;
}

int
cluster_walk_edge(
	const struct cluster *c, uint64_t component, cluster_visit visit, void *arg)
{
	uint32_t first = component_first(c, component_find(c, component));
	uint32_t index = first;
	int answer = 0;

	while (answer == 0 && index != NONE) {
		const struct cell *cell = cell_at(c, index);
		struct face entries[LATTICE_AROUND_MOST];
		struct around around;
		size_t n;

		block_around(c, cell->at, NULL, &around);
		n = around_list(c, &around, AROUND_EDGE, entries);
		answer = walk_not_core(c, cell_entry(c, cell)->tree, visit, arg);
		for (size_t i = 0; answer == 0 && i < n; i++) {
			answer = walk_not_core(c, entries[i].tree, visit, arg);
		}
		index = cell->fellow_next == first ? NONE : cell->fellow_next;
	}
	return answer;
}

size_t
cluster_points(const struct cluster *c)
{
	return pool_used(&c->points);
}

size_t
cluster_components(const struct cluster *c)
{
	return pool_used(&c->components);
}

size_t
cluster_bytes(const struct cluster *c)
{
	size_t bytes = sizeof(*c) + c->n_buckets * sizeof(struct bucket) +
		       pool_bytes(&c->points) + pool_bytes(&c->sites) +
		       c->sites.top * sizeof(struct belongs) + pool_bytes(&c->nodes) +
		       pool_bytes(&c->cells) + pool_bytes(&c->blocks) +
		       pool_bytes(&c->components) + pool_bytes(&c->names);

	for (unsigned i = 0; i < ENTRY_CLASSES; i++) {
		bytes += pool_bytes(&c->entries[i]);
	}
	for (unsigned i = 0; i < LEAF_CLASSES; i++) {
		bytes += pool_bytes(&c->leaves[i]);
	}
	for (unsigned i = 0; i < SIDE_CLASSES; i++) {
		bytes += pool_bytes(&c->sides[i]);
	}
	return bytes;
}
