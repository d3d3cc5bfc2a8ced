#include "geo/store_umbrella.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "geo/store_internal.h"
#include "vedetta/v1/umbrella.pb-c.h"

/* In the order of the table. */
enum umbrella_column {
	UMBRELLA_ID,
	UMBRELLA_SEQ,
	UMBRELLA_GROUP,
	UMBRELLA_EXERCISE,
	UMBRELLA_STATUS,
	UMBRELLA_ANCHOR,
	UMBRELLA_MERGED_INTO,
	UMBRELLA_OPENED_MS,
	UMBRELLA_ENDED_MS,
	UMBRELLA_CHECKSUM,
};

static int64_t
checksum(const struct store_umbrella *u)
{
	const uint64_t parts[] = {u->id, u->seq, u->event_group, u->exercise, u->status,
		u->anchor, u->merged_into, (uint64_t)u->opened_ms,
		(uint64_t)u->ended_ms};
	uint8_t hash[crypto_generichash_BYTES];
	int64_t sum;

	crypto_generichash(
		hash, sizeof(hash), (const uint8_t *)parts, sizeof(parts), NULL, 0);
	memcpy(&sum, hash, sizeof(sum));
	return sum;
}

int
store_put_umbrella(struct store *s, const struct store_umbrella *u)
{
	sqlite3_stmt *statement = s->statements[STORE_SQL_PUT_UMBRELLA];
	const int64_t values[] = {
		[UMBRELLA_ID] = (int64_t)u->id,
		[UMBRELLA_SEQ] = (int64_t)u->seq,
		[UMBRELLA_GROUP] = u->event_group,
		[UMBRELLA_EXERCISE] = u->exercise,
		[UMBRELLA_STATUS] = u->status,
		[UMBRELLA_ANCHOR] = (int64_t)u->anchor,
		[UMBRELLA_MERGED_INTO] = (int64_t)u->merged_into,
		[UMBRELLA_OPENED_MS] = u->opened_ms,
		[UMBRELLA_ENDED_MS] = u->ended_ms,
		[UMBRELLA_CHECKSUM] = checksum(u),
	};
	int code = SQLITE_OK;

	if (s->broken != 0) {
		return s->broken;
	}
	if (u->id == 0 || u->id > u->seq || u->seq > s->running.seq ||
		u->anchor >= u->seq) {
		return -EINVAL;
	}
	for (int i = 0; i <= UMBRELLA_CHECKSUM; i++) {
		code |= sqlite3_bind_int64(statement, i + 1, values[i]);
	}
	if (code != SQLITE_OK) {
		return store_fault(s, sqlite3_errcode(s->db));
	}
	return store_step(s, statement);
}

bool
store_take_umbrella(sqlite3_stmt *r, struct store_umbrella *u)
{
	*u = (struct store_umbrella){
		.id = (uint64_t)sqlite3_column_int64(r, UMBRELLA_ID),
		.seq = (uint64_t)sqlite3_column_int64(r, UMBRELLA_SEQ),
		.event_group = (uint8_t)sqlite3_column_int(r, UMBRELLA_GROUP),
		.exercise = sqlite3_column_int(r, UMBRELLA_EXERCISE) != 0,
		.status = (uint8_t)sqlite3_column_int(r, UMBRELLA_STATUS),
		.anchor = (uint64_t)sqlite3_column_int64(r, UMBRELLA_ANCHOR),
		.merged_into = (uint64_t)sqlite3_column_int64(r, UMBRELLA_MERGED_INTO),
		.opened_ms = sqlite3_column_int64(r, UMBRELLA_OPENED_MS),
		.ended_ms = sqlite3_column_int64(r, UMBRELLA_ENDED_MS),
	};
	return checksum(u) == sqlite3_column_int64(r, UMBRELLA_CHECKSUM);
}

int
store_load_umbrellas(struct store *s, int64_t ended_since_ms,
	int (*visit)(void *arg, const struct store_umbrella *umbrella), void *arg)
{
	sqlite3_stmt *statement = s->statements[STORE_SQL_UMBRELLAS];
	struct store_umbrella umbrella;
	int r;

	if (s->broken != 0) {
		return s->broken;
	}
	sqlite3_bind_int(
		statement, 1, VEDETTA__V1__UMBRELLA_STATUS__UMBRELLA_STATUS_OPEN);
	sqlite3_bind_int64(statement, 2, ended_since_ms);
	while ((r = store_step(s, statement)) == 1) {
		umbrella.damaged = !store_take_umbrella(statement, &umbrella);
		r = visit(arg, &umbrella);
		if (r != 0) {
			break;
		}
	}
	sqlite3_reset(statement);
	return r;
}

/* Rows behind `seen` as far as they can be read; what is wrong with one is counted. */
static int
visit_some(struct store *s, uint64_t last, uint64_t *seen, uint64_t *n_bad,
	int (*visit)(void *arg, const struct store_row *row), void *arg)
{
	sqlite3_stmt *rows = s->statements[STORE_SQL_ROWS];
	uint64_t before = *seen > 0 ? *seen : 1;
	uint8_t hash[CHAIN_HASH_BYTES] = {0};
	struct store_row row = {.seq = before};
	int code;
	int r = 0;

	sqlite3_bind_int64(rows, 1, (sqlite3_int64)before);
	sqlite3_bind_int64(rows, 2, (sqlite3_int64)last);
	while (r == 0 && (code = sqlite3_step(rows)) == SQLITE_ROW) {
		uint64_t seq = (uint64_t)sqlite3_column_int64(rows, COLUMN_SEQ);
		const char *wrong;

		if (seq != row.seq + 1) {
			memset(hash, 0, sizeof(hash)); /* the one before is gone */
		}
		wrong = store_take_row(rows, seq, hash, &row, hash);
		if (seq <= *seen) {
			continue; /* here for its hash */
		}
		*seen = seq;
		*n_bad += wrong != NULL;
		r = wrong == NULL ? visit(arg, &row) : 0;
	}
	sqlite3_reset(rows);
	if (r != 0 || code == SQLITE_DONE) {
		*seen = r != 0 ? *seen : last;
		return r;
	}
	if ((code & 0xff) != SQLITE_CORRUPT ||
		(s->writer && !store_is_damaged(&s->lost, *seen + 1))) {
		return store_fault(s, code);
	}
	(*n_bad)++;
	(*seen)++;
	return 0;
}

int
store_visit_log(struct store *s, uint64_t first, uint64_t last, uint64_t *n_bad,
	int (*visit)(void *arg, const struct store_row *row), void *arg)
{
	uint64_t seen = first - 1;
	int r = s->broken;

	while (r == 0 && seen < last) {
		r = visit_some(s, last, &seen, n_bad, visit, arg);
	}
	return r;
}
