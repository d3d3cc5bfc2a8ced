/*
 * How a file is opened for writing: lock, connect, settings set and read back,
 * migrations, the WAL moved home, the end of the log proven. The order matters:
 * nothing is read before the lock is held, nothing served before the proof.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "geo/store_internal.h"

enum {
	WRITER_BUSY_MS = 2000, /* longer than any reader's question */
	PATH_BYTES_MAX = 4096,
};

/* ---- the writer */

/*
 * The second fence behind the supervisor's lock on the folder. The lock file is
 * never removed: whoever removed it would let two lock two.
 */
static int
take_lock(struct store *s, const struct store_why *why)
{
	char path[PATH_BYTES_MAX];

	if (snprintf(path, sizeof(path), "%s-lock", s->path) >= (int)sizeof(path)) {
		return -ENAMETOOLONG;
	}
	s->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (s->lock_fd < 0) {
		return -errno;
	}
	if (flock(s->lock_fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK) {
			return -errno;
		}
		store_say(why, "another process writes %s", s->path);
		return STORE_LOCKED;
	}
	return 0;
}

/*
 * SQLite would make it readable to all. Only a file that is new is touched:
 * closing a descriptor of one in use drops this process's POSIX locks on it.
 */
static int
make_private(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0) {
		return errno == EEXIST ? 0 : -errno;
	}
	close(fd);
	return 0;
}

/* A name is only as durable as its folder. */
static int
sync_folder(const char *path)
{
	char folder[PATH_BYTES_MAX];
	int r = 0;

	snprintf(folder, sizeof(folder), "%s", path);
	int fd = open(dirname(folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		return -errno;
	}
	if (fsync(fd) < 0) {
		r = -errno;
	}
	close(fd);
	return r;
}

static int
connect_writer(struct store *s, const struct store_why *why)
{
	int applied = 0;
	int r = store_connect(
		s, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, WRITER_BUSY_MS);

	if (r == 0) {
		r = store_check_schema(s, &applied, why);
	}
	if (r == 0) {
		r = store_set_up_writer(s, why);
	}
	if (r == 0 && applied < store_schema_size()) {
		r = store_migrate(s, applied);
	}
	/*
	 * A WAL that is found here may hold frames that an earlier sync failed to
	 * bring to the disk and that only the page cache still has; appending
	 * behind them would hang later commits on a hole. So all of it is
	 * written once more, into the file, and the WAL begins from nothing.
	 */
	if (r == 0) {
		r = store_empty_wal(s);
	}
	if (r == 0) {
		r = sync_folder(s->path);
	}
	return r;
}

static int
open_writer(struct store *s, const struct store_why *why)
{
	int r = take_lock(s, why);

	if (r == 0) {
		r = make_private(s->path);
	}
	if (r == 0) {
		r = connect_writer(s, why);
	}
	if (r == 0) {
		r = store_prepare(s);
	}
	if (r == 0) {
		r = store_read_epoch(s, why);
	}
	if (r == 0) {
		r = store_find_tail(s, why);
	}
	s->running = s->committed;
	return r;
}

static struct store *
store_new(const char *path, bool writer)
{
	struct store *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		return NULL;
	}
	s->writer = writer;
	s->lock_fd = -1;
	s->path = strdup(path);
	if (s->path == NULL) {
		store_close(s);
		return NULL;
	}
	return s;
}

/* Says what a fault is when nobody has said it, and turns damage into an answer. */
static int
explain(struct store *s, int r, const struct store_why *why)
{
	if (r >= 0) {
		return r;
	}
	if (r == -EUCLEAN) {
		store_say(why, "the file is not a whole database: %s",
			s->db != NULL ? sqlite3_errmsg(s->db) : "no connection");
		return STORE_DAMAGED;
	}
	store_say(why, "the file cannot be opened: %s", strerror(-r));
	return r;
}

static int
finish_open(struct store **out, struct store *s, int r, const struct store_why *why)
{
	r = explain(s, r, why);
	if (r != 0) {
		s->broken = r < 0 ? r : -EUCLEAN;
		store_close(s);
		return r;
	}
	*out = s;
	return 0;
}

int
store_open(struct store **out, const char *path, const struct store_options *options,
	char *why, size_t why_bytes)
{
	struct store_why sentence = {why, why_bytes};
	struct store *s = sodium_init() < 0 ? NULL : store_new(path, true);

	store_say(&sentence, "no memory to open the file");
	if (s == NULL) {
		return -ENOMEM;
	}
	s->options = *options;
	return finish_open(out, s, open_writer(s, &sentence), &sentence);
}

int
store_open_reader(struct store **out, const char *path, char *why, size_t why_bytes)
{
	struct store_why sentence = {why, why_bytes};
	struct store *s = sodium_init() < 0 ? NULL : store_new(path, false);

	store_say(&sentence, "no memory to open the file");
	if (s == NULL) {
		return -ENOMEM;
	}
	return finish_open(out, s, store_connect_reader(s, &sentence), &sentence);
}

void
store_close(struct store *s)
{
	if (s == NULL) {
		return;
	}
	/*
	 * SQLite does this only when no reader is left; but a WAL must not lie
	 * beside the file when a restore puts another in its place.
	 */
	if (s->writer && s->db != NULL && s->broken == 0) {
		store_rollback(s);
		s->broken = store_empty_wal(s);
	}
	store_disconnect(s);
	if (s->lock_fd >= 0) {
		close(s->lock_fd);
	}
	free(s->held);
	free(s->path);
	free(s);
}
