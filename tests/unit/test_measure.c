#include "unit.h"

#include <math.h>

#include "geo/measure.h"

struct pair {
	struct geo_point a;
	struct geo_point b;
	double distance_m;
};

static void
assert_near(double got, double want, double within)
{
	if (!(fabs(got - want) <= within)) {
		fail_msg("got %.9f, wanted %.9f within %g", got, want, within);
	}
}

/* Arcs of great circles whose length follows from the angle alone. */
static void
known_arcs_have_their_length_in_every_quarter(void **state)
{
	const double degree_m = EARTH_RADIUS_M * M_PI / 180;
	const struct pair pairs[] = {
		{{0, 0}, {0, 0}, 0},
		{{0, 0}, {0, 1}, degree_m},
		{{0, 0}, {1, 0}, degree_m},
		{{0, 0}, {-1, 0}, degree_m},
		{{0, 0}, {0, -1}, degree_m},
		{{42, 13}, {43, 13}, degree_m},
		{{-42, 13}, {-43, 13}, degree_m},
		{{42, -13}, {41, -13}, degree_m},
		{{-42, -13}, {-41, -13}, degree_m},
		{{0, 179.5}, {0, -179.5}, degree_m},
		{{0, -180}, {0, 180}, 0},
		{{90, 0}, {90, 137}, 0},
		{{-90, 0}, {-90, -137}, 0},
		{{90, 10}, {89, -170}, degree_m},
		{{89.5, 0}, {89.5, 180}, degree_m},
		{{-89.5, 90}, {-89.5, -90}, degree_m},
		{{0, 0}, {0, 180}, 180 * degree_m},
		{{90, 0}, {-90, 0}, 180 * degree_m},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		double there = measure_distance_m(pairs[i].a, pairs[i].b);
		assert_near(
			there, pairs[i].distance_m, 1e-6 + 1e-9 * pairs[i].distance_m);
		assert_true(there == measure_distance_m(pairs[i].b, pairs[i].a));
	}
}

static void
a_metre_across_the_antimeridian_is_as_exact_as_elsewhere(void **state)
{
	struct geo_point west = {42.0, 179.999995};
	struct geo_point east = {42.0, -179.999995};
	struct geo_point a = {42.0, 13.0};
	struct geo_point b = {42.0, 13.00001};

	(void)state;
	assert_near(measure_distance_m(west, east), measure_distance_m(a, b), 1e-6);
}

/* By the spherical law of cosines in long double, another formula. */
static void
the_formula_agrees_with_another(void **state)
{
	struct geo_point rome = {41.9028, 12.4964};
	struct geo_point aquila = {42.3498, 13.3995};
	long double to = 3.14159265358979323846L / 180;
	long double cosine = sinl(rome.lat_deg * to) * sinl(aquila.lat_deg * to) +
			     cosl(rome.lat_deg * to) * cosl(aquila.lat_deg * to) *
				     cosl((aquila.lon_deg - rome.lon_deg) * to);

	(void)state;
	assert_near(measure_distance_m(rome, aquila),
		(double)(acosl(cosine) * (long double)EARTH_RADIUS_M), 1e-5);
}

static void
only_finite_points_on_the_globe_are_valid(void **state)
{
	const struct geo_point good[] = {{0, 0}, {90, 180}, {-90, -180}, {42.3, 13.4}};
	const struct geo_point bad[] = {{90.0000001, 0}, {-90.0000001, 0},
		{0, 180.0000001}, {0, -180.0000001}, {NAN, 0}, {0, NAN}, {INFINITY, 0},
		{0, -INFINITY}};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_true(point_is_valid(good[i]));
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(point_is_valid(bad[i]));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_arcs_have_their_length_in_every_quarter),
		cmocka_unit_test(
			a_metre_across_the_antimeridian_is_as_exact_as_elsewhere),
		cmocka_unit_test(the_formula_agrees_with_another),
		cmocka_unit_test(only_finite_points_on_the_globe_are_valid),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
