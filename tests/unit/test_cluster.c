/* Every answer of cluster.h against brute force, after every change */
#include "unit.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "cluster_kit.h"
#include "geo/cluster.h"
#include "geo/lattice.h"
#include "geo/measure.h"

static void
random_sets_anywhere_equal_brute_force_after_every_change(void **state)
{
	static const double lengths_m[] = {
		LATTICE_EPS_LEAST_M, 50.5, 300, 1000, LATTICE_EPS_MOST_M};

	(void)state;
	for (size_t round = 0; round < 3000; round++) {
		const struct region *region = &regions[round % REGIONS];
		uint32_t min_points = (uint32_t)(round % 3 == 0   ? 3
						 : round % 3 == 1 ? 1 + draw_below(5)
								  : 1 + draw_below(16));
		struct check *k = check_new(lengths_m[draw_below(5)], min_points);
		double spread = random_in(0.3, sqrt(min_points) + 2);
		size_t most = 2 + draw_below(60);
		size_t n = 0;

		for (size_t step = 0; step < 3 * most; step++) {
			/* Fills up, stays about full, empties. */
			bool adds = step < most || (step < 2 * most && draw_below(2));

			if (adds && n < POINTS) {
				check_add(k, draw_point(k, region, spread));
				n++;
			} else if (n > 0) {
				check_drop(k, check_draw(k));
				n--;
			}
		}
		check_free(k);
	}
}

static void
a_sliding_window_equals_brute_force_after_every_expiry(void **state)
{
	(void)state;
	for (size_t round = 0; round < 200; round++) {
		const struct region *region = &regions[round % REGIONS];
		struct check *k = check_new(300, 3);
		size_t window[POINTS];
		size_t wide = 5 + draw_below(60);

		for (size_t step = 0; step < 4 * wide; step++) {
			if (step >= wide) {
				check_drop(k, window[step % wide]);
			}
			window[step % wide] = check_add(k, draw_point(k, region, 3));
		}
		check_free(k);
	}
}

static void
every_order_of_arrival_gives_the_same(void **state)
{
	(void)state;
	for (size_t round = 0; round < 100; round++) {
		const struct region *region = &regions[round % REGIONS];
		uint32_t min_points = 1 + (uint32_t)draw_below(6);
		struct check *first = check_new(300, min_points);
		size_t n = 5 + draw_below(50);

		while (first->n < n) {
			check_add(first, draw_point(first, region, 2));
		}
		for (size_t order = 0; order < 10; order++) {
			struct check *k = check_new(300, min_points);
			size_t from[POINTS];

			for (size_t i = 0; i < n; i++) {
				size_t j = draw_below(i + 1);

				from[i] = from[j];
				from[j] = i;
			}
			for (size_t i = 0; i < n; i++) {
				check_add(k, first->at[from[i]]);
			}
			for (size_t i = 0; i < n; i++) {
				assert_int_equal(
					has(k->core, i), has(first->core, from[i]));
			}
			check_free(k);
		}
		check_free(first);
	}
}

/* Cells with a quadtree: hundreds of places, and piles of places a hair apart. */
static void
crowded_cells_equal_brute_force_after_every_change(void **state)
{
	(void)state;
	for (size_t round = 0; round < REGIONS; round++) {
		const struct region *region = &regions[round % REGIONS];
		struct check *k = check_new(300, round % 2 == 0 ? 3 : 12);
		size_t n = 0;

		for (size_t step = 0; step < 1000; step++) {
			struct geo_point at = draw_point(k, region, 1.2);

			if (step % 5 == 0) {
				/* A millimetre around one place. */
				at = (struct geo_point){
					region->lat_deg -
						copysign((double)draw_below(9) * 1e-11,
							region->lat_deg),
					region->lon_deg};
				at.lon_deg -= copysign(
					(double)draw_below(9) * 1e-11, at.lon_deg);
			}
			if (step < 600 || step % 3 == 0) {
				check_add(k, cluster_round(at));
				n++;
			} else {
				check_drop(k, check_draw(k));
				n--;
			}
			if (step % 7 == 0) {
			}
		}
		while (n > 0) {
			check_drop(k, check_draw(k));
			n--;
			if (n % 7 == 0) {
			}
		}
		check_free(k);
	}
}

static void
the_edge_of_eps_belongs_to_it(void **state)
{
	const struct geo_point points[] = {{42, 13}, {42.001, 13.002}};
	double apart_m = measure_distance_m(points[0], points[1]);
	struct check *on = check_new(apart_m, 2);
	struct check *off = check_new(nextafter(apart_m, 0), 2);

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		check_add(on, points[i]);
		check_add(off, points[i]);
	}
	assert_int_equal(cluster_components(on->cluster), 1);
	assert_int_equal(cluster_components(off->cluster), 0);
	check_free(on);
	check_free(off);
}

/* Pairs whose distance is eps to the last digits: the quick test must not err. */
static void
distances_a_breath_from_eps_are_told_apart(void **state)
{
	(void)state;
	for (size_t round = 0; round < 20000; round++) {
		const struct region *region = &regions[round % REGIONS];
		const struct check near = {.eps_m = exp(random_in(0, 11))};
		struct geo_point a = draw_point(&near, region, 1);
		struct geo_point b = draw_point(&near, region, 1);
		double apart_m = measure_distance_m(a, b);
		double eps_m = apart_m * (1 + random_in(-4e-16, 4e-16));
		struct cluster_options options = {.eps_m = eps_m, .min_points = 2};
		struct cluster *c;
		uint32_t handles[2];

		if (apart_m < 1 || apart_m > 99e3) {
			continue;
		}
		c = cluster_new(&options);
		assert_non_null(c);
		assert_int_equal(cluster_add(c, 1, a, &handles[0]), 0);
		assert_int_equal(cluster_add(c, 2, b, &handles[1]), 0);
		assert_int_equal(cluster_components(c), apart_m <= eps_m ? 1 : 0);
		cluster_free(c);
	}
}

static void
a_border_point_goes_to_the_nearest_core_point_and_of_two_to_the_smaller_id(void **state)
{
	/* Two groups of five, and one point in the middle of them. */
	static const struct geo_point middle = {0, 0};
	static const struct geo_point group[] = {{0, 0.0018}, {0.0005, 0.0021},
		{-0.0005, 0.0021}, {0, 0.0021}, {0, 0.0024}};

	(void)state;
	for (size_t round = 0; round < 8; round++) {
		/* The first of each group is 200 m away; the west may be nearer. */
		double shift_deg = round < 4 ? 0 : 1e-11;
		struct check *k = check_new(201, 5);
		size_t nearest[2];

		for (size_t side = 0; side < 2; side++) {
			bool is_west = side != round % 2;

			for (size_t i = 5; i-- > 0;) {
				struct geo_point at = group[i];

				if (is_west) {
					at.lon_deg = shift_deg - at.lon_deg;
				}
				nearest[side] = check_add(k, cluster_round(at));
			}
		}
		size_t border = check_add(k, middle);
		struct cluster_place place = cluster_of(k->cluster, k->handles[border]);
		bool first = round < 4 ? k->ids[nearest[0]] < k->ids[nearest[1]]
				       : round % 2 == 1;

		assert_false(place.is_core);
		assert_int_equal(cluster_components(k->cluster), 2);
		assert_int_equal(
			place.component, k->components[nearest[first ? 0 : 1]]);
		check_free(k);
	}
}

struct visits {
	const struct check *k;
	uint64_t component;
	size_t n;
	size_t stop_at;
};

static int
on_visit(void *arg, uint64_t id, struct geo_point at, uint32_t handle)
{
	struct visits *v = arg;
	size_t i = 0;

	while (i < v->k->n && v->k->ids[i] != id) {
		i++;
	}
	assert_true(i < v->k->n);
	assert_int_equal(v->k->handles[i], handle);
	assert_int_equal(v->k->components[i], v->component);
	assert_true(v->k->at[i].lat_deg == at.lat_deg);
	assert_true(v->k->at[i].lon_deg == at.lon_deg);
	return ++v->n == v->stop_at ? -ECANCELED : 0;
}

static void
a_walk_visits_each_core_point_of_a_component_once(void **state)
{
	struct check *k = check_new(300, 3);

	(void)state;
	for (size_t i = 0; i < 200; i++) {
		check_add(k, draw_point(k, &regions[0], 6));
	}
	assert_true(k->n_living > 1);
	for (size_t i = 0; i < k->n_living; i++) {
		struct visits v = {.k = k, .component = k->living[i]};

		assert_int_equal(
			cluster_walk(k->cluster, k->living[i], on_visit, &v), 0);
		assert_int_equal(v.n, cluster_size(k->cluster, k->living[i]));
		v = (struct visits){.k = k, .component = k->living[i], .stop_at = 2};
		assert_int_equal(cluster_walk(k->cluster, k->living[i], on_visit, &v),
			-ECANCELED);
		assert_int_equal(v.n, 2);
	}
	struct visits none = {.k = k};
	uint64_t unborn = k->living[0] + (UINT64_C(1) << 40);

	assert_int_equal(cluster_walk(k->cluster, unborn, on_visit, &none), 0);
	assert_int_equal(cluster_walk(k->cluster, CLUSTER_NONE, on_visit, &none), 0);
	assert_int_equal(none.n, 0);
	assert_int_equal(cluster_size(k->cluster, unborn), 0);
	assert_int_equal(cluster_size(k->cluster, CLUSTER_NONE), 0);
	check_free(k);
}

static void
eleven_decimals_are_kept_and_more_are_rounded(void **state)
{
	struct cluster_options options = {.eps_m = 1, .min_points = 2};
	struct cluster *c = cluster_new(&options);
	uint32_t handle;

	(void)state;
	assert_non_null(c);
	for (int i = 0; i < 100000; i++) {
		char text[32];
		struct geo_point at = {random_in(-90, 90), random_in(-180, 180)};

		assert_true(snprintf(text, sizeof(text), "%.11f", at.lat_deg) > 0);
		at.lat_deg = strtod(text, NULL);
		assert_true(snprintf(text, sizeof(text), "%.11f", at.lon_deg) > 0);
		at.lon_deg = strtod(text, NULL);
		struct geo_point rounded = cluster_round(at);

		assert_true(rounded.lat_deg == at.lat_deg);
		assert_true(rounded.lon_deg == at.lon_deg);
	}
	/* However finely an attacker writes: these are two places, not 10,000. */
	assert_int_equal(cluster_add(c, 0, (struct geo_point){0, 0}, &handle), 0);
	size_t bytes = cluster_bytes(c);

	for (uint64_t i = 1; i < 10000; i++) {
		struct geo_point at = {1e-13 * (double)i, 1e-300 * (double)i};

		assert_int_equal(cluster_add(c, i, at, &handle), 0);
	}
	assert_true(cluster_bytes(c) < bytes + 10000 * 32);
	cluster_free(c);
}

static void
adding_without_memory_changes_nothing_and_removing_asks_for_none(void **state)
{
	struct cluster_options options = {.eps_m = 300, .min_points = 3};
	struct cluster *c = NULL;
	struct check *k;
	size_t failures = 0;

	(void)state;
	for (unsigned long n = 1; c == NULL; n++) {
		alloc_fail_at(n);
		c = cluster_new(&options);
		assert_true((c == NULL) == (alloc_failed() != 0));
		alloc_fail_at(0);
	}
	cluster_free(c);

	k = check_new(300, 3);
	for (size_t n_points = 0; n_points < 500; n_points++) {
		const struct region *region = &regions[n_points % 2 == 0 ? 0 : 6];
		size_t i = check_place(k, draw_point(k, region, 6));
		int fault = -ENOMEM;

		for (unsigned long n = 1; fault != 0; n++) {
			k->handles[i] = 12345;
			alloc_fail_at(n);
			fault = cluster_add(
				k->cluster, k->ids[i], k->at[i], &k->handles[i]);
			if (alloc_failed()) {
				failures++;
				assert_int_equal(fault, -ENOMEM);
				assert_int_equal(k->handles[i], 12345);
				assert_int_equal(cluster_points(k->cluster), n_points);
				assert_int_equal(k->n_news, 0);
			}
			alloc_fail_at(0);
		}
		check_equal(k);
	}
	alloc_fail_at(1);
	while (cluster_points(k->cluster) > 0) {
		check_drop(k, check_draw(k));
	}
	assert_false(alloc_failed());
	alloc_fail_at(0);
	assert_true(failures > 30);
	check_free(k);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			random_sets_anywhere_equal_brute_force_after_every_change),
		cmocka_unit_test(
			a_sliding_window_equals_brute_force_after_every_expiry),
		cmocka_unit_test(every_order_of_arrival_gives_the_same),
		cmocka_unit_test(crowded_cells_equal_brute_force_after_every_change),
		cmocka_unit_test(the_edge_of_eps_belongs_to_it),
		cmocka_unit_test(distances_a_breath_from_eps_are_told_apart),
		cmocka_unit_test(
			a_border_point_goes_to_the_nearest_core_point_and_of_two_to_the_smaller_id),
		cmocka_unit_test(a_walk_visits_each_core_point_of_a_component_once),
		cmocka_unit_test(eleven_decimals_are_kept_and_more_are_rounded),
		cmocka_unit_test(
			adding_without_memory_changes_nothing_and_removing_asks_for_none),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
