#include "unit.h"

#include <string.h>

#include "dispatch/hazard.h"

static void
numbers_are_dense_and_in_order(void **state)
{
	size_t n;
	const struct hazard *table = hazard_table(&n);
	size_t i;

	(void)state;
	assert_int_equal(n, 16);
	for (i = 0; i < n; i++) {
		assert_int_equal(table[i].number, i + 1);
		assert_ptr_equal(hazard_by_number(table[i].number), &table[i]);
		assert_ptr_equal(hazard_by_code(table[i].code), &table[i]);
	}
}

/* They are in the log: who changes this line breaks every file there is. */
static void
numbers_keep_their_hazards_for_ever(void **state)
{
	static const char *const codes[] = {"collapse", "quake_damage", "landslide",
		"flood", "coastal_flood", "storm_damage", "isolated_by_snow", "fire",
		"wildfire", "gas_leak", "hazmat", "road_blocked", "utility_out",
		"medical", "missing_person", "other"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		assert_string_equal(hazard_by_number((uint8_t)(i + 1))->code, codes[i]);
	}
	assert_int_equal(hazard_by_code("other")->number, HAZARD_OTHER);
}

static void
rows_are_within_what_others_build_on(void **state)
{
	size_t n;
	const struct hazard *table = hazard_table(&n);
	size_t i;

	(void)state;
	for (i = 0; i < n; i++) {
		assert_in_range(table[i].radius_m, 100, HAZARD_RADIUS_MAX_M);
		assert_in_range(table[i].window_h, 6, 72);
		assert_in_range(table[i].base_class, 3, 5);
		assert_non_null(family_name(table[i].family));
		assert_non_null(event_group_name(table[i].group));
		assert_true(strlen(table[i].cap_category) > 0);
	}
}

static void
every_group_has_its_rule(void **state)
{
	int group;

	(void)state;
	for (group = EVENT_GROUP_SEISMIC; group < EVENT_GROUPS; group++) {
		const struct event_group_rule *rule =
			event_group_rule((enum event_group)group);

		assert_in_range(rule->eps_m, 300, 1000);
		assert_int_equal(rule->min_points, 3);
		assert_in_range(rule->window_h, 12, 72);
		assert_non_null(event_group_name((enum event_group)group));
	}
}

static void
an_unknown_hazard_has_no_row(void **state)
{
	(void)state;
	assert_null(hazard_by_code("meteorite"));
	assert_null(hazard_by_code(""));
	assert_null(hazard_by_code("floo"));
	assert_null(hazard_by_number(0));
	assert_null(hazard_by_number(17));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_dense_and_in_order),
		cmocka_unit_test(numbers_keep_their_hazards_for_ever),
		cmocka_unit_test(rows_are_within_what_others_build_on),
		cmocka_unit_test(every_group_has_its_rule),
		cmocka_unit_test(an_unknown_hazard_has_no_row),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
