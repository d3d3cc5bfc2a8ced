#include "geo/cluster_internal.h"

#include <assert.h>

enum {
	/* Leaves that one point may make: a split makes four, or one at each depth. */
	LEAVES_A_CHANGE = DEPTH_MOST + 4,
};

void
leaf_init(struct cluster *c)
{
	for (unsigned i = 0; i < LEAF_CLASSES; i++) {
		pool_init(&c->leaves[i], sizeof(struct rough) << (i + 1));
	}
}

void
leaf_fini(struct cluster *c)
{
	for (unsigned i = 0; i < LEAF_CLASSES; i++) {
		pool_fini(&c->leaves[i]);
	}
}

/*
 * A point that goes may fold each node to one leaf, and cannot fail; so there is
 * always room for that. It is not touched before.
 */
int
leaf_reserve(struct cluster *c)
{
	int fault = 0;

	for (unsigned i = 0; fault == 0 && i < LEAF_CLASSES; i++) {
		fault = pool_reserve(
			&c->leaves[i], pool_used(&c->nodes) + LEAVES_A_CHANGE);
	}
	return fault;
}

static uint32_t
make_leaf(struct cluster *c, unsigned class_no)
{
	uint32_t number = pool_take(&c->leaves[class_no - 1]);
	uint32_t tree = LEAF | class_no << LEAF_CLASS_SHIFT | number;
	struct rough *roughs = leaf_roughs(c, tree);

	for (unsigned i = 0; i < 1U << class_no; i++) {
		roughs[i].site = NONE;
	}
	return tree;
}

void
leaf_drop(struct cluster *c, uint32_t tree)
{
	if (leaf_class(tree) > 0) {
		pool_give(&c->leaves[leaf_class(tree) - 1], tree & LEAF_NUMBER);
	}
}

static struct rough
rough_of(const struct cluster *c, const struct lattice_box *box, uint32_t index)
{
	const struct site *site = site_at(c, index);
	struct way way = way_to(box, site->at);

	return (struct rough){
		.site = index & NONE,
		.is_pile = site->n_points > 1,
		.y = way_rough(way.y),
		.x = way_rough(way.x),
	};
}

/* To a room of the next class. */
static void
move(struct cluster *c, const struct lattice_box *box, uint32_t *tree)
{
	unsigned class_no = leaf_class(*tree);
	uint32_t larger = make_leaf(c, class_no + 1);
	struct rough *to = leaf_roughs(c, larger);

	if (class_no == 0) {
		to[0] = rough_of(c, box, *tree & LEAF_NUMBER);
	} else {
		const struct rough *from = leaf_roughs(c, *tree);

		for (unsigned i = 0; i < 1U << class_no; i++) {
			to[i] = from[i];
		}
	}
	leaf_drop(c, *tree);
	*tree = larger;
}

void
leaf_put(
	struct cluster *c, const struct lattice_box *box, uint32_t *tree, uint32_t site)
{
	uint32_t n = leaf_size(c, *tree);

	if (*tree == EMPTY_LEAF) {
		*tree = LEAF | site;
		return;
	}
	if (n == UINT32_C(1) << leaf_class(*tree)) {
		move(c, box, tree);
	}
	leaf_roughs(c, *tree)[n] = rough_of(c, box, site);
}

uint32_t
leaf_find(const struct cluster *c, uint32_t tree, uint32_t site)
{
	uint32_t i = 0;

	while (leaf_site(c, tree, i) != site) {
		i++;
		assert(i < UINT32_C(1) << leaf_class(tree));
	}
	return i;
}

void
leaf_take(struct cluster *c, uint32_t *tree, uint32_t site)
{
	uint32_t i = leaf_find(c, *tree, site);
	uint32_t last = leaf_size(c, *tree) - 1;
	struct rough *roughs;

	if (leaf_class(*tree) == 0) {
		*tree = EMPTY_LEAF;
		return;
	}
	roughs = leaf_roughs(c, *tree);
	roughs[i] = roughs[last];
	roughs[last].site = NONE;
	if (last == 1) {
		uint32_t alone = roughs[0].site;

		leaf_drop(c, *tree);
		*tree = LEAF | alone;
	}
}
