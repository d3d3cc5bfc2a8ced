/* pulse - how long a role may be silent */
#include "unit.h"

#include "server/pulse.h"

enum {
	START_MS = 5000,
};

static void
one_that_never_spoke_is_given_longer_but_not_for_ever(void **state)
{
	struct pulse p = {0};

	(void)state;
	pulse_begin(&p, START_MS);
	assert_false(pulse_is_lost(&p, false, START_MS + PULSE_FIRST_MS));
	assert_true(pulse_is_lost(&p, false, START_MS + PULSE_FIRST_MS + 1));
}

static void
one_that_spoke_may_be_silent_for_eight_seconds(void **state)
{
	struct pulse p = {0};

	(void)state;
	pulse_begin(&p, START_MS);
	pulse_heard(&p, START_MS + 100);
	assert_false(pulse_is_lost(&p, false, START_MS + 100 + PULSE_SILENT_MS));
	assert_true(pulse_is_lost(&p, false, START_MS + 101 + PULSE_SILENT_MS));
	assert_true(PULSE_SILENT_MS <= 8000);
}

static void
a_step_is_given_the_least(void **state)
{
	struct pulse p = {0};

	(void)state;
	pulse_begin(&p, START_MS);
	assert_true(pulse_is_lost(&p, true, START_MS + PULSE_STEPPING_MS + 1));
	pulse_heard(&p, START_MS);
	assert_false(pulse_is_lost(&p, true, START_MS + PULSE_STEPPING_MS));
	assert_true(pulse_is_lost(&p, true, START_MS + PULSE_STEPPING_MS + 1));
	assert_false(pulse_is_lost(&p, false, START_MS + PULSE_STEPPING_MS + 1));
}

static void
what_we_did_not_listen_to_is_forgiven(void **state)
{
	struct pulse p = {0};

	(void)state;
	pulse_begin(&p, START_MS);
	pulse_heard(&p, START_MS);
	pulse_forgive(&p, 60000);
	assert_false(pulse_is_lost(&p, false, START_MS + 60000 + PULSE_SILENT_MS));
	assert_true(pulse_is_lost(&p, false, START_MS + 60001 + PULSE_SILENT_MS));
}

static void
a_new_start_is_a_new_pulse(void **state)
{
	struct pulse p = {0};

	(void)state;
	pulse_begin(&p, START_MS);
	pulse_heard(&p, START_MS);
	pulse_begin(&p, 10 * START_MS);
	assert_false(pulse_is_lost(&p, false, 10 * START_MS + PULSE_FIRST_MS));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_that_never_spoke_is_given_longer_but_not_for_ever),
		cmocka_unit_test(one_that_spoke_may_be_silent_for_eight_seconds),
		cmocka_unit_test(a_step_is_given_the_least),
		cmocka_unit_test(what_we_did_not_listen_to_is_forgiven),
		cmocka_unit_test(a_new_start_is_a_new_pulse),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
