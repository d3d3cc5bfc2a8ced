#include "geo/cluster_internal.h"

#include <assert.h>
#include <errno.h>

/*
 * The quadtree of a cell: a leaf has some sites; a node halves its box both ways.
 */

static uint64_t
steps(double from, double to, double whole)
{
	uint64_t last = (UINT64_C(1) << DEPTH_MOST) - 1;
	double part = (to - from) / whole * (double)(last + 1);

	if (part < 0) {
		return 0;
	}
	return part < (double)last ? (uint64_t)part : last;
}

struct way
way_to(const struct lattice_box *box, struct geo_point at)
{
	/* 180 degrees east are in the westernmost column. */
	if (at.lon_deg == 180 && box->west_deg < 0) {
		at.lon_deg = -180;
	}
	return (struct way){
		.y = steps(box->south_deg, at.lat_deg, box->height_deg),
		.x = steps(box->west_deg, at.lon_deg, box->width_deg),
	};
}

static unsigned
quarter_at(struct way way, uint32_t depth)
{
	uint32_t shift = DEPTH_MOST - 1 - depth;

	return (unsigned)((way.y >> shift & 1) << 1 | (way.x >> shift & 1));
}

int
site_reserve(struct cluster *c)
{
	int fault = c->sites.top < LEAF_NUMBER ? pool_reserve(&c->sites, 1) : -ENOMEM;

	if (fault == 0) {
		fault = pool_fit(&c->belongs, c->sites.room);
	}
	/* A leaf whose sites go the same way for long is split all along it. */
	if (fault == 0) {
		fault = pool_reserve(&c->nodes, DEPTH_MOST);
	}
	return fault == 0 ? leaf_reserve(c) : fault;
}

static bool
is_at(const struct cluster *c, uint32_t site, struct geo_point at)
{
	const struct site *s = site_at(c, site);

	return s->at.lat_deg == at.lat_deg && s->at.lon_deg == at.lon_deg;
}

uint32_t
site_find(const struct cluster *c, uint32_t index, struct geo_point at)
{
	const struct cell *cell = cell_at(c, index);
	uint32_t tree = cell_entry(c, cell)->tree;
	struct lattice_box box = lattice_box(c->lattice, cell->at);
	struct way way = way_to(&box, at);
	const struct rough *roughs;
	uint32_t n;

	for (uint32_t depth = 0; !tree_is_leaf(tree); depth++) {
		tree = node_at(c, tree)->quarter[quarter_at(way, depth)];
	}
	if (leaf_class(tree) == 0) {
		return tree != EMPTY_LEAF && is_at(c, tree & LEAF_NUMBER, at)
			       ? tree & LEAF_NUMBER
			       : NONE;
	}
	roughs = leaf_roughs(c, tree);
	n = leaf_size(c, tree);
	for (uint32_t i = 0; i < n; i++) {
		if (roughs[i].y == way_rough(way.y) &&
			roughs[i].x == way_rough(way.x) &&
			is_at(c, roughs[i].site, at)) {
			return roughs[i].site;
		}
	}
	return NONE;
}

/*
 * Makes a node of a full leaf into which one more is to go, and of the quarter that
 * got all of it, and so on. Returns the place for that one.
 */
static uint32_t *
split_leaf(struct cluster *c, const struct lattice_box *box, uint32_t *tree,
	uint32_t depth, struct way way)
{
	while (leaf_size(c, *tree) == LEAF_SITES_MOST) {
		uint32_t leaf = *tree;
		uint32_t index = pool_take(&c->nodes);
		struct node *node = node_at(c, index);
		uint32_t *quarter = NULL;

		assert(depth < DEPTH_MOST);
		*node = (struct node){
			.quarter = {EMPTY_LEAF, EMPTY_LEAF, EMPTY_LEAF, EMPTY_LEAF},
			.n_points = 1,
			.n_sites = 1,
		};
		for (uint32_t i = 0; i < LEAF_SITES_MOST; i++) {
			const struct site *s = site_at(c, leaf_site(c, leaf, i));

			node->n_points += s->n_points;
			node->n_sites++;
			quarter = &node->quarter[quarter_at(way_to(box, s->at), depth)];
			leaf_put(c, box, quarter, leaf_site(c, leaf, i));
		}
		leaf_drop(c, leaf);
		*tree = index;
		tree = &node->quarter[quarter_at(way, depth)];
		depth++;
	}
	return tree;
}

uint32_t
site_open(struct cluster *c, uint32_t index, struct geo_point at)
{
	struct cell *cell = cell_at(c, index);
	uint32_t *tree = &cell_entry(c, cell)->tree;
	uint32_t new_site = pool_take(&c->sites);
	struct lattice_box box;
	struct way way;

	*site_at(c, new_site) = (struct site){
		.at = at,
		.cos_lat = (float)cos(at.lat_deg * (M_PI / 180.0)),
		.cell = index,
		.n_points = 1,
	};
	*belongs_at(c, new_site) =
		(struct belongs){.points = NONE, .core_prev = NONE, .core_next = NONE};
	cell->n_sites++;
	if (*tree == EMPTY_LEAF) {
		*tree = LEAF | new_site;
		return new_site;
	}
	box = lattice_box(c->lattice, cell->at);
	way = way_to(&box, at);
	uint32_t depth = 0;

	for (; !tree_is_leaf(*tree); depth++) {
		struct node *node = node_at(c, *tree);

		node->n_points++;
		node->n_sites++;
		tree = &node->quarter[quarter_at(way, depth)];
	}
	leaf_put(c, &box, split_leaf(c, &box, tree, depth, way), new_site);
	return new_site;
}

void
site_count(struct cluster *c, uint32_t index, int by)
{
	struct site *site = site_at(c, index);
	const struct cell *cell = cell_at(c, site->cell);
	uint32_t tree = cell_entry(c, cell)->tree;

	site->n_points += (uint32_t)by;
	assert(site->n_points > 0);
	if (!tree_is_leaf(tree)) {
		struct lattice_box box = lattice_box(c->lattice, cell->at);
		struct way way = way_to(&box, site->at);

		for (uint32_t depth = 0; !tree_is_leaf(tree); depth++) {
			struct node *node = node_at(c, tree);

			node->n_points += (uint32_t)by;
			tree = node->quarter[quarter_at(way, depth)];
		}
	}
	if (leaf_class(tree) > 0) {
		leaf_roughs(c, tree)[leaf_find(c, tree, index)].is_pile =
			site->n_points > 1;
	}
}

/* All sites under the node become one leaf. */
static void
fold(struct cluster *c, const struct lattice_box *box, uint32_t *tree)
{
	uint32_t stack[TREE_STACK_MOST];
	uint32_t leaf = EMPTY_LEAF;
	size_t n = 1;

	stack[0] = *tree;
	while (n > 0) {
		uint32_t at = stack[--n];

		if (!tree_is_leaf(at)) {
			for (unsigned i = 0; i < 4; i++) {
				stack[n++] = node_at(c, at)->quarter[i];
			}
			pool_give(&c->nodes, at);
			continue;
		}
		for (uint32_t i = 0, size = leaf_size(c, at); i < size; i++) {
			leaf_put(c, box, &leaf, leaf_site(c, at, i));
		}
		leaf_drop(c, at);
	}
	*tree = leaf;
}

void
site_close(struct cluster *c, uint32_t index)
{
	struct site *site = site_at(c, index);
	struct cell *cell = cell_at(c, site->cell);
	uint32_t *tree = &cell_entry(c, cell)->tree;
	uint32_t *thin = NULL; /* the highest node with too few sites for one */
	struct lattice_box box;

	assert(site->n_points == 1);
	site->n_points = 0;
	cell->n_sites--;
	if (!tree_is_leaf(*tree)) {
		box = lattice_box(c->lattice, cell->at);
		struct way way = way_to(&box, site->at);

		for (uint32_t depth = 0; !tree_is_leaf(*tree); depth++) {
			struct node *node = node_at(c, *tree);

			node->n_points--;
			node->n_sites--;
			if (thin == NULL && node->n_sites < c->leaf_least) {
				thin = tree;
			}
			tree = &node->quarter[quarter_at(way, depth)];
		}
	}
	leaf_take(c, tree, index);
	if (thin != NULL) {
		fold(c, &box, thin);
	}
}
