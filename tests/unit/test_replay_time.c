#include "unit.h"

#include "server/replay_time.h"

static void
the_forms_of_real_exports_are_read(void **state)
{
	static const struct {
		const char *text;
		int64_t ms;
	} cases[] = {
		{"2010-01-12", 1263254400000},
		{"2010-01-12 21:53", 1263333180000},
		{"2010-01-12T21:53:10Z", 1263333190000},
		{"2010-01-12 21:53:10", 1263333190000},
		{"2010-01-12T21:53:10.250Z", 1263333190250},
		{"2010-01-12T21:53:10+02:00", 1263325990000},
		{"2010-01-12T21:53:10-0530", 1263352990000},
		{"2010-01-12 21:53:10 +02", 1263325990000},
		{"12/01/2010 21:53", 1263333180000},
		{"12/01/2010 21:53:10", 1263333190000},
		{"5/7/2010 7:26", 1278314760000},
		{"12.01.2010 21:53", 1263333180000},
		{"12/01/2010", 1263254400000},
		{"1263333190", 1263333190000},
		{"1263333190250", 1263333190250},
		{"29/02/2024 00:00", 1709164800000},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int64_t ms = -1;

		assert_int_equal(replay_time_read(cases[i].text, NULL, &ms), 0);
		assert_int_equal(ms, cases[i].ms);
	}
}

static void
what_is_no_time_is_refused(void **state)
{
	static const char *const cases[] = {"", " ", "now", "12", "2010", "2010-13-01",
		"2010-00-01", "31/06/2010", "29/02/2023", "12/01/10", "12/01-2010",
		"2010-01-12x", "2010-01-12T", "2010-01-12T25:00", "2010-01-12T21",
		"2010-01-12T21:60", "2010-01-12T21:53:99", "2010-01-12T21:53Q",
		"2010-01-12T21:53+1", "12/01/2010 21:53 h", "999999999999999999999"};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int64_t ms = 42;

		assert_int_equal(
			replay_time_read(cases[i], NULL, &ms), REPLAY_TIME_BAD);
		assert_int_equal(ms, 42);
	}
}

static void
a_format_of_ones_own_is_used_alone(void **state)
{
	int64_t ms = -1;

	(void)state;
	assert_int_equal(
		replay_time_read("01/12/2010 21h53", "%m/%d/%Y %Hh%M", &ms), 0);
	assert_int_equal(ms, 1263333180000);
	assert_int_equal(
		replay_time_read("2010-01-12", "%m/%d/%Y %Hh%M", &ms), REPLAY_TIME_BAD);
	assert_int_equal(
		replay_time_read("01/12/2010 rest", "%m/%d/%Y", &ms), REPLAY_TIME_BAD);
	assert_int_equal(
		replay_time_read("2010-01-12 21:53 +0200", "%Y-%m-%d %H:%M %z", &ms),
		0);
	assert_int_equal(ms, 1263325980000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_forms_of_real_exports_are_read),
		cmocka_unit_test(what_is_no_time_is_refused),
		cmocka_unit_test(a_format_of_ones_own_is_used_alone),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
