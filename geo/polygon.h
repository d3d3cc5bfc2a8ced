/*
 * polygon - the ground of an area: rings, inside or outside, how far away
 *
 * Any number of rings; a point is inside when it is inside an odd number of
 * them, which gives holes and parts without telling them apart. Corners are
 * whole 1e-7 degrees (a centimetre) and so is the point that is asked for:
 * inside, outside and on the boundary are exact, and two areas that share a
 * border agree about it.
 *
 * Sides are straight in latitude and longitude, as GeoJSON has them, but go
 * the shorter way around: a ring may cross the antimeridian without being cut
 * there. A ring around the earth holds the pole it is nearer to. A meridian up
 * to a pole is no boundary: it belongs to what is west of it.
 *
 * Sides lie in slabs of latitude, so a question looks at some tens of them.
 * Distances are measured in the plane around the point, then on the sphere:
 * good to a thousandth within 20 km, up to 80 degrees of latitude; at a pole
 * only roughly.
 */
#ifndef GEO_POLYGON_H
#define GEO_POLYGON_H

#include <stddef.h>
#include <stdint.h>

#include "geo/point.h"

enum {
	POLYGON_CORNERS_MOST = 1 << 20,
	POLYGON_RINGS_MOST = 1 << 16,
	POLYGON_DEGREE = 10000000, /* e7 of one */
};

enum polygon_answer {
	POLYGON_NO_RING = 1,
	POLYGON_BAD_CORNER,  /* not finite, or no place on earth */
	POLYGON_FEW_CORNERS, /* a ring of less than three different ones */
	POLYGON_TOO_LONG,    /* more corners or rings than the most */
	POLYGON_TOO_WIDE,    /* a ring that goes around more than once */
	POLYGON_BAD_BYTES,   /* not what polygon_pack() wrote */
};

enum polygon_side {
	POLYGON_OUTSIDE,
	POLYGON_INSIDE,
	POLYGON_BOUNDARY,
};

/* Longitudes of a ring go on beyond +-180 where it crosses the antimeridian. */
struct polygon_corner {
	int64_t lon_e7;
	int32_t lat_e7;
};

/* To be read only. */
struct polygon {
	size_t n_corners; /* each ring's first one stands at its end again */
	struct polygon_corner *corners;
	size_t n_rings;
	uint32_t *rings; /* first corner of each, and n_corners behind them */
	int64_t west_e7;
	int64_t east_e7;
	int32_t south_e7;
	int32_t north_e7;

	uint32_t n_slabs;
	int64_t slab_e7;      /* height of each */
	uint32_t *slabs;      /* first side of each in `sides`, and the end */
	uint32_t *slab_sides; /* corners at which these sides begin */
};

/*
 * Rings lie one behind the other in points; the first point may stand at the
 * end again. Points that repeat the one before are left out. 0, an answer, or
 * -ENOMEM.
 */
int polygon_new(struct polygon **out, const struct geo_point *points,
	const uint32_t *ring_sizes, size_t n_rings);

/* Accepts NULL. */
void polygon_free(struct polygon *p);

enum polygon_side polygon_side(const struct polygon *p, struct geo_point at);

/* To the boundary, also from inside; INFINITY when that is beyond within_m. */
double polygon_distance_m(
	const struct polygon *p, struct geo_point at, double within_m);

/*
 * As bytes: varints of what changes from corner to corner, some five bytes
 * each. The caller frees *bytes. 0 or -ENOMEM.
 */
int polygon_pack(const struct polygon *p, uint8_t **bytes, size_t *n_bytes);

/* 0, an answer, or -ENOMEM. */
int polygon_unpack(struct polygon **out, const uint8_t *bytes, size_t n_bytes);

/* What an answer means, as the end of a sentence. */
const char *polygon_reason(enum polygon_answer answer);

#endif
