#include "unit.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "geo/grid.h"
#include "geo/measure.h"

enum {
	POINTS = 3000,
	QUESTIONS = 100,
};

static uint64_t seed = 20261121;

/* xorshift64*: the same cases on every run */
static double
random_in(double from, double to)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return from +
	       (to - from) * (double)(seed * 2685821657736338717u >> 11) * 0x1p-53;
}

static struct geo_point spots[POINTS];

struct found {
	uint8_t times[POINTS];
	size_t n;
	double nearest_m;
};

static int
note(void *arg, const struct geo_point *spot, double distance_m)
{
	struct found *found = arg;
	ptrdiff_t id = spot - spots;

	assert_in_range(id, 0, POINTS - 1);
	found->times[id]++;
	found->n++;
	found->nearest_m = fmin(found->nearest_m, distance_m);
	return 0;
}

static size_t
count_within(const struct grid *g, struct geo_point at, double radius_m)
{
	struct found found = {.nearest_m = INFINITY};

	assert_int_equal(grid_find(g, at, radius_m, note, &found), 0);
	return found.n;
}

static int
add(struct grid *g, size_t nth, struct geo_point at)
{
	spots[nth] = at;
	return grid_add(g, &spots[nth]);
}

static struct grid *
grid_of(double max_radius_m, const struct geo_point *points, size_t n)
{
	struct grid *g = grid_new(max_radius_m);

	assert_non_null(g);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(add(g, i, points[i]), 0);
	}
	return g;
}

static void
neighbours_are_found_in_every_quarter_and_at_the_edges(void **state)
{
	/* Each pair is about 100 m apart or less, on two sides of a line. */
	const struct geo_point pairs[][2] = {
		{{0.0004, 0}, {-0.0004, 0}},
		{{0, 0.0004}, {0, -0.0004}},
		{{42.3498, 13.3995}, {42.3502, 13.3999}},
		{{-42.3498, 13.3995}, {-42.3502, 13.3999}},
		{{42.3498, -13.3995}, {42.3502, -13.3999}},
		{{-42.3498, -13.3995}, {-42.3502, -13.3999}},
		{{10, 179.9998}, {10, -179.9998}},
		{{-10, 180}, {-10, -180}},
		{{89.9999, 0}, {89.9999, 180}},
		{{90, 0}, {89.9995, -77}},
		{{-89.9999, 20}, {-89.9997, -120}},
		{{-90, 0}, {-90, 90}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		struct grid *g = grid_of(500, pairs[i], 2);
		assert_true(measure_distance_m(pairs[i][0], pairs[i][1]) < 110);
		assert_int_equal(count_within(g, pairs[i][0], 110), 2);
		assert_int_equal(count_within(g, pairs[i][1], 110), 2);
		grid_free(g);
	}
}

static void
the_edge_of_the_radius_belongs_to_it(void **state)
{
	const struct geo_point points[] = {{42, 13}, {42.001, 13.002}};
	double apart_m = measure_distance_m(points[0], points[1]);
	struct grid *g = grid_of(500, points, 2);

	(void)state;
	assert_int_equal(count_within(g, points[0], apart_m), 2);
	assert_int_equal(count_within(g, points[0], nextafter(apart_m, 0)), 1);
	assert_int_equal(count_within(g, points[0], 0), 1);
	grid_free(g);
}

static void
duplicates_are_each_found_and_removed_one_by_one(void **state)
{
	const struct geo_point at = {45.5, 9.2};
	struct grid *g = grid_new(250);

	(void)state;
	assert_int_equal(add(g, 7, at), 0);
	assert_int_equal(add(g, 9, at), 0);
	assert_int_equal(add(g, 8, at), 0);
	assert_int_equal(count_within(g, at, 1), 3);
	grid_remove(g, &spots[7]);
	assert_int_equal(count_within(g, at, 1), 2);
	grid_remove(g, &spots[8]);
	grid_remove(g, &spots[9]);
	assert_int_equal(count_within(g, at, 1), 0);
	assert_int_equal(grid_count(g), 0);
	grid_free(g);
}

static int
stop_at_once(void *arg, const struct geo_point *spot, double distance_m)
{
	(void)spot;
	(void)distance_m;
	++*(int *)arg;
	return -ECANCELED;
}

static void
a_visitor_stops_the_walk_with_its_own_word(void **state)
{
	const struct geo_point points[] = {{1, 1}, {1, 1}, {1, 1.0001}};
	struct grid *g = grid_of(100, points, 3);
	int calls = 0;

	(void)state;
	assert_int_equal(
		grid_find(g, points[0], 100, stop_at_once, &calls), -ECANCELED);
	assert_int_equal(calls, 1);
	grid_free(g);
}

/* A region to draw points from; west > east is left to lon beyond 180. */
struct region {
	double south, north, west, east;
};

static struct geo_point
draw(const struct region *region)
{
	struct geo_point at = {random_in(region->south, region->north),
		remainder(random_in(region->west, region->east), 360)};

	/* One in eight sits on the edges where cells begin. */
	switch ((int)random_in(0, 24)) {
	case 0:
		at.lon_deg = at.lon_deg < 0 ? -180 : 180;
		break;
	case 1:
		at.lat_deg = at.lat_deg < 0 ? region->south : region->north;
		break;
	case 2:
		at.lon_deg = 0;
		break;
	}
	return at;
}

static void
compare(const struct grid *g, const struct geo_point *points, const bool *there,
	struct geo_point at, double radius_m)
{
	struct found found = {.nearest_m = INFINITY};
	double nearest_m = INFINITY;

	assert_int_equal(grid_find(g, at, radius_m, note, &found), 0);
	for (size_t i = 0; i < POINTS; i++) {
		double distance_m = measure_distance_m(at, points[i]);
		bool wanted = there[i] && distance_m <= radius_m;
		if (found.times[i] != (wanted ? 1 : 0)) {
			fail_msg("point %zu (%.9f %.9f) at %.6f m of %.9f %.9f, radius "
				 "%.6f:"
				 " found %d times",
				i, points[i].lat_deg, points[i].lon_deg, distance_m,
				at.lat_deg, at.lon_deg, radius_m, found.times[i]);
		}
		if (wanted) {
			nearest_m = fmin(nearest_m, distance_m);
		}
	}
	assert_true(found.nearest_m == nearest_m);
}

static void
random_cases_equal_brute_force_everywhere(void **state)
{
	static const struct region regions[] = {
		{-90, 90, -180, 180},         /* the whole globe */
		{42.3, 42.4, 13.3, 13.5},     /* a town */
		{-0.05, 0.05, -0.05, 0.05},   /* around 0,0 */
		{-16.6, -16.5, 179.9, 180.1}, /* Fiji, on the antimeridian */
		{89.9, 90, -180, 180},        /* the poles */
		{-90, -89.9, -180, 180},
		{70, 72, 170, 190},
	};
	static const double radii_m[] = {100, 500, 2000, 100e3};
	static struct geo_point points[POINTS];
	static bool there[POINTS];

	(void)state;
	for (size_t c = 0; c < sizeof(regions) / sizeof(regions[0]) * 4; c++) {
		const struct region *region = &regions[c / 4];
		double max_m = radii_m[c % 4];
		for (size_t i = 0; i < POINTS; i++) {
			points[i] = draw(region);
			there[i] = true;
		}
		struct grid *g = grid_of(max_m, points, POINTS);
		for (size_t i = 0; i < POINTS; i += 3) {
			grid_remove(g, &spots[i]);
			there[i] = false;
		}
		for (int q = 0; q < QUESTIONS; q++) {
			/* Beyond the largest radius is only slower, never wrong. */
			double radius_m =
				q % 25 == 0 ? max_m * 20 : random_in(0, max_m);
			compare(g, points, there, draw(region), radius_m);
			compare(g, points, there, points[q], radius_m);
		}
		grid_free(g);
	}
}

static void
what_is_removed_makes_room_for_what_comes(void **state)
{
	struct grid *g = grid_new(500);

	(void)state;
	for (size_t i = 0; i < 10000; i++) {
		struct geo_point at = {random_in(-1, 1), random_in(-1, 1)};

		if (i >= 64) {
			grid_remove(g, &spots[i % 64]);
		}
		assert_int_equal(add(g, i % 64, at), 0);
		assert_in_range(count_within(g, at, 0), 1, 64);
	}
	assert_int_equal(grid_count(g), 64);
	grid_free(g);
}

static void
without_memory_it_says_so_and_keeps_what_it_had(void **state)
{
	const struct geo_point at = {44, 11};
	struct grid *g = NULL;
	unsigned long n;

	(void)state;
	for (n = 1;; n++) {
		alloc_fail_at(n);
		g = grid_new(500);
		if (!alloc_failed()) {
			break;
		}
		assert_null(g);
	}
	alloc_fail_at(0);
	assert_int_equal(n, 2);
	/* 65 entries: the first growth and the second. */
	for (uint64_t i = 0; i < 65; i++) {
		for (n = 1;; n++) {
			alloc_fail_at(n);
			int r = add(g, i, at);
			if (!alloc_failed()) {
				alloc_fail_at(0);
				assert_int_equal(r, 0);
				break;
			}
			assert_int_equal(r, -ENOMEM);
			assert_int_equal(grid_count(g), i);
			assert_int_equal(count_within(g, at, 1), i);
		}
	}
	assert_int_equal(count_within(g, at, 1), 65);
	grid_free(g);
	grid_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			neighbours_are_found_in_every_quarter_and_at_the_edges),
		cmocka_unit_test(the_edge_of_the_radius_belongs_to_it),
		cmocka_unit_test(duplicates_are_each_found_and_removed_one_by_one),
		cmocka_unit_test(a_visitor_stops_the_walk_with_its_own_word),
		cmocka_unit_test(random_cases_equal_brute_force_everywhere),
		cmocka_unit_test(what_is_removed_makes_room_for_what_comes),
		cmocka_unit_test(without_memory_it_says_so_and_keeps_what_it_had),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
