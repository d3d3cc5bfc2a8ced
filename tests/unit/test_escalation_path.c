/* The ways through escalation.h that are crossed by something else on the way. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "escalation_kit.h"

#define CAUSE(name) VEDETTA__V1__ESCALATION_CAUSE__ESCALATION_CAUSE_##name

enum {
	HOUR_S = 3600,
};

/* The rest of this path is played on an empty night. */
static void
begin_again(void)
{
	night_free(night);
	night = night_new();
	duty_kit_usual(&night->kit);
}

static void
unreachable(int id, const char *area, const char *name, const char *more)
{
	char text[512];

	(void)snprintf(text, sizeof(text),
		"{\"shift\":{\"id\":\"%d\",\"area\":\"%s\",\"person\":{\"name\":"
		"\"%s\"},\"from\":\"2026-11-21T20:00:00Z\","
		"\"to\":\"2026-11-22T08:00:00Z\"%s}}",
		id, area, name, more);
	duty_kit_put(&night->kit, text);
}

/* ---- steps */

static void
whoever_of_them_answers_nobody_is_told_any_more(void **state)
{
	static const struct {
		int at_s;
		size_t told;
	} rows[] = {
		{5, 0}, {60, 1}, /* whoever is on duty */
		{200, 2},        /* leads the shift */
		{400, 3},        /* the area above */
		{600, 4},        /* first on call */
		{800, 5},        /* second on call */
		{900, 10},       /* all again, behind the last step */
		{1500, 15},      /* and again */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t id;

		begin_again();
		id = night_open(night, 1, "M1", false);
		night_run(night, rows[i].at_s);
		assert_int_equal(night->n_pages, rows[i].told);
		night_ack(night, id, night->seq);
		night_hand_over(night, id);
		night_run(night, 4 * HOUR_S);
		assert_int_equal(night->n_pages, rows[i].told);
		assert_true(rows[i].told == 0 ||
			    night_tell(night, id)->phase == PHASE(ANSWERED));
	}
}

static void
whichever_step_reaches_nobody_the_next_is_told_in_its_place(void **state)
{
	static const char *const told[] = {
		"Luca 6, Paolo 186, Carla 366, Dino 546",
		"Anna 6, Paolo 126, Carla 306, Dino 486",
		"Anna 6, Luca 126, Carla 306, Dino 486",
		"Anna 6, Luca 126, Paolo 306, Dino 486",
		"Anna 6, Luca 126, Paolo 306, Carla 486",
	};
	static const char *const skipped[] = {"Anna", "Luca", "Paolo", "Carla", "Dino"};

	(void)state;
	for (int i = 0; i < 5; i++) {
		const Vedetta__V1__Escalation *said;
		bool was_named = false;
		uint64_t id;

		begin_again();
		if (i == 0) {
			unreachable(1, "M1", "Anna", DUTY_SAID);
		} else if (i == 1) {
			unreachable(2, "M1", "Luca", DUTY_SAID ",\"leads\":true");
		} else if (i == 2) {
			unreachable(3, "P1", "Paolo", DUTY_SAID);
		} else {
			duty_kit_put(&night->kit,
				i == 3 ? "{\"onCall\":{\"id\":\"4\",\"area\":\"M1\","
					 "\"people\":[{\"name\":\"Carla\"},"
					 "{\"name\":\"Dino\",\"telegram\":\"77\"}]}}"
				       : "{\"onCall\":{\"id\":\"4\",\"area\":\"M1\","
					 "\"people\":[{\"name\":\"Carla\",\"email\":"
					 "\"c@example.it\"},{\"name\":\"Dino\"}]}}");
		}
		id = night_open(night, 1, "M1", false);
		for (int s = 0; s < 670; s++) {
			night_run(night, 1);
			said = night_tell(night, id);
			was_named = was_named ||
				    (said != NULL && said->n_skipped == 1 &&
					    strcmp(said->skipped[0], skipped[i]) == 0);
			if (night->n_pages == 4) {
				break;
			}
		}
		assert_string_equal(night_told(night), told[i]);
		night_run(night, 200); /* the last: when all are told again */
		said = night_tell(night, id);
		was_named =
			was_named || (said->n_skipped == 1 &&
					     strcmp(said->skipped[0], skipped[i]) == 0);
		assert_true(was_named);
	}
}

static void
where_all_are_known_and_none_can_be_reached_each_is_named(void **state)
{
	const Vedetta__V1__Escalation *said;
	uint64_t id;

	(void)state;
	unreachable(1, "M1", "Anna", DUTY_SAID);
	unreachable(2, "M1", "Luca", DUTY_SAID ",\"leads\":true");
	unreachable(3, "P1", "Paolo", DUTY_SAID);
	duty_kit_put(&night->kit, "{\"onCall\":{\"id\":\"4\",\"area\":\"M1\","
				  "\"people\":[{\"name\":\"Carla\"}]}}");
	id = night_open(night, 1, "M1", false);
	night_run(night, HOUR_S);
	assert_int_equal(night->n_pages, 0);
	said = night_tell(night, id);
	assert_true(said->nobody_to_tell);
	assert_int_equal(said->n_skipped, 4);
	/* One of them gets an address. */
	duty_kit_shift(&night->kit, 3, "P1", "Paolo", DUTY_SAID);
	night_run(night, 70);
	assert_int_equal(night->n_pages, 1);
	assert_string_equal(night->pages[0].name, "Paolo");
}

/* ---- what happens to the incident on the way */

static void
what_gets_worse_right_after_the_acknowledgement_is_as_loud_as_at_first(void **state)
{
	uint64_t id;

	(void)state;
	duty_kit_usual(&night->kit);
	id = night_open(night, 2, "M1", false);
	night_run(night, 310); /* Anna and Luca were told */
	night_ack(night, id, id);
	night_run(night, 2);
	(void)night_rise(night, id, 1);
	night_run(night, 430);
	/* Class 1 from its first step on, and by its times. */
	assert_string_equal(
		night_told(night), "Anna 6, Luca 306, Anna 318, Luca 438, Paolo 618");
	assert_int_equal(night_tell(night, id)->cause, CAUSE(WORSE));
}

static void
what_is_closed_on_the_way_stays_quiet_until_it_is_open_again(void **state)
{
	static const int closed_s[] = {3, 60, 400, 900}; /* before, between, behind */
	static const size_t told[] = {0, 1, 3, 10};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		uint64_t id;

		begin_again();
		id = night_open(night, 1, "M1", false);
		night_run(night, closed_s[i]);
		assert_int_equal(night->n_pages, told[i]);
		night_close(night, id);
		night_run(night, 2 * HOUR_S);
		night_restart(night);
		night_run(night, 2 * HOUR_S);
		assert_int_equal(night->n_pages, told[i]);
		assert_null(night_tell(night, id));
		night->incidents[0].facts.is_open = true;
		night->incidents[0].facts.alarming = true;
		(void)night_note(night, 0);
		night_run(night, 130);
		assert_int_equal(night->n_pages, told[i] + 2);
		assert_string_equal(night->pages[told[i]].name, "Anna");
		assert_string_equal(night->pages[told[i] + 1].name, "Luca");
	}
}

/* ---- a large event */

static void
in_a_large_event_each_step_has_its_time_and_what_is_new_is_told_at_once(void **state)
{
	uint64_t id;

	(void)state;
	duty_kit_usual(&night->kit);
	id = night_open(night, 1, "M1", false);
	night->incidents[0].facts.is_damped = true;
	night_run(night, 900);
	assert_string_equal(night_told(night),
		"Anna 6, Luca 126, Paolo 306, Carla 486, Dino 666, "
		"Anna 846, Luca 846, Paolo 846, Carla 846, Dino 846");
	/* A second one comes while the repeats of the first are held back. */
	(void)night_open(night, 1, "M1", false);
	night->incidents[1].facts.is_damped = true;
	night_run(night, 10);
	assert_int_equal(night->n_pages, 11);
	assert_int_equal(night->pages[10].n, 1);
	/* So does the first, once somebody took it on and gave it to nobody. */
	night_ack(night, id, night->seq);
	night_run(night, 910);
	assert_int_equal(night_tell(night, id)->cause, CAUSE(NOT_HANDED_OVER));
	assert_int_equal(night_tell(night, id)->phase, PHASE(WAITING));
}

/* ---- the clock */

static void
a_clock_hours_ahead_brings_the_next_and_no_more_at_any_point(void **state)
{
	static const struct {
		int at_s;
		size_t before, after;
	} rows[] = {
		{3, 0, 2},    /* the message is in its wait, the next step due */
		{60, 1, 2},   /* between two steps */
		{840, 5, 10}, /* before the repeat */
		{900, 10, 15},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		begin_again();
		(void)night_open(night, 1, "M1", false);
		night_run(night, rows[i].at_s);
		assert_int_equal(night->n_pages, rows[i].before);
		night->now_ms += INT64_C(5) * HOUR_S * 1000;
		night_run(night, 20);
		assert_int_equal(night->n_pages, rows[i].after);
	}
}

/* What was to come within its time comes within it, by the clock as it is now. */
static void
assert_back(int run_s, int back_h, int within_s, size_t before, size_t after)
{
	begin_again();
	night->now_ms += INT64_C(6) * HOUR_S * 1000;
	(void)night_open(night, 1, "M1", false);
	night_run(night, run_s);
	assert_int_equal(night->n_pages, before);
	night->now_ms -= (int64_t)back_h * HOUR_S * 1000;
	night_run(night, within_s);
	assert_int_equal(night->n_pages, after);
}

static void
a_clock_hours_back_holds_up_nobody_at_any_point(void **state)
{
	(void)state;
	assert_back(3, 5, 6, 0, 1);       /* the message is in its wait */
	assert_back(60, 5, 130, 1, 2);    /* between two steps */
	assert_back(840, 5, 200, 5, 10);  /* before the repeat */
	assert_back(900, 5, 620, 10, 15); /* and the next */
}

static void
a_clock_hours_back_holds_up_nothing_that_is_handed_to_nobody(void **state)
{
	(void)state;
	for (int noted = 0; noted < 2; noted++) {
		uint64_t id;

		begin_again();
		night->now_ms += INT64_C(6) * HOUR_S * 1000;
		id = night_open(night, 1, "M1", false);
		night_run(night, 10);
		night_ack(night, id, id);
		night_run(night, 60);
		night->now_ms -= INT64_C(5) * HOUR_S * 1000;
		night_run(night, 60);
		if (noted == 1) {
			(void)night_note(night, 0); /* another report came */
		}
		night_run(night, 860);
		assert_int_equal(night->n_pages, 2);
		assert_int_equal(night_tell(night, id)->cause, CAUSE(NOT_HANDED_OVER));
	}
}

/* ---- the book changes between two steps */

static const char boss_then_all[] =
	"{\"policy\":{\"id\":\"21\",\"area\":\"*\",\"classes\":[1],\"groupWaitS\":1,"
	"\"repeatS\":300,\"steps\":[{\"to\":\"POLICY_TARGET_SHIFT_LEADER\","
	"\"afterS\":60}]}}";

static void
a_policy_that_gets_shorter_on_the_way_leaves_no_step_out_of_it(void **state)
{
	uint64_t id;

	(void)state;
	duty_kit_usual(&night->kit);
	id = night_open(night, 1, "M1", false);
	night_run(night, 310); /* in the third step of four */
	assert_string_equal(night_told(night), "Anna 6, Luca 126, Paolo 306");
	duty_kit_put(&night->kit, boss_then_all);
	night_restart(night);
	night_run(night, 200);
	/* It is behind its end: all whom it names, and again by its own time. */
	assert_string_equal(night_told(night), "Anna 6, Luca 126, Paolo 306, Luca 482");
	assert_int_equal(night_tell(night, id)->phase, PHASE(REPEATING));
	assert_int_equal(night_tell(night, id)->steps, 1);
	night_run(night, 300);
	assert_int_equal(night->n_pages, 5);
	/* What opens now begins with the policy as it is. */
	(void)night_open(night, 1, "M1", false);
	night_run(night, 70);
	assert_string_equal(night->pages[night->n_pages - 1].name, "Luca");
}

static void
a_policy_that_is_taken_away_on_the_way_gives_way_to_the_built_in_one(void **state)
{
	uint64_t id;

	(void)state;
	duty_kit_usual(&night->kit);
	duty_kit_put(&night->kit, boss_then_all);
	id = night_open(night, 1, "M1", false);
	night_run(night, 10);
	assert_string_equal(night_told(night), "Luca 2");
	duty_kit_put(&night->kit,
		"{\"policy\":{\"id\":\"21\",\"area\":\"*\",\"removed\":true}}");
	night_run(night, 60);
	assert_int_equal(night_tell(night, id)->step, 2); /* the second of four */
	night_run(night, 180);
	assert_string_equal(
		night->pages[night->n_pages - 1].name, "Paolo"); /* the third */
}

static void
who_takes_a_shift_over_on_the_way_is_told_instead(void **state)
{
	(void)state;
	duty_kit_usual(&night->kit);
	(void)night_open(night, 1, "M1", false);
	night_run(night, 60);
	assert_string_equal(night_told(night), "Anna 6");
	/* Luca hands the lead to Mara, Anna goes home and Bice comes. */
	duty_kit_shift(&night->kit, 2, "M1", "Mara", DUTY_SAID ",\"leads\":true");
	duty_kit_shift(&night->kit, 1, "M1", "Bice", DUTY_SAID);
	night_run(night, 90);
	assert_string_equal(night_told(night), "Anna 6, Mara 126");
	/* Those who are there now are told again at the end, and no others. */
	night_run(night, 740);
	assert_string_equal(night_told(night),
		"Anna 6, Mara 126, Paolo 306, Carla 486, Dino 666, "
		"Mara 846, Paolo 846, Carla 846, Dino 846, Bice 846");
}

static void
an_on_call_list_that_gets_shorter_on_the_way_is_at_its_end(void **state)
{
	(void)state;
	duty_kit_usual(&night->kit);
	(void)night_open(night, 1, "M1", false);
	night_run(night, 500);
	assert_int_equal(night->n_pages, 4); /* Carla was the last */
	duty_kit_put(&night->kit,
		"{\"onCall\":{\"id\":\"4\",\"area\":\"M1\",\"people\":["
		"{\"name\":\"Carla\",\"email\":\"carla@example.it\"}]}}");
	night_run(night, 200);
	assert_string_equal(night_told(night),
		"Anna 6, Luca 126, Paolo 306, Carla 486, "
		"Anna 666, Luca 666, Paolo 666, Carla 666");
}

/* ---- an exercise */

static void
an_exercise_that_ends_on_the_way_wakes_nobody_any_more(void **state)
{
	size_t before;

	(void)state;
	duty_kit_usual(&night->kit);
	duty_kit_exercise(&night->kit, 6);
	duty_kit_put(&night->kit,
		"{\"joined\":{\"id\":\"7\",\"person\":{\"name\":\"Anna\"},"
		"\"exercise\":\"6\",\"until\":\"2026-11-22T00:00:00Z\"}}");
	night->now_ms += INT64_C(4) * HOUR_S * 1000 - 700 * 1000;
	(void)night_open(night, 1, "M1", true);
	night_run(night, 690);
	before = night->n_pages;
	assert_in_range(before, 1, 3);
	for (size_t i = 0; i < before; i++) {
		assert_true(night->pages[i].exercise);
		assert_string_equal(night->pages[i].name, "Anna");
	}
	night_run(night, 3 * HOUR_S);
	assert_int_equal(night->n_pages, before);
}

#define NIGHT(name) cmocka_unit_test_setup_teardown(name, night_begin, night_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		NIGHT(whoever_of_them_answers_nobody_is_told_any_more),
		NIGHT(whichever_step_reaches_nobody_the_next_is_told_in_its_place),
		NIGHT(where_all_are_known_and_none_can_be_reached_each_is_named),
		NIGHT(what_gets_worse_right_after_the_acknowledgement_is_as_loud_as_at_first),
		NIGHT(what_is_closed_on_the_way_stays_quiet_until_it_is_open_again),
		NIGHT(in_a_large_event_each_step_has_its_time_and_what_is_new_is_told_at_once),
		NIGHT(a_clock_hours_ahead_brings_the_next_and_no_more_at_any_point),
		NIGHT(a_clock_hours_back_holds_up_nobody_at_any_point),
		NIGHT(a_clock_hours_back_holds_up_nothing_that_is_handed_to_nobody),
		NIGHT(a_policy_that_gets_shorter_on_the_way_leaves_no_step_out_of_it),
		NIGHT(a_policy_that_is_taken_away_on_the_way_gives_way_to_the_built_in_one),
		NIGHT(who_takes_a_shift_over_on_the_way_is_told_instead),
		NIGHT(an_on_call_list_that_gets_shorter_on_the_way_is_at_its_end),
		NIGHT(an_exercise_that_ends_on_the_way_wakes_nobody_any_more),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
