/* The index behind a real desk's file, through what can happen to both. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "desk_folder.h"
#include "geo/index.h"
#include "server/indexer.h"

struct bench {
	struct desk_folder desk;
	struct indexer *indexer;
	char path[96];
};

static void
send_reports(struct desk_folder *f, int n)
{
	char text[64];

	for (int i = 0; i < n; i++) {
		const struct desk_words words = {.text = text,
			.lat_deg = 42.3 + i * 0.004,
			.source = (uint64_t)i + 1};

		snprintf(text, sizeof(text), "acqua %d", i);
		desk_folder_add(f, 0, &words);
		if (batch_is_full(f->batch) || i == n - 1) {
			(void)desk_folder_run(f, 2000000 + i);
		}
	}
}

static int
make_bench(void **state)
{
	static struct bench b;

	memset(&b, 0, sizeof(b));
	desk_folder_make(&b.desk);
	desk_folder_open(&b.desk);
	snprintf(b.path, sizeof(b.path), "%s/index.sqlite", b.desk.folder);
	b.indexer = indexer_new(b.desk.folder, 0);
	assert_non_null(b.indexer);
	*state = &b;
	return 0;
}

static int
drop_bench(void **state)
{
	struct bench *b = *state;

	indexer_free(b->indexer);
	assert_int_equal(index_delete(b->path), 0);
	desk_folder_remove(&b->desk);
	return 0;
}

/* Turns until nothing is behind. */
static void
catch_up(struct bench *b)
{
	int64_t wait_ms = 0;

	for (int i = 0; i < 200 && wait_ms == 0; i++) {
		wait_ms = indexer_turn(b->indexer, 3000000);
	}
	assert_int_equal(wait_ms, INDEXER_IDLE_MS);
	assert_int_equal(indexer_figures(b->indexer).indexed_seq,
		indexer_figures(b->indexer).last_seq);
}

static void
it_follows_the_log_in_slices(void **state)
{
	struct bench *b = *state;

	catch_up(b);
	assert_int_equal(indexer_figures(b->indexer).indexed_seq, 0);
	send_reports(&b->desk, 600);
	assert_int_equal(indexer_turn(b->indexer, 3000000), 0);
	assert_int_equal(indexer_figures(b->indexer).last_seq, 600);
	assert_int_equal(indexer_figures(b->indexer).indexed_seq, INDEXER_SLICE_ROWS);
	catch_up(b);
	assert_int_equal(indexer_figures(b->indexer).indexed_seq, 600);
}

static void
a_deleted_index_is_made_anew(void **state)
{
	struct bench *b = *state;

	send_reports(&b->desk, 300);
	catch_up(b);
	assert_int_equal(unlink(b->path), 0);
	catch_up(b);
	assert_int_equal(indexer_figures(b->indexer).indexed_seq, 300);
	assert_int_equal(access(b->path, F_OK), 0);
}

static void
a_damaged_index_is_made_anew_while_it_runs(void **state)
{
	struct bench *b = *state;
	char noise[4096], wal[128];
	int fd;

	send_reports(&b->desk, 300);
	catch_up(b);
	indexer_free(b->indexer); /* moves its WAL home */
	snprintf(wal, sizeof(wal), "%s-wal", b->path);
	memset(noise, 0x5A, sizeof(noise));
	fd = open(b->path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	for (off_t at = 4096 * 2; at < lseek(fd, 0, SEEK_END); at += 4096) {
		assert_int_equal(pwrite(fd, noise, sizeof(noise), at), 4096);
	}
	close(fd);
	b->indexer = indexer_new(b->desk.folder, 0);
	send_reports(&b->desk, 20);
	catch_up(b);
	assert_int_equal(indexer_figures(b->indexer).indexed_seq, 320);
}

static void
a_row_that_was_damaged_is_left_out_and_the_rest_is_followed(void **state)
{
	struct bench *b = *state;
	struct index_writer *x;
	struct index_entry e;
	const char *why;
	bool found;
	sqlite3 *db;

	send_reports(&b->desk, 1300);
	desk_folder_close(&b->desk);
	assert_int_equal(sqlite3_open(b->desk.path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db,
				 "UPDATE log SET body = x'78' WHERE seq = 1;"
				 "UPDATE log SET hash = zeroblob(32) WHERE seq = 100;"
				 "UPDATE personal SET personal = x'78' WHERE seq = 256",
				 NULL, NULL, NULL),
		SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	desk_folder_open(&b->desk);
	catch_up(b);
	assert_int_equal(indexer_figures(b->indexer).indexed_seq, 1300);
	indexer_free(b->indexer);
	b->indexer = NULL;
	assert_int_equal(index_open(&x, b->path,
				 store_epoch(keeper_store(b->desk.keeper)), &why),
		0);
	/* Row 101 has nothing to be proven by. */
	for (uint64_t seq = 1; seq <= 1300; seq++) {
		assert_int_equal(index_read_report(x, seq, &e, &found), 0);
		assert_int_equal(
			found, seq != 1 && seq != 100 && seq != 101 && seq != 256);
	}
	index_close(x);
}

static void
an_older_log_put_back_makes_it_begin_anew(void **state)
{
	struct bench *b = *state;

	send_reports(&b->desk, 40);
	catch_up(b);
	desk_folder_close(&b->desk);
	unlink(b->desk.path);
	assert_true(indexer_turn(b->indexer, 3000000) > 0);
	desk_folder_open(&b->desk);
	send_reports(&b->desk, 5);
	catch_up(b);
	assert_int_equal(indexer_figures(b->indexer).indexed_seq, 5);
}

static void
without_room_it_waits_and_leaves_it_to_the_desk(void **state)
{
	struct bench *b = *state;

	indexer_free(b->indexer);
	b->indexer = indexer_new(b->desk.folder, UINT64_MAX / 2);
	send_reports(&b->desk, 5);
	assert_int_equal(indexer_turn(b->indexer, 3000000), INDEXER_PAUSE_MS);
	assert_int_equal(indexer_figures(b->indexer).indexed_seq, 0);
	assert_int_equal(indexer_figures(b->indexer).last_seq, 5);
	assert_int_equal(access(b->path, F_OK), -1);
}

static void
no_log_is_waited_for(void **state)
{
	struct bench *b = *state;
	struct indexer *x = indexer_new("/nonexistent", 0);

	(void)b;
	assert_int_equal(indexer_turn(x, 0), INDEXER_PAUSE_MS);
	assert_int_equal(indexer_turn(x, 0), INDEXER_PAUSE_MS);
	indexer_free(x);
}

static void
short_memory_makes_none(void **state)
{
	struct bench *b = *state;

	for (unsigned long n = 1;; n++) {
		alloc_fail_at(n);
		struct indexer *x = indexer_new(b->desk.folder, 0);
		int failed = alloc_failed();
		alloc_fail_at(0);
		assert_int_equal(x == NULL, failed);
		indexer_free(x);
		if (!failed) {
			break;
		}
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_bench, drop_bench)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_follows_the_log_in_slices),
		TEST(a_deleted_index_is_made_anew),
		TEST(a_damaged_index_is_made_anew_while_it_runs),
		TEST(a_row_that_was_damaged_is_left_out_and_the_rest_is_followed),
		TEST(an_older_log_put_back_makes_it_begin_anew),
		TEST(without_room_it_waits_and_leaves_it_to_the_desk),
		TEST(no_log_is_waited_for),
		TEST(short_memory_makes_none),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
