#include "json_case.h"

#include <math.h>
#include <stdio.h>

static void
whole_numbers_are_exact_in_any_spelling(void **state)
{
	static const char *const seven[] = {"7", "\"7\"", "7.0", "7e0", "70e-1",
		"0.7E1", "0.07e+2", "\"7.000\"", "700.00e-2", "\"7e00\"",
		"0.00000000000000000007e20", "70000000000000000000000000000e-28"};
	char text[100];

	(void)state;
	for (size_t i = 0; i < sizeof(seven) / sizeof(seven[0]); i++) {
		snprintf(text, sizeof(text), "{\"value\":%s}", seven[i]);
		assert_reads_as(TERM, text, "{\"value\":\"7\"}");
	}
	assert_reads_as(TERM, "{\"value\":-9223372036854775808}",
		"{\"value\":\"-9223372036854775808\"}");
	assert_reads_as(TERM, "{\"value\":9.223372036854775807e18}",
		"{\"value\":\"9223372036854775807\"}");
	assert_reads_as(ANSWER, "{\"reportId\":18446744073709551615}",
		"{\"reportId\":\"18446744073709551615\"}");
	assert_reads_as(ANSWER, "{\"copies\":4294967295}", "{\"copies\":4294967295}");
	assert_reads_as(TERM, "{\"value\":-0}", "{}");
	assert_reads_as(ANSWER, "{\"copies\":-0.0e5}", "{}");
	assert_reads_as(TERM, "{\"value\":0e999999999999999999999}", "{}");
	assert_reads_as(&vedetta__v1__rank__descriptor,
		"{\"class\":1,\"key\":\"-12\",\"table\":2}",
		"{\"class\":1,\"key\":\"-12\",\"table\":2}");
}

static void
numbers_out_of_range_or_not_whole_are_refused(void **state)
{
	static const char *const bad[] = {"1.5", "1e-1", "\"0.5\"", "true", "{}", "[]",
		"\"\"", "\" 1\"", "\"1 \"", "\"0x1\"", "\"+1\"", "\"NaN\"", "-", "+1",
		"1e-999999999999999999999"};
	static const char *const large[] = {"9223372036854775808",
		"-9223372036854775809", "1e19", "18446744073709551616",
		"1e999999999999999999999", "123456789e30",
		"\"99999999999999999999999999999999\""};
	char text[100];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(text, sizeof(text), "{\"value\":%s}", bad[i]);
		assert_refuses(TERM, text, "value", "must be a whole number");
	}
	for (size_t i = 0; i < sizeof(large) / sizeof(large[0]); i++) {
		snprintf(text, sizeof(text), "{\"value\":%s}", large[i]);
		assert_refuses(TERM, text, "value",
			i == 0 || i == 1 || i == 2 ? "must be between"
						   : "is too large");
	}
	assert_refuses(ANSWER, "{\"copies\":4294967296}", "copies",
		"must be between 0 and 4294967295");
	assert_refuses(ANSWER, "{\"copies\":-1}", "copies", "must be between");
	assert_refuses(ANSWER, "{\"reportId\":\"-1\"}", "reportId", "must be between");
}

static void
numbers_that_rfc_8259_does_not_know_are_refused(void **state)
{
	static const char *const bad[] = {"01", "-01", "1.", ".5", "1e", "1e+", "1.e5",
		"0x10", "1_000", "NaN", "Infinity", "1e5.5", "--1", "00"};
	char text[100];
	ProtobufCMessage *message;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		int n = snprintf(text, sizeof(text), "{\"latDeg\":%s}", bad[i]);

		assert_int_equal(read_text(&vedetta__v1__point__descriptor, text,
					 (size_t)n, &message),
			JSON_REFUSED);
	}
}

static void
doubles_that_are_no_number_have_names(void **state)
{
	Vedetta__V1__Point *p;

	(void)state;
	p = (Vedetta__V1__Point *)read_ok(&vedetta__v1__point__descriptor,
		"{\"latDeg\":\"NaN\",\"lonDeg\":\"-Infinity\"}");
	assert_true(isnan(p->lat_deg));
	assert_true(isinf(p->lon_deg) && p->lon_deg < 0);
	assert_reads_as(&vedetta__v1__point__descriptor,
		"{\"latDeg\":\"NaN\",\"lonDeg\":\"Infinity\"}",
		"{\"latDeg\":\"NaN\",\"lonDeg\":\"Infinity\"}");
	assert_reads_as(&vedetta__v1__point__descriptor,
		"{\"latDeg\":\"-Infinity\",\"lonDeg\":\"1.5\"}",
		"{\"latDeg\":\"-Infinity\",\"lonDeg\":1.5}");
	assert_reads_as(&vedetta__v1__point__descriptor,
		"{\"latDeg\":1e-999,\"lonDeg\":0."
		"00000000000000000000000000000000000000000000"
		"000000000000000000001e68}",
		"{\"lonDeg\":1000}");
	assert_refuses(&vedetta__v1__point__descriptor, "{\"latDeg\":1e309}", "latDeg",
		"is too large");
	assert_refuses(&vedetta__v1__point__descriptor, "{\"latDeg\":\"-1e309\"}",
		"latDeg", "is too large");
	assert_refuses(&vedetta__v1__point__descriptor, "{\"latDeg\":\"nan\"}",
		"latDeg", "must be a number");
	assert_refuses(&vedetta__v1__point__descriptor, "{\"latDeg\":\"\"}", "latDeg",
		"must be a number");
}

static void
strings_are_unescaped_and_escaped(void **state)
{
	Vedetta__V1__Report *r;

	(void)state;
	r = (Vedetta__V1__Report *)read_ok(REPORT,
		"{\"text\":\"\\\"\\\\\\/"
		"\\b\\f\\n\\r\\t\\u00e8\\u20AC\\uD83D\\uDE00 è\"}");
	assert_string_equal(r->text, "\"\\/\b\f\n\r\tè€😀 è");
	assert_reads_as(REPORT,
		"{\"text\":\"\\\"\\\\\\/"
		"\\b\\f\\n\\r\\t\\u00e8\\u20AC\\uD83D\\uDE00\\u0001\\u007f\"}",
		"{\"text\":\"\\\"\\\\/\\b\\f\\n\\r\\tè€😀\\u0001\x7f\"}");
	assert_reads_as(REPORT, "{\"t\\u0065xt\":\"a\"}", "{\"text\":\"a\"}");
}

static void
strings_that_are_not_text_are_refused(void **state)
{
	static const char *const bad[] = {"\\ud800", "\\udc00", "\\ud800x",
		"\\ud800\\n", "\\ud800\\u0041", "\\ud800\\ud800", "\\u00", "\\u00g0",
		"\\x41", "\\", "\\u", "\\u0000", "\\'", "\\ud83d\\ude0",
		"\\ud800\\ue000", "\\udfff"};
	char text[100];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(text, sizeof(text), "{\"text\":\"ab%s \"}", bad[i]);
		assert_refuses(REPORT, text, "text", "bad escape at byte 11");
	}
	assert_refuses(REPORT, "{\"text\":\"a\nb\"}", "text",
		"not JSON at byte 10: a control character");
	assert_refuses(REPORT, "{\"text\":\"a\x1f\"}", "text", "not JSON at byte 10");
	assert_refuses(
		REPORT, "{\"text\":\"ab\xC3(\"}", "text", "not UTF-8 at byte 11");
	assert_refuses(
		REPORT, "{\"text\":\"\xED\xA0\x80\"}", "text", "not UTF-8 at byte 9");
	assert_refuses(REPORT, "{\"te\xFFxt\":\"\"}", "", "not UTF-8 at byte 4");
	assert_refuses(REPORT, "{\"text\":7}", "text", "must be a string");
	assert_refuses(REPORT, "{\"text\":'a'}", "text", "must be a string");
}

static void
a_raw_nul_ends_nothing(void **state)
{
	static const char in_string[] = "{\"text\":\"a\0b\"}";
	static const char behind[] = "{}\0";
	ProtobufCMessage *message;

	(void)state;
	assert_int_equal(read_text(REPORT, in_string, sizeof(in_string) - 1, &message),
		JSON_REFUSED);
	assert_int_equal(
		read_text(REPORT, behind, sizeof(behind) - 1, &message), JSON_REFUSED);
	assert_string_equal(trouble.at[0].reason,
		"not JSON at byte 2: nothing may follow the object");
}

static void
text_that_is_not_json_is_refused_with_its_byte(void **state)
{
	static const struct {
		const char *text;
		const char *field;
		const char *reason;
	} rows[] = {
		{"", "", "the JSON ends too early, at byte 0"},
		{"  ", "", "the JSON ends too early, at byte 2"},
		{"{", "", "the JSON ends too early, at byte 1"},
		{"{\"", "", "the JSON ends too early, at byte 2"},
		{"{\"text\"", "text", "the JSON ends too early, at byte 7"},
		{"{\"text\":", "text", "the JSON ends too early, at byte 8"},
		{"{\"text\":\"a", "text", "the JSON ends too early, at byte 10"},
		{"{\"text\":\"a\\", "text", "the JSON ends too early, at byte 11"},
		{"{\"text\":\"a\"", "", "the JSON ends too early, at byte 11"},
		{"{\"text\":\"a\",", "", "the JSON ends too early, at byte 12"},
		{"{\"text\":\"a\",}", "",
			"not JSON at byte 12: a field name in quotes"},
		{"{,}", "", "not JSON at byte 1: a field name in quotes"},
		{"{\"text\" \"a\"}", "text", "not JSON at byte 8: a colon"},
		{"{\"text\":\"a\" \"lang\":\"b\"}", "",
			"not JSON at byte 12: a comma or }"},
		{"{text:\"a\"}", "", "not JSON at byte 1"},
		{"{}{}", "", "not JSON at byte 2: nothing may follow"},
		{"{} x", "", "not JSON at byte 3: nothing may follow"},
		{"{/**/}", "", "not JSON at byte 1"},
		{"\xEF\xBB\xBF{}", "", "must be an object"},
		{"[]", "", "must be an object"},
		{"null", "", "must be an object"},
		{"\"a\"", "", "must be an object"},
		{"{\"place\":[]}", "place", "must be an object"},
		{"{\"place\":nul}", "place", "must be an object"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_refuses(REPORT, rows[i].text, rows[i].field, rows[i].reason);
	}
}

static void
nesting_without_end_costs_nothing(void **state)
{
	enum {
		bytes = 100000,
	};
	static char text[bytes];
	ProtobufCMessage *message;

	(void)state;
	memset(text, '[', bytes);
	assert_int_equal(read_text(REPORT, text, bytes, &message), JSON_REFUSED);
	memcpy(text, "{\"place\":", 9);
	memset(text + 9, '{', bytes - 9);
	assert_int_equal(read_text(REPORT, text, bytes, &message), JSON_REFUSED);
	memcpy(text, "{\"text\":[", 9);
	assert_int_equal(read_text(REPORT, text, bytes, &message), JSON_REFUSED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_numbers_are_exact_in_any_spelling),
		cmocka_unit_test(numbers_out_of_range_or_not_whole_are_refused),
		cmocka_unit_test(numbers_that_rfc_8259_does_not_know_are_refused),
		cmocka_unit_test(doubles_that_are_no_number_have_names),
		cmocka_unit_test(strings_are_unescaped_and_escaped),
		cmocka_unit_test(strings_that_are_not_text_are_refused),
		cmocka_unit_test(a_raw_nul_ends_nothing),
		cmocka_unit_test(text_that_is_not_json_is_refused_with_its_byte),
		cmocka_unit_test(nesting_without_end_costs_nothing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_arena, free_arena);
}
