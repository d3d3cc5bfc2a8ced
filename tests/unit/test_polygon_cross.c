#include "unit.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "geo/polygon_cross.h"

enum {
	STAR_POINTS = 101,
	MANY = 1000,
};

static struct polygon *
make(const struct geo_point *points, const uint32_t *sizes, size_t n_rings)
{
	struct polygon *p = NULL;

	assert_int_equal(polygon_new(&p, points, sizes, n_rings), 0);
	return p;
}

/* Each side of a star of n points (odd) crosses n - 3 others. */
static struct polygon *
star(uint32_t n)
{
	struct geo_point points[MANY];

	for (uint32_t i = 0; i < n; i++) {
		double angle = 2 * M_PI * i * (n / 2) / n;

		points[i] = (struct geo_point){43 + sin(angle), 10 + cos(angle)};
	}
	return make(points, &n, 1);
}

static struct polygon_cross
more(const struct polygon *p, size_t most)
{
	struct polygon_cross found;

	assert_int_equal(polygon_cross_more(p, most, &found), 0);
	return found;
}

static void
each_crossing_of_a_star_counts_once(void **state)
{
	struct polygon *p = star(STAR_POINTS);
	size_t crossings = STAR_POINTS * (STAR_POINTS - 3) / 2;

	(void)state;
	assert_false(more(p, crossings).meet);
	assert_true(more(p, crossings - 1).cross);
	polygon_free(p);
}

static void
corners_and_neighbours_are_no_crossings(void **state)
{
	const struct geo_point points[] = {{0, 0}, {0, 9}, {9, 9}, {9, 0}, {1, 1},
		{2, 1}, {2, 2}, {1, 2}, {20, 20}, {20, 21}, {21, 20}};
	const uint32_t sizes[] = {4, 4, 3};
	struct polygon *p = make(points, sizes, 3);

	(void)state;
	assert_false(more(p, 0).meet);
	polygon_free(p);
}

static void
what_touches_or_lies_upon_another_meets_but_does_not_cross(void **state)
{
	/* Two squares with a side in common; two that touch at a corner; a corner on a
	 * side. */
	const struct geo_point points[] = {{0, 0}, {0, 1}, {1, 1}, {1, 0}, {0, 1},
		{0, 2}, {1, 2}, {1, 1}, {5, 5}, {5, 6}, {6, 6}, {6, 5}, {6, 6}, {6, 7},
		{7, 7}, {7, 6}, {9, 5}, {9, 7}, {11, 7}, {11, 5}, {9, 6}, {8, 5},
		{8, 7}};
	const uint32_t sizes[] = {4, 4, 4, 4, 4, 3};
	const size_t in_common = 7, at_a_corner = 4, on_a_side = 2;
	struct polygon *p = make(points, sizes, 6);

	(void)state;
	assert_false(more(p, 0).cross);
	assert_true(more(p, in_common + at_a_corner + on_a_side - 1).meet);
	assert_false(more(p, in_common + at_a_corner + on_a_side).meet);
	polygon_free(p);
}

static void
many_rings_upon_each_other_are_told_soon(void **state)
{
	struct geo_point *points = calloc(4 * MANY, sizeof(*points));
	uint32_t sizes[MANY];
	struct polygon *p;

	(void)state;
	assert_non_null(points);
	for (size_t i = 0; i < MANY; i++) {
		sizes[i] = 4;
		points[4 * i + 1].lat_deg = points[4 * i + 2].lat_deg = 1;
		points[4 * i + 2].lon_deg = points[4 * i + 3].lon_deg = 1;
	}
	p = make(points, sizes, MANY);
	assert_true(more(p, MANY).meet);
	assert_false(more(p, MANY).cross);
	polygon_free(p);
	free(points);
}

static void
short_memory_is_said(void **state)
{
	struct polygon *p = star(5);
	struct polygon_cross found;

	(void)state;
	for (unsigned n = 1; n <= 2; n++) {
		alloc_fail_at(n);
		assert_int_equal(polygon_cross_more(p, 0, &found), -ENOMEM);
	}
	alloc_fail_at(0);
	polygon_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_crossing_of_a_star_counts_once),
		cmocka_unit_test(corners_and_neighbours_are_no_crossings),
		cmocka_unit_test(
			what_touches_or_lies_upon_another_meets_but_does_not_cross),
		cmocka_unit_test(many_rings_upon_each_other_are_told_soon),
		cmocka_unit_test(short_memory_is_said),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
