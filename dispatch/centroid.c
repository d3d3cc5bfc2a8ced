#include "dispatch/centroid.h"

#include <errno.h>

static const double near_m = 11;

void
centroids_fini(struct centroids *c)
{
	grid_free(c->grid);
	c->grid = NULL;
}

int
centroids_add(struct centroids *c, struct geo_point at)
{
	if (c->grid == NULL) {
		c->grid = grid_new(near_m);
	}
	return c->grid == NULL ? -ENOMEM : grid_add(c->grid, 0, at);
}

static int
on_one(void *arg, uint64_t id, double distance_m)
{
	(void)arg;
	(void)id;
	(void)distance_m;
	return 1;
}

bool
centroids_has(const struct centroids *c, struct geo_point at)
{
	return c->grid != NULL && grid_find(c->grid, at, near_m, on_one, NULL) != 0;
}
