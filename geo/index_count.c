/* Counts and outlines: what is kept ready, not found row by row. */
#include <inttypes.h>
#include <stdio.h>

#include "geo/index_ask_internal.h"

/* ---- counts */

static void
write_counts(const struct search *s, bool by_area, bool by_hour, char sql[SQL_BYTES])
{
	const char *area = by_area ? s->area[0] != '\0' ? "area = ?1" : "area <> '*'"
				   : "area = ?1";
	int n = snprintf(sql, SQL_BYTES,
		"SELECT %s, %s, sum(reports) FROM tally WHERE %s AND hour >= ?2 AND "
		"hour < ?3",
		by_area ? "area" : "NULL", by_hour ? "hour" : "NULL", area);

	if (s->class_max > 0) {
		n += snprintf(sql + n, SQL_BYTES - (size_t)n, " AND class_no <= %u",
			s->class_max);
	}
	if (s->exercise >= 0) {
		n += snprintf(sql + n, SQL_BYTES - (size_t)n, " AND exercise = %d",
			s->exercise);
	}
	if (s->hazards != 0) {
		n += snprintf(sql + n, SQL_BYTES - (size_t)n,
			" AND (%" PRIu32 " >> hazard & 1)", s->hazards);
	}
	(void)snprintf(sql + n, SQL_BYTES - (size_t)n, "%s%s%s%s%s",
		by_area || by_hour ? " GROUP BY " : "", by_area ? "area" : "",
		by_area && by_hour ? ", " : "", by_hour ? "hour" : "",
		by_area || by_hour ? " ORDER BY 1, 2" : "");
}

int
index_ask_counts(struct index_asker *a, const struct search *s, bool by_area,
	bool by_hour, int (*visit)(void *arg, const struct index_count *count),
	void *arg)
{
	char sql[SQL_BYTES];
	sqlite3_stmt *statement = NULL;
	int code, r = 0;

	write_counts(s, by_area, by_hour, sql);
	code = sqlite3_prepare_v2(a->db, sql, -1, &statement, NULL);
	if (code == SQLITE_OK) {
		(void)sqlite3_bind_text(statement, 1,
			s->area[0] != '\0' ? s->area : INDEX_ALL, -1, SQLITE_STATIC);
		(void)sqlite3_bind_int64(statement, 2,
			s->from_ms <= 0 ? INT64_MIN : s->from_ms / INDEX_HOUR_MS);
		(void)sqlite3_bind_int64(statement, 3,
			s->to_ms == INT64_MAX ? INT64_MAX : s->to_ms / INDEX_HOUR_MS);
		while (r == 0 && (code = sqlite3_step(statement)) == SQLITE_ROW) {
			struct index_count count = {
				.area = by_area ? (const char *)sqlite3_column_text(
							  statement, 0)
						: NULL,
				.hour_ms =
					by_hour ? sqlite3_column_int64(statement, 1) *
							  INDEX_HOUR_MS
						: INT64_MIN,
				.reports = (uint64_t)sqlite3_column_int64(statement, 2),
			};
			r = count.reports > 0 ? visit(arg, &count) : 0;
		}
	}
	(void)sqlite3_finalize(statement);
	return r != 0 ? r : index_asked(code);
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
	};

	return outline.n_ring < 4 ? 0 : visit(arg, &outline);
}

int
index_ask_outlines(struct index_asker *a, const struct search *s, uint64_t from,
	int (*visit)(void *arg, const struct index_outline *outline), void *arg)
{
	/* An outline may lie over 180 degrees on either side. */
	static const char sql[] =
		"SELECT o.id, i.hazard, i.class_no, i.status, i.exercise, o.reports, "
		"o.ring FROM outline o JOIN incident i ON i.id = o.id WHERE o.id IN ("
		"SELECT id FROM outline_place WHERE south <= ?3 AND north >= ?4 AND "
		"((west <= ?1 AND east >= ?2) OR (west <= ?1 + 360 AND "
		"east >= ?2 + 360) OR (west <= ?1 - 360 AND east >= ?2 - 360))) "
		"AND o.id >= ?5 ORDER BY o.id";
	sqlite3_stmt *statement = NULL;
	double east_deg = s->west_deg > s->east_deg ? s->east_deg + 360 : s->east_deg;
	int code = sqlite3_prepare_v2(a->db, sql, -1, &statement, NULL);
	int r = 0;

	if (code == SQLITE_OK) {
		(void)sqlite3_bind_double(statement, 1, s->has_box ? east_deg : 1e9);
		(void)sqlite3_bind_double(
			statement, 2, s->has_box ? s->west_deg : -1e9);
		(void)sqlite3_bind_double(statement, 3, s->has_box ? s->north_deg : 90);
		(void)sqlite3_bind_double(
			statement, 4, s->has_box ? s->south_deg : -90);
		(void)sqlite3_bind_int64(statement, 5, (int64_t)from);
		while (r == 0 && (code = sqlite3_step(statement)) == SQLITE_ROW) {
			r = show_outline(statement, visit, arg);
		}
	}
	(void)sqlite3_finalize(statement);
	return r != 0 ? r : index_asked(code);
}
