/* pace - how long the index rests */
#include "unit.h"

#include "server/pace.h"

enum {
	SLICE = 256,
};

static void
while_reports_come_it_rests_as_long_as_it_ran(void **state)
{
	struct pace p = {0};
	struct pace_turn turn = {.last_seq = 10000,
		.indexed_seq = 256,
		.waited_ms = 500,
		.took_ms = 10,
		.ran_ms = 10};

	(void)state;
	assert_int_equal(pace_wait_ms(&p, &turn, SLICE), 10);
}

static void
what_keeps_it_from_running_makes_it_rest_longer(void **state)
{
	struct pace p = {0};
	struct pace_turn turn = {
		.last_seq = 10000, .indexed_seq = 256, .took_ms = 30, .ran_ms = 10};

	(void)state;
	assert_int_equal(pace_wait_ms(&p, &turn, SLICE), 10 + 20 * PACE_RESTS);
	turn.last_seq++;
	turn.took_ms = 5000;
	assert_int_equal(pace_wait_ms(&p, &turn, SLICE), PACE_REST_MOST_MS);
}

/* Two clocks, each read at its own moment. */
static void
having_run_longer_than_it_took_is_no_debt(void **state)
{
	struct pace p = {0};
	struct pace_turn turn = {.last_seq = 10000, .took_ms = 9, .ran_ms = 10};

	(void)state;
	assert_int_equal(pace_wait_ms(&p, &turn, SLICE), 10);
}

static void
less_than_a_slice_is_left_to_gather(void **state)
{
	struct pace p = {0};
	struct pace_turn turn = {
		.last_seq = 100, .indexed_seq = 100, .took_ms = 1, .ran_ms = 1};

	(void)state;
	assert_int_equal(pace_wait_ms(&p, &turn, SLICE), PACE_GATHER_MS);
	turn.last_seq += SLICE - 1;
	assert_int_equal(pace_wait_ms(&p, &turn, SLICE), PACE_GATHER_MS);
	turn.last_seq++;
	assert_int_equal(pace_wait_ms(&p, &turn, SLICE), 1);
}

static void
it_does_not_rest_when_the_log_stands_still(void **state)
{
	struct pace p = {0};
	struct pace_turn turn = {.last_seq = 10000, .took_ms = 10};

	(void)state;
	assert_int_not_equal(pace_wait_ms(&p, &turn, SLICE), 0);
	assert_int_equal(pace_wait_ms(&p, &turn, SLICE), 0);
}

static void
rows_that_waited_for_long_end_its_rest(void **state)
{
	struct pace p = {0};
	struct pace_turn turn = {
		.last_seq = 10000, .waited_ms = PACE_WAITED_MS, .took_ms = 10};

	(void)state;
	assert_int_not_equal(pace_wait_ms(&p, &turn, SLICE), 0);
	turn.last_seq++;
	turn.waited_ms++;
	assert_int_equal(pace_wait_ms(&p, &turn, SLICE), 0);
}

static void
what_the_turn_asks_for_is_granted(void **state)
{
	struct pace p = {0};
	struct pace_turn turn = {.last_seq = 7, .took_ms = 900, .wait_ms = 100};

	(void)state;
	assert_int_equal(pace_wait_ms(&p, &turn, SLICE), 100);
}

/* So that a thousand reports a second are in the index within one. */
static void
gathering_and_resting_stay_well_below_a_second(void **state)
{
	(void)state;
	assert_true(PACE_GATHER_MS + PACE_REST_MOST_MS < 700);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(while_reports_come_it_rests_as_long_as_it_ran),
		cmocka_unit_test(what_keeps_it_from_running_makes_it_rest_longer),
		cmocka_unit_test(having_run_longer_than_it_took_is_no_debt),
		cmocka_unit_test(less_than_a_slice_is_left_to_gather),
		cmocka_unit_test(it_does_not_rest_when_the_log_stands_still),
		cmocka_unit_test(rows_that_waited_for_long_end_its_rest),
		cmocka_unit_test(what_the_turn_asks_for_is_granted),
		cmocka_unit_test(gathering_and_resting_stay_well_below_a_second),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
