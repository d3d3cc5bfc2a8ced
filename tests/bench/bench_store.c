/*
 * bench_store - what the commit path and the start cost
 *
 * bench_store [--rows N] [--dir DIR]. Appends reports of about 350 bytes (log
 * and personal row) in batches of 1, 8 and 64 and, turn by turn in the same
 * folder, the same bytes by a bare write and fdatasync; then fills a file with
 * N rows and opens, loads and verifies it. Prints `name value unit`.
 */
#include <err.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "geo/store.h"

enum {
	BODY_BYTES = 60,
	PERSONAL_BYTES = 160, /* with keys, hashes and numbers about 350 in all */
	REPORT_BYTES = 350,
	ROUNDS = 8,
	ROUND_MS = 125, /* a second for each figure */
	FILL_BATCH = 4096,
};

static char path[512];
static char why[256];
static uint8_t filler[REPORT_BYTES * 64];
static int64_t worst_ns;
static int64_t start_ms = 1795384800000;

static int64_t
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void
must(int r, const char *what)
{
	if (r != 0) {
		errx(1, "%s: %d %s", what, r, why);
	}
}

static struct store *
open_store(void)
{
	const struct store_options options = {.reserve_bytes = 0, .synchronous = 2};
	struct store *s;

	must(store_open(&s, path, &options, why, sizeof(why)), "store_open");
	return s;
}

static void
append(struct store *s, int n)
{
	must(store_begin(s), "store_begin");
	for (int i = 0; i < n; i++) {
		uint64_t seq = store_last_seq(s) + (uint64_t)i + 1;
		struct store_row row = {.seq = seq,
			.at_ms = start_ms + (int64_t)seq,
			.kind = STORE_REPORT,
			.subject = seq > 5 ? seq - 5 : 1,
			.prev = seq > 9 ? seq - 9 : 0,
			.source = seq * 0x9E3779B97F4A7C15u,
			.facts = seq & 0xffffff,
			.print = seq * 0xD1B54A32D192ED03u,
			.has_key = true,
			.body = filler,
			.body_bytes = BODY_BYTES,
			.personal = filler,
			.personal_bytes = PERSONAL_BYTES};
		memcpy(row.key, filler + seq % 1000, sizeof(row.key));
		must(store_append(s, &row), "store_append");
	}
	must(store_commit(s), "store_commit");
}

static uint64_t
store_round(struct store *s, int batch)
{
	int64_t end = now_ns() + (int64_t)ROUND_MS * 1000000;
	uint64_t rows = 0;

	while (now_ns() < end) {
		int64_t begin = now_ns();
		append(s, batch);
		must(store_checkpoint_some(s), "store_checkpoint_some");
		worst_ns = now_ns() - begin > worst_ns ? now_ns() - begin : worst_ns;
		rows += (uint64_t)batch;
	}
	return rows;
}

static uint64_t
bare_round(int fd, int batch)
{
	int64_t end = now_ns() + (int64_t)ROUND_MS * 1000000;
	size_t bytes = (size_t)batch * REPORT_BYTES;
	uint64_t rows = 0;

	while (now_ns() < end) {
		if (write(fd, filler, bytes) != (ssize_t)bytes || fdatasync(fd) < 0) {
			err(1, "bare write");
		}
		rows += (uint64_t)batch;
	}
	return rows;
}

static void
drop(void)
{
	const char *const ends[] = {"", "-wal", "-shm", "-lock", "-bare"};
	char name[600];

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		snprintf(name, sizeof(name), "%s%s", path, ends[i]);
		unlink(name);
	}
}

/* Turn by turn, so that a busy neighbour on the disk hurts both. */
static void
bench_batch(int batch)
{
	char name[600];
	uint64_t rows = 0;
	uint64_t bare_rows = 0;
	struct store *s = open_store();

	snprintf(name, sizeof(name), "%s-bare", path);
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0) {
		err(1, "%s", name);
	}
	worst_ns = 0;
	for (int i = 0; i < ROUNDS; i++) {
		rows += store_round(s, batch);
		bare_rows += bare_round(fd, batch);
	}
	close(fd);
	store_close(s);
	drop();
	printf("store_append_batch_%d %llu rows/s\n", batch,
		(unsigned long long)(rows * 1000 / (ROUNDS * ROUND_MS)));
	printf("bare_fdatasync_batch_%d %llu rows/s\n", batch,
		(unsigned long long)(bare_rows * 1000 / (ROUNDS * ROUND_MS)));
	printf("store_ratio_batch_%d %.2f ratio\n", batch,
		(double)rows / (double)bare_rows);
	printf("store_worst_commit_batch_%d %.1f ms\n", batch, (double)worst_ns / 1e6);
}

static int
on_incident(void *arg, const struct store_incident *incident)
{
	(void)arg;
	(void)incident;
	return 0;
}

static int
on_row(void *arg, const struct store_row *row)
{
	*(uint64_t *)arg += row->source != 0;
	return 0;
}

static void
bench_start(long rows)
{
	const struct store_visitor visitor = {on_incident, on_row};
	struct store *s = open_store();
	uint64_t seen = 0;
	uint64_t bad;

	for (long left = rows; left > 0; left -= FILL_BATCH) {
		append(s, left < FILL_BATCH ? (int)left : FILL_BATCH);
		must(store_checkpoint_some(s), "store_checkpoint_some");
	}
	store_close(s);
	int64_t begin = now_ns();
	s = open_store();
	printf("store_open %.1f ms\n", (double)(now_ns() - begin) / 1e6);
	begin = now_ns();
	must(store_load(s, 0, &visitor, &seen), "store_load");
	printf("store_load_%ld_rows %.1f ms\n", rows, (double)(now_ns() - begin) / 1e6);
	if (seen != (uint64_t)rows) {
		errx(1, "loaded %llu of %ld rows", (unsigned long long)seen, rows);
	}
	begin = now_ns();
	must(store_verify(s, &bad, why, sizeof(why), NULL, NULL), "store_verify");
	printf("store_verify_%ld_rows %.1f ms\n", rows,
		(double)(now_ns() - begin) / 1e6);
	begin = now_ns();
	for (uint64_t i = 1; i <= 20000; i++) {
		struct store_row row;
		must(store_read_row(s, 1 + i * 7919 % (uint64_t)rows, &row), "read");
	}
	printf("store_read_row %.2f us\n", (double)(now_ns() - begin) / 20000e3);
	store_close(s);
	drop();
}

int
main(int argc, char **argv)
{
	const char *folder = ".";
	long rows = 100000;

	for (int i = 1; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "--rows") == 0) {
			rows = strtol(argv[i + 1], NULL, 10);
		} else if (strcmp(argv[i], "--dir") == 0) {
			folder = argv[i + 1];
		} else {
			errx(2, "usage: bench_store [--rows N] [--dir DIR]");
		}
	}
	if (argc % 2 == 0 || rows < 1) {
		errx(2, "usage: bench_store [--rows N] [--dir DIR]");
	}
	snprintf(path, sizeof(path), "%s/bench-%d.sqlite", folder, (int)getpid());
	for (size_t i = 0; i < sizeof(filler); i++) {
		filler[i] = (uint8_t)('a' + i % 26);
	}
	bench_batch(1);
	bench_batch(8);
	bench_batch(64);
	bench_start(rows);
	return 0;
}
