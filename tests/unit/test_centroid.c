#include "unit.h"

#include <errno.h>

#include "dispatch/centroid.h"

static const struct geo_point laquila = {42.35122196, 13.39843823};

static void
what_lies_within_11_m_stands_on_it(void **state)
{
	struct centroids c = {.grid = NULL};

	(void)state;
	assert_false(centroids_has(&c, laquila));
	assert_int_equal(centroids_add(&c, laquila), 0);
	assert_true(centroids_has(&c, laquila));
	/* As copies of the list round it: five and four decimals. */
	assert_true(centroids_has(&c, (struct geo_point){42.35122, 13.39844}));
	assert_true(centroids_has(&c, (struct geo_point){42.3512, 13.3984}));
	assert_false(centroids_has(&c, (struct geo_point){42.35142, 13.39844}));
	assert_false(centroids_has(&c, (struct geo_point){42.35122, 13.39864}));
	centroids_fini(&c);
	assert_false(centroids_has(&c, laquila));
}

static void
short_memory_is_said(void **state)
{
	struct centroids c = {.grid = NULL};
	unsigned long nth;
	int r;

	(void)state;
	for (nth = 1;; nth++) {
		alloc_fail_at(nth);
		r = centroids_add(&c, laquila);
		if (!alloc_failed()) {
			break;
		}
		assert_int_equal(r, -ENOMEM);
		centroids_fini(&c);
	}
	alloc_fail_at(0);
	assert_true(nth > 1 && centroids_has(&c, laquila));
	centroids_fini(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_lies_within_11_m_stands_on_it),
		cmocka_unit_test(short_memory_is_said),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
