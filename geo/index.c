#include "geo/index.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* SpatiaLite's headers need SQLite's before them. */
#include "geo/index_internal.h"

#include <spatialite.h>

#include "embed.h"

/* Made by embed.py from geo/schema/index.sql. */
extern const struct embedded index_sql[];

enum {
	BUSY_MS = 200,
	CHECKPOINT_PAGES = 1000,
};

#define POINT_OF(lon, lat)                                                             \
	"CASE WHEN " lon " IS NULL THEN NULL ELSE MakePoint(" lon ", " lat ", 4326) "  \
	"END"

static const char *const statement_texts[INDEX_SQLS] = {
	[INDEX_SQL_BEGIN] = "BEGIN IMMEDIATE",
	[INDEX_SQL_COMMIT] = "COMMIT",
	[INDEX_SQL_ROLLBACK] = "ROLLBACK",
	[INDEX_SQL_STATE] = "UPDATE state SET seq = ?1, areas = ?2",
	[INDEX_SQL_REPORT] =
		"INSERT INTO report VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, "
		"?10, ?11, ?12, ?13, ?14, " POINT_OF("?13", "?12") ")",
	[INDEX_SQL_PLACE] = "INSERT INTO report_place VALUES (?1, ?2, ?2, ?3, ?3)",
	[INDEX_SQL_WORDS] = "INSERT INTO report_words (rowid, text, place) "
			    "VALUES (?1, ?2, ?3)",
	[INDEX_SQL_AREA] = "INSERT OR IGNORE INTO report_area VALUES (?1, ?2)",
	[INDEX_SQL_MINUTE] =
		"INSERT INTO minute VALUES (?1, ?2, ?2) ON CONFLICT (minute) "
		"DO UPDATE SET last = max(last, ?2), first = min(first, ?2)",
	[INDEX_SQL_TALLY] =
		"INSERT INTO tally VALUES (?1, ?2, ?3, ?4, ?5, 1) ON CONFLICT "
		"DO UPDATE SET reports = reports + 1",
	[INDEX_SQL_COUNT] = "UPDATE incident SET reports = reports + 1, "
			    "last_ms = max(last_ms, ?2) WHERE id = ?1",
	[INDEX_SQL_INCIDENT] =
		"UPDATE incident SET seq = ?2, hazard = ?3, status = ?4, "
		"class_no = ?5, unplaced = ?6, exercise = ?7, opened_ms = ?8, "
		"lat_deg = ?9, lon_deg = ?10, geometry = " POINT_OF(
			"?10", "?9") " WHERE id = ?1",
	/* Once in its life: its reports are counted, as many as there are. */
	[INDEX_SQL_NEW_INCIDENT] =
		"INSERT INTO incident VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, "
		"(SELECT count(*) FROM report WHERE incident = ?1), ?8, "
		"coalesce((SELECT max(at_ms) FROM report WHERE incident = ?1), ?8), "
		"?9, ?10, " POINT_OF("?10", "?9") ")",
	[INDEX_SQL_STALE] = "INSERT OR IGNORE INTO stale VALUES (?1)",
	[INDEX_SQL_OF] = "SELECT incident FROM report WHERE seq = ?1 OR "
			 "(number = ?1 AND number <> seq)",
	[INDEX_SQL_MOVE] = "UPDATE report SET incident = ?2 WHERE seq = ?1 OR "
			   "(number = ?1 AND number <> seq)",
	[INDEX_SQL_RECOUNT] =
		"UPDATE incident SET reports = (SELECT count(*) FROM report "
		"WHERE incident = ?1), last_ms = coalesce((SELECT max(at_ms) "
		"FROM report WHERE incident = ?1), opened_ms) WHERE id = ?1",
	[INDEX_SQL_STANDS] =
		"SELECT seq, number, incident, at_ms, kind, hazard, class_no, "
		"exercise, accuracy_m, lat_deg, lon_deg, own, hangs FROM report "
		"WHERE seq = ?1 OR (number = ?1 AND number <> seq)",
	[INDEX_SQL_REPLACE] =
		"UPDATE report SET lat_deg = ?2, lon_deg = ?3, accuracy_m = ?4, "
		"hangs = ?5, geometry = " POINT_OF("?3", "?2") " WHERE seq = ?1",
	[INDEX_SQL_UNPLACE] = "DELETE FROM report_place WHERE seq = ?1",
	[INDEX_SQL_UNAREA] = "DELETE FROM report_area WHERE area = ?1 AND seq = ?2",
	[INDEX_SQL_UNTALLY] =
		"UPDATE tally SET reports = reports - 1 WHERE area = ?1 AND "
		"hour = ?2 AND hazard = ?3 AND class_no = ?4 AND exercise = ?5",
	[INDEX_SQL_POINTS] =
		"SELECT s.id, r.lat_deg, r.lon_deg FROM (SELECT id FROM stale "
		"ORDER BY id LIMIT 1) s LEFT JOIN report r ON r.incident = s.id "
		"AND r.lat_deg IS NOT NULL ORDER BY r.seq DESC LIMIT ?1",
	[INDEX_SQL_HULL] =
		"WITH given AS MATERIALIZED (SELECT GeomFromWKB(?1) AS g), "
		"hull AS MATERIALIZED (SELECT ST_Buffer(GUnion(ST_ConcaveHull(g), "
		"g), ?2, 4) AS h FROM given) "
		"SELECT ST_AsBinary(CASE WHEN GeometryType(h) = 'POLYGON' THEN h "
		"ELSE ST_Buffer(ConvexHull(g), ?2, 4) END) FROM hull, given",
	[INDEX_SQL_DRAW] = "INSERT OR REPLACE INTO outline VALUES (?1, ?2, ?3, ?4, "
			   "?5, SetSRID(GeomFromWKB(?6), 4326))",
	[INDEX_SQL_DRAWN] = "INSERT OR REPLACE INTO outline_place VALUES "
			    "(?1, ?2, ?3, ?4, ?5)",
	[INDEX_SQL_FRESH] = "DELETE FROM stale WHERE id = ?1",
	[INDEX_SQL_ERASE] = "UPDATE report SET lat_deg = NULL, lon_deg = NULL, "
			    "geometry = NULL, accuracy_m = -1 WHERE seq = ?1",
	[INDEX_SQL_UNDRAW] = "DELETE FROM outline WHERE id = ?1",
	[INDEX_SQL_UNDRAWN] = "DELETE FROM outline_place WHERE id = ?1",
	[INDEX_SQL_UMBRELLAS] = "SELECT id FROM outline WHERE event_group > 0",
	[INDEX_SQL_SINCE] = "SELECT min(first) FROM minute WHERE minute >= ?1",
	[INDEX_SQL_HANGING] =
		"SELECT r.seq, r.at_ms, i.hazard, i.exercise, r.lat_deg, r.lon_deg "
		"FROM report r JOIN incident i ON i.id = r.incident WHERE "
		"r.seq BETWEEN ?1 AND ?2 AND r.hangs AND r.lat_deg IS NOT NULL "
		"ORDER BY r.seq",
	[INDEX_SQL_SIMPLER] = "SELECT ST_AsBinary(ST_SimplifyPreserveTopology("
			      "GeomFromWKB(?1), ?2))",
	[INDEX_SQL_GROUND] = "INSERT INTO area VALUES (?1, ?2, ?3, ?4, ?5, ?6, "
			     "SetSRID(GeomFromWKB(?7), 4326))",
	[INDEX_SQL_GROUND_PLACE] = "INSERT INTO area_place VALUES (?1, ?2, ?3, ?4, ?5)",
	[INDEX_SQL_GROUND_LAST] = "SELECT max(id & 0xffffffff) FROM area",
};

int
index_fault(int code)
{
	switch (code & 0xff) {
	case SQLITE_OK:
	case SQLITE_DONE:
	case SQLITE_ROW:
		return 0;
	case SQLITE_FULL:
		return INDEX_NO_ROOM;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_CONSTRAINT: /* rows come once: it holds what it should not */
	case SQLITE_ERROR:      /* a table is not as we made it */
	case SQLITE_SCHEMA:
		return INDEX_DAMAGED;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return INDEX_BUSY;
	case SQLITE_NOMEM:
		return -ENOMEM;
	default:
		return -EIO;
	}
}

int
index_run(struct index_writer *x, enum index_statement which)
{
	int code = sqlite3_step(x->statements[which]);

	(void)sqlite3_reset(x->statements[which]);
	return index_fault(code);
}

/* ---- opening */

int
index_delete(const char *path)
{
	static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
	char each[INDEX_PATH_BYTES];

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (snprintf(each, sizeof(each), "%s%s", path, ends[i]) >=
			(int)sizeof(each)) {
			return -ENAMETOOLONG;
		}
		if (unlink(each) != 0 && errno != ENOENT) {
			return -errno;
		}
	}
	return 0;
}

static int
exec(sqlite3 *db, const char *sql)
{
	return index_fault(sqlite3_exec(db, sql, NULL, NULL, NULL));
}

static int
make_schema(struct index_writer *x, const char *epoch)
{
	char sql[128];
	int r = exec(x->db, "BEGIN IMMEDIATE");

	if (r == 0) {
		r = exec(x->db, (const char *)index_sql[0].data);
	}
	if (r == 0) {
		(void)snprintf(sql, sizeof(sql),
			"INSERT INTO state VALUES (1, '%.16s', 0, 0);"
			"PRAGMA user_version = %d",
			epoch, INDEX_VERSION);
		r = exec(x->db, sql);
	}
	return r == 0 ? exec(x->db, "COMMIT") : r;
}

/* What the file says of itself. INDEX_DAMAGED when it is not ours to go on with. */
static int
read_state(struct index_writer *x, const char *epoch, bool *empty, const char **why)
{
	static const char texts[] =
		"SELECT s.epoch, s.seq, s.areas, v.user_version FROM "
		"pragma_user_version v, state s";
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(
		x->db, "SELECT count(*) FROM sqlite_master", -1, &statement, NULL);

	*why = "it is damaged";
	if (code == SQLITE_OK) {
		code = sqlite3_step(statement);
		*empty = code == SQLITE_ROW && sqlite3_column_int(statement, 0) == 0;
	}
	sqlite3_finalize(statement);
	if (code != SQLITE_ROW || *empty) {
		return index_fault(code);
	}
	code = sqlite3_prepare_v2(x->db, texts, -1, &statement, NULL);
	if (code == SQLITE_OK) {
		code = sqlite3_step(statement);
	}
	if (code == SQLITE_ROW) {
		const char *of = (const char *)sqlite3_column_text(statement, 0);

		x->state.seq = (uint64_t)sqlite3_column_int64(statement, 1);
		x->state.areas = (uint64_t)sqlite3_column_int64(statement, 2);
		if (sqlite3_column_int(statement, 3) != INDEX_VERSION) {
			*why = "another version of the program made it";
			code = SQLITE_CORRUPT;
		} else if (of == NULL || strcmp(of, epoch) != 0) {
			*why = "it follows another log";
			code = SQLITE_CORRUPT;
		}
	} else if (code == SQLITE_DONE) {
		code = SQLITE_CORRUPT;
	}
	sqlite3_finalize(statement);
	return index_fault(code);
}

/* SQLite would make it readable to all. *there: it is no new one. */
static int
make_private(const char *path, bool *there)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	*there = fd < 0 && errno == EEXIST;
	if (fd < 0) {
		return *there ? 0 : errno == ENOSPC ? INDEX_NO_ROOM : -errno;
	}
	(void)close(fd);
	return 0;
}

static int
on_commit(void *arg, sqlite3 *db, const char *name, int pages)
{
	(void)db;
	(void)name;
	struct index_writer *x = arg;

	if (pages < x->wal_pages) {
		x->wal_home = 0; /* it has begun from nothing */
	}
	x->wal_pages = pages;
	return SQLITE_OK;
}

static int
connect_to(struct index_writer *x, bool *there)
{
	static const char settings[] =
		"PRAGMA page_size = 4096; PRAGMA journal_mode = WAL;"
		"PRAGMA synchronous = NORMAL; PRAGMA mmap_size = 0;"
		"PRAGMA temp_store = MEMORY; PRAGMA cache_size = -32768;"
		"PRAGMA cell_size_check = ON; PRAGMA secure_delete = ON;"
		"PRAGMA journal_size_limit = 16777216";
	struct stat file;
	int r = make_private(x->path, there);

	if (r != 0) {
		return r;
	}
	if (stat(x->path, &file) != 0) {
		return -errno;
	}
	x->device = file.st_dev;
	x->inode = file.st_ino;
	r = sqlite3_open_v2(x->path, &x->db,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
		NULL);
	if (r != SQLITE_OK) {
		return x->db == NULL ? -ENOMEM : index_fault(r);
	}
	(void)sqlite3_db_config(x->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	(void)sqlite3_db_config(x->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	(void)sqlite3_busy_timeout(x->db, BUSY_MS);
	x->spatialite = spatialite_alloc_connection();
	if (x->spatialite == NULL) {
		return -ENOMEM;
	}
	spatialite_init_ex(x->db, x->spatialite, 0);
	r = exec(x->db, settings);
	/* Instead of SQLite's own checkpoints: index_move_home() does it. */
	(void)sqlite3_wal_hook(x->db, on_commit, x);
	return r;
}

static int
prepare(struct index_writer *x)
{
	for (int i = 0; i < INDEX_SQLS; i++) {
		int code = sqlite3_prepare_v3(x->db, statement_texts[i], -1,
			SQLITE_PREPARE_PERSISTENT, &x->statements[i], NULL);

		if (code != SQLITE_OK) {
			return index_fault(code);
		}
	}
	return 0;
}

static void
disconnect(struct index_writer *x)
{
	for (int i = 0; i < INDEX_SQLS; i++) {
		(void)sqlite3_finalize(x->statements[i]);
		x->statements[i] = NULL;
	}
	(void)sqlite3_close_v2(x->db);
	x->db = NULL;
	if (x->spatialite != NULL) {
		spatialite_cleanup_ex(x->spatialite);
		x->spatialite = NULL;
	}
}

static int
open_once(struct index_writer *x, const char *epoch, const char **why)
{
	bool empty = false, there = false;
	int r = connect_to(x, &there);

	*why = "it is damaged";
	if (r == 0) {
		r = read_state(x, epoch, &empty, why);
	}
	if (r == 0 && empty) {
		r = make_schema(x, epoch);
	}
	if (r == 0) {
		/* What was in a WAL that is gone leaves nothing. */
		*why = empty && there ? "it was empty" : NULL;
		r = prepare(x);
		*why = r == INDEX_DAMAGED ? "it is damaged" : *why;
	}
	return r;
}

int
index_open(struct index_writer **out, const char *path, const char *epoch,
	const char **why)
{
	struct index_writer *x = calloc(1, sizeof(*x));
	const char *reason = NULL;
	int r;

	*why = NULL;
	if (x == NULL) {
		return -ENOMEM;
	}
	if (snprintf(x->path, sizeof(x->path), "%s", path) >= (int)sizeof(x->path)) {
		free(x);
		return -ENAMETOOLONG;
	}
	(void)sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
	r = open_once(x, epoch, &reason);
	if (r == 0 || r == INDEX_DAMAGED) {
		*why = reason;
	}
	if (r == INDEX_DAMAGED) {
		disconnect(x);
		x->state = (struct index_state){0};
		r = index_delete(path);
		if (r == 0) {
			r = open_once(x, epoch, &reason);
		}
	}
	if (r != 0) {
		index_close(x);
		return r;
	}
	*out = x;
	return 0;
}

void
index_close(struct index_writer *x)
{
	if (x != NULL) {
		disconnect(x);
		free(x);
	}
}

struct index_state
index_state(const struct index_writer *x)
{
	return x->state;
}

bool
index_wants_home(const struct index_writer *x)
{
	return x->wal_pages - x->wal_home >= CHECKPOINT_PAGES;
}

int
index_move_home(struct index_writer *x)
{
	int pages = -1;
	int home = -1;
	int code = sqlite3_wal_checkpoint_v2(
		x->db, "main", SQLITE_CHECKPOINT_PASSIVE, &pages, &home);

	if (pages >= 0) {
		x->wal_pages = pages;
		x->wal_home = home;
	}
	return (code & 0xff) == SQLITE_BUSY ? 0 : index_fault(code);
}

bool
index_is_there(const struct index_writer *x)
{
	struct stat now;

	return stat(x->path, &now) == 0 && now.st_dev == x->device &&
	       now.st_ino == x->inode;
}

bool
index_is_told_damaged(const struct index_writer *x)
{
	char path[INDEX_PATH_BYTES + sizeof(INDEX_DAMAGE)];
	uint64_t inode = 0;
	int fd;

	(void)snprintf(path, sizeof(path), "%s" INDEX_DAMAGE, x->path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		return false;
	}
	(void)!pread(fd, &inode, sizeof(inode), 0);
	(void)close(fd);
	return inode == x->inode;
}

/* Emptied, not deleted: readers hold it open. */
int
index_untell(const char *path)
{
	char told[INDEX_PATH_BYTES + sizeof(INDEX_DAMAGE)];

	(void)snprintf(told, sizeof(told), "%s" INDEX_DAMAGE, path);
	return truncate(told, 0) == 0 || errno == ENOENT ? 0 : -errno;
}
