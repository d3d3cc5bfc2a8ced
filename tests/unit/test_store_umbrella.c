/* store_umbrella - records that prove themselves, and the log in slices */
#include "store_kit.h"

#include <errno.h>

#include "geo/store_umbrella.h"
#include "vedetta/v1/umbrella.pb-c.h"

struct seen {
	size_t n;
	struct store_umbrella umbrellas[8];
	uint64_t rows[16];
	size_t n_erased;
	int stops;
};

static int
see_umbrella(void *arg, const struct store_umbrella *umbrella)
{
	struct seen *s = arg;

	s->umbrellas[s->n++] = *umbrella;
	return s->stops;
}

static int
see_row(void *arg, const struct store_row *row)
{
	struct seen *s = arg;

	s->rows[s->n++] = row->seq;
	s->n_erased += row->erased;
	return s->stops;
}

/* Umbrella 3 is born by row 3 and anchored anew by row 4. */
static void
tell_of_umbrella(struct store_row *row)
{
	static uint8_t body[64];
	Vedetta__V1__LogUmbrella said = VEDETTA__V1__LOG_UMBRELLA__INIT;

	said.event = row->seq == 3
			     ? VEDETTA__V1__UMBRELLA_EVENT__UMBRELLA_EVENT_BORN
			     : VEDETTA__V1__UMBRELLA_EVENT__UMBRELLA_EVENT_ANCHORED;
	said.exercise = true;
	said.anchor = row->seq == 3 ? 1 : 2;
	row->kind = STORE_UMBRELLA;
	row->subject = 3;
	row->personal = NULL;
	row->body_bytes = vedetta__v1__log_umbrella__pack(&said, body);
	row->body = body;
}

static struct store *
with_rows(struct fixture *f, uint64_t n)
{
	struct store *s = open_store(f);

	assert_int_equal(store_begin(s), 0);
	for (uint64_t seq = 1; seq <= n; seq++) {
		struct store_row row = {.seq = seq,
			.at_ms = (int64_t)seq * 1000,
			.kind = STORE_REPORT,
			.subject = 9999,
			.personal = (const uint8_t *)"where",
			.personal_bytes = 5};

		if (seq == 3 || seq == 4) {
			tell_of_umbrella(&row);
		}
		assert_int_equal(store_append(s, &row), 0);
	}
	assert_int_equal(store_commit(s), 0);
	return s;
}

static void
run_sql(struct fixture *f, const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static const struct store_umbrella one = {.id = 3,
	.seq = 4,
	.event_group = 2,
	.status = OPEN,
	.exercise = true,
	.anchor = 2,
	.opened_ms = 3000};

static void
a_record_comes_back_as_it_was_put(void **state)
{
	struct fixture *f = *state;
	struct store *s = with_rows(f, 5);
	struct store_umbrella gone = one;
	struct seen seen = {.n = 0};

	gone.id = 2;
	gone.seq = 5;
	gone.status = 2;
	gone.merged_into = 3;
	gone.ended_ms = 4000;
	assert_int_equal(store_begin(s), 0);
	assert_int_equal(store_put_umbrella(s, &one), 0);
	assert_int_equal(store_put_umbrella(s, &gone), 0);
	assert_int_equal(store_put_umbrella(s, &one), 0);
	assert_int_equal(store_commit(s), 0);
	assert_int_equal(store_load_umbrellas(s, 4000, see_umbrella, &seen), 0);
	assert_int_equal(seen.n, 2);
	assert_memory_equal(&seen.umbrellas[1].anchor, &one.anchor, sizeof(one.anchor));
	assert_int_equal(seen.umbrellas[0].merged_into, 3);
	assert_true(seen.umbrellas[1].exercise);
	assert_int_equal(seen.umbrellas[1].opened_ms, 3000);
	seen.n = 0;
	assert_int_equal(store_load_umbrellas(s, 4001, see_umbrella, &seen), 0);
	assert_int_equal(seen.n, 1);
	seen.stops = 7;
	assert_int_equal(store_load_umbrellas(s, 0, see_umbrella, &seen), 7);
	store_close(s);
}

static void
a_record_that_cannot_be_is_refused(void **state)
{
	struct store *s = with_rows(*state, 5);
	struct store_umbrella bad = one;

	assert_int_equal(store_begin(s), 0);
	bad.seq = 6;
	assert_int_equal(store_put_umbrella(s, &bad), -EINVAL);
	bad = one;
	bad.anchor = 4;
	assert_int_equal(store_put_umbrella(s, &bad), -EINVAL);
	bad = one;
	bad.id = 5;
	assert_int_equal(store_put_umbrella(s, &bad), -EINVAL);
	store_rollback(s);
	store_close(s);
}

static void
a_record_that_was_changed_is_not_served_and_verify_finds_it(void **state)
{
	struct fixture *f = *state;
	struct store *s = with_rows(f, 5);
	struct seen seen = {.n = 0};
	uint64_t bad_seq;

	assert_int_equal(store_begin(s), 0);
	assert_int_equal(store_put_umbrella(s, &one), 0);
	assert_int_equal(store_commit(s), 0);
	assert_int_equal(
		store_verify(s, &bad_seq, f->why, sizeof(f->why), NULL, NULL), 0);
	store_close(s);
	run_sql(f, "UPDATE umbrella SET anchor = 1");
	s = open_store(f);
	assert_int_equal(store_verify(s, &bad_seq, f->why, sizeof(f->why), NULL, NULL),
		STORE_DAMAGED);
	assert_non_null(strstr(f->why, "umbrella"));
	store_close(s);
	assert_int_equal(bad_seq, 3);
	s = open_store(f);
	assert_int_equal(store_load_umbrellas(s, 0, see_umbrella, &seen), 0);
	assert_int_equal(seen.n, 1);
	assert_true(seen.umbrellas[0].damaged);
	store_close(s);
}

/* Puts a record with a right sum, and tells what verify says. */
static uint64_t
first_bad_after(struct fixture *f, const struct store_umbrella *put, const char *sql)
{
	struct store *s;
	uint64_t bad_seq = 0;
	int r;

	if (sql != NULL) {
		run_sql(f, sql);
	}
	s = open_store(f);
	assert_int_equal(store_begin(s), 0);
	assert_int_equal(store_put_umbrella(s, put), 0);
	assert_int_equal(store_commit(s), 0);
	r = store_verify(s, &bad_seq, f->why, sizeof(f->why), NULL, NULL);
	assert_int_equal(r, bad_seq == 0 ? 0 : STORE_DAMAGED);
	store_close(s);
	return bad_seq;
}

static void
a_record_is_held_against_the_rows_that_tell_of_it(void **state)
{
	struct fixture *f = *state;
	struct store_umbrella other = one;

	store_close(with_rows(f, 5));
	assert_int_equal(first_bad_after(f, &one, NULL), 0);
	other.anchor = 1;
	assert_int_equal(first_bad_after(f, &other, NULL), 4);
	assert_non_null(strstr(f->why, "umbrella 3 is not as row 4 left it"));
	other = one;
	other.status = 2;
	assert_int_equal(first_bad_after(f, &other, NULL), 4);
	other = one;
	other.seq = 3; /* as it was before row 4 */
	other.anchor = 1;
	assert_int_equal(first_bad_after(f, &other, NULL), 4);
	other = one;
	other.id = 2;
	other.seq = 5;
	assert_int_equal(first_bad_after(f, &one, NULL), 0);
	assert_int_equal(first_bad_after(f, &other, NULL), 5);
	assert_non_null(strstr(f->why, "tells nothing of umbrella 2"));
	/* Gone: the first row that told of it is the first bad one. */
	assert_int_equal(
		first_bad_after(f, &other, "DELETE FROM umbrella WHERE id = 3"), 3);
	assert_non_null(strstr(f->why, "umbrella 3, of which it tells, is gone"));
}

/* The desk's own rows have no personal part and no incident to miss them. */
static void
a_cut_tail_is_known_by_the_umbrellas_that_point_past_it(void **state)
{
	struct fixture *f = *state;
	struct store *s = with_rows(f, 5);
	struct store_umbrella last = one;
	uint64_t bad_seq;

	last.seq = 5;
	assert_int_equal(store_begin(s), 0);
	assert_int_equal(store_put_umbrella(s, &last), 0);
	assert_int_equal(store_commit(s), 0);
	store_close(s);
	run_sql(f, "DELETE FROM log WHERE seq > 4;DELETE FROM personal WHERE seq > 4");
	s = open_store(f);
	assert_int_equal(store_verify(s, &bad_seq, f->why, sizeof(f->why), NULL, NULL),
		STORE_DAMAGED);
	assert_int_equal(bad_seq, 5);
	store_close(s);
}

static void
the_log_is_shown_in_slices_without_what_was_changed(void **state)
{
	struct fixture *f = *state;
	struct seen seen = {.n = 0};
	uint64_t n_bad = 0;
	uint64_t first;
	struct store *s = with_rows(f, 1100);

	assert_int_equal(store_first_since(s, 1091000, &first), 0);
	assert_int_equal(first, 1091);
	assert_int_equal(store_first_since(s, 2000000, &first), 0);
	assert_int_equal(first, 1101);
	store_close(s);
	/* Old enough that opening does not prove them. */
	run_sql(f, "DELETE FROM personal WHERE seq = 12; "
		   "UPDATE personal SET personal = x'00' WHERE seq = 13");
	s = open_store(f);
	assert_int_equal(store_visit_log(s, 11, 15, &n_bad, see_row, &seen), 0);
	assert_int_equal(seen.n, 4);
	assert_int_equal(seen.rows[0], 11);
	assert_int_equal(seen.rows[1], 12);
	assert_int_equal(seen.rows[2], 14);
	assert_int_equal(seen.n_erased, 1);
	assert_int_equal(n_bad, 1);
	seen = (struct seen){.stops = 9};
	assert_int_equal(store_visit_log(s, 1, 5, &n_bad, see_row, &seen), 9);
	assert_int_equal(seen.n, 1);
	store_close(s);
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
		TEST(a_record_is_held_against_the_rows_that_tell_of_it),
		cmocka_unit_test_setup_teardown(
			a_cut_tail_is_known_by_the_umbrellas_that_point_past_it,
			make_folder, drop_folder),
		cmocka_unit_test_setup_teardown(
			the_log_is_shown_in_slices_without_what_was_changed,
			make_folder, drop_folder),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
