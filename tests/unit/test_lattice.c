#include "unit.h"

#include <math.h>
#include <stdbool.h>

#include "geo/lattice.h"
#include "geo/measure.h"

static const double lengths_m[] = {
	LATTICE_EPS_LEAST_M, 1, 50.5, 300, 1000, 7777, LATTICE_EPS_MOST_M};

enum {
	LENGTHS = sizeof(lengths_m) / sizeof(lengths_m[0]),
	DRAWS = 20000,
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

/* Anywhere; every other one within a few eps of a pole, the line or 0/0. */
static struct geo_point
draw(double eps_m)
{
	double few_deg = 4 * eps_m / EARTH_RADIUS_M * (180 / M_PI);
	struct geo_point at = {
		asin(random_in(-1, 1)) * (180 / M_PI), random_in(-180, 180)};

	switch ((int)random_in(0, 8)) {
	case 0:
		at.lat_deg = 90 - fabs(random_in(0, few_deg));
		break;
	case 1:
		at.lat_deg = -90 + fabs(random_in(0, few_deg));
		break;
	case 2:
		at.lon_deg = remainder(180 + random_in(-few_deg, few_deg), 360);
		break;
	case 3:
		at = (struct geo_point){
			random_in(-few_deg, few_deg), random_in(-few_deg, few_deg)};
		break;
	default:
		break;
	}
	return at;
}

/* Where one comes to from a point, going so far at that bearing. */
static struct geo_point
go(struct geo_point from, double bearing_rad, double way_m)
{
	double lat = from.lat_deg * (M_PI / 180);
	double way = way_m / EARTH_RADIUS_M;
	double sin_lat = sin(lat) * cos(way) + cos(lat) * sin(way) * cos(bearing_rad);
	double to_lat = asin(fmax(-1, fmin(sin_lat, 1)));
	double lon = atan2(sin(bearing_rad) * sin(way) * cos(lat),
		cos(way) - sin(lat) * sin(to_lat));

	return (struct geo_point){to_lat * (180 / M_PI),
		remainder(from.lon_deg + lon * (180 / M_PI), 360)};
}

static struct lattice *
make(double eps_m)
{
	struct lattice *l = lattice_new(eps_m);

	assert_non_null(l);
	return l;
}

static bool
is_same(struct lattice_cell a, struct lattice_cell b)
{
	return a.row == b.row && a.column == b.column;
}

static void
points_of_one_cell_are_within_eps(void **state)
{
	long inside = 0;

	(void)state;
	for (size_t k = 0; k < LENGTHS; k++) {
		struct lattice *l = make(lengths_m[k]);

		for (int i = 0; i < DRAWS; i++) {
			struct geo_point a = draw(lengths_m[k]);
			struct lattice_cell cell = lattice_cell_at(l, a);
			struct lattice_box box = lattice_box(l, cell);
			/* On an edge every other time. */
			double up = fmin(random_in(0, 2), 1);
			double along = fmin(random_in(0, 2), 1);
			struct geo_point b = {box.south_deg + box.height_deg * up,
				box.west_deg + box.width_deg * along};

			if (point_is_valid(b) && is_same(lattice_cell_at(l, b), cell)) {
				inside++;
				assert_true(measure_distance_m(a, b) <= lengths_m[k]);
			}
			/* The box's own corners are as far apart as it gets. */
			assert_true(measure_distance_m((struct geo_point){box.south_deg,
							       box.west_deg},
					    (struct geo_point){
						    box.south_deg + box.height_deg,
						    box.west_deg + box.width_deg}) <=
				    lengths_m[k]);
		}
		lattice_free(l);
	}
	assert_true(inside > LENGTHS * DRAWS / 4);
}

static bool
is_around(struct lattice *l, struct lattice_cell cell, struct lattice_cell other)
{
	struct lattice_cell around[LATTICE_AROUND_MOST];
	size_t n = lattice_around(l, cell, around);

	for (size_t i = 0; i < n; i++) {
		if (is_same(around[i], other)) {
			return true;
		}
	}
	return false;
}

static void
what_is_within_eps_is_in_the_cell_or_around_it(void **state)
{
	long elsewhere = 0;

	(void)state;
	for (size_t k = 0; k < LENGTHS; k++) {
		struct lattice *l = make(lengths_m[k]);

		for (int i = 0; i < DRAWS; i++) {
			struct geo_point a = draw(lengths_m[k]);
			double way_m = lengths_m[k] * sqrt(random_in(0.5, 1));
			struct geo_point b = go(a, random_in(0, 2 * M_PI), way_m);
			struct lattice_cell cell_a = lattice_cell_at(l, a);
			struct lattice_cell cell_b = lattice_cell_at(l, b);

			if (measure_distance_m(a, b) > lengths_m[k] ||
				is_same(cell_a, cell_b)) {
				continue;
			}
			elsewhere++;
			if (!is_around(l, cell_a, cell_b) ||
				!is_around(l, cell_b, cell_a)) {
				fail_msg("eps %g: %.12f %.12f and %.12f %.12f",
					lengths_m[k], a.lat_deg, a.lon_deg, b.lat_deg,
					b.lon_deg);
			}
		}
		lattice_free(l);
	}
	assert_true(elsewhere > LENGTHS * DRAWS / 2);
}

/* Around it: no cell twice, not the cell itself, and not too many for the room. */
static size_t
count_around(struct lattice *l, struct lattice_cell cell)
{
	struct lattice_cell around[LATTICE_AROUND_MOST];
	size_t n = lattice_around(l, cell, around);

	for (size_t i = 0; i < n; i++) {
		assert_false(is_same(around[i], cell));
		for (size_t j = 0; j < i; j++) {
			assert_false(is_same(around[i], around[j]));
		}
	}
	return n;
}

static void
the_cells_around_are_few_and_each_is_named_once(void **state)
{
	(void)state;
	for (size_t k = 0; k < LENGTHS; k++) {
		struct lattice *l = make(lengths_m[k]);
		uint32_t last = lattice_cell_at(l, (struct geo_point){90, 0}).row;
		size_t most = 0;

		for (uint32_t row = 0; row < 40; row++) {
			for (uint32_t column = 0; column < 7; column++) {
				size_t south = count_around(
					l, (struct lattice_cell){row, column});
				size_t north = count_around(
					l, (struct lattice_cell){last - row, column});

				most = south > most ? south : most;
				most = north > most ? north : most;
			}
		}
		assert_in_range(most, 30, LATTICE_AROUND_MOST);
		for (int i = 0; i < 2000; i++) {
			struct geo_point at = {
				random_in(-80, 80), random_in(-180, 180)};

			if (lengths_m[k] < 10000) {
				assert_in_range(count_around(l, lattice_cell_at(l, at)),
					18, 29);
			}
		}
		lattice_free(l);
	}
}

/* Of the square around a cell those that are said to be in reach of a point of it. */
static void
what_is_within_eps_of_a_point_is_in_its_reach(void **state)
{
	long inside = 0, squares = 0, cells = 0;

	(void)state;
	for (size_t k = 0; k < LENGTHS; k++) {
		struct lattice *l = make(lengths_m[k]);

		for (int i = 0; i < DRAWS; i++) {
			struct geo_point a = draw(lengths_m[k]);
			double way_m = lengths_m[k] * sqrt(random_in(0.2, 1));
			struct geo_point b = go(a, random_in(0, 2 * M_PI), way_m);
			struct lattice_cell cell = lattice_cell_at(l, a);
			struct lattice_cell other = lattice_cell_at(l, b);
			uint32_t reach = lattice_reach(l, cell, &a);
			uint32_t all = lattice_reach(l, cell, NULL);
			uint32_t up = other.row + 2 - cell.row;
			uint32_t along = other.column + 2 - cell.column;

			assert_true(reach == 0 ? all == 0 : all == 0x1ffffff);
			squares += reach != 0;
			cells += __builtin_popcount(reach);
			if (reach != 0 && measure_distance_m(a, b) <= lengths_m[k]) {
				inside++;
				assert_true(up < 5 && along < 5);
				assert_true((reach >> (up * 5 + along) & 1) != 0);
			}
		}
		lattice_free(l);
	}
	assert_true(inside > LENGTHS * DRAWS / 3);
	assert_true(cells < squares * 16);
}

static void
the_antimeridian_is_one_line(void **state)
{
	struct lattice *l = make(300);

	(void)state;
	for (double lat = -90; lat <= 90; lat += 7.5) {
		struct lattice_cell west =
			lattice_cell_at(l, (struct geo_point){lat, -180});
		struct lattice_cell east =
			lattice_cell_at(l, (struct geo_point){lat, 180});

		assert_true(is_same(west, east));
	}
	lattice_free(l);
}

static void
without_memory_there_is_no_lattice(void **state)
{
	struct lattice *l;

	(void)state;
	alloc_fail_at(1);
	l = lattice_new(300);
	assert_true(alloc_failed());
	alloc_fail_at(0);
	assert_null(l);
	lattice_free(l);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(points_of_one_cell_are_within_eps),
		cmocka_unit_test(what_is_within_eps_is_in_the_cell_or_around_it),
		cmocka_unit_test(the_cells_around_are_few_and_each_is_named_once),
		cmocka_unit_test(what_is_within_eps_of_a_point_is_in_its_reach),
		cmocka_unit_test(the_antimeridian_is_one_line),
		cmocka_unit_test(without_memory_there_is_no_lattice),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
