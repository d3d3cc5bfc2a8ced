#include "unit.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "geo/polygon.h"

/* n teeth from south to north, or a ring of n corners around the middle. */
static struct polygon *
comb_or_circle(bool is_comb, size_t n)
{
	struct geo_point *points = calloc(n, sizeof(*points));
	uint32_t size = (uint32_t)n;
	struct polygon *p = NULL;

	assert_non_null(points);
	for (size_t i = 0; i < n; i++) {
		double angle = 2 * M_PI * (double)i / (double)n;

		points[i] = (struct geo_point){43 + sin(angle), 10 + cos(angle)};
		if (is_comb && i + 1 < n) {
			points[i] = (struct geo_point){
				i % 2 == 0 ? 42.001 : 44, 9 + (double)i * 1e-5};
		} else if (is_comb) {
			points[i] = (struct geo_point){42, 10};
		}
	}
	assert_int_equal(polygon_new(&p, points, &size, 1), 0);
	free(points);
	return p;
}

static void
a_comb_takes_no_more_memory_than_a_circle(void **state)
{
	enum {
		TEETH = 20001,
		CIRCLE = 20000,
	};
	struct polygon *comb = comb_or_circle(true, TEETH);
	struct polygon *circle = comb_or_circle(false, CIRCLE);

	(void)state;
	assert_in_range(comb->slabs[comb->n_slabs], 1, 8 * comb->n_corners);
	assert_int_equal(
		polygon_side(comb, (struct geo_point){43.99, 9.00011}), POLYGON_INSIDE);
	assert_int_equal(polygon_side(comb, (struct geo_point){43.99, 9.00010}),
		POLYGON_OUTSIDE);
	assert_in_range(circle->n_slabs, CIRCLE / 16, CIRCLE);
	polygon_free(comb);
	polygon_free(circle);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_comb_takes_no_more_memory_than_a_circle),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
