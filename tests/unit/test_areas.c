#include "unit.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "area_kit.h"
#include "dispatch/areas.h"

enum {
	INSIDE = VEDETTA__V1__AREA_FIT__AREA_FIT_INSIDE,
	NEAR = VEDETTA__V1__AREA_FIT__AREA_FIT_NEAR,
	UNASSIGNED = VEDETTA__V1__AREA_FIT__AREA_FIT_UNASSIGNED,
};

static struct place
at(double lat_deg, double lon_deg, double accuracy_m)
{
	return (struct place){.has_point = true,
		.point = {lat_deg, lon_deg},
		.accuracy_m = accuracy_m,
		.kind = VEDETTA__V1__PLACE_KIND__PLACE_KIND_BROWSER_FIX};
}

static bool
grow(struct areas *a, struct area_map *m, struct place place)
{
	bool changed = false;

	assert_int_equal(areas_grow(a, m, &place, &changed), 0);
	return changed;
}

static void
assert_are(const struct areas *a, int fit, const char *codes)
{
	assert_string_equal(areas_text(a), codes);
	assert_int_equal(a->fit, fit);
}

static void
areas_grow_by_what_each_circle_touches(void **state)
{
	struct area_map *m = area_kit_map(0);
	struct areas a = {0};

	(void)state;
	assert_true(grow(&a, m, at(44.05, 9.05, 10)));
	assert_are(&a, INSIDE, "M1");
	assert_false(grow(&a, m, at(44.06, 9.05, 10)));
	assert_true(grow(&a, m, at(44.05, 9.0999, 50)));
	assert_are(&a, INSIDE, "M1 M2");
	assert_true(grow(&a, m, at(44.05, 9.35, 10)));
	assert_are(&a, INSIDE, "M1 M2 M4");
	assert_false(grow(&a, m, at(40, 9.35, 10)));
	areas_fini(&a);
	area_map_free(m);
}

static void
what_nobody_said_about_accuracy_is_assumed(void **state)
{
	struct area_map *m = area_kit_map(0);
	struct place fix = at(44.05, 9.0996, -1);  /* 32 m off the border */
	struct place named = at(44.05, 9.092, -1); /* 640 m off it */
	struct areas a = {0};

	(void)state;
	assert_true(grow(&a, m, fix));
	assert_are(&a, INSIDE, "M1 M2");
	areas_fini(&a);
	named.kind = VEDETTA__V1__PLACE_KIND__PLACE_KIND_PLACE_NAME;
	assert_true(grow(&a, m, named));
	assert_are(&a, INSIDE, "M1 M2");
	areas_fini(&a);
	area_map_free(m);
}

static void
the_best_fit_of_all_reports_counts(void **state)
{
	struct area_map *m = area_kit_map(0);
	struct place nowhere = {.unplaced = true, .accuracy_m = -1};
	struct areas a = {0};

	(void)state;
	assert_true(grow(&a, m, nowhere));
	assert_are(&a, UNASSIGNED, "");
	assert_false(grow(&a, m, at(42, 9.05, 10)));
	assert_true(grow(&a, m, at(43.99, 9.05, 10)));
	assert_are(&a, NEAR, "M1");
	assert_true(grow(&a, m, at(44.05, 9.05, 10)));
	assert_are(&a, INSIDE, "M1");
	areas_fini(&a);
	area_map_free(m);
}

/* A list that was narrowed is not made longer by what it narrowed away. */
static void
what_a_wide_area_holds_changes_nothing(void **state)
{
	struct area_map *m = area_kit_map(0);
	struct areas a = {0};

	(void)state;
	assert_int_equal(areas_set(&a, "*P1", INSIDE), 0);
	assert_false(grow(&a, m, at(44.05, 9.05, 10)));
	assert_are(&a, INSIDE, "*P1");
	assert_int_equal(areas_set(&a, "P1", INSIDE), 0);
	assert_true(grow(&a, m, at(44.05, 9.05, 10)));
	assert_are(&a, INSIDE, "M1 P1");
	areas_fini(&a);
	area_map_free(m);
}

static void
without_a_map_nobody_has_looked(void **state)
{
	struct area_map *m = area_kit_map(0);
	struct areas a = {0};

	(void)state;
	assert_false(grow(&a, NULL, at(44.05, 9.05, 10)));
	assert_are(&a, 0, "");
	assert_true(grow(&a, m, at(44.05, 9.05, 10)));
	assert_true(grow(&a, NULL, at(44.05, 9.05, 10)));
	assert_are(&a, 0, "M1");
	areas_fini(&a);
	area_map_free(m);
}

static void
joining_leaves_out_what_is_not_on_the_map(void **state)
{
	struct area_map *m = area_kit_map(1);
	struct areas a = {0};
	struct areas other = {(char *)"M2 M3 *P2", NEAR};

	(void)state;
	assert_int_equal(areas_set(&a, "M1", UNASSIGNED), 0);
	assert_int_equal(areas_join(&a, m, &other), 0);
	assert_are(&a, NEAR, "M1 M3 *P2");
	areas_fini(&a);
	area_map_free(m);
}

static void
assert_list(size_t n, char **list, const char *want)
{
	char text[256] = "";
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%s",
			i > 0 ? " " : "", list[i]);
		assert_true(at < sizeof(text));
	}
	assert_string_equal(text, want);
}

static void
a_state_tells_the_chain_and_the_smallest_names(void **state)
{
	struct area_map *m = area_kit_map(0);
	struct arena *arena = arena_new(1 << 16);
	struct areas a = {(char *)"M1 M3 *P2 X9", INSIDE};
	Vedetta__V1__Incident told = VEDETTA__V1__INCIDENT__INIT;

	(void)state;
	assert_int_equal(areas_tell(&a, m, arena, &told), 0);
	assert_list(told.n_areas, told.areas, "M1 M3 P1 P2 IT");
	assert_list(told.n_wide_areas, told.wide_areas, "P2");
	assert_list(
		told.n_area_names, told.area_names, "Name of M1 Name of M3 Name of P2");
	assert_int_equal(told.area_fit, INSIDE);
	vedetta__v1__incident__init(&told);
	assert_int_equal(areas_tell(&a, NULL, arena, &told), 0);
	assert_list(told.n_areas, told.areas, "M1 M3 P2 X9");
	assert_list(told.n_wide_areas, told.wide_areas, "P2");
	assert_int_equal(told.n_area_names, 0);
	arena_free(arena);
	area_map_free(m);
}

static void
short_memory_leaves_what_was(void **state)
{
	struct area_map *m = area_kit_map(0);
	struct place place = at(44.05, 9.15, 10);
	struct areas a = {0};
	bool changed = false;

	(void)state;
	assert_int_equal(areas_set(&a, "M1", INSIDE), 0);
	alloc_fail_at(1);
	assert_int_equal(areas_grow(&a, m, &place, &changed), -ENOMEM);
	alloc_fail_at(0);
	assert_are(&a, INSIDE, "M1");
	assert_int_equal(areas_grow(&a, m, &place, &changed), 0);
	assert_are(&a, INSIDE, "M1 M2");
	areas_fini(&a);
	area_map_free(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(areas_grow_by_what_each_circle_touches),
		cmocka_unit_test(what_nobody_said_about_accuracy_is_assumed),
		cmocka_unit_test(the_best_fit_of_all_reports_counts),
		cmocka_unit_test(what_a_wide_area_holds_changes_nothing),
		cmocka_unit_test(without_a_map_nobody_has_looked),
		cmocka_unit_test(joining_leaves_out_what_is_not_on_the_map),
		cmocka_unit_test(a_state_tells_the_chain_and_the_smallest_names),
		cmocka_unit_test(short_memory_leaves_what_was),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
