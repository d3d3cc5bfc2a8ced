/* What is asked for, and the boxes outside of which it cannot be. */
#include "unit.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>

#include "geo/measure.h"
#include "geo/search.h"

static const struct index_entry plain = {.seq = 1,
	.at_ms = 1000,
	.hazard = 3,
	.class_no = 2,
	.has_point = true,
	.point = {42.35, 13.4},
	.text = "",
	.place = "",
	.n_areas = 2,
	.areas = {"066049", "066"}};

static void
nothing_asked_is_everything(void **state)
{
	struct search s;
	struct index_entry e = plain;

	(void)state;
	search_init(&s);
	assert_true(search_matches(&s, &e));
	e.has_point = false;
	e.exercise = true;
	e.n_areas = 0;
	assert_true(search_matches(&s, &e));
}

static void
each_thing_asked_leaves_out_what_is_not_so(void **state)
{
	struct search s;

	(void)state;
	search_init(&s);
	s.hazards = 1u << 3;
	assert_true(search_matches(&s, &plain));
	s.hazards = 1u << 4;
	assert_false(search_matches(&s, &plain));
	search_init(&s);
	s.class_max = 2;
	assert_true(search_matches(&s, &plain));
	s.class_max = 1;
	assert_false(search_matches(&s, &plain));
	search_init(&s);
	s.exercise = 0;
	assert_true(search_matches(&s, &plain));
	s.exercise = 1;
	assert_false(search_matches(&s, &plain));
	search_init(&s);
	s.from_ms = 1000;
	assert_true(search_matches(&s, &plain));
	s.to_ms = 1000;
	assert_false(search_matches(&s, &plain));
	search_init(&s);
	snprintf(s.area, sizeof(s.area), "066");
	assert_true(search_matches(&s, &plain));
	snprintf(s.area, sizeof(s.area), "06");
	assert_false(search_matches(&s, &plain));
}

static void
a_report_without_a_place_is_in_no_box_circle_or_polygon(void **state)
{
	const struct geo_point corners[] = {
		{-80, -179}, {-80, 179}, {80, 179}, {80, -179}};
	const uint32_t size = 4;
	struct index_entry e = plain;
	struct polygon *p = NULL;
	struct search s;

	(void)state;
	e.has_point = false;
	search_init(&s);
	s.has_box = true;
	s.west_deg = -180;
	s.east_deg = 180;
	s.south_deg = -90;
	s.north_deg = 90;
	assert_true(search_matches(&s, &plain));
	assert_false(search_matches(&s, &e));
	search_init(&s);
	s.has_near = true;
	s.near = plain.point;
	assert_true(search_matches(&s, &plain));
	assert_false(search_matches(&s, &e));
	search_init(&s);
	assert_int_equal(polygon_new(&p, corners, &size, 1), 0);
	s.polygon = p;
	assert_false(search_matches(&s, &e));
	polygon_free(p);
}

static bool
is_in_boxes(const struct search_box *b, size_t n, struct geo_point p)
{
	for (size_t i = 0; i < n; i++) {
		if (p.lon_deg >= b[i].west_deg && p.lon_deg <= b[i].east_deg &&
			p.lat_deg >= b[i].south_deg && p.lat_deg <= b[i].north_deg) {
			return true;
		}
	}
	return false;
}

/* Points around, at every distance from the middle of the circle to its rim. */
static void
a_circle_lies_within_its_boxes_everywhere_on_earth(void **state)
{
	(void)state;
	for (int lat = -90; lat <= 90; lat += 6) {
		for (int lon = -180; lon <= 180; lon += 20) {
			struct search s;
			struct search_box boxes[2];

			search_init(&s);
			s.has_near = true;
			s.near = (struct geo_point){lat, lon};
			s.radius_m = 50000;
			size_t n = search_boxes(&s, boxes);
			assert_true(n == 1 || n == 2);
			for (int i = 0; i < 4000; i++) {
				struct geo_point p = {lat + (i % 63 - 31) / 60.0,
					lon + (i / 63 - 31) / 31.0 *
							fmin(180, 0.6 / cos(lat * M_PI /
										181))};
				p.lon_deg = remainder(p.lon_deg, 360);
				if (fabs(p.lat_deg) <= 90 &&
					measure_distance_m(s.near, p) <= s.radius_m) {
					assert_true(is_in_boxes(boxes, n, p));
				}
			}
		}
	}
}

static void
a_box_over_180_degrees_is_two(void **state)
{
	struct search_box boxes[2];
	struct search s;

	(void)state;
	search_init(&s);
	assert_int_equal(search_boxes(&s, boxes), 0);
	s.has_box = true;
	s.west_deg = 170;
	s.east_deg = -170;
	s.north_deg = 10;
	assert_int_equal(search_boxes(&s, boxes), 2);
	assert_true(is_in_boxes(boxes, 2, (struct geo_point){5, 175}));
	assert_true(is_in_boxes(boxes, 2, (struct geo_point){5, -175}));
	assert_false(is_in_boxes(boxes, 2, (struct geo_point){5, 0}));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_asked_is_everything),
		cmocka_unit_test(each_thing_asked_leaves_out_what_is_not_so),
		cmocka_unit_test(
			a_report_without_a_place_is_in_no_box_circle_or_polygon),
		cmocka_unit_test(a_circle_lies_within_its_boxes_everywhere_on_earth),
		cmocka_unit_test(a_box_over_180_degrees_is_two),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
