/*
 * A connection to the file: settings, prepared statements, and all of what a
 * reader needs. Settings that protect the file are read back.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "geo/store_internal.h"

enum {
	READER_BUSY_MS = 200,
	ROW_BYTES_MAX = 4 * 1024 * 1024,
};

#define ROW_COLUMNS                                                                    \
	"l.seq, l.at_ms, l.kind, l.subject, l.prev, l.about, l.source, l.facts, "      \
	"l.print, l.key"

static const char *const statement_texts[STORE_SQLS] = {
	[STORE_SQL_ROWS] =
		"SELECT " ROW_COLUMNS ", l.digest, l.hash, l.body, p.salt, "
		"p.personal FROM log l LEFT JOIN personal p ON p.seq = l.seq "
		"WHERE l.seq BETWEEN ?1 AND ?2 ORDER BY l.seq",
	[STORE_SQL_INCIDENT] = "SELECT * FROM incident WHERE id = ?1",
	[STORE_SQL_LAST] = "SELECT seq, at_ms, hash FROM log ORDER BY seq DESC LIMIT 1",
	[STORE_SQL_LAST_PERSONAL] =
		"SELECT seq FROM personal ORDER BY seq DESC LIMIT 1",
	[STORE_SQL_SINCE] = "SELECT seq FROM log WHERE seq > ?1 AND seq <= ?2 "
			    "AND at_ms >= ?3 ORDER BY seq LIMIT 1",
	[STORE_SQL_LOAD_INCIDENTS] = "SELECT * FROM incident WHERE status = ?1 "
				     "OR opened_ms >= ?2 OR seq >= ?3 ORDER BY id",
	[STORE_SQL_OPENS] = "SELECT 1 FROM log WHERE seq = ?1 AND subject = ?1",
	/* Those that rows tell of; looked for only where records are damaged. */
	[STORE_SQL_INCIDENTS_GONE] =
		"SELECT DISTINCT subject FROM log l WHERE seq >= ?1 AND kind IN "
		"(1, 2, 3, 5, 9, 10, 11, 12, 13) AND subject BETWEEN 1 AND seq AND "
		"NOT EXISTS (SELECT 1 FROM incident i WHERE i.id = l.subject)",
	[STORE_SQL_LOAD_ROWS] =
		"SELECT " ROW_COLUMNS " FROM log l WHERE seq >= ?1 ORDER BY seq",
	[STORE_SQL_RAW_FIRST] =
		"SELECT r.seq FROM log r WHERE r.kind = 4 AND NOT EXISTS "
		"(SELECT 1 FROM log i WHERE i.kind = 5 AND i.about = r.seq) "
		"ORDER BY r.seq LIMIT 1",
	[STORE_SQL_RAW_DONE] =
		"SELECT 1 FROM log WHERE kind = 5 AND about = ?1 LIMIT 1",
	[STORE_SQL_TOLD] = "SELECT about FROM log INDEXED BY log_interpreted "
			   "WHERE kind = 5 AND about >= ?1 ORDER BY about",
	[STORE_SQL_MOVES] = "SELECT seq FROM log INDEXED BY log_moved WHERE kind = 10 "
			    "AND seq > ?1 ORDER BY seq LIMIT ?2",
	[STORE_SQL_DECISIONS] =
		"SELECT seq FROM log INDEXED BY log_decided WHERE kind = 12 "
		"AND seq > ?1 AND subject = ?3 ORDER BY seq LIMIT ?2",
	[STORE_SQL_MESSAGES] =
		"SELECT seq FROM log INDEXED BY log_message WHERE kind = 13 "
		"AND seq > ?1 AND about = ?4 AND (subject = ?3 OR ?3 = 0) "
		"ORDER BY seq LIMIT ?2",
	[STORE_SQL_MOVED] =
		"SELECT max(seq) FROM log WHERE kind = 10 AND about = ?1 AND seq < ?2",
	[STORE_SQL_DOINGS] =
		"SELECT seq FROM log INDEXED BY log_doing WHERE kind > 5 AND kind IN "
		"(6, 9, 12, 14, 15, 16, 17) AND seq < ?1 "
		"ORDER BY seq DESC LIMIT ?2",
	[STORE_SQL_RECORD_SEQ] = "SELECT seq FROM record WHERE kind = ?1 AND id = ?2",
	[STORE_SQL_RECORDS] = "SELECT * FROM record WHERE kind = ?1 ORDER BY id",
	[STORE_SQL_PUT_RECORD] =
		"INSERT OR REPLACE INTO record VALUES (?1, ?2, ?3, ?4, ?5)",
	[STORE_SQL_DROP_RECORD] = "DELETE FROM record WHERE kind = ?1 AND id = ?2",
	[STORE_SQL_BEGIN] = "BEGIN IMMEDIATE",
	[STORE_SQL_COMMIT] = "COMMIT",
	[STORE_SQL_ROLLBACK] = "ROLLBACK",
	[STORE_SQL_APPEND] =
		"INSERT INTO log VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, "
		"?10, ?11, ?12, ?13)",
	[STORE_SQL_APPEND_PERSONAL] = "INSERT INTO personal VALUES (?1, ?2, ?3)",
	[STORE_SQL_PUT_INCIDENT] =
		"INSERT OR REPLACE INTO incident VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, "
		"?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)",
	[STORE_SQL_PUT_UMBRELLA] =
		"INSERT OR REPLACE INTO umbrella VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, "
		"?8, ?9, ?10)",
	[STORE_SQL_UMBRELLAS] = "SELECT * FROM umbrella WHERE status = ?1 OR "
				"ended_ms >= ?2 ORDER BY id",
	[STORE_SQL_UMBRELLA] = "SELECT * FROM umbrella WHERE id = ?1",
	[STORE_SQL_UMBRELLA_UNTOLD] =
		"SELECT u.id, u.seq FROM umbrella u LEFT JOIN log l ON l.seq = u.seq "
		"WHERE l.kind IS NOT 8 OR l.subject IS NOT u.id ORDER BY u.seq LIMIT 1",
	[STORE_SQL_IMPORT] = "SELECT seq FROM area_import WHERE number = ?1",
	/* In one statement, so that no import ends in between. */
	[STORE_SQL_IMPORTS] =
		"SELECT i.number, i.seq, l.kind, l.body, "
		"(SELECT count(*) FROM area WHERE import = i.number), "
		"(SELECT count(*) FROM area_residents WHERE import = i.number) "
		"FROM area_import i LEFT JOIN log l ON l.seq = i.seq ORDER BY i.number",
	[STORE_SQL_PUT_DELIVERY] =
		"INSERT OR REPLACE INTO delivery VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, "
		"?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)",
	[STORE_SQL_DELIVERY] = "SELECT * FROM delivery WHERE id = ?1",
	[STORE_SQL_DELIVERY_UNTOLD] =
		"SELECT d.id, d.seq FROM delivery d LEFT JOIN log l ON l.seq = d.seq "
		"WHERE l.kind IS NOT 18 OR l.subject IS NOT d.id ORDER BY d.seq LIMIT "
		"1",
	[STORE_SQL_DELIVERIES] =
		"SELECT * FROM delivery WHERE ended_ms = 0 AND id < ?1 UNION ALL "
		"SELECT * FROM delivery WHERE id >= ?1 ORDER BY id",
	[STORE_SQL_AREA_STATE] = "SELECT number, looked FROM area_import "
				 "ORDER BY number DESC LIMIT 1",
	[STORE_SQL_AREA_PARENT] =
		"SELECT parent FROM area WHERE code = ?1 AND import IN (SELECT number "
		"FROM area_import) ORDER BY import DESC LIMIT 1",
	[STORE_SQL_AREA_TICKET] = "SELECT 1 FROM area_import WHERE ticket = ?1",
	/* The row of each code that no later one that counts stands for. */
	[STORE_SQL_AREAS] =
		"SELECT a.number, a.import, a.code, a.name, a.level, a.parent, "
		"a.polygon, a.checksum, r.import, r.residents, r.lat_deg, r.lon_deg, "
		"r.checksum FROM area a LEFT JOIN area_residents r ON r.number = "
		"(SELECT f.number FROM area_residents f WHERE f.code = a.code AND "
		"(f.import = ?1 OR f.import IN (SELECT number FROM area_import)) "
		"ORDER BY f.import DESC LIMIT 1) "
		"WHERE a.number > ?2 AND (a.import = ?1 OR a.import IN "
		"(SELECT number FROM area_import)) AND NOT EXISTS (SELECT 1 FROM "
		"area b WHERE b.code = a.code AND b.import > a.import AND "
		"(b.import = ?1 OR b.import IN (SELECT number FROM area_import))) "
		"ORDER BY a.number LIMIT ?3",
	[STORE_SQL_AREA_NEXT] =
		"SELECT 1 + max(ifnull((SELECT max(number) FROM area_import), 0), "
		"ifnull((SELECT max(import) FROM area), 0), "
		"ifnull((SELECT max(import) FROM area_residents), 0))",
	[STORE_SQL_PUT_AREA] = "INSERT OR IGNORE INTO area VALUES (NULL, ?1, ?2, ?3, "
			       "?4, ?5, ?6, ?7)",
	[STORE_SQL_PUT_RESIDENTS] = "INSERT OR IGNORE INTO area_residents VALUES "
				    "(NULL, ?1, ?2, ?3, ?4, ?5, ?6)",
	[STORE_SQL_END_AREAS] = "INSERT INTO area_import VALUES (?1, ?2, ?3, 0)",
	[STORE_SQL_AREAS_LOOKED] =
		"UPDATE area_import SET looked = 1 WHERE number <= ?1 AND looked = 0",
	[STORE_SQL_SWEEP_AREAS] =
		"DELETE FROM area WHERE number IN (SELECT a.number FROM area a WHERE "
		"a.import <> ?1 AND (a.import NOT IN (SELECT number FROM area_import) "
		"OR EXISTS (SELECT 1 FROM area b WHERE b.code = a.code AND "
		"b.import > a.import AND b.import IN (SELECT number FROM "
		"area_import))) LIMIT ?2)",
	[STORE_SQL_SWEEP_RESIDENTS] =
		"DELETE FROM area_residents WHERE number IN (SELECT a.number FROM "
		"area_residents a WHERE a.import <> ?1 AND (a.import NOT IN "
		"(SELECT number FROM area_import) OR EXISTS (SELECT 1 FROM "
		"area_residents b WHERE b.code = a.code AND b.import > a.import AND "
		"b.import IN (SELECT number FROM area_import))) LIMIT ?2)",
	/* Nobody reads it, but its page is written. */
	[STORE_SQL_TOUCH] = "PRAGMA user_version = 0",
};

int
store_run(struct store *s, const char *sql)
{
	int code = sqlite3_exec(s->db, sql, NULL, NULL, NULL);

	return code == SQLITE_OK ? 0 : store_errno(s->db, code);
}

int
store_ask(struct store *s, const char *sql, int64_t *number, char text[32])
{
	sqlite3_stmt *statement;
	int code = sqlite3_prepare_v2(s->db, sql, -1, &statement, NULL);

	if (code != SQLITE_OK) {
		return store_errno(s->db, code);
	}
	code = sqlite3_step(statement);
	if (code == SQLITE_ROW) {
		bool is_null = sqlite3_column_type(statement, 0) == SQLITE_NULL;
		const char *word = (const char *)sqlite3_column_text(statement, 0);
		snprintf(text, 32, "%s", word != NULL ? word : "");
		*number = sqlite3_column_int64(statement, 0);
		code = word != NULL || is_null ? SQLITE_OK : SQLITE_NOMEM;
	}
	sqlite3_finalize(statement);
	if (code == SQLITE_DONE) {
		return STORE_NONE;
	}
	return code == SQLITE_OK ? 0 : store_errno(s->db, code);
}

int
store_ask_number(struct store *s, const char *sql, int64_t *number)
{
	char text[32];

	*number = 0;
	return store_ask(s, sql, number, text);
}

/* Sets it, asks for it, and does not believe anything else. */
static int
set_pragma(struct store *s, const char *name, const char *value, const char *wanted,
	const struct store_why *why)
{
	char sql[64];
	char got[32] = "";
	int64_t number;
	int r;

	snprintf(sql, sizeof(sql), "PRAGMA %s = %s", name, value);
	r = store_run(s, sql);
	if (r < 0) {
		return r;
	}
	snprintf(sql, sizeof(sql), "PRAGMA %s", name);
	r = store_ask(s, sql, &number, got);
	if (r < 0) {
		return r;
	}
	if (strcmp(got, wanted) != 0) {
		store_say(
			why, "SQLite has %s = %s where %s must be", name, got, wanted);
		return STORE_DAMAGED;
	}
	return 0;
}

static void
harden(sqlite3 *db)
{
	static const int switches[][2] = {
		{SQLITE_DBCONFIG_DEFENSIVE, 1},
		{SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
		{SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
		{SQLITE_DBCONFIG_ENABLE_VIEW, 0},
		{SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
		{SQLITE_DBCONFIG_DQS_DML, 0},
		{SQLITE_DBCONFIG_DQS_DDL, 0},
	};
	static const int limits[][2] = {
		{SQLITE_LIMIT_LENGTH, ROW_BYTES_MAX},
		{SQLITE_LIMIT_SQL_LENGTH, 16 * 1024},
		{SQLITE_LIMIT_COLUMN, 64},
		{SQLITE_LIMIT_EXPR_DEPTH, 32},
		{SQLITE_LIMIT_COMPOUND_SELECT, 2},
		{SQLITE_LIMIT_FUNCTION_ARG, 8},
		{SQLITE_LIMIT_ATTACHED, 0},
		{SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 64},
		{SQLITE_LIMIT_VARIABLE_NUMBER, 32},
		{SQLITE_LIMIT_TRIGGER_DEPTH, 1},
		{SQLITE_LIMIT_WORKER_THREADS, 0},
	};

	for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++) {
		sqlite3_db_config(db, switches[i][0], switches[i][1], NULL);
	}
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		sqlite3_limit(db, limits[i][0], limits[i][1]);
	}
}

/*
 * A role has one thread, so SQLite's mutexes guard nothing; its tally of memory
 * nobody reads. Only the first call of a process counts, before SQLite is up.
 */
static void
configure_library(void)
{
	(void)sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

int
store_connect(struct store *s, int flags, int busy_ms)
{
	static const char settings[] = "PRAGMA mmap_size = 0;"
				       "PRAGMA temp_store = MEMORY;"
				       "PRAGMA cell_size_check = ON;"
				       "PRAGMA cache_size = -8192;";
	int code;

	configure_library();
	code = sqlite3_open_v2(s->path, &s->db,
		flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);

	if (code != SQLITE_OK) {
		return s->db == NULL ? -ENOMEM : store_errno(s->db, code);
	}
	harden(s->db);
	sqlite3_busy_timeout(s->db, busy_ms);
	return store_run(s, settings);
}

static int
on_commit(void *arg, sqlite3 *db, const char *name, int pages)
{
	struct store *s = arg;

	(void)db;
	(void)name;
	if (pages < s->wal_pages) {
		s->wal_home = 0; /* it began again from its start */
	}
	s->wal_pages = pages;
	return SQLITE_OK;
}

int
store_set_up_writer(struct store *s, const struct store_why *why)
{
	const char *synchronous = s->options.synchronous == 1 ? "1" : "2";
	int64_t page_bytes;
	int r;

	/* Binding for a new file only, and harmless for an old one. */
	r = store_run(s, "PRAGMA page_size = 4096");
	if (r == 0) {
		r = set_pragma(s, "journal_mode", "WAL", "wal", why);
	}
	if (r == 0) {
		r = set_pragma(s, "synchronous", synchronous, synchronous, why);
	}
	if (r == 0) {
		r = set_pragma(s, "wal_autocheckpoint", "0", "0", why);
	}
	if (r == 0) {
		/* The WAL's file is kept between turns: rewriting is cheaper. */
		r = set_pragma(s, "journal_size_limit", "67108864", "67108864", why);
	}
	if (r == 0) {
		r = set_pragma(s, "cache_spill", "0", "0", why);
	}
	if (r == 0) {
		r = store_ask_number(s, "PRAGMA page_size", &page_bytes);
	}
	if (r == 0) {
		s->page_bytes = (uint64_t)page_bytes;
		/* After wal_autocheckpoint, which is a hook of its own. */
		sqlite3_wal_hook(s->db, on_commit, s);
	}
	return r;
}

int
store_prepare(struct store *s)
{
	int n = s->writer ? STORE_SQLS : STORE_SQL_READERS;

	for (int i = 0; i < n; i++) {
		int code = sqlite3_prepare_v3(s->db, statement_texts[i], -1,
			SQLITE_PREPARE_PERSISTENT, &s->statements[i], NULL);
		if (code != SQLITE_OK) {
			return store_errno(s->db, code);
		}
	}
	return 0;
}

void
store_disconnect(struct store *s)
{
	for (int i = 0; i < STORE_SQLS; i++) {
		sqlite3_finalize(s->statements[i]);
		s->statements[i] = NULL;
	}
	if (s->db != NULL && s->broken != 0) {
		/* Nothing a broken store believes may reach the file. */
		sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	}
	if (s->db != NULL && sqlite3_close(s->db) != SQLITE_OK) {
		abort(); /* a statement is not in the table above */
	}
	s->db = NULL;
}

int
store_connect_reader(struct store *s, const struct store_why *why)
{
	struct stat file;
	int applied = 0;
	int r;

	/* Before the open: if it changes in between, the next look sees that. */
	if (stat(s->path, &file) < 0) {
		return -errno;
	}
	s->device = file.st_dev;
	s->inode = file.st_ino;
	r = store_connect(s, SQLITE_OPEN_READONLY, READER_BUSY_MS);
	if (r == 0) {
		r = store_run(s, "PRAGMA query_only = ON");
	}
	if (r == 0) {
		r = store_check_schema(s, &applied, why);
	}
	if (r == 0 && applied < store_schema_size()) {
		store_say(why, "the desk has not brought the file up to date yet");
		r = -EAGAIN;
	}
	if (r == 0) {
		r = store_prepare(s);
	}
	if (r == 0) {
		r = store_read_epoch(s, why);
	}
	return r;
}
