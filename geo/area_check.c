#include "geo/area_check.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* SpatiaLite's headers need SQLite's before them. */
#include <sqlite3.h>

#include <spatialite.h>

#include "geo/polygon_cross.h"

enum {
	WKB_LITTLE_ENDIAN = 1,
	WKB_POLYGON = 3,
	WKB_MULTIPOLYGON = 6,
	WKB_HEAD_BYTES = 5, /* byte order and type */
	CROSSINGS_MOST = 1000,
};

#define TANGLED "its sides %s more than %d times, too often to be made valid"

struct area_check {
	sqlite3 *db;
	void *cache;
	sqlite3_stmt *is_valid;
	sqlite3_stmt *repair;
};

/* ---- well-known binary, as this machine has its numbers: little-endian */

static uint8_t *
put_head(uint8_t *to, uint32_t type, uint32_t count)
{
	*to++ = WKB_LITTLE_ENDIAN;
	memcpy(to, &type, sizeof(type));
	memcpy(to + sizeof(type), &count, sizeof(count));
	return to + sizeof(type) + sizeof(count);
}

static uint8_t *
put_ring(uint8_t *to, const struct polygon *p, size_t ring)
{
	uint32_t n = p->rings[ring + 1] - p->rings[ring];

	memcpy(to, &n, sizeof(n));
	to += sizeof(n);
	for (uint32_t i = p->rings[ring]; i < p->rings[ring + 1]; i++) {
		double xy[2] = {(double)p->corners[i].lon_e7 / POLYGON_DEGREE,
			p->corners[i].lat_e7 / (double)POLYGON_DEGREE};

		memcpy(to, xy, sizeof(xy));
		to += sizeof(xy);
	}
	return to;
}

static uint32_t
count_holes(const struct polygon *p, const bool *ring_is_outer, size_t part)
{
	uint32_t n = 0;

	while (part + n + 1 < p->n_rings && !ring_is_outer[part + n + 1]) {
		n++;
	}
	return n;
}

/* NULL when memory is short. */
static uint8_t *
to_wkb(const struct polygon *p, const bool *ring_is_outer, size_t *n_bytes)
{
	size_t room = 9 + 13 * p->n_rings + 16 * p->n_corners;
	uint8_t *start = malloc(room);
	uint32_t n_parts = 0;
	uint8_t *to;

	if (start == NULL) {
		return NULL;
	}
	for (size_t i = 0; i < p->n_rings; i++) {
		n_parts += ring_is_outer[i];
	}
	to = put_head(start, WKB_MULTIPOLYGON, n_parts);
	for (size_t i = 0; i < p->n_rings; i++) {
		if (ring_is_outer[i]) {
			to = put_head(
				to, WKB_POLYGON, 1 + count_holes(p, ring_is_outer, i));
		}
		to = put_ring(to, p, i);
	}
	*n_bytes = (size_t)(to - start);
	return start;
}

struct wkb {
	const uint8_t *at;
	const uint8_t *end;
	struct geo_point *points; /* room for all the bytes could hold */
	uint32_t *sizes;
	size_t n_points;
	size_t n_rings;
};

static bool
take_count(struct wkb *w, uint32_t *count)
{
	if ((size_t)(w->end - w->at) < sizeof(*count)) {
		return false;
	}
	memcpy(count, w->at, sizeof(*count));
	w->at += sizeof(*count);
	return true;
}

static bool
take_head(struct wkb *w, uint32_t type, uint32_t *count)
{
	uint32_t found;

	if (w->end - w->at < WKB_HEAD_BYTES || *w->at++ != WKB_LITTLE_ENDIAN) {
		return false;
	}
	return take_count(w, &found) && found == type && take_count(w, count);
}

static bool
take_ring(struct wkb *w)
{
	uint32_t n;

	if (!take_count(w, &n) || n > (size_t)(w->end - w->at) / (2 * sizeof(double))) {
		return false;
	}
	for (uint32_t i = 0; i < n; i++, w->at += 2 * sizeof(double)) {
		double xy[2];

		memcpy(xy, w->at, sizeof(xy));
		w->points[w->n_points].lon_deg =
			fabs(xy[0]) > 180 ? remainder(xy[0], 360) : xy[0];
		w->points[w->n_points++].lat_deg = xy[1];
	}
	w->sizes[w->n_rings++] = n;
	return true;
}

static bool
take_parts(struct wkb *w)
{
	uint32_t n_parts, n_rings;

	if (!take_head(w, WKB_MULTIPOLYGON, &n_parts)) {
		return false;
	}
	for (; n_parts > 0; n_parts--) {
		if (!take_head(w, WKB_POLYGON, &n_rings)) {
			return false;
		}
		for (; n_rings > 0; n_rings--) {
			if (!take_ring(w)) {
				return false;
			}
		}
	}
	return w->at == w->end && w->n_rings > 0;
}

/* 0, an answer of the polygon, or -ENOMEM. */
static int
from_wkb(const uint8_t *bytes, size_t n_bytes, struct polygon **out)
{
	struct wkb w = {.at = bytes,
		.end = bytes + n_bytes,
		.points = calloc(n_bytes / 16 + 1, sizeof(*w.points)),
		.sizes = calloc(n_bytes / 4 + 1, sizeof(*w.sizes))};
	int r = -ENOMEM;

	if (w.points != NULL && w.sizes != NULL) {
		r = take_parts(&w) ? polygon_new(out, w.points, w.sizes, w.n_rings)
				   : POLYGON_BAD_BYTES;
	}
	free(w.points);
	free(w.sizes);
	return r;
}

/* ---- SpatiaLite */

static int
prepare(struct area_check *c)
{
	static const char valid[] =
		"SELECT ST_IsValid(g), ST_IsValidReason(g), X(d), Y(d) FROM (SELECT g, "
		"ST_IsValidDetail(g) AS d FROM (SELECT GeomFromWKB(?1) AS g))";
	static const char repair[] =
		"WITH given AS MATERIALIZED (SELECT GeomFromWKB(?1) AS g), "
		"made AS MATERIALIZED (SELECT g, CastToMultiPolygon("
		"ExtractMultiPolygon(ST_MakeValid(g))) AS r FROM given) "
		"SELECT ST_AsBinary(r), ST_IsValid(r), ST_Area(r), ST_Area(g), "
		"NumGeometries(r) FROM made";

	return sqlite3_prepare_v2(c->db, valid, -1, &c->is_valid, NULL) == SQLITE_OK &&
			       sqlite3_prepare_v2(
				       c->db, repair, -1, &c->repair, NULL) == SQLITE_OK
		       ? 0
		       : -EIO;
}

int
area_check_open(struct area_check **out)
{
	struct area_check *c = calloc(1, sizeof(*c));
	int r = -ENOMEM;

	if (c == NULL) {
		return -ENOMEM;
	}
	c->cache = spatialite_alloc_connection();
	if (c->cache != NULL && sqlite3_open(":memory:", &c->db) == SQLITE_OK) {
		spatialite_init_ex(c->db, c->cache, 0);
		spatialite_set_silent_mode(c->cache);
		r = prepare(c);
	}
	if (r != 0) {
		area_check_close(c);
		return r;
	}
	*out = c;
	return 0;
}

void
area_check_close(struct area_check *c)
{
	if (c == NULL) {
		return;
	}
	sqlite3_finalize(c->is_valid);
	sqlite3_finalize(c->repair);
	sqlite3_close(c->db);
	if (c->cache != NULL) {
		spatialite_cleanup_ex(c->cache);
	}
	free(c);
	spatialite_shutdown();
}

/* "Self-intersection" becomes "self-intersection". */
static void
say_reason(const struct area_check *c, char *why, size_t why_bytes)
{
	const char *reason = (const char *)sqlite3_column_text(c->is_valid, 1);
	char first[2] = "";
	int n; /* what follows in brackets is the place, longitude first */

	if (reason == NULL) {
		reason = "Not valid";
	}
	first[0] = reason[0] >= 'A' && reason[0] <= 'Z' ? (char)(reason[0] - 'A' + 'a')
							: reason[0];
	n = (int)strcspn(reason + 1, "[");
	if (sqlite3_column_type(c->is_valid, 2) == SQLITE_FLOAT) {
		(void)snprintf(why, why_bytes, "%s%.*s at %.5f,%.5f", first, n,
			reason + 1, sqlite3_column_double(c->is_valid, 3),
			sqlite3_column_double(c->is_valid, 2));
	} else {
		(void)snprintf(why, why_bytes, "%s%.*s", first, n, reason + 1);
	}
}

static int
repair(struct area_check *c, struct polygon **repaired, char *why, size_t why_bytes)
{
	size_t n = strlen(why);
	double before, after;
	int r;

	if (sqlite3_step(c->repair) != SQLITE_ROW) {
		return -EIO;
	}
	/* Errors come back as NULL, and garbage is -1. */
	if (sqlite3_column_type(c->repair, 0) != SQLITE_BLOB ||
		sqlite3_column_int(c->repair, 1) != 1) {
		(void)snprintf(why + n, why_bytes - n, "; it could not be made valid");
		return AREA_CHECK_HOPELESS;
	}
	r = from_wkb(sqlite3_column_blob(c->repair, 0),
		(size_t)sqlite3_column_bytes(c->repair, 0), repaired);
	if (r > 0) {
		(void)snprintf(why + n, why_bytes - n, "; made valid, %s",
			polygon_reason((enum polygon_answer)r));
		return AREA_CHECK_HOPELESS;
	}
	after = sqlite3_column_double(c->repair, 2);
	before = sqlite3_column_double(c->repair, 3);
	n += (size_t)snprintf(why + n, why_bytes - n, "; made valid, in %d part%s",
		sqlite3_column_int(c->repair, 4),
		sqlite3_column_int(c->repair, 4) == 1 ? "" : "s");
	/* A ring that crosses itself in the middle has no ground to compare. */
	if (n < why_bytes && before > after / 1000) {
		(void)snprintf(why + n, why_bytes - n, ", ground %+.3f %%",
			(after - before) / before * 100);
	}
	return r == 0 ? AREA_CHECK_REPAIRED : r;
}

static int
check_wkb(struct area_check *c, const struct polygon *p, struct polygon **repaired,
	char *why, size_t why_bytes)
{
	struct polygon_cross more;
	int r = polygon_cross_more(p, CROSSINGS_MOST, &more);

	if (r != 0) {
		return r;
	}
	if (more.cross) { /* the question alone would take gigabytes */
		(void)snprintf(why, why_bytes, TANGLED, "cross", CROSSINGS_MOST);
		return AREA_CHECK_HOPELESS;
	}
	if (sqlite3_step(c->is_valid) != SQLITE_ROW) {
		return -EIO;
	}
	if (sqlite3_column_type(c->is_valid, 0) == SQLITE_INTEGER &&
		sqlite3_column_int(c->is_valid, 0) == 1) {
		return 0;
	}
	say_reason(c, why, why_bytes);
	if (more.meet) {
		size_t n = strlen(why);

		n += (size_t)snprintf(why + n, why_bytes - n, "; ");
		(void)snprintf(why + n, why_bytes - n, TANGLED, "meet", CROSSINGS_MOST);
		return AREA_CHECK_HOPELESS;
	}
	return repair(c, repaired, why, why_bytes);
}

int
area_check(struct area_check *c, const struct polygon *p, const bool *ring_is_outer,
	struct polygon **repaired, char *why, size_t why_bytes)
{
	size_t n_bytes = 0;
	uint8_t *wkb = to_wkb(p, ring_is_outer, &n_bytes);
	int r = -ENOMEM;

	if (wkb == NULL) {
		return r;
	}
	if (sqlite3_bind_blob64(c->is_valid, 1, wkb, n_bytes, SQLITE_STATIC) ==
			SQLITE_OK &&
		sqlite3_bind_blob64(c->repair, 1, wkb, n_bytes, SQLITE_STATIC) ==
			SQLITE_OK) {
		r = check_wkb(c, p, repaired, why, why_bytes);
	}
	sqlite3_reset(c->is_valid);
	sqlite3_reset(c->repair);
	sqlite3_clear_bindings(c->is_valid);
	sqlite3_clear_bindings(c->repair);
	free(wkb);
	return r;
}
