#include "act_kit.h"

#include <math.h>

#include "dispatch/step_internal.h"

#define WHAT(name) VEDETTA__V1__ACTION__WHAT_##name

/* What a sender said, as the keeper would read it from the log. */
struct said {
	Vedetta__V1__Report report;
	Vedetta__V1__Place place;
	Vedetta__V1__Point point;
};

static struct said said[64]; /* by number */
static Vedetta__V1__PlaceAction put;
static Vedetta__V1__Point put_point;

static void
tell(struct kit *k, uint64_t number, double lat_deg)
{
	struct said *s = &said[k->n_rows + 1];
	struct report r;

	vedetta__v1__report__init(&s->report);
	vedetta__v1__place__init(&s->place);
	vedetta__v1__point__init(&s->point);
	s->point.lat_deg = lat_deg;
	s->point.lon_deg = 13.4;
	s->place.point = &s->point;
	s->place.kind = VEDETTA__V1__PLACE_KIND__PLACE_KIND_BROWSER_FIX;
	s->report.place = &s->place;
	report_init(&r, "flood", lat_deg, 13.4, number, 0);
	r.input.print = number;
	kit_step(k, &r.step);
}

/* Incident 1 with reports 1, 2 and 3, each a little more to the north. */
static int
make_kit(void **state)
{
	struct kit *k = kit_new(1000);

	tell(k, 1, 42.35);
	tell(k, 2, 42.351);
	tell(k, 3, 42.352);
	*state = k;
	return 0;
}

static int
drop_kit(void **state)
{
	kit_free(*state);
	return 0;
}

/* Done with what the step says it wants to know. Its decision. */
static uint64_t
act_there(struct kit *k, struct act *a, size_t n_wanted)
{
	struct desk_place places[DESK_PLACES_MAX];
	uint64_t wanted[DESK_PLACES_MAX];
	const struct desk_input *step = act_step(a);
	size_t n = desk_places_wanted(k->desk, step, wanted);

	assert_int_equal(n, n_wanted);
	for (size_t i = 0; i < n; i++) {
		places[i] = (struct desk_place){
			.report = wanted[i], .said = &said[wanted[i]].report};
		if (wanted[i] == 3 && put.point != NULL) {
			places[i].put = &put;
		}
	}
	a->step.places = places;
	a->step.n_places = n;
	return act_do(k, a)->decision;
}

static uint64_t
split(struct kit *k, uint64_t report, size_t n_wanted)
{
	struct act a;

	act_init(&a, 1, WHAT(SPLIT));
	a.reports[0] = report;
	return act_there(k, &a, n_wanted);
}

static void
assert_at(struct kit *k, uint64_t incident, double lat_deg)
{
	Vedetta__V1__Incident *i = kit_state(k, incident);

	assert_non_null(i->place);
	if (fabs(i->place->point->lat_deg - lat_deg) > 1e-9) {
		fail_msg("%llu is at %f", (unsigned long long)incident,
			i->place->point->lat_deg);
	}
}

/* The newest incident: opened by the second row behind the decision. */
static void
each_is_where_its_first_report_is(void **state)
{
	struct kit *k = *state;
	uint64_t decision = split(k, 2, 1);
	struct act a;

	assert_at(k, 1, 42.35);
	assert_at(k, decision + 2, 42.351);
	kit_reload(k);
	assert_at(k, decision + 2, 42.351);
	act_init(&a, 1, WHAT(UNDO));
	a.undo.decision = decision;
	(void)act_there(k, &a, 0);
	assert_at(k, 1, 42.35);
}

static void
when_the_first_one_goes_the_next_says_where_it_is(void **state)
{
	struct kit *k = *state;
	uint64_t decision = split(k, 1, 2);
	struct act a;

	assert_at(k, 1, 42.351);
	assert_at(k, decision + 2, 42.35);
	kit_reload(k);
	assert_at(k, 1, 42.351);
	assert_at(k, decision + 2, 42.35);
	/* A report that comes there finds it there. */
	tell(k, 4, 42.35);
	assert_int_equal(k->rows[k->n_rows].subject, decision + 2);
	act_init(&a, 1, WHAT(UNDO));
	a.undo.decision = decision;
	(void)act_there(k, &a, 2);
	assert_at(k, 1, 42.35);
}

static void
what_was_said_later_holds_against_the_report(void **state)
{
	struct kit *k = *state;
	uint64_t decision;

	vedetta__v1__place_action__init(&put);
	vedetta__v1__point__init(&put_point);
	put_point.lat_deg = 42.36;
	put_point.lon_deg = 13.4;
	put.point = &put_point;
	decision = split(k, 3, 1);
	put.point = NULL;
	assert_at(k, decision + 2, 42.36);
}

static void
one_that_has_a_place_keeps_it_when_others_come(void **state)
{
	struct kit *k = *state;
	uint64_t decision = split(k, 3, 1);
	struct act a;

	act_init(&a, decision + 2, WHAT(MERGE));
	a.merge.into = 1;
	(void)act_there(k, &a, 0);
	assert_at(k, 1, 42.35);
}

static void
without_anybody_who_knows_nothing_moves(void **state)
{
	struct kit *k = *state;
	struct act a;
	uint64_t decision;

	act_init(&a, 1, WHAT(SPLIT));
	a.reports[0] = 1;
	decision = act_do(k, &a)->decision;
	assert_at(k, 1, 42.35);
	assert_at(k, decision + 2, 42.35);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			each_is_where_its_first_report_is, make_kit, drop_kit),
		cmocka_unit_test_setup_teardown(
			when_the_first_one_goes_the_next_says_where_it_is, make_kit,
			drop_kit),
		cmocka_unit_test_setup_teardown(
			what_was_said_later_holds_against_the_report, make_kit,
			drop_kit),
		cmocka_unit_test_setup_teardown(
			one_that_has_a_place_keeps_it_when_others_come, make_kit,
			drop_kit),
		cmocka_unit_test_setup_teardown(
			without_anybody_who_knows_nothing_moves, make_kit, drop_kit),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
