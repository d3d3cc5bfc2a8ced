#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "server/form.h"

struct reading {
	struct arena *arena;
	struct trouble trouble;
	struct fields fields;
	Vedetta__V1__Report *report;
};

static int
set_up(void **state)
{
	static struct reading r;

	r.arena = arena_new(256 * 1024);
	*state = &r;
	return r.arena == NULL;
}

static int
tear_down(void **state)
{
	arena_free(((struct reading *)*state)->arena);
	return 0;
}

static int
read_form(struct reading *r, const char *text)
{
	trouble_init(&r->trouble);
	assert_int_equal(fields_from_urlencoded(
				 text, strlen(text), r->arena, &r->trouble, &r->fields),
		0);
	return form_to_report(&r->fields, r->arena, &r->trouble, &r->report);
}

static void
every_field_of_the_form_reaches_the_report(void **state)
{
	struct reading *r = *state;
	const Vedetta__V1__Report *report;

	assert_int_equal(
		read_form(r,
			"hazard=flood&about=self&lat=42.3498&lon=13.3995&accuracy=20&"
			"kind=browser_fix&age=3&words=via+Roma&trapped=yes&"
			"unresponsive=yes&injured=yes&danger_rising=yes&vulnerable=yes&"
			"way_out_blocked=yes&needs=yes&people=two_to_five&text=acqua&"
			"name=Anna&phone=1&key=k&source=s&lang=it"),
		0);
	report = r->report;
	assert_string_equal(report->hazard, "flood");
	assert_int_equal(report->about, VEDETTA__V1__ABOUT__ABOUT_SELF);
	assert_true(report->place->point->lat_deg == 42.3498);
	assert_true(report->place->point->lon_deg == 13.3995);
	assert_true(report->place->accuracy_m == 20);
	assert_true(report->place->age_s == 3);
	assert_int_equal(
		report->place->kind, VEDETTA__V1__PLACE_KIND__PLACE_KIND_BROWSER_FIX);
	assert_string_equal(report->place->words, "via Roma");
	assert_true(report->signs->trapped && report->signs->unresponsive &&
		    report->signs->injured && report->signs->danger_rising &&
		    report->signs->vulnerable && report->signs->way_out_blocked &&
		    report->signs->needs);
	assert_int_equal(
		report->signs->people, VEDETTA__V1__PEOPLE__PEOPLE_TWO_TO_FIVE);
	assert_string_equal(report->text, "acqua");
	assert_string_equal(report->contact->name, "Anna");
	assert_string_equal(report->contact->phone, "1");
	assert_string_equal(report->lang, "it");
}

static void
empty_fields_say_nothing(void **state)
{
	struct reading *r = *state;

	assert_int_equal(
		read_form(r,
			"hazard=&about=&lat=&lon=&accuracy=&kind=&age=&words=&trapped=&"
			"people=&text=fumo&name=&phone="),
		0);
	assert_string_equal(r->report->hazard, "");
	assert_null(r->report->place);
	assert_null(r->report->signs);
	assert_null(r->report->contact);
	assert_int_equal(r->report->about, VEDETTA__V1__ABOUT__ABOUT_UNSPECIFIED);
}

static void
line_ends_are_single_line_feeds(void **state)
{
	struct reading *r = *state;

	assert_int_equal(read_form(r, "text=a%0D%0Ab%0Ac%0D%0A%0D%0A"), 0);
	assert_string_equal(r->report->text, "a\nb\nc\n\n");
}

static void
words_alone_are_a_place_by_name(void **state)
{
	struct reading *r = *state;

	assert_int_equal(
		read_form(r, "hazard=fire&words=ponte+vecchio&kind=browser_fix"), 0);
	assert_null(r->report->place->point);
	assert_int_equal(
		r->report->place->kind, VEDETTA__V1__PLACE_KIND__PLACE_KIND_PLACE_NAME);
}

static void
coordinates_without_a_kind_were_typed(void **state)
{
	struct reading *r = *state;

	assert_int_equal(read_form(r, "hazard=fire&lat=-1.5&lon=2e1"), 0);
	assert_true(r->report->place->point->lon_deg == 20);
	assert_int_equal(r->report->place->kind,
		VEDETTA__V1__PLACE_KIND__PLACE_KIND_TYPED_COORDINATES);
}

static void
what_cannot_be_read_is_named_by_its_json_path(void **state)
{
	static const struct {
		const char *form;
		const char *field;
	} cases[] = {
		{"hazard=fire&lat=x&lon=1", "place.point.latDeg"},
		{"hazard=fire&lat=1&lon=0x10", "place.point.lonDeg"},
		{"hazard=fire&lat=1&lon=nan", "place.point.lonDeg"},
		{"hazard=fire&lat=1&lon=inf", "place.point.lonDeg"},
		{"hazard=fire&lat=1&lon=1e999", "place.point.lonDeg"},
		{"hazard=fire&lat=1&lon=1+2", "place.point.lonDeg"},
		{"hazard=fire&lat=1", "place.point"},
		{"hazard=fire&lat=1&lon=1&accuracy=far", "place.accuracyM"},
		{"hazard=fire&lat=1&lon=1&age=old", "place.ageS"},
		{"hazard=fire&lat=1&lon=1&kind=magic", "place.kind"},
		{"hazard=fire&about=nobody", "about"},
		{"hazard=fire&people=12", "signs.people"},
		{"hazard=fire&trapped=maybe", "signs.trapped"},
		{"hazard=fire&trappd=yes", "trappd"},
	};
	struct reading *r = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(read_form(r, cases[i].form), FORM_REFUSED);
		assert_string_equal(r->trouble.at[0].field, cases[i].field);
	}
}

static void
the_fields_go_back_to_the_page_as_they_came(void **state)
{
	struct reading *r = *state;
	struct page_form form;

	assert_int_equal(read_form(r, "hazard=fire&trapped=maybe&text="), FORM_REFUSED);
	form_values(&r->fields, &form);
	assert_string_equal(form.value[PAGE_HAZARD], "fire");
	assert_string_equal(form.value[PAGE_TRAPPED], "maybe");
	assert_null(form.value[PAGE_TEXT]);
	assert_null(form.trouble);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(every_field_of_the_form_reaches_the_report),
		T(empty_fields_say_nothing),
		T(line_ends_are_single_line_feeds),
		T(words_alone_are_a_place_by_name),
		T(coordinates_without_a_kind_were_typed),
		T(what_cannot_be_read_is_named_by_its_json_path),
		T(the_fields_go_back_to_the_page_as_they_came),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
