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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_reader_sees_each_commit_and_cannot_write),
		TEST(a_question_past_its_deadline_is_too_slow),
		TEST(a_reader_follows_a_file_that_was_put_in_its_place),
		TEST(what_a_reader_reads_is_proven_by_the_chain),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
