#include "geo/store_record.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "geo/store_internal.h"

enum record_column {
	RECORD_KIND,
	RECORD_ID,
	RECORD_SEQ,
	RECORD_PACKED,
	RECORD_CHECKSUM,
};

static int64_t
checksum(const struct store_record *r)
{
	const uint64_t parts[] = {(uint64_t)r->kind, r->id, r->seq, r->packed_bytes};
	crypto_generichash_state state;
	uint8_t hash[crypto_generichash_BYTES];
	int64_t sum;

	crypto_generichash_init(&state, NULL, 0, sizeof(hash));
	crypto_generichash_update(&state, (const uint8_t *)parts, sizeof(parts));
	crypto_generichash_update(&state, r->packed, r->packed_bytes);
	crypto_generichash_final(&state, hash, sizeof(hash));
	memcpy(&sum, hash, sizeof(sum));
	return sum;
}

static int
drop(struct store *s, const struct store_record *r)
{
	sqlite3_stmt *statement = s->statements[STORE_SQL_DROP_RECORD];

	if (sqlite3_bind_int(statement, 1, (int)r->kind) != SQLITE_OK ||
		sqlite3_bind_int64(statement, 2, (sqlite3_int64)r->id) != SQLITE_OK) {
		return store_fault(s, sqlite3_errcode(s->db));
	}
	return store_step(s, statement);
}

int
store_put_record(struct store *s, const struct store_record *r)
{
	sqlite3_stmt *statement = s->statements[STORE_SQL_PUT_RECORD];
	int fault;

	if (s->broken != 0) {
		return s->broken;
	}
	if (r->kind < STORE_RECORD_ACCOUNT || r->id == 0 || r->seq > s->running.seq) {
		return -EINVAL;
	}
	if (r->packed == NULL) {
		return drop(s, r);
	}
	if (sqlite3_bind_int(statement, 1 + RECORD_KIND, (int)r->kind) != SQLITE_OK ||
		sqlite3_bind_int64(statement, 1 + RECORD_ID, (sqlite3_int64)r->id) !=
			SQLITE_OK ||
		sqlite3_bind_int64(statement, 1 + RECORD_SEQ, (sqlite3_int64)r->seq) !=
			SQLITE_OK ||
		sqlite3_bind_blob64(statement, 1 + RECORD_PACKED, r->packed,
			r->packed_bytes, SQLITE_STATIC) != SQLITE_OK ||
		sqlite3_bind_int64(statement, 1 + RECORD_CHECKSUM, checksum(r)) !=
			SQLITE_OK) {
		return store_fault(s, sqlite3_errcode(s->db));
	}
	fault = store_step(s, statement);
	(void)sqlite3_clear_bindings(statement);
	return fault;
}

static bool
take(sqlite3_stmt *row, struct store_record *r)
{
	static const uint8_t nothing[1];
	const uint8_t *packed = sqlite3_column_blob(row, RECORD_PACKED);

	*r = (struct store_record){
		.kind = (enum store_record_kind)sqlite3_column_int(row, RECORD_KIND),
		.id = (uint64_t)sqlite3_column_int64(row, RECORD_ID),
		.seq = (uint64_t)sqlite3_column_int64(row, RECORD_SEQ),
		.packed = packed != NULL ? packed : nothing,
		.packed_bytes = (size_t)sqlite3_column_bytes(row, RECORD_PACKED),
	};
	return checksum(r) == sqlite3_column_int64(row, RECORD_CHECKSUM);
}

int
store_load_records(struct store *s, enum store_record_kind kind,
	int (*visit)(void *arg, const struct store_record *record), void *arg)
{
	sqlite3_stmt *statement = s->statements[STORE_SQL_RECORDS];
	struct store_record record;
	int r;

	if (s->broken != 0) {
		return s->broken;
	}
	sqlite3_bind_int(statement, 1, (int)kind);
	while ((r = store_step(s, statement)) == 1) {
		record.damaged = !take(statement, &record);
		r = visit(arg, &record);
		if (r != 0) {
			break;
		}
	}
	sqlite3_reset(statement);
	return r;
}

static int
find_doings(struct store *s, uint64_t before, uint64_t *seqs, size_t most, size_t *n)
{
	sqlite3_stmt *statement = s->statements[STORE_SQL_DOINGS];
	int r;

	sqlite3_bind_int64(statement, 1, (sqlite3_int64)before);
	sqlite3_bind_int64(statement, 2, (sqlite3_int64)most);
	while ((r = store_step(s, statement)) == 1) {
		seqs[(*n)++] = (uint64_t)sqlite3_column_int64(statement, 0);
	}
	return r;
}

int
store_read_doings(
	struct store *s, uint64_t before, uint64_t *seqs, size_t most, size_t *n)
{
	int r;

	*n = 0;
	if (before > INT64_MAX) {
		before = INT64_MAX;
	}
	r = store_begin_question(s);
	return r != 0 ? r
		      : store_end_question(s, find_doings(s, before, seqs, most, n));
}
