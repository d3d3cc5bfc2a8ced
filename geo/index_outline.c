/*
 * Outlines: the hull of an incident's newest places, with a margin, so that one
 * or two places have an outline too. Worked out in metres on a plane through
 * the first of them, which is right to a thousandth at the size of an incident.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "geo/index_internal.h"

enum {
	POINTS_MOST = 512, /* of one outline: the newest */
	CORNERS_MOST = 4096,
	WKB_POINT = 1,
	WKB_POLYGON = 3,
	WKB_MULTIPOINT = 4,
	WKB_HEAD_BYTES = 9, /* byte order, type, count */
	WKB_POINT_BYTES = 21,
};

static const double margin_m = 40;
static const double metres_a_degree = 6371008.8 * M_PI / 180;

/* ---- well-known binary, as this machine has its numbers: little-endian */

static uint8_t *
put_head(uint8_t *to, uint32_t type, uint32_t count)
{
	*to++ = 1;
	memcpy(to, &type, sizeof(type));
	memcpy(to + sizeof(type), &count, sizeof(count));
	return to + sizeof(type) + sizeof(count);
}

static uint8_t *
put_point(uint8_t *to, double x, double y)
{
	const uint32_t type = WKB_POINT;
	const double xy[2] = {x, y};

	*to++ = 1;
	memcpy(to, &type, sizeof(type));
	memcpy(to + sizeof(type), xy, sizeof(xy));
	return to + sizeof(type) + sizeof(xy);
}

/* The outer ring of a polygon; 0 corners when it is none. */
static size_t
take_ring(const uint8_t *wkb, size_t bytes, const uint8_t **ring)
{
	uint32_t type, n;

	if (wkb == NULL || bytes < WKB_HEAD_BYTES + sizeof(n) || wkb[0] != 1) {
		return 0;
	}
	memcpy(&type, wkb + 1, sizeof(type));
	memcpy(&n, wkb + WKB_HEAD_BYTES, sizeof(n));
	*ring = wkb + WKB_HEAD_BYTES + sizeof(n);
	return type == WKB_POLYGON && n <= CORNERS_MOST &&
			       bytes >= WKB_HEAD_BYTES + sizeof(n) + n * 16ul
		       ? n
		       : 0;
}

/* ---- one outline */

static int
keep_ring(struct index_hull *out, const uint8_t *ring, size_t n, struct geo_point zero,
	double shrink)
{
	out->ring = calloc(n, 2 * sizeof(double));
	if (out->ring == NULL) {
		return -ENOMEM;
	}
	out->n_ring = n;
	out->west_deg = out->south_deg = INFINITY;
	out->east_deg = out->north_deg = -INFINITY;
	for (size_t i = 0; i < n; i++) {
		double *lon = &out->ring[2 * i], *lat = lon + 1;
		double xy[2];

		memcpy(xy, ring + i * sizeof(xy), sizeof(xy));
		*lon = zero.lon_deg + xy[0] / (metres_a_degree * shrink);
		*lat = fmax(-90, fmin(90, zero.lat_deg + xy[1] / metres_a_degree));
		out->west_deg = fmin(out->west_deg, *lon);
		out->east_deg = fmax(out->east_deg, *lon);
		out->south_deg = fmin(out->south_deg, *lat);
		out->north_deg = fmax(out->north_deg, *lat);
	}
	return 0;
}

int
index_hull(struct index_writer *x, const struct geo_point *points, size_t n,
	double margin, struct index_hull *out)
{
	sqlite3_stmt *s = x->statements[INDEX_SQL_HULL];
	double shrink = fmax(0.01, cos(points[0].lat_deg * M_PI / 180));
	size_t bytes = WKB_HEAD_BYTES + n * WKB_POINT_BYTES;
	uint8_t *wkb = malloc(bytes);
	uint8_t *to;
	const uint8_t *ring;
	int r;

	memset(out, 0, sizeof(*out));
	if (wkb == NULL) {
		return -ENOMEM;
	}
	to = put_head(wkb, WKB_MULTIPOINT, (uint32_t)n);
	for (size_t i = 0; i < n; i++) {
		double lon = remainder(points[i].lon_deg - points[0].lon_deg, 360);

		to = put_point(to, lon * metres_a_degree * shrink,
			(points[i].lat_deg - points[0].lat_deg) * metres_a_degree);
	}
	(void)sqlite3_bind_blob(s, 1, wkb, (int)bytes, SQLITE_STATIC);
	(void)sqlite3_bind_double(s, 2, margin);
	r = sqlite3_step(s);
	if (r == SQLITE_ROW) {
		size_t corners = take_ring(sqlite3_column_blob(s, 0),
			(size_t)sqlite3_column_bytes(s, 0), &ring);

		r = corners == 0 ? 0 : keep_ring(out, ring, corners, points[0], shrink);
	} else {
		r = index_fault(r);
	}
	(void)sqlite3_reset(s);
	(void)sqlite3_clear_bindings(s);
	free(wkb);
	return r;
}

static int
put_outline(struct index_writer *x, uint64_t id, size_t reports,
	const struct index_hull *hull)
{
	sqlite3_stmt *s = x->statements[INDEX_SQL_DRAW];
	size_t ring_bytes = hull->n_ring * 2 * sizeof(double);
	size_t bytes = WKB_HEAD_BYTES + sizeof(uint32_t) + ring_bytes;
	const uint32_t n = (uint32_t)hull->n_ring;
	uint8_t *wkb = malloc(bytes);
	int r;

	if (wkb == NULL) {
		return -ENOMEM;
	}
	(void)put_head(wkb, WKB_POLYGON, 1);
	memcpy(wkb + WKB_HEAD_BYTES, &n, sizeof(n));
	memcpy(wkb + WKB_HEAD_BYTES + sizeof(n), hull->ring, ring_bytes);
	(void)sqlite3_bind_int64(s, 1, (int64_t)id);
	(void)sqlite3_bind_int64(s, 2, (int64_t)reports);
	(void)sqlite3_bind_blob(s, 3, hull->ring, (int)ring_bytes, SQLITE_STATIC);
	(void)sqlite3_bind_blob(s, 4, wkb, (int)bytes, SQLITE_STATIC);
	r = index_run(x, INDEX_SQL_DRAW);
	(void)sqlite3_clear_bindings(s);
	free(wkb);
	if (r != 0) {
		return r;
	}
	s = x->statements[INDEX_SQL_DRAWN];
	(void)sqlite3_bind_int64(s, 1, (int64_t)id);
	(void)sqlite3_bind_double(s, 2, hull->west_deg);
	(void)sqlite3_bind_double(s, 3, hull->east_deg);
	(void)sqlite3_bind_double(s, 4, hull->south_deg);
	(void)sqlite3_bind_double(s, 5, hull->north_deg);
	return index_run(x, INDEX_SQL_DRAWN);
}

/* The first stale incident and its places; *id is 0 when there is none. */
static int
take_points(struct index_writer *x, struct geo_point *points, size_t *n, uint64_t *id)
{
	sqlite3_stmt *s = x->statements[INDEX_SQL_POINTS];
	int code;

	*n = 0;
	*id = 0;
	(void)sqlite3_bind_int(s, 1, POINTS_MOST);
	while ((code = sqlite3_step(s)) == SQLITE_ROW) {
		*id = (uint64_t)sqlite3_column_int64(s, 0);
		if (sqlite3_column_type(s, 1) != SQLITE_NULL) {
			points[(*n)++] = (struct geo_point){sqlite3_column_double(s, 1),
				sqlite3_column_double(s, 2)};
		}
	}
	(void)sqlite3_reset(s);
	return index_fault(code);
}

static int
draw_one(struct index_writer *x, bool *left)
{
	struct geo_point points[POINTS_MOST];
	struct index_hull hull = {0};
	uint64_t id;
	size_t n;
	int r = take_points(x, points, &n, &id);

	*left = id != 0;
	if (r != 0 || id == 0) {
		return r;
	}
	if (n > 0) {
		r = index_hull(x, points, n, margin_m, &hull);
	}
	if (r == 0 && hull.n_ring > 0) {
		r = put_outline(x, id, n, &hull);
	} else if (r == 0) {
		(void)sqlite3_bind_int64(
			x->statements[INDEX_SQL_UNDRAW], 1, (int64_t)id);
		r = index_run(x, INDEX_SQL_UNDRAW);
	}
	free(hull.ring);
	if (r == 0) {
		(void)sqlite3_bind_int64(
			x->statements[INDEX_SQL_FRESH], 1, (int64_t)id);
		r = index_run(x, INDEX_SQL_FRESH);
	}
	return r;
}

int
index_draw_some(struct index_writer *x, size_t most, bool *left)
{
	int r = index_begin(x);

	*left = true;
	for (size_t i = 0; r == 0 && *left && i < most; i++) {
		r = draw_one(x, left);
	}
	if (r == 0) {
		r = index_run(x, INDEX_SQL_COMMIT);
	}
	if (r != 0) {
		index_rollback(x);
	}
	return r;
}
