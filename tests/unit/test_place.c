#include "unit.h"

#include <math.h>
#include <stdbool.h>

#include "dispatch/place.h"

enum {
	SAID_NOTHING = -1,
};

struct row {
	double lat_deg;
	double lon_deg;
	double accuracy_m;
	int kind;
	int about;
	bool unplaced;
	bool has_point;
};

#define KIND(name) VEDETTA__V1__PLACE_KIND__PLACE_KIND_##name
#define SELF VEDETTA__V1__ABOUT__ABOUT_SELF
#define OTHER VEDETTA__V1__ABOUT__ABOUT_OTHER

static struct place
judge(const struct row *row, const char *hazard)
{
	Vedetta__V1__Point point = VEDETTA__V1__POINT__INIT;
	Vedetta__V1__Place place = VEDETTA__V1__PLACE__INIT;
	Vedetta__V1__Report report = VEDETTA__V1__REPORT__INIT;
	struct place out;

	point.lat_deg = row->lat_deg;
	point.lon_deg = row->lon_deg;
	place.point = &point;
	place.kind = (Vedetta__V1__PlaceKind)row->kind;
	if (row->accuracy_m >= 0) {
		place.accuracy_case = VEDETTA__V1__PLACE__ACCURACY_ACCURACY_M;
		place.accuracy_m = row->accuracy_m;
	}
	report.place = &place;
	report.about = (Vedetta__V1__About)row->about;
	place_judge(&report, hazard_by_code(hazard), &out);
	return out;
}

static void
a_fire_is_placed_by_what_is_trusted_within_150_m(void **state)
{
	/* clang-format off */
	static const struct row rows[] = {
		{42.35, 13.4, 20,           KIND(BROWSER_FIX),       SELF,  false, true},
		{42.35, 13.4, 0,            KIND(BROWSER_FIX),       SELF,  false, true},
		{42.35, 13.4, 150,          KIND(BROWSER_FIX),       SELF,  false, true},
		{42.35, 13.4, 150.01,       KIND(BROWSER_FIX),       SELF,  true,  true},
		{42.35, 13.4, SAID_NOTHING, KIND(BROWSER_FIX),       SELF,  false, true},
		{42.35, 13.4, SAID_NOTHING, KIND(CHAT_PIN),          SELF,  false, true},
		{42.35, 13.4, SAID_NOTHING, KIND(LIVE_PIN),          SELF,  false, true},
		{42.35, 13.4, SAID_NOTHING, KIND(MAP_PICK),          SELF,  false, true},
		{42.35, 13.4, SAID_NOTHING, KIND(PHOTO_EXIF),        SELF,  false, true},
		{42.35, 13.4, SAID_NOTHING, KIND(TYPED_COORDINATES), SELF,  false, true},
		{42.35, 13.4, SAID_NOTHING, KIND(THIRD_PARTY),       SELF,  false, true},
		{42.35, 13.4, SAID_NOTHING, KIND(UNSPECIFIED),       SELF,  false, true},
		/* A geocoder's answer counts by its own accuracy only. */
		{42.35, 13.4, SAID_NOTHING, KIND(PLACE_NAME),        SELF,  true,  true},
		{42.35, 13.4, 40,           KIND(PLACE_NAME),        SELF,  false, true},
		{42.35, 13.4, 4000,         KIND(PLACE_NAME),        SELF,  true,  true},
		/* The sender's own position is not the place of somebody else. */
		{42.35, 13.4, 20,           KIND(BROWSER_FIX),       OTHER, true,  false},
		{42.35, 13.4, 20,           KIND(LIVE_PIN),          OTHER, true,  false},
		{42.35, 13.4, 20,           KIND(MAP_PICK),          OTHER, false, true},
		{42.35, 13.4, 20,           KIND(CHAT_PIN),          OTHER, false, true},
		/* Null Island is nowhere; its neighbours are in the sea, but somewhere. */
		{0, 0,        20,           KIND(MAP_PICK),          SELF,  true,  false},
		{0.009, -0.009, 20,         KIND(MAP_PICK),          SELF,  true,  false},
		{0.009, 13.4, 20,           KIND(MAP_PICK),          SELF,  false, true},
		{45, 0,       20,           KIND(MAP_PICK),          SELF,  false, true},
		/* All hemispheres and the edges. */
		{-33.9, 18.4, 20,           KIND(MAP_PICK),          SELF,  false, true},
		{40.7, -74,   20,           KIND(MAP_PICK),          SELF,  false, true},
		{-90, 180,    20,           KIND(MAP_PICK),          SELF,  false, true},
		{90.1, 0,     20,           KIND(MAP_PICK),          SELF,  true,  false},
		{NAN, 13.4,   20,           KIND(MAP_PICK),          SELF,  true,  false},
		/* A kind from a later program. */
		{42.35, 13.4, SAID_NOTHING, 99,                      SELF,  false, true},
	};
	/* clang-format on */
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct place got = judge(&rows[i], "fire");

		if (got.unplaced != rows[i].unplaced ||
			got.has_point != rows[i].has_point) {
			fail_msg("row %zu", i);
		}
	}
}

static void
the_radius_is_that_of_the_hazard(void **state)
{
	struct row row = {42.35, 13.4, 300, KIND(MAP_PICK), SELF, false, true};

	(void)state;
	assert_true(judge(&row, "fire").unplaced);
	assert_false(judge(&row, "flood").unplaced);
}

static void
an_accuracy_nobody_said_is_not_shown(void **state)
{
	struct row row = {42.35, 13.4, SAID_NOTHING, KIND(MAP_PICK), SELF, false, true};

	(void)state;
	assert_true(judge(&row, "fire").accuracy_m < 0);
}

static void
words_stay_without_a_point(void **state)
{
	Vedetta__V1__Place place = VEDETTA__V1__PLACE__INIT;
	Vedetta__V1__Report report = VEDETTA__V1__REPORT__INIT;
	char words[] = "ponte vecchio";
	struct place out;

	(void)state;
	place_judge(&report, hazard_by_code("fire"), &out);
	assert_true(out.unplaced && !out.has_point && out.words == NULL);
	report.place = &place;
	place_judge(&report, hazard_by_code("fire"), &out);
	assert_null(out.words);
	place.words = words;
	place_judge(&report, hazard_by_code("fire"), &out);
	assert_true(out.unplaced && !out.has_point);
	assert_string_equal(out.words, "ponte vecchio");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fire_is_placed_by_what_is_trusted_within_150_m),
		cmocka_unit_test(the_radius_is_that_of_the_hazard),
		cmocka_unit_test(an_accuracy_nobody_said_is_not_shown),
		cmocka_unit_test(words_stay_without_a_point),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
