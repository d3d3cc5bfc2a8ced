/* The ground of umbrellas: what is drawn holds every report, however they came. */
#include "unit.h"

#include <errno.h>
#include <math.h>

#include "dispatch/footprint.h"
#include "geo/measure.h"

enum {
	HOUR_MS = 3600000,
	MANY = 4000,
};

static struct footprint_report
report(uint64_t seq, double lat_deg, double lon_deg)
{
	const struct hazard *flood = hazard_by_code("flood");

	return (struct footprint_report){
		seq, (int64_t)seq * 1000, flood->number, false, {lat_deg, lon_deg}};
}

static void
add(struct footprints *f, uint64_t seq, double lat_deg, double lon_deg)
{
	struct footprint_report r = report(seq, lat_deg, lon_deg);

	assert_int_equal(footprints_add(f, &r), 0);
}

static const struct footprint_of *
hydro(uint64_t anchor)
{
	static struct footprint_of of;

	of = (struct footprint_of){EVENT_GROUP_HYDRO, false, anchor};
	return &of;
}

static void
an_umbrella_is_where_its_anchor_is(void **state)
{
	struct footprints *f = footprints_new();
	struct footprint a, b;

	(void)state;
	add(f, 1, 42.0, 13.0);
	add(f, 2, 42.003, 13.0);
	assert_false(footprints_find(f, hydro(1), &a));
	add(f, 3, 42.006, 13.0);
	add(f, 4, 43.0, 13.0); /* alone */
	assert_true(footprints_find(f, hydro(1), &a));
	assert_true(footprints_find(f, hydro(3), &b));
	assert_int_equal(a.component, b.component);
	assert_int_equal(a.n_core, 3);
	assert_false(footprints_find(f, hydro(4), &a));
	assert_false(footprints_find(f, hydro(99), &a));
	footprints_draw(f, hydro(1), &b);
	assert_int_equal(b.n_points, 3);
	footprints_free(f);
}

static void
what_changes_has_another_version_and_nothing_else_has(void **state)
{
	struct footprints *f = footprints_new();
	struct footprint a, b, again;

	(void)state;
	for (uint64_t i = 0; i < 3; i++) {
		add(f, 2 * i + 1, 42 + (double)i * 0.001, 13);
		add(f, 2 * i + 2, 44 + (double)i * 0.001, 13);
	}
	assert_true(footprints_find(f, hydro(1), &a));
	assert_true(footprints_find(f, hydro(2), &b));
	add(f, 7, 42.003, 13);
	assert_true(footprints_find(f, hydro(1), &again));
	assert_true(again.version != a.version);
	assert_true(footprints_find(f, hydro(2), &again));
	assert_int_equal(again.version, b.version);
	/* The window of row 1 is over, not that of row 2. */
	assert_false(footprints_expire(f, 48 * HOUR_MS + 1500, 100));
	assert_int_equal(footprints_points(f), 6);
	assert_false(footprints_find(f, hydro(1), &a));
	assert_true(footprints_find(f, hydro(7), &a));
	assert_true(footprints_find(f, hydro(2), &again));
	assert_int_equal(again.version, b.version);
	/* A bounded piece of work, then the rest. */
	assert_true(footprints_expire(f, 100 * HOUR_MS, 4));
	assert_int_equal(footprints_points(f), 2);
	assert_false(footprints_expire(f, 100 * HOUR_MS, 4));
	assert_int_equal(footprints_points(f), 0);
	footprints_free(f);
}

static void
a_report_that_moved_counts_where_it_was_put(void **state)
{
	struct footprints *f = footprints_new(), *fresh = footprints_new();
	struct footprint moved, as_new, gone;

	(void)state;
	for (uint64_t i = 1; i <= 6; i++) {
		double lat_deg = i <= 3 ? 42 + (double)i * 0.001 : 44;

		add(f, i, lat_deg, 13);
		add(fresh, i, i == 2 ? 44.001 : lat_deg, 13);
	}
	footprints_drop(f, 2);
	footprints_drop(f, 2);
	footprints_drop(f, 99);
	assert_int_equal(footprints_points(f), 5);
	add(f, 2, 44.001, 13);
	assert_false(footprints_find(f, hydro(1), &gone));
	assert_true(footprints_find(f, hydro(2), &moved));
	assert_true(footprints_find(fresh, hydro(2), &as_new));
	assert_int_equal(moved.n_core, as_new.n_core);
	footprints_draw(f, hydro(2), &moved);
	footprints_draw(fresh, hydro(2), &as_new);
	assert_int_equal(moved.n_points, as_new.n_points);
	assert_memory_equal(
		moved.points, as_new.points, moved.n_points * sizeof(moved.points[0]));
	/* Windows go by seq, wherever a point came from. */
	footprints_expire(f, 2000 + 72 * (int64_t)HOUR_MS + 1, 100);
	assert_true(footprints_points(f) <= 4);
	footprints_free(f);
	footprints_free(fresh);
}

static void
every_report_is_near_one_that_is_drawn(void **state)
{
	static struct geo_point points[MANY];
	struct footprints *f = footprints_new();
	struct footprint forward, backward;
	uint64_t seed = 7;

	(void)state;
	for (size_t i = 0; i < MANY; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		points[i].lat_deg = -17 + (double)(seed >> 40) / (1 << 24) * 0.2;
		points[i].lon_deg = remainder(
			179.9 + (double)(seed >> 20 & 0xfffff) / (1 << 20) * 0.2, 360);
		add(f, i + 1, points[i].lat_deg, points[i].lon_deg);
	}
	assert_true(footprints_find(f, hydro(1), &forward));
	footprints_draw(f, hydro(1), &forward);
	assert_true(forward.n_points > FOOTPRINT_POINTS / 8);
	assert_true(forward.n_points <= FOOTPRINT_POINTS);
	for (size_t i = 0; i < MANY; i++) {
		double nearest_m = INFINITY;

		for (size_t k = 0; k < forward.n_points; k++) {
			nearest_m = fmin(nearest_m,
				measure_distance_m(points[i], forward.points[k]));
		}
		assert_true(nearest_m <= forward.margin_m);
	}
	/* From another anchor of the same ground it looks the same. */
	assert_true(footprints_find(f, hydro(MANY / 2), &backward));
	footprints_draw(f, hydro(MANY / 2), &backward);
	assert_int_equal(backward.component, forward.component);
	footprints_free(f);
}

static void
groups_and_exercises_are_apart(void **state)
{
	struct footprints *f = footprints_new();
	struct footprint shape;
	struct footprint_report r;

	(void)state;
	for (uint64_t i = 1; i <= 3; i++) {
		r = report(i, 42, 13);
		r.exercise = true;
		assert_int_equal(footprints_add(f, &r), 0);
	}
	r.hazard = 0; /* of no table */
	assert_int_equal(footprints_add(f, &r), 0);
	assert_false(footprints_find(f, hydro(1), &shape));
	assert_true(footprints_find(
		f, &(struct footprint_of){EVENT_GROUP_HYDRO, true, 1}, &shape));
	assert_false(footprints_find(
		f, &(struct footprint_of){EVENT_GROUP_FIRE, true, 1}, &shape));
	assert_int_equal(footprints_points(f), 3);
	footprints_free(f);
}

static void
short_memory_is_said(void **state)
{
	(void)state;
	for (unsigned long n = 1;; n++) {
		struct footprints *f;
		int r = -ENOMEM;

		alloc_fail_at(n);
		f = footprints_new();
		if (f != NULL) {
			struct footprint_report one = report(1, 42, 13);

			r = footprints_add(f, &one);
			one.seq = 2;
			r = r == 0 ? footprints_add(f, &one) : r;
			one.seq = 3;
			r = r == 0 ? footprints_add(f, &one) : r;
		}
		footprints_free(f);
		if (!alloc_failed()) {
			alloc_fail_at(0);
			assert_int_equal(r, 0);
			assert_true(n > 3);
			break;
		}
		assert_int_equal(r, -ENOMEM);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_umbrella_is_where_its_anchor_is),
		cmocka_unit_test(what_changes_has_another_version_and_nothing_else_has),
		cmocka_unit_test(a_report_that_moved_counts_where_it_was_put),
		cmocka_unit_test(every_report_is_near_one_that_is_drawn),
		cmocka_unit_test(groups_and_exercises_are_apart),
		cmocka_unit_test(short_memory_is_said),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
