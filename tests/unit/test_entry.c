/* What the index holds of each kind of log row. */
#include "unit.h"

#include <string.h>

#include "dispatch/entry.h"
#include "dispatch/facts.h"
#include "dispatch/rank.h"
#include "dispatch/record.h"

static struct arena *arena;

static struct store_row
row_of(enum store_kind kind)
{
	Vedetta__V1__ReportInput input = VEDETTA__V1__REPORT_INPUT__INIT;
	Vedetta__V1__Report report = VEDETTA__V1__REPORT__INIT;
	Vedetta__V1__Place place = VEDETTA__V1__PLACE__INIT;
	Vedetta__V1__Point point = VEDETTA__V1__POINT__INIT;
	static char hazard[] = "flood", text[] = "acqua", words[] = "via Roma",
		    channel[] = "api";
	struct facts facts = {.hazard = 4, .signs = SIGN_TRAPPED, .late_s = 3};
	struct record_parts parts;

	point.lat_deg = 42.35;
	point.lon_deg = 13.4;
	place.point = &point;
	place.words = words;
	place.kind = VEDETTA__V1__PLACE_KIND__PLACE_KIND_CHAT_PIN;
	report.hazard = hazard;
	report.text = text;
	report.place = &place;
	input.report = &report;
	input.channel = channel;
	assert_int_equal(record_body(&input, arena, &parts), 0);
	return (struct store_row){.seq = 9,
		.at_ms = 100000,
		.kind = kind,
		.subject = 7,
		.about = 5,
		.facts = facts_pack(&facts),
		.body = parts.body,
		.body_bytes = parts.body_bytes,
		.personal = parts.personal,
		.personal_bytes = parts.personal_bytes};
}

static void
a_reports_row_is_its_words_place_and_class(void **state)
{
	struct store_row row = row_of(STORE_REPORT);
	struct index_entry e;

	(void)state;
	assert_int_equal(entry_of_row(&row, arena, &e), 0);
	assert_int_equal(e.seq, 9);
	assert_int_equal(e.number, 9);
	assert_int_equal(e.incident, 7);
	assert_int_equal(e.at_ms, 97000);
	assert_int_equal(e.hazard, 4);
	assert_int_equal(e.class_no, CLASS_LIVES_NOW);
	assert_string_equal(e.text, "acqua");
	assert_string_equal(e.place, "via Roma");
	assert_string_equal(e.channel, "api");
	assert_true(e.has_point);
	assert_true(e.point.lat_deg == 42.35 && e.point.lon_deg == 13.4);
}

static void
what_was_interpreted_is_called_by_its_first_number(void **state)
{
	struct store_row row = row_of(STORE_INTERPRETED);
	struct index_entry e;

	(void)state;
	assert_int_equal(entry_of_row(&row, arena, &e), 0);
	assert_int_equal(e.seq, 9);
	assert_int_equal(e.number, 5);
}

static void
erased_words_and_places_are_absent(void **state)
{
	struct store_row row = row_of(STORE_REPORT);
	struct index_entry e;

	(void)state;
	row.personal = NULL;
	row.personal_bytes = 0;
	row.erased = true;
	assert_int_equal(entry_of_row(&row, arena, &e), 0);
	assert_string_equal(e.text, "");
	assert_string_equal(e.place, "");
	assert_false(e.has_point);
	assert_int_equal(e.hazard, 4);
}

static void
what_crashed_the_desk_is_never_parsed(void **state)
{
	struct store_row row = row_of(STORE_QUARANTINED);
	struct index_entry e;

	(void)state;
	assert_int_equal(entry_of_row(&row, arena, &e), 0);
	assert_string_equal(e.text, "");
	assert_false(e.has_point);
	row.kind = STORE_REPORT;
	row.body = (const uint8_t *)"\xff\xff\xff";
	row.body_bytes = 3;
	assert_int_equal(entry_of_row(&row, arena, &e), 0);
	assert_string_equal(e.text, "");
}

static void
other_rows_are_no_reports(void **state)
{
	struct store_row row = row_of(STORE_RAW);
	struct index_entry e;

	(void)state;
	assert_int_equal(entry_of_row(&row, arena, &e), ENTRY_NONE);
	row.kind = (enum store_kind)8;
	assert_int_equal(entry_of_row(&row, arena, &e), ENTRY_NONE);
	row.kind = STORE_REPORT;
	row.subject = 0;
	assert_int_equal(entry_of_row(&row, arena, &e), ENTRY_NONE);
}

static int
make_arena(void **state)
{
	(void)state;
	arena = arena_new(1 << 20);
	return arena == NULL ? -1 : 0;
}

static int
drop_arena(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reports_row_is_its_words_place_and_class),
		cmocka_unit_test(what_was_interpreted_is_called_by_its_first_number),
		cmocka_unit_test(erased_words_and_places_are_absent),
		cmocka_unit_test(what_crashed_the_desk_is_never_parsed),
		cmocka_unit_test(other_rows_are_no_reports),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
