#include "unit.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "proto/stamp.h"

static void
timestamps_are_rfc_3339(void **state)
{
	static const struct {
		const char *text;
		int64_t seconds;
		int32_t nanos;
		const char *canonical;
	} rows[] = {
		{"1970-01-01T00:00:00Z", 0, 0, NULL},
		{"1969-12-31T23:59:59.999999999Z", -1, 999999999, NULL},
		{"0001-01-01T00:00:00Z", -62135596800, 0, NULL},
		{"9999-12-31T23:59:59.999999999Z", 253402300799, 999999999, NULL},
		{"2000-02-29T12:00:00.100Z", 951825600, 100000000, NULL},
		{"2026-11-21T20:00:00.000001Z", 1795291200, 1000, NULL},
		{"2026-11-21T21:00:00.5+01:00", 1795291200, 500000000,
			"2026-11-21T20:00:00.500Z"},
		{"2026-11-21T00:30:00-19:30", 1795291200, 0, "2026-11-21T20:00:00Z"},
		{"2026-11-21T20:00:00.000000000Z", 1795291200, 0,
			"2026-11-21T20:00:00Z"},
		{"2026-11-21T20:00:00-00:00", 1795291200, 0, "2026-11-21T20:00:00Z"},
		{"1900-03-01T00:00:00Z", -2203891200, 0, NULL},
		{"2100-03-01T00:00:00Z", 4107542400, 0, NULL},
	};
	char text[STAMP_BYTES];
	size_t bytes;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t seconds = 0;
		int32_t nanos = 0;

		assert_int_equal(stamp_read(rows[i].text, strlen(rows[i].text),
					 &seconds, &nanos),
			0);
		assert_true(seconds == rows[i].seconds);
		assert_int_equal(nanos, rows[i].nanos);
		assert_int_equal(stamp_write(seconds, nanos, text, &bytes), 0);
		assert_string_equal(text,
			rows[i].canonical != NULL ? rows[i].canonical : rows[i].text);
		assert_int_equal(bytes, strlen(text));
	}
}

static void
other_spellings_of_a_time_are_refused(void **state)
{
	static const char *const bad[] = {"", "2026-11-21", "2026-11-21T20:00:00",
		"2026-11-21t20:00:00Z", "2026-11-21T20:00:00z", "2026-11-21 20:00:00Z",
		"2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-02-29T00:00:00Z",
		"1900-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-01-00T00:00:00Z",
		"2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:60Z",
		"2026-01-01T00:00:00.Z", "2026-01-01T00:00:00.1234567890Z",
		"2026-01-01T00:00:00+0100", "2026-01-01T00:00:00+24:00",
		"2026-01-01T00:00:00+01:60", "2026-01-01T00:00:00ZZ",
		"26-01-01T00:00:00Z", "0000-12-31T23:59:59Z",
		"0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01",
		"12026-01-01T00:00:00Z", "2026-1-01T00:00:00Z ", "+026-01-01T00:00:00Z",
		"2026-01-01T00:00:00.5", "2026-01-01T00:00:00 01:00"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		int64_t seconds;
		int32_t nanos;

		if (stamp_read(bad[i], strlen(bad[i]), &seconds, &nanos) != STAMP_BAD) {
			fail_msg("%s", bad[i]);
		}
	}
}

/* Each day of 1600 to 2400, each 13th of the rest, against the C library's calendar. */
static void
days_have_their_dates(void **state)
{
	(void)state;
	for (int64_t day = -719162; day <= 2932896;
		day += day > -135141 && day < 157054 ? 1 : 13) {
		time_t noon = (time_t)(day * 86400 + 43200);
		char text[STAMP_BYTES];
		char wanted[STAMP_BYTES + 30];
		struct tm tm;
		size_t bytes;
		int64_t seconds;
		int32_t nanos;

		gmtime_r(&noon, &tm);
		snprintf(wanted, sizeof(wanted), "%04d-%02d-%02dT12:00:00Z",
			tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
		if (stamp_write(noon, 0, text, &bytes) != 0 ||
			strcmp(text, wanted) != 0 ||
			stamp_read(text, bytes, &seconds, &nanos) != 0 ||
			seconds != noon) {
			fail_msg("day %lld: %s, not %s", (long long)day, text, wanted);
		}
	}
}

static void
a_time_outside_the_years_is_not_written(void **state)
{
	char text[STAMP_BYTES];
	size_t bytes;

	(void)state;
	assert_int_equal(stamp_write(-62135596801, 0, text, &bytes), STAMP_BAD);
	assert_int_equal(stamp_write(253402300800, 0, text, &bytes), STAMP_BAD);
	assert_int_equal(stamp_write(INT64_MIN, 0, text, &bytes), STAMP_BAD);
	assert_int_equal(stamp_write(INT64_MAX, 0, text, &bytes), STAMP_BAD);
	assert_int_equal(stamp_write(0, -1, text, &bytes), STAMP_BAD);
	assert_int_equal(stamp_write(0, 1000000000, text, &bytes), STAMP_BAD);
}

/* 1.5 s before 1970 is half a second after its second-last second. */
static void
milliseconds_keep_their_second_before_1970_too(void **state)
{
	static const struct {
		int64_t ms;
		int64_t seconds;
		int32_t nanos;
	} rows[] = {
		{0, 0, 0},
		{1, 0, 1000000},
		{1999, 1, 999000000},
		{-1, -1, 999000000},
		{-1000, -1, 0},
		{-1500, -2, 500000000},
		{1795348800123, 1795348800, 123000000},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		Google__Protobuf__Timestamp stamp = stamp_of_ms(rows[i].ms);

		assert_int_equal(stamp.seconds, rows[i].seconds);
		assert_int_equal(stamp.nanos, rows[i].nanos);
		assert_int_equal(stamp_ms(&stamp), rows[i].ms);
	}
	assert_int_equal(stamp_ms(NULL), 0);
}

static void
a_time_comes_out_of_an_arena_or_not_at_all(void **state)
{
	struct arena *arena = arena_new(64 * sizeof(Google__Protobuf__Timestamp));
	size_t n = 0;

	(void)state;
	assert_non_null(arena);
	assert_int_equal(stamp_ms(stamp_new(arena, -1500)), -1500);
	while (stamp_new(arena, 1) != NULL) {
		n++;
	}
	assert_in_range(n, 1, 64);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(timestamps_are_rfc_3339),
		cmocka_unit_test(other_spellings_of_a_time_are_refused),
		cmocka_unit_test(days_have_their_dates),
		cmocka_unit_test(a_time_outside_the_years_is_not_written),
		cmocka_unit_test(milliseconds_keep_their_second_before_1970_too),
		cmocka_unit_test(a_time_comes_out_of_an_arena_or_not_at_all),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
