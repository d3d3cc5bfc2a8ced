#include "geo/export_ground.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
	WKB_POLYGON = 3,
	WKB_MULTIPOLYGON = 6,
	WKB_HEAD_BYTES = 9, /* byte order, type, count */
	CORNER_BYTES = 16,
	FEW = 4, /* corners of the smallest closed ring */
};

static const int64_t half_e7 = 180LL * POLYGON_DEGREE;

/* Closed: the first corner stands at the end again. */
struct ring {
	struct polygon_corner *corners; /* owned */
	size_t n;
	int64_t west_e7, east_e7;
	int32_t south_e7, north_e7;
	size_t depth; /* in how many others it lies */
	size_t outer; /* of a hole: the ring it is in */
	double area;  /* twice; > 0: counter-clockwise */
};

struct rings {
	struct ring *all;
	size_t n, room;
};

static void
rings_fini(struct rings *r)
{
	for (size_t i = 0; i < r->n; i++) {
		free(r->all[i].corners);
	}
	free(r->all);
}

/* ---- cutting */

/* Where the side from a to b meets the meridian. */
static struct polygon_corner
meet(struct polygon_corner a, struct polygon_corner b, int64_t lon_e7)
{
	double part = (double)(lon_e7 - a.lon_e7) / (double)(b.lon_e7 - a.lon_e7);
	double lat = a.lat_e7 + part * ((double)b.lat_e7 - a.lat_e7);

	return (struct polygon_corner){lon_e7, (int32_t)lround(lat)};
}

static size_t
add_corner(struct polygon_corner *to, size_t n, struct polygon_corner c)
{
	if (n > 0 && to[n - 1].lon_e7 == c.lon_e7 && to[n - 1].lat_e7 == c.lat_e7) {
		return n;
	}
	to[n] = c;
	return n + 1;
}

/* What of a closed ring lies on one side of a meridian; out has room for 2n + 2. */
static size_t
keep_side(const struct polygon_corner *ring, size_t n, int64_t lon_e7, bool east,
	struct polygon_corner *out)
{
	size_t kept = 0;

	for (size_t i = 0; i + 1 < n; i++) {
		struct polygon_corner a = ring[i], b = ring[i + 1];
		bool a_in = east ? a.lon_e7 >= lon_e7 : a.lon_e7 <= lon_e7;
		bool b_in = east ? b.lon_e7 >= lon_e7 : b.lon_e7 <= lon_e7;

		if (a_in) {
			kept = add_corner(out, kept, a);
		}
		if (a_in != b_in) {
			kept = add_corner(out, kept, meet(a, b, lon_e7));
		}
	}
	if (kept > 0) {
		kept = add_corner(out, kept, out[0]);
	}
	return kept;
}

/* ---- gathering */

static void
measure(struct ring *r)
{
	const struct polygon_corner *zero = &r->corners[0];

	r->west_e7 = r->east_e7 = zero->lon_e7;
	r->south_e7 = r->north_e7 = zero->lat_e7;
	r->area = 0;
	for (size_t i = 0; i + 1 < r->n; i++) {
		const struct polygon_corner *a = &r->corners[i], *b = a + 1;

		r->west_e7 = a->lon_e7 < r->west_e7 ? a->lon_e7 : r->west_e7;
		r->east_e7 = a->lon_e7 > r->east_e7 ? a->lon_e7 : r->east_e7;
		r->south_e7 = a->lat_e7 < r->south_e7 ? a->lat_e7 : r->south_e7;
		r->north_e7 = a->lat_e7 > r->north_e7 ? a->lat_e7 : r->north_e7;
		r->area += (double)(a->lon_e7 - zero->lon_e7) *
				   ((double)b->lat_e7 - zero->lat_e7) -
			   (double)(b->lon_e7 - zero->lon_e7) *
				   ((double)a->lat_e7 - zero->lat_e7);
	}
}

/* Takes the corners over, also when it fails. What has no area is left out. */
static int
add_ring(struct rings *to, struct polygon_corner *corners, size_t n)
{
	struct ring ring = {.corners = corners, .n = n};

	if (n < FEW || (measure(&ring), ring.area == 0)) {
		free(corners);
		return 0;
	}
	if (to->n == to->room) {
		size_t room = to->room == 0 ? 4 : 2 * to->room;
		struct ring *all = realloc(to->all, room * sizeof(*all));

		if (all == NULL) {
			free(corners);
			return -ENOMEM;
		}
		to->all = all;
		to->room = room;
	}
	to->all[to->n++] = ring;
	return 0;
}

/* The part between two meridians, moved to where longitudes belong. */
static int
add_slice(struct rings *to, const struct polygon_corner *ring, size_t n, int64_t west)
{
	struct polygon_corner *half = calloc(2 * n + 2, sizeof(*half));
	struct polygon_corner *out = calloc(4 * n + 6, sizeof(*out));
	size_t kept;

	if (half == NULL || out == NULL) {
		free(half);
		free(out);
		return -ENOMEM;
	}
	kept = keep_side(ring, n, west, true, half);
	kept = keep_side(half, kept, west + 2 * half_e7, false, out);
	free(half);
	for (size_t i = 0; i < kept; i++) {
		out[i].lon_e7 -= west + half_e7;
	}
	return add_ring(to, out, kept);
}

static int64_t
slice_of(int64_t lon_e7)
{
	int64_t turns = (lon_e7 + half_e7) / (2 * half_e7);

	if ((lon_e7 + half_e7) % (2 * half_e7) < 0) {
		turns--;
	}
	return turns * 2 * half_e7 - half_e7;
}

static int
add_slices(struct rings *to, const struct polygon_corner *ring, size_t n)
{
	int64_t west = ring[0].lon_e7, east = west;
	int r = 0;

	for (size_t i = 1; i < n; i++) {
		west = ring[i].lon_e7 < west ? ring[i].lon_e7 : west;
		east = ring[i].lon_e7 > east ? ring[i].lon_e7 : east;
	}
	for (int64_t at = slice_of(west); r == 0 && at < east; at += 2 * half_e7) {
		r = add_slice(to, ring, n, at);
	}
	return r;
}

/* A ring around the earth ends a turn away from its beginning. */
static int
take_ring(struct rings *to, const struct polygon_corner *ring, size_t n)
{
	struct polygon_corner *closed;
	int64_t lats = 0;
	int32_t pole;
	int r;

	if (ring[0].lon_e7 == ring[n - 1].lon_e7) {
		return add_slices(to, ring, n);
	}
	closed = calloc(n + 3, sizeof(*closed));
	if (closed == NULL) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < n; i++) {
		closed[i] = ring[i];
		lats += ring[i].lat_e7;
	}
	pole = lats < 0 ? -90 * POLYGON_DEGREE : 90 * POLYGON_DEGREE;
	closed[n] = (struct polygon_corner){ring[n - 1].lon_e7, pole};
	closed[n + 1] = (struct polygon_corner){ring[0].lon_e7, pole};
	closed[n + 2] = ring[0];
	r = add_slices(to, closed, n + 3);
	free(closed);
	return r;
}

/* ---- which lies in which */

/* 1 inside, 0 outside, -1 on the ring. */
static int
side_of(const struct ring *r, struct polygon_corner at)
{
	bool inside = false;

	for (size_t i = 0; i + 1 < r->n; i++) {
		struct polygon_corner a = r->corners[i], b = r->corners[i + 1];
		__extension__ __int128 cross =
			(__int128)(b.lon_e7 - a.lon_e7) * (at.lat_e7 - a.lat_e7) -
			(__int128)(at.lon_e7 - a.lon_e7) * (b.lat_e7 - a.lat_e7);

		if (cross == 0 &&
			(at.lat_e7 - a.lat_e7) * (int64_t)(at.lat_e7 - b.lat_e7) <= 0 &&
			(at.lon_e7 < a.lon_e7) + (at.lon_e7 < b.lon_e7) != 2 &&
			(at.lon_e7 > a.lon_e7) + (at.lon_e7 > b.lon_e7) != 2) {
			return -1;
		}
		if ((a.lat_e7 > at.lat_e7) != (b.lat_e7 > at.lat_e7) &&
			(cross > 0) == (b.lat_e7 > a.lat_e7)) {
			inside = !inside;
		}
	}
	return inside;
}

static bool
lies_in(const struct ring *inner, const struct ring *outer)
{
	if (inner->west_e7 < outer->west_e7 || inner->east_e7 > outer->east_e7 ||
		inner->south_e7 < outer->south_e7 ||
		inner->north_e7 > outer->north_e7) {
		return false;
	}
	for (size_t i = 0; i + 1 < inner->n; i++) {
		int side = side_of(outer, inner->corners[i]);

		if (side >= 0) {
			return side == 1;
		}
	}
	/* Corner by corner on the other: the smaller one is inside. */
	return fabs(inner->area) < fabs(outer->area);
}

static void
nest(struct rings *r)
{
	for (size_t i = 0; i < r->n; i++) {
		struct ring *ring = &r->all[i];
		double smallest = INFINITY;

		for (size_t k = 0; k < r->n; k++) {
			if (k != i && lies_in(ring, &r->all[k])) {
				ring->depth++;
				if (fabs(r->all[k].area) < smallest) {
					smallest = fabs(r->all[k].area);
					ring->outer = k;
				}
			}
		}
	}
}

/* ---- writing */

static uint8_t *
put_head(uint8_t *to, uint32_t type, size_t count)
{
	const uint32_t n = (uint32_t)count;

	*to++ = 1;
	memcpy(to, &type, sizeof(type));
	memcpy(to + sizeof(type), &n, sizeof(n));
	return to + sizeof(type) + sizeof(n);
}

static uint8_t *
put_ring(uint8_t *to, const struct ring *r, bool is_hole)
{
	const uint32_t n = (uint32_t)r->n;
	bool backwards = (r->area > 0) == is_hole;

	memcpy(to, &n, sizeof(n));
	to += sizeof(n);
	for (size_t i = 0; i < r->n; i++) {
		const struct polygon_corner *c =
			&r->corners[backwards ? r->n - 1 - i : i];
		const double xy[2] = {(double)c->lon_e7 / POLYGON_DEGREE,
			(double)c->lat_e7 / POLYGON_DEGREE};

		memcpy(to, xy, sizeof(xy));
		to += sizeof(xy);
	}
	return to;
}

static uint8_t *
put_part(uint8_t *to, const struct rings *r, size_t outer)
{
	size_t n = 1;

	for (size_t i = 0; i < r->n; i++) {
		n += r->all[i].depth % 2 == 1 && r->all[i].outer == outer;
	}
	to = put_ring(put_head(to, WKB_POLYGON, n), &r->all[outer], false);
	for (size_t i = 0; i < r->n; i++) {
		if (r->all[i].depth % 2 == 1 && r->all[i].outer == outer) {
			to = put_ring(to, &r->all[i], true);
		}
	}
	return to;
}

static int
write_all(const struct rings *r, uint8_t **wkb, size_t *n_bytes, struct export_box *box)
{
	size_t room = WKB_HEAD_BYTES, n_parts = 0;
	uint8_t *to;

	*box = (struct export_box){INFINITY, INFINITY, -INFINITY, -INFINITY};
	for (size_t i = 0; i < r->n; i++) {
		const struct ring *ring = &r->all[i];

		room += WKB_HEAD_BYTES + sizeof(uint32_t) + ring->n * CORNER_BYTES;
		n_parts += ring->depth % 2 == 0;
		box->west_deg =
			fmin(box->west_deg, (double)ring->west_e7 / POLYGON_DEGREE);
		box->east_deg =
			fmax(box->east_deg, (double)ring->east_e7 / POLYGON_DEGREE);
		box->south_deg =
			fmin(box->south_deg, (double)ring->south_e7 / POLYGON_DEGREE);
		box->north_deg =
			fmax(box->north_deg, (double)ring->north_e7 / POLYGON_DEGREE);
	}
	*wkb = malloc(room);
	if (*wkb == NULL) {
		return -ENOMEM;
	}
	to = put_head(*wkb, WKB_MULTIPOLYGON, n_parts);
	for (size_t i = 0; i < r->n; i++) {
		if (r->all[i].depth % 2 == 0) {
			to = put_part(to, r, i);
		}
	}
	*n_bytes = (size_t)(to - *wkb);
	return 0;
}

int
export_ground(
	const struct polygon *p, uint8_t **wkb, size_t *n_bytes, struct export_box *box)
{
	struct rings rings = {0};
	int r = 0;

	for (size_t i = 0; r == 0 && i < p->n_rings; i++) {
		r = take_ring(&rings, &p->corners[p->rings[i]],
			p->rings[i + 1] - p->rings[i]);
	}
	if (r == 0) {
		nest(&rings);
		r = write_all(&rings, wkb, n_bytes, box);
	}
	rings_fini(&rings);
	return r;
}
