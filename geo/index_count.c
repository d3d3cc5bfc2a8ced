/* Counts: kept ready, not found row by row. */
#include <inttypes.h>
#include <stdio.h>

#include "geo/index_ask_internal.h"

/* ---- counts */

/* A report is in the tally under its areas, or under "" without any, and under "*". */
static const char *
which_areas(const struct search *s, bool by_area)
{
	if (s->assigned) {
		return by_area ? "area NOT IN ('*', '')" : "area IN ('*', '')";
	}
	return by_area && !search_asks_area(s) ? "area <> '*'" : "area = ?1";
}

static void
write_counts(const struct search *s, bool by_area, bool by_hour, char sql[SQL_BYTES])
{
	/* Those in some area: all but those in none. */
	const char *sum = s->assigned && !by_area
				  ? "sum(iif(area = '', -reports, reports))"
				  : "sum(reports)";
	int n = snprintf(sql, SQL_BYTES,
		"SELECT %s, %s, %s FROM tally WHERE %s AND hour >= ?2 AND hour < ?3",
		by_area ? "area" : "NULL", by_hour ? "hour" : "NULL", sum,
		which_areas(s, by_area));

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
			search_asks_area(s) ? s->area : INDEX_ALL, -1, SQLITE_STATIC);
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
