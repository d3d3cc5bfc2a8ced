#include "store_kit.h"

#include <errno.h>
#include <sys/stat.h>
#include <sys/wait.h>

static void
a_new_file_is_empty_private_and_has_an_epoch(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f);
	struct stat file;
	char epoch[STORE_EPOCH_BYTES];

	assert_int_equal(store_last_seq(s), 0);
	assert_int_equal(store_last_at_ms(s), 0);
	snprintf(epoch, sizeof(epoch), "%s", store_epoch(s));
	assert_int_equal(strspn(epoch, "0123456789abcdef"), 16);
	store_close(s);
	assert_int_equal(stat(f->path, &file), 0);
	assert_int_equal(file.st_mode & 0777, 0600);
	s = open_store(f);
	assert_string_equal(store_epoch(s), epoch);
	store_close(s);
	store_close(NULL);
}

static void
a_second_writer_is_refused_also_by_another_process(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f);
	int status;

	append(s, 1, 1);
	assert_int_equal(try_open(f), STORE_LOCKED);
	assert_non_null(strstr(f->why, "another process"));
	pid_t child = fork();
	if (child == 0) {
		struct store *other = NULL;
		char why[WHY_BYTES];
		_exit(store_open(&other, f->path, &full, why, sizeof(why)));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(WEXITSTATUS(status), STORE_LOCKED);
	append(s, 2, 2);
	store_close(s);
	assert_int_equal(try_open(f), 0);
}

static void
a_file_of_a_later_program_is_left_alone(void **state)
{
	struct fixture *f = *state;
	struct store *reader = NULL;

	store_close(open_store(f));
	meddle(f, "INSERT INTO migration VALUES (1000, zeroblob(32))");
	assert_int_equal(try_open(f), STORE_TOO_NEW);
	assert_non_null(strstr(f->why, "migration 1000"));
	assert_int_equal(
		store_open_reader(&reader, f->path, f->why, WHY_BYTES), STORE_TOO_NEW);
}

static void
a_migration_that_was_changed_is_refused(void **state)
{
	struct fixture *f = *state;

	store_close(open_store(f));
	meddle(f, "UPDATE migration SET sha256 = zeroblob(32)");
	assert_int_equal(try_open(f), STORE_DAMAGED);
	assert_non_null(strstr(f->why, "0001_first.sql"));
}

static void
a_file_that_is_not_ours_is_refused(void **state)
{
	struct fixture *f = *state;
	struct store *reader = NULL;
	FILE *file;

	assert_int_equal(
		store_open_reader(&reader, f->path, f->why, WHY_BYTES), -ENOENT);
	meddle(f, "CREATE TABLE log (x)");
	assert_int_equal(try_open(f), STORE_DAMAGED);
	assert_non_null(strstr(f->why, "not made by this program"));
	unlink(f->path);
	file = fopen(f->path, "w");
	assert_non_null(file);
	for (int i = 0; i < 1000; i++) {
		fputs("this is no database ", file);
	}
	fclose(file);
	assert_int_equal(try_open(f), STORE_DAMAGED);
	assert_int_equal(
		store_open_reader(&reader, f->path, f->why, WHY_BYTES), STORE_DAMAGED);
}

static void
a_reader_waits_for_the_desk_to_make_the_file(void **state)
{
	struct fixture *f = *state;
	struct store *reader = NULL;

	meddle(f, "PRAGMA journal_mode = WAL");
	assert_int_equal(
		store_open_reader(&reader, f->path, f->why, WHY_BYTES), -EAGAIN);
}

struct loss {
	uint64_t lost;     /* the last such row */
	uint64_t wordless; /* as well */
	unsigned n;
};

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
	struct loss *l = arg;

	if (row->lost) {
		assert_true(row->damaged);
		assert_null(row->body);
		assert_false(row->has_key);
		l->lost = row->seq;
	}
	if (row->wordless) {
		l->wordless = row->seq;
	}
	l->n += row->lost || row->wordless;
	return 0;
}

static struct loss
find_loss(struct store *s)
{
	static const struct store_visitor visitor = {on_incident, on_row};
	struct loss l = {0};

	assert_int_equal(store_load(s, INT64_MAX, &visitor, &l), 0);
	return l;
}

static const struct {
	const char *sql;
	struct loss loss;
} damages[] = {
	{"UPDATE log SET facts = 0 WHERE seq = 1999", {1999, 0, 1}},
	{"UPDATE log SET facts = 0 WHERE seq = 1100", {1100, 0, 1}},
	{"UPDATE log SET hash = x'00' WHERE seq = 2000", {2000, 0, 1}},
	{"UPDATE log SET seq = 1000000 WHERE seq = 2000", {2000, 0, 1}},
	{"UPDATE log SET seq = 2900 WHERE seq = 2000", {2900, 0, 901}},
	/* what is behind a gap cannot be proven */
	{"DELETE FROM log WHERE seq = 1500", {1501, 0, 2}},
	{"DELETE FROM log WHERE seq >= 1999", {2000, 0, 2}},
	{"UPDATE personal SET personal = x'78' WHERE seq = 2000", {0, 2000, 1}},
	/* proven by the row behind, and mended */
	{"UPDATE log SET hash = x'00' WHERE seq = 1999", {0, 0, 0}},
	{"UPDATE log SET hash = zeroblob(32) WHERE seq = 1100", {0, 0, 0}},
};

static void
a_damaged_tail_is_found_before_anything_is_served_and_gone_on_behind(void **state)
{
	struct fixture *f = *state;
	char sql[256];
	struct store_row row;

	struct store *s = open_store(f);
	append(s, 1, 2000);
	store_close(s);
	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		const struct loss *want = &damages[i].loss;
		struct loss got;

		snprintf(sql, sizeof(sql), "VACUUM INTO '%s-other'", f->path);
		meddle(f, sql);
		meddle(f, damages[i].sql);
		s = open_store(f);
		got = find_loss(s);
		if (got.lost != want->lost || got.wordless != want->wordless ||
			got.n != want->n) {
			fail_msg("%s: %u rows, lost %" PRIu64 ", wordless %" PRIu64,
				damages[i].sql, got.n, got.lost, got.wordless);
		}
		if (got.lost != 0) {
			assert_int_equal(store_read_row(s, got.lost, &row), -EUCLEAN);
		}
		assert_false(store_is_broken(s));
		/* The number of none of them is given again, and what follows is
		 * proven. */
		assert_true(store_last_seq(s) >= 2000);
		append(s, store_last_seq(s) + 1, store_last_seq(s) + 3);
		store_close(s);
		s = open_store(f);
		assert_int_equal(find_loss(s).n, got.n);
		assert_int_equal(store_read_row(s, store_last_seq(s), &row), 0);
		assert_int_equal(store_read_row(s, store_last_seq(s) - 2, &row), 0);
		store_close(s);
		snprintf(sql, sizeof(sql), "%s-other", f->path);
		assert_int_equal(rename(sql, f->path), 0);
	}
	s = open_store(f);
	assert_int_equal(find_loss(s).n, 0);
	store_close(s);
}

/* That is another file, or none: whoever goes on with it loses more. */
static void
a_log_that_lost_thousands_of_rows_is_refused(void **state)
{
	struct fixture *f = *state;

	struct store *s = open_store(f);
	append(s, 1, 5000);
	store_close(s);
	meddle(f, "DELETE FROM log WHERE seq > 2500");
	assert_int_equal(try_open(f), STORE_DAMAGED);
	assert_non_null(strstr(f->why, "rows 2501 to 5000 of the log are gone"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_new_file_is_empty_private_and_has_an_epoch),
		TEST(a_second_writer_is_refused_also_by_another_process),
		TEST(a_file_of_a_later_program_is_left_alone),
		TEST(a_migration_that_was_changed_is_refused),
		TEST(a_file_that_is_not_ours_is_refused),
		TEST(a_reader_waits_for_the_desk_to_make_the_file),
		TEST(a_damaged_tail_is_found_before_anything_is_served_and_gone_on_behind),
		TEST(a_log_that_lost_thousands_of_rows_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
