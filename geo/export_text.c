/*
 * CSV and GeoJSON of a finished export, a row at a time: what a layer holds does
 * not have to fit in memory.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "geo/export_internal.h"
#include "proto/decimal.h"

enum {
	ROWS_BETWEEN_WORDS = 1000,
	GEOMETRY_COLUMN = 1, /* of the listing; without geometry it is NULL */
	FIRST_COLUMN = 2,
	WKB_HEAD_BYTES = 9,
	NAMES_BYTES = 1024,
};

/* ---- listing */

static int
list(struct export *x, const struct export_table *t, sqlite3_stmt **out)
{
	char names[NAMES_BYTES];
	int n = 0;

	names[0] = '\0';
	for (size_t i = 1; i < t->n_columns; i++) {
		if (export_has(x, &t->columns[i])) {
			n += snprintf(names + n, sizeof(names) - (size_t)n, ", %s",
				t->columns[i].name);
		}
	}
	return export_prepare(x, out, "SELECT id, %s%s FROM %s ORDER BY id",
		t->geometry == EXPORT_NO_GEOMETRY ? "NULL" : "geom", names, t->name);
}

struct writer {
	struct export *x;
	const struct export_table *table;
	FILE *out;
	sqlite3_stmt *row;
	bool is_json;
};

static void
put(FILE *out, const char *text)
{
	(void)fwrite(text, 1, strlen(text), out);
}

static void
put_number(FILE *out, int64_t number)
{
	char text[DECIMAL_BYTES];

	(void)snprintf(text, sizeof(text), "%" PRId64, number);
	put(out, text);
}

static void
put_real(FILE *out, double value)
{
	char text[DECIMAL_BYTES];

	(void)decimal_from_double(value, text);
	put(out, text);
}

/* ---- well-known binary to text: both formats nest in the same way */

struct brackets {
	const char *open, *close, *between;
};

static const struct brackets of_json = {"[", "]", ","};
static const struct brackets of_wkt = {"(", ")", " "};

static const uint8_t *
put_count(const uint8_t *at, uint32_t *n)
{
	memcpy(n, at, sizeof(*n));
	return at + sizeof(*n);
}

static const uint8_t *
put_corners(FILE *out, const struct brackets *b, const uint8_t *at)
{
	uint32_t n;

	at = put_count(at, &n);
	put(out, b->open);
	for (uint32_t i = 0; i < n; i++) {
		double xy[2];

		memcpy(xy, at, sizeof(xy));
		at += sizeof(xy);
		put(out, i > 0 ? "," : "");
		put(out, b == &of_json ? "[" : "");
		put_real(out, xy[0]);
		put(out, b->between);
		put_real(out, xy[1]);
		put(out, b == &of_json ? "]" : "");
	}
	put(out, b->close);
	return at;
}

/* The bytes are our own: export_ground() wrote them. */
static void
put_parts(FILE *out, const struct brackets *b, const uint8_t *wkb)
{
	uint32_t n_parts, n_rings;
	const uint8_t *at = put_count(wkb + WKB_HEAD_BYTES - sizeof(n_parts), &n_parts);

	put(out, b->open);
	for (uint32_t part = 0; part < n_parts; part++) {
		at = put_count(at + WKB_HEAD_BYTES - sizeof(n_rings), &n_rings);
		put(out, part > 0 ? "," : "");
		put(out, b->open);
		for (uint32_t ring = 0; ring < n_rings; ring++) {
			put(out, ring > 0 ? "," : "");
			at = put_corners(out, b, at);
		}
		put(out, b->close);
	}
	put(out, b->close);
}

static const uint8_t *
wkb_of(const struct writer *w)
{
	const uint8_t *blob = sqlite3_column_blob(w->row, GEOMETRY_COLUMN);

	if (blob == NULL) {
		return NULL;
	}
	return blob + EXPORT_HEAD_BYTES + (blob[3] >> 1 == 1 ? EXPORT_BOX_BYTES : 0);
}

static void
point_of(const uint8_t *wkb, double xy[2])
{
	memcpy(xy, wkb + 1 + sizeof(uint32_t), 2 * sizeof(double));
}

/* ---- CSV */

/* Spreadsheets would run these; see the OWASP page on CSV injection. */
static bool
is_formula(const char *text)
{
	return text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL;
}

static void
put_cell(FILE *out, const char *text)
{
	if (!is_formula(text) && strpbrk(text, ",\"\r\n") == NULL) {
		put(out, text);
		return;
	}
	fputc('"', out);
	if (is_formula(text)) {
		fputc('\'', out);
	}
	for (; *text != '\0'; text++) {
		if (*text == '"') {
			fputc('"', out);
		}
		fputc(*text, out);
	}
	fputc('"', out);
}

static void
put_csv_value(const struct writer *w, int at, enum export_kind kind)
{
	if (sqlite3_column_type(w->row, at) == SQLITE_NULL) {
		return;
	}
	switch (kind) {
	case EXPORT_TEXT:
	case EXPORT_TIME:
		put_cell(w->out, (const char *)sqlite3_column_text(w->row, at));
		break;
	case EXPORT_REAL:
		put_real(w->out, sqlite3_column_double(w->row, at));
		break;
	case EXPORT_FLAG:
		put(w->out, sqlite3_column_int(w->row, at) != 0 ? "true" : "false");
		break;
	case EXPORT_NUMBER:
		put_number(w->out, sqlite3_column_int64(w->row, at));
		break;
	}
}

static void
put_csv_geometry(const struct writer *w)
{
	const uint8_t *wkb = wkb_of(w);
	double xy[2];

	if (w->table->geometry == EXPORT_POINTS) {
		fputc(',', w->out);
		if (wkb != NULL) {
			point_of(wkb, xy);
			put_real(w->out, xy[1]);
			fputc(',', w->out);
			put_real(w->out, xy[0]);
		} else {
			fputc(',', w->out);
		}
	} else if (w->table->geometry == EXPORT_GROUND) {
		fputc(',', w->out);
		if (wkb != NULL) {
			put(w->out, "\"MULTIPOLYGON ");
			put_parts(w->out, &of_wkt, wkb);
			fputc('"', w->out);
		}
	}
}

static void
put_csv_row(const struct writer *w)
{
	int at = FIRST_COLUMN;

	put_csv_value(w, 0, EXPORT_NUMBER);
	for (size_t i = 1; i < w->table->n_columns; i++) {
		if (export_has(w->x, &w->table->columns[i])) {
			fputc(',', w->out);
			put_csv_value(w, at++, w->table->columns[i].kind);
		}
	}
	put_csv_geometry(w);
	put(w->out, "\r\n");
}

static void
put_csv_head(const struct writer *w)
{
	put(w->out, "id");
	for (size_t i = 1; i < w->table->n_columns; i++) {
		if (export_has(w->x, &w->table->columns[i])) {
			put(w->out, ",");
			put(w->out, w->table->columns[i].name);
		}
	}
	put(w->out, w->table->geometry == EXPORT_POINTS   ? ",lat_deg,lon_deg\r\n"
		    : w->table->geometry == EXPORT_GROUND ? ",wkt\r\n"
							  : "\r\n");
}

/* ---- GeoJSON */

static void
put_escape(FILE *out, unsigned char c)
{
	char text[8];

	(void)snprintf(text, sizeof(text), "\\u%04x", c);
	put(out, text);
}

static void
put_json_text(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\') {
			fputc('\\', out);
			fputc(c, out);
		} else if (c < ' ' || c == 0x7f) {
			put_escape(out, c);
		} else {
			fputc(c, out);
		}
	}
	fputc('"', out);
}

static void
put_json_value(const struct writer *w, int at, enum export_kind kind)
{
	bool is_text = kind == EXPORT_TEXT || kind == EXPORT_TIME;

	if (sqlite3_column_type(w->row, at) == SQLITE_NULL) {
		put(w->out, "null");
	} else if (is_text) {
		put_json_text(w->out, (const char *)sqlite3_column_text(w->row, at));
	} else {
		put_csv_value(w, at, kind);
	}
}

static void
put_json_geometry(const struct writer *w)
{
	const uint8_t *wkb = wkb_of(w);
	double xy[2];

	if (wkb == NULL) {
		put(w->out, "null");
	} else if (w->table->geometry == EXPORT_POINTS) {
		point_of(wkb, xy);
		put(w->out, "{\"type\":\"Point\",\"coordinates\":[");
		put_real(w->out, xy[0]);
		fputc(',', w->out);
		put_real(w->out, xy[1]);
		put(w->out, "]}");
	} else {
		put(w->out, "{\"type\":\"MultiPolygon\",\"coordinates\":");
		put_parts(w->out, &of_json, wkb);
		fputc('}', w->out);
	}
}

static void
put_json_row(const struct writer *w)
{
	int at = FIRST_COLUMN;

	put(w->out, "{\"type\":\"Feature\",\"id\":");
	put_number(w->out, sqlite3_column_int64(w->row, 0));
	put(w->out, ",\"geometry\":");
	put_json_geometry(w);
	put(w->out, ",\"properties\":{\"id\":");
	put_csv_value(w, 0, EXPORT_NUMBER);
	for (size_t i = 1; i < w->table->n_columns; i++) {
		if (export_has(w->x, &w->table->columns[i])) {
			put(w->out, ",\"");
			put(w->out, w->table->columns[i].name);
			put(w->out, "\":");
			put_json_value(w, at++, w->table->columns[i].kind);
		}
	}
	put(w->out, "}}");
}

/* The extent is in the contents already; none while nothing has a place. */
static int
put_json_head(const struct writer *w)
{
	sqlite3_stmt *s = NULL;
	int r = export_prepare(w->x, &s,
		"SELECT min_x, min_y, max_x, max_y FROM gpkg_contents "
		"WHERE table_name = '%s' AND min_x NOTNULL",
		w->table->name);

	if (r != 0) {
		return r;
	}
	put(w->out, "{\"type\":\"FeatureCollection\",\"name\":\"");
	put(w->out, w->table->name);
	put(w->out, "\",");
	if (sqlite3_step(s) == SQLITE_ROW) {
		put(w->out, "\"bbox\":[");
		for (int i = 0; i < 4; i++) {
			put(w->out, i > 0 ? "," : "");
			put_real(w->out, sqlite3_column_double(s, i));
		}
		put(w->out, "],");
	}
	(void)sqlite3_finalize(s);
	put(w->out, "\"features\":[\n");
	return 0;
}

/* ---- either */

static int
put_rows(const struct writer *w, const struct export_listener *listener)
{
	uint64_t n = 0;
	int code;

	while ((code = sqlite3_step(w->row)) == SQLITE_ROW) {
		if (w->is_json) {
			put(w->out, n > 0 ? ",\n" : "");
			put_json_row(w);
		} else {
			put_csv_row(w);
		}
		if (ferror(w->out)) {
			return errno != 0 ? -errno : -EIO;
		}
		if (++n % ROWS_BETWEEN_WORDS == 0 && listener != NULL) {
			int r = listener->told(listener->arg, n);

			if (r != 0) {
				return r;
			}
		}
	}
	return export_fault(code);
}

static int
write_layer(struct writer *w, const struct export_listener *listener)
{
	int r = list(w->x, w->table, &w->row);

	if (r == 0 && w->is_json) {
		r = put_json_head(w);
	} else if (r == 0) {
		put_csv_head(w);
	}
	if (r == 0) {
		r = put_rows(w, listener);
	}
	if (r == 0 && w->is_json) {
		put(w->out, "\n]}\n");
	}
	(void)sqlite3_finalize(w->row);
	if (r == 0 && (fflush(w->out) != 0 || ferror(w->out))) {
		r = errno != 0 ? -errno : -EIO;
	}
	return r;
}

int
export_write_csv(struct export *x, enum export_layer layer, FILE *out,
	const struct export_listener *listener)
{
	struct writer w = {x, export_table(layer), out, NULL, false};

	return write_layer(&w, listener);
}

int
export_write_geojson(struct export *x, enum export_layer layer, FILE *out,
	const struct export_listener *listener)
{
	struct writer w = {x, export_table(layer), out, NULL, true};

	return write_layer(&w, listener);
}
