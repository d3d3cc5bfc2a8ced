/*
 * Borders, as fine as a view can show. From near, where a view may be ever so
 * small, each corner goes to the nearest point of a grid, and what falls together
 * or lies on a line is one: two areas with a border in common keep it in common.
 * From afar each ring is simplified by itself, its topology kept: fewer corners,
 * and gaps of less than a dot. Small rings vanish, an area never does: its longest
 * ring stays. Corners are in degrees; a ring over 180 goes on beyond it.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "geo/index_internal.h"

enum {
	CORNERS_MOST = 4000, /* of one area at one scale: it must fit an answer */
	RING_CORNERS_MOST = 1 << 20,
	CORNERS_LEAST = 4, /* of a ring, the first again at its end */
	E7 = 10000000,
};

/* Of each scale, in degrees: 11 m, 200 m, 1.6 km. The first is a grid's. */
static const double tolerances[INDEX_SCALES] = {0.0001, 0.002, 0.015};

/* Rings as they are kept: number of corners, then longitude and latitude of each. */
struct rings {
	double *numbers;
	size_t n, room;
	size_t n_rings;
	size_t n_corners;
	double west_deg, south_deg, east_deg, north_deg;
};

static int
add_ring(struct rings *to, const void *ring, size_t corners)
{
	size_t need = to->n + 1 + 2 * corners;

	if (need > to->room) {
		double *numbers = realloc(to->numbers, 2 * need * sizeof(double));

		if (numbers == NULL) {
			return -ENOMEM;
		}
		to->numbers = numbers;
		to->room = 2 * need;
	}
	to->numbers[to->n++] = (double)corners;
	memcpy(to->numbers + to->n, ring, 2 * corners * sizeof(double));
	for (size_t i = 0; i < corners; i++) {
		const double *at = to->numbers + to->n + 2 * i;

		to->west_deg = fmin(to->west_deg, at[0]);
		to->east_deg = fmax(to->east_deg, at[0]);
		to->south_deg = fmin(to->south_deg, at[1]);
		to->north_deg = fmax(to->north_deg, at[1]);
	}
	to->n += 2 * corners;
	to->n_rings++;
	to->n_corners += corners;
	return 0;
}

/* A ring of a polygon as the well-known binary of one; the caller frees it. */
static uint8_t *
ring_wkb(const struct polygon *p, size_t ring, size_t *bytes)
{
	uint32_t n = p->rings[ring + 1] - p->rings[ring];
	uint8_t *wkb, *to;

	*bytes = WKB_HEAD_BYTES + sizeof(n) + n * 2 * sizeof(double);
	wkb = malloc(*bytes);
	if (wkb == NULL) {
		return NULL;
	}
	to = wkb_put_head(wkb, WKB_POLYGON, 1);
	memcpy(to, &n, sizeof(n));
	to += sizeof(n);
	for (uint32_t i = p->rings[ring]; i < p->rings[ring + 1]; i++) {
		const double xy[2] = {(double)p->corners[i].lon_e7 / E7,
			(double)p->corners[i].lat_e7 / E7};

		memcpy(to, xy, sizeof(xy));
		to += sizeof(xy);
	}
	return wkb;
}

static int
simplify_ring(struct index_writer *x, const struct polygon *p, size_t ring,
	double tolerance, struct rings *to)
{
	sqlite3_stmt *s = x->statements[INDEX_SQL_SIMPLER];
	const uint8_t *simple;
	size_t bytes, n;
	uint8_t *wkb = ring_wkb(p, ring, &bytes);
	int r;

	if (wkb == NULL) {
		return -ENOMEM;
	}
	(void)sqlite3_bind_blob(s, 1, wkb, (int)bytes, SQLITE_STATIC);
	(void)sqlite3_bind_double(s, 2, tolerance);
	r = sqlite3_step(s);
	if (r == SQLITE_ROW) {
		n = wkb_take_ring(sqlite3_column_blob(s, 0),
			(size_t)sqlite3_column_bytes(s, 0), RING_CORNERS_MOST, &simple);
		if (n == 0) { /* too odd to simplify: as it is */
			n = wkb_take_ring(wkb, bytes, RING_CORNERS_MOST, &simple);
		}
		r = add_ring(to, simple, n);
	} else {
		r = index_fault(r);
	}
	(void)sqlite3_reset(s);
	(void)sqlite3_clear_bindings(s);
	free(wkb);
	return r;
}

/* On a line from a to c, between them? What goes there and back is not. */
static bool
is_between(const double a[2], const double b[2], const double c[2])
{
	double abx = b[0] - a[0], aby = b[1] - a[1];
	double bcx = c[0] - b[0], bcy = c[1] - b[1];

	return fabs(abx * bcy - aby * bcx) < 1e-12 && abx * bcx + aby * bcy > 0;
}

/* The number of corners that are left of a ring, in to; it ends where it begins. */
static size_t
snap(const struct polygon *p, size_t ring, double tolerance, double (*to)[2])
{
	double step_e7 = round(tolerance * E7);
	size_t n = 0;

	for (uint32_t i = p->rings[ring]; i < p->rings[ring + 1]; i++) {
		const struct polygon_corner *c = &p->corners[i];
		double at[2] = {round((double)c->lon_e7 / step_e7) * step_e7 / E7,
			round((double)c->lat_e7 / step_e7) * step_e7 / E7};

		if (n > 0 && memcmp(to[n - 1], at, sizeof(at)) == 0) {
			continue;
		}
		n -= n >= 2 && is_between(to[n - 2], to[n - 1], at);
		memcpy(to[n++], at, sizeof(at));
	}
	return n;
}

static int
snap_ring(const struct polygon *p, size_t ring, double tolerance, struct rings *to)
{
	size_t n = p->rings[ring + 1] - p->rings[ring];
	double(*corners)[2] = malloc(n * sizeof(*corners));
	int r;

	if (corners == NULL) {
		return -ENOMEM;
	}
	n = snap(p, ring, tolerance, corners);
	while (n < CORNERS_LEAST && tolerance * E7 >= 4) {
		tolerance /= 4; /* it is thin: finer, rather than a line */
		n = snap(p, ring, tolerance, corners);
	}
	r = add_ring(to, corners, n);
	free(corners);
	return r;
}

/* Is there something of the ring to be seen? */
static bool
is_wide(const struct polygon *p, size_t ring, double tolerance)
{
	int64_t west = INT64_MAX, east = INT64_MIN;
	int32_t south = INT32_MAX, north = INT32_MIN;

	for (uint32_t i = p->rings[ring]; i < p->rings[ring + 1]; i++) {
		const struct polygon_corner *c = &p->corners[i];

		west = c->lon_e7 < west ? c->lon_e7 : west;
		east = c->lon_e7 > east ? c->lon_e7 : east;
		south = c->lat_e7 < south ? c->lat_e7 : south;
		north = c->lat_e7 > north ? c->lat_e7 : north;
	}
	return (double)(east - west) >= 2 * tolerance * E7 ||
	       (double)north - south >= 2 * tolerance * E7;
}

static int
simplify(struct index_writer *x, const struct polygon *p, int scale, double tolerance,
	struct rings *to)
{
	size_t longest = 0;
	int r = 0;

	to->n = to->n_rings = to->n_corners = 0;
	to->west_deg = to->south_deg = INFINITY;
	to->east_deg = to->north_deg = -INFINITY;
	for (size_t i = 1; i < p->n_rings; i++) {
		if (p->rings[i + 1] - p->rings[i] >
			p->rings[longest + 1] - p->rings[longest]) {
			longest = i;
		}
	}
	for (size_t i = 0; r == 0 && i < p->n_rings; i++) {
		if (i == longest || is_wide(p, i, tolerance)) {
			r = scale == 0 ? snap_ring(p, i, tolerance, to)
				       : simplify_ring(x, p, i, tolerance, to);
		}
	}
	return r;
}

/* As polygons of one ring each: nobody asks the file what is a hole of what. */
static uint8_t *
rings_wkb(const struct rings *rings, size_t *bytes)
{
	uint8_t *wkb, *to;
	size_t at = 0;

	*bytes = WKB_HEAD_BYTES + rings->n_corners * 2 * sizeof(double) +
		 rings->n_rings * (WKB_HEAD_BYTES + sizeof(uint32_t));
	wkb = malloc(*bytes);
	if (wkb == NULL) {
		return NULL;
	}
	to = wkb_put_head(wkb, WKB_MULTIPOLYGON, (uint32_t)rings->n_rings);
	while (at < rings->n) {
		uint32_t n = (uint32_t)rings->numbers[at++];
		size_t ring_bytes = n * 2 * sizeof(double);

		to = wkb_put_head(to, WKB_POLYGON, 1);
		memcpy(to, &n, sizeof(n));
		memcpy(to + sizeof(n), rings->numbers + at, ring_bytes);
		to += sizeof(n) + ring_bytes;
		at += 2 * (size_t)n;
	}
	return wkb;
}

static int
put_ground(struct index_writer *x, int64_t id, int scale, const struct area *area,
	const struct rings *rings)
{
	sqlite3_stmt *s = x->statements[INDEX_SQL_GROUND];
	size_t bytes;
	uint8_t *wkb = rings_wkb(rings, &bytes);
	int r;

	if (wkb == NULL) {
		return -ENOMEM;
	}
	(void)sqlite3_bind_int64(s, 1, id);
	(void)sqlite3_bind_text(s, 2, area->code, -1, SQLITE_STATIC);
	(void)sqlite3_bind_text(s, 3, area->name, -1, SQLITE_STATIC);
	(void)sqlite3_bind_int(s, 4, (int)area->level);
	(void)sqlite3_bind_int(s, 5, scale);
	(void)sqlite3_bind_blob(
		s, 6, rings->numbers, (int)(rings->n * sizeof(double)), SQLITE_STATIC);
	(void)sqlite3_bind_blob(s, 7, wkb, (int)bytes, SQLITE_STATIC);
	r = index_run(x, INDEX_SQL_GROUND);
	(void)sqlite3_clear_bindings(s);
	free(wkb);
	if (r != 0) {
		return r;
	}
	s = x->statements[INDEX_SQL_GROUND_PLACE];
	(void)sqlite3_bind_int64(s, 1, id);
	(void)sqlite3_bind_double(s, 2, rings->west_deg);
	(void)sqlite3_bind_double(s, 3, rings->east_deg);
	(void)sqlite3_bind_double(s, 4, rings->south_deg);
	(void)sqlite3_bind_double(s, 5, rings->north_deg);
	return index_run(x, INDEX_SQL_GROUND_PLACE);
}

static int
put_scale(struct index_writer *x, uint64_t place, const struct area *area, int scale,
	struct rings *rings)
{
	double tolerance = tolerances[scale];
	int r = simplify(x, area->polygon, scale, tolerance, rings);

	while (r == 0 && rings->n_corners > CORNERS_MOST && tolerance < 10) {
		tolerance *= 2;
		r = simplify(x, area->polygon, scale, tolerance, rings);
	}
	return r == 0 ? put_ground(x, (int64_t)((uint64_t)scale << 32 | place), scale,
				area, rings)
		      : r;
}

int
index_put_area(struct index_writer *x, uint64_t place, const struct area *area)
{
	struct rings rings = {0};
	int r = 0;

	if (area->polygon == NULL) {
		return 0;
	}
	for (int scale = 0; r == 0 && scale < INDEX_SCALES; scale++) {
		r = put_scale(x, place, area, scale, &rings);
	}
	free(rings.numbers);
	return r;
}

int
index_next_area(struct index_writer *x, uint64_t *place)
{
	sqlite3_stmt *s = x->statements[INDEX_SQL_GROUND_LAST];
	int code = sqlite3_step(s);

	*place = sqlite3_column_type(s, 0) == SQLITE_NULL
			 ? 0
			 : (uint64_t)sqlite3_column_int64(s, 0) + 1;
	(void)sqlite3_reset(s);
	return index_fault(code);
}
