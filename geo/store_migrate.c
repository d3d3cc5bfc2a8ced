/*
 * The schema is made by numbered migrations, embedded from geo/schema/. A file
 * remembers each with the SHA-256 of its text: one that was edited later, or one
 * we do not know, means that this program must not touch the file.
 */
#include <assert.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "embed.h"
#include "geo/store_internal.h"

extern const struct embedded schema_sql[];

enum {
	APPLICATION_ID = 0x56454454, /* "VEDT", as 0001_first.sql sets it */
};

int
store_schema_size(void)
{
	int n = 0;

	while (schema_sql[n].name != NULL) {
		n++;
	}
	return n;
}

static int
migration_number(const struct embedded *migration)
{
	return (int)strtol(migration->name, NULL, 10);
}

/* 1: applied as we know it; 0: not applied; or an answer that refuses. */
static int
look_at_migration(struct store *s, const struct embedded *migration,
	sqlite3_stmt *lookup, const struct store_why *why)
{
	uint8_t ours[crypto_hash_sha256_BYTES];
	int r;

	crypto_hash_sha256(ours, migration->data, migration->bytes);
	sqlite3_bind_int(lookup, 1, migration_number(migration));
	r = store_step(s, lookup);
	if (r != 1) {
		return r;
	}
	if (sqlite3_column_bytes(lookup, 0) != sizeof(ours) ||
		memcmp(sqlite3_column_blob(lookup, 0), ours, sizeof(ours)) != 0) {
		store_say(why, "migration %s is not the one this file was made with",
			migration->name);
		r = STORE_DAMAGED;
	}
	sqlite3_reset(lookup);
	return r;
}

/* Counts those that are applied; none may follow one that is missing. */
static int
check_migrations(struct store *s, int *applied, const struct store_why *why)
{
	sqlite3_stmt *lookup;
	int64_t newest = 0;
	int r = store_ask_number(s, "SELECT max(number) FROM migration", &newest);

	*applied = 0;
	if (r < 0) {
		return r;
	}
	int code = sqlite3_prepare_v2(s->db,
		"SELECT sha256 FROM migration WHERE number = ?1", -1, &lookup, NULL);
	if (code != SQLITE_OK) {
		return store_errno(s->db, code);
	}
	r = 1;
	for (const struct embedded *m = schema_sql; m->name != NULL && r == 1; m++) {
		r = look_at_migration(s, m, lookup, why);
		*applied += r == 1;
	}
	sqlite3_finalize(lookup);
	if (r != 0 && r != 1) {
		return r;
	}
	if (newest > *applied) {
		store_say(why,
			"the file has migration %" PRId64 ", this program knows %d",
			newest, *applied);
		return STORE_TOO_NEW;
	}
	return 0;
}

static int
apply_migration(struct store *s, const struct embedded *migration)
{
	uint8_t sum[crypto_hash_sha256_BYTES];
	sqlite3_stmt *insert;
	int r = store_run(s, (const char *)migration->data);

	if (r < 0) {
		return r;
	}
	int code = sqlite3_prepare_v2(
		s->db, "INSERT INTO migration VALUES (?1, ?2)", -1, &insert, NULL);
	if (code != SQLITE_OK) {
		return store_errno(s->db, code);
	}
	crypto_hash_sha256(sum, migration->data, migration->bytes);
	sqlite3_bind_int(insert, 1, migration_number(migration));
	sqlite3_bind_blob(insert, 2, sum, sizeof(sum), SQLITE_STATIC);
	r = store_step(s, insert);
	sqlite3_finalize(insert);
	return r;
}

static int
draw_epoch(struct store *s)
{
	uint8_t random[(STORE_EPOCH_BYTES - 1) / 2];
	char epoch[STORE_EPOCH_BYTES];
	char sql[80];

	randombytes_buf(random, sizeof(random));
	sodium_bin2hex(epoch, sizeof(epoch), random, sizeof(random));
	snprintf(sql, sizeof(sql), "INSERT INTO meta VALUES (1, '%s')", epoch);
	return store_run(s, sql);
}

static int
check_kind(struct store *s, bool *is_new, const struct store_why *why)
{
	int64_t id = 0;
	int64_t tables = 0;
	int r = store_ask_number(s, "PRAGMA application_id", &id);

	if (r == 0) {
		r = store_ask_number(s, "SELECT count(*) FROM sqlite_schema", &tables);
	}
	if (r != 0) {
		return r;
	}
	*is_new = id == 0 && tables == 0;
	if (!*is_new && id != APPLICATION_ID) {
		store_say(why, "the file was not made by this program");
		return STORE_DAMAGED;
	}
	return 0;
}

int
store_check_schema(struct store *s, int *applied, const struct store_why *why)
{
	bool is_new = false;
	int r = check_kind(s, &is_new, why);

	*applied = 0;
	if (r == 0 && !is_new) {
		r = check_migrations(s, applied, why);
	}
	return r;
}

/* All that are missing in one transaction, with the epoch of a new file. */
int
store_migrate(struct store *s, int applied)
{
	int r = store_run(s, "BEGIN IMMEDIATE");

	for (const struct embedded *m = schema_sql + applied; r == 0 && m->name != NULL;
		m++) {
		r = apply_migration(s, m);
	}
	if (r == 0 && applied == 0) {
		r = draw_epoch(s);
	}
	if (r == 0) {
		r = store_run(s, "COMMIT");
	}
	if (r < 0 && !sqlite3_get_autocommit(s->db)) {
		store_run(s, "ROLLBACK");
	}
	return r;
}

int
store_read_epoch(struct store *s, const struct store_why *why)
{
	char epoch[32] = "";
	int64_t number;
	int r = store_ask(s, "SELECT epoch FROM meta", &number, epoch);

	if (r < 0) {
		return r;
	}
	if (strlen(epoch) != STORE_EPOCH_BYTES - 1 ||
		strspn(epoch, "0123456789abcdef") != STORE_EPOCH_BYTES - 1) {
		store_say(why, "the file has no epoch");
		return STORE_DAMAGED;
	}
	memcpy(s->epoch, epoch, STORE_EPOCH_BYTES);
	return 0;
}
