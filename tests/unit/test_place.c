#include "unit.h"

#include <math.h>
#include <stdbool.h>

#include "area_kit.h"
#include "dispatch/place.h"

enum {
	SAID_NOTHING = -1,
};

static const struct ground nowhere; /* nothing is known of the ground */

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
	place_judge(&report, hazard_by_code(hazard), &nowhere, &out);
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
	place_judge(&report, hazard_by_code("fire"), &nowhere, &out);
	assert_true(out.unplaced && !out.has_point && out.words == NULL);
	report.place = &place;
	place_judge(&report, hazard_by_code("fire"), &nowhere, &out);
	assert_null(out.words);
	place.words = words;
	place_judge(&report, hazard_by_code("fire"), &nowhere, &out);
	assert_true(out.unplaced && !out.has_point);
	assert_string_equal(out.words, "ponte vecchio");
}

/* A small country, and a central point in another one. */
static struct place
judge_among_areas(const struct row *row)
{
	struct ground ground = {.areas = area_kit_map(0)};
	Vedetta__V1__Point point = VEDETTA__V1__POINT__INIT;
	Vedetta__V1__Place place = VEDETTA__V1__PLACE__INIT;
	Vedetta__V1__Report report = VEDETTA__V1__REPORT__INIT;
	struct place out;

	assert_int_equal(centroids_add(&ground.centroids,
				 (struct geo_point){42.35122196, 13.39843823}),
		0);
	point.lat_deg = row->lat_deg;
	point.lon_deg = row->lon_deg;
	place.point = &point;
	place.kind = (Vedetta__V1__PlaceKind)row->kind;
	if (row->accuracy_m >= 0) {
		place.accuracy_case = VEDETTA__V1__PLACE__ACCURACY_ACCURACY_M;
		place.accuracy_m = row->accuracy_m;
	}
	report.place = &place;
	place_judge(&report, hazard_by_code("fire"), &ground, &out);
	centroids_fini(&ground.centroids);
	area_map_free(ground.areas);
	return out;
}

static void
a_point_far_off_whose_swap_is_served_is_doubted_not_changed(void **state)
{
	struct row row = {9.05, 44.05, 10, KIND(TYPED_COORDINATES), SELF, true, true};
	struct place got = judge_among_areas(&row);

	(void)state;
	assert_true(got.unplaced && got.has_point);
	assert_int_equal(got.why, PLACE_SWAPPED);
	assert_true(got.point.lat_deg > 9 && got.point.lat_deg < 9.1);
	assert_true(place_swapped(got.point).lat_deg > 44);
	/* The same without areas: nobody knows where the desk is. */
	assert_false(judge(&row, "fire").unplaced);
	/* Greenland, and back: neither is served, so it is what was said. */
	row = (struct row){72, -40, 10, KIND(TYPED_COORDINATES), SELF, false, true};
	assert_false(judge_among_areas(&row).unplaced);
	/* Just beside them is served. */
	row = (struct row){44.11, 9.05, 10, KIND(BROWSER_FIX), SELF, false, true};
	assert_false(judge_among_areas(&row).unplaced);
}

static void
only_a_device_is_believed_on_a_central_point(void **state)
{
	/* clang-format off */
	static const struct row rows[] = {
		{42.35122, 13.39844, 10,           KIND(BROWSER_FIX),       SELF, false, true},
		{42.35122, 13.39844, 49,           KIND(BROWSER_FIX),       SELF, false, true},
		{42.35122, 13.39844, 50,           KIND(BROWSER_FIX),       SELF, true,  true},
		{42.35122, 13.39844, SAID_NOTHING, KIND(CHAT_PIN),          SELF, false, true},
		{42.35122, 13.39844, 20,           KIND(LIVE_PIN),          SELF, false, true},
		{42.35122, 13.39844, SAID_NOTHING, KIND(PHOTO_EXIF),        SELF, false, true},
		{42.35122, 13.39844, 10,           KIND(PLACE_NAME),        SELF, true,  true},
		{42.35122, 13.39844, 10,           KIND(MAP_PICK),          SELF, true,  true},
		{42.35122, 13.39844, SAID_NOTHING, KIND(TYPED_COORDINATES), SELF, true,  true},
		{42.35122, 13.39844, 10,           KIND(THIRD_PARTY),       SELF, true,  true},
		{42.35122, 13.39844, 10,           KIND(UNSPECIFIED),       SELF, true,  true},
		{42.35222, 13.39844, 10,           KIND(MAP_PICK),          SELF, false, true},
	};
	/* clang-format on */
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct place got = judge_among_areas(&rows[i]);

		if (got.unplaced != rows[i].unplaced || !got.has_point ||
			got.why != (got.unplaced ? PLACE_CENTROID : PLACE_IS_PLACED)) {
			fail_msg("row %zu", i);
		}
	}
}

static void
each_reason_has_its_name(void **state)
{
	struct row row = {0.001, 0.001, 10, KIND(BROWSER_FIX), SELF, true, false};

	(void)state;
	assert_int_equal(judge(&row, "fire").why, PLACE_ZERO);
	row = (struct row){42.35, 13.4, 10, KIND(BROWSER_FIX), OTHER, true, false};
	assert_int_equal(judge(&row, "fire").why, PLACE_SENDERS_OWN);
	row = (struct row){42.35, 13.4, 900, KIND(BROWSER_FIX), SELF, true, true};
	assert_int_equal(judge(&row, "fire").why, PLACE_COARSE);
	row = (struct row){42.35, 13.4, 10, KIND(BROWSER_FIX), SELF, false, true};
	assert_int_equal(judge(&row, "fire").why, PLACE_IS_PLACED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fire_is_placed_by_what_is_trusted_within_150_m),
		cmocka_unit_test(the_radius_is_that_of_the_hazard),
		cmocka_unit_test(an_accuracy_nobody_said_is_not_shown),
		cmocka_unit_test(words_stay_without_a_point),
		cmocka_unit_test(
			a_point_far_off_whose_swap_is_served_is_doubted_not_changed),
		cmocka_unit_test(only_a_device_is_believed_on_a_central_point),
		cmocka_unit_test(each_reason_has_its_name),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
