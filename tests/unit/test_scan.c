#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/scan.h"
#include "types.h"

#define REPORT &vedetta__v1__report__descriptor
#define PLACE &vedetta__v1__place__descriptor
#define SIGNS &vedetta__v1__signs__descriptor
#define EVENT &vedetta__v1__event__descriptor
#define QUESTION &vedetta__v1__question__descriptor
#define SETUP &vedetta__v1__setup__descriptor

static struct trouble trouble;

/* A literal of bytes and how many. */
#define WIRE(literal) literal, sizeof(literal) - 1

/* The bytes are copied to where ASan sees a read past their end. */
static int
check_within(const ProtobufCMessageDescriptor *type, const char *data, size_t bytes,
	const struct scan_limits *limits)
{
	uint8_t *copy = malloc(bytes == 0 ? 1 : bytes);
	int rc;

	assert_non_null(copy);
	memcpy(copy, data, bytes);
	trouble_init(&trouble);
	rc = scan_check(type, copy, bytes, limits, &trouble);
	assert_int_equal(rc == 0, trouble_is_empty(&trouble));
	free(copy);
	return rc;
}

static void
assert_accepts(const ProtobufCMessageDescriptor *type, const char *data, size_t bytes)
{
	struct arena *arena = arena_new(1 << 16);
	ProtobufCMessage *message = NULL;
	int rc = check_within(type, data, bytes, &scan_default_limits);

	if (rc != 0) {
		fail_msg("%s: %s", trouble.at[0].field, trouble.at[0].reason);
	}
	rc = scan_unpack(type, (const uint8_t *)data, bytes, &scan_default_limits,
		arena, &trouble, &message);
	assert_int_equal(rc, 0);
	assert_ptr_equal(message->descriptor, type);
	assert_int_equal(message->n_unknown_fields, 0);
	arena_free(arena);
}

static void
assert_refuses(const ProtobufCMessageDescriptor *type, const char *data, size_t bytes,
	const char *field, const char *reason)
{
	assert_int_equal(
		check_within(type, data, bytes, &scan_default_limits), SCAN_REFUSED);
	assert_int_equal(trouble.n, 1);
	assert_string_equal(trouble.at[0].field, field);
	assert_string_equal(trouble.at[0].reason, reason);
}

static void
a_message_of_ours_passes(void **state)
{
	Vedetta__V1__Report report = VEDETTA__V1__REPORT__INIT;
	Vedetta__V1__Place place = VEDETTA__V1__PLACE__INIT;
	Vedetta__V1__Point point = VEDETTA__V1__POINT__INIT;
	Vedetta__V1__Signs signs = VEDETTA__V1__SIGNS__INIT;
	uint8_t wire[512];
	size_t bytes;

	(void)state;
	point.lat_deg = 42.3498;
	place.point = &point;
	place.accuracy_case = VEDETTA__V1__PLACE__ACCURACY_ACCURACY_M;
	place.accuracy_m = 20;
	place.kind = VEDETTA__V1__PLACE_KIND__PLACE_KIND_MAP_PICK;
	signs.trapped = 1;
	signs.people = VEDETTA__V1__PEOPLE__PEOPLE_MORE;
	report.hazard = (char[]){"flood"};
	report.text = (char[]){"acqua in cantina, due anziani\xC3\xA8"};
	report.place = &place;
	report.signs = &signs;
	bytes = vedetta__v1__report__pack(&report, wire);
	assert_accepts(REPORT, (const char *)wire, bytes);
	/* Cut anywhere it is refused or a shorter message, never read past. */
	for (size_t cut = 0; cut < bytes; cut++) {
		check_within(REPORT, (const char *)wire, cut, &scan_default_limits);
	}
	assert_accepts(REPORT, "", 0);
}

static void
unknown_fields_are_refused_by_number_and_place(void **state)
{
	(void)state;
	assert_refuses(REPORT, WIRE("\x48\x01"), "", "has no field of number 9");
	assert_refuses(REPORT, WIRE("\x00\x01"), "", "has no field of number 0");
	assert_refuses(REPORT, WIRE("\xF8\xFF\xFF\xFF\x0F\x01"), "",
		"has no field of number 536870911");
	assert_refuses(REPORT, WIRE("\x1A\x04\x0A\x02\x18\x01"), "place.point",
		"has no field of number 3");
	assert_refuses(EVENT, WIRE("\x12\x00\x12\x04\x3A\x02\x60\x01"),
		"incidents[1].rank", "has no field of number 12");
}

static void
wrong_wire_types_and_groups_are_refused(void **state)
{
	(void)state;
	assert_refuses(REPORT, WIRE("\x08\x01"), "hazard", "has the wrong wire type");
	assert_refuses(REPORT, WIRE("\x12\x01x"), "about", "has the wrong wire type");
	assert_refuses(REPORT, WIRE("\x15\x01\x01\x01\x01"), "about",
		"has the wrong wire type");
	assert_refuses(REPORT, WIRE("\x1B\x1C"), "place", "has the wrong wire type");
	assert_refuses(REPORT, WIRE("\x1C"), "place", "has the wrong wire type");
	assert_refuses(REPORT, WIRE("\x16"), "about", "has the wrong wire type");
	assert_refuses(REPORT, WIRE("\x17"), "about", "has the wrong wire type");
	assert_refuses(PLACE, WIRE("\x12\x08zzzzzzzz"), "accuracyM",
		"has the wrong wire type");
	assert_refuses(
		EVENT, WIRE("\x19zzzzzzzz"), "removed[0]", "has the wrong wire type");
}

static void
what_is_cut_off_or_overlong_is_refused(void **state)
{
	static const char reason[] = "is cut off or malformed";

	(void)state;
	assert_refuses(REPORT, WIRE("\x80"), "", reason);
	assert_refuses(REPORT, WIRE("\x90\x80\x80\x80\x80\x00\x01"), "", reason);
	assert_refuses(REPORT, WIRE("\x90\x80\x80\x80\x10\x01"), "", reason);
	assert_refuses(REPORT, WIRE("\x10"), "about", reason);
	assert_refuses(REPORT, WIRE("\x10\x80"), "about", reason);
	assert_refuses(REPORT, WIRE("\x10\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x02"),
		"about", reason);
	assert_refuses(REPORT, WIRE("\x10\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x81\x00"),
		"about", reason);
	assert_refuses(REPORT,
		WIRE("\x0A\x05"
		     "floo"),
		"hazard", reason);
	assert_refuses(REPORT,
		WIRE("\x0A\x82\x80\x80\x80\x80\x00"
		     "ab"),
		"hazard", reason);
	assert_refuses(REPORT, WIRE("\x0A"), "hazard", reason);
	assert_refuses(REPORT, WIRE("\x0A\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"),
		"hazard", reason);
	assert_refuses(REPORT,
		WIRE("\x0A\xFF\xFF\xFF\xFF\x0F"
		     "abc"),
		"hazard", reason);
	assert_refuses(PLACE, WIRE("\x11zzzzzzz"), "accuracyM", reason);
	assert_refuses(REPORT, WIRE("\x1A\x03\x0A\x05\x09"), "place.point", reason);
	assert_refuses(EVENT, WIRE("\x1A\x02\x01\x80"), "removed[0]", reason);
}

static void
longer_varints_than_needed_are_read(void **state)
{
	struct arena *arena = arena_new(1 << 16);
	ProtobufCMessage *message;

	(void)state;
	assert_accepts(REPORT, WIRE("\x10\x81\x80\x80\x80\x80\x80\x80\x80\x80\x00"));
	assert_accepts(REPORT, WIRE("\x90\x80\x80\x80\x00\x01"));
	assert_accepts(REPORT, WIRE("\x0A\x82\x80\x80\x80\x00"
				    "ab"));
	/* A negative enum fills all ten bytes. */
	assert_int_equal(
		scan_unpack(REPORT,
			(const uint8_t *)"\x10\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01",
			11, &scan_default_limits, arena, &trouble, &message),
		0);
	assert_int_equal((int)((Vedetta__V1__Report *)message)->about, -1);
	arena_free(arena);
}

static void
strings_are_utf_8_without_nul(void **state)
{
	(void)state;
	assert_refuses(REPORT, WIRE("\x2A\x02\xC3("), "text", "must be UTF-8");
	assert_refuses(REPORT, WIRE("\x2A\x03\xED\xA0\x80"), "text", "must be UTF-8");
	assert_refuses(REPORT,
		WIRE("\x2A\x03"
		     "a\0b"),
		"text", "cannot hold a NUL character");
	assert_refuses(SETUP,
		WIRE("\x1A\x01"
		     "a\x1A\x01\xFF"),
		"config[1]", "must be UTF-8");
	assert_accepts(REPORT, WIRE("\x2A\x02\xC3\xA8"));
	assert_accepts(REPORT, WIRE("\x2A\x00"));
	/* Bytes may be anything. */
	assert_accepts(SETUP, WIRE("\x2A\x02\x00\xFF"));
}

static void
packed_and_loose_scalars_are_both_read(void **state)
{
	struct arena *arena = arena_new(1 << 16);
	ProtobufCMessage *message;
	Vedetta__V1__Event *event;

	(void)state;
	assert_int_equal(
		scan_unpack(EVENT,
			(const uint8_t *)"\x18\x01\x1A\x03\x02\xAC\x02\x18\x03\x1A\x00",
			11, &scan_default_limits, arena, &trouble, &message),
		0);
	event = (Vedetta__V1__Event *)message;
	assert_int_equal(event->n_removed, 4);
	assert_int_equal(event->removed[0], 1);
	assert_int_equal(event->removed[1], 2);
	assert_int_equal(event->removed[2], 300);
	assert_int_equal(event->removed[3], 3);
	arena_free(arena);
}

static void
a_singular_field_comes_once(void **state)
{
	(void)state;
	assert_refuses(REPORT,
		WIRE("\x0A\x01"
		     "a\x0A\x01"
		     "b"),
		"hazard", "is given twice");
	assert_refuses(REPORT, WIRE("\x10\x01\x10\x01"), "about", "is given twice");
	assert_refuses(REPORT, WIRE("\x1A\x00\x1A\x00"), "place", "is given twice");
	assert_refuses(
		PLACE, WIRE("\x11zzzzzzzz\x11zzzzzzzz"), "accuracyM", "is given twice");
	assert_refuses(QUESTION, WIRE("\x0A\x00\x18\x01"), "report",
		"another member of its group is given too");
	assert_refuses(QUESTION, WIRE("\x18\x00\x0A\x00"), "incident",
		"another member of its group is given too");
	/* Two oneofs of one message are no rivals. */
	assert_accepts(PLACE, WIRE("\x11zzzzzzzz\x21zzzzzzzz"));
}

static void
limits_hold(void **state)
{
	const struct scan_limits tight = {
		.max_fields = 3, .max_elements = 2, .max_depth = 2};

	(void)state;
	assert_int_equal(
		check_within(SIGNS, WIRE("\x08\x01\x10\x01\x18\x01"), &tight), 0);
	assert_int_equal(
		check_within(SIGNS, WIRE("\x08\x01\x10\x01\x18\x01\x20\x01"), &tight),
		SCAN_REFUSED);
	assert_string_equal(trouble.at[0].reason, "has too many fields");
	/* Fields of nested messages count too. */
	assert_int_equal(
		check_within(REPORT, WIRE("\x22\x06\x08\x01\x10\x01\x18\x01"), &tight),
		SCAN_REFUSED);
	assert_string_equal(trouble.at[0].reason, "has too many fields");
	assert_int_equal(check_within(EVENT, WIRE("\x12\x00\x12\x00"), &tight), 0);
	assert_int_equal(check_within(EVENT, WIRE("\x12\x00\x12\x00\x12\x00"), &tight),
		SCAN_REFUSED);
	assert_string_equal(trouble.at[0].field, "incidents[2]");
	assert_string_equal(trouble.at[0].reason, "has too many elements");
	assert_int_equal(check_within(EVENT, WIRE("\x1A\x03\x01\x01\x01"), &tight),
		SCAN_REFUSED);
	assert_string_equal(trouble.at[0].reason, "has too many elements");
	assert_int_equal(
		check_within(EVENT, WIRE("\x1A\x01\x01\x1A\x02\x01\x01"), &tight),
		SCAN_REFUSED);
	assert_string_equal(trouble.at[0].reason, "has too many elements");
	assert_int_equal(check_within(REPORT, WIRE("\x1A\x00"), &tight), 0);
	assert_int_equal(
		check_within(REPORT, WIRE("\x1A\x02\x0A\x00"), &tight), SCAN_REFUSED);
	assert_string_equal(trouble.at[0].field, "place.point");
	assert_string_equal(trouble.at[0].reason, "is nested too deep");
}

/* The report's limits bound what 64 KiB can become. */
static void
the_worst_of_a_report_fits_a_small_arena(void **state)
{
	struct arena *arena = arena_new(256 * 1024);
	uint8_t *wire = calloc(1, 65536);
	size_t bytes = 0;
	ProtobufCMessage *message;

	(void)state;
	assert_non_null(wire);
	while (bytes + 2 <= 65536) {
		memcpy(wire + bytes, "\x12\x00", 2);
		bytes += 2;
	}
	trouble_init(&trouble);
	assert_int_equal(scan_unpack(EVENT, wire, bytes, &scan_default_limits, arena,
				 &trouble, &message),
		SCAN_REFUSED);
	trouble_init(&trouble);
	assert_int_equal(scan_unpack(EVENT, wire, scan_default_limits.max_elements * 2,
				 &scan_default_limits, arena, &trouble, &message),
		0);
	free(wire);
	arena_free(arena);
}

/* Unpacking that runs out of arena in any place answers, and frees nothing twice. */
static void
a_ceiling_is_an_answer_wherever_it_is_met(void **state)
{
	Vedetta__V1__Setup setup = VEDETTA__V1__SETUP__INIT;
	char *config[] = {(char[]){"listen=:8080"}, (char[]){"console=:8081"}};
	ProtobufCBinaryData quarantine[] = {
		{3, (uint8_t[]){1, 2, 3}}, {2, (uint8_t[]){4, 5}}};
	char desk[] = "desk";
	char *pages[20];
	uint8_t wire[512];
	size_t bytes;
	size_t ceiling;

	(void)state;
	for (size_t i = 0; i < 20; i++) {
		pages[i] = desk;
	}
	setup.role = (char[]){"front-1"};
	setup.n_config = 2;
	setup.config = config;
	setup.n_quarantine = 2;
	setup.quarantine = quarantine;
	setup.n_pages = 20;
	setup.pages = pages;
	assert_in_range(vedetta__v1__setup__get_packed_size(&setup), 1, sizeof(wire));
	bytes = vedetta__v1__setup__pack(&setup, wire);
	for (ceiling = 1; ceiling < 100000; ceiling += 16) {
		struct arena *arena = arena_new(ceiling);
		ProtobufCMessage *message;
		int rc;

		trouble_init(&trouble);
		rc = scan_unpack(SETUP, wire, bytes, &scan_default_limits, arena,
			&trouble, &message);
		arena_free(arena);
		if (rc == 0) {
			break;
		}
		assert_int_equal(rc, SCAN_TOO_LARGE);
		assert_true(trouble_is_empty(&trouble));
	}
	assert_in_range(ceiling, 500, 99999);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_of_ours_passes),
		cmocka_unit_test(unknown_fields_are_refused_by_number_and_place),
		cmocka_unit_test(wrong_wire_types_and_groups_are_refused),
		cmocka_unit_test(what_is_cut_off_or_overlong_is_refused),
		cmocka_unit_test(longer_varints_than_needed_are_read),
		cmocka_unit_test(strings_are_utf_8_without_nul),
		cmocka_unit_test(packed_and_loose_scalars_are_both_read),
		cmocka_unit_test(a_singular_field_comes_once),
		cmocka_unit_test(limits_hold),
		cmocka_unit_test(the_worst_of_a_report_fits_a_small_arena),
		cmocka_unit_test(a_ceiling_is_an_answer_wherever_it_is_met),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
