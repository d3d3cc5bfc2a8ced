#include <errno.h>

#include "geo/store_internal.h"
#include "geo/store_umbrella.h"
#include "vedetta/v1/incident.pb-c.h"

enum {
	/*
	 * Looking back for the first row of the window goes in blocks, and ends
	 * after this many blocks in a row without one row inside it: a clock that
	 * was wrong for more than 131,072 reports on end hides those before.
	 */
	BLOCK_ROWS = 65536,
	BLANK_BLOCKS = 2,
};

static void
lower(uint64_t *first, uint64_t seq)
{
	if (seq < *first) {
		*first = seq;
	}
}

/* First row of one block that is not older than since_ms: 1 and *seq, or 0. */
static int
first_in_block(
	struct store *s, uint64_t after, uint64_t to, int64_t since_ms, uint64_t *seq)
{
	sqlite3_stmt *statement = s->statements[STORE_SQL_SINCE];
	int r;

	sqlite3_bind_int64(statement, 1, (sqlite3_int64)after);
	sqlite3_bind_int64(statement, 2, (sqlite3_int64)to);
	sqlite3_bind_int64(statement, 3, since_ms);
	r = store_step(s, statement);
	if (r == 1) {
		*seq = (uint64_t)sqlite3_column_int64(statement, 0);
		sqlite3_reset(statement);
	}
	return r;
}

int
store_first_since(struct store *s, int64_t since_ms, uint64_t *first)
{
	uint64_t to = s->committed.seq;
	int blank = 0;

	*first = s->committed.seq + 1;
	while (to > 0 && blank < BLANK_BLOCKS) {
		uint64_t after = to > BLOCK_ROWS ? to - BLOCK_ROWS : 0;
		int r = first_in_block(s, after, to, since_ms, first);
		if (r < 0) {
			return r;
		}
		blank = r == 1 ? 0 : blank + 1;
		to = after;
	}
	return 0;
}

/* Raw rows wait for their reading however old they are. */
static int
lower_to_raw(struct store *s, uint64_t *first)
{
	sqlite3_stmt *statement = s->statements[STORE_SQL_RAW_FIRST];
	int r = store_step(s, statement);

	if (r == 1) {
		lower(first, (uint64_t)sqlite3_column_int64(statement, 0));
		sqlite3_reset(statement);
		return 0;
	}
	return r;
}

static int
raw_is_done(struct store *s, uint64_t seq)
{
	sqlite3_stmt *statement = s->statements[STORE_SQL_RAW_DONE];
	int r;

	sqlite3_bind_int64(statement, 1, (sqlite3_int64)seq);
	r = store_step(s, statement);
	if (r == 1) {
		sqlite3_reset(statement);
	}
	return r;
}

static int
load_incidents(struct store *s, int64_t since_ms, uint64_t *first,
	const struct store_visitor *visitor, void *arg)
{
	sqlite3_stmt *statement = s->statements[STORE_SQL_LOAD_INCIDENTS];
	struct store_incident incident;
	int r;

	sqlite3_bind_int(
		statement, 1, VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_OPEN);
	sqlite3_bind_int64(statement, 2, since_ms);
	sqlite3_bind_int64(statement, 3, (sqlite3_int64)*first);
	while ((r = store_step(s, statement)) == 1) {
		if (!store_take_incident(statement, &incident) ||
			incident.seq > s->committed.seq) {
			r = store_bad_row(s);
			break;
		}
		lower(first, incident.id);
		r = visitor->incident(arg, &incident);
		if (r != 0) {
			break;
		}
	}
	sqlite3_reset(statement);
	return r;
}

/* Must more be known of it than its numbers? */
static bool
wants_body(const struct store_row *row)
{
	return row->kind == STORE_RAW || row->kind == STORE_MOVED_IN ||
	       row->kind == STORE_SILENCE || row->kind == STORE_DECISION ||
	       row->kind == STORE_MESSAGE || row->kind == STORE_DUTY ||
	       row->kind == STORE_ESCALATION ||
	       (row->kind == STORE_MOVED_OUT && row->about == 0);
}

static int
load_row(struct store *s, struct store_row *row, const struct store_visitor *visitor,
	void *arg)
{
	if (wants_body(row)) {
		int r = row->kind == STORE_RAW ? raw_is_done(s, row->seq) : 0;
		if (r == 0) {
			r = store_find_row(s, row->seq, row);
		}
		/* One row is no reason to refuse all others. */
		row->damaged = r == -EUCLEAN && s->broken == 0;
		if (r < 0 && !row->damaged) {
			return r;
		}
	}
	return visitor->row(arg, row);
}

static int
load_rows(
	struct store *s, uint64_t first, const struct store_visitor *visitor, void *arg)
{
	sqlite3_stmt *statement = s->statements[STORE_SQL_LOAD_ROWS];
	struct store_row row;
	uint64_t wanted = first;
	int r;

	sqlite3_bind_int64(statement, 1, (sqlite3_int64)first);
	while ((r = store_step(s, statement)) == 1) {
		if (!store_numbers(statement, &row) || row.seq != wanted) {
			r = store_bad_row(s);
			break;
		}
		r = load_row(s, &row, visitor, arg);
		if (r != 0) {
			break;
		}
		wanted++;
	}
	sqlite3_reset(statement);
	if (r == 0 && wanted != s->committed.seq + 1) {
		return store_bad_row(s);
	}
	return r;
}

int
store_load(struct store *s, int64_t since_ms, const struct store_visitor *visitor,
	void *arg)
{
	uint64_t first;
	int r;

	if (s->broken != 0) {
		return s->broken;
	}
	r = store_first_since(s, since_ms, &first);
	if (r == 0) {
		r = load_incidents(s, since_ms, &first, visitor, arg);
	}
	if (r == 0) {
		r = lower_to_raw(s, &first);
	}
	if (r == 0) {
		r = load_rows(s, first, visitor, arg);
	}
	return r;
}
