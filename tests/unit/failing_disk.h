/*
 * failing_disk - a VFS between SQLite and the real one that fails on order
 *
 * It makes the nth write, sync or truncate fail, and keeps beside each file the
 * bytes that would be on the disk after a power cut: those of a sync that
 * succeeded. A sync that fails drops what it should have written, as Linux
 * does, so a second try that "succeeds" proves nothing.
 */
#ifndef TESTS_FAILING_DISK_H
#define TESTS_FAILING_DISK_H

#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

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
	bool no_wal; /* no write to a WAL succeeds: each commit fails */
	bool real;   /* nothing fails, and no second copy takes room */
	struct dirt dirt[FILES_MAX];
} disk;

static sqlite3_vfs *real_vfs;

struct shim_file {
	sqlite3_file base;
	struct dirt *dirt; /* NULL: a file that is not watched */
	bool is_wal;
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

static inline void
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
	if (disk.no_wal && ((struct shim_file *)file)->is_wal) {
		return SQLITE_IOERR_WRITE;
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
	f->is_wal = (flags & SQLITE_OPEN_WAL) != 0;
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

#endif
