#include "geo/cluster_internal.h"

enum {
	LINE_BYTES = 64,
/* With fewer points a cache has them, and fetching is only work. */
#ifdef __SANITIZE_ADDRESS__
	WORTH_WHILE = 1, /* what it looks at is looked at in tests */
#else
	WORTH_WHILE = 1 << 18,
#endif
};

FETCHES void
fetch_sides(const struct cluster *c, const struct cell *cell)
{
	const char *sides = (const char *)cell_sides(c, cell);
	size_t bytes = cell->n_sides * sizeof(struct side);

	for (size_t i = 0; i < bytes; i += LINE_BYTES) {
		__builtin_prefetch(sides + i);
	}
}

/*
 * The site is a witness of some edges, mostly of none: the cells over there, then
 * what another witness is looked for with.
 */
FETCHES void
fetch_torn(
	const struct cluster *c, uint32_t site, const struct cell *cell, bool is_last)
{
	const struct side *sides = cell_sides(c, cell);

	for (uint32_t i = 0; i < cell->n_sides; i++) {
		const struct cell *over = cell_at(c, sides[i].cell);

		if (sides[i].witness != site) {
			continue;
		}
		if (!is_last) {
			__builtin_prefetch(over);
			__builtin_prefetch(site_at(c, cell->core_last));
		} else {
			fetch_sides(c, over);
			__builtin_prefetch(site_at(c, over->core_last));
		}
	}
}

/* The leaf is in one of the quarters, and a witness perhaps in another. */
FETCHES void
fetch_quarters(const struct cluster *c, uint32_t tree)
{
	for (unsigned i = 0; !tree_is_leaf(tree) && i < 4; i++) {
		tree_prefetch(c, node_at(c, tree)->quarter[i]);
	}
}

/* Each step looks only at what the ones before it have fetched. */
void
cluster_fetch(const struct cluster *c, uint32_t handle, unsigned ahead)
{
	const struct point *point = point_at(c, handle);
	const struct site *site;
	const struct cell *cell;
	uint32_t core_next;

	if (c->points.top < WORTH_WHILE) {
		return;
	}
	if (ahead >= CLUSTER_AHEAD_MOST) {
		__builtin_prefetch(point);
		return;
	}
	if (ahead == CLUSTER_AHEAD_MOST - 1) {
		__builtin_prefetch(site_at(c, point->site));
		__builtin_prefetch(belongs_at(c, point->site));
		return;
	}
	site = site_at(c, point->site);
	cell = cell_at(c, site->cell);
	if (ahead == CLUSTER_AHEAD_MOST - 2) {
		__builtin_prefetch(cell);
		core_next = belongs_at(c, point->site)->core_next;
		if (site->is_core && core_next != NONE) {
			__builtin_prefetch(belongs_at(c, core_next));
		}
	} else if (ahead == CLUSTER_AHEAD_MOST - 3) {
		__builtin_prefetch(block_at(c, cell->block));
		fetch_sides(c, cell);
	} else if (ahead == CLUSTER_AHEAD_MOST - 4) {
		__builtin_prefetch(cell_entry(c, cell));
		fetch_torn(c, point->site, cell, false);
	} else if (ahead == CLUSTER_AHEAD_MOST - 5) {
		tree_prefetch(c, cell_entry(c, cell)->tree);
		fetch_torn(c, point->site, cell, true);
	} else {
		fetch_quarters(c, cell_entry(c, cell)->tree);
	}
}
