#include "geo/index_ask.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "geo/index_ask_internal.h"

enum {
	STEPS_BETWEEN_LOOKS = 1000,
	BUSY_MS = 100,
};

/* ---- the connection */

struct index_asker *
index_asker_new(const char *path)
{
	struct index_asker *a = calloc(1, sizeof(*a));

	if (a != NULL && snprintf(a->path, sizeof(a->path), "%s", path) >=
				 (int)sizeof(a->path)) {
		free(a);
		return NULL;
	}
	if (a != NULL) {
		a->tell_fd = -1;
	}
	return a;
}

static void
disconnect(struct index_asker *a)
{
	(void)sqlite3_close_v2(a->db);
	a->db = NULL;
}

void
index_asker_free(struct index_asker *a)
{
	if (a != NULL) {
		disconnect(a);
		if (a->tell_fd >= 0) {
			(void)close(a->tell_fd);
		}
		free(a);
	}
}

static int
on_progress(void *arg)
{
	const struct index_asker *a = arg;

	return a->late != NULL && a->late(a->late_arg);
}

void
index_asker_set_deadline(
	struct index_asker *a, bool (*late)(const void *arg), const void *arg)
{
	a->late = late;
	a->late_arg = arg;
}

/* One column of one row as a number; -1 without. */
static int64_t
ask_number(struct index_asker *a, const char *sql)
{
	sqlite3_stmt *statement = NULL;
	int64_t number = -1;

	if (sqlite3_prepare_v2(a->db, sql, -1, &statement, NULL) == SQLITE_OK &&
		sqlite3_step(statement) == SQLITE_ROW) {
		number = sqlite3_column_int64(statement, 0);
	}
	(void)sqlite3_finalize(statement);
	return number;
}

void
index_asker_open(struct index_asker *a)
{
	static const char settings[] = "PRAGMA query_only = ON; PRAGMA mmap_size = 0;"
				       "PRAGMA cell_size_check = ON;"
				       "PRAGMA temp_store = MEMORY;"
				       "PRAGMA cache_size = -16384";
	struct stat file;
	int64_t version;

	disconnect(a);
	a->inode = 0;
	if (stat(a->path, &file) != 0) {
		return;
	}
	a->device = file.st_dev;
	a->inode = file.st_ino;
	if (sqlite3_open_v2(a->path, &a->db,
		    SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
		    NULL) != SQLITE_OK) {
		disconnect(a);
		return;
	}
	(void)sqlite3_db_config(a->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	(void)sqlite3_db_config(a->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	(void)sqlite3_db_config(a->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	(void)sqlite3_db_config(a->db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
	(void)sqlite3_busy_timeout(a->db, BUSY_MS);
	sqlite3_progress_handler(a->db, STEPS_BETWEEN_LOOKS, on_progress, a);
	if (sqlite3_exec(a->db, settings, NULL, NULL, NULL) != SQLITE_OK) {
		disconnect(a);
		return;
	}
	version = ask_number(a, "PRAGMA user_version");
	if (version != INDEX_VERSION) {
		disconnect(a);
	}
	if (version == 0) {
		a->inode = 0; /* it is being made */
	}
}

bool
index_asker_is_outdated(const struct index_asker *a)
{
	struct stat now;

	if (stat(a->path, &now) != 0) {
		return false;
	}
	return now.st_dev != a->device || now.st_ino != a->inode;
}

/* ---- damage */

void
index_asker_tell(struct index_asker *a)
{
	char path[INDEX_PATH_BYTES + sizeof(INDEX_DAMAGE)];

	(void)snprintf(path, sizeof(path), "%s" INDEX_DAMAGE, a->path);
	a->tell_fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
}

void
index_ask_tell_bad(struct index_asker *a)
{
	const uint64_t inode = a->inode;

	/* A word that is lost is said again by the next question. */
	if (a->tell_fd >= 0 && a->inode != 0) {
		(void)!pwrite(a->tell_fd, &inode, sizeof(inode), 0);
	}
}

/* ---- a question */

int
index_asked(int code)
{
	switch (code & 0xff) {
	case SQLITE_OK:
	case SQLITE_DONE:
	case SQLITE_ROW:
		return 0;
	case SQLITE_INTERRUPT:
		return INDEX_ASK_LATE;
	default:
		return INDEX_ASK_BAD;
	}
}

int
index_ask_begin(struct index_asker *a, const char *epoch, uint64_t *seq)
{
	struct stat now;
	sqlite3_stmt *statement = NULL;
	int code, r = INDEX_ASK_NONE;

	*seq = 0;
	/* A file that was deleted is not asked any more. */
	if (a->db == NULL || stat(a->path, &now) != 0 || now.st_dev != a->device ||
		now.st_ino != a->inode) {
		return INDEX_ASK_NONE;
	}
	code = sqlite3_exec(a->db, "BEGIN", NULL, NULL, NULL);
	if (code == SQLITE_OK) {
		code = sqlite3_prepare_v2(a->db, "SELECT seq, epoch, areas FROM state",
			-1, &statement, NULL);
	}
	if (code == SQLITE_OK) {
		code = sqlite3_step(statement);
	}
	if (code == SQLITE_ROW) {
		const char *of = (const char *)sqlite3_column_text(statement, 1);

		r = of != NULL && strcmp(of, epoch) == 0 ? 0 : INDEX_ASK_NONE;
		*seq = r == 0 ? (uint64_t)sqlite3_column_int64(statement, 0) : 0;
		a->areas = (uint64_t)sqlite3_column_int64(statement, 2);
	} else {
		r = index_asked(code) == 0 ? INDEX_ASK_BAD : index_asked(code);
	}
	(void)sqlite3_finalize(statement);
	a->asking = true;
	if (r != 0) {
		index_ask_end(a);
	}
	return r;
}

void
index_ask_end(struct index_asker *a)
{
	if (a->asking && a->db != NULL) {
		(void)sqlite3_exec(a->db, "ROLLBACK", NULL, NULL, NULL);
	}
	a->asking = false;
}

int
index_ask_row(struct index_asker *a, uint64_t number, uint64_t *seq)
{
	static const char sql[] = "SELECT seq FROM report WHERE seq = ?1 OR "
				  "(number = ?1 AND number <> seq)";
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(a->db, sql, -1, &statement, NULL);

	*seq = 0;
	if (code == SQLITE_OK) {
		(void)sqlite3_bind_int64(statement, 1, (int64_t)number);
		code = sqlite3_step(statement);
	}
	if (code == SQLITE_ROW) {
		*seq = (uint64_t)sqlite3_column_int64(statement, 0);
	}
	(void)sqlite3_finalize(statement);
	return index_asked(code);
}

uint64_t
index_ask_areas(const struct index_asker *a)
{
	return a->areas;
}
