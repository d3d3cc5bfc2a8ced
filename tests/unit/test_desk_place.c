/* Places nobody trusts, and places an operator gives, through the whole desk. */
#include "desk_kit.h"

#include "area_kit.h"
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

static struct umbrella_figures
figures_now(void)
{
	struct umbrella_figures f;

	umbrellas_figures(desk_umbrellas(k->desk), &f);
	return f;
}

static void
what_makes_a_pile_makes_no_umbrella(void **state)
{
	uint64_t n;

	(void)state;
	assert_int_equal(desk_umbrellas_catch_up(k->desk, k->now_ms), 0);
	tap(42.3501, 13.4, 1); /* of the same incident, but not there */
	kit_keep_own(k);
	for (n = 1; n < PILE_SOURCES; n++) {
		tap(42.35, 13.4, n);
		kit_keep_own(k);
	}
	assert_int_equal(figures_now().points, PILE_SOURCES);
	assert_int_equal(figures_now().open, 1);
	assert_true(umbrellas_of(desk_umbrellas(k->desk), 1) != 0);
	tap(42.35, 13.4, n);
	kit_keep_own(k);
	assert_int_equal(figures_now().points, 1);
	assert_int_equal(figures_now().open, 0);
	assert_int_equal(umbrellas_of(desk_umbrellas(k->desk), 1), 0);
	kit_reload(k);
	kit_follow(k, k->desk, k->arena);
	assert_int_equal(figures_now().points, 1);
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
	desk_use_areas(k->desk, NULL, false);
	assert_int_equal(tap(42.35, 13.4, 4), 3);
}

static void
changed_axes_are_offered_not_taken(void **state)
{
	struct area_map *map = area_kit_map(0);
	const Vedetta__V1__Incident *i;

	(void)state;
	desk_use_areas(k->desk, map, false);
	tap(9.05, 44.05, 1);
	i = state_now(1);
	assert_true(i->unplaced);
	assert_int_equal(
		i->unplaced_why, VEDETTA__V1__UNPLACED_WHY__UNPLACED_WHY_SWAPPED);
	assert_true(i->place->point->lat_deg < 10 && i->suggested->lat_deg > 44);
	kit_reload(k);
	assert_true(state_now(1)->suggested->lon_deg < 10);
	area_map_free(map);
}

static void
central_points_come_with_the_areas(void **state)
{
	struct area area = {.level = AREA_MUNICIPALITY,
		.code = "066049",
		.name = "L'Aquila",
		.residents = -1,
		.has_center = true,
		.center = {42.35, 13.4}};
	struct area_map *map = area_map_new();
	const char *wrong;

	(void)state;
	assert_int_equal(area_map_take(map, &area), 0);
	assert_int_equal(area_map_seal(map, &wrong), 0);
	desk_use_areas(k->desk, map, false);
	tap(42.35, 13.4, 1);
	assert_int_equal(state_now(1)->unplaced_why,
		VEDETTA__V1__UNPLACED_WHY__UNPLACED_WHY_CENTROID);
	desk_use_areas(k->desk, NULL, false);
	area_map_free(map);
	tap(42.35, 13.4, 2);
	assert_false(state_now(2)->unplaced);
}

/* ---- an operator's place */

static uint64_t
lost(const char *hazard, uint64_t source, uint64_t key)
{
	struct report r;

	report_init(&r, hazard, 0, 0, source, key);
	r.said.place = NULL;
	r.signs.trapped = source % 2 != 0;
	kit_step(k, &r.step);
	return k->out.rows[0].subject;
}

static const Vedetta__V1__InputAnswer *
say_place(uint64_t incident, uint64_t report, double lat_deg, double lon_deg)
{
	struct action a;

	action_init(&a, incident, report, lat_deg, lon_deg);
	return kit_step(k, &a.step);
}

static void
expect_refused(const struct action *a, Vedetta__V1__ActionRefusal why)
{
	const Vedetta__V1__InputAnswer *answer = kit_step(k, &a->step);

	assert_int_equal(
		answer->outcome, VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_REFUSED);
	assert_int_equal(answer->refusal, why);
	assert_int_equal(k->out.n_rows, 0);
}

static void
a_lone_report_moves_with_its_incident(void **state)
{
	const Vedetta__V1__InputAnswer *answer;

	(void)state;
	lost("fire", 1, 0);
	answer = say_place(1, 0, 42.35, 13.4);
	assert_int_equal(
		answer->outcome, VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_ACTED);
	assert_int_equal(
		answer->action, VEDETTA__V1__ACTION_OUTCOME__ACTION_OUTCOME_PLACED);
	assert_int_equal(answer->incident, 1);
	assert_int_equal(k->out.n_rows, 1);
	assert_false(state_now(1)->unplaced);
	assert_int_equal(state_now(1)->version, 1);
	/* What comes there from now on joins. */
	assert_int_equal(tap(42.3501, 13.4, 2), 1);
}

static void
it_joins_the_nearest_and_the_one_it_left_closes(void **state)
{
	const Vedetta__V1__InputAnswer *answer;

	(void)state;
	tap(42.35, 13.4, 2);
	tap(42.352, 13.4, 4);
	lost("gas_leak", 1, 0);
	answer = say_place(3, 3, 42.3515, 13.4);
	assert_int_equal(
		answer->action, VEDETTA__V1__ACTION_OUTCOME__ACTION_OUTCOME_JOINED);
	assert_int_equal(answer->incident, 2);
	assert_int_equal(k->out.n_rows, 2);
	assert_int_equal(k->out.rows[0].kind, STORE_MOVED_OUT);
	assert_int_equal(k->out.rows[0].subject, 3);
	assert_int_equal(k->out.rows[1].kind, STORE_MOVED_IN);
	assert_int_equal(state_now(2)->reports, 2);
	assert_int_equal(state_now(2)->rank->class_, 1);
	assert_int_equal(state_now(3)->merged_into, 2);
	assert_int_equal(state_now(3)->status,
		VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_CLOSED);
	/* Its place is nowhere in what stays for ever. */
	assert_null(memmem(k->rows[5].body, k->rows[5].body_bytes, &(double){42.3515},
		sizeof(double)));
	assert_non_null(memmem(k->rows[5].personal, k->rows[5].personal_bytes,
		&(double){42.3515}, sizeof(double)));
}

static void
what_is_left_ranks_by_itself(void **state)
{
	(void)state;
	tap(42.35, 13.4, 2);
	lost("fire", 1, 0);
	say_place(2, 0, 42.35, 13.4);
	assert_int_equal(state_now(1)->rank->class_, 1);
	assert_int_equal(state_now(1)->sources, 2);
	kit_reload(k);
	say_place(1, 2, 42.4, 13.4);
	assert_int_equal(k->out.answer.action,
		VEDETTA__V1__ACTION_OUTCOME__ACTION_OUTCOME_OPENED);
	assert_int_equal(state_now(1)->rank->class_, 3);
	assert_int_equal(state_now(1)->sources, 1);
	assert_int_equal(state_now(1)->reports, 1);
	assert_int_equal(state_now(k->out.answer.incident)->rank->class_, 1);
}

static void
the_senders_key_follows_the_report(void **state)
{
	struct report r;

	(void)state;
	tap(42.35, 13.4, 2);
	lost("fire", 1, 7);
	say_place(2, 0, 42.35, 13.4);
	report_init(&r, "fire", 0, 0, 1, 7);
	r.said.place = NULL;
	r.said.text = (char *)"ancora qui";
	r.input.print = 2;
	r.input.adds = true;
	kit_step(k, &r.step);
	assert_int_equal(k->out.rows[0].kind, STORE_ADDITION);
	assert_int_equal(k->out.rows[0].subject, 1);
	assert_int_equal(
		k->out.answer.state, VEDETTA__V1__REPORT_STATE__REPORT_STATE_RECEIVED);
	/* And further words go with it when it moves again. */
	kit_reload(k);
	say_place(1, 2, 42.4, 13.4);
	r.input.print = 3;
	kit_step(k, &r.step);
	assert_int_equal(k->out.rows[0].subject, k->n_rows - 1);
}

static void
the_same_action_is_done_once(void **state)
{
	struct action a;

	(void)state;
	lost("fire", 1, 0);
	action_init(&a, 1, 0, 42.35, 13.4);
	a.step.has_key = true;
	a.step.key[3] = 9;
	a.input.print = 5;
	kit_step(k, &a.step);
	kit_reload(k);
	assert_int_equal(kit_step(k, &a.step)->outcome,
		VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_REPEATED);
	assert_int_equal(k->out.n_rows, 0);
	assert_int_equal(k->out.answer.incident, 1);
	assert_int_equal(k->out.answer.report_id, 1);
	a.input.print = 6;
	assert_int_equal(kit_step(k, &a.step)->outcome,
		VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_CONFLICT);
	assert_int_equal(k->n_rows, 2);
}

/* Of the incident that the report left too, while it is open and when it is closed. */
static void
who_places_second_is_told_who_was_first(void **state)
{
	const Vedetta__V1__InputAnswer *answer;
	struct action a;
	uint64_t report;

	(void)state;
	tap(42.35, 13.4, 2);
	tap(42.35, 13.4, 4);
	for (report = 2; report > 0; report--) {
		action_init(&a, 1, report, 42.4, 13.4);
		a.input.author = (char *)"bruno";
		kit_step(k, &a.step);
		kit_reload(k);
		action_init(&a, 1, 1, 42.5, 13.4);
		a.action.sequence = 2;
		expect_refused(&a,
			report == 2
				? VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_OUTDATED
				: VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_CLOSED);
		answer = &k->out.answer;
		assert_string_equal(answer->decided_by, "bruno");
		assert_string_equal(answer->decided_what, "place");
		assert_int_equal(answer->decided_ms, k->now_ms);
	}
}

static void
what_cannot_be_done_changes_nothing(void **state)
{
	struct action a;

	(void)state;
	tap(42.35, 13.4, 2);
	tap(42.35, 13.4, 4);
	action_init(&a, 9, 0, 42.35, 13.4);
	expect_refused(&a, VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_NO_INCIDENT);
	action_init(&a, 1, 0, 42.4, 13.4);
	expect_refused(&a, VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_SEVERAL);
	action_init(&a, 1, 7, 42.4, 13.4);
	expect_refused(&a, VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_NO_REPORT);
	action_init(&a, 1, 2, 0, 0);
	expect_refused(&a, VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_ODD_POINT);
	action_init(&a, 1, 2, 42.4, 13.4);
	a.said.accuracy_case = VEDETTA__V1__PLACE_ACTION__ACCURACY_ACCURACY_M;
	a.said.accuracy_m = 151;
	expect_refused(&a, VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_COARSE);
	say_place(1, 2, 42.4, 13.4);
	action_init(&a, 1, 1, 42.5, 13.4);
	a.action.sequence = 2;
	expect_refused(&a, VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_OUTDATED);
	say_place(1, 1, 42.4, 13.4);
	action_init(&a, 1, 1, 42.5, 13.4);
	expect_refused(&a, VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_CLOSED);
}

static void
an_operator_may_say_a_central_point(void **state)
{
	(void)state;
	assert_int_equal(
		desk_add_centroid(k->desk, (struct geo_point){42.35, 13.4}), 0);
	tap(42.35, 13.4, 2);
	say_place(1, 0, 42.35, 13.4);
	assert_false(state_now(1)->unplaced || state_now(1)->at_centroid);
}

static void
without_memory_an_action_can_be_made_again(void **state)
{
	struct action a;
	unsigned long nth;
	int r = -1;

	(void)state;
	tap(42.35, 13.4, 2);
	lost("fire", 1, 0);
	action_init(&a, 2, 0, 42.35, 13.4);
	for (nth = 1; r != 0; nth++) {
		kit_reload(k);
		arena_reset(k->arena);
		alloc_fail_at(nth);
		r = desk_step(k->desk, &a.step, k->now_ms, k->arena, &k->out);
		if (!alloc_failed()) {
			alloc_fail_at(0);
			assert_int_equal(r, 0);
		}
	}
	alloc_fail_at(0);
	assert_true(nth > 2);
	kit_keep(k);
	assert_int_equal(state_now(1)->reports, 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_pile_marks_its_incident_and_later_ones_stand_alone),
		TEST(what_makes_a_pile_makes_no_umbrella),
		TEST(a_pile_is_known_after_a_restart),
		TEST(a_device_that_stands_on_a_pile_is_believed),
		TEST(other_sites_and_one_network_make_no_pile),
		TEST(a_central_point_is_no_place),
		TEST(changed_axes_are_offered_not_taken),
		TEST(central_points_come_with_the_areas),
		TEST(a_lone_report_moves_with_its_incident),
		TEST(it_joins_the_nearest_and_the_one_it_left_closes),
		TEST(what_is_left_ranks_by_itself),
		TEST(the_senders_key_follows_the_report),
		TEST(the_same_action_is_done_once),
		TEST(who_places_second_is_told_who_was_first),
		TEST(what_cannot_be_done_changes_nothing),
		TEST(an_operator_may_say_a_central_point),
		TEST(without_memory_an_action_can_be_made_again),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
