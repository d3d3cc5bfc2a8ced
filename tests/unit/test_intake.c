#include "unit.h"

#include <string.h>

#include "server/intake.h"

static char fire[] = "fire";
static char words[] = "da Mario";

/* A fire at 1, 2, as a phone found it. */
struct sent {
	Vedetta__V1__Report report;
	Vedetta__V1__Place place;
	Vedetta__V1__Point point;
	struct trouble trouble;
};

static void
make(struct sent *s)
{
	vedetta__v1__report__init(&s->report);
	vedetta__v1__place__init(&s->place);
	vedetta__v1__point__init(&s->point);
	trouble_init(&s->trouble);
	s->report.hazard = fire;
	s->report.place = &s->place;
	s->place.point = &s->point;
	s->place.kind = VEDETTA__V1__PLACE_KIND__PLACE_KIND_BROWSER_FIX;
	s->place.accuracy_case = VEDETTA__V1__PLACE__ACCURACY_ACCURACY_M;
	s->place.accuracy_m = 5;
	s->place.age_case = VEDETTA__V1__PLACE__AGE_AGE_S;
	s->place.age_s = 1;
	s->point.lat_deg = 1;
	s->point.lon_deg = 2;
}

static int
check(struct sent *s)
{
	return intake_check(&s->report, &s->trouble);
}

static void
a_report_without_a_hazard_is_other(void **state)
{
	static char empty[] = "", text[] = "qualcosa";
	struct sent s;

	(void)state;
	make(&s);
	s.report.hazard = empty;
	s.report.text = text;
	assert_int_equal(check(&s), 0);
	assert_string_equal(s.report.hazard, "other");
}

static void
an_unknown_hazard_is_refused_by_field(void **state)
{
	static char dragon[] = "dragon";
	struct sent s;

	(void)state;
	make(&s);
	s.report.hazard = dragon;
	assert_int_equal(check(&s), INTAKE_REFUSED);
	assert_string_equal(s.trouble.at[0].field, "hazard");
}

static void
what_cannot_be_is_refused_by_field(void **state)
{
	struct sent s;

	(void)state;
	make(&s);
	s.point.lat_deg = 91;
	assert_int_equal(check(&s), INTAKE_REFUSED);
	assert_string_equal(s.trouble.at[0].field, "place.point.latDeg");
	vedetta__v1__report__init(&s.report);
	trouble_init(&s.trouble);
	assert_int_equal(check(&s), INTAKE_REFUSED);
}

static void
a_position_is_kept_whoever_it_is_of(void **state)
{
	struct sent s;

	(void)state;
	make(&s);
	s.report.about = VEDETTA__V1__ABOUT__ABOUT_OTHER;
	s.place.words = words;
	assert_int_equal(check(&s), 0);
	assert_ptr_equal(s.report.place->point, &s.point);
	assert_string_equal(s.report.place->words, "da Mario");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_report_without_a_hazard_is_other),
		cmocka_unit_test(an_unknown_hazard_is_refused_by_field),
		cmocka_unit_test(what_cannot_be_is_refused_by_field),
		cmocka_unit_test(a_position_is_kept_whoever_it_is_of),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
