#include "geo/store.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

#include "geo/measure.h"
#include "geo/store_internal.h"

enum {
	/*
	 * Moved home in slices of about 4 MiB between batches: p99 of a commit
	 * then stays near 10 ms, one large checkpoint takes 100 (bench_store).
	 */
	CHECKPOINT_PAGES = 1000,
	WAL_HEADER_BYTES = 32,
	WAL_FRAME_HEADER_BYTES = 24,
};

void
store_say(const struct store_why *why, const char *format, ...)
{
	va_list list;

	if (why->bytes == 0) {
		return;
	}
	va_start(list, format);
	vsnprintf(why->text, why->bytes, format, list);
	va_end(list);
}

static int
errno_of_io(sqlite3 *db, int code)
{
	int system = sqlite3_system_errno(db);

	if (code == SQLITE_IOERR_NOMEM) {
		return -ENOMEM;
	}
	return system == ENOSPC || system == EDQUOT ? -ENOSPC : -EIO;
}

int
store_errno(sqlite3 *db, int code)
{
	switch (code & 0xff) {
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_IOERR:
		return errno_of_io(db, code);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EBUSY;
	case SQLITE_READONLY:
		return -EROFS;
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return -EACCES;
	case SQLITE_CANTOPEN:
		return sqlite3_system_errno(db) > 0 ? -sqlite3_system_errno(db) : -EIO;
	case SQLITE_TOOBIG:
		return -EMSGSIZE;
	case SQLITE_INTERRUPT:
		return -ETIME;
	default:
		/* CORRUPT, NOTADB, a row that is there twice, a table that is not. */
		return -EUCLEAN;
	}
}

int
store_fault(struct store *s, int code)
{
	int fault = store_errno(s->db, code);

	if (s->writer) {
		s->broken = fault;
		/* SQLite rolls back by itself after some errors, not after all. */
		if (sqlite3_get_autocommit(s->db)) {
			s->running = s->committed;
		}
	}
	return fault;
}

int
store_bad_row(struct store *s)
{
	/* Columns are turned into text in new memory, and then are NULL. */
	int code = sqlite3_errcode(s->db);

	return store_fault(s, code == SQLITE_NOMEM ? code : SQLITE_CORRUPT);
}

int
store_step(struct store *s, sqlite3_stmt *statement)
{
	int code = sqlite3_step(statement);

	if (code == SQLITE_ROW) {
		return 1;
	}
	if (code == SQLITE_DONE) {
		sqlite3_reset(statement);
		return 0;
	}
	int fault = (code & 0xff) == SQLITE_INTERRUPT ? -ETIME : store_fault(s, code);
	sqlite3_reset(statement);
	return fault;
}

const char *
store_epoch(const struct store *s)
{
	return s->epoch;
}

uint64_t
store_last_seq(const struct store *s)
{
	return s->committed.seq;
}

void
store_last_hash(const struct store *s, uint8_t hash[CHAIN_HASH_BYTES])
{
	memcpy(hash, s->committed.hash, CHAIN_HASH_BYTES);
}

int64_t
store_last_at_ms(const struct store *s)
{
	return s->committed.at_ms;
}

static bool
in_batch(const struct store *s)
{
	return !sqlite3_get_autocommit(s->db);
}

int
store_begin(struct store *s)
{
	struct statvfs disk;

	assert(s->writer);
	if (s->broken != 0) {
		return s->broken;
	}
	assert(!in_batch(s));
	/* One microsecond, against a commit of fifty or more. */
	if (statvfs(s->path, &disk) < 0) {
		s->broken = -errno;
		return s->broken;
	}
	if ((uint64_t)disk.f_bavail * disk.f_frsize < s->options.reserve_bytes) {
		return STORE_NO_ROOM;
	}
	return store_step(s, s->statements[STORE_SQL_BEGIN]);
}

static int
bind_u64(sqlite3_stmt *statement, int index, uint64_t value)
{
	return sqlite3_bind_int64(statement, index, (sqlite3_int64)value);
}

/* NULL stands for no bytes here, never for SQL's NULL. */
static int
bind_bytes(sqlite3_stmt *statement, int index, const uint8_t *bytes, size_t n)
{
	return sqlite3_bind_blob64(statement, index,
		n == 0 ? (const uint8_t *)"" : bytes, n, SQLITE_STATIC);
}

/* Binds cannot fail but for memory and size; one look at the end is enough. */
static int
append_log(struct store *s, const struct store_row *row, const uint8_t *digest,
	const uint8_t *hash)
{
	sqlite3_stmt *statement = s->statements[STORE_SQL_APPEND];
	int code = SQLITE_OK;

	code |= bind_u64(statement, COLUMN_SEQ + 1, row->seq);
	code |= sqlite3_bind_int64(statement, COLUMN_AT_MS + 1, row->at_ms);
	code |= sqlite3_bind_int(statement, COLUMN_KIND + 1, (int)row->kind);
	code |= bind_u64(statement, COLUMN_SUBJECT + 1, row->subject);
	code |= bind_u64(statement, COLUMN_PREV + 1, row->prev);
	code |= bind_u64(statement, COLUMN_ABOUT + 1, row->about);
	code |= bind_u64(statement, COLUMN_SOURCE + 1, row->source);
	code |= bind_u64(statement, COLUMN_FACTS + 1, row->facts);
	code |= bind_u64(statement, COLUMN_PRINT + 1, row->print);
	code |= row->has_key ? bind_bytes(statement, COLUMN_KEY + 1, row->key,
				       STORE_KEY_BYTES)
			     : sqlite3_bind_null(statement, COLUMN_KEY + 1);
	code |= row->personal != NULL ? bind_bytes(statement, COLUMN_DIGEST + 1, digest,
						CHAIN_HASH_BYTES)
				      : sqlite3_bind_null(statement, COLUMN_DIGEST + 1);
	code |= bind_bytes(statement, COLUMN_HASH + 1, hash, CHAIN_HASH_BYTES);
	code |= bind_bytes(statement, COLUMN_BODY + 1, row->body, row->body_bytes);
	if (code != SQLITE_OK) {
		return store_fault(s, sqlite3_errcode(s->db));
	}
	return store_step(s, statement);
}

static int
append_personal(struct store *s, const struct store_row *row, const uint8_t *salt)
{
	sqlite3_stmt *statement = s->statements[STORE_SQL_APPEND_PERSONAL];
	int code = SQLITE_OK;

	code |= bind_u64(statement, 1, row->seq);
	code |= bind_bytes(statement, 2, salt, CHAIN_SALT_BYTES);
	code |= bind_bytes(statement, 3, row->personal, row->personal_bytes);
	if (code != SQLITE_OK) {
		return store_fault(s, sqlite3_errcode(s->db));
	}
	return store_step(s, statement);
}

static void
draw_salt(struct store *s, uint8_t salt[CHAIN_SALT_BYTES])
{
	if (s->n_salts == 0) {
		uint8_t seed[randombytes_SEEDBYTES];

		/* The kernel gives 256 bytes a call at most, and ChaCha20 many. */
		randombytes_buf(seed, sizeof(seed));
		randombytes_buf_deterministic(s->salts, sizeof(s->salts), seed);
		sodium_memzero(seed, sizeof(seed));
		s->n_salts = STORE_SALTS;
	}
	memcpy(salt, s->salts[--s->n_salts], CHAIN_SALT_BYTES);
}

int
store_append(struct store *s, const struct store_row *row)
{
	struct store_head next = {.seq = row->seq, .at_ms = row->at_ms};
	uint8_t salt[CHAIN_SALT_BYTES];
	uint8_t digest[CHAIN_HASH_BYTES] = {0};
	int r;

	if (s->broken != 0) {
		return s->broken;
	}
	assert(in_batch(s));
	if (row->seq != s->running.seq + 1) {
		return -EINVAL;
	}
	if (row->personal != NULL) {
		draw_salt(s, salt);
		chain_digest(salt, row->personal, row->personal_bytes, digest);
	}
	chain_next(s->running.hash, row, digest, next.hash);
	r = append_log(s, row, digest, next.hash);
	if (r == 0 && row->personal != NULL) {
		r = append_personal(s, row, salt);
	}
	if (r == 0) {
		s->running = next;
	}
	return r;
}

static bool
incident_is_sound(const struct store *s, const struct store_incident *incident)
{
	return incident->id > 0 && incident->id <= incident->seq &&
	       incident->seq <= s->running.seq && !isnan(incident->accuracy_m) &&
	       (!incident->has_point || point_is_valid(incident->point)) &&
	       (incident->words == NULL || strnlen(incident->words, STORE_WORDS_BYTES) <
						   STORE_WORDS_BYTES) &&
	       (incident->areas == NULL ||
		       strnlen(incident->areas, STORE_AREAS_BYTES) < STORE_AREAS_BYTES);
}

int
store_put_incident(struct store *s, const struct store_incident *incident)
{
	sqlite3_stmt *statement = s->statements[STORE_SQL_PUT_INCIDENT];

	if (s->broken != 0) {
		return s->broken;
	}
	assert(in_batch(s));
	if (!incident_is_sound(s, incident)) {
		return -EINVAL;
	}
	if (store_bind_incident(statement, incident) != SQLITE_OK) {
		return store_fault(s, sqlite3_errcode(s->db));
	}
	return store_step(s, statement);
}

int
store_commit(struct store *s)
{
	int r;

	if (s->broken != 0) {
		return s->broken;
	}
	assert(in_batch(s));
	r = store_step(s, s->statements[STORE_SQL_COMMIT]);
	if (r == 0) {
		s->committed = s->running;
	}
	return r;
}

void
store_rollback(struct store *s)
{
	if (in_batch(s)) {
		int r = store_step(s, s->statements[STORE_SQL_ROLLBACK]);
		if (r < 0 && s->broken == 0) {
			s->broken = r;
		}
	}
	s->running = s->committed;
}

int
store_touch(struct store *s)
{
	int r = store_begin(s);

	if (r == 0) {
		r = store_step(s, s->statements[STORE_SQL_TOUCH]);
		r = r == 0 ? store_commit(s) : r;
	}
	return r;
}

/* PASSIVE waits for nobody; BUSY says that somebody was in the way. */
static int
checkpoint(struct store *s, int mode)
{
	int pages = -1;
	int home = -1;
	int code = sqlite3_wal_checkpoint_v2(s->db, "main", mode, &pages, &home);

	if (pages >= 0) {
		s->wal_pages = pages;
		s->wal_home = home;
	}
	return code;
}

int
store_checkpoint_some(struct store *s)
{
	int code;

	assert(s->writer);
	if (s->broken != 0) {
		return s->broken;
	}
	assert(!in_batch(s));
	if (s->wal_pages - s->wal_home < CHECKPOINT_PAGES) {
		return 0;
	}
	code = checkpoint(s, SQLITE_CHECKPOINT_PASSIVE);
	if (code == SQLITE_OK || (code & 0xff) == SQLITE_BUSY) {
		return 0;
	}
	/* The WAL keeps what did not fit; moving it later loses nothing. */
	if (store_errno(s->db, code) == -ENOSPC) {
		return -ENOSPC;
	}
	return store_fault(s, code);
}

int
store_empty_wal(struct store *s)
{
	int code = checkpoint(s, SQLITE_CHECKPOINT_TRUNCATE);

	return code == SQLITE_OK ? 0 : store_errno(s->db, code);
}

uint64_t
store_wal_bytes(const struct store *s)
{
	if (s->wal_pages == 0) {
		return 0;
	}
	return WAL_HEADER_BYTES +
	       (uint64_t)s->wal_pages * (WAL_FRAME_HEADER_BYTES + s->page_bytes);
}
