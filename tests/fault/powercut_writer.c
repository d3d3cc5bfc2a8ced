/*
 * powercut_writer - the victim and the judge of powercut.test.mjs
 *
 * powercut_writer write PATH SYNCHRONOUS   appends for ever in batches of 1 to
 *     16 rows and prints the last sequence of each after its commit
 * powercut_writer check PATH SEQ           opens the file as the desk would,
 *     and looks that rows 1 to SEQ are there, as they were written
 *
 * Exit codes: 0, 1 lost rows, 2 wrong usage, 3 damage or a fault (said on
 * stderr).
 */
#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "geo/store.h"

enum {
	EXIT_LOST = 1,
	EXIT_USAGE = 2,
	EXIT_FAULT = 3,
	BATCH_MAX = 16,
	BODY_BYTES = 300,
	PERSONAL_BYTES = 200,
};

static char why[256];

/* Row n has the same bytes in every run. */
static struct store_row
row_of(uint64_t seq)
{
	static char body[BODY_BYTES + 1];
	static char personal[PERSONAL_BYTES + 1];
	struct store_row row = {.seq = seq,
		.at_ms = 1795384800000 + (int64_t)seq,
		.kind = STORE_RAW, /* in no incident, whose record would be missed */
		.body = (const uint8_t *)body,
		.body_bytes = BODY_BYTES,
		.personal = (const uint8_t *)personal,
		.personal_bytes = PERSONAL_BYTES};

	snprintf(body, sizeof(body), "%0*" PRIu64, BODY_BYTES, seq);
	snprintf(
		personal, sizeof(personal), "%0*" PRIu64, PERSONAL_BYTES, seq ^ 0x5555);
	return row;
}

static void
must(int r, const char *what)
{
	if (r != 0) {
		errx(EXIT_FAULT, "%s: %d %s", what, r, why);
	}
}

static struct store *
open_store(const char *path, int synchronous)
{
	const struct store_options options = {
		.reserve_bytes = 1024 * 1024, .synchronous = synchronous};
	struct store *s;

	must(store_open(&s, path, &options, why, sizeof(why)), "store_open");
	return s;
}

static void
write_on(const char *path, int synchronous)
{
	struct store *s = open_store(path, synchronous);
	unsigned state = (unsigned)getpid();

	for (;;) {
		int n = 1 + rand_r(&state) % BATCH_MAX;
		must(store_begin(s), "store_begin");
		for (int i = 0; i < n; i++) {
			struct store_row row =
				row_of(store_last_seq(s) + 1 + (uint64_t)i);
			must(store_append(s, &row), "store_append");
		}
		must(store_commit(s), "store_commit");
		printf("%" PRIu64 "\n", store_last_seq(s));
		fflush(stdout);
		must(store_checkpoint_some(s), "store_checkpoint_some");
	}
}

static int
check(const char *path, uint64_t acknowledged)
{
	struct store *s = open_store(path, 2);
	uint64_t last = store_last_seq(s);
	uint64_t bad;

	must(store_verify(s, &bad, why, sizeof(why), NULL, NULL), "store_verify");
	for (uint64_t seq = 1; seq <= last; seq++) {
		struct store_row want = row_of(seq);
		struct store_row row;
		must(store_read_row(s, seq, &row), "store_read_row");
		if (row.body_bytes != want.body_bytes ||
			memcmp(row.body, want.body, row.body_bytes) != 0 ||
			row.personal_bytes != want.personal_bytes ||
			memcmp(row.personal, want.personal, row.personal_bytes) != 0) {
			errx(EXIT_FAULT, "row %" PRIu64 " has other bytes", seq);
		}
	}
	store_close(s);
	printf("%" PRIu64 "\n", last);
	return last < acknowledged ? EXIT_LOST : 0;
}

int
main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "write") == 0) {
		write_on(argv[2], (int)strtol(argv[3], NULL, 10));
	}
	if (argc == 4 && strcmp(argv[1], "check") == 0) {
		return check(argv[2], strtoull(argv[3], NULL, 10));
	}
	errx(EXIT_USAGE,
		"usage: powercut_writer write PATH SYNCHRONOUS | check PATH SEQ");
}
