#include "unit.h"

#include <errno.h>
#include <string.h>

#include "dispatch/record.h"
#include "vedetta/v1/log.pb-c.h"

/* One of each thing a report can say. */
struct full {
	Vedetta__V1__Point point;
	Vedetta__V1__Place place;
	Vedetta__V1__Signs signs;
	Google__Protobuf__Timestamp claimed_at;
	Vedetta__V1__Contact contact;
	Vedetta__V1__Report report;
	Vedetta__V1__ReportInput input;
};

static void
fill(struct full *f)
{
	*f = (struct full){
		.point = VEDETTA__V1__POINT__INIT,
		.place = VEDETTA__V1__PLACE__INIT,
		.signs = VEDETTA__V1__SIGNS__INIT,
		.claimed_at = GOOGLE__PROTOBUF__TIMESTAMP__INIT,
		.contact = VEDETTA__V1__CONTACT__INIT,
		.report = VEDETTA__V1__REPORT__INIT,
		.input = VEDETTA__V1__REPORT_INPUT__INIT,
	};
	f->point.lat_deg = 42.125;
	f->point.lon_deg = 13.5;
	f->place.point = &f->point;
	f->place.words = (char *)"via Segreta";
	f->signs.trapped = 1;
	f->claimed_at.seconds = 99;
	f->contact.phone = (char *)"+39333";
	f->contact.name = (char *)"Segreta Persona";
	f->report.hazard = (char *)"flood";
	f->report.about = VEDETTA__V1__ABOUT__ABOUT_SELF;
	f->report.place = &f->place;
	f->report.signs = &f->signs;
	f->report.text = (char *)"parole Segrete";
	f->report.lang = (char *)"it";
	f->report.claimed_at = &f->claimed_at;
	f->report.contact = &f->contact;
	f->input.report = &f->report;
	f->input.channel = (char *)"web";
	f->input.cross_site = 1;
	f->input.exercise = 1;
	f->input.tokened = 1;
	f->input.print = 7;
}

static void
both_parts_make_the_report_again(void **state)
{
	struct arena *arena = arena_new(1 << 16);
	struct record_parts parts;
	struct record record;
	struct full f;
	uint8_t before[512];
	uint8_t after[512];
	size_t bytes;

	(void)state;
	fill(&f);
	assert_int_equal(record_body(&f.input, arena, &parts), 0);
	assert_int_equal(record_read(&parts, arena, &record), 0);
	bytes = vedetta__v1__report__pack(&f.report, before);
	assert_int_equal(vedetta__v1__report__pack(record.report, after), bytes);
	assert_memory_equal(before, after, bytes);
	assert_string_equal(record.channel, "web");
	assert_true(record.cross_site && record.exercise && record.tokened);
	arena_free(arena);
}

static void
the_body_names_nobody(void **state)
{
	struct arena *arena = arena_new(1 << 16);
	struct record_parts parts;
	struct record record;
	struct full f;

	(void)state;
	fill(&f);
	record_body(&f.input, arena, &parts);
	assert_null(memmem(parts.body, parts.body_bytes, "Segret", 6));
	assert_null(memmem(parts.body, parts.body_bytes, "+39333", 6));
	assert_null(memmem(parts.body, parts.body_bytes, &f.point.lat_deg, 8));
	assert_non_null(memmem(parts.personal, parts.personal_bytes, "+39333", 6));

	parts.personal = NULL; /* erased */
	assert_int_equal(record_read(&parts, arena, &record), 0);
	assert_string_equal(record.report->hazard, "flood");
	assert_string_equal(record.report->text, "");
	assert_null(record.report->place);
	assert_null(record.report->contact);
	arena_free(arena);
}

/* A field that somebody adds to Report must be given to one of the two parts. */
static void
every_field_of_a_report_is_in_one_part(void **state)
{
	(void)state;
	assert_int_equal(vedetta__v1__report__descriptor.n_fields, 8);
}

static void
a_report_without_personal_words_has_no_personal_part(void **state)
{
	struct arena *arena = arena_new(1 << 16);
	struct record_parts parts;
	struct full f;

	(void)state;
	fill(&f);
	f.report.place = NULL;
	f.report.text = (char *)"";
	f.report.contact = NULL;
	assert_int_equal(record_body(&f.input, arena, &parts), 0);
	assert_null(parts.personal);
	assert_int_equal(parts.personal_bytes, 0);
	arena_free(arena);
}

static void
what_cannot_be_read_is_said(void **state)
{
	struct arena *arena = arena_new(1 << 16);
	struct record_parts parts = {
		.body = (const uint8_t *)"\xff\xff\xff", .body_bytes = 3};
	struct record record;
	struct full f;

	(void)state;
	assert_int_equal(record_read(&parts, arena, &record), RECORD_BAD);
	parts = (struct record_parts){.body = (const uint8_t *)"", .body_bytes = 0};
	assert_int_equal(record_read(&parts, arena, &record), RECORD_BAD);
	fill(&f);
	record_body(&f.input, arena, &parts);
	parts.personal = (const uint8_t *)"\xff\xff\xff";
	parts.personal_bytes = 3;
	assert_int_equal(record_read(&parts, arena, &record), RECORD_BAD);
	arena_free(arena);
}

static void
a_full_arena_is_no_memory(void **state)
{
	struct arena *arena = arena_new(64);
	struct record_parts parts;
	struct full f;

	(void)state;
	fill(&f);
	assert_int_equal(record_body(&f.input, arena, &parts), -ENOMEM);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_parts_make_the_report_again),
		cmocka_unit_test(the_body_names_nobody),
		cmocka_unit_test(every_field_of_a_report_is_in_one_part),
		cmocka_unit_test(a_report_without_personal_words_has_no_personal_part),
		cmocka_unit_test(what_cannot_be_read_is_said),
		cmocka_unit_test(a_full_arena_is_no_memory),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
