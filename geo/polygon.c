#include "geo/polygon.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "geo/measure.h"
#include "geo/polygon_internal.h"

static const int64_t TURN = 360 * (int64_t)POLYGON_DEGREE;

/* ---- making one */

static bool
is_same(struct polygon_corner a, struct polygon_corner b)
{
	return a.lon_e7 == b.lon_e7 && a.lat_e7 == b.lat_e7;
}

static struct polygon_corner
corner_from(struct geo_point p)
{
	struct polygon_corner c = {.lon_e7 = llround(p.lon_deg * POLYGON_DEGREE),
		.lat_e7 = (int32_t)lround(p.lat_deg * POLYGON_DEGREE)};

	if (c.lon_e7 == TURN / 2) {
		c.lon_e7 = -TURN / 2;
	}
	return c;
}

/* The next corner, the shorter way from the one before. */
static int64_t
unwrap(int64_t before_e7, int64_t lon_e7)
{
	int64_t way = (lon_e7 - before_e7) % TURN;

	if (way > TURN / 2) {
		way -= TURN;
	} else if (way < -TURN / 2) {
		way += TURN;
	}
	return before_e7 + way;
}

/* A ring that ends a turn away from its beginning goes around a pole: over it, and
 * back.
 */
static uint32_t
close_at_pole(struct polygon_corner *ring, uint32_t n)
{
	int64_t sum = 0;
	int32_t pole;

	for (uint32_t i = 0; i < n; i++) {
		sum += ring[i].lat_e7;
	}
	pole = sum >= 0 ? 90 * POLYGON_DEGREE : -90 * POLYGON_DEGREE;
	ring[n] = (struct polygon_corner){ring[n - 1].lon_e7, pole};
	ring[n + 1] = (struct polygon_corner){ring[0].lon_e7, pole};
	return n + 2;
}

/* Writes the ring's corners, closed; room for size + 4. 0 or an answer. */
static int
take_ring(struct polygon_corner *ring, const struct geo_point *points, uint32_t size,
	uint32_t *n_taken)
{
	uint32_t n = 0;
	int64_t end_e7;

	for (uint32_t i = 0; i < size; i++) {
		struct polygon_corner c;

		if (!point_is_valid(points[i])) {
			return POLYGON_BAD_CORNER;
		}
		c = corner_from(points[i]);
		if (n > 0) {
			c.lon_e7 = unwrap(ring[n - 1].lon_e7, c.lon_e7);
		}
		if (n == 0 || !is_same(c, ring[n - 1])) {
			ring[n++] = c;
		}
	}
	if (n > 1 && is_same(ring[n - 1], ring[0])) {
		n--;
	}
	if (n < 3) {
		return POLYGON_FEW_CORNERS;
	}
	end_e7 = unwrap(ring[n - 1].lon_e7, ring[0].lon_e7);
	if (end_e7 != ring[0].lon_e7) {
		if (llabs(end_e7 - ring[0].lon_e7) != TURN) {
			return POLYGON_TOO_WIDE;
		}
		if (ring[n - 1].lon_e7 != end_e7) {
			ring[n++] = (struct polygon_corner){end_e7, ring[0].lat_e7};
		}
		n = close_at_pole(ring, n);
	}
	ring[n] = ring[0];
	*n_taken = n + 1;
	return 0;
}

static int
check_sizes(const uint32_t *ring_sizes, size_t n_rings, size_t *n_points)
{
	*n_points = 0;
	if (n_rings == 0) {
		return POLYGON_NO_RING;
	}
	if (n_rings > POLYGON_RINGS_MOST) {
		return POLYGON_TOO_LONG;
	}
	for (size_t i = 0; i < n_rings; i++) {
		*n_points += ring_sizes[i];
	}
	return *n_points > POLYGON_CORNERS_MOST ? POLYGON_TOO_LONG : 0;
}

int
polygon_new(struct polygon **out, const struct geo_point *points,
	const uint32_t *ring_sizes, size_t n_rings)
{
	struct polygon *p;
	size_t n_points;
	int r = check_sizes(ring_sizes, n_rings, &n_points);

	if (r != 0) {
		return r;
	}
	p = polygon_with_room(n_points + 4 * n_rings, n_rings);
	if (p == NULL) {
		return -ENOMEM;
	}
	for (size_t i = 0; r == 0 && i < n_rings; i++) {
		uint32_t n = 0;

		p->rings[i] = (uint32_t)p->n_corners;
		r = take_ring(p->corners + p->n_corners, points, ring_sizes[i], &n);
		p->n_corners += n;
		points += ring_sizes[i];
	}
	p->n_rings = n_rings;
	p->rings[n_rings] = (uint32_t)p->n_corners;
	if (r == 0) {
		r = polygon_finish(p);
	}
	if (r != 0) {
		polygon_free(p);
		return r;
	}
	*out = p;
	return 0;
}

struct polygon *
polygon_with_room(size_t corners, size_t rings)
{
	struct polygon *p = calloc(1, sizeof(*p));

	if (p == NULL) {
		return NULL;
	}
	p->corners = calloc(corners, sizeof(*p->corners));
	p->rings = calloc(rings + 1, sizeof(*p->rings));
	if (p->corners == NULL || p->rings == NULL) {
		polygon_free(p);
		return NULL;
	}
	return p;
}

void
polygon_free(struct polygon *p)
{
	if (p == NULL) {
		return;
	}
	free(p->corners);
	free(p->rings);
	free(p->slabs);
	free(p->slab_sides);
	free(p);
}

/* ---- questions */

/*
 * A meridian up to a pole, such as close_at_pole() makes twice, a turn apart: it
 * is no boundary. A point on it belongs to what is west of it.
 */
static bool
is_seam(const struct polygon_corner *low, const struct polygon_corner *high)
{
	return low->lon_e7 == high->lon_e7 &&
	       (low->lat_e7 == -90 * POLYGON_DEGREE ||
		       high->lat_e7 == 90 * POLYGON_DEGREE);
}

/*
 * Is the side west of the point, at its latitude? The side is without its upper
 * end, so that two sides that meet are counted once.
 */
static enum polygon_side
side_is_west(const struct polygon_corner *a, const struct polygon_corner *b,
	struct polygon_corner at)
{
	const struct polygon_corner *low = a->lat_e7 < b->lat_e7 ? a : b;
	const struct polygon_corner *high = low == a ? b : a;
	int64_t west = a->lon_e7 < b->lon_e7 ? a->lon_e7 : b->lon_e7;
	int64_t east = a->lon_e7 < b->lon_e7 ? b->lon_e7 : a->lon_e7;

	if (at.lat_e7 < low->lat_e7 || at.lat_e7 > high->lat_e7 || at.lon_e7 < west) {
		return POLYGON_OUTSIDE;
	}
	if (low->lat_e7 == high->lat_e7) {
		return at.lon_e7 <= east ? POLYGON_BOUNDARY : POLYGON_OUTSIDE;
	}
	if (at.lat_e7 == high->lat_e7) {
		return at.lon_e7 == high->lon_e7 ? POLYGON_BOUNDARY : POLYGON_OUTSIDE;
	}
	if (at.lon_e7 > east) {
		return POLYGON_INSIDE;
	}
	/* At most half a turn times half of one: 3.3e18, exact. */
	int64_t rise = (at.lon_e7 - low->lon_e7) * (high->lat_e7 - low->lat_e7);
	int64_t run = (high->lon_e7 - low->lon_e7) * (at.lat_e7 - low->lat_e7);

	if (rise == run && !is_seam(low, high)) {
		return POLYGON_BOUNDARY;
	}
	return rise > run ? POLYGON_INSIDE : POLYGON_OUTSIDE;
}

static enum polygon_side
side_of_corner(const struct polygon *p, struct polygon_corner at)
{
	uint32_t slab = polygon_slab_at(p, at.lat_e7);
	bool inside = false;

	for (uint32_t i = p->slabs[slab]; i < p->slabs[slab + 1]; i++) {
		const struct polygon_corner *a = &p->corners[p->slab_sides[i]];
		enum polygon_side side = side_is_west(a, a + 1, at);

		if (side == POLYGON_BOUNDARY) {
			return side;
		}
		inside ^= side == POLYGON_INSIDE;
	}
	return inside ? POLYGON_INSIDE : POLYGON_OUTSIDE;
}

enum polygon_side
polygon_side(const struct polygon *p, struct geo_point at)
{
	struct polygon_corner c = corner_from(at);
	bool inside = false;

	assert(point_is_valid(at));
	if (c.lat_e7 < p->south_e7 || c.lat_e7 > p->north_e7) {
		return POLYGON_OUTSIDE;
	}
	/* The same place a turn away, for rings that go beyond +-180. */
	c.lon_e7 -= 2 * TURN;
	for (int turn = -2; turn <= 2; turn++, c.lon_e7 += TURN) {
		enum polygon_side side;

		if (c.lon_e7 < p->west_e7 || c.lon_e7 > p->east_e7) {
			continue;
		}
		side = side_of_corner(p, c);
		if (side == POLYGON_BOUNDARY) {
			return side;
		}
		inside ^= side == POLYGON_INSIDE;
	}
	return inside ? POLYGON_INSIDE : POLYGON_OUTSIDE;
}

/* Degrees of latitude, in the plane around a point. */
struct plane {
	struct polygon_corner at;
	double lon_scale;
	double nearest2; /* squared */
	double nearest_lat;
	double nearest_lon; /* before scaling */
};

static void
try_side(
	struct plane *w, const struct polygon_corner *a, const struct polygon_corner *b)
{
	double ax = (double)(a->lon_e7 - w->at.lon_e7) * w->lon_scale;
	double ay = (double)(a->lat_e7 - w->at.lat_e7);
	double dx = (double)(b->lon_e7 - a->lon_e7) * w->lon_scale;
	double dy = (double)(b->lat_e7 - a->lat_e7);
	double length2 = dx * dx + dy * dy;
	double along = length2 > 0 ? -(ax * dx + ay * dy) / length2 : 0;
	double x, y;

	along = fmin(fmax(along, 0), 1);
	x = ax + along * dx;
	y = ay + along * dy;
	if (x * x + y * y < w->nearest2) {
		w->nearest2 = x * x + y * y;
		w->nearest_lat = y;
		w->nearest_lon = (double)(a->lon_e7 - w->at.lon_e7) +
				 along * (double)(b->lon_e7 - a->lon_e7);
	}
}

static void
try_slabs(struct plane *w, const struct polygon *p, double reach_e7)
{
	double south = (double)w->at.lat_e7 - reach_e7;
	double north = (double)w->at.lat_e7 + reach_e7;
	uint32_t first, last;

	if (north < p->south_e7 || south > p->north_e7) {
		return;
	}
	first = polygon_slab_at(p, (int64_t)fmax(south, p->south_e7));
	last = polygon_slab_at(p, (int64_t)fmin(north, p->north_e7));
	for (uint32_t i = p->slabs[first]; i < p->slabs[last + 1]; i++) {
		const struct polygon_corner *a = &p->corners[p->slab_sides[i]];

		try_side(w, a, a + 1);
	}
}

double
polygon_distance_m(const struct polygon *p, struct geo_point at, double within_m)
{
	double reach_deg = within_m / EARTH_RADIUS_M * (180 / M_PI) * 1.01 + 1e-6;
	double far_deg = fmin(fabs(at.lat_deg) + reach_deg, 89.999);
	double reach_e7 = fmin(reach_deg, 180) * POLYGON_DEGREE;
	double wide_e7 = fmin(reach_e7 / cos(far_deg * (M_PI / 180)), (double)TURN);
	struct plane w = {.at = corner_from(at),
		.lon_scale = cos(at.lat_deg * (M_PI / 180)),
		.nearest2 = INFINITY};
	struct geo_point nearest;
	double distance_m;

	assert(point_is_valid(at));
	w.at.lon_e7 -= 2 * TURN;
	for (int turn = -2; turn <= 2; turn++, w.at.lon_e7 += TURN) {
		if ((double)w.at.lon_e7 + wide_e7 >= (double)p->west_e7 &&
			(double)w.at.lon_e7 - wide_e7 <= (double)p->east_e7) {
			try_slabs(&w, p, reach_e7);
		}
	}
	if (isinf(w.nearest2)) {
		return INFINITY;
	}
	nearest.lat_deg = at.lat_deg + w.nearest_lat / POLYGON_DEGREE;
	nearest.lon_deg = remainder(at.lon_deg + w.nearest_lon / POLYGON_DEGREE, 360);
	distance_m = measure_distance_m(at, nearest);
	return distance_m <= within_m ? distance_m : INFINITY;
}

const char *
polygon_reason(enum polygon_answer answer)
{
	switch (answer) {
	case POLYGON_NO_RING:
		return "it has no ring";
	case POLYGON_BAD_CORNER:
		return "a corner is no place on earth";
	case POLYGON_FEW_CORNERS:
		return "a ring has less than three different corners, where "
		       "longitudes 180 and -180 are one";
	case POLYGON_TOO_LONG:
		return "it has too many corners or rings";
	case POLYGON_TOO_WIDE:
		return "a ring goes around the earth more than once";
	case POLYGON_BAD_BYTES:
		return "its bytes cannot be read";
	}
	return "it cannot be used";
}
