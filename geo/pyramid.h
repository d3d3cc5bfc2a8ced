/*
 * pyramid - how many of what are in each square of the map, at every zoom
 *
 * A quadtree over the Web Mercator square (EPSG:3857, what map tiles are cut
 * from). Things are numbered slots 0, 1, 2 ..., each of one kind at one point.
 * A square that holds more than a few is a node with counts and sums of
 * coordinates by kind; fewer are a list. So a thing comes, moves or goes in
 * as many steps as there are levels, and a question costs what is in view:
 * whether a square holds ten or a million is one number.
 *
 * Squares are seen whole: one at the edge of a box counts also what is just
 * outside. Latitudes beyond the map (85.05 degrees) are in its outermost rows.
 */
#ifndef GEO_PYRAMID_H
#define GEO_PYRAMID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "geo/point.h"

enum {
	PYRAMID_KINDS = 20,
	PYRAMID_LEVELS = 24, /* of squares: the smallest are 2.4 m wide */
	PYRAMID_NO_SLOT = 0x7fffffff,
};

struct pyramid;

/* NULL when memory is short. */
struct pyramid *pyramid_new(void);
void pyramid_free(struct pyramid *p); /* accepts NULL */
void pyramid_clear(struct pyramid *p);

/* Room for one pyramid_put() of a slot below n_slots. 0 or -ENOMEM. */
int pyramid_reserve(struct pyramid *p, size_t n_slots);

/* Comes, or moves, or becomes another kind; pyramid_reserve() came before. */
void pyramid_put(struct pyramid *p, uint32_t slot, struct geo_point at, unsigned kind);

/* Goes; nothing happens when it is not there. */
void pyramid_remove(struct pyramid *p, uint32_t slot);

size_t pyramid_count(const struct pyramid *p);

/* What is asked. */
struct pyramid_view {
	double west_deg, south_deg, east_deg, north_deg; /* west > east: over ±180 */
	double zoom;    /* of a map whose world is 512 pixels wide at zoom 0 */
	uint32_t kinds; /* bit of each one wanted */
	/* A question kinds cannot answer: then each is looked at. May be NULL. */
	bool (*matches)(void *arg, uint32_t slot);
	void *arg;
	size_t looks_most; /* at so many, with matches() */
};

struct pyramid_cell {
	uint32_t counts[PYRAMID_KINDS]; /* of those wanted */
	uint32_t n;
	struct geo_point centre; /* of mass */
	uint32_t lone;           /* the one, when n is 1; or PYRAMID_NO_SLOT */
};

struct pyramid_found {
	size_t n;
	bool incomplete; /* looked at looks_most of them: there may be more */
};

/*
 * The squares that are some 64 pixels wide at the zoom and hold anything; wider
 * ones when the view would hold more than room of them.
 */
void pyramid_cells(const struct pyramid *p, const struct pyramid_view *view,
	struct pyramid_cell *out, size_t room, struct pyramid_found *found);

/*
 * Each one by itself, of the squares as small as they come: give or take one
 * at the edges unless matches() says. incomplete: there are more than room.
 */
void pyramid_slots(const struct pyramid *p, const struct pyramid_view *view,
	uint32_t *out, size_t room, struct pyramid_found *found);

#endif
