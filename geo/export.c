/* A little over 500 lines: what one file of GIS is made of. */
#include "geo/export.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "embed.h"
#include "geo/export_ground.h"
#include "geo/export_internal.h"
#include "proto/stamp.h"

extern const struct embedded gpkg_sql[];

enum {
	SQL_BYTES = 4096,
	WKB_POINT = 1,
	WKB_POINT_BYTES = 21,
};

bool
export_has(const struct export *x, const struct export_column *column)
{
	return x->personal || !column->is_personal;
}

/* ---- SQL */

int
export_fault(int code)
{
	switch (code & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return 0;
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_CANTOPEN:
		return errno != 0 ? -errno : -EIO;
	default:
		return -EIO;
	}
}

int
export_prepare(struct export *x, sqlite3_stmt **out, const char *format, ...)
{
	char sql[SQL_BYTES];
	va_list arguments;
	int n;

	va_start(arguments, format);
	n = vsnprintf(sql, sizeof(sql), format, arguments);
	va_end(arguments);
	if (n < 0 || n >= SQL_BYTES) {
		return -E2BIG;
	}
	return export_fault(sqlite3_prepare_v2(x->db, sql, -1, out, NULL));
}

int
export_run(struct export *x, const char *format, ...)
{
	char sql[SQL_BYTES];
	va_list arguments;
	int n;

	va_start(arguments, format);
	n = vsnprintf(sql, sizeof(sql), format, arguments);
	va_end(arguments);
	if (n < 0 || n >= SQL_BYTES) {
		return -E2BIG;
	}
	return export_fault(sqlite3_exec(x->db, sql, NULL, NULL, NULL));
}

/* ---- opening */

static int
remove_old(const char *path)
{
	static const char *const ends[] = {"", "-journal", "-wal", "-shm"};
	char name[SQL_BYTES];

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (snprintf(name, sizeof(name), "%s%s", path, ends[i]) >= SQL_BYTES) {
			return -ENAMETOOLONG;
		}
		if (unlink(name) != 0 && errno != ENOENT) {
			return -errno;
		}
	}
	return 0;
}

static const char *
type_of(enum export_kind kind)
{
	static const char *const types[] = {
		[EXPORT_NUMBER] = "INTEGER",
		[EXPORT_REAL] = "DOUBLE",
		[EXPORT_TEXT] = "TEXT",
		[EXPORT_TIME] = "DATETIME",
		[EXPORT_FLAG] = "BOOLEAN",
	};

	return types[kind];
}

static int
make_tree(struct export *x, const struct export_table *t)
{
	int r = export_run(x,
		"INSERT INTO gpkg_geometry_columns VALUES ('%s', 'geom', '%s', %d, 0, "
		"0);"
		"INSERT INTO gpkg_extensions VALUES ('%s', 'geom', 'gpkg_rtree_index',"
		"'http://www.geopackage.org/spec120/#extension_rtree', 'write-only');"
		"CREATE VIRTUAL TABLE rtree_%s_geom USING rtree(id, minx, maxx, miny, "
		"maxy)",
		t->name, t->geometry == EXPORT_POINTS ? "POINT" : "MULTIPOLYGON",
		EXPORT_SRS, t->name, t->name);

	return r;
}

static int
make_layer(struct export *x, const struct export_table *t)
{
	bool has_geometry = t->geometry != EXPORT_NO_GEOMETRY;
	char columns[SQL_BYTES / 2];
	int n = snprintf(columns, sizeof(columns), "id INTEGER PRIMARY KEY NOT NULL%s",
		!has_geometry                  ? ""
		: t->geometry == EXPORT_POINTS ? ", geom POINT"
					       : ", geom MULTIPOLYGON");
	int r;

	for (size_t i = 1; i < t->n_columns; i++) {
		if (export_has(x, &t->columns[i])) {
			n += snprintf(columns + n, sizeof(columns) - (size_t)n,
				", %s %s", t->columns[i].name,
				type_of(t->columns[i].kind));
		}
	}
	r = export_run(x,
		"CREATE TABLE %s (%s);"
		"INSERT INTO gpkg_contents (table_name, data_type, identifier, "
		"description, srs_id) VALUES ('%s', '%s', '%s', '%s', %s)",
		t->name, columns, t->name, has_geometry ? "features" : "attributes",
		t->name, t->about, has_geometry ? "4326" : "NULL");
	return r == 0 && has_geometry ? make_tree(x, t) : r;
}

/* ?1 is the id, ?2 the geometry, then the columns that are there. */
static int
prepare_layer(struct export *x, enum export_layer layer)
{
	const struct export_table *t = export_table(layer);
	bool has_geometry = t->geometry != EXPORT_NO_GEOMETRY;
	char names[SQL_BYTES / 4], places[SQL_BYTES / 4];
	int n = snprintf(names, sizeof(names), "id%s", has_geometry ? ", geom" : "");
	int m = snprintf(places, sizeof(places), "?1%s", has_geometry ? ", ?2" : "");
	int r;

	for (size_t i = 1; i < t->n_columns; i++) {
		if (export_has(x, &t->columns[i])) {
			n += snprintf(names + n, sizeof(names) - (size_t)n, ", %s",
				t->columns[i].name);
			m += snprintf(places + m, sizeof(places) - (size_t)m, ", ?%zu",
				i + 2);
		}
	}
	r = export_prepare(x, &x->put[layer],
		"INSERT OR REPLACE INTO %s (%s) VALUES (%s)", t->name, names, places);
	if (r == 0 && has_geometry) {
		r = export_prepare(x, &x->put_box[layer],
			"INSERT OR REPLACE INTO rtree_%s_geom VALUES (?1, ?2, ?3, ?4, "
			"?5)",
			t->name);
	}
	return r;
}

static int
make_all(struct export *x)
{
	int r = export_run(x, "PRAGMA page_size = 4096; PRAGMA journal_mode = OFF;"
			      "PRAGMA synchronous = OFF; PRAGMA cache_size = -32768;"
			      "PRAGMA locking_mode = EXCLUSIVE;"
			      "PRAGMA temp_store = MEMORY;"
			      "CREATE TEMP TABLE known (seq INTEGER PRIMARY KEY, id);"
			      "BEGIN");

	if (r == 0) {
		r = export_fault(sqlite3_exec(
			x->db, (const char *)gpkg_sql[0].data, NULL, NULL, NULL));
	}
	for (int i = 0; r == 0 && i < EXPORT_LAYERS; i++) {
		r = make_layer(x, export_table((enum export_layer)i));
	}
	for (int i = 0; r == 0 && i < EXPORT_LAYERS; i++) {
		r = prepare_layer(x, (enum export_layer)i);
	}
	if (r == 0) {
		r = export_prepare(
			x, &x->find, "SELECT geom, areas FROM incidents WHERE id = ?1");
	}
	if (r == 0) {
		r = export_prepare(x, &x->move,
			"UPDATE reports SET incident_id = ?2, "
			"areas = (SELECT areas FROM incidents WHERE id = ?2) WHERE id "
			"= coalesce((SELECT id FROM temp.known WHERE seq = ?1), ?1)");
	}
	if (r == 0) {
		r = export_prepare(x, &x->know,
			"INSERT OR REPLACE INTO temp.known "
			"VALUES (?1, ?2)");
	}
	if (r == 0) {
		r = export_prepare(
			x, &x->known, "SELECT id FROM temp.known WHERE seq = ?1");
	}
	return r;
}

/* The file is there as long as somebody has it open. */
static int
take_name(struct export *x, int *fd)
{
	int r;

	*fd = open(x->path, O_RDONLY | O_CLOEXEC);
	r = *fd < 0 || unlink(x->path) != 0 ? -errno : 0;
	free(x->path);
	x->path = NULL;
	return r;
}

static int
open_file(struct export **out, const char *path, bool personal, int *nameless)
{
	struct export *x;
	int r = remove_old(path);

	if (r != 0) {
		return r;
	}
	x = calloc(1, sizeof(*x));
	if (x == NULL) {
		return -ENOMEM;
	}
	x->personal = personal;
	x->path = strdup(path);
	errno = 0;
	r = x->path == NULL ? -ENOMEM
			    : export_fault(sqlite3_open_v2(path, &x->db,
				      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
					      SQLITE_OPEN_NOMUTEX,
				      NULL));
	if (r == 0 && nameless != NULL) {
		r = take_name(x, nameless);
	}
	if (r == 0) {
		r = make_all(x);
	}
	if (r != 0) {
		if (nameless != NULL && *nameless >= 0) {
			(void)close(*nameless);
			*nameless = -1;
		}
		export_close(x);
		return r;
	}
	*out = x;
	return 0;
}

int
export_open(struct export **out, const char *path, bool personal)
{
	return open_file(out, path, personal, NULL);
}

int
export_open_nameless(struct export **out, const char *path, bool personal, int *fd)
{
	*fd = -1;
	return open_file(out, path, personal, fd);
}

void
export_close(struct export *x)
{
	if (x == NULL) {
		return;
	}
	for (int i = 0; i < EXPORT_LAYERS; i++) {
		(void)sqlite3_finalize(x->put[i]);
		(void)sqlite3_finalize(x->put_box[i]);
	}
	(void)sqlite3_finalize(x->find);
	(void)sqlite3_finalize(x->move);
	(void)sqlite3_finalize(x->know);
	(void)sqlite3_finalize(x->known);
	(void)sqlite3_close_v2(x->db);
	free(x->path);
	free(x);
}

/* ---- geometry */

/* The head says: little-endian, with or without an envelope, WGS 84. */
static uint8_t *
put_head(uint8_t *to, bool has_box)
{
	const int32_t srs = EXPORT_SRS;

	memcpy(to, "GP", 2);
	to[2] = 0;
	to[3] = has_box ? 1 | 1 << 1 : 1;
	memcpy(to + 4, &srs, sizeof(srs));
	return to + EXPORT_HEAD_BYTES;
}

static void
bind_point(sqlite3_stmt *s, struct geo_point point, struct export_box *box)
{
	uint8_t blob[EXPORT_HEAD_BYTES + WKB_POINT_BYTES];
	uint8_t *to = put_head(blob, false);
	const uint32_t type = WKB_POINT;
	const double xy[2] = {point.lon_deg, point.lat_deg};

	*to++ = 1;
	memcpy(to, &type, sizeof(type));
	memcpy(to + sizeof(type), xy, sizeof(xy));
	(void)sqlite3_bind_blob(s, 2, blob, sizeof(blob), SQLITE_TRANSIENT);
	*box = (struct export_box){
		point.lon_deg, point.lat_deg, point.lon_deg, point.lat_deg};
}

static int
bind_ground(sqlite3_stmt *s, const struct polygon *ground, struct export_box *box)
{
	uint8_t *wkb = NULL, *blob;
	size_t n = 0;
	int r = export_ground(ground, &wkb, &n, box);

	if (r != 0) {
		return r;
	}
	blob = malloc(EXPORT_HEAD_BYTES + EXPORT_BOX_BYTES + n);
	if (blob != NULL) {
		const double sides[4] = {
			box->west_deg, box->east_deg, box->south_deg, box->north_deg};
		uint8_t *to = put_head(blob, true);

		memcpy(to, sides, sizeof(sides));
		memcpy(to + sizeof(sides), wkb, n);
		r = export_fault(sqlite3_bind_blob64(
			s, 2, blob, EXPORT_HEAD_BYTES + EXPORT_BOX_BYTES + n, free));
	}
	free(wkb);
	return blob == NULL ? -ENOMEM : r;
}

static int
put_box(sqlite3_stmt *s, int64_t id, const struct export_box *box)
{
	int code;

	(void)sqlite3_bind_int64(s, 1, id);
	(void)sqlite3_bind_double(s, 2, box->west_deg);
	(void)sqlite3_bind_double(s, 3, box->east_deg);
	(void)sqlite3_bind_double(s, 4, box->south_deg);
	(void)sqlite3_bind_double(s, 5, box->north_deg);
	code = sqlite3_step(s);
	(void)sqlite3_reset(s);
	return export_fault(code);
}

/* ---- putting */

static int
bind_time(sqlite3_stmt *s, int at, int64_t ms)
{
	char text[STAMP_BYTES];
	int64_t seconds = ms / 1000 - (ms % 1000 < 0);
	size_t n;

	/* Always three digits of a second, as the specification has them. */
	if (stamp_write(seconds, 0, text, &n) != 0) {
		return SQLITE_OK;
	}
	(void)snprintf(text + n - 1, sizeof(text) - n + 1, ".%03dZ",
		(int)(ms - seconds * 1000));
	return sqlite3_bind_text(s, at, text, -1, SQLITE_TRANSIENT);
}

static int
bind_value(sqlite3_stmt *s, int at, enum export_kind kind, const struct export_value *v)
{
	switch (kind) {
	case EXPORT_TEXT:
		return sqlite3_bind_text(s, at, v->text, -1, SQLITE_STATIC);
	case EXPORT_REAL:
		return sqlite3_bind_double(s, at, v->real);
	case EXPORT_TIME:
		return bind_time(s, at, v->number);
	case EXPORT_NUMBER:
	case EXPORT_FLAG:
		break;
	}
	return sqlite3_bind_int64(s, at, v->number);
}

int
export_put(struct export *x, enum export_layer layer, const struct export_row *row)
{
	const struct export_table *t = export_table(layer);
	sqlite3_stmt *s = x->put[layer];
	struct export_box box;
	int code = SQLITE_OK;
	int r = 0;

	(void)sqlite3_clear_bindings(s);
	(void)sqlite3_bind_int64(s, 1, row->values[0].number);
	for (size_t i = 1; i < t->n_columns; i++) {
		if (row->values[i].is_set && export_has(x, &t->columns[i])) {
			code |= bind_value(
				s, (int)i + 2, t->columns[i].kind, &row->values[i]);
		}
	}
	if (row->ground != NULL) {
		r = bind_ground(s, row->ground, &box);
	} else if (row->has_point) {
		bind_point(s, row->point, &box);
	}
	if (r == 0) {
		r = export_fault(code);
	}
	if (r == 0) {
		code = sqlite3_step(s);
		(void)sqlite3_reset(s);
		r = export_fault(code);
	}
	if (r == 0 && (row->ground != NULL || row->has_point)) {
		r = put_box(x->put_box[layer], row->values[0].number, &box);
	}
	return r;
}

int
export_find_incident(struct export *x, uint64_t id, struct export_incident *out)
{
	const uint8_t *blob;
	double xy[2];
	int code;

	(void)sqlite3_reset(x->find);
	(void)sqlite3_bind_int64(x->find, 1, (int64_t)id);
	code = sqlite3_step(x->find);
	if (code != SQLITE_ROW) {
		return code == SQLITE_DONE ? EXPORT_NONE : export_fault(code);
	}
	blob = sqlite3_column_blob(x->find, 0);
	memset(out, 0, sizeof(*out));
	if (blob != NULL) {
		memcpy(xy, blob + EXPORT_HEAD_BYTES + WKB_POINT_BYTES - sizeof(xy),
			sizeof(xy));
		out->has_point = true;
		out->point = (struct geo_point){xy[1], xy[0]};
	}
	out->areas = (const char *)sqlite3_column_text(x->find, 1);
	return 0;
}

static int
run_pair(sqlite3_stmt *s, uint64_t a, uint64_t b)
{
	int code;

	(void)sqlite3_bind_int64(s, 1, (int64_t)a);
	(void)sqlite3_bind_int64(s, 2, (int64_t)b);
	code = sqlite3_step(s);
	(void)sqlite3_reset(s);
	return export_fault(code);
}

int
export_know_as(struct export *x, uint64_t row, uint64_t report)
{
	return run_pair(x->know, row, report);
}

int
export_known_as(struct export *x, uint64_t row, uint64_t *report)
{
	int code;

	(void)sqlite3_bind_int64(x->known, 1, (int64_t)row);
	code = sqlite3_step(x->known);
	*report =
		code == SQLITE_ROW ? (uint64_t)sqlite3_column_int64(x->known, 0) : row;
	(void)sqlite3_reset(x->known);
	return code == SQLITE_ROW ? 0 : export_fault(code);
}

int
export_move(struct export *x, uint64_t row, uint64_t incident)
{
	return run_pair(x->move, row, incident);
}
