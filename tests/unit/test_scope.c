/* scope - the same answer for the desk's areas and for a console's texts */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "dispatch/scope.h"

#define FIT(name) VEDETTA__V1__AREA_FIT__AREA_FIT_##name

static struct area_map *map;

static void
add(const char *code, enum area_level level, const char *parent)
{
	struct area area = {.level = level, .residents = -1};

	snprintf(area.code, sizeof(area.code), "%s", code);
	snprintf(area.name, sizeof(area.name), "%s", code);
	snprintf(area.parent_code, sizeof(area.parent_code), "%s", parent);
	assert_int_equal(area_map_take(map, &area), 0);
}

static int
make_map(void **state)
{
	const char *wrong;

	(void)state;
	map = area_map_new();
	add("IT", AREA_NATION, "");
	add("13", AREA_REGION, "IT");
	add("066", AREA_PROVINCE, "13");
	add("066049", AREA_MUNICIPALITY, "066");
	add("066050", AREA_MUNICIPALITY, "066");
	add("12", AREA_REGION, "IT");
	add("058091", AREA_MUNICIPALITY, "12");
	return area_map_seal(map, &wrong);
}

static int
drop_map(void **state)
{
	(void)state;
	area_map_free(map);
	return 0;
}

/* By the desk's text, and by what a console has of it: must be the same. */
static bool
sees(const char *code, bool unassigned, const char *leaves, uint8_t fit,
	const char *codes, const char *wide)
{
	char *list[] = {(char *)code};
	struct areas areas = {(char *)leaves, fit};
	struct scope scope;
	bool met;

	scope_make(&scope, list, code[0] != '\0', unassigned, map);
	met = scope_meets(&scope, &areas, map);
	assert_int_equal(met, scope_sees(&scope, codes, wide, fit == FIT(UNASSIGNED)));
	return met;
}

static void
an_incident_is_seen_in_its_areas_and_from_above(void **state)
{
	static const char *const see[] = {"066049", "066", "13", "IT", "*"};
	static const char *const none[] = {"066050", "12", "058091", "06", "0660", ""};

	(void)state;
	for (size_t i = 0; i < sizeof(see) / sizeof(see[0]); i++) {
		assert_true(sees(see[i], false, "066049", FIT(INSIDE),
			" 066049 066 13 IT ", NULL));
	}
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		assert_false(sees(none[i], true, "066049", FIT(INSIDE),
			" 066049 066 13 IT ", NULL));
	}
}

static void
a_wide_one_is_seen_by_all_parts_of_its_area(void **state)
{
	(void)state;
	assert_true(sees("066049", false, "*066", FIT(INSIDE), " 066 13 IT ", " 066 "));
	assert_true(sees("066", false, "*066", FIT(INSIDE), " 066 13 IT ", " 066 "));
	assert_false(
		sees("058091", false, "*066", FIT(INSIDE), " 066 13 IT ", " 066 "));
	/* Not wide: only those above see it. */
	assert_false(sees("066049", false, "066", FIT(INSIDE), " 066 13 IT ", NULL));
	assert_true(sees("066050", false, "058091 *066", FIT(INSIDE),
		" 058091 12 066 13 IT ", " 066 "));
}

static void
outside_every_area_it_takes_the_right_to_that(void **state)
{
	(void)state;
	assert_false(sees("*", false, NULL, FIT(UNASSIGNED), NULL, NULL));
	assert_true(sees("*", true, NULL, FIT(UNASSIGNED), NULL, NULL));
	assert_true(sees("066049", true, NULL, FIT(UNASSIGNED), NULL, NULL));
	assert_false(sees("066049", false, NULL, FIT(UNASSIGNED), NULL, NULL));
}

static void
what_nobody_looked_up_is_not_hidden_from_everybody(void **state)
{
	(void)state;
	assert_true(sees("*", false, NULL, 0, NULL, NULL));
	assert_true(sees("066049", true, NULL, 0, NULL, NULL));
	assert_false(sees("066049", false, NULL, 0, NULL, NULL));
}

static void
an_account_without_areas_sees_nothing(void **state)
{
	(void)state;
	assert_false(
		sees("", false, "066049", FIT(INSIDE), " 066049 066 13 IT ", NULL));
	assert_false(sees("", false, NULL, 0, NULL, NULL));
}

static void
what_does_not_fit_is_less_never_more(void **state)
{
	char longest[] = "1234567890123456789012345678901234567890";
	char *codes[SCOPE_CODES_MOST + 10];
	struct scope scope;

	(void)state;
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		codes[i] = longest + i % 38;
	}
	scope_make(&scope, codes, sizeof(codes) / sizeof(codes[0]), false, NULL);
	assert_false(scope.all);
	assert_in_range(scope.n_codes, 1, SCOPE_CODES_MOST);
	assert_false(scope_covers(&scope, longest, map));
}

static void
a_code_is_covered_by_itself_and_by_those_above(void **state)
{
	char *list[] = {(char *)"066"};
	struct scope scope;

	(void)state;
	scope_make(&scope, list, 1, false, map);
	assert_true(scope_covers(&scope, "066", map));
	assert_true(scope_covers(&scope, "066050", map));
	assert_false(scope_covers(&scope, "13", map));
	assert_false(scope_covers(&scope, "066050", NULL));
	assert_false(scope_is_everything(&scope));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_incident_is_seen_in_its_areas_and_from_above),
		cmocka_unit_test(a_wide_one_is_seen_by_all_parts_of_its_area),
		cmocka_unit_test(outside_every_area_it_takes_the_right_to_that),
		cmocka_unit_test(what_nobody_looked_up_is_not_hidden_from_everybody),
		cmocka_unit_test(an_account_without_areas_sees_nothing),
		cmocka_unit_test(what_does_not_fit_is_less_never_more),
		cmocka_unit_test(a_code_is_covered_by_itself_and_by_those_above),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_map, drop_map);
}
