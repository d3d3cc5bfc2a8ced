#include "store_kit.h"

#include <errno.h>
#include <math.h>

#include "failing_disk.h"

static void
rows_come_back_as_they_went_in(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f);

	append(s, 1, 1);
	append(s, 2, 65);
	assert_int_equal(store_last_seq(s), 65);
	assert_int_equal(store_last_at_ms(s), NOON_MS + 65000);
	assert_holds(s, 65);
	store_close(s);
	s = open_store(f);
	assert_int_equal(store_last_seq(s), 65);
	assert_int_equal(store_last_at_ms(s), NOON_MS + 65000);
	append(s, 66, 70);
	assert_holds(s, 70);
	store_close(s);
}

static void
empty_parts_are_not_missing_parts(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f);
	struct store_row row = {.seq = 1, .kind = STORE_RAW, .personal = (uint8_t *)""};

	assert_int_equal(store_begin(s), 0);
	assert_int_equal(store_append(s, &row), 0);
	assert_int_equal(store_commit(s), 0);
	assert_int_equal(store_read_row(s, 1, &row), 0);
	assert_int_equal(row.body_bytes, 0);
	assert_non_null(row.personal);
	assert_int_equal(row.personal_bytes, 0);
	assert_int_equal(store_read_row(s, 0, &row), STORE_NONE);
	assert_int_equal(store_read_row(s, UINT64_MAX, &row), STORE_NONE);
	store_close(s);
	assert_int_equal(try_open(f), 0);
}

static void
a_rollback_leaves_no_trace_in_file_or_chain(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f);
	struct store_row row;
	uint64_t bad;

	append(s, 1, 3);
	assert_int_equal(store_begin(s), 0);
	row = row_of(4);
	row.facts++;
	assert_int_equal(store_append(s, &row), 0);
	store_rollback(s);
	assert_int_equal(store_last_seq(s), 3);
	append(s, 4, 10);
	assert_holds(s, 10);
	assert_int_equal(store_verify(s, &bad, f->why, WHY_BYTES, NULL, NULL), 0);
	store_rollback(s); /* outside a batch: nothing happens */
	store_close(s);
}

static void
a_wrong_sequence_is_refused_and_nothing_breaks(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f);
	struct store_row row = row_of(2);

	assert_int_equal(store_begin(s), 0);
	assert_int_equal(store_append(s, &row), -EINVAL);
	row = row_of(0);
	assert_int_equal(store_append(s, &row), -EINVAL);
	row = row_of(1);
	assert_int_equal(store_append(s, &row), 0);
	row = row_of(1);
	assert_int_equal(store_append(s, &row), -EINVAL);
	assert_int_equal(store_commit(s), 0);
	assert_holds(s, 1);
	store_close(s);
}

static void
an_incident_is_written_over_and_read_back(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f);
	struct store_incident got;

	append(s, 1, 9);
	assert_int_equal(store_begin(s), 0);
	for (uint64_t id = 1; id <= 6; id++) {
		struct store_incident incident = incident_of(id, id);
		put(s, &incident);
	}
	struct store_incident newer = incident_of(3, 9);
	newer.class_no = 1;
	newer.quarantined = true;
	put(s, &newer);
	assert_int_equal(store_commit(s), 0);
	assert_int_equal(store_read_incident(s, 3, &got), 0);
	assert_incidents_equal(&got, &newer);
	struct store_incident second = incident_of(2, 2);
	assert_int_equal(store_read_incident(s, 2, &got), 0);
	assert_incidents_equal(&got, &second);
	assert_int_equal(store_read_incident(s, 7, &got), STORE_NONE);
	store_close(s);
}

static void
an_incident_that_cannot_be_is_refused(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f);
	struct store_incident good = incident_of(1, 1);
	struct store_incident bad;
	char long_words[STORE_WORDS_BYTES + 1];

	append(s, 1, 2);
	assert_int_equal(store_begin(s), 0);
	bad = good;
	bad.id = 0;
	assert_int_equal(store_put_incident(s, &bad), -EINVAL);
	bad = good;
	bad.seq = 3; /* a row that is not there */
	assert_int_equal(store_put_incident(s, &bad), -EINVAL);
	bad = good;
	bad.id = 2; /* changed before it was opened */
	assert_int_equal(store_put_incident(s, &bad), -EINVAL);
	bad = good;
	bad.accuracy_m = NAN;
	assert_int_equal(store_put_incident(s, &bad), -EINVAL);
	bad = good;
	bad.point.lon_deg = 181;
	assert_int_equal(store_put_incident(s, &bad), -EINVAL);
	memset(long_words, 'a', STORE_WORDS_BYTES);
	long_words[STORE_WORDS_BYTES] = '\0';
	bad = good;
	bad.words = long_words;
	assert_int_equal(store_put_incident(s, &bad), -EINVAL);
	long_words[STORE_WORDS_BYTES - 1] = '\0';
	put(s, &bad);
	assert_int_equal(store_commit(s), 0);
	store_close(s);
}

static void
a_touched_reserve_refuses_batches_and_nothing_else(void **state)
{
	struct fixture *f = *state;
	const struct store_options huge = {
		.reserve_bytes = INT64_MAX, .synchronous = 2};
	struct store *s = open_store(f);

	append(s, 1, 3);
	store_close(s);
	assert_int_equal(store_open(&s, f->path, &huge, f->why, WHY_BYTES), 0);
	assert_int_equal(store_begin(s), STORE_NO_ROOM);
	assert_int_equal(store_begin(s), STORE_NO_ROOM);
	assert_holds(s, 3);
	store_close(s);
	s = open_store(f);
	append(s, 4, 4);
	store_close(s);
}

static void
the_wal_goes_home_in_slices_and_starts_again(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f);
	uint64_t most = 0;
	uint64_t seq = 1;

	assert_int_equal(store_wal_bytes(s), 0);
	for (int batch = 0; batch < 3000; batch++, seq++) {
		append(s, seq, seq);
		assert_int_equal(store_checkpoint_some(s), 0);
		most = store_wal_bytes(s) > most ? store_wal_bytes(s) : most;
	}
	/* It grew to a slice, and never to two. */
	assert_true(most >= 1000 * 4096);
	assert_true(most < 1100 * (4096 + 24));
	assert_holds(s, 3000);
	store_close(s);
	s = open_store(f);
	assert_holds(s, 3000);
	store_close(s);
}

/* Else a probe would find well what fails each batch. */
static void
a_touch_is_written_and_synced_and_changes_nothing(void **state)
{
	static const enum op ops[] = {OP_WRITE, OP_SYNC};
	struct fixture *f = *state;
	struct store *s = open_store(f);

	append(s, 1, 2);
	assert_int_equal(store_touch(s), 0);
	assert_int_equal(store_last_seq(s), 2);
	append(s, 3, 3);
	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		fail_at(ops[i], 1, SQLITE_IOERR);
		assert_int_equal(store_touch(s), -EIO);
		assert_true(disk.failed);
		store_rollback(s);
		assert_int_equal(store_touch(s), -EIO); /* broken */
		store_close(s);
		s = open_store(f);
	}
	assert_holds(s, 3);
	store_close(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(rows_come_back_as_they_went_in),
		TEST(empty_parts_are_not_missing_parts),
		TEST(a_rollback_leaves_no_trace_in_file_or_chain),
		TEST(a_wrong_sequence_is_refused_and_nothing_breaks),
		TEST(an_incident_is_written_over_and_read_back),
		TEST(an_incident_that_cannot_be_is_refused),
		TEST(a_touch_is_written_and_synced_and_changes_nothing),
		TEST(a_touched_reserve_refuses_batches_and_nothing_else),
		TEST(the_wal_goes_home_in_slices_and_starts_again),
	};

	disk.real = true;
	put_shim_in_place();
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
