/* restart - waits between starts, quarantine and raw mode */
#include "unit.h"

#include <string.h>

#include "server/restart.h"

static const uint8_t nothing[RESTART_KEY_BYTES];

static void
name_key(uint8_t key[RESTART_KEY_BYTES], unsigned n)
{
	memset(key, 0xA5, RESTART_KEY_BYTES);
	memcpy(key, &n, sizeof(n));
}

static void
waits_double_from_the_least_to_the_most(void **state)
{
	const int64_t expected[] = {200, 400, 800, 1600, 3200, 6400, 10000, 10000};
	struct restart r = {0};
	int64_t now_ms = 1000;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		restart_started(&r, now_ms);
		assert_int_equal(restart_ended(&r, now_ms + 5), expected[i]);
		now_ms += expected[i] + 5;
	}
}

static void
a_minute_of_health_begins_anew(void **state)
{
	struct restart r = {0};

	(void)state;
	restart_started(&r, 0);
	(void)restart_ended(&r, 1);
	restart_started(&r, 1000);
	assert_int_equal(restart_ended(&r, 1000 + RESTART_HEALTHY_MS - 1), 400);
	restart_started(&r, 100000);
	assert_int_equal(restart_ended(&r, 100000 + RESTART_HEALTHY_MS), 200);
}

static void
an_input_is_quarantined_after_its_second_crash(void **state)
{
	uint8_t keys[RESTART_BLAMED_MAX][RESTART_KEY_BYTES];
	uint8_t a[RESTART_KEY_BYTES], b[RESTART_KEY_BYTES];
	struct blame blame = {0};

	(void)state;
	name_key(a, 1);
	name_key(b, 2);
	blame_crash(&blame, a, 10);
	blame_crash(&blame, b, 20);
	assert_int_equal(blame_quarantine(&blame, keys), 0);
	blame_crash(&blame, a, 30);
	assert_int_equal(blame_quarantine(&blame, keys), 1);
	assert_memory_equal(keys[0], a, sizeof(a));
	assert_false(blame_wants_raw(&blame, 31));
}

static void
three_unexplained_crashes_within_a_minute_lead_to_raw_mode(void **state)
{
	struct blame blame = {0};

	(void)state;
	blame_crash(&blame, nothing, 1000);
	blame_crash(&blame, nothing, 2000);
	assert_false(blame_wants_raw(&blame, 2000));
	blame_crash(&blame, nothing, 3000);
	assert_true(blame_wants_raw(&blame, 3000));
	assert_true(blame_wants_raw(&blame, 1000 + RESTART_HEALTHY_MS - 1));
	assert_false(blame_wants_raw(&blame, 1000 + RESTART_HEALTHY_MS));
}

static void
slow_unexplained_crashes_do_not_lead_to_raw_mode(void **state)
{
	struct blame blame = {0};
	int64_t now_ms;

	(void)state;
	for (now_ms = 1; now_ms < 1000000; now_ms += RESTART_HEALTHY_MS / 2) {
		blame_crash(&blame, nothing, now_ms);
		assert_false(blame_wants_raw(&blame, now_ms));
	}
}

static void
the_oldest_blamed_input_is_forgotten_when_the_list_is_full(void **state)
{
	uint8_t keys[RESTART_BLAMED_MAX][RESTART_KEY_BYTES];
	uint8_t key[RESTART_KEY_BYTES];
	struct blame blame = {0};
	unsigned i;

	(void)state;
	for (i = 0; i <= RESTART_BLAMED_MAX; i++) {
		name_key(key, i);
		blame_crash(&blame, key, 1);
		blame_crash(&blame, key, 2);
	}
	assert_int_equal(blame_quarantine(&blame, keys), RESTART_BLAMED_MAX);
	name_key(key, 1);
	assert_memory_equal(keys[0], key, sizeof(key));
	name_key(key, RESTART_BLAMED_MAX);
	assert_memory_equal(keys[RESTART_BLAMED_MAX - 1], key, sizeof(key));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(waits_double_from_the_least_to_the_most),
		cmocka_unit_test(a_minute_of_health_begins_anew),
		cmocka_unit_test(an_input_is_quarantined_after_its_second_crash),
		cmocka_unit_test(
			three_unexplained_crashes_within_a_minute_lead_to_raw_mode),
		cmocka_unit_test(slow_unexplained_crashes_do_not_lead_to_raw_mode),
		cmocka_unit_test(
			the_oldest_blamed_input_is_forgotten_when_the_list_is_full),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
