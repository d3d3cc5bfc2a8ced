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
};

static const double margin_m = 40;
static const double metres_a_degree = 6371008.8 * M_PI / 180;

/* ---- well-known binary */

uint8_t *
wkb_put_head(uint8_t *to, uint32_t type, uint32_t count)
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

size_t
wkb_take_ring(
	const uint8_t *wkb, size_t bytes, size_t corners_most, const uint8_t **ring)
{
	uint32_t type, n;

	if (wkb == NULL || bytes < WKB_HEAD_BYTES + sizeof(n) || wkb[0] != 1) {
		return 0;
	}
	memcpy(&type, wkb + 1, sizeof(type));
	memcpy(&n, wkb + WKB_HEAD_BYTES, sizeof(n));
	*ring = wkb + WKB_HEAD_BYTES + sizeof(n);
	return type == WKB_POLYGON && n <= corners_most &&
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
	to = wkb_put_head(wkb, WKB_MULTIPOINT, (uint32_t)n);
	for (size_t i = 0; i < n; i++) {
		double lon = remainder(points[i].lon_deg - points[0].lon_deg, 360);

		to = put_point(to, lon * metres_a_degree * shrink,
			(points[i].lat_deg - points[0].lat_deg) * metres_a_degree);
	}
	(void)sqlite3_bind_blob(s, 1, wkb, (int)bytes, SQLITE_STATIC);
	(void)sqlite3_bind_double(s, 2, margin);
	r = sqlite3_step(s);
	if (r == SQLITE_ROW) {
		size_t corners = wkb_take_ring(sqlite3_column_blob(s, 0),
			(size_t)sqlite3_column_bytes(s, 0), CORNERS_MOST, &ring);

		r = corners == 0 ? 0 : keep_ring(out, ring, corners, points[0], shrink);
	} else {
		r = index_fault(r);
	}
	(void)sqlite3_reset(s);
	(void)sqlite3_clear_bindings(s);
	free(wkb);
	return r;
}

/* Whose it is. */
struct owner {
	uint64_t id;
	uint8_t event_group; /* 0: an incident's */
	bool exercise;
	size_t reports;
};

static int
put_outline(
	struct index_writer *x, const struct owner *of, const struct index_hull *hull)
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
	(void)wkb_put_head(wkb, WKB_POLYGON, 1);
	memcpy(wkb + WKB_HEAD_BYTES, &n, sizeof(n));
	memcpy(wkb + WKB_HEAD_BYTES + sizeof(n), hull->ring, ring_bytes);
	(void)sqlite3_bind_int64(s, 1, (int64_t)of->id);
	(void)sqlite3_bind_int(s, 2, of->event_group);
	(void)sqlite3_bind_int(s, 3, of->exercise);
	(void)sqlite3_bind_int64(s, 4, (int64_t)of->reports);
	(void)sqlite3_bind_blob(s, 5, hull->ring, (int)ring_bytes, SQLITE_STATIC);
	(void)sqlite3_bind_blob(s, 6, wkb, (int)bytes, SQLITE_STATIC);
	r = index_run(x, INDEX_SQL_DRAW);
	(void)sqlite3_clear_bindings(s);
	free(wkb);
	if (r != 0) {
		return r;
	}
	s = x->statements[INDEX_SQL_DRAWN];
	(void)sqlite3_bind_int64(s, 1, (int64_t)of->id);
	(void)sqlite3_bind_double(s, 2, hull->west_deg);
	(void)sqlite3_bind_double(s, 3, hull->east_deg);
	(void)sqlite3_bind_double(s, 4, hull->south_deg);
	(void)sqlite3_bind_double(s, 5, hull->north_deg);
	return index_run(x, INDEX_SQL_DRAWN);
}

static int
undraw(struct index_writer *x, uint64_t id)
{
	int r;

	(void)sqlite3_bind_int64(x->statements[INDEX_SQL_UNDRAW], 1, (int64_t)id);
	r = index_run(x, INDEX_SQL_UNDRAW);
	if (r != 0) {
		return r;
	}
	(void)sqlite3_bind_int64(x->statements[INDEX_SQL_UNDRAWN], 1, (int64_t)id);
	return index_run(x, INDEX_SQL_UNDRAWN);
}

/* Around the points, or nothing without any. */
static int
redraw(struct index_writer *x, const struct owner *of, const struct geo_point *points,
	size_t n, double margin)
{
	struct index_hull hull = {0};
	int r = n > 0 ? index_hull(x, points, n, margin, &hull) : 0;

	if (r == 0) {
		r = hull.n_ring > 0 ? put_outline(x, of, &hull) : undraw(x, of->id);
	}
	free(hull.ring);
	return r;
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
	struct owner of = {0};
	size_t n;
	int r = take_points(x, points, &n, &of.id);

	*left = of.id != 0;
	if (r != 0 || of.id == 0) {
		return r;
	}
	of.reports = n;
	r = redraw(x, &of, points, n, margin_m);
	if (r == 0) {
		(void)sqlite3_bind_int64(
			x->statements[INDEX_SQL_FRESH], 1, (int64_t)of.id);
		r = index_run(x, INDEX_SQL_FRESH);
	}
	return r;
}

static int
end_slice(struct index_writer *x, int r)
{
	if (r == 0) {
		r = index_run(x, INDEX_SQL_COMMIT);
	}
	if (r != 0) {
		index_rollback(x);
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
	return end_slice(x, r);
}

/* ---- umbrellas */

int
index_draw_umbrella(struct index_writer *x, const struct index_umbrella *u)
{
	const struct owner of = {u->id, u->event_group, u->exercise, u->reports};
	int r = index_begin(x);

	if (r == 0) {
		r = redraw(x, &of, u->points, u->n_points, u->margin_m);
	}
	return end_slice(x, r);
}

int
index_drop_umbrella(struct index_writer *x, uint64_t id)
{
	int r = index_begin(x);

	if (r == 0) {
		r = undraw(x, id);
	}
	return end_slice(x, r);
}

int
index_read_umbrellas(struct index_writer *x, uint64_t *ids, size_t most, size_t *n)
{
	sqlite3_stmt *s = x->statements[INDEX_SQL_UMBRELLAS];
	int code = SQLITE_DONE;

	*n = 0;
	while (*n < most && (code = sqlite3_step(s)) == SQLITE_ROW) {
		ids[(*n)++] = (uint64_t)sqlite3_column_int64(s, 0);
	}
	(void)sqlite3_reset(s);
	return index_fault(code);
}

int
index_first_since(struct index_writer *x, int64_t since_ms, uint64_t *seq)
{
	sqlite3_stmt *s = x->statements[INDEX_SQL_SINCE];
	int code;

	(void)sqlite3_bind_int64(s, 1, since_ms / INDEX_MINUTE_MS - 1);
	code = sqlite3_step(s);
	*seq = sqlite3_column_type(s, 0) == SQLITE_NULL
		       ? x->state.seq + 1
		       : (uint64_t)sqlite3_column_int64(s, 0);
	(void)sqlite3_reset(s);
	return index_fault(code);
}

int
index_read_hanging(struct index_writer *x, uint64_t first, uint64_t last,
	int (*visit)(void *arg, const struct index_hanging *h), void *arg)
{
	sqlite3_stmt *s = x->statements[INDEX_SQL_HANGING];
	int code, r = 0;

	(void)sqlite3_bind_int64(s, 1, (int64_t)first);
	(void)sqlite3_bind_int64(s, 2, (int64_t)last);
	while (r == 0 && (code = sqlite3_step(s)) == SQLITE_ROW) {
		const struct index_hanging h = {
			.seq = (uint64_t)sqlite3_column_int64(s, 0),
			.at_ms = sqlite3_column_int64(s, 1),
			.hazard = (uint8_t)sqlite3_column_int(s, 2),
			.exercise = sqlite3_column_int(s, 3) != 0,
			.at = {sqlite3_column_double(s, 4),
				sqlite3_column_double(s, 5)},
		};
		r = visit(arg, &h);
	}
	(void)sqlite3_reset(s);
	return r != 0 ? r : index_fault(code);
}
