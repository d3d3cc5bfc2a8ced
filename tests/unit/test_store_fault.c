/*
 * The store on a disk that fails. A VFS between SQLite and the real one makes
 * the nth write, sync or truncate fail, and keeps beside each file the bytes
 * that would be on the disk after a power cut: those of a sync that succeeded.
 * A sync that fails drops what it should have written, as Linux does, so a
 * second try that "succeeds" proves nothing.
 */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "geo/store.h"

/* ---- the failing disk */

enum op {
	OP_WRITE,
	OP_SYNC,
	OP_TRUNCATE,
	OPS,
};

enum {
	FILES_MAX = 4,
	RANGES_MAX = 16384,
	PATH_BYTES = 160,
};

struct range {
	sqlite3_int64 offset;
	int bytes;
};

/* What one file has written and not yet synced. */
struct dirt {
	char path[PATH_BYTES];
	struct range ranges[RANGES_MAX];
	int n_ranges;
};

static struct {
	enum op op;
	long countdown; /* 1: the next one fails; 0: none does */
	int code;
	bool failed;
	bool real; /* nothing fails, and no second copy takes room */
	struct dirt dirt[FILES_MAX];
} disk;

static sqlite3_vfs *real_vfs;

struct shim_file {
	sqlite3_file base;
	struct dirt *dirt; /* NULL: a file that is not watched */
	sqlite3_file real[];
};

static sqlite3_file *
real_of(sqlite3_file *file)
{
	return ((struct shim_file *)file)->real;
}

static bool
must_fail(enum op op)
{
	if (disk.op != op || disk.countdown == 0 || --disk.countdown > 0) {
		return false;
	}
	disk.failed = true;
	return true;
}

static void
fail_at(enum op op, long n, int code)
{
	disk.op = op;
	disk.countdown = n;
	disk.code = code;
	disk.failed = false;
}

static void
disk_path(char out[PATH_BYTES + 8], const char *path)
{
	snprintf(out, PATH_BYTES + 8, "%s.disk", path);
}

static void
bring_to_disk(sqlite3_file *file, struct dirt *dirt)
{
	static char bytes[65536];
	char path[PATH_BYTES + 8];

	disk_path(path, dirt->path);
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	for (int i = 0; i < dirt->n_ranges; i++) {
		const struct range *range = &dirt->ranges[i];
		assert_true(range->bytes <= (int)sizeof(bytes));
		int code = real_of(file)->pMethods->xRead(
			real_of(file), bytes, range->bytes, range->offset);
		/* Shorter when the file was cut after the write. */
		if (code == SQLITE_OK) {
			assert_int_equal(
				pwrite(fd, bytes, (size_t)range->bytes, range->offset),
				range->bytes);
		}
	}
	close(fd);
	dirt->n_ranges = 0;
}

static int
shim_close(sqlite3_file *file)
{
	return real_of(file)->pMethods->xClose(real_of(file));
}

static int
shim_read(sqlite3_file *file, void *to, int bytes, sqlite3_int64 offset)
{
	return real_of(file)->pMethods->xRead(real_of(file), to, bytes, offset);
}

static int
shim_write(sqlite3_file *file, const void *from, int bytes, sqlite3_int64 offset)
{
	struct dirt *dirt = ((struct shim_file *)file)->dirt;

	if (must_fail(OP_WRITE)) {
		return disk.code;
	}
	if (dirt != NULL) {
		assert_true(dirt->n_ranges < RANGES_MAX);
		dirt->ranges[dirt->n_ranges++] = (struct range){offset, bytes};
	}
	return real_of(file)->pMethods->xWrite(real_of(file), from, bytes, offset);
}

static int
shim_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	struct dirt *dirt = ((struct shim_file *)file)->dirt;
	char path[PATH_BYTES + 8];

	if (must_fail(OP_TRUNCATE)) {
		return disk.code;
	}
	if (dirt != NULL) {
		disk_path(path, dirt->path);
		assert_true(truncate(path, size) == 0 || errno == ENOENT);
	}
	return real_of(file)->pMethods->xTruncate(real_of(file), size);
}

static int
shim_sync(sqlite3_file *file, int flags)
{
	struct dirt *dirt = ((struct shim_file *)file)->dirt;

	if (must_fail(OP_SYNC)) {
		if (dirt != NULL) {
			dirt->n_ranges = 0;
		}
		return disk.code;
	}
	(void)flags; /* the disk of this test needs no real one */
	if (dirt != NULL) {
		bring_to_disk(file, dirt);
	}
	return SQLITE_OK;
}

static int
shim_size(sqlite3_file *file, sqlite3_int64 *size)
{
	return real_of(file)->pMethods->xFileSize(real_of(file), size);
}

static int
shim_lock(sqlite3_file *file, int level)
{
	return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int
shim_unlock(sqlite3_file *file, int level)
{
	return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int
shim_is_reserved(sqlite3_file *file, int *out)
{
	return real_of(file)->pMethods->xCheckReservedLock(real_of(file), out);
}

static int
shim_control(sqlite3_file *file, int op, void *arg)
{
	return real_of(file)->pMethods->xFileControl(real_of(file), op, arg);
}

static int
shim_sector(sqlite3_file *file)
{
	return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int
shim_traits(sqlite3_file *file)
{
	return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int
shim_shm_map(sqlite3_file *file, int page, int bytes, int extend, void volatile **out)
{
	return real_of(file)->pMethods->xShmMap(
		real_of(file), page, bytes, extend, out);
}

static int
shim_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
	return real_of(file)->pMethods->xShmLock(real_of(file), offset, n, flags);
}

static void
shim_shm_barrier(sqlite3_file *file)
{
	real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int
shim_shm_unmap(sqlite3_file *file, int delete)
{
	return real_of(file)->pMethods->xShmUnmap(real_of(file), delete);
}

static const sqlite3_io_methods shim_methods = {.iVersion = 2,
	.xClose = shim_close,
	.xRead = shim_read,
	.xWrite = shim_write,
	.xTruncate = shim_truncate,
	.xSync = shim_sync,
	.xFileSize = shim_size,
	.xLock = shim_lock,
	.xUnlock = shim_unlock,
	.xCheckReservedLock = shim_is_reserved,
	.xFileControl = shim_control,
	.xSectorSize = shim_sector,
	.xDeviceCharacteristics = shim_traits,
	.xShmMap = shim_shm_map,
	.xShmLock = shim_shm_lock,
	.xShmBarrier = shim_shm_barrier,
	.xShmUnmap = shim_shm_unmap};

static struct dirt *
dirt_of(const char *path)
{
	if (disk.real) {
		return NULL;
	}
	for (int i = 0; i < FILES_MAX; i++) {
		struct dirt *dirt = &disk.dirt[i];
		if (dirt->path[0] == '\0') {
			snprintf(dirt->path, sizeof(dirt->path), "%s", path);
		}
		if (strcmp(dirt->path, path) == 0) {
			return dirt;
		}
	}
	return NULL;
}

static int
shim_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags,
	int *out_flags)
{
	struct shim_file *f = (struct shim_file *)file;

	(void)vfs;
	int code = real_vfs->xOpen(real_vfs, path, f->real, flags, out_flags);
	if (f->real->pMethods == NULL) {
		f->base.pMethods = NULL;
		return code;
	}
	f->base.pMethods = &shim_methods;
	f->dirt =
		flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL) ? dirt_of(path) : NULL;
	return code;
}

static int
shim_delete(sqlite3_vfs *vfs, const char *path, int sync_folder)
{
	char on_disk[PATH_BYTES + 8];

	(void)vfs;
	disk_path(on_disk, path);
	unlink(on_disk);
	return real_vfs->xDelete(real_vfs, path, sync_folder);
}

static void
put_shim_in_place(void)
{
	static sqlite3_vfs shim;

	real_vfs = sqlite3_vfs_find(NULL);
	assert_non_null(real_vfs);
	shim = *real_vfs;
	shim.pNext = NULL;
	shim.zName = "failing";
	shim.szOsFile = (int)sizeof(struct shim_file) + real_vfs->szOsFile;
	shim.xOpen = shim_open;
	shim.xDelete = shim_delete;
	assert_int_equal(sqlite3_vfs_register(&shim, 1), SQLITE_OK);
}

/* ---- failing memory of SQLite's own */

static sqlite3_mem_methods real_memory;
static long memory_countdown;
static bool memory_failed;

static bool
memory_must_fail(void)
{
	if (memory_countdown == 0 || --memory_countdown > 0) {
		return false;
	}
	memory_failed = true;
	return true;
}

static void *
shim_malloc(int bytes)
{
	return memory_must_fail() ? NULL : real_memory.xMalloc(bytes);
}

static void *
shim_realloc(void *old, int bytes)
{
	return memory_must_fail() ? NULL : real_memory.xRealloc(old, bytes);
}

static void
put_memory_in_place(void)
{
	sqlite3_mem_methods memory;

	assert_int_equal(
		sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real_memory), SQLITE_OK);
	memory = real_memory;
	memory.xMalloc = shim_malloc;
	memory.xRealloc = shim_realloc;
	assert_int_equal(sqlite3_config(SQLITE_CONFIG_MALLOC, &memory), SQLITE_OK);
}

/* ---- the tests' store */

static const struct store_options full = {.reserve_bytes = 0, .synchronous = 2};

struct fixture {
	char folder[64];
	char path[96];
	char cut_path[96];
	char why[256];
};

static void
empty_folder(const struct fixture *f)
{
	const char *const ends[] = {"", "-wal", "-shm", "-lock", ".disk", "-wal.disk"};
	char path[128];

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		snprintf(path, sizeof(path), "%s%s", f->path, ends[i]);
		unlink(path);
		snprintf(path, sizeof(path), "%s%s", f->cut_path, ends[i]);
		unlink(path);
	}
	memset(disk.dirt, 0, sizeof(disk.dirt));
}

static int
make_folder(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	snprintf(f->folder, sizeof(f->folder), "/tmp/vedetta-fault-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->path, sizeof(f->path), "%s/desk.sqlite", f->folder);
	snprintf(f->cut_path, sizeof(f->cut_path), "%s/cut.sqlite", f->folder);
	memset(&disk, 0, sizeof(disk));
	*state = f;
	return 0;
}

static int
drop_folder(void **state)
{
	struct fixture *f = *state;

	empty_folder(f);
	assert_int_equal(rmdir(f->folder), 0);
	free(f);
	return 0;
}

static int
try_append(struct store *s, int n, size_t body_bytes)
{
	static const uint8_t filler[4096];
	int r = store_begin(s);

	for (int i = 0; i < n && r == 0; i++) {
		struct store_row row = {.seq = store_last_seq(s) + (uint64_t)i + 1,
			.at_ms = 1,
			.kind = STORE_REPORT,
			.subject = 1,
			.body = filler,
			.body_bytes = body_bytes,
			.personal = filler,
			.personal_bytes = 100};
		r = store_append(s, &row);
	}
	return r == 0 ? store_commit(s) : r;
}

static void
assert_stays_broken(struct store *s, int fault)
{
	struct store_row row = {.seq = store_last_seq(s) + 1, .kind = STORE_REPORT};
	struct store_incident incident = {.id = 1, .seq = 1};
	uint64_t bad;
	char why[8];

	store_rollback(s);
	assert_int_equal(store_begin(s), fault);
	assert_int_equal(store_append(s, &row), fault);
	assert_int_equal(store_put_incident(s, &incident), fault);
	assert_int_equal(store_commit(s), fault);
	assert_int_equal(store_checkpoint_some(s), fault);
	assert_int_equal(store_read_row(s, 1, &row), fault);
	assert_int_equal(store_read_incident(s, 1, &incident), fault);
	assert_int_equal(store_verify(s, &bad, why, sizeof(why), NULL, NULL), fault);
}

/* Grows from single rows to more than a slice of WAL; stops at a fault. */
static int
live(struct store *s, uint64_t *committed, int *in_flight)
{
	static const int batches[] = {1, 1, 7, 64, 1, 1100, 1, 64, 1, 1100, 3};
	int r = 0;

	for (size_t i = 0; i < sizeof(batches) / sizeof(batches[0]) && r == 0; i++) {
		*in_flight = batches[i];
		r = try_append(s, batches[i], 3500);
		if (r == 0) {
			*in_flight = 0;
			*committed = store_last_seq(s);
			r = store_checkpoint_some(s);
		}
	}
	return r;
}

static struct store *
must_open(struct fixture *f, const char *path)
{
	struct store *s = NULL;
	int r = store_open(&s, path, &full, f->why, sizeof(f->why));

	if (r != 0) {
		fail_msg("store_open after the fault: %d %s", r, f->why);
	}
	return s;
}

/* All that was committed, and of the batch in flight all or nothing. */
static void
assert_whole(struct fixture *f, struct store *s, uint64_t committed, int in_flight)
{
	uint64_t last = store_last_seq(s);
	uint64_t bad;

	if (last != committed && last != committed + (uint64_t)in_flight) {
		fail_msg("%" PRIu64 " committed, %d in flight, %" PRIu64 " there",
			committed, in_flight, last);
	}
	if (store_verify(s, &bad, f->why, sizeof(f->why), NULL, NULL) != 0) {
		fail_msg("row %" PRIu64 ": %s", bad, f->why);
	}
}

/* Returns false when the nth was never reached. */
static bool
fail_and_recover(struct fixture *f, enum op op, long n, int code, int fault)
{
	struct store *s = NULL;
	uint64_t committed = 0;
	int in_flight = 0;

	empty_folder(f);
	fail_at(op, n, code);
	int r = store_open(&s, f->path, &full, f->why, sizeof(f->why));
	if (r == 0) {
		r = live(s, &committed, &in_flight);
		if (r < 0 && !(r == -ENOSPC && in_flight == 0)) {
			/* A checkpoint without room is the one fault that breaks
			 * nothing. */
			assert_stays_broken(s, r);
		}
	}
	bool reached = disk.failed;
	if (reached && r != 0) {
		assert_int_equal(r, fault);
	}
	store_close(s);
	fail_at(op, 0, 0);
	s = must_open(f, f->path);
	assert_whole(f, s, committed, in_flight);
	assert_int_equal(try_append(s, 5, 100), 0);
	store_close(s);
	return reached;
}

/* The first hundred each, then in strides. */
static long
next_of(long n)
{
	return n < 100 ? n + 1 : n + 1 + n / 4;
}

static void
a_failed_write_loses_nothing_that_was_committed(void **state)
{
	long n = 1;

	while (fail_and_recover(*state, OP_WRITE, n, SQLITE_IOERR_WRITE, -EIO)) {
		n = next_of(n);
	}
	assert_true(n > 1000); /* the checkpoints were among them */
}

static void
a_full_disk_at_any_write_loses_nothing_that_was_committed(void **state)
{
	long n = 1;

	while (fail_and_recover(*state, OP_WRITE, n, SQLITE_FULL, -ENOSPC)) {
		n = next_of(n);
	}
	assert_true(n > 1000);
}

static void
a_failed_sync_loses_nothing_that_was_committed(void **state)
{
	long n = 1;

	while (fail_and_recover(*state, OP_SYNC, n, SQLITE_IOERR_FSYNC, -EIO)) {
		n++;
	}
	assert_true(n > 12);
}

static void
a_failed_truncate_loses_nothing_that_was_committed(void **state)
{
	long n = 1;

	while (fail_and_recover(*state, OP_TRUNCATE, n, SQLITE_IOERR_TRUNCATE, -EIO)) {
		n++;
	}
	assert_true(n > 1);
}

static void
copy_file(const char *from, const char *to)
{
	static char bytes[65536];
	ssize_t n;
	int in = open(from, O_RDONLY | O_CLOEXEC);

	if (in < 0) {
		assert_int_equal(errno, ENOENT);
		return;
	}
	int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(out >= 0);
	while ((n = read(in, bytes, sizeof(bytes))) > 0) {
		assert_int_equal(write(out, bytes, (size_t)n), n);
	}
	close(in);
	close(out);
}

/* A new path holds what the disk of `path` would hold now. */
static void
cut_power(const struct fixture *f)
{
	char from[128];
	char to[128];

	snprintf(from, sizeof(from), "%s.disk", f->path);
	copy_file(from, f->cut_path);
	snprintf(from, sizeof(from), "%s-wal.disk", f->path);
	snprintf(to, sizeof(to), "%s-wal", f->cut_path);
	copy_file(from, to);
}

/*
 * The desk's life after a failed sync: open again, go on, and only then lose
 * the power. Nothing acknowledged before or after may hang on the frames that
 * the failed sync did not bring to the disk.
 */
static void
a_failed_sync_then_a_power_cut_loses_nothing_committed(void **state)
{
	struct fixture *f = *state;
	bool reached = true;
	long n;

	for (n = 1; reached; n++) {
		struct store *s = NULL;
		uint64_t committed = 0;
		int in_flight = 0;

		empty_folder(f);
		fail_at(OP_SYNC, n, SQLITE_IOERR_FSYNC);
		if (store_open(&s, f->path, &full, f->why, sizeof(f->why)) == 0) {
			live(s, &committed, &in_flight);
		}
		reached = disk.failed;
		fail_at(OP_SYNC, 0, 0);
		store_close(s);
		s = must_open(f, f->path);
		for (int i = 0; i < 3; i++) {
			assert_int_equal(try_append(s, 2, 500), 0);
		}
		committed = store_last_seq(s);
		cut_power(f);
		store_close(s);
		s = must_open(f, f->cut_path);
		assert_whole(f, s, committed, 0);
		store_close(s);
	}
	assert_true(n > 12);
}

/* The power-cut model itself must bite, or the test above proves nothing. */
static void
without_full_synchronisation_the_same_cut_loses(void **state)
{
	struct fixture *f = *state;
	const struct store_options normal = {.reserve_bytes = 0, .synchronous = 1};
	struct store *s = NULL;

	assert_int_equal(store_open(&s, f->path, &normal, f->why, sizeof(f->why)), 0);
	assert_int_equal(try_append(s, 5, 100), 0);
	assert_int_equal(try_append(s, 5, 100), 0);
	cut_power(f);
	store_close(s);
	s = must_open(f, f->cut_path);
	assert_true(store_last_seq(s) < 10);
	store_close(s);
}

/* ---- memory */

static void
opening_without_memory_says_so_and_leaves_the_file_well(void **state)
{
	struct fixture *f = *state;
	struct store *s = NULL;
	int r;

	for (unsigned long n = 1;; n++) {
		alloc_fail_at(n);
		r = store_open(&s, f->path, &full, f->why, sizeof(f->why));
		if (!alloc_failed()) {
			break;
		}
		assert_int_equal(r, -ENOMEM);
	}
	alloc_fail_at(0);
	assert_int_equal(r, 0);
	assert_int_equal(try_append(s, 3, 100), 0);
	for (unsigned long n = 1;; n++) {
		struct store *reader = NULL;
		alloc_fail_at(n);
		r = store_open_reader(&reader, f->path, f->why, sizeof(f->why));
		struct store_row row;
		if (r == 0) {
			r = store_read_row(reader, 1, &row);
		}
		store_close(reader);
		if (!alloc_failed()) {
			break;
		}
		assert_int_equal(r, -ENOMEM);
	}
	alloc_fail_at(0);
	assert_int_equal(r, 0);
	store_close(s);
}

static void
sqlite_without_memory_loses_nothing(void **state)
{
	struct fixture *f = *state;

	for (long n = 1;; n = n < 300 ? n + 1 : n + 1 + n / 8) {
		struct store *s = NULL;
		uint64_t committed = 0;
		empty_folder(f);
		memory_failed = false;
		memory_countdown = n;
		int r = store_open(&s, f->path, &full, f->why, sizeof(f->why));
		for (int i = 0; i < 3 && r == 0; i++) {
			r = try_append(s, 10, 300);
			committed = r == 0 ? store_last_seq(s) : committed;
		}
		memory_countdown = 0;
		if (r != 0 && r != -ENOMEM) {
			fail_msg("allocation %ld: %d %s", n, r, f->why);
		}
		store_close(s);
		s = must_open(f, f->path);
		assert_whole(f, s, committed, r == 0 ? 0 : 10);
		store_close(s);
		if (!memory_failed) {
			assert_true(n > 100);
			return;
		}
	}
}

/* ---- a disk that is really full */

static void
write_ballast(const char *path, size_t bytes)
{
	static const char zeros[4096];
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	for (size_t done = 0; done < bytes; done += sizeof(zeros)) {
		assert_int_equal(write(fd, zeros, sizeof(zeros)), sizeof(zeros));
	}
	close(fd);
}

static void
fill_up_and_free(struct fixture *f, const char *path, const char *ballast)
{
	const struct store_options reserve = {
		.reserve_bytes = 6 * 1024 * 1024, .synchronous = 2};
	struct store *s = NULL;
	uint64_t committed;
	int r;

	/* With a reserve the disk is never full, and no fault is needed. */
	assert_int_equal(store_open(&s, path, &reserve, f->why, sizeof(f->why)), 0);
	while ((r = try_append(s, 10, 2000)) == 0) {
		assert_int_equal(store_checkpoint_some(s), 0);
	}
	assert_int_equal(r, STORE_NO_ROOM);
	committed = store_last_seq(s);
	assert_true(committed > 100);
	store_close(s);
	/* Without one it is, and what was committed stays. */
	s = must_open(f, path);
	assert_int_equal(store_last_seq(s), committed);
	while ((r = try_append(s, 10, 2000)) == 0) {
	}
	assert_int_equal(r, -ENOSPC);
	committed = store_last_seq(s);
	assert_stays_broken(s, -ENOSPC);
	store_close(s);
	assert_int_equal(unlink(ballast), 0);
	s = must_open(f, path);
	assert_whole(f, s, committed, 10);
	assert_int_equal(try_append(s, 10, 2000), 0);
	store_close(s);
}

static void
a_full_disk_refuses_and_goes_on_after_space_returns(void **state)
{
	struct fixture *f = *state;
	char path[128];
	char ballast[128];
	const char *const ends[] = {"", "-wal", "-shm", "-lock"};

	/* In a mount namespace of its own: gone with this process, come what may. */
	if (geteuid() != 0 || unshare(CLONE_NEWNS) < 0 ||
		mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
		mount("tmpfs", f->folder, "tmpfs", 0, "size=32m") < 0) {
		print_message("# skipped: mounting a small tmpfs needs root: %s\n",
			strerror(errno));
		skip();
	}
	snprintf(path, sizeof(path), "%s/full.sqlite", f->folder);
	snprintf(ballast, sizeof(ballast), "%s/ballast", f->folder);
	disk.real = true;
	write_ballast(ballast, 8 * 1024 * 1024);
	fill_up_and_free(f, path, ballast);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		snprintf(path, sizeof(path), "%s/full.sqlite%s", f->folder, ends[i]);
		unlink(path);
	}
	assert_int_equal(umount(f->folder), 0);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, drop_folder)
	const struct CMUnitTest tests[] = {
		TEST(a_failed_write_loses_nothing_that_was_committed),
		TEST(a_full_disk_at_any_write_loses_nothing_that_was_committed),
		TEST(a_failed_sync_loses_nothing_that_was_committed),
		TEST(a_failed_truncate_loses_nothing_that_was_committed),
		TEST(a_failed_sync_then_a_power_cut_loses_nothing_committed),
		TEST(without_full_synchronisation_the_same_cut_loses),
		TEST(opening_without_memory_says_so_and_leaves_the_file_well),
		TEST(sqlite_without_memory_loses_nothing),
		TEST(a_full_disk_refuses_and_goes_on_after_space_returns),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	put_memory_in_place();
	put_shim_in_place();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
