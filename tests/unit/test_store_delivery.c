/* store_delivery - records that prove themselves */
#include "store_kit.h"

#include <errno.h>

#include "geo/store_delivery.h"
#include "vedetta/v1/delivery.pb-c.h"

struct seen {
	size_t n;
	struct store_delivery deliveries[8];
	int stops;
};

static int
see(void *arg, const struct store_delivery *delivery)
{
	struct seen *s = arg;

	s->deliveries[s->n++] = *delivery;
	return s->stops;
}

static struct store *
with_rows(struct fixture *f, uint64_t n)
{
	Vedetta__V1__LogDelivery said = VEDETTA__V1__LOG_DELIVERY__INIT;
	struct store *s = open_store(f);
	uint8_t body[64];
	size_t bytes;

	said.state = 2;
	said.reason = 3;
	said.attempt = 5;
	bytes = vedetta__v1__log_delivery__pack(&said, body);
	assert_int_equal(store_begin(s), 0);
	for (uint64_t seq = 1; seq <= n; seq++) {
		const struct store_row row = {.seq = seq,
			.at_ms = (int64_t)seq * 1000,
			.kind = seq < 3 || seq > 4 ? STORE_REAREA : STORE_DELIVERY,
			.subject = seq < 3 || seq > 4 ? 0 : 3,
			.prev = seq == 4 ? 3 : 0,
			.body = body,
			.body_bytes = bytes};

		assert_int_equal(store_append(s, &row), 0);
	}
	assert_int_equal(store_commit(s), 0);
	return s;
}

static const struct store_delivery one = {.id = 3,
	.seq = 4,
	.means = 1,
	.state = 2,
	.reason = 3,
	.urgency = 3,
	.exercise = true,
	.unwanted = true,
	.status = 450,
	.attempts = 5,
	.losses = 1,
	.incident = 77,
	.account = 78,
	.bucket = UINT64_MAX,
	.key_hash = UINT64_C(0x8000000000000001),
	.group_hash = 81,
	.queued_ms = 3000,
	.next_ms = 4000,
	.not_after_ms = 5000};

static void
a_record_comes_back_as_it_was_put(void **state)
{
	struct fixture *f = *state;
	struct store *s = with_rows(f, 5);
	struct store_delivery ended = one;
	struct seen seen = {.n = 0};

	ended.id = 2;
	ended.seq = 5;
	ended.ended_ms = 4000;
	assert_int_equal(store_begin(s), 0);
	assert_int_equal(store_put_delivery(s, &one), 0);
	assert_int_equal(store_put_delivery(s, &ended), 0);
	assert_int_equal(store_put_delivery(s, &one), 0);
	assert_int_equal(store_commit(s), 0);
	assert_int_equal(store_load_deliveries(s, 0, see, &seen), 0);
	assert_int_equal(seen.n, 2);
	assert_int_equal(seen.deliveries[0].id, 2);
	assert_int_equal(seen.deliveries[0].ended_ms, 4000);
	assert_memory_equal(&seen.deliveries[1], &one, sizeof(one));
	/* Those that did not end, however old, before those that are young. */
	ended.id = 5;
	assert_int_equal(store_begin(s), 0);
	assert_int_equal(store_put_delivery(s, &ended), 0);
	assert_int_equal(store_commit(s), 0);
	seen.n = 0;
	assert_int_equal(store_load_deliveries(s, 4, see, &seen), 0);
	assert_int_equal(seen.n, 2);
	assert_int_equal(seen.deliveries[0].id, 3);
	assert_int_equal(seen.deliveries[1].id, 5);
	seen.n = 0;
	seen.stops = 7;
	assert_int_equal(store_load_deliveries(s, 0, see, &seen), 7);
	assert_int_equal(seen.n, 1);
	store_close(s);
}

static void
a_record_that_cannot_be_is_refused(void **state)
{
	struct store *s = with_rows(*state, 5);
	struct store_delivery bad = one;

	assert_int_equal(store_begin(s), 0);
	bad.seq = 6;
	assert_int_equal(store_put_delivery(s, &bad), -EINVAL);
	bad = one;
	bad.id = 5;
	assert_int_equal(store_put_delivery(s, &bad), -EINVAL);
	bad.id = 0;
	assert_int_equal(store_put_delivery(s, &bad), -EINVAL);
	store_rollback(s);
	store_close(s);
}

static void
run_sql(struct fixture *f, const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

/* Puts it; what verify says of it. */
static int
put_and_verify(struct fixture *f, const struct store_delivery *d)
{
	struct store *s = open_store(f);
	uint64_t bad_seq;
	int r;

	assert_int_equal(store_begin(s), 0);
	assert_int_equal(store_put_delivery(s, d), 0);
	assert_int_equal(store_commit(s), 0);
	r = store_verify(s, &bad_seq, f->why, sizeof(f->why), NULL, NULL);
	store_close(s);
	return r;
}

static void
a_record_that_was_changed_is_not_served_and_verify_finds_it(void **state)
{
	struct fixture *f = *state;
	struct seen seen = {.n = 0};
	struct store *s;
	uint64_t bad_seq;

	store_close(with_rows(f, 5));
	assert_int_equal(put_and_verify(f, &one), 0);
	run_sql(f, "UPDATE delivery SET state = 4");
	s = open_store(f);
	assert_int_equal(store_load_deliveries(s, 0, see, &seen), 0);
	assert_int_equal(seen.n, 1);
	assert_true(seen.deliveries[0].damaged);
	assert_int_equal(store_verify(s, &bad_seq, f->why, sizeof(f->why), NULL, NULL),
		STORE_DAMAGED);
	assert_int_equal(bad_seq, 3);
	assert_string_equal(f->why, "delivery 3 is not what was written");
	store_close(s);
}

static void
verify_compares_records_with_the_rows_that_tell_of_them(void **state)
{
	struct fixture *f = *state;
	struct store_delivery other = one;

	store_close(with_rows(f, 5));
	other.state = 4;
	assert_int_equal(put_and_verify(f, &other), STORE_DAMAGED);
	assert_non_null(strstr(f->why, "delivery 3 is not as row 4 left it"));
	other = one;
	other.seq = 3;
	assert_int_equal(put_and_verify(f, &other), STORE_DAMAGED);
	other.seq = 5;
	assert_int_equal(put_and_verify(f, &other), STORE_DAMAGED);
	assert_non_null(strstr(f->why, "row 5 tells nothing of delivery 3"));
	assert_int_equal(put_and_verify(f, &one), 0);
	other = one;
	other.id = other.seq = 2;
	assert_int_equal(put_and_verify(f, &other), STORE_DAMAGED);
	assert_non_null(strstr(f->why, "row 2 tells nothing of delivery 2"));
	run_sql(f, "DELETE FROM delivery");
	other = one;
	other.id = 2;
	assert_int_equal(put_and_verify(f, &other), STORE_DAMAGED);
	assert_non_null(strstr(f->why, "delivery 3, of which it tells, is gone"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_record_comes_back_as_it_was_put, make_folder, drop_folder),
		cmocka_unit_test_setup_teardown(
			a_record_that_cannot_be_is_refused, make_folder, drop_folder),
		cmocka_unit_test_setup_teardown(
			a_record_that_was_changed_is_not_served_and_verify_finds_it,
			make_folder, drop_folder),
		cmocka_unit_test_setup_teardown(
			verify_compares_records_with_the_rows_that_tell_of_them,
			make_folder, drop_folder),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
