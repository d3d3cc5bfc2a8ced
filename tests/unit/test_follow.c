/* follow - umbrellas catch up with the file, and what they bring about is kept in it */
#include "unit.h"

#include <sqlite3.h>
#include <string.h>

#include "desk_folder.h"
#include "server/follow.h"

enum {
	NOW_MS = 1000000,
	DAY_MS = 86400000,
};

static struct desk_folder desk;

static int
open_desk(void **state)
{
	(void)state;
	desk_folder_make(&desk);
	desk_folder_open(&desk);
	return 0;
}

static int
drop_desk(void **state)
{
	(void)state;
	desk_folder_remove(&desk);
	return 0;
}

static void
reopen(void)
{
	desk_folder_close(&desk);
	desk_folder_open(&desk);
}

static void
report(uint64_t n, int64_t now_ms)
{
	const struct desk_words words = {.text = "acqua", .source = n, .tokened = true};

	desk_folder_add(&desk, (uint8_t)n, &words);
	assert_int_equal(desk_folder_run(&desk, now_ms)->outcome,
		VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_STORED);
}

static void
catch_up(int64_t now_ms)
{
	unsigned n = 0;

	while (keeper_follow_some(desk.keeper, now_ms)) {
		assert_true(n++ < 100);
	}
	assert_true(desk_umbrellas_are_current(keeper_desk(desk.keeper)));
}

static struct umbrella_figures
figures(void)
{
	struct umbrella_figures f;

	umbrellas_figures(desk_umbrellas(keeper_desk(desk.keeper)), &f);
	return f;
}

static void
run_sql(const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(desk.path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void
reports_before_and_after_it_is_current_make_one_umbrella(void **state)
{
	struct umbrellas *u;
	uint64_t id;

	(void)state;
	report(1, NOW_MS);
	report(2, NOW_MS);
	assert_false(desk_umbrellas_are_current(keeper_desk(desk.keeper)));
	catch_up(NOW_MS);
	report(3, NOW_MS + 1);
	u = desk_umbrellas(keeper_desk(desk.keeper));
	id = umbrellas_of(u, 1);
	assert_int_equal(id, 4);
	assert_int_equal(desk_last_seq(keeper_desk(desk.keeper)), 4);
	reopen();
	report(4, NOW_MS + 2); /* taken before it is current */
	catch_up(NOW_MS + 2);
	u = desk_umbrellas(keeper_desk(desk.keeper));
	assert_int_equal(umbrellas_of(u, 1), id);
	assert_int_equal(figures().points, 4);
	assert_int_equal(figures().lost, 0);
	assert_int_equal(desk_last_seq(keeper_desk(desk.keeper)), 5);
}

static void
time_alone_ends_it_and_that_is_kept(void **state)
{
	(void)state;
	catch_up(NOW_MS);
	for (uint64_t n = 1; n <= 3; n++) {
		report(n, NOW_MS);
	}
	assert_int_equal(figures().open, 1);
	(void)keeper_follow_some(desk.keeper, NOW_MS + 2 * DAY_MS);
	assert_int_equal(figures().open, 1);
	(void)keeper_follow_some(desk.keeper, NOW_MS + 2 * DAY_MS + 1);
	assert_int_equal(figures().open, 0);
	reopen();
	catch_up(NOW_MS + 2 * DAY_MS + 1);
	assert_int_equal(figures().open, 0);
	assert_int_equal(figures().lost, 0);
	/* Opened, and its end: no second word about it. */
	assert_int_equal(desk_last_seq(keeper_desk(desk.keeper)), 5);
}

static void
what_is_erased_is_left_out_and_a_lost_anchor_is_another_umbrella(void **state)
{
	(void)state;
	catch_up(NOW_MS);
	for (uint64_t n = 1; n <= 6; n++) {
		report(n, NOW_MS);
	}
	desk_folder_close(&desk);
	run_sql("DELETE FROM personal WHERE seq = (SELECT anchor FROM umbrella)");
	desk_folder_open(&desk);
	catch_up(NOW_MS);
	assert_int_equal(figures().points, 5);
	assert_int_equal(figures().open, 1);
	assert_int_equal(figures().lost, 1);
	reopen();
	catch_up(NOW_MS);
	assert_int_equal(figures().lost, 0);
	assert_int_equal(figures().open, 1);
}

/* More than go at once, each of its own key and place. */
static void
report_many(uint64_t n, int64_t now_ms)
{
	uint8_t bytes[DESK_INPUT_BYTES];

	for (uint64_t i = 0; i < n; i++) {
		struct frame_head head = {
			.kind = FRAME_INPUT_REPORT, .ref = batch_count(desk.batch) + 1};
		const struct desk_words words = {.text = "acqua",
			.source = 1000 + i,
			.tokened = true,
			.lat_deg = 42.35 + (double)i * 1e-6};

		head.body_bytes = (uint32_t)desk_folder_pack(&words, bytes);
		memcpy(head.key, &i, sizeof(i));
		head.key[15] = 0xEE;
		batch_add(desk.batch, 1, &head, bytes, 0);
		if (batch_is_full(desk.batch) || i + 1 == n) {
			(void)desk_folder_run(&desk, now_ms);
			now_ms++;
		}
	}
}

static void
after_a_jump_of_the_clock_it_follows_again_in_slices(void **state)
{
	const uint64_t n = 2 * UMBRELLA_SLICE + 500;
	struct umbrellas *u;

	(void)state;
	catch_up(NOW_MS);
	report_many(n, NOW_MS);
	assert_int_equal(figures().points, n);
	report(1, NOW_MS + 5 * DAY_MS);
	report(2, NOW_MS + 5 * DAY_MS);
	assert_false(desk_umbrellas_are_current(keeper_desk(desk.keeper)));
	assert_true(figures().points >= n - UMBRELLA_SLICE);
	catch_up(NOW_MS + 5 * DAY_MS);
	u = desk_umbrellas(keeper_desk(desk.keeper));
	assert_int_equal(figures().points, 2);
	assert_int_equal(figures().open, 0);
	assert_int_equal(umbrellas_of(u, 1), 0);
	report(3, NOW_MS + 5 * DAY_MS);
	assert_int_equal(figures().open, 1);
	reopen();
	catch_up(NOW_MS + 5 * DAY_MS);
	assert_int_equal(figures().points, 3);
	assert_int_equal(figures().open, 1);
	assert_int_equal(figures().lost, 0);
}

/* Without a report it stays current; idle moments do the rest. */
static void
what_runs_out_by_time_alone_goes_in_slices(void **state)
{
	const uint64_t n = 2 * UMBRELLA_SLICE + 500;

	(void)state;
	catch_up(NOW_MS);
	report_many(n, NOW_MS);
	assert_true(keeper_follow_some(desk.keeper, NOW_MS + 5 * DAY_MS));
	assert_true(figures().points >= n - UMBRELLA_SLICE);
	assert_true(keeper_follow_some(desk.keeper, NOW_MS + 5 * DAY_MS));
	assert_true(figures().points >= n - 2 * UMBRELLA_SLICE);
	assert_false(keeper_follow_some(desk.keeper, NOW_MS + 5 * DAY_MS));
	assert_int_equal(figures().points, 0);
	assert_true(desk_umbrellas_are_current(keeper_desk(desk.keeper)));
}

static void
how_far_it_is_behind_is_known(void **state)
{
	struct desk_file file = {.desk = NULL};

	(void)state;
	assert_int_equal(follow_behind(&file), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			reports_before_and_after_it_is_current_make_one_umbrella,
			open_desk, drop_desk),
		cmocka_unit_test_setup_teardown(
			time_alone_ends_it_and_that_is_kept, open_desk, drop_desk),
		cmocka_unit_test_setup_teardown(
			what_is_erased_is_left_out_and_a_lost_anchor_is_another_umbrella,
			open_desk, drop_desk),
		cmocka_unit_test_setup_teardown(
			after_a_jump_of_the_clock_it_follows_again_in_slices, open_desk,
			drop_desk),
		cmocka_unit_test_setup_teardown(
			what_runs_out_by_time_alone_goes_in_slices, open_desk,
			drop_desk),
		cmocka_unit_test(how_far_it_is_behind_is_known),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
