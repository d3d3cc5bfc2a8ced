#include "geo/cluster_internal.h"

enum {
	LINE_BYTES = 64,
};

static void
fetch_cell(const struct cluster *c, const struct cell *cell)
{
	const char *sides = (const char *)cell_sides(c, cell);
	size_t bytes = cell->n_sides * sizeof(struct side);

	__builtin_prefetch(block_at(c, cell->block));
	for (size_t i = 0; i < bytes; i += LINE_BYTES) {
		__builtin_prefetch(sides + i);
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
		fetch_cell(c, cell);
	} else if (ahead == CLUSTER_AHEAD_MOST - 4) {
		__builtin_prefetch(cell_entry(c, cell));
	} else {
		tree_prefetch(c, cell_entry(c, cell)->tree);
	}
}
