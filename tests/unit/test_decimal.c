#include "unit.h"

#include <float.h>
#include <string.h>

#include "proto/decimal.h"

static void
a_decimal_is_as_long_as_its_number(void **state)
{
	(void)state;
	assert_int_equal(decimal_span("12,", 3), 2);
	assert_int_equal(decimal_span("-0.5e-3]", 8), 7);
	assert_int_equal(decimal_span("0 1", 3), 1);
	assert_int_equal(decimal_span("01", 2), 0);
	assert_int_equal(decimal_span("", 0), 0);
	assert_int_equal(decimal_span("-", 1), 0);
	assert_int_equal(decimal_span("1.", 2), 0);
}

static void
whole_numbers_are_read_exactly(void **state)
{
	static const struct {
		const char *text;
		int rc;
		bool negative;
		uint64_t magnitude;
	} rows[] = {
		{"0", 0, false, 0},
		{"-0", 0, true, 0},
		{"-0.000e7", 0, true, 0},
		{"18446744073709551615", 0, false, UINT64_MAX},
		{"1844674407370955161.5e1", 0, false, UINT64_MAX},
		{"18446744073709551616", DECIMAL_TOO_LARGE, false, 0},
		{"1e20", DECIMAL_TOO_LARGE, false, 0},
		{"-120e-1", 0, true, 12},
		{"12e-1", DECIMAL_NOT_WHOLE, false, 0},
		{"0.5", DECIMAL_NOT_WHOLE, false, 0},
		{"1e-99999999999", DECIMAL_NOT_WHOLE, false, 0},
		{"1e99999999999", DECIMAL_TOO_LARGE, false, 0},
		{"0e99999999999", 0, false, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool negative = false;
		uint64_t magnitude = 0;
		int rc = decimal_to_integer(
			rows[i].text, strlen(rows[i].text), &negative, &magnitude);

		assert_int_equal(rc, rows[i].rc);
		if (rc == 0) {
			assert_int_equal(negative, rows[i].negative);
			assert_true(magnitude == rows[i].magnitude);
		}
	}
}

static void
doubles_take_the_digits_they_need(void **state)
{
	static const struct {
		double number;
		const char *text;
	} rows[] = {{0.1, "0.1"}, {20, "20"}, {42.3498, "42.3498"}, {1e23, "1e+23"},
		{0.1 + 0.2, "0.30000000000000004"}, {1.0 / 3, "0.3333333333333333"},
		{-0.0, "-0"}, {DBL_MAX, "1.7976931348623157e+308"}};
	char text[DECIMAL_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(decimal_from_double(rows[i].number, text),
			strlen(rows[i].text));
		assert_string_equal(text, rows[i].text);
	}
}

static void
whole_numbers_are_written_with_the_digits_asked_for(void **state)
{
	char text[DECIMAL_BYTES];

	(void)state;
	text[decimal_from_integer(0, 1, text)] = '\0';
	assert_string_equal(text, "0");
	text[decimal_from_integer(7, 3, text)] = '\0';
	assert_string_equal(text, "007");
	text[decimal_from_integer(2026, 2, text)] = '\0';
	assert_string_equal(text, "2026");
	text[decimal_from_integer(UINT64_MAX, 1, text)] = '\0';
	assert_string_equal(text, "18446744073709551615");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_numbers_are_written_with_the_digits_asked_for),
		cmocka_unit_test(a_decimal_is_as_long_as_its_number),
		cmocka_unit_test(whole_numbers_are_read_exactly),
		cmocka_unit_test(doubles_take_the_digits_they_need),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
