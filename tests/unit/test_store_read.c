#include "store_kit.h"

#include <errno.h>

static void
a_reader_sees_each_commit_and_cannot_write(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f);
	struct store *reader = open_reader(f);
	struct store_incident incident = incident_of(3, 3);
	struct store_incident got;
	struct store_row row;

	assert_string_equal(store_epoch(reader), store_epoch(s));
	store_set_deadline(reader, 10000);
	assert_int_equal(store_read_row(reader, 1, &row), STORE_NONE);
	assert_int_equal(store_begin(s), 0);
	for (uint64_t seq = 1; seq <= 5; seq++) {
		row = row_of(seq);
		assert_int_equal(store_append(s, &row), 0);
	}
	put(s, &incident);
	assert_int_equal(store_read_row(reader, 1, &row), STORE_NONE);
	assert_int_equal(store_commit(s), 0);
	assert_holds(reader, 5);
	assert_int_equal(store_read_incident(reader, 3, &got), 0);
	assert_incidents_equal(&got, &incident);
	append(s, 6, 6);
	assert_holds(reader, 6);
	store_close(reader);
	store_close(s);
}

static void
a_question_past_its_deadline_is_too_slow(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f);
	struct store *reader = open_reader(f);
	struct store_incident incident;
	struct store_row row;

	append(s, 1, 3);
	store_set_deadline(reader, 0);
	assert_int_equal(store_read_row(reader, 1, &row), STORE_TOO_SLOW);
	assert_int_equal(store_read_incident(reader, 1, &incident), STORE_TOO_SLOW);
	store_set_deadline(reader, 10000);
	assert_int_equal(store_read_row(reader, 1, &row), 0);
	/* The writer's own questions have one too; its batches have none. */
	store_set_deadline(s, 0);
	assert_int_equal(store_read_row(s, 1, &row), STORE_TOO_SLOW);
	append(s, 4, 400);
	store_close(reader);
	store_close(s);
}

static void
a_reader_follows_a_file_that_was_put_in_its_place(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f);
	struct store *reader = open_reader(f);
	struct store_row row;
	char other[128];
	char epoch[STORE_EPOCH_BYTES];

	append(s, 1, 3);
	store_set_deadline(reader, 10000);
	assert_holds(reader, 3);
	store_close(s);
	/* What a restore does: a whole file, renamed into place. */
	snprintf(other, sizeof(other), "%s-other", f->path);
	s = open_at(f, other);
	append(s, 1, 9);
	snprintf(epoch, sizeof(epoch), "%s", store_epoch(s));
	store_close(s);
	assert_string_not_equal(store_epoch(reader), epoch);
	assert_int_equal(rename(other, f->path), 0);
	store_set_deadline(reader, 10000);
	assert_string_equal(store_epoch(reader), epoch);
	assert_holds(reader, 9);
	/* And it says so while there is none, then finds it again. */
	assert_int_equal(rename(f->path, other), 0);
	store_set_deadline(reader, 10000);
	assert_int_equal(store_read_row(reader, 1, &row), -ENOENT);
	assert_int_equal(rename(other, f->path), 0);
	store_set_deadline(reader, 10000);
	assert_holds(reader, 9);
	store_close(reader);
}

static void
what_a_reader_reads_is_proven_by_the_chain(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f);
	struct store_incident incident = incident_of(1, 1);
	struct store_row row;

	append(s, 1, 1500);
	assert_int_equal(store_begin(s), 0);
	put(s, &incident);
	assert_int_equal(store_commit(s), 0);
	store_close(s);
	meddle(f, "UPDATE personal SET personal = x'78' WHERE seq = 10;"
		  "UPDATE log SET subject = 1 WHERE seq = 20;"
		  "UPDATE incident SET lon_deg = 12");
	struct store *reader = open_reader(f);
	assert_int_equal(store_read_row(reader, 10, &row), -EUCLEAN);
	assert_int_equal(store_read_row(reader, 20, &row), -EUCLEAN);
	assert_int_equal(store_read_incident(reader, 1, &incident), -EUCLEAN);
	assert_int_equal(store_read_row(reader, 11, &row), 0);
	assert_int_equal(store_read_row(reader, 21, &row), 0);
	store_close(reader);
}

static void
one_damaged_row_does_not_stop_the_writer(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f);
	struct store_row row;

	append(s, 1, 1500);
	store_close(s);
	meddle(f, "UPDATE personal SET personal = x'78' WHERE seq = 10");
	s = open_store(f);
	assert_int_equal(store_begin(s), 0);
	assert_int_equal(store_read_row(s, 10, &row), -EUCLEAN);
	assert_false(store_is_broken(s));
	assert_int_equal(store_read_row(s, 11, &row), 0);
	assert_int_equal(store_commit(s), 0);
	append(s, 1501, 1501);
	store_close(s);
}

struct shown {
	uint64_t next;
	uint64_t stop;
};

static int
show(void *arg, const struct store_row *row)
{
	struct shown *shown = arg;
	struct store_row want = row_of(shown->next);

	assert_rows_equal(row, &want, true);
	return ++shown->next == shown->stop ? 77 : 0;
}

static void
a_range_shows_its_rows_in_order_as_far_as_there_are_any(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f), *r = open_reader(f);
	struct shown shown = {1, 0};
	uint64_t seq = 9;
	int64_t at_ms = 9;

	store_set_deadline(r, 60000);
	assert_int_equal(store_read_last(r, &seq, &at_ms), 0);
	assert_int_equal(seq, 0);
	assert_int_equal(at_ms, 0);
	append(s, 1, 40);
	assert_int_equal(store_read_last(r, &seq, &at_ms), 0);
	assert_int_equal(seq, 40);
	assert_int_equal(at_ms, NOON_MS + 40 * 1000);
	assert_int_equal(store_read_rows(r, 1, 100, show, &shown), 0);
	assert_int_equal(shown.next, 41);
	shown = (struct shown){17, 20};
	assert_int_equal(store_read_rows(r, 17, 30, show, &shown), 77);
	assert_int_equal(shown.next, 20);
	assert_int_equal(store_read_rows(r, 41, 50, show, &shown), 0);
	assert_int_equal(store_read_rows(r, 9, 8, show, &shown), 0);
	assert_int_equal(shown.next, 20);
	assert_false(store_is_late(r));
	store_set_deadline(r, 0);
	assert_true(store_is_late(r));
	assert_int_equal(store_read_rows(r, 1, 40, show, &shown), STORE_TOO_SLOW);
	store_close(r);
	store_close(s);
}

static void
a_range_stops_at_a_row_that_is_not_what_was_written(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f), *r;
	struct shown shown = {3, 0};

	append(s, 1, 20);
	store_close(s);
	meddle(f, "UPDATE log SET at_ms = at_ms + 1 WHERE seq = 8");
	r = open_reader(f);
	store_set_deadline(r, 60000);
	assert_int_equal(store_read_rows(r, 3, 20, show, &shown), -EUCLEAN);
	assert_int_equal(shown.next, 8);
	store_close(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_reader_sees_each_commit_and_cannot_write),
		TEST(a_question_past_its_deadline_is_too_slow),
		TEST(a_reader_follows_a_file_that_was_put_in_its_place),
		TEST(what_a_reader_reads_is_proven_by_the_chain),
		TEST(one_damaged_row_does_not_stop_the_writer),
		TEST(a_range_shows_its_rows_in_order_as_far_as_there_are_any),
		TEST(a_range_stops_at_a_row_that_is_not_what_was_written),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
