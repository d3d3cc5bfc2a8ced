/* Numbers of rows of rare kinds, by their partial indexes. */
#include "geo/store_internal.h"

/* Which rows of a kind; what is 0 is not bound, since no text asks for it. */
struct wanted {
	enum store_statement statement;
	uint64_t after;
	uint64_t subject;
	uint64_t about;
};

static int
find_seqs(
	struct store *s, const struct wanted *w, uint64_t *seqs, size_t most, size_t *n)
{
	sqlite3_stmt *statement = s->statements[w->statement];
	int r;

	sqlite3_bind_int64(statement, 1, (sqlite3_int64)w->after);
	sqlite3_bind_int64(statement, 2, (sqlite3_int64)most);
	if (w->statement != STORE_SQL_MOVES) {
		sqlite3_bind_int64(statement, 3, (sqlite3_int64)w->subject);
	}
	if (w->statement == STORE_SQL_MESSAGES) {
		sqlite3_bind_int64(statement, 4, (sqlite3_int64)w->about);
	}
	while ((r = store_step(s, statement)) == 1) {
		seqs[(*n)++] = (uint64_t)sqlite3_column_int64(statement, 0);
	}
	return r;
}

static int
read_seqs(
	struct store *s, const struct wanted *w, uint64_t *seqs, size_t most, size_t *n)
{
	int r;

	*n = 0;
	if (w->after > INT64_MAX || w->subject > INT64_MAX || w->about > INT64_MAX) {
		return 0; /* none is so high */
	}
	r = store_begin_question(s);
	return r != 0 ? r : store_end_question(s, find_seqs(s, w, seqs, most, n));
}

int
store_read_moves(
	struct store *s, uint64_t after, uint64_t *seqs, size_t most, size_t *n)
{
	const struct wanted w = {.statement = STORE_SQL_MOVES, .after = after};

	return read_seqs(s, &w, seqs, most, n);
}

int
store_read_decisions(struct store *s, uint64_t incident, uint64_t after, uint64_t *seqs,
	size_t most, size_t *n)
{
	const struct wanted w = {STORE_SQL_DECISIONS, after, incident, 0};

	return read_seqs(s, &w, seqs, most, n);
}

int
store_read_messages(struct store *s, uint64_t report, uint64_t incident, uint64_t after,
	uint64_t *seqs, size_t most, size_t *n)
{
	const struct wanted w = {STORE_SQL_MESSAGES, after, incident, report};

	return read_seqs(s, &w, seqs, most, n);
}
