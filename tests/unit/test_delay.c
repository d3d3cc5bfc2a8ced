/* delay - who guesses waits, who works does not */
#include "unit.h"

#include "dispatch/delay.h"

enum {
	NAME = 7,
	HOME = 1,
	NOW = 1000000,
};

static int
make(void **state)
{
	*state = delay_new();
	return *state == NULL ? -1 : 0;
}

static int
drop(void **state)
{
	delay_free(*state);
	return 0;
}

/* One wrong try; how long it had to wait. */
static int64_t
wrong(struct delay *d, uint64_t name, uint64_t network, bool known, int64_t now_ms)
{
	int64_t wait_ms = delay_try(d, name, network, known, now_ms);

	if (wait_ms == 0) {
		delay_wrong(d, name, network, now_ms);
	}
	return wait_ms;
}

static void
three_are_free_then_each_costs_twice_the_one_before(void **state)
{
	int64_t now_ms = NOW, wait_ms = 1000;

	for (int i = 0; i < DELAY_FREE + 1; i++) {
		assert_int_equal(wrong(*state, NAME, HOME, true, now_ms), 0);
	}
	while (wait_ms < DELAY_MOST_MS) {
		assert_int_equal(wrong(*state, NAME, HOME, true, now_ms), wait_ms);
		assert_int_equal(
			wrong(*state, NAME, HOME, true, now_ms + wait_ms - 1), 1);
		now_ms += wait_ms;
		assert_int_equal(wrong(*state, NAME, HOME, true, now_ms), 0);
		wait_ms *= 2;
	}
	assert_int_equal(wrong(*state, NAME, HOME, true, now_ms), DELAY_MOST_MS);
}

static void
right_forgets_what_was_wrong(void **state)
{
	for (int i = 0; i < DELAY_FREE + 1; i++) {
		assert_int_equal(wrong(*state, NAME, HOME, true, NOW), 0);
	}
	assert_true(delay_try(*state, NAME, HOME, true, NOW) > 0);
	delay_right(*state, NAME, HOME);
	assert_int_equal(delay_try(*state, NAME, HOME, true, NOW), 0);
}

static void
half_right_takes_back_one_and_forgets_none(void **state)
{
	for (int i = 0; i < DELAY_FREE; i++) {
		assert_int_equal(wrong(*state, NAME, HOME, true, NOW), 0);
	}
	for (int i = 0; i < 20; i++) {
		assert_int_equal(wrong(*state, NAME, HOME, true, NOW), 0);
		delay_half_right(*state, NAME, HOME);
	}
	assert_int_equal(wrong(*state, NAME, HOME, true, NOW), 0);
	assert_true(delay_try(*state, NAME, HOME, true, NOW) > 0);
}

/* A flood from everywhere: strangers are slowed, the room is not. */
static void
many_networks_do_not_keep_the_operator_out(void **state)
{
	unsigned reached = 0;

	for (uint64_t network = 100; network < 1100; network++) {
		for (int i = 0; i < 10; i++) {
			reached += wrong(*state, NAME, network, false, NOW) == 0;
		}
	}
	assert_int_equal(reached, DELAY_STRANGERS);
	assert_int_equal(delay_try(*state, NAME, HOME, true, NOW), 0);
	/* And another account is not meant at all. */
	assert_int_equal(delay_try(*state, NAME + 1, 100, false, NOW), 0);
	assert_int_equal(
		delay_try(*state, NAME, 5000, false, NOW + DELAY_STRANGERS_MS), 0);
}

static void
after_an_hour_nothing_is_held_against_anybody(void **state)
{
	for (int i = 0; i < DELAY_FREE + 1; i++) {
		assert_int_equal(wrong(*state, NAME, HOME, true, NOW), 0);
	}
	assert_int_equal(delay_try(*state, NAME, HOME, true, NOW + DELAY_FORGET_MS), 0);
}

static void
a_clock_that_was_set_back_keeps_nobody_waiting(void **state)
{
	for (int i = 0; i < DELAY_FREE + 4; i++) {
		(void)wrong(*state, NAME, HOME, false, NOW);
	}
	assert_int_equal(delay_try(*state, NAME, HOME, false, NOW - 500000), 0);
}

static void
it_holds_a_bounded_number_and_forgets_the_oldest(void **state)
{
	for (uint64_t i = 0; i < 50000; i++) {
		assert_int_equal(wrong(*state, i, i * 31, true, NOW + (int64_t)i), 0);
	}
	for (int i = 0; i < DELAY_FREE + 1; i++) {
		(void)wrong(*state, NAME, HOME, true, NOW + 60000);
	}
	assert_true(delay_try(*state, NAME, HOME, true, NOW + 60000) > 0);
}

/* They would, when a name's places followed from the name alone. */
static void
names_that_are_picked_push_out_no_count(void **state)
{
	const uint64_t network = UINT64_C(0x7c1d3f0b5a96e284);

	for (int i = 0; i < DELAY_FREE + 1; i++) {
		(void)wrong(*state, NAME, network, false, NOW);
	}
	for (uint64_t i = 1; i <= 16; i++) {
		(void)wrong(*state, NAME + i * DELAY_PAIRS, network, false, NOW + 1);
	}
	assert_true(delay_try(*state, NAME, network, false, NOW + 2) > 0);
	for (uint64_t i = 0; i < DELAY_STRANGERS; i++) {
		(void)wrong(*state, NAME, network + 1 + i, false, NOW + 2);
	}
	for (uint64_t i = 1; i <= 16; i++) {
		(void)wrong(*state, NAME + i * DELAY_NAMES, network, false, NOW + 3);
	}
	assert_true(delay_try(*state, NAME, network + 99, false, NOW + 4) > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			three_are_free_then_each_costs_twice_the_one_before, make,
			drop),
		cmocka_unit_test_setup_teardown(
			right_forgets_what_was_wrong, make, drop),
		cmocka_unit_test_setup_teardown(
			half_right_takes_back_one_and_forgets_none, make, drop),
		cmocka_unit_test_setup_teardown(
			many_networks_do_not_keep_the_operator_out, make, drop),
		cmocka_unit_test_setup_teardown(
			after_an_hour_nothing_is_held_against_anybody, make, drop),
		cmocka_unit_test_setup_teardown(
			a_clock_that_was_set_back_keeps_nobody_waiting, make, drop),
		cmocka_unit_test_setup_teardown(
			it_holds_a_bounded_number_and_forgets_the_oldest, make, drop),
		cmocka_unit_test_setup_teardown(
			names_that_are_picked_push_out_no_count, make, drop),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
