#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "geo/store_internal.h"

enum {
	STEPS_BETWEEN_LOOKS = 1000, /* of SQLite's machine, well under 1 ms */
};

static int64_t
monotonic_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool
too_slow(const struct store *s)
{
	return s->deadline_ms != 0 && monotonic_ms() >= s->deadline_ms;
}

static int
on_progress(void *arg)
{
	const struct store *s = arg;

	return s->asking && too_slow(s);
}

/*
 * A restore renames another file into place. The one that is open would go on
 * answering from the past, so each question looks who lives at the path.
 */
static void
follow_file(struct store *s)
{
	struct stat now;
	struct store_why nowhere = {NULL, 0};

	if (stat(s->path, &now) < 0) {
		s->broken = -errno;
		return;
	}
	if (s->db != NULL && now.st_dev == s->device && now.st_ino == s->inode) {
		s->broken = 0;
		return;
	}
	store_disconnect(s);
	int r = store_connect_reader(s, &nowhere);
	if (r != 0) {
		store_disconnect(s);
		s->broken = r < 0 ? r : -ESTALE;
		return;
	}
	s->broken = 0;
}

void
store_set_deadline(struct store *s, int64_t within_ms)
{
	s->deadline_ms = monotonic_ms() + within_ms;
	if (!s->writer) {
		follow_file(s);
	}
	if (s->db != NULL) {
		sqlite3_progress_handler(s->db, STEPS_BETWEEN_LOOKS, on_progress, s);
	}
}

/* Keeps the bytes of a row beyond the statement, which must not stay open. */
static int
hold(struct store *s, size_t bytes)
{
	if (bytes > s->held_bytes) {
		uint8_t *held = realloc(s->held, bytes);
		if (held == NULL) {
			return -ENOMEM;
		}
		s->held = held;
		s->held_bytes = bytes;
	}
	return 0;
}

static int
hold_row(struct store *s, struct store_row *row)
{
	int r = hold(s, row->body_bytes + row->personal_bytes + 1);

	if (r < 0) {
		return r;
	}
	if (row->body_bytes > 0) {
		memcpy(s->held, row->body, row->body_bytes);
		row->body = s->held;
	}
	if (row->personal != NULL) {
		memcpy(s->held + row->body_bytes, row->personal, row->personal_bytes);
		row->personal = s->held + row->body_bytes;
	}
	return 0;
}

bool
store_numbers(sqlite3_stmt *statement, struct store_row *row)
{
	sqlite3_stmt *r = statement;
	const void *key;

	*row = (struct store_row){
		.seq = (uint64_t)sqlite3_column_int64(r, COLUMN_SEQ),
		.at_ms = sqlite3_column_int64(r, COLUMN_AT_MS),
		.kind = (enum store_kind)sqlite3_column_int(r, COLUMN_KIND),
		.subject = (uint64_t)sqlite3_column_int64(r, COLUMN_SUBJECT),
		.prev = (uint64_t)sqlite3_column_int64(r, COLUMN_PREV),
		.about = (uint64_t)sqlite3_column_int64(r, COLUMN_ABOUT),
		.source = (uint64_t)sqlite3_column_int64(r, COLUMN_SOURCE),
		.facts = (uint64_t)sqlite3_column_int64(r, COLUMN_FACTS),
		.print = (uint64_t)sqlite3_column_int64(r, COLUMN_PRINT),
	};
	key = sqlite3_column_blob(r, COLUMN_KEY);
	if (key == NULL) {
		return true;
	}
	if (sqlite3_column_bytes(r, COLUMN_KEY) != STORE_KEY_BYTES) {
		return false;
	}
	row->has_key = true;
	memcpy(row->key, key, STORE_KEY_BYTES);
	return true;
}

/* One row is not what was written: of the file nothing else is known by it. */
int
store_unproven_row(struct store *s)
{
	int code = sqlite3_errcode(s->db);

	return code == SQLITE_NOMEM ? store_fault(s, code) : -EUCLEAN;
}

/* The row of the log that the statement stands on is the one before, not this. */
static bool
stands_before(sqlite3_stmt *rows, uint64_t seq)
{
	return (uint64_t)sqlite3_column_int64(rows, COLUMN_SEQ) < seq;
}

/*
 * As store_step(), for the row and the one before. Where that one is known to be lost
 * its page may be damaged, which breaks nothing more.
 */
static int
step_to(struct store *s, sqlite3_stmt *rows, uint64_t seq)
{
	int code = sqlite3_step(rows);
	int fault;

	if (code == SQLITE_ROW) {
		return 1;
	}
	if (code == SQLITE_DONE) {
		sqlite3_reset(rows);
		return 0;
	}
	fault = (code & 0xff) == SQLITE_INTERRUPT ? -ETIME
		: (code & 0xff) == SQLITE_CORRUPT && store_is_damaged(&s->lost, seq - 1)
			? -EUCLEAN
			: store_fault(s, code);
	sqlite3_reset(rows);
	return fault;
}

/* The row before comes along for its hash, so what is read is proven. */
int
store_find_row(struct store *s, uint64_t seq, struct store_row *row)
{
	sqlite3_stmt *rows = s->statements[STORE_SQL_ROWS];
	uint8_t hash[CHAIN_HASH_BYTES] = {0};
	struct store_row found;
	int r;

	if (seq == 0 || seq > INT64_MAX) {
		return STORE_NONE;
	}
	if (store_is_damaged(&s->lost, seq)) {
		return -EUCLEAN; /* its page may be, too: the writer goes on */
	}
	sqlite3_bind_int64(rows, 1, (sqlite3_int64)(seq > 1 ? seq - 1 : 1));
	sqlite3_bind_int64(rows, 2, (sqlite3_int64)seq);
	r = step_to(s, rows, seq);
	if (r == 1 && stands_before(rows, seq)) {
		/* It need not be right itself, only hold the hash we start from. */
		store_take_row(rows, seq - 1, hash, &found, hash);
		r = step_to(s, rows, seq);
	}
	if (r <= 0) {
		return r < 0 ? r : STORE_NONE;
	}
	if (store_take_row(rows, seq, hash, &found, hash) != NULL) {
		r = store_unproven_row(s);
	} else {
		r = hold_row(s, &found);
	}
	sqlite3_reset(rows);
	if (r == 0) {
		*row = found;
	}
	return r;
}

bool
store_is_broken(const struct store *s)
{
	return s->broken != 0;
}

int
store_begin_question(struct store *s)
{
	if (s->broken != 0) {
		return s->broken;
	}
	if (too_slow(s)) {
		return STORE_TOO_SLOW;
	}
	s->asking = true;
	return 0;
}

int
store_end_question(struct store *s, int r)
{
	s->asking = false;
	return r == -ETIME ? STORE_TOO_SLOW : r;
}

int
store_read_row(struct store *s, uint64_t seq, struct store_row *row)
{
	int r = store_begin_question(s);

	if (r != 0) {
		return r;
	}
	return store_end_question(s, store_find_row(s, seq, row));
}

int
store_read_unproven_prev(struct store *s, uint64_t seq, uint64_t *prev)
{
	sqlite3_stmt *rows = s->statements[STORE_SQL_ROWS];
	struct store_row row;
	int r = store_begin_question(s);

	if (r != 0) {
		return r;
	}
	sqlite3_bind_int64(rows, 1, (sqlite3_int64)seq);
	sqlite3_bind_int64(rows, 2, (sqlite3_int64)seq);
	r = step_to(s, rows, seq + 1);
	if (r == 1) {
		(void)store_numbers(rows, &row);
		*prev = row.prev;
		sqlite3_reset(rows);
		r = 0;
	} else if (r == 0) {
		r = STORE_NONE;
	}
	return store_end_question(s, r);
}

static int
find_move(struct store *s, uint64_t report, uint64_t before, struct store_row *row)
{
	sqlite3_stmt *statement = s->statements[STORE_SQL_MOVED];
	uint64_t seq;
	int r;

	sqlite3_bind_int64(statement, 1, (sqlite3_int64)report);
	sqlite3_bind_int64(statement, 2, (sqlite3_int64)before);
	r = store_step(s, statement);
	if (r < 0) {
		return r;
	}
	seq = r == 1 ? (uint64_t)sqlite3_column_int64(statement, 0) : 0;
	sqlite3_reset(statement);
	return seq == 0 ? STORE_NONE : store_find_row(s, seq, row);
}

int
store_read_move_before(
	struct store *s, uint64_t report, uint64_t before, struct store_row *row)
{
	int r = report > INT64_MAX || before > INT64_MAX ? STORE_NONE
							 : store_begin_question(s);

	return r != 0 ? r : store_end_question(s, find_move(s, report, before, row));
}

int
store_read_move(struct store *s, uint64_t report, struct store_row *row)
{
	return store_read_move_before(s, report, INT64_MAX, row);
}

static int
hold_incident(struct store *s, struct store_incident *incident)
{
	size_t words = incident->words != NULL ? strlen(incident->words) + 1 : 0;
	size_t areas = strlen(incident->areas) + 1;
	int r = hold(s, words + areas);

	if (r < 0) {
		return r;
	}
	if (words > 0) {
		memcpy(s->held, incident->words, words);
		incident->words = (const char *)s->held;
	}
	memcpy(s->held + words, incident->areas, areas);
	incident->areas = (const char *)s->held + words;
	return 0;
}

static int
find_incident(struct store *s, uint64_t id, struct store_incident *incident)
{
	sqlite3_stmt *statement = s->statements[STORE_SQL_INCIDENT];
	struct store_incident found;
	int r;

	sqlite3_bind_int64(statement, 1, (sqlite3_int64)id);
	r = store_step(s, statement);
	if (r <= 0) {
		return r < 0 ? r : STORE_NONE;
	}
	r = 0;
	if (!store_take_incident(statement, &found)) {
		r = store_bad_row(s);
	} else {
		r = hold_incident(s, &found);
	}
	sqlite3_reset(statement);
	if (r == 0) {
		*incident = found;
	}
	return r;
}

int
store_read_incident(struct store *s, uint64_t id, struct store_incident *incident)
{
	int r = store_begin_question(s);

	if (r != 0) {
		return r;
	}
	return store_end_question(s, find_incident(s, id, incident));
}

static int
find_last(struct store *s, uint64_t *seq, int64_t *at_ms)
{
	sqlite3_stmt *last = s->statements[STORE_SQL_LAST];
	int r = store_step(s, last);

	*seq = r == 1 ? (uint64_t)sqlite3_column_int64(last, 0) : 0;
	*at_ms = r == 1 ? sqlite3_column_int64(last, 1) : 0;
	if (r == 1) {
		sqlite3_reset(last);
	}
	return r < 0 ? r : 0;
}

int
store_read_last(struct store *s, uint64_t *seq, int64_t *at_ms)
{
	int r = store_begin_question(s);

	if (r != 0) {
		return r;
	}
	return store_end_question(s, find_last(s, seq, at_ms));
}

static int
show_rows(struct store *s, uint64_t first, uint64_t last,
	int (*visit)(void *arg, const struct store_row *row), void *arg)
{
	sqlite3_stmt *rows = s->statements[STORE_SQL_ROWS];
	uint8_t hash[CHAIN_HASH_BYTES] = {0};
	struct store_row row;
	int r;

	sqlite3_bind_int64(rows, 1, (sqlite3_int64)(first > 1 ? first - 1 : 1));
	sqlite3_bind_int64(rows, 2, (sqlite3_int64)last);
	r = store_step(s, rows);
	if (r == 1 && stands_before(rows, first)) {
		store_take_row(rows, first - 1, hash, &row, hash);
		r = store_step(s, rows);
	}
	for (uint64_t seq = first; r == 1; seq++) {
		if (store_take_row(rows, seq, hash, &row, hash) != NULL) {
			r = store_bad_row(s);
		} else {
			r = visit(arg, &row);
		}
		if (r != 0) {
			sqlite3_reset(rows);
			return r;
		}
		r = store_step(s, rows);
	}
	return r;
}

int
store_read_rows(struct store *s, uint64_t first, uint64_t last,
	int (*visit)(void *arg, const struct store_row *row), void *arg)
{
	int r = store_begin_question(s);

	if (r != 0) {
		return r;
	}
	if (first == 0 || first > last || last > INT64_MAX) {
		return store_end_question(s, 0);
	}
	return store_end_question(s, show_rows(s, first, last, visit, arg));
}

bool
store_is_late(const struct store *s)
{
	return too_slow(s);
}
