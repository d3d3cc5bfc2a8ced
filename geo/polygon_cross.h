/*
 * polygon_cross - how tangled the rings of a polygon are
 *
 * To make valid a ring that crosses itself costs about the square of its
 * crossings: 5,000 of them, in a file of two kilobytes, take seconds, and two
 * million more memory than a machine has. So whoever repairs asks here first.
 *
 * Sides are swept from south to north. Sides that follow each other in a ring
 * are not looked at. Good ground has sides that touch, as two parts at a
 * corner, but none that cross. Rounding may take one for the other where they
 * pass closer than a hair.
 */
#ifndef GEO_POLYGON_CROSS_H
#define GEO_POLYGON_CROSS_H

#include <stdbool.h>
#include <stddef.h>

#include "geo/polygon.h"

/* More than `most` pairs of sides? */
struct polygon_cross {
	bool cross;
	bool meet; /* cross, touch, or lie upon each other; or nobody knows: too long */
};

/* 0 or -ENOMEM. Takes about a second at most. */
int polygon_cross_more(const struct polygon *p, size_t most, struct polygon_cross *out);

#endif
