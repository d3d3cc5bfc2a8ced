#include "geo/store_moment.h"

#include <errno.h>

#include "geo/store_internal.h"

static int
show_incidents(struct store *s,
	int (*visit)(void *arg, const struct store_incident *incident), void *arg)
{
	sqlite3_stmt *statement = s->statements[STORE_SQL_LOAD_INCIDENTS];
	struct store_incident incident;
	int r;

	sqlite3_bind_int(statement, 1, 0);
	sqlite3_bind_int64(statement, 2, INT64_MIN);
	sqlite3_bind_int64(statement, 3, 0);
	while ((r = store_step(s, statement)) == 1) {
		incident.damaged = !store_take_incident(statement, &incident);
		if (incident.damaged && store_unproven_row(s) != -EUCLEAN) {
			r = -ENOMEM;
			break;
		}
		r = visit(arg, &incident);
		if (r != 0) {
			break;
		}
	}
	sqlite3_reset(statement);
	return r;
}

static int
read_end(struct store *s, uint64_t *seq)
{
	sqlite3_stmt *last = s->statements[STORE_SQL_LAST];
	int r = store_step(s, last);

	*seq = r == 1 ? (uint64_t)sqlite3_column_int64(last, 0) : 0;
	sqlite3_reset(last);
	return r < 0 ? r : 0;
}

int
store_read_moment(
	struct store *s, uint64_t *seq, const struct store_moment *visitor, void *arg)
{
	int r = store_begin_question(s);
	int over;

	if (r != 0) {
		return r;
	}
	r = store_run(s, "BEGIN");
	if (r == 0) {
		r = read_end(s, seq);
		if (r == 0) {
			r = show_incidents(s, visitor->incident, arg);
		}
		if (r == 0) {
			r = store_load_umbrellas(s, INT64_MIN, visitor->umbrella, arg);
		}
		over = store_run(s, "COMMIT");
		r = r == 0 ? over : r;
	}
	return store_end_question(s, r);
}
