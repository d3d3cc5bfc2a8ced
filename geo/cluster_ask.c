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
least_id(const struct cluster *c, const struct site *site)
{
	uint64_t least = UINT64_MAX;

	for (uint32_t point = site->points; point != NONE;
		point = point_at(c, point)->next) {
		if (point_at(c, point)->id < least) {
			least = point_at(c, point)->id;
		}
	}
	return least;
}

static bool
is_nearer(const struct cluster *c, const struct site *from, struct nearest *n,
	const struct site *site, double *distance_m)
{
	if (n->site == NONE) {
		*distance_m = NAN;
		return true;
	}
	if (isnan(n->distance_m)) {
		n->distance_m = measure_distance_m(from->at, site_at(c, n->site)->at);
	}
	*distance_m = measure_distance_m(from->at, site->at);
	return *distance_m != n->distance_m
		       ? *distance_m < n->distance_m
		       : least_id(c, site) < least_id(c, site_at(c, n->site));
}

/* A point that is not core has fewer than min_points sites near it in all. */
static void
look_for_core(const struct cluster *c, uint32_t cell, const struct site *from,
	struct nearest *n)
{
	uint32_t near[CLUSTER_MIN_POINTS_MOST];
	size_t n_near = near_list(c, cell, from, near, CLUSTER_MIN_POINTS_MOST);

	for (size_t i = 0; i < n_near; i++) {
		const struct site *site = site_at(c, near[i]);
		double distance_m;

		n->left -= site == from ? 0 : site->n_points;
		if (site->is_core && is_nearer(c, from, n, site, &distance_m)) {
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

struct cluster_place
cluster_of(const struct cluster *c, uint32_t handle)
{
	struct nearest nearest = {.site = NONE};
	const struct site *site;
	const struct cell *cell;
	const struct side *sides;

	assert(handle < c->points.top && point_at(c, handle)->site != NONE);
	site = site_at(c, point_at(c, handle)->site);
	if (site->is_core) {
		return (struct cluster_place){true, id_of_cell(c, site->cell)};
	}
	cell = cell_at(c, site->cell);
	sides = cell_sides(c, cell);
	nearest.left = site->n_near - site->n_points;
	if (nearest.left > 0 && cell->n_sites > 1) {
		look_for_core(c, site->cell, site, &nearest);
	}
	for (uint32_t i = 0; nearest.left > 0 && i < cell->n_sides; i++) {
		if (cell_has_flag(c, sides[i].cell, CELL_HAS_CORE)) {
			look_for_core(c, sides[i].cell, site, &nearest);
		}
	}
	if (nearest.site == NONE) {
		return (struct cluster_place){false, CLUSTER_NONE};
	}
	return (struct cluster_place){
		false, id_of_cell(c, site_at(c, nearest.site)->cell)};
}

size_t
cluster_near(
	const struct cluster *c, struct geo_point at, uint64_t *components, size_t most)
{
	struct site from = {
		.at = cluster_round(at), .cos_lat = cos(at.lat_deg * (M_PI / 180.0))};
	uint32_t cells[LATTICE_AROUND_MOST + 1];
	size_t n_cells = cell_list_near(c, from.at, cells);
	size_t n = 0;

	for (size_t i = 0; i < n_cells && n < most; i++) {
		uint64_t component;
		size_t k = 0;

		if (!cell_has_flag(c, cells[i], CELL_HAS_CORE)) {
			continue;
		}
		component = id_of_cell(c, cells[i]);
		while (k < n && components[k] != component) {
			k++;
		}
		if (k == n && graph_core_near(c, cells[i], &from) != NONE) {
			components[n++] = component;
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
walk_site(const struct cluster *c, const struct site *site, cluster_visit visit,
	void *arg)
{
	for (uint32_t point = site->points; point != NONE;
		point = point_at(c, point)->next) {
		int answer = visit(arg, point_at(c, point)->id, site->at, point);

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
			site = site_at(c, site)->core_next) {
			int answer = walk_site(c, site_at(c, site), visit, arg);

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
walk_not_core(const struct cluster *c, uint32_t cell, cluster_visit visit, void *arg)
{
	int answer = 0;

	if (!cell_has_flag(c, cell, CELL_HAS_EDGE)) {
		return 0;
	}
	for (uint32_t site = leaf_first(c->trees[cell]); answer == 0 && site != NONE;
		site = site_at(c, site)->leaf_next) {
		if (!site_at(c, site)->is_core) {
			answer = walk_site(c, site_at(c, site), visit, arg);
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
		const struct side *sides = cell_sides(c, cell);

		answer = walk_not_core(c, index, visit, arg);
		for (uint32_t i = 0; answer == 0 && i < cell->n_sides; i++) {
			answer = walk_not_core(c, sides[i].cell, visit, arg);
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
	size_t bytes = sizeof(*c) + c->n_buckets * sizeof(*c->buckets) +
		       pool_bytes(&c->points) + pool_bytes(&c->sites) +
		       pool_bytes(&c->nodes) + pool_bytes(&c->cells) +
		       pool_bytes(&c->components) + pool_bytes(&c->names);

	for (unsigned i = 0; i < SIDE_CLASSES; i++) {
		bytes += pool_bytes(&c->sides[i]);
	}
	return bytes;
}
