/* What a slice writes. */
#include <errno.h>
#include <math.h>

#include "geo/index_internal.h"

static int
bind_numbers(sqlite3_stmt *statement, const int64_t *values, size_t n)
{
	int code = sqlite3_clear_bindings(statement);

	for (size_t i = 0; i < n; i++) {
		code |= sqlite3_bind_int64(statement, (int)i + 1, values[i]);
	}
	return code;
}

static int
bind_point(sqlite3_stmt *statement, int at, bool has_point, struct geo_point p)
{
	if (!has_point) {
		return SQLITE_OK; /* NULL, since bindings were cleared */
	}
	return sqlite3_bind_double(statement, at, p.lat_deg) |
	       sqlite3_bind_double(statement, at + 1, p.lon_deg);
}

static int
put_row(struct index_writer *x, const struct index_entry *e)
{
	sqlite3_stmt *s = x->statements[INDEX_SQL_REPORT];
	const int64_t numbers[] = {(int64_t)e->seq, (int64_t)e->number,
		(int64_t)e->incident, e->at_ms, e->kind, e->hazard, e->class_no,
		e->exercise, e->own, e->hangs};
	int code = bind_numbers(s, numbers, 10);

	code |= sqlite3_bind_double(s, 11, e->accuracy_m);
	code |= bind_point(s, 12, e->has_point, e->point);
	code |= sqlite3_bind_text(s, 14, e->channel, -1, SQLITE_STATIC);
	return code != SQLITE_OK ? -ENOMEM : index_run(x, INDEX_SQL_REPORT);
}

static int
put_place(struct index_writer *x, const struct index_entry *e)
{
	sqlite3_stmt *s = x->statements[INDEX_SQL_PLACE];

	if (!e->has_point) {
		return 0;
	}
	(void)sqlite3_bind_int64(s, 1, (int64_t)e->seq);
	(void)sqlite3_bind_double(s, 2, e->point.lon_deg);
	(void)sqlite3_bind_double(s, 3, e->point.lat_deg);
	return index_run(x, INDEX_SQL_PLACE);
}

static int
put_words(struct index_writer *x, const struct index_entry *e)
{
	sqlite3_stmt *s = x->statements[INDEX_SQL_WORDS];

	if (e->text[0] == '\0' && e->place[0] == '\0') {
		return 0;
	}
	(void)sqlite3_bind_int64(s, 1, (int64_t)e->seq);
	(void)sqlite3_bind_text(s, 2, e->text, -1, SQLITE_STATIC);
	(void)sqlite3_bind_text(s, 3, e->place, -1, SQLITE_STATIC);
	return index_run(x, INDEX_SQL_WORDS);
}

/* Whole ones, towards the past. */
static int64_t
divide(int64_t at_ms, int64_t by_ms)
{
	return at_ms >= 0 ? at_ms / by_ms : -((-at_ms + by_ms - 1) / by_ms);
}

/* Counts one more, or (INDEX_SQL_UNTALLY) one less. */
static int
tally(struct index_writer *x, const struct index_entry *e, const char *area,
	enum index_statement which)
{
	sqlite3_stmt *s = x->statements[which];

	(void)sqlite3_bind_text(s, 1, area, -1, SQLITE_STATIC);
	(void)sqlite3_bind_int64(s, 2, divide(e->at_ms, INDEX_HOUR_MS));
	(void)sqlite3_bind_int(s, 3, e->hazard);
	(void)sqlite3_bind_int(s, 4, e->class_no);
	(void)sqlite3_bind_int(s, 5, e->exercise);
	return index_run(x, which);
}

/* Puts it into its areas, or takes it out of them. */
static int
put_areas(struct index_writer *x, const struct index_entry *e,
	enum index_statement area, enum index_statement count)
{
	size_t n = e->n_areas == 0 ? 1 : e->n_areas;
	sqlite3_stmt *s = x->statements[area];
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++) {
		const char *code = e->n_areas == 0 ? "" : e->areas[i];

		(void)sqlite3_bind_text(s, 1, code, -1, SQLITE_STATIC);
		(void)sqlite3_bind_int64(s, 2, (int64_t)e->seq);
		r = index_run(x, area);
		if (r == 0) {
			r = tally(x, e, code, count);
		}
	}
	return r;
}

static int
run_with(struct index_writer *x, enum index_statement which, uint64_t a, int64_t b)
{
	(void)sqlite3_bind_int64(x->statements[which], 1, (int64_t)a);
	if (sqlite3_bind_parameter_count(x->statements[which]) > 1) {
		(void)sqlite3_bind_int64(x->statements[which], 2, b);
	}
	return index_run(x, which);
}

int
index_begin(struct index_writer *x)
{
	return index_run(x, INDEX_SQL_BEGIN);
}

int
index_put(struct index_writer *x, const struct index_entry *e)
{
	int r = put_row(x, e);

	if (r == 0) {
		r = put_place(x, e);
	}
	if (r == 0) {
		r = put_words(x, e);
	}
	if (r == 0) {
		r = tally(x, e, INDEX_ALL, INDEX_SQL_TALLY);
	}
	if (r == 0) {
		r = put_areas(x, e, INDEX_SQL_AREA, INDEX_SQL_TALLY);
	}
	if (r == 0) {
		r = run_with(x, INDEX_SQL_MINUTE,
			(uint64_t)divide(e->at_ms, INDEX_MINUTE_MS), (int64_t)e->seq);
	}
	if (r == 0) {
		r = run_with(x, INDEX_SQL_COUNT, e->incident, e->at_ms);
	}
	return r == 0 && e->has_point ? run_with(x, INDEX_SQL_STALE, e->incident, 0)
				      : r;
}

static int
run_incident(struct index_writer *x, enum index_statement which,
	const struct store_incident *i)
{
	sqlite3_stmt *s = x->statements[which];
	const int64_t numbers[] = {(int64_t)i->id, (int64_t)i->seq, i->hazard,
		i->status, i->class_no, i->unplaced, i->exercise, i->opened_ms};
	int code = bind_numbers(s, numbers, 8);

	code |= bind_point(s, 9, i->has_point, i->point);
	return code != SQLITE_OK ? -ENOMEM : index_run(x, which);
}

int
index_put_incident(struct index_writer *x, const struct store_incident *i)
{
	int r = run_incident(x, INDEX_SQL_INCIDENT, i);

	return r == 0 && sqlite3_changes(x->db) == 0
		       ? run_incident(x, INDEX_SQL_NEW_INCIDENT, i)
		       : r;
}

int
index_move(struct index_writer *x, uint64_t report, uint64_t incident)
{
	sqlite3_stmt *of = x->statements[INDEX_SQL_OF];
	uint64_t from = 0;
	int r;

	(void)sqlite3_bind_int64(of, 1, (int64_t)report);
	if (sqlite3_step(of) == SQLITE_ROW) {
		from = (uint64_t)sqlite3_column_int64(of, 0);
	}
	r = index_fault(sqlite3_reset(of));
	if (r != 0 || from == 0 || from == incident) {
		return r;
	}
	r = run_with(x, INDEX_SQL_MOVE, report, (int64_t)incident);
	if (r == 0) {
		r = run_with(x, INDEX_SQL_RECOUNT, from, 0);
	}
	if (r == 0) {
		r = run_with(x, INDEX_SQL_RECOUNT, incident, 0);
	}
	if (r == 0) {
		r = run_with(x, INDEX_SQL_STALE, from, 0);
	}
	return r == 0 ? run_with(x, INDEX_SQL_STALE, incident, 0) : r;
}

int
index_read_report(
	struct index_writer *x, uint64_t number, struct index_entry *e, bool *found)
{
	sqlite3_stmt *s = x->statements[INDEX_SQL_STANDS];

	(void)sqlite3_bind_int64(s, 1, (int64_t)number);
	*found = sqlite3_step(s) == SQLITE_ROW;
	if (*found) {
		*e = (struct index_entry){
			.seq = (uint64_t)sqlite3_column_int64(s, 0),
			.number = (uint64_t)sqlite3_column_int64(s, 1),
			.incident = (uint64_t)sqlite3_column_int64(s, 2),
			.at_ms = sqlite3_column_int64(s, 3),
			.kind = (uint8_t)sqlite3_column_int(s, 4),
			.hazard = (uint8_t)sqlite3_column_int(s, 5),
			.class_no = (uint8_t)sqlite3_column_int(s, 6),
			.exercise = sqlite3_column_int(s, 7) != 0,
			.accuracy_m = sqlite3_column_double(s, 8),
			.has_point = sqlite3_column_type(s, 9) != SQLITE_NULL,
			.point = {sqlite3_column_double(s, 9),
				sqlite3_column_double(s, 10)},
			.own = sqlite3_column_int(s, 11) != 0,
			.hangs = sqlite3_column_int(s, 12) != 0,
			.channel = "",
			.text = "",
			.place = "",
		};
	}
	return index_fault(sqlite3_reset(s));
}

int
index_place(struct index_writer *x, const struct index_entry *was,
	const struct index_entry *now)
{
	sqlite3_stmt *s = x->statements[INDEX_SQL_REPLACE];
	int code = sqlite3_clear_bindings(s);
	int r;

	code |= sqlite3_bind_int64(s, 1, (int64_t)now->seq);
	code |= bind_point(s, 2, now->has_point, now->point);
	code |= sqlite3_bind_double(s, 4, now->accuracy_m);
	code |= sqlite3_bind_int(s, 5, now->hangs);
	r = code != SQLITE_OK ? -ENOMEM : index_run(x, INDEX_SQL_REPLACE);
	if (r == 0) {
		r = run_with(x, INDEX_SQL_UNPLACE, now->seq, 0);
	}
	if (r == 0) {
		r = put_place(x, now);
	}
	if (r == 0) {
		r = put_areas(x, was, INDEX_SQL_UNAREA, INDEX_SQL_UNTALLY);
	}
	if (r == 0) {
		r = put_areas(x, now, INDEX_SQL_AREA, INDEX_SQL_TALLY);
	}
	return r == 0 ? run_with(x, INDEX_SQL_STALE, now->incident, 0) : r;
}

int
index_commit(struct index_writer *x, struct index_state state)
{
	int r = run_with(x, INDEX_SQL_STATE, state.seq, (int64_t)state.areas);

	if (r == 0) {
		r = index_run(x, INDEX_SQL_COMMIT);
	}
	if (r == 0) {
		x->state = state;
	}
	return r;
}

void
index_rollback(struct index_writer *x)
{
	if (!sqlite3_get_autocommit(x->db)) {
		(void)index_run(x, INDEX_SQL_ROLLBACK);
	}
}

int
index_forget(struct index_writer *x, uint64_t seq)
{
	/* FTS5 keeps what was deleted until its pieces are joined. */
	static const char rest[] =
		"DELETE FROM report_words WHERE rowid = %lld;"
		"INSERT INTO report_words (report_words) VALUES ('optimize');"
		"DELETE FROM report_place WHERE seq = %lld;"
		"DELETE FROM report_area WHERE seq = %lld;"
		"INSERT OR IGNORE INTO stale SELECT incident FROM report "
		"WHERE seq = %lld";
	sqlite3_int64 at = (sqlite3_int64)seq;
	char *sql = sqlite3_mprintf(rest, at, at, at, at);
	int r = sql == NULL ? -ENOMEM : index_begin(x);

	if (r == 0) {
		r = index_fault(sqlite3_exec(x->db, sql, NULL, NULL, NULL));
	}
	sqlite3_free(sql);
	if (r == 0) {
		r = run_with(x, INDEX_SQL_ERASE, seq, 0);
	}
	if (r == 0) {
		r = index_run(x, INDEX_SQL_COMMIT);
	}
	if (r != 0) {
		index_rollback(x);
		return r;
	}
	/* The WAL still has the pages as they were. */
	return index_fault(sqlite3_wal_checkpoint_v2(
		x->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL));
}
