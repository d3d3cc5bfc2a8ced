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

/* What one record, as it is read, comes to. */
struct records {
	const struct store_visitor *visitor;
	void *arg;
	uint64_t *first;
	size_t n_damaged;
};

/* Is there a row that opened it? The record's id may be what is damaged. */
static int
opens(struct store *s, uint64_t id)
{
	sqlite3_stmt *statement = s->statements[STORE_SQL_OPENS];
	int r;

	sqlite3_bind_int64(statement, 1, (sqlite3_int64)id);
	r = store_step(s, statement);
	sqlite3_reset(statement);
	return r;
}

static int
show_damaged(uint64_t id, struct records *to)
{
	const struct store_incident incident = {
		.id = id, .seq = id, .areas = "", .damaged = true};

	lower(to->first, id);
	return to->visitor->incident(to->arg, &incident);
}

/* The record that the statement stands on. */
static int
take_record(struct store *s, sqlite3_stmt *statement, struct records *to)
{
	struct store_incident incident;

	if (!store_take_incident(statement, &incident)) {
		int r = store_unproven_row(s) == -EUCLEAN ? opens(s, incident.id)
							  : -ENOMEM;

		to->n_damaged++;
		return r == 1 ? show_damaged(incident.id, to) : r;
	}
	/* It tells of rows that are gone: their numbers were given away. */
	if (incident.seq > s->committed.seq && store_lose_up_to(s, incident.seq) != 0) {
		return store_bad_row(s);
	}
	lower(to->first, incident.id);
	return to->visitor->incident(to->arg, &incident);
}

static int
show_gone(struct store *s, struct records *to)
{
	sqlite3_stmt *statement = s->statements[STORE_SQL_INCIDENTS_GONE];
	int r;

	sqlite3_bind_int64(statement, 1, (sqlite3_int64)*to->first);
	while ((r = store_step(s, statement)) == 1) {
		r = show_damaged((uint64_t)sqlite3_column_int64(statement, 0), to);
		if (r != 0) {
			break;
		}
	}
	sqlite3_reset(statement);
	return r;
}

static int
load_incidents(struct store *s, int64_t since_ms, uint64_t *first,
	const struct store_visitor *visitor, void *arg)
{
	sqlite3_stmt *statement = s->statements[STORE_SQL_LOAD_INCIDENTS];
	struct records to = {visitor, arg, first, 0};
	int r;

	sqlite3_bind_int(
		statement, 1, VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_OPEN);
	sqlite3_bind_int64(statement, 2, since_ms);
	sqlite3_bind_int64(statement, 3, (sqlite3_int64)*first);
	while ((r = store_step(s, statement)) == 1) {
		r = take_record(s, statement, &to);
		if (r != 0) {
			break;
		}
	}
	sqlite3_reset(statement);
	return r == 0 && to.n_damaged > 0 ? show_gone(s, &to) : r;
}

/* Must more be known of it than its numbers? */
static bool
wants_body(const struct store_row *row)
{
	return row->kind == STORE_RAW || row->kind == STORE_MOVED_IN ||
	       row->kind == STORE_SILENCE || row->kind == STORE_DECISION ||
	       row->kind == STORE_MESSAGE || row->kind == STORE_DUTY ||
	       row->kind == STORE_ESCALATION || row->kind == STORE_MOVED_OUT;
}

/* Rows on their way to the visitor. */
struct load {
	const struct store_visitor *visitor;
	void *arg;
	uint64_t wanted; /* the next */
	int64_t at_ms;   /* of the one before */
	uint64_t told;   /* the next that another row speaks of */
};

static int
load_row(struct store *s, struct store_row *row, const struct load *l)
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
	row->wordless = store_is_damaged(&s->wordless, row->seq);
	return l->visitor->row(l->arg, row);
}

/* Of the next row nothing is known but its number, and perhaps its kind. */
static int
lose_row(struct store *s, struct load *l, enum store_kind kind)
{
	const struct store_row row = {.seq = l->wanted,
		.at_ms = l->at_ms,
		.kind = kind,
		.damaged = true,
		.lost = true};

	return store_note_damage(&s->lost, row.seq) != 0
		       ? store_bad_row(s)
		       : l->visitor->row(l->arg, &row);
}

/* Which row, from the wanted one on, does an INTERPRETED row speak of? */
static int
find_told(struct store *s, struct load *l)
{
	sqlite3_stmt *told = s->statements[STORE_SQL_TOLD];
	int r = 0;

	while (r == 0 && l->told < l->wanted) {
		r = store_step(s, told);
		l->told = r == 1 ? (uint64_t)sqlite3_column_int64(told, 0) : UINT64_MAX;
		r = r < 0 ? r : 0;
	}
	return r;
}

/* The row that the statement stands on. */
static int
take_next(struct store *s, struct load *l, sqlite3_stmt *statement)
{
	struct store_row row;
	bool is_whole = store_numbers(statement, &row);
	int r = 0;

	if (!is_whole && store_unproven_row(s) != -EUCLEAN) {
		return -ENOMEM;
	}
	while (r == 0 && l->wanted < row.seq) {
		r = lose_row(s, l, 0);
		l->wanted++;
	}
	if (r == 0) {
		r = find_told(s, l);
	}
	if (r != 0) {
		return r;
	}
	if (!is_whole || store_is_damaged(&s->lost, row.seq) ||
		(l->told == row.seq && row.kind != STORE_RAW)) {
		return lose_row(s, l, row.kind);
	}
	l->at_ms = row.at_ms;
	return load_row(s, &row, l);
}

/* As far as rows come in order; the one in the way is lost. */
static int
load_some(struct store *s, struct load *l)
{
	sqlite3_stmt *statement = s->statements[STORE_SQL_LOAD_ROWS];
	int code;
	int r = 0;

	sqlite3_bind_int64(statement, 1, (sqlite3_int64)l->wanted);
	while (r == 0 && (code = sqlite3_step(statement)) == SQLITE_ROW) {
		uint64_t seq = (uint64_t)sqlite3_column_int64(statement, COLUMN_SEQ);

		if (seq >= l->wanted && seq <= s->committed.seq) {
			r = take_next(s, l, statement);
			l->wanted++;
		}
	}
	sqlite3_reset(statement);
	if (r != 0 || l->wanted > s->committed.seq) {
		return r;
	}
	if (code != SQLITE_DONE && (code & 0xff) != SQLITE_CORRUPT) {
		return store_fault(s, code);
	}
	r = lose_row(s, l, 0);
	l->wanted++;
	return r;
}

static int
load_rows(
	struct store *s, uint64_t first, const struct store_visitor *visitor, void *arg)
{
	sqlite3_stmt *told = s->statements[STORE_SQL_TOLD];
	struct load l = {.visitor = visitor, .arg = arg, .wanted = first};
	int r;

	sqlite3_bind_int64(told, 1, (sqlite3_int64)first);
	r = find_told(s, &l);
	while (r == 0 && l.wanted <= s->committed.seq) {
		r = load_some(s, &l);
	}
	sqlite3_reset(told);
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
	if (s->lost.n > 0) {
		lower(&first, s->lost.seqs[0]);
	}
	if (s->wordless.n > 0) {
		lower(&first, s->wordless.seqs[0]);
	}
	if (r == 0) {
		r = load_rows(s, first, visitor, arg);
	}
	return r;
}
