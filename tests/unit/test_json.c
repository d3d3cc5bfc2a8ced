#include "json_case.h"

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
a_time_in_json_is_a_string(void **state)
{
	(void)state;
	assert_reads_as(REPORT, "{\"claimedAt\":\"2026-11-21T21:00:00.5+01:00\"}",
		"{\"claimedAt\":\"2026-11-21T20:00:00.500Z\"}");
	assert_refuses(REPORT, "{\"claimedAt\":\"2026-11-21\"}", "claimedAt",
		"must be a time like");
	assert_refuses(REPORT, "{\"claimedAt\":{}}", "claimedAt", "must be a string");
	assert_refuses(
		REPORT, "{\"claimedAt\":1795291200}", "claimedAt", "must be a string");
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
		cmocka_unit_test(booleans_are_two_words),
		cmocka_unit_test(enums_go_by_name_or_number),
		cmocka_unit_test(bytes_are_base64_of_either_alphabet),
		cmocka_unit_test(a_report_cut_anywhere_is_refused),
		cmocka_unit_test(small_messages_in_great_number_meet_the_ceiling),
		cmocka_unit_test(a_time_in_json_is_a_string),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_arena, free_arena);
}
