#include "unit.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "geo/measure.h"
#include "geo/polygon.h"

enum {
	DRAWS = 20000,
	STAR_CORNERS = 60,
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

static struct polygon *
made(const struct geo_point *points, const uint32_t *sizes, size_t n_rings)
{
	struct polygon *p = NULL;

	assert_int_equal(polygon_new(&p, points, sizes, n_rings), 0);
	return p;
}

static struct polygon *
box(double south, double west, double north, double east)
{
	const struct geo_point corners[] = {
		{south, west}, {south, east}, {north, east}, {north, west}};
	const uint32_t sizes[] = {4};

	return made(corners, sizes, 1);
}

static enum polygon_side
side(const struct polygon *p, double lat_deg, double lon_deg)
{
	return polygon_side(p, (struct geo_point){lat_deg, lon_deg});
}

static void
inside_outside_edge_and_corner_in_each_quarter_of_the_earth(void **state)
{
	(void)state;
	for (int quarter = 0; quarter < 4; quarter++) {
		double up = quarter & 1 ? 1 : -1;
		double right = quarter & 2 ? 1 : -1;
		struct polygon *p = box(40 * up, 10 * right, 42 * up, 14 * right);

		assert_int_equal(side(p, 41 * up, 12 * right), POLYGON_INSIDE);
		assert_int_equal(side(p, 41 * up, -12 * right), POLYGON_OUTSIDE);
		assert_int_equal(side(p, -41 * up, 12 * right), POLYGON_OUTSIDE);
		assert_int_equal(side(p, 41 * up, 15 * right), POLYGON_OUTSIDE);
		assert_int_equal(side(p, 41 * up, 10 * right), POLYGON_BOUNDARY);
		assert_int_equal(side(p, 42 * up, 11 * right), POLYGON_BOUNDARY);
		assert_int_equal(side(p, 40 * up, 11 * right), POLYGON_BOUNDARY);
		assert_int_equal(side(p, 40 * up, 10 * right), POLYGON_BOUNDARY);
		assert_int_equal(side(p, 42 * up, 14 * right), POLYGON_BOUNDARY);
		/* On the line of a side, but beyond its end. */
		assert_int_equal(side(p, 42 * up, 15 * right), POLYGON_OUTSIDE);
		assert_int_equal(side(p, 40 * up, 9 * right), POLYGON_OUTSIDE);
		polygon_free(p);
	}
}

static void
a_box_over_zero_and_zero(void **state)
{
	struct polygon *p = box(-1, -1, 1, 1);

	(void)state;
	assert_int_equal(side(p, 0, 0), POLYGON_INSIDE);
	assert_int_equal(side(p, -0.0, -0.0), POLYGON_INSIDE);
	assert_int_equal(side(p, 1, 0), POLYGON_BOUNDARY);
	assert_int_equal(side(p, 1.0000001, 0), POLYGON_OUTSIDE);
	assert_int_equal(side(p, 0.9999999, 0), POLYGON_INSIDE);
	polygon_free(p);
}

static void
the_antimeridian_is_a_line_like_others(void **state)
{
	struct polygon *p = box(-20, 178, -15, -177);

	(void)state;
	assert_int_equal(side(p, -17, 179), POLYGON_INSIDE);
	assert_int_equal(side(p, -17, 180), POLYGON_INSIDE);
	assert_int_equal(side(p, -17, -180), POLYGON_INSIDE);
	assert_int_equal(side(p, -17, -178), POLYGON_INSIDE);
	assert_int_equal(side(p, -17, -177), POLYGON_BOUNDARY);
	assert_int_equal(side(p, -17, -176), POLYGON_OUTSIDE);
	assert_int_equal(side(p, -17, 177), POLYGON_OUTSIDE);
	assert_int_equal(side(p, -17, 0), POLYGON_OUTSIDE);
	polygon_free(p);
}

static void
parts_cut_at_the_antimeridian_as_rfc_7946_wants_meet_there(void **state)
{
	const struct geo_point corners[] = {{-20, 178}, {-20, 180}, {-15, 180},
		{-15, 178}, {-20, -180}, {-20, -177}, {-15, -177}, {-15, -180}};
	const uint32_t sizes[] = {4, 4};
	struct polygon *p = made(corners, sizes, 2);

	(void)state;
	assert_int_equal(side(p, -17, 179), POLYGON_INSIDE);
	assert_int_equal(side(p, -17, -179), POLYGON_INSIDE);
	assert_int_equal(side(p, -17, 180), POLYGON_BOUNDARY);
	assert_int_equal(side(p, -17, -180), POLYGON_BOUNDARY);
	assert_int_equal(side(p, -17, 170), POLYGON_OUTSIDE);
	polygon_free(p);
}

static void
a_ring_around_the_earth_holds_its_pole(void **state)
{
	(void)state;
	for (int up = -1; up <= 1; up += 2) {
		for (int way = -1; way <= 1; way += 2) {
			struct geo_point ring[12];
			const uint32_t sizes[] = {12};
			struct polygon *p;

			for (int i = 0; i < 12; i++) {
				ring[i] = (struct geo_point){
					up * 70, way * (-165 + i * 30)};
			}
			p = made(ring, sizes, 1);
			for (int lon = -180; lon <= 180; lon += 15) {
				assert_int_equal(side(p, up * 80, lon), POLYGON_INSIDE);
				assert_int_equal(
					side(p, up * 70, lon), POLYGON_BOUNDARY);
				assert_int_equal(
					side(p, up * 60, lon), POLYGON_OUTSIDE);
				assert_true(side(p, up * 90, lon) != POLYGON_OUTSIDE);
			}
			polygon_free(p);
		}
	}
}

static void
holes_and_islands_in_them(void **state)
{
	const struct geo_point corners[] = {{0, 0}, {0, 9}, {9, 9}, {9, 0}, {0, 0},
		{3, 3}, {6, 3}, {6, 6}, {3, 6}, {4, 4}, {4, 5}, {5, 5}, {5, 4},
		{20, 20}, {20, 21}, {21, 20}};
	const uint32_t sizes[] = {5, 4, 4, 3};
	struct polygon *p = made(corners, sizes, 4);

	(void)state;
	assert_int_equal(side(p, 1, 1), POLYGON_INSIDE);
	assert_int_equal(side(p, 3.5, 3.5), POLYGON_OUTSIDE);
	assert_int_equal(side(p, 3, 4), POLYGON_BOUNDARY);
	assert_int_equal(side(p, 4.5, 4.5), POLYGON_INSIDE);
	assert_int_equal(side(p, 20.2, 20.2), POLYGON_INSIDE);
	assert_int_equal(side(p, 20.8, 20.8), POLYGON_OUTSIDE);
	polygon_free(p);
}

static int
refused(const struct geo_point *points, uint32_t n, size_t n_rings)
{
	struct polygon *p = NULL;
	int r = polygon_new(&p, points, &n, n_rings);

	assert_null(p);
	return r;
}

static void
what_is_no_polygon_is_refused_with_a_reason(void **state)
{
	const struct geo_point ring[] = {{0, 0}, {0, 1}, {0, 1}, {0, 0}};
	const struct geo_point beyond[] = {{0, 0}, {91, 1}, {1, 1}};
	const struct geo_point nan_ring[] = {{0, 0}, {NAN, 1}, {1, 1}};
	const struct geo_point twice[] = {
		{0, 0}, {0, 120}, {0, -120}, {1, 0}, {1, 120}, {1, -120}};
	const struct geo_point polar[] = {{89, -180}, {89, 180}, {90, 180}, {90, -180}};

	(void)state;
	assert_int_equal(refused(polar, 4, 1), POLYGON_FEW_CORNERS);
	assert_non_null(strstr(polygon_reason(POLYGON_FEW_CORNERS),
		"longitudes 180 and -180 are one"));
	assert_int_equal(refused(ring, 4, 0), POLYGON_NO_RING);
	assert_int_equal(refused(ring, 0, 1), POLYGON_FEW_CORNERS);
	assert_int_equal(refused(ring, 4, 1), POLYGON_FEW_CORNERS);
	assert_int_equal(refused(beyond, 3, 1), POLYGON_BAD_CORNER);
	assert_int_equal(refused(nan_ring, 3, 1), POLYGON_BAD_CORNER);
	assert_int_equal(refused(twice, 6, 1), POLYGON_TOO_WIDE);
	assert_int_equal(refused(ring, UINT32_MAX, 1), POLYGON_TOO_LONG);
	for (int answer = POLYGON_NO_RING; answer <= POLYGON_BAD_BYTES; answer++) {
		assert_true(strlen(polygon_reason((enum polygon_answer)answer)) > 10);
	}
}

/* A star around a point: never crosses itself. */
static struct polygon *
star(struct geo_point middle, double size_deg, struct geo_point *corners)
{
	const uint32_t sizes[] = {STAR_CORNERS};

	for (int i = 0; i < STAR_CORNERS; i++) {
		double bearing = 2 * M_PI * i / STAR_CORNERS;
		double way = size_deg * random_in(0.3, 1);

		corners[i].lat_deg = middle.lat_deg + way * sin(bearing);
		corners[i].lon_deg =
			remainder(middle.lon_deg + way * cos(bearing), 360);
	}
	return made(corners, sizes, 1);
}

/* Looks at each side in turn, in the plane around the point. */
static bool
is_inside_plainly(const struct geo_point *corners, struct geo_point at)
{
	bool inside = false;

	for (int i = 0; i < STAR_CORNERS; i++) {
		const struct geo_point *a = &corners[i];
		const struct geo_point *b = &corners[(i + 1) % STAR_CORNERS];
		double ax = remainder(a->lon_deg - at.lon_deg, 360);
		double bx = remainder(b->lon_deg - at.lon_deg, 360);
		double ay = a->lat_deg - at.lat_deg;
		double by = b->lat_deg - at.lat_deg;

		if ((ay > 0) != (by > 0) && ax + (bx - ax) * -ay / (by - ay) > 0) {
			inside = !inside;
		}
	}
	return inside;
}

static double
distance_plainly(const struct geo_point *corners, struct geo_point at)
{
	double least = INFINITY;

	for (int i = 0; i < STAR_CORNERS; i++) {
		struct geo_point a = corners[i];
		struct geo_point b = corners[(i + 1) % STAR_CORNERS];
		double run = remainder(b.lon_deg - a.lon_deg, 360);

		for (int k = 0; k <= 400; k++) {
			struct geo_point on = {
				a.lat_deg + (b.lat_deg - a.lat_deg) * k / 400.0,
				remainder(a.lon_deg + run * k / 400.0, 360)};

			least = fmin(least, measure_distance_m(at, on));
		}
	}
	return least;
}

static void
random_stars_agree_with_a_look_at_every_side(void **state)
{
	static const double lons[] = {0, 12.5, 180, -179.99, -70};
	static const double lats[] = {0, 42, -33, 79, -79};
	struct geo_point corners[STAR_CORNERS];
	int n_inside = 0;

	(void)state;
	for (int i = 0; i < 100; i++) {
		struct geo_point middle = {lats[i % 5], lons[i / 5 % 5]};
		double size_deg = random_in(0.01, 5);
		struct polygon *p = star(middle, size_deg, corners);

		for (int k = 0; k < DRAWS / 100; k++) {
			struct geo_point at = {
				middle.lat_deg + random_in(-size_deg, size_deg),
				remainder(
					middle.lon_deg + random_in(-size_deg, size_deg),
					360)};
			bool inside = is_inside_plainly(corners, at);

			/* A centimetre of rounding is allowed to differ. */
			if (polygon_distance_m(p, at, 1) <= 1) {
				continue;
			}
			n_inside += inside;
			assert_int_equal((int)polygon_side(p, at),
				(int)(inside ? POLYGON_INSIDE : POLYGON_OUTSIDE));
		}
		polygon_free(p);
	}
	assert_in_range(n_inside, DRAWS / 10, DRAWS * 9 / 10);
}

static void
distances_agree_with_a_walk_along_every_side(void **state)
{
	static const double lons[] = {9, 180, -180, 0};
	static const double lats[] = {44, 0, -60, 75};
	struct geo_point corners[STAR_CORNERS];

	(void)state;
	for (int i = 0; i < 16; i++) {
		struct geo_point middle = {lats[i % 4], lons[i / 4]};
		struct polygon *p = star(middle, 0.08, corners);

		for (int k = 0; k < 25; k++) {
			struct geo_point at = {middle.lat_deg + random_in(-0.15, 0.15),
				remainder(
					middle.lon_deg + random_in(-0.15, 0.15), 360)};
			double plain_m = distance_plainly(corners, at);
			double m = polygon_distance_m(p, at, 100e3);

			/* Steps of the walk are some tens of metres apart. */
			assert_true(fabs(m - plain_m) < 2 + plain_m * 0.004);
			assert_true(polygon_distance_m(p, at, m * 0.999) == INFINITY);
			assert_true(polygon_distance_m(p, at, m * 1.001) < INFINITY);
		}
		polygon_free(p);
	}
}

static void
a_distance_across_the_antimeridian_and_on_the_side_itself(void **state)
{
	struct polygon *p = box(-1, 170, 1, 179.99);

	(void)state;
	assert_true(fabs(polygon_distance_m(p, (struct geo_point){0, -179.99}, 1e4) -
			    0.02 * M_PI / 180 * EARTH_RADIUS_M) < 1);
	assert_true(polygon_distance_m(p, (struct geo_point){0.5, 170}, 10) < 0.01);
	assert_true(polygon_distance_m(p, (struct geo_point){50, 10}, 1e5) == INFINITY);
	polygon_free(p);
}

static void
assert_same(const struct polygon *a, const struct polygon *b)
{
	assert_int_equal(a->n_corners, b->n_corners);
	assert_int_equal(a->n_rings, b->n_rings);
	for (size_t i = 0; i < a->n_corners; i++) {
		assert_int_equal(a->corners[i].lat_e7, b->corners[i].lat_e7);
		assert_int_equal(a->corners[i].lon_e7, b->corners[i].lon_e7);
	}
	assert_memory_equal(a->rings, b->rings, (a->n_rings + 1) * sizeof(*a->rings));
}

static void
what_is_packed_comes_back_and_nothing_shorter_does(void **state)
{
	const struct geo_point corners[] = {
		{0, 170}, {0, -170}, {9, 180}, {50, 1}, {50, 2}, {51, 1}};
	const uint32_t sizes[] = {3, 3};
	struct polygon *p = made(corners, sizes, 2);
	struct polygon *back = NULL;
	uint8_t *bytes;
	size_t n;

	(void)state;
	assert_int_equal(polygon_pack(p, &bytes, &n), 0);
	assert_int_equal(polygon_unpack(&back, bytes, n), 0);
	assert_same(p, back);
	polygon_free(back);
	for (size_t i = 0; i < n; i++) {
		uint8_t *cut = malloc(i + 1);

		memcpy(cut, bytes, i);
		back = NULL;
		assert_int_equal(polygon_unpack(&back, cut, i), POLYGON_BAD_BYTES);
		free(cut);
	}
	bytes[0] = 9;
	assert_int_equal(polygon_unpack(&back, bytes, n), POLYGON_BAD_BYTES);
	free(bytes);
	polygon_free(p);
}

/* Whatever stands in the file: an answer, never a fault. */
static void
damaged_bytes_are_refused_or_make_a_polygon_that_answers(void **state)
{
	struct geo_point corners[STAR_CORNERS];
	struct polygon *p = star((struct geo_point){10, 179.9}, 1, corners);
	uint8_t *bytes;
	size_t n;

	(void)state;
	assert_int_equal(polygon_pack(p, &bytes, &n), 0);
	for (int i = 0; i < DRAWS; i++) {
		size_t at = (size_t)random_in(0, (double)n);
		uint8_t kept = bytes[at];
		struct polygon *back = NULL;

		bytes[at] = (uint8_t)random_in(0, 256);
		if (polygon_unpack(&back, bytes, n) == 0) {
			(void)polygon_side(back, (struct geo_point){10, 180});
			(void)polygon_distance_m(
				back, (struct geo_point){10, 180}, 5000);
		}
		polygon_free(back);
		bytes[at] = kept;
	}
	free(bytes);
	polygon_free(p);
}

static void
short_memory_makes_no_half_polygon(void **state)
{
	const struct geo_point corners[] = {{0, 0}, {0, 1}, {1, 1}};
	const uint32_t sizes[] = {3};
	uint8_t *bytes = NULL;
	size_t n = 0;

	(void)state;
	for (unsigned long i = 1;; i++) {
		struct polygon *p = NULL;
		struct polygon *back = NULL;
		int r;

		alloc_fail_at(i);
		r = polygon_new(&p, corners, sizes, 1);
		if (r == 0) {
			r = polygon_pack(p, &bytes, &n);
		}
		if (r == 0) {
			r = polygon_unpack(&back, bytes, n);
		}
		bool was_reached = alloc_failed();

		alloc_fail_at(0);
		polygon_free(p);
		polygon_free(back);
		free(bytes);
		bytes = NULL;
		if (!was_reached) {
			assert_int_equal(r, 0);
			break;
		}
		assert_int_equal(r, -ENOMEM);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			inside_outside_edge_and_corner_in_each_quarter_of_the_earth),
		cmocka_unit_test(a_box_over_zero_and_zero),
		cmocka_unit_test(the_antimeridian_is_a_line_like_others),
		cmocka_unit_test(
			parts_cut_at_the_antimeridian_as_rfc_7946_wants_meet_there),
		cmocka_unit_test(a_ring_around_the_earth_holds_its_pole),
		cmocka_unit_test(holes_and_islands_in_them),
		cmocka_unit_test(what_is_no_polygon_is_refused_with_a_reason),
		cmocka_unit_test(random_stars_agree_with_a_look_at_every_side),
		cmocka_unit_test(distances_agree_with_a_walk_along_every_side),
		cmocka_unit_test(
			a_distance_across_the_antimeridian_and_on_the_side_itself),
		cmocka_unit_test(what_is_packed_comes_back_and_nothing_shorter_does),
		cmocka_unit_test(
			damaged_bytes_are_refused_or_make_a_polygon_that_answers),
		cmocka_unit_test(short_memory_makes_no_half_polygon),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
