#include "unit.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "geo/pyramid.h"

enum {
	THINGS = 3000,
	CELLS = 2000,
	ALL = (1 << PYRAMID_KINDS) - 1,
};

static uint64_t seed = 20261122;

static double
random_in(double from, double to)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return from +
	       (to - from) * (double)(seed * 2685821657736338717u >> 11) * 0x1p-53;
}

static unsigned
random_below(unsigned n)
{
	return (unsigned)random_in(0, n);
}

/* The same things without a tree. */
struct thing {
	struct geo_point at;
	unsigned kind;
	bool is_in;
};

static struct thing things[THINGS];
static struct pyramid_cell cells[CELLS];
static uint32_t slots[THINGS];

static struct pyramid *
new_pyramid(void)
{
	struct pyramid *p = pyramid_new();

	assert_non_null(p);
	memset(things, 0, sizeof(things));
	return p;
}

static void
put(struct pyramid *p, uint32_t slot, double lat_deg, double lon_deg, unsigned kind)
{
	assert_int_equal(pyramid_reserve(p, slot + 1), 0);
	pyramid_put(p, slot, (struct geo_point){lat_deg, lon_deg}, kind);
	things[slot] = (struct thing){{lat_deg, lon_deg}, kind, true};
}

static void
take_away(struct pyramid *p, uint32_t slot)
{
	pyramid_remove(p, slot);
	things[slot].is_in = false;
}

static const struct pyramid_view world = {-180, -90, 180, 90, 0, ALL, NULL, NULL, 0};

/* The number of a square, by another way than the tree's: tan instead of sin. */
static double
square(double part, unsigned level)
{
	double n = ldexp(1, (int)level);

	return fmin(fmax(floor(part * n), 0), n - 1);
}

static double
square_x(double lon_deg, unsigned level)
{
	return square((lon_deg + 180) / 360, level);
}

static double
square_y(double lat_deg, unsigned level)
{
	double lat = fmin(fmax(lat_deg, -89), 89) * M_PI / 180;

	return square((1 - log(tan(M_PI / 4 + lat / 2)) / M_PI) / 2, level);
}

static bool
reaches(const struct pyramid_view *v, struct geo_point at, unsigned level)
{
	double x = square_x(at.lon_deg, level), y = square_y(at.lat_deg, level);
	double west = square_x(v->west_deg, level), east = square_x(v->east_deg, level);

	return y >= square_y(v->north_deg, level) &&
	       y <= square_y(v->south_deg, level) &&
	       (v->west_deg <= v->east_deg ? x >= west && x <= east
					   : x >= west || x <= east);
}

/* Every square is right, and none is missing. */
static void
assert_like_brute_force(
	const struct pyramid *p, const struct pyramid_view *v, unsigned level)
{
	static double at_x[THINGS], at_y[THINGS];
	static bool is_wanted[THINGS];
	struct pyramid_found found;
	size_t n_told = 0, n_there = 0;

	pyramid_cells(p, v, cells, CELLS, &found);
	assert_false(found.incomplete);
	for (uint32_t i = 0; i < THINGS; i++) {
		is_wanted[i] = things[i].is_in &&
			       (v->kinds >> things[i].kind & 1) != 0 &&
			       (v->matches == NULL || v->matches(v->arg, i));
		at_x[i] = square_x(things[i].at.lon_deg, level);
		at_y[i] = square_y(things[i].at.lat_deg, level);
		n_there += is_wanted[i] && reaches(v, things[i].at, level);
	}
	for (size_t c = 0; c < found.n; c++) {
		double x = square_x(cells[c].centre.lon_deg, level);
		double y = square_y(cells[c].centre.lat_deg, level);
		uint32_t counts[PYRAMID_KINDS] = {0}, n = 0, one = PYRAMID_NO_SLOT;
		double lat_deg = 0, lon_deg = 0;

		for (uint32_t i = 0; i < THINGS; i++) {
			if (!is_wanted[i] || at_x[i] != x || at_y[i] != y) {
				continue;
			}
			counts[things[i].kind]++;
			n++;
			lat_deg += things[i].at.lat_deg;
			lon_deg += things[i].at.lon_deg;
			one = i;
		}
		assert_int_equal(cells[c].n, n);
		assert_memory_equal(cells[c].counts, counts, sizeof(counts));
		assert_true(fabs(cells[c].centre.lat_deg - lat_deg / n) < 1e-6);
		assert_true(fabs(cells[c].centre.lon_deg - lon_deg / n) < 1e-6);
		assert_int_equal(cells[c].lone, n == 1 ? one : PYRAMID_NO_SLOT);
		n_told += n;
	}
	assert_int_equal(n_told, n_there);
}

/* Towns, the countryside, the seam, a pole: points off the squares' borders. */
static void
scatter(struct pyramid *p, uint32_t slot)
{
	unsigned where = random_below(10);
	double lat_deg = random_in(36, 47), lon_deg = random_in(7, 18);

	if (where < 4) {
		lat_deg = 42.35 + random_in(-0.02, 0.02);
		lon_deg = 13.4 + random_in(-0.02, 0.02);
	} else if (where == 4) {
		lat_deg = 42.351234;
		lon_deg = 13.401234;
	} else if (where == 5) {
		lat_deg = random_in(-20, -10);
		lon_deg = random_in(178, 182);
		lon_deg -= lon_deg > 180 ? 360 : 0;
	} else if (where == 6) {
		lat_deg = random_in(-80, 80);
		lon_deg = random_in(-179.9, 179.9);
	}
	put(p, slot, lat_deg, lon_deg, random_below(PYRAMID_KINDS));
}

static const struct {
	double west_deg, south_deg, east_deg, north_deg, zoom;
	unsigned level;
} views[] = {
	{-179.99, -84, 179.99, 84, 0, 3},
	{5, 35, 20, 48, 5, 8},
	{12.9, 42.1, 13.9, 42.6, 9, 12},
	{13.39, 42.34, 13.41, 42.36, 14, 17},
	{177, -21, -177, -9, 4.4, 7},
	{13.4, 42.35, 13.403, 42.352, 20, 23},
};

static bool
is_odd(void *arg, uint32_t slot)
{
	(void)arg;
	return slot % 2 == 1;
}

static void
assert_views(const struct pyramid *p)
{
	for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++) {
		struct pyramid_view v = {views[i].west_deg, views[i].south_deg,
			views[i].east_deg, views[i].north_deg, views[i].zoom, ALL, NULL,
			NULL, 0};

		assert_like_brute_force(p, &v, views[i].level);
		v.kinds = 0x1043;
		assert_like_brute_force(p, &v, views[i].level);
		v.kinds = 0;
		assert_like_brute_force(p, &v, views[i].level);
		v.kinds = ALL;
		v.matches = is_odd;
		v.looks_most = THINGS;
		assert_like_brute_force(p, &v, views[i].level);
	}
}

static void
after_any_history_it_counts_like_one_who_looks_at_each(void **state)
{
	struct pyramid *p = new_pyramid();
	size_t n = 0;

	(void)state;
	for (unsigned step = 1; step <= 12000; step++) {
		uint32_t slot = random_below(THINGS);

		if (random_below(3) == 0) {
			take_away(p, slot);
		} else {
			scatter(p, slot);
		}
		if (step % 3000 == 0 || step < 10) {
			assert_views(p);
		}
	}
	for (uint32_t i = 0; i < THINGS; i++) {
		n += things[i].is_in;
	}
	assert_int_equal(pyramid_count(p), n);
	for (uint32_t i = 0; i < THINGS; i++) {
		take_away(p, i);
	}
	assert_int_equal(pyramid_count(p), 0);
	assert_views(p);
	pyramid_free(p);
}

static void
each_one_in_the_box_is_found_by_itself(void **state)
{
	struct pyramid *p = new_pyramid();
	struct pyramid_found found;

	(void)state;
	for (uint32_t i = 0; i < THINGS; i++) {
		scatter(p, i);
	}
	for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++) {
		struct pyramid_view v = {views[i].west_deg, views[i].south_deg,
			views[i].east_deg, views[i].north_deg, 0, ALL, NULL, NULL, 0};
		size_t n = 0, n_told = 0;

		pyramid_slots(p, &v, slots, THINGS, &found);
		assert_false(found.incomplete);
		for (size_t j = 0; j < found.n; j++) {
			n_told += reaches(&v, things[slots[j]].at, 30);
		}
		for (uint32_t j = 0; j < THINGS; j++) {
			n += reaches(&v, things[j].at, 30);
		}
		assert_int_equal(n_told, n);
		assert_true(found.n <= n + 2);
	}
	pyramid_slots(p, &world, slots, THINGS - 1, &found);
	assert_true(found.incomplete);
	assert_int_equal(found.n, THINGS - 1);
	pyramid_free(p);
}

static void
a_view_too_wide_for_its_zoom_is_told_in_wider_squares(void **state)
{
	struct pyramid *p = new_pyramid();
	struct pyramid_view v = world;
	struct pyramid_found found;
	size_t n = 0;

	(void)state;
	for (uint32_t i = 0; i < THINGS; i++) {
		put(p, i, random_in(-80, 80), random_in(-180, 180), 0);
	}
	v.zoom = 22;
	pyramid_cells(p, &v, cells, 1500, &found);
	assert_in_range(found.n, 100, 1024);
	for (size_t i = 0; i < found.n; i++) {
		n += cells[i].n;
	}
	assert_int_equal(n, THINGS);
	pyramid_cells(p, &v, cells, 2, &found);
	assert_int_equal(found.n, 1);
	assert_int_equal(cells[0].n, THINGS);
	pyramid_free(p);
}

static void
many_at_one_point_are_one_square_at_every_zoom(void **state)
{
	struct pyramid *p = new_pyramid();
	struct pyramid_view v = world;
	struct pyramid_found found;

	(void)state;
	for (uint32_t i = 0; i < THINGS; i++) {
		put(p, i, 42.35, 13.4, i % 5);
	}
	for (v.zoom = 0; v.zoom <= 22; v.zoom++) {
		v.west_deg = 13.399;
		v.east_deg = 13.401;
		v.south_deg = 42.349;
		v.north_deg = 42.351;
		pyramid_cells(p, &v, cells, CELLS, &found);
		assert_int_equal(found.n, 1);
		assert_int_equal(cells[0].n, THINGS);
		assert_int_equal(cells[0].counts[4], THINGS / 5);
	}
	for (uint32_t i = 0; i < THINGS - 1; i++) {
		take_away(p, i);
	}
	pyramid_cells(p, &v, cells, CELLS, &found);
	assert_int_equal(cells[0].lone, THINGS - 1);
	pyramid_free(p);
}

static void
poles_and_the_ends_of_the_world_are_on_the_map(void **state)
{
	static const struct geo_point ends[] = {{90, 0}, {-90, 0}, {86, 10}, {-86, 10},
		{0, 180}, {0, -180}, {0, 0}, {90, 180}, {-90, -180}};
	struct pyramid *p = new_pyramid();
	struct pyramid_found found;
	size_t n = 0;

	(void)state;
	for (uint32_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		put(p, i, ends[i].lat_deg, ends[i].lon_deg, 1);
	}
	pyramid_cells(p, &world, cells, CELLS, &found);
	for (size_t i = 0; i < found.n; i++) {
		n += cells[i].n;
	}
	assert_int_equal(n, 9);
	pyramid_clear(p);
	assert_int_equal(pyramid_count(p), 0);
	put(p, 0, 1, 1, 1);
	assert_int_equal(pyramid_count(p), 1);
	pyramid_free(p);
}

static void
who_looks_at_each_stops_where_told_and_says_so(void **state)
{
	struct pyramid *p = new_pyramid();
	struct pyramid_view v = world;
	struct pyramid_found found;

	(void)state;
	for (uint32_t i = 0; i < THINGS; i++) {
		scatter(p, i);
	}
	v.matches = is_odd;
	v.looks_most = THINGS - 1;
	pyramid_cells(p, &v, cells, CELLS, &found);
	assert_true(found.incomplete);
	v.looks_most = THINGS;
	pyramid_cells(p, &v, cells, CELLS, &found);
	assert_false(found.incomplete);
	pyramid_free(p);
}

static void
without_memory_nothing_changes(void **state)
{
	struct pyramid *p;
	unsigned failures = 0;

	(void)state;
	for (;;) {
		alloc_fail_at(failures + 1);
		p = pyramid_new();
		alloc_fail_at(0);
		if (p != NULL) {
			break;
		}
		failures++;
	}
	assert_true(failures >= 2);
	alloc_fail_at(1);
	assert_int_equal(pyramid_reserve(p, 100000), -ENOMEM);
	alloc_fail_at(0);
	put(p, 0, 1, 1, 1);
	assert_int_equal(pyramid_reserve(p, 100000), 0);
	assert_int_equal(pyramid_count(p), 1);
	pyramid_free(p);
	pyramid_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			after_any_history_it_counts_like_one_who_looks_at_each),
		cmocka_unit_test(each_one_in_the_box_is_found_by_itself),
		cmocka_unit_test(a_view_too_wide_for_its_zoom_is_told_in_wider_squares),
		cmocka_unit_test(many_at_one_point_are_one_square_at_every_zoom),
		cmocka_unit_test(poles_and_the_ends_of_the_world_are_on_the_map),
		cmocka_unit_test(who_looks_at_each_stops_where_told_and_says_so),
		cmocka_unit_test(without_memory_nothing_changes),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
