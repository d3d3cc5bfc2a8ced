/* Rings as other programs want them: parts, holes, turned right, cut at 180. */
#include "unit.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "geo/export_ground.h"

enum {
	RINGS_MOST = 16,
};

struct read_ring {
	size_t part;
	uint32_t n;
	double area; /* twice; > 0: counter-clockwise */
	double west, east;
};

static struct read_ring rings[RINGS_MOST];
static size_t n_rings;
static uint32_t n_parts;

static uint32_t
take_count(const uint8_t **at)
{
	uint32_t n;

	memcpy(&n, *at, sizeof(n));
	*at += sizeof(n);
	return n;
}

static void
take_head(const uint8_t **at, uint32_t type)
{
	assert_int_equal(**at, 1);
	(*at)++;
	assert_int_equal(take_count(at), type);
}

static void
take_corners(const uint8_t **at, size_t part)
{
	struct read_ring *r = &rings[n_rings++];
	double first[2], last[2], xy[2];

	*r = (struct read_ring){part, take_count(at), 0, INFINITY, -INFINITY};
	for (uint32_t i = 0; i < r->n; i++) {
		memcpy(xy, *at, sizeof(xy));
		*at += sizeof(xy);
		if (i == 0) {
			memcpy(first, xy, sizeof(xy));
		} else {
			r->area += last[0] * xy[1] - xy[0] * last[1];
		}
		memcpy(last, xy, sizeof(xy));
		r->west = fmin(r->west, xy[0]);
		r->east = fmax(r->east, xy[0]);
	}
	assert_memory_equal(first, last, sizeof(first));
}

static void
draw(const struct geo_point *points, const uint32_t *sizes, size_t n,
	struct export_box *box)
{
	struct polygon *p = NULL;
	uint8_t *wkb = NULL;
	const uint8_t *at;
	size_t n_bytes = 0;

	assert_int_equal(polygon_new(&p, points, sizes, n), 0);
	assert_int_equal(export_ground(p, &wkb, &n_bytes, box), 0);
	polygon_free(p);
	at = wkb;
	n_rings = 0;
	take_head(&at, 6);
	n_parts = take_count(&at);
	for (uint32_t part = 0; part < n_parts; part++) {
		take_head(&at, 3);
		for (uint32_t i = take_count(&at); i > 0; i--) {
			take_corners(&at, part);
		}
	}
	assert_ptr_equal(at, wkb + n_bytes);
	free(wkb);
}

static void
test_holes_and_islands_in_holes_find_their_parts(void **state)
{
	/* An island in a hole, the hole, what is around, and another part. */
	const struct geo_point points[] = {{4, 4}, {4, 5}, {5, 5}, {5, 4}, {3, 3},
		{3, 7}, {7, 7}, {7, 3}, {0, 0}, {0, 10}, {10, 10}, {10, 0}, {0, 20},
		{1, 20}, {1, 21}};
	const uint32_t sizes[] = {4, 4, 4, 3};
	struct export_box box;

	(void)state;
	draw(points, sizes, 4, &box);
	assert_int_equal(n_parts, 3);
	assert_int_equal(n_rings, 4);
	/* In order of the outer rings; each one's holes are behind it. */
	assert_true(rings[0].area > 0 && rings[0].part == 0);
	assert_true(rings[1].area == 200 && rings[1].part == 1);
	assert_true(rings[2].area == -32 && rings[2].part == 1);
	assert_true(rings[3].area > 0 && rings[3].part == 2);
	assert_true(box.west_deg == 0 && box.east_deg == 21);
	assert_true(box.south_deg == 0 && box.north_deg == 10);
}

static void
test_a_hole_that_touches_its_ring_is_a_hole(void **state)
{
	const struct geo_point points[] = {
		{0, 0}, {0, 10}, {10, 10}, {10, 0}, {0, 5}, {5, 7}, {5, 3}};
	const uint32_t sizes[] = {4, 3};
	struct export_box box;

	(void)state;
	draw(points, sizes, 2, &box);
	assert_int_equal(n_parts, 1);
	assert_int_equal(n_rings, 2);
	assert_true(rings[1].area < 0);
}

static void
test_ground_over_the_antimeridian_is_cut_there(void **state)
{
	const struct geo_point points[] = {
		{-17, 179}, {-17, -178}, {-16, -178}, {-16, 179}};
	const uint32_t sizes[] = {4};
	struct export_box box;

	(void)state;
	draw(points, sizes, 1, &box);
	assert_int_equal(n_parts, 2);
	assert_true(fabs(rings[0].area - 2) < 1e-6 && fabs(rings[1].area - 4) < 1e-6);
	assert_true(rings[0].west == 179 && rings[0].east == 180);
	assert_true(rings[1].west == -180 && rings[1].east == -178);
	assert_true(box.west_deg == -180 && box.east_deg == 180);
}

static void
test_a_ring_around_the_earth_is_closed_along_its_pole(void **state)
{
	const struct geo_point points[] = {{-80, 0}, {-80, 90}, {-80, 180}, {-80, -90}};
	const uint32_t sizes[] = {4};
	struct export_box box;
	double area = 0;

	(void)state;
	draw(points, sizes, 1, &box);
	for (size_t i = 0; i < n_rings; i++) {
		assert_true(rings[i].west >= -180 && rings[i].east <= 180);
		area += rings[i].area;
	}
	assert_true(fabs(area - 2 * 360 * 10) < 1e-6);
	assert_true(box.south_deg == -90 && box.north_deg == -80);
}

static void
test_memory_may_be_short_at_any_moment(void **state)
{
	const struct geo_point points[] = {
		{-17, 179}, {-17, -178}, {-16, -178}, {-16, 179}};
	const uint32_t sizes[] = {4};
	struct polygon *p = NULL;
	struct export_box box;
	size_t n_bytes;

	(void)state;
	assert_int_equal(polygon_new(&p, points, sizes, 1), 0);
	for (unsigned long n = 1;; n++) {
		uint8_t *wkb = NULL;
		int r;

		alloc_fail_at(n);
		r = export_ground(p, &wkb, &n_bytes, &box);
		if (!alloc_failed()) {
			alloc_fail_at(0);
			assert_int_equal(r, 0);
			free(wkb);
			break;
		}
		assert_int_equal(r, -ENOMEM);
		assert_null(wkb);
	}
	polygon_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_holes_and_islands_in_holes_find_their_parts),
		cmocka_unit_test(test_a_hole_that_touches_its_ring_is_a_hole),
		cmocka_unit_test(test_ground_over_the_antimeridian_is_cut_there),
		cmocka_unit_test(test_a_ring_around_the_earth_is_closed_along_its_pole),
		cmocka_unit_test(test_memory_may_be_short_at_any_moment),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
