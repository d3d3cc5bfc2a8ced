#include "geo/cluster_internal.h"

#include <assert.h>

/*
 * The quadtree of a cell: a leaf is a list of sites; a node halves its box both
 * ways.
 */

/* A place in the cell's box, in steps of 2^-40 of its height and width. */
struct way {
	uint64_t y;
	uint64_t x;
};

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

static struct way
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
	int fault = pool_reserve(&c->sites, 1);

	if (fault == 0) {
		fault = pool_fit(&c->belongs, c->sites.room);
	}
	/* A leaf whose sites go the same way for long is split all along it. */
	return fault == 0 ? pool_reserve(&c->nodes, DEPTH_MOST) : fault;
}

uint32_t
site_find(const struct cluster *c, uint32_t index, struct geo_point at)
{
	const struct cell *cell = cell_at(c, index);
	uint32_t tree = cell_entry(c, cell)->tree;
	uint32_t site;

	if (!tree_is_leaf(tree)) {
		struct lattice_box box = lattice_box(c->lattice, cell->at);
		struct way way = way_to(&box, at);

		for (uint32_t depth = 0; !tree_is_leaf(tree); depth++) {
			tree = node_at(c, tree)->quarter[quarter_at(way, depth)];
		}
	}
	for (site = leaf_first(tree); site != NONE;
		site = site_at(c, site)->leaf_next) {
		const struct site *s = site_at(c, site);

		if (s->at.lat_deg == at.lat_deg && s->at.lon_deg == at.lon_deg) {
			break;
		}
	}
	return site;
}

static size_t
leaf_length(const struct cluster *c, uint32_t tree)
{
	size_t n = 0;

	for (uint32_t site = leaf_first(tree); site != NONE;
		site = site_at(c, site)->leaf_next) {
		n++;
	}
	return n;
}

static void
put_in_leaf(struct cluster *c, uint32_t *tree, uint32_t site)
{
	site_at(c, site)->leaf_next = leaf_first(*tree);
	*tree = LEAF | site;
}

/* Makes a node of the leaf, and of the quarter that got all of it, and so on. */
static void
split_leaf(struct cluster *c, const struct lattice_box *box, uint32_t *tree,
	uint32_t depth)
{
	while (depth < DEPTH_MOST && leaf_length(c, *tree) > c->leaf_most) {
		uint32_t index = pool_take(&c->nodes);
		struct node *node = node_at(c, index);
		uint32_t site = leaf_first(*tree);
		unsigned quarter = 0;

		*node = (struct node){
			.quarter = {EMPTY_LEAF, EMPTY_LEAF, EMPTY_LEAF, EMPTY_LEAF}};
		while (site != NONE) {
			const struct site *s = site_at(c, site);
			uint32_t next = s->leaf_next;

			quarter = quarter_at(way_to(box, s->at), depth);
			node->n_points += s->n_points;
			node->n_sites++;
			put_in_leaf(c, &node->quarter[quarter], site);
			site = next;
		}
		*tree = index;
		/* If any quarter is too full, it is the only one. */
		tree = &node->quarter[quarter];
		depth++;
	}
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
		.n_points = 1,
	};
	*belongs_at(c, new_site) = (struct belongs){
		.cell = index, .points = NONE, .core_prev = NONE, .core_next = NONE};
	cell->n_sites++;
	if (tree_is_leaf(*tree) && cell->n_sites <= c->leaf_most) {
		put_in_leaf(c, tree, new_site);
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
	put_in_leaf(c, tree, new_site);
	split_leaf(c, &box, tree, depth);
	return new_site;
}

void
site_count(struct cluster *c, uint32_t index, int by)
{
	struct site *site = site_at(c, index);
	const struct cell *cell = cell_at(c, belongs_at(c, index)->cell);
	uint32_t tree = cell_entry(c, cell)->tree;

	site->n_points += (uint32_t)by;
	assert(site->n_points > 0);
	if (tree_is_leaf(tree)) {
		return;
	}
	struct lattice_box box = lattice_box(c->lattice, cell->at);
	struct way way = way_to(&box, site->at);

	for (uint32_t depth = 0; !tree_is_leaf(tree); depth++) {
		struct node *node = node_at(c, tree);

		node->n_points += (uint32_t)by;
		tree = node->quarter[quarter_at(way, depth)];
	}
}

/* All sites under the node become one leaf. */
static void
fold(struct cluster *c, uint32_t *tree)
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
		for (uint32_t site = leaf_first(at); site != NONE;) {
			uint32_t next = site_at(c, site)->leaf_next;

			put_in_leaf(c, &leaf, site);
			site = next;
		}
	}
	*tree = leaf;
}

static void
take_from_leaf(struct cluster *c, uint32_t *tree, uint32_t site)
{
	uint32_t before = NONE;

	for (uint32_t at = leaf_first(*tree); at != site;
		at = site_at(c, at)->leaf_next) {
		assert(at != NONE);
		before = at;
	}
	if (before == NONE) {
		*tree = LEAF | site_at(c, site)->leaf_next;
	} else {
		site_at(c, before)->leaf_next = site_at(c, site)->leaf_next;
	}
}

void
site_close(struct cluster *c, uint32_t index)
{
	struct site *site = site_at(c, index);
	struct cell *cell = cell_at(c, belongs_at(c, index)->cell);
	uint32_t *tree = &cell_entry(c, cell)->tree;
	uint32_t *thin = NULL; /* the highest node with too few sites for one */

	assert(site->n_points == 1);
	site->n_points = 0;
	cell->n_sites--;
	if (!tree_is_leaf(*tree)) {
		struct lattice_box box = lattice_box(c->lattice, cell->at);
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
	take_from_leaf(c, tree, index);
	if (thin != NULL) {
		fold(c, thin);
	}
}
