#include "json_case.h"

#include <float.h>
#include <stdio.h>

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
		"\"repeated\":false,\"added\":false,\"exercise\":false,"
		"\"unserved\":false,\"unseen\":false}");
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
	assert_string_equal(
		text, "{\"field\":\"\",\"reason\":\"\",\"code\":\"\",\"values\":[]}");
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(doubles_come_back_to_the_last_bit),
		cmocka_unit_test(a_time_without_a_form_in_json_is_not_written),
		cmocka_unit_test(implicit_defaults_are_written_when_asked_for),
		cmocka_unit_test(a_string_that_is_null_is_empty),
		cmocka_unit_test(a_ceiling_is_an_answer_wherever_it_is_met),
		cmocka_unit_test(every_type_reads_and_writes_the_empty_object),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_arena, free_arena);
}
