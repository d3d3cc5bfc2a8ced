/*
 * centroid - points that stand for a whole municipality
 *
 * Geocoders and lists that know only the municipality answer with its central
 * point. A report on it says "somewhere in the town", however exact the digits
 * look. The set is the central points of the areas (the residents' file gives
 * 8 decimals, its copies 4 or 5), so what lies within 11 m of one, which is what
 * the fourth decimal is worth, counts as standing on it.
 *
 * Whether that is believed is place.h's question: a device that fixed its own
 * position may well stand in the square in front of the town hall.
 */
#ifndef DISPATCH_CENTROID_H
#define DISPATCH_CENTROID_H

#include <stdbool.h>
#include <sys/queue.h>

#include "geo/grid.h"

struct centroids {
	struct grid *grid; /* NULL: none yet */
	SLIST_HEAD(, centroid) all;
};

/* All zero is an empty set. */
void centroids_fini(struct centroids *c);

/* 0 or -ENOMEM. */
int centroids_add(struct centroids *c, struct geo_point at);

bool centroids_has(const struct centroids *c, struct geo_point at);

#endif
