#include "unit.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "proto/base64.h"
#include "proto/decimal.h"
#include "proto/json.h"
#include "proto/stamp.h"
#include "types.h"

#define REPORT &vedetta__v1__report__descriptor
#define INPUT &vedetta__v1__report_input__descriptor
#define ANSWER &vedetta__v1__input_answer__descriptor
#define TERM &vedetta__v1__term__descriptor
#define SETUP &vedetta__v1__setup__descriptor
#define EVENT &vedetta__v1__event__descriptor
#define PROBLEM &vedetta__v1__problem__descriptor
#define QUESTION &vedetta__v1__question__descriptor

static struct arena *arena;
static struct trouble trouble;

static int
make_arena(void **state)
{
	(void)state;
	arena = arena_new(1 << 20);
	return arena == NULL;
}

static int
free_arena(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

/* The text is copied to its own end of memory, where ASan sees a read past it. */
static int
read_text(const ProtobufCMessageDescriptor *type, const char *text, size_t bytes,
	ProtobufCMessage **out)
{
	char *copy = malloc(bytes == 0 ? 1 : bytes);
	int rc;

	assert_non_null(copy);
	memcpy(copy, text, bytes);
	arena_reset(arena);
	trouble_init(&trouble);
	rc = json_read(type, copy, bytes, arena, &trouble, out);
	free(copy);
	return rc;
}

static ProtobufCMessage *
read_ok(const ProtobufCMessageDescriptor *type, const char *text)
{
	ProtobufCMessage *message = NULL;
	int rc = read_text(type, text, strlen(text), &message);

	if (rc != 0) {
		fail_msg("%s: %d %s: %s", text, rc, trouble.at[0].field,
			trouble.at[0].reason);
	}
	assert_true(trouble_is_empty(&trouble));
	return message;
}

static void
assert_reads_as(
	const ProtobufCMessageDescriptor *type, const char *text, const char *canonical)
{
	ProtobufCMessage *message = read_ok(type, text);
	char *out;
	size_t bytes;

	assert_int_equal(json_write(message, JSON_CANONICAL, arena, &out, &bytes), 0);
	assert_string_equal(out, canonical);
	assert_int_equal(bytes, strlen(canonical));
}

/* Reason may be the start of one. */
static void
assert_refuses(const ProtobufCMessageDescriptor *type, const char *text,
	const char *field, const char *reason)
{
	ProtobufCMessage *message = NULL;
	int rc = read_text(type, text, strlen(text), &message);

	if (rc != JSON_REFUSED || trouble.n != 1 ||
		strcmp(trouble.at[0].field, field) != 0 ||
		strncmp(trouble.at[0].reason, reason, strlen(reason)) != 0) {
		fail_msg("%s: %d, %s: %s", text, rc,
			trouble.n == 0 ? "-" : trouble.at[0].field,
			trouble.n == 0 ? "-" : trouble.at[0].reason);
	}
	assert_null(message);
}

static const char full_report[] =
	"{\"hazard\":\"flood\",\"about\":\"ABOUT_SELF\","
	"\"place\":{\"point\":{\"latDeg\":42.3498,\"lonDeg\":13.3995},\"accuracyM\":20,"
	"\"kind\":\"PLACE_KIND_BROWSER_FIX\",\"ageS\":0.5,\"words\":\"ponte\"},"
	"\"signs\":{\"trapped\":true,\"dangerRising\":true,\"people\":\"PEOPLE_MORE\"},"
	"\"text\":\"acqua in cantina\",\"lang\":\"it\","
	"\"claimedAt\":\"2026-11-21T20:00:00Z\","
	"\"contact\":{\"name\":\"Ada\",\"phone\":\"+39 0862 1\"}}";

static void
a_report_is_read_into_its_struct(void **state)
{
	Vedetta__V1__Report *r = (Vedetta__V1__Report *)read_ok(REPORT, full_report);

	(void)state;
	assert_string_equal(r->hazard, "flood");
	assert_int_equal(r->about, VEDETTA__V1__ABOUT__ABOUT_SELF);
	assert_true(r->place->point->lat_deg == 42.3498);
	assert_true(r->place->point->lon_deg == 13.3995);
	assert_int_equal(
		r->place->accuracy_case, VEDETTA__V1__PLACE__ACCURACY_ACCURACY_M);
	assert_true(r->place->accuracy_m == 20);
	assert_true(r->place->age_s == 0.5);
	assert_true(r->signs->trapped);
	assert_false(r->signs->injured);
	assert_int_equal(r->signs->people, VEDETTA__V1__PEOPLE__PEOPLE_MORE);
	assert_true(r->claimed_at->seconds == 1795291200);
	assert_int_equal(r->claimed_at->nanos, 0);
	assert_string_equal(r->contact->phone, "+39 0862 1");
	assert_reads_as(REPORT, full_report, full_report);
}

static void
both_names_of_a_field_and_any_order_are_read(void **state)
{
	(void)state;
	assert_reads_as(REPORT,
		" {\n\t\"lang\" : \"it\" ,\r\n \"claimed_at\":\"2026-11-21T20:00:00Z\","
		"\"place\":{\"age_s\":1,\"point\":{\"lon_deg\":1,\"lat_deg\":2}}} \n",
		"{\"place\":{\"point\":{\"latDeg\":2,\"lonDeg\":1},\"ageS\":1},"
		"\"lang\":\"it\",\"claimedAt\":\"2026-11-21T20:00:00Z\"}");
	assert_reads_as(REPORT, "{}", "{}");
}

static void
presence_differs_from_zero(void **state)
{
	(void)state;
	assert_reads_as(REPORT, "{\"place\":{\"accuracyM\":0,\"ageS\":0}}",
		"{\"place\":{\"accuracyM\":0,\"ageS\":0}}");
	assert_reads_as(REPORT, "{\"place\":{},\"signs\":{\"trapped\":false}}",
		"{\"place\":{},\"signs\":{}}");
	assert_reads_as(REPORT, "{\"place\":{\"accuracyM\":null}}", "{\"place\":{}}");
	assert_reads_as(QUESTION, "{\"report\":\"0\"}", "{\"report\":\"0\"}");
}

static void
null_is_absent(void **state)
{
	(void)state;
	assert_reads_as(REPORT,
		"{\"hazard\":null,\"about\":null,\"place\":null,\"claimedAt\":null}",
		"{}");
	assert_reads_as(EVENT, "{\"incidents\":null,\"removed\":null}", "{}");
	assert_reads_as(
		QUESTION, "{\"incident\":null,\"report\":\"3\"}", "{\"report\":\"3\"}");
	assert_refuses(EVENT, "{\"removed\":[1,null]}", "removed[1]", "a list cannot");
	assert_refuses(
		EVENT, "{\"incidents\":[null]}", "incidents[0]", "a list cannot");
}

static void
lists_are_read_and_written(void **state)
{
	(void)state;
	assert_reads_as(EVENT, "{\"removed\":[ ]}", "{}");
	assert_reads_as(EVENT, "{\"removed\":[1 , \"2\",3,4,5,6,7,8,9]}",
		"{\"removed\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\"]"
		"}");
	assert_reads_as(EVENT, "{\"incidents\":[{},{\"id\":7},{}]}",
		"{\"incidents\":[{},{\"id\":\"7\"},{}]}");
	assert_reads_as(SETUP,
		"{\"config\":[\"\",\"a=b\"],\"quarantine\":[\"\",\"AQI=\"]}",
		"{\"config\":[\"\",\"a=b\"],\"quarantine\":[\"\",\"AQI=\"]}");
	assert_refuses(EVENT, "{\"removed\":1}", "removed", "must be a list");
	assert_refuses(
		EVENT, "{\"removed\":[1,]}", "removed[1]", "must be a whole number");
	assert_refuses(EVENT, "{\"removed\":[1 2]}", "removed", "not JSON at byte 14");
	assert_refuses(
		EVENT, "{\"removed\":[[1]]}", "removed[0]", "must be a whole number");
	assert_refuses(EVENT,
		"{\"incidents\":[{\"rank\":{\"terms\":[{},{\"value\":1.5}]}}]}",
		"incidents[0].rank.terms[1].value", "must be a whole number");
	assert_refuses(PROBLEM, "{\"errors\":[{},{},{},{\"reason\":7}]}",
		"errors[3].reason", "must be a string");
}

static void
unknown_double_and_rival_fields_are_refused_by_name(void **state)
{
	(void)state;
	assert_refuses(
		REPORT, "{\"hazzard\":\"x\"}", "hazzard", "is not a known field");
	assert_refuses(REPORT, "{\"place\":{\"point\":{\"lat\":1}}}", "place.point.lat",
		"is not a known field");
	assert_refuses(
		REPORT, "{\"place\":{\"<b>\":1}}", "place", "has an unknown field");
	assert_refuses(REPORT, "{\"\":1}", "", "has an unknown field");
	assert_refuses(REPORT, "{\"unknown\":null}", "unknown", "is not a known field");
	assert_refuses(
		REPORT, "{\"text\":\"a\",\"text\":\"a\"}", "text", "is given twice");
	assert_refuses(
		REPORT, "{\"text\":null,\"text\":\"a\"}", "text", "is given twice");
	assert_refuses(REPORT, "{\"claimedAt\":null,\"claimed_at\":null}", "claimedAt",
		"is given twice");
	assert_refuses(REPORT, "{\"te\\u0078t\":\"a\",\"text\":\"a\"}", "text",
		"is given twice");
	assert_refuses(QUESTION, "{\"report\":1,\"incident\":{}}", "incident",
		"another member");
	assert_refuses(QUESTION, "{\"incident\":{},\"report\":\"0\"}", "report",
		"another member");
}

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
doubles_come_back_to_the_last_bit(void **state)
{
	static const double numbers[] = {0.1, 1.0 / 3, 42.3498, 1e23, DBL_MAX, -DBL_MAX,
		DBL_MIN, DBL_TRUE_MIN, DBL_EPSILON, 9007199254740993.0, 1e15,
		123456789012345680.0, 2.2250738585072011e-308, -1e-7};

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		Vedetta__V1__Point in = VEDETTA__V1__POINT__INIT;
		Vedetta__V1__Point *out;
		char *text;
		size_t bytes;

		in.lat_deg = numbers[i];
		arena_reset(arena);
		assert_int_equal(
			json_write(&in.base, JSON_CANONICAL, arena, &text, &bytes), 0);
		out = (Vedetta__V1__Point *)read_ok(
			&vedetta__v1__point__descriptor, strdupa(text));
		assert_true(out->lat_deg == numbers[i]);
	}
	assert_reads_as(&vedetta__v1__point__descriptor,
		"{\"latDeg\":0.1,\"lonDeg\":5e-324}",
		"{\"latDeg\":0.1,\"lonDeg\":4.94065645841247e-324}");
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
booleans_are_two_words(void **state)
{
	(void)state;
	assert_reads_as(REPORT, "{\"signs\":{\"trapped\":true,\"needs\":false}}",
		"{\"signs\":{\"trapped\":true}}");
	assert_refuses(REPORT, "{\"signs\":{\"trapped\":\"true\"}}", "signs.trapped",
		"must be true or false");
	assert_refuses(REPORT, "{\"signs\":{\"trapped\":1}}", "signs.trapped",
		"must be true or false");
	assert_refuses(
		REPORT, "{\"signs\":{\"trapped\":truer}}", "signs", "not JSON at");
}

static void
enums_go_by_name_or_number(void **state)
{
	(void)state;
	assert_reads_as(REPORT, "{\"about\":2}", "{\"about\":\"ABOUT_OTHER\"}");
	assert_reads_as(REPORT, "{\"about\":2.0}", "{\"about\":\"ABOUT_OTHER\"}");
	assert_reads_as(REPORT, "{\"about\":\"ABOUT_UNSPECIFIED\"}", "{}");
	assert_reads_as(REPORT, "{\"about\":-7}", "{\"about\":-7}");
	assert_reads_as(REPORT, "{\"about\":2147483647}", "{\"about\":2147483647}");
	assert_refuses(REPORT, "{\"about\":2147483648}", "about", "must be between");
	assert_refuses(
		REPORT, "{\"about\":\"ABOUT_ME\"}", "about", "is not a name of About");
	assert_refuses(REPORT, "{\"about\":\"1\"}", "about", "is not a name of About");
	assert_refuses(REPORT,
		"{\"about\":"
		"\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
		"AAAAAAAAAAAAAAAA\"}",
		"about", "is not a name of About");
	assert_refuses(REPORT, "{\"about\":true}", "about", "must be a whole number");
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
		"\\x41", "\\", "\\u", "\\u0000", "\\'", "\\ud83d\\ude0"};
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
bytes_are_base64_of_either_alphabet(void **state)
{
	(void)state;
	assert_reads_as(SETUP,
		"{\"quarantine\":[\"-_8=\",\"+/8\",\"-_8\",\"AQIDBA==\",\"AQIDBA\"]}",
		"{\"quarantine\":[\"+/8=\",\"+/8=\",\"+/"
		"8=\",\"AQIDBA==\",\"AQIDBA==\"]}");
	assert_refuses(
		SETUP, "{\"quarantine\":[\"A\"]}", "quarantine[0]", "must be base64");
	assert_refuses(
		SETUP, "{\"quarantine\":[\"AQ=\"]}", "quarantine[0]", "must be base64");
	assert_refuses(SETUP, "{\"quarantine\":[\"AR==\"]}", "quarantine[0]",
		"must be base64");
	assert_refuses(SETUP, "{\"quarantine\":[\"====\"]}", "quarantine[0]",
		"must be base64");
	assert_refuses(SETUP, "{\"quarantine\":[\"A===\"]}", "quarantine[0]",
		"must be base64");
	assert_refuses(SETUP, "{\"quarantine\":[\"AQ ID\"]}", "quarantine[0]",
		"must be base64");
	assert_refuses(
		SETUP, "{\"quarantine\":[3]}", "quarantine[0]", "must be a string");
}

static void
base64_comes_back_for_every_length(void **state)
{
	uint8_t data[64];
	uint8_t back[sizeof(data) / 3 * 4 + 8];
	char text[(sizeof(data) + 2) / 3 * 4];

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++) {
		data[i] = (uint8_t)(i * 37 + 11);
	}
	for (size_t bytes = 0; bytes <= sizeof(data); bytes++) {
		size_t written = base64_write(data, bytes, text);
		size_t n = 99;

		assert_int_equal(base64_read(text, written, back, &n), 0);
		assert_int_equal(n, bytes);
		assert_memory_equal(back, data, bytes);
	}
}

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
		char text[100];

		if (stamp_read(bad[i], strlen(bad[i]), &seconds, &nanos) != STAMP_BAD) {
			fail_msg("%s", bad[i]);
		}
		snprintf(text, sizeof(text), "{\"claimedAt\":\"%s\"}", bad[i]);
		assert_refuses(REPORT, text, "claimedAt", "must be a time like");
	}
	assert_refuses(REPORT, "{\"claimedAt\":{}}", "claimedAt", "must be a string");
	assert_refuses(
		REPORT, "{\"claimedAt\":1795291200}", "claimedAt", "must be a string");
}

/* Every day of the ten thousand years, against the C library's calendar. */
static void
every_day_has_its_date(void **state)
{
	(void)state;
	for (int64_t day = -719162; day <= 2932896; day++) {
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
a_time_without_a_form_in_json_is_not_written(void **state)
{
	static const struct {
		int64_t seconds;
		int32_t nanos;
	} rows[] = {{-62135596801, 0}, {253402300800, 0}, {INT64_MAX, 0},
		{INT64_MIN, 0}, {0, -1}, {0, 1000000000}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		Google__Protobuf__Timestamp stamp = GOOGLE__PROTOBUF__TIMESTAMP__INIT;
		Vedetta__V1__Report report = VEDETTA__V1__REPORT__INIT;
		char *text;
		size_t bytes;

		stamp.seconds = rows[i].seconds;
		stamp.nanos = rows[i].nanos;
		report.claimed_at = &stamp;
		arena_reset(arena);
		assert_int_equal(
			json_write(&report.base, JSON_CANONICAL, arena, &text, &bytes),
			JSON_UNWRITABLE);
	}
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
a_report_cut_anywhere_is_refused(void **state)
{
	ProtobufCMessage *message;

	(void)state;
	for (size_t bytes = 0; bytes < sizeof(full_report) - 1; bytes++) {
		assert_int_equal(
			read_text(REPORT, full_report, bytes, &message), JSON_REFUSED);
		assert_int_equal(trouble.n, 1);
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

static void
implicit_defaults_are_written_when_asked_for(void **state)
{
	Vedetta__V1__Receipt receipt = VEDETTA__V1__RECEIPT__INIT;
	Vedetta__V1__Place place = VEDETTA__V1__PLACE__INIT;
	char *text;
	size_t bytes;

	(void)state;
	arena_reset(arena);
	assert_int_equal(
		json_write(&receipt.base, JSON_EMIT_IMPLICIT, arena, &text, &bytes), 0);
	assert_string_equal(text,
		"{\"code\":\"\",\"link\":\"\",\"state\":\"REPORT_STATE_UNSPECIFIED\","
		"\"copies\":0,\"staffed\":false,\"emergencyNumber\":\"\",\"guidance\":["
		"],"
		"\"repeated\":false,\"added\":false}");
	assert_int_equal(
		json_write(&receipt.base, JSON_CANONICAL, arena, &text, &bytes), 0);
	assert_string_equal(text, "{}");
	assert_int_equal(
		json_write(&place.base, JSON_EMIT_IMPLICIT, arena, &text, &bytes), 0);
	assert_string_equal(
		text, "{\"kind\":\"PLACE_KIND_UNSPECIFIED\",\"words\":\"\"}");
}

static void
a_string_that_is_null_is_empty(void **state)
{
	Vedetta__V1__FieldError error = VEDETTA__V1__FIELD_ERROR__INIT;
	char *text;
	size_t bytes;

	(void)state;
	error.field = NULL;
	error.reason = NULL;
	arena_reset(arena);
	assert_int_equal(
		json_write(&error.base, JSON_EMIT_IMPLICIT, arena, &text, &bytes), 0);
	assert_string_equal(text, "{\"field\":\"\",\"reason\":\"\"}");
}

/* Any ceiling gives an answer or the whole message, and never a piece of one. */
static void
a_ceiling_is_an_answer_wherever_it_is_met(void **state)
{
	static const char text[] =
		"{\"incidents\":[{},{\"hazard\":\"a\\nb\",\"rank\":{\"terms\":[{},{},{}"
		",{},{}]}"
		",\"openedAt\":\"2026-11-21T20:00:00Z\",\"radiusM\":"
		"0.000000000000000000000000000000000000000000000000000000000000001}],"
		"\"removed\":[1,2,3,4,5,6]}";
	size_t ceiling;

	(void)state;
	for (ceiling = 1; ceiling < 10000; ceiling += 16) {
		struct arena *small = arena_new(ceiling);
		ProtobufCMessage *message = NULL;
		char *out;
		size_t bytes;
		int rc;

		trouble_init(&trouble);
		rc = json_read(
			EVENT, text, sizeof(text) - 1, small, &trouble, &message);
		if (rc == 0) {
			rc = json_write(message, JSON_CANONICAL, small, &out, &bytes);
			if (rc == 0) {
				assert_int_equal(bytes, strlen(out));
				arena_free(small);
				break;
			}
		}
		assert_int_equal(rc, JSON_TOO_LARGE);
		assert_true(trouble_is_empty(&trouble));
		arena_free(small);
	}
	assert_in_range(ceiling, 1000, 9999);
}

static void
small_messages_in_great_number_meet_the_ceiling(void **state)
{
	size_t n = 100000;
	char *text = malloc(n * 3 + 20);
	size_t bytes = 14;
	ProtobufCMessage *message;

	(void)state;
	assert_non_null(text);
	memcpy(text, "{\"incidents\":[", bytes);
	for (size_t i = 0; i < n; i++) {
		memcpy(text + bytes, "{},", 3);
		bytes += 3;
	}
	memcpy(text + bytes - 1, "]}", 2);
	assert_int_equal(read_text(EVENT, text, bytes + 1, &message), JSON_TOO_LARGE);
	free(text);
}

static void
every_type_reads_and_writes_the_empty_object(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_TYPES; i++) {
		ProtobufCMessage *message;
		char *text;
		size_t bytes;

		if (all_types[i] == &google__protobuf__timestamp__descriptor) {
			continue;
		}
		assert_reads_as(all_types[i], "{}", "{}");
		message = read_ok(all_types[i], "{}");
		assert_int_equal(
			json_write(message, JSON_EMIT_IMPLICIT, arena, &text, &bytes),
			0);
		read_ok(all_types[i], strdupa(text));
	}
}

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_report_is_read_into_its_struct),
		cmocka_unit_test(both_names_of_a_field_and_any_order_are_read),
		cmocka_unit_test(presence_differs_from_zero),
		cmocka_unit_test(null_is_absent),
		cmocka_unit_test(lists_are_read_and_written),
		cmocka_unit_test(unknown_double_and_rival_fields_are_refused_by_name),
		cmocka_unit_test(whole_numbers_are_exact_in_any_spelling),
		cmocka_unit_test(numbers_out_of_range_or_not_whole_are_refused),
		cmocka_unit_test(numbers_that_rfc_8259_does_not_know_are_refused),
		cmocka_unit_test(doubles_come_back_to_the_last_bit),
		cmocka_unit_test(doubles_that_are_no_number_have_names),
		cmocka_unit_test(booleans_are_two_words),
		cmocka_unit_test(enums_go_by_name_or_number),
		cmocka_unit_test(strings_are_unescaped_and_escaped),
		cmocka_unit_test(strings_that_are_not_text_are_refused),
		cmocka_unit_test(a_raw_nul_ends_nothing),
		cmocka_unit_test(bytes_are_base64_of_either_alphabet),
		cmocka_unit_test(base64_comes_back_for_every_length),
		cmocka_unit_test(timestamps_are_rfc_3339),
		cmocka_unit_test(other_spellings_of_a_time_are_refused),
		cmocka_unit_test(every_day_has_its_date),
		cmocka_unit_test(a_time_without_a_form_in_json_is_not_written),
		cmocka_unit_test(text_that_is_not_json_is_refused_with_its_byte),
		cmocka_unit_test(a_report_cut_anywhere_is_refused),
		cmocka_unit_test(nesting_without_end_costs_nothing),
		cmocka_unit_test(implicit_defaults_are_written_when_asked_for),
		cmocka_unit_test(a_string_that_is_null_is_empty),
		cmocka_unit_test(a_ceiling_is_an_answer_wherever_it_is_met),
		cmocka_unit_test(small_messages_in_great_number_meet_the_ceiling),
		cmocka_unit_test(every_type_reads_and_writes_the_empty_object),
		cmocka_unit_test(a_decimal_is_as_long_as_its_number),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_arena, free_arena);
}
