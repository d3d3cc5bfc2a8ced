/* Outlines and borders in a box. */
#include "geo/index_ask_internal.h"

/* A shape may lie over 180 degrees on either side. */
#define IN_BOX                                                                         \
	"south <= ?3 AND north >= ?4 AND ((west <= ?1 AND east >= ?2) OR "             \
	"(west <= ?1 + 360 AND east >= ?2 + 360) OR (west <= ?1 - 360 AND "            \
	"east >= ?2 - 360))"

/* At a scale a map of a thousand dots shows this many degrees in one and a half. */
static const double widest_deg[INDEX_SCALES - 1] = {1.4, 10};

static int
prepare(struct index_asker *a, const struct search *s, const char *sql,
	sqlite3_stmt **out)
{
	double east_deg = s->west_deg > s->east_deg ? s->east_deg + 360 : s->east_deg;
	int code = sqlite3_prepare_v2(a->db, sql, -1, out, NULL);

	if (code == SQLITE_OK) {
		(void)sqlite3_bind_double(*out, 1, s->has_box ? east_deg : 1e9);
		(void)sqlite3_bind_double(*out, 2, s->has_box ? s->west_deg : -1e9);
		(void)sqlite3_bind_double(*out, 3, s->has_box ? s->north_deg : 90);
		(void)sqlite3_bind_double(*out, 4, s->has_box ? s->south_deg : -90);
	}
	return code;
}

/* ---- outlines */

static int
show_outline(sqlite3_stmt *s, int (*visit)(void *arg, const struct index_outline *o),
	void *arg)
{
	const struct index_outline outline = {
		.id = (uint64_t)sqlite3_column_int64(s, 0),
		.hazard = (uint8_t)sqlite3_column_int(s, 1),
		.class_no = (uint8_t)sqlite3_column_int(s, 2),
		.status = (uint8_t)sqlite3_column_int(s, 3),
		.exercise = sqlite3_column_int(s, 4) != 0,
		.reports = (uint64_t)sqlite3_column_int64(s, 5),
		.ring = sqlite3_column_blob(s, 6),
		.n_ring = (size_t)sqlite3_column_bytes(s, 6) / (2 * sizeof(double)),
		.event_group = (uint8_t)sqlite3_column_int(s, 7),
	};

	return outline.n_ring < 4 ? 0 : visit(arg, &outline);
}

int
index_ask_outlines(struct index_asker *a, const struct search *s, unsigned kinds,
	uint64_t from, int (*visit)(void *arg, const struct index_outline *outline),
	void *arg)
{
	static const char sql[] =
		"SELECT o.id, i.hazard, i.class_no, i.status, "
		"coalesce(i.exercise, o.exercise), o.reports, o.ring, o.event_group "
		"FROM outline o LEFT JOIN incident i ON i.id = o.id WHERE o.id IN ("
		"SELECT id FROM outline_place WHERE " IN_BOX ") AND o.id >= ?5 AND "
		"(?6 >> (o.event_group > 0) & 1) AND (o.event_group > 0 OR "
		"i.id IS NOT NULL) ORDER BY o.id";
	static const char umbrellas_sql[] =
		"SELECT o.id, 0, 0, 0, o.exercise, o.reports, o.ring, o.event_group "
		"FROM outline o JOIN outline_place p ON p.id = o.id WHERE "
		"o.event_group > 0 AND " IN_BOX " AND o.id >= ?5 AND ?6 ORDER BY o.id";
	sqlite3_stmt *statement = NULL;
	int code = prepare(
		a, s, kinds == INDEX_OF_UMBRELLAS ? umbrellas_sql : sql, &statement);
	int r = 0;

	if (code == SQLITE_OK) {
		(void)sqlite3_bind_int64(statement, 5, (int64_t)from);
		(void)sqlite3_bind_int(statement, 6, (int)kinds);
		while (r == 0 && (code = sqlite3_step(statement)) == SQLITE_ROW) {
			r = show_outline(statement, visit, arg);
		}
	}
	(void)sqlite3_finalize(statement);
	return r != 0 ? r : index_asked(code);
}

/* ---- borders */

static int64_t
scale_of(const struct search *s)
{
	double width_deg = !s->has_box                 ? 360
			   : s->west_deg > s->east_deg ? s->east_deg + 360 - s->west_deg
						       : s->east_deg - s->west_deg;
	int scale = 0;

	while (scale < INDEX_SCALES - 1 && width_deg > widest_deg[scale]) {
		scale++;
	}
	return scale;
}

/* The lowest level that is shown; 0: there are no areas. */
static int
lowest_level(struct index_asker *a, const struct search *s, int64_t scale, int *level)
{
	static const char sql[] =
		"SELECT a.level, count(*) FROM area_place p JOIN area a ON a.id = p.id "
		"WHERE p.id BETWEEN ?5 AND ?6 AND " IN_BOX " GROUP BY 1 ORDER BY 1";
	sqlite3_stmt *statement = NULL;
	int code = prepare(a, s, sql, &statement);
	int64_t n = 0;

	*level = 0;
	if (code == SQLITE_OK) {
		(void)sqlite3_bind_int64(statement, 5, scale << 32);
		(void)sqlite3_bind_int64(statement, 6, ((scale + 1) << 32) - 1);
		while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
			n += sqlite3_column_int64(statement, 1);
			if (*level != 0 && n > INDEX_BORDERS_MOST) {
				code = SQLITE_DONE;
				break;
			}
			*level = sqlite3_column_int(statement, 0);
		}
	}
	(void)sqlite3_finalize(statement);
	return index_asked(code);
}

static int
show_border(sqlite3_stmt *s, int (*visit)(void *arg, const struct index_border *b),
	void *arg)
{
	struct index_border border = {
		.id = (uint64_t)sqlite3_column_int64(s, 0),
		.code = (const char *)sqlite3_column_text(s, 1),
		.name = (const char *)sqlite3_column_text(s, 2),
		.level = (uint8_t)sqlite3_column_int(s, 3),
		.numbers = sqlite3_column_blob(s, 4),
		.n_numbers = (size_t)sqlite3_column_bytes(s, 4) / sizeof(double),
	};
	size_t at = 0;

	while (at < border.n_numbers) {
		double corners = border.numbers[at];

		if (!(corners >= 1) || corners > (double)border.n_numbers) {
			return INDEX_ASK_BAD;
		}
		at += 1 + 2 * (size_t)corners;
		border.n_rings++;
	}
	return at != border.n_numbers || border.code == NULL || border.name == NULL
		       ? INDEX_ASK_BAD
		       : visit(arg, &border);
}

int
index_ask_borders(struct index_asker *a, const struct search *s, uint64_t from,
	int (*visit)(void *arg, const struct index_border *border), void *arg)
{
	static const char sql[] =
		"SELECT a.id, a.code, a.name, a.level, a.rings FROM area_place p "
		"JOIN area a ON a.id = p.id WHERE p.id BETWEEN ?5 AND ?6 AND " IN_BOX
		" AND a.level <= ?7 ORDER BY a.id";
	sqlite3_stmt *statement = NULL;
	int64_t scale = scale_of(s);
	int64_t first = (int64_t)from > scale << 32 ? (int64_t)from : scale << 32;
	int level, code;
	int r = lowest_level(a, s, scale, &level);

	if (r != 0) {
		return r;
	}
	code = prepare(a, s, sql, &statement);
	if (code == SQLITE_OK) {
		(void)sqlite3_bind_int64(statement, 5, first);
		(void)sqlite3_bind_int64(statement, 6, ((scale + 1) << 32) - 1);
		(void)sqlite3_bind_int(statement, 7, level);
		while (r == 0 && (code = sqlite3_step(statement)) == SQLITE_ROW) {
			r = show_border(statement, visit, arg);
		}
	}
	(void)sqlite3_finalize(statement);
	return r != 0 ? r : index_asked(code);
}
