#include "unit.h"

#include <stdbool.h>
#include <string.h>

#include "geo/area_check.h"

enum {
	WHY_BYTES = 200,
};

static int
check(const struct geo_point *points, const uint32_t *sizes, const bool *outer,
	size_t n_rings, struct polygon **repaired, char why[WHY_BYTES])
{
	struct area_check *c = NULL;
	struct polygon *p = NULL;
	int r;

	*repaired = NULL;
	why[0] = '\0';
	assert_int_equal(area_check_open(&c), 0);
	assert_int_equal(polygon_new(&p, points, sizes, n_rings), 0);
	r = area_check(c, p, outer, repaired, why, WHY_BYTES);
	polygon_free(p);
	area_check_close(c);
	return r;
}

static void
a_square_with_a_hole_and_a_second_part_is_valid(void **state)
{
	const struct geo_point points[] = {{0, 0}, {0, 9}, {9, 9}, {9, 0}, {1, 1},
		{2, 1}, {2, 2}, {1, 2}, {20, 20}, {20, 21}, {21, 20}};
	const uint32_t sizes[] = {4, 4, 3};
	const bool outer[] = {true, false, true};
	struct polygon *repaired;
	char why[WHY_BYTES];

	(void)state;
	assert_int_equal(check(points, sizes, outer, 3, &repaired, why), 0);
	assert_null(repaired);
	assert_string_equal(why, "");
}

static void
a_ring_that_crosses_itself_becomes_two_parts(void **state)
{
	const struct geo_point points[] = {{40, 10}, {42, 12}, {40, 12}, {42, 10}};
	const uint32_t sizes[] = {4};
	const bool outer[] = {true};
	struct polygon *repaired;
	char why[WHY_BYTES];

	(void)state;
	assert_int_equal(
		check(points, sizes, outer, 1, &repaired, why), AREA_CHECK_REPAIRED);
	assert_non_null(strstr(why, "elf-intersection"));
	assert_non_null(strstr(why, "41.00000,11.00000"));
	assert_non_null(strstr(why, "2 parts"));
	assert_int_equal(repaired->n_rings, 2);
	assert_int_equal(
		polygon_side(repaired, (struct geo_point){41, 10.5}), POLYGON_INSIDE);
	assert_int_equal(
		polygon_side(repaired, (struct geo_point){41.9, 11}), POLYGON_OUTSIDE);
	polygon_free(repaired);
}

static void
parts_that_overlap_become_one(void **state)
{
	const struct geo_point points[] = {
		{0, 0}, {0, 2}, {2, 2}, {2, 0}, {1, 1}, {1, 3}, {3, 3}, {3, 1}};
	const uint32_t sizes[] = {4, 4};
	const bool outer[] = {true, true};
	struct polygon *repaired;
	char why[WHY_BYTES];

	(void)state;
	assert_int_equal(
		check(points, sizes, outer, 2, &repaired, why), AREA_CHECK_REPAIRED);
	polygon_free(repaired);
}

static void
a_shape_over_the_antimeridian_is_no_fault(void **state)
{
	const struct geo_point points[] = {
		{-20, 178}, {-20, -178}, {-15, -178}, {-15, 178}};
	const struct geo_point crossed[] = {
		{-20, 178}, {-16, -178}, {-20, -178}, {-16, 178}};
	const uint32_t sizes[] = {4};
	const bool outer[] = {true};
	struct polygon *repaired;
	char why[WHY_BYTES];

	(void)state;
	assert_int_equal(check(points, sizes, outer, 1, &repaired, why), 0);
	assert_int_equal(
		check(crossed, sizes, outer, 1, &repaired, why), AREA_CHECK_REPAIRED);
	assert_int_equal(
		polygon_side(repaired, (struct geo_point){-18, 178.5}), POLYGON_INSIDE);
	assert_int_equal(polygon_side(repaired, (struct geo_point){-18, -178.5}),
		POLYGON_INSIDE);
	assert_int_equal(
		polygon_side(repaired, (struct geo_point){-18, 0}), POLYGON_OUTSIDE);
	polygon_free(repaired);
}

static void
a_ring_without_ground_is_hopeless(void **state)
{
	const struct geo_point points[] = {{0, 0}, {0, 1}, {0, 2}};
	const uint32_t sizes[] = {3};
	const bool outer[] = {true};
	struct polygon *repaired;
	char why[WHY_BYTES];

	(void)state;
	assert_int_equal(
		check(points, sizes, outer, 1, &repaired, why), AREA_CHECK_HOPELESS);
	assert_null(repaired);
	assert_true(strlen(why) > 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_square_with_a_hole_and_a_second_part_is_valid),
		cmocka_unit_test(a_ring_that_crosses_itself_becomes_two_parts),
		cmocka_unit_test(parts_that_overlap_become_one),
		cmocka_unit_test(a_shape_over_the_antimeridian_is_no_fault),
		cmocka_unit_test(a_ring_without_ground_is_hopeless),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
