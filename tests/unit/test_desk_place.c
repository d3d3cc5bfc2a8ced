/* Places nobody trusts, and places an operator gives, through the whole desk. */
#include "desk_kit.h"

#include "dispatch/facts.h"
#include "dispatch/pile.h"
#include "dispatch/place.h"

static struct kit *k;

static int
set_up(void **state)
{
	(void)state;
	k = kit_new(1000);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	kit_free(k);
	return 0;
}

/* A fire where someone tapped on the map; the id of its incident. */
static uint64_t
tap(double lat_deg, double lon_deg, uint64_t source)
{
	struct report r;

	report_init(&r, "fire", lat_deg, lon_deg, source, 0);
	r.place.kind = VEDETTA__V1__PLACE_KIND__PLACE_KIND_MAP_PICK;
	kit_step(k, &r.step);
	return k->out.rows[0].subject;
}

static const Vedetta__V1__Incident *
state_now(uint64_t id)
{
	arena_reset(k->arena);
	return kit_state(k, id);
}

static void
a_pile_marks_its_incident_and_later_ones_stand_alone(void **state)
{
	uint64_t n;

	(void)state;
	for (n = 1; n < PILE_SOURCES; n++) {
		assert_int_equal(tap(42.35, 13.4, n), 1);
		assert_false(state_now(1)->at_centroid);
	}
	assert_int_equal(tap(42.35, 13.4, n), 1);
	assert_true(state_now(1)->at_centroid);
	assert_false(state_now(1)->unplaced);
	assert_int_equal(state_now(1)->reports, PILE_SOURCES);
	/* Later ones: each sender's own, and ranked like any other. */
	assert_int_equal(tap(42.35, 13.4, 50), 9);
	assert_int_equal(tap(42.35, 13.4, 51), 10);
	assert_int_equal(tap(42.35, 13.4, 50), 9);
	assert_true(state_now(9)->unplaced && state_now(9)->at_centroid);
	assert_int_equal(state_now(9)->unplaced_why,
		VEDETTA__V1__UNPLACED_WHY__UNPLACED_WHY_PILE);
	assert_int_equal(state_now(9)->rank->class_, state_now(1)->rank->class_);
	assert_non_null(state_now(9)->place->point);
}

static void
a_pile_is_known_after_a_restart(void **state)
{
	uint64_t n;

	(void)state;
	for (n = 1; n <= PILE_SOURCES; n++) {
		if (n == 4) {
			kit_reload(k);
		}
		assert_int_equal(tap(42.35, 13.4, n), 1);
	}
	kit_reload(k);
	assert_true(state_now(1)->at_centroid);
	assert_int_equal(tap(42.35, 13.4, 50), PILE_SOURCES + 1);
	kit_reload(k);
	assert_int_equal(state_now(PILE_SOURCES + 1)->unplaced_why,
		VEDETTA__V1__UNPLACED_WHY__UNPLACED_WHY_PILE);
}

static void
a_device_that_stands_on_a_pile_is_believed(void **state)
{
	struct report fix;
	uint64_t n;

	(void)state;
	for (n = 1; n <= PILE_SOURCES; n++) {
		tap(42.35, 13.4, n);
	}
	report_init(&fix, "fire", 42.35, 13.4, 70, 0);
	kit_step(k, &fix.step);
	assert_int_equal(k->out.rows[0].subject, 1);
}

static void
other_sites_and_one_network_make_no_pile(void **state)
{
	struct report r;
	uint64_t n;

	(void)state;
	for (n = 1; n <= 30; n++) {
		report_init(&r, "fire", 42.35, 13.4, n % 2 == 0 ? 5 : n, 0);
		r.place.kind = VEDETTA__V1__PLACE_KIND__PLACE_KIND_MAP_PICK;
		r.input.cross_site = n % 2 != 0;
		r.input.tokened = 0;
		kit_step(k, &r.step);
		assert_int_equal(k->out.rows[0].subject, 1);
	}
	assert_false(state_now(1)->at_centroid);
}

static void
a_central_point_is_no_place(void **state)
{
	const Vedetta__V1__Incident *i;

	(void)state;
	assert_int_equal(
		desk_add_centroid(k->desk, (struct geo_point){42.35, 13.4}), 0);
	assert_int_equal(tap(42.35004, 13.4, 1), 1);
	assert_int_equal(tap(42.35, 13.4, 2), 2);
	i = state_now(1);
	assert_true(i->unplaced && i->at_centroid);
	assert_int_equal(
		i->unplaced_why, VEDETTA__V1__UNPLACED_WHY__UNPLACED_WHY_CENTROID);
	assert_int_equal(tap(42.351, 13.4, 3), 3);
	assert_false(state_now(3)->unplaced);
	desk_clear_ground(k->desk);
	assert_int_equal(tap(42.35, 13.4, 4), 3);
}

static void
changed_axes_are_offered_not_taken(void **state)
{
	const Vedetta__V1__Incident *i;

	(void)state;
	desk_set_box(
		k->desk, (struct geo_point){35.4, 6.6}, (struct geo_point){47.1, 18.6});
	tap(13.4, 42.35, 1);
	i = state_now(1);
	assert_true(i->unplaced);
	assert_int_equal(
		i->unplaced_why, VEDETTA__V1__UNPLACED_WHY__UNPLACED_WHY_SWAPPED);
	assert_true(i->place->point->lat_deg < 14 && i->suggested->lat_deg > 42);
	kit_reload(k);
	assert_true(state_now(1)->suggested->lon_deg < 14);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_pile_marks_its_incident_and_later_ones_stand_alone),
		TEST(a_pile_is_known_after_a_restart),
		TEST(a_device_that_stands_on_a_pile_is_believed),
		TEST(other_sites_and_one_network_make_no_pile),
		TEST(a_central_point_is_no_place),
		TEST(changed_axes_are_offered_not_taken),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
