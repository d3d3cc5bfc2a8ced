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

#include "failing_disk.h"
#include "failing_memory.h"
#include "geo/store.h"

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
			.subject = 99999999, /* opened by none of these */
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
		/* Not skip(): cmocka tells it as "not ok", which meson counts. */
		print_message("# skipped: to mount a small tmpfs one must be root\n");
		return;
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
