#include "dispatch/centroid.h"

#include <errno.h>
#include <stdlib.h>

static const double near_m = 11;

struct centroid {
	struct geo_point at;
	SLIST_ENTRY(centroid) link;
};

void
centroids_fini(struct centroids *c)
{
	struct centroid *one;

	grid_free(c->grid);
	c->grid = NULL;
	while ((one = SLIST_FIRST(&c->all)) != NULL) {
		SLIST_REMOVE_HEAD(&c->all, link);
		free(one);
	}
}

int
centroids_add(struct centroids *c, struct geo_point at)
{
	struct centroid *one = malloc(sizeof(*one));

	if (c->grid == NULL) {
		c->grid = grid_new(near_m);
	}
	if (one == NULL || c->grid == NULL) {
		free(one);
		return -ENOMEM;
	}
	one->at = at;
	if (grid_add(c->grid, &one->at) < 0) {
		free(one);
		return -ENOMEM;
	}
	SLIST_INSERT_HEAD(&c->all, one, link);
	return 0;
}

static int
on_one(void *arg, const struct geo_point *at, double distance_m)
{
	(void)arg;
	(void)at;
	(void)distance_m;
	return 1;
}

bool
centroids_has(const struct centroids *c, struct geo_point at)
{
	return c->grid != NULL && grid_find(c->grid, at, near_m, on_one, NULL) != 0;
}
