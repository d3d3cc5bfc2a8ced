#include "geo/polygon_cross.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

enum {
	PAIRS_MOST = 1 << 28, /* looked at; about a second */
};

/* Lower end first. */
struct side {
	double south, north;
	double at_south, at_north; /* longitudes */
	size_t ring;
	size_t first; /* corner at which it begins */
};

static struct side
side_of(const struct polygon *p, size_t ring, size_t corner)
{
	const struct polygon_corner *a = &p->corners[corner];
	const struct polygon_corner *b = a + 1;

	if (a->lat_e7 > b->lat_e7) {
		a = b;
		b = &p->corners[corner];
	}
	return (struct side){.south = a->lat_e7,
		.north = b->lat_e7,
		.at_south = (double)a->lon_e7,
		.at_north = (double)b->lon_e7,
		.ring = ring,
		.first = corner};
}

static int
by_south(const void *a, const void *b)
{
	double x = ((const struct side *)a)->south;
	double y = ((const struct side *)b)->south;

	return (x > y) - (x < y);
}

/* > 0: the point is to the right of the side, seen northwards. */
static double
turn(const struct side *s, double lat, double lon)
{
	return (s->north - s->south) * (lon - s->at_south) -
	       (s->at_north - s->at_south) * (lat - s->south);
}

/* Where b's ends are as seen from a: 1 on one side, -1 on both, 0 upon it. */
static int
stand(const struct side *a, const struct side *b)
{
	double south = turn(a, b->south, b->at_south);
	double north = turn(a, b->north, b->at_north);

	if (south == 0 || north == 0) {
		return 0;
	}
	return (south > 0) == (north > 0) ? 1 : -1;
}

static bool
is_beside(const struct side *a, const struct side *b)
{
	double a_west = a->at_south < a->at_north ? a->at_south : a->at_north;
	double a_east = a->at_south < a->at_north ? a->at_north : a->at_south;

	return (b->at_south < a_west && b->at_north < a_west) ||
	       (b->at_south > a_east && b->at_north > a_east);
}

static bool
is_next(const struct polygon *p, const struct side *a, const struct side *b)
{
	size_t low = a->first < b->first ? a->first : b->first;
	size_t high = a->first < b->first ? b->first : a->first;

	return a->ring == b->ring &&
	       (high == low + 1 ||
		       (low == p->rings[a->ring] && high + 2 == p->rings[a->ring + 1]));
}

/* Sides in order, with room for as many that are not passed yet. */
struct sweep {
	const struct polygon *p;
	const struct side *sides;
	size_t n;
	const struct side **active;
	size_t n_cross;
	size_t n_meet;
};

static void
look(struct sweep *w, const struct side *a, const struct side *b)
{
	int from_a, from_b;

	if (is_beside(a, b) || is_next(w->p, a, b)) {
		return;
	}
	from_a = stand(a, b);
	from_b = stand(b, a);
	w->n_meet += from_a <= 0 && from_b <= 0;
	w->n_cross += from_a < 0 && from_b < 0;
}

/* Returns false when it gave up. */
static bool
sweep(struct sweep *w, size_t most)
{
	size_t n_active = 0, n_pairs = 0;

	for (const struct side *s = w->sides; s < w->sides + w->n; s++) {
		for (size_t i = 0; i < n_active;) {
			if (w->active[i]->north < s->south) {
				w->active[i] = w->active[--n_active];
				continue;
			}
			look(w, s, w->active[i++]);
			if (w->n_cross > most) {
				return true;
			}
			if (++n_pairs > PAIRS_MOST) {
				return false;
			}
		}
		w->active[n_active++] = s;
	}
	return true;
}

int
polygon_cross_more(const struct polygon *p, size_t most, struct polygon_cross *out)
{
	struct side *sides = calloc(p->n_corners + 1, sizeof(*sides));
	struct sweep w = {.p = p,
		.sides = sides,
		.active = calloc(p->n_corners + 1, sizeof(*w.active))};
	bool is_whole;
	int r = -ENOMEM;

	if (sides != NULL && w.active != NULL) {
		for (size_t ring = 0; ring < p->n_rings; ring++) {
			for (size_t i = p->rings[ring]; i + 1 < p->rings[ring + 1];
				i++) {
				sides[w.n++] = side_of(p, ring, i);
			}
		}
		qsort(sides, w.n, sizeof(*sides), by_south);
		is_whole = sweep(&w, most);
		*out = (struct polygon_cross){.cross = w.n_cross > most,
			.meet = w.n_meet > most || !is_whole};
		r = 0;
	}
	free(sides);
	free(w.active);
	return r;
}
