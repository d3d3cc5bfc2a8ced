/* Longer than 500 lines: each path of one machine, played with one clock. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "escalation_kit.h"

#define CAUSE(name) VEDETTA__V1__ESCALATION_CAUSE__ESCALATION_CAUSE_##name

/* Class 1 by the built-in policy: 120, 180, 180 and 180 s each; again after 600. */
static void
nobody_answers_and_one_after_the_other_is_told_and_then_all_again(void **state)
{
	const Vedetta__V1__Escalation *said;
	uint64_t id;

	(void)state;
	duty_kit_usual(&night->kit);
	id = night_open(night, 1, "M1", false);
	night_run(night, 900);
	assert_string_equal(night_told(night),
		"Anna 6, Luca 126, Paolo 306, Carla 486, Dino 666, "
		"Anna 846, Luca 846, Paolo 846, Carla 846, Dino 846");
	said = night_tell(night, id);
	assert_int_equal(said->phase, PHASE(REPEATING));
	assert_true(said->nobody_answered);
	assert_int_equal(said->round, 1);
	assert_int_equal(said->n_told, 10);
	assert_string_equal(said->told[9]->name, "Anna");
	assert_int_equal(said->told[9]->step, 1);
	night_run(night, 600);
	assert_int_equal(night->n_pages, 15);
	assert_int_equal(night_tell(night, id)->round, 2);
	night_run(night, 24 * 3600); /* never expires; three go home at eight */
	assert_in_range(night->n_pages, 15 + 5 * 69 + 2 * 74, 15 + 5 * 70 + 2 * 75);
}

static void
an_acknowledgement_in_the_middle_ends_it(void **state)
{
	uint64_t id;

	(void)state;
	duty_kit_usual(&night->kit);
	id = night_open(night, 2, "M1", false);
	night_run(night, 310);
	assert_string_equal(night_told(night), "Anna 6, Luca 306");
	night_ack(night, id, id);
	assert_int_equal(night_tell(night, id)->phase, PHASE(ANSWERED));
	night_run(night, 7200);
	assert_string_equal(night_told(night), "Anna 6, Luca 306");
}

static void
an_acknowledgement_that_is_taken_back_was_none(void **state)
{
	uint64_t id;

	(void)state;
	duty_kit_usual(&night->kit);
	id = night_open(night, 2, "M1", false);
	night_run(night, 10);
	night_ack(night, id, id);
	night_run(night, 90);
	night_ack(night, id, 0);
	night_run(night, 10);
	assert_string_equal(night_told(night), "Anna 6, Anna 106");
	assert_int_equal(night_tell(night, id)->phase, PHASE(WAITING));
}

static void
who_acknowledges_before_the_message_leaves_gets_none(void **state)
{
	uint64_t id;

	(void)state;
	duty_kit_usual(&night->kit);
	id = night_open(night, 2, "M1", false);
	night_run(night, 3);
	night_ack(night, id, id);
	night_run(night, 7200);
	assert_int_equal(night->n_pages, 0);
}

static void
what_gets_worse_after_the_acknowledgement_begins_again(void **state)
{
	uint64_t id, rise;

	(void)state;
	duty_kit_usual(&night->kit);
	id = night_open(night, 2, "M1", false);
	night_run(night, 10);
	night_ack(night, id, id);
	night_run(night, 90);
	rise = night_rise(night, id, 1);
	night_run(night, 130);
	assert_string_equal(night_told(night), "Anna 6, Anna 106, Luca 226");
	assert_int_equal(night_tell(night, id)->cause, CAUSE(WORSE));
	night_ack(night, id, rise - 1); /* has not seen it */
	assert_int_equal(night_tell(night, id)->phase, PHASE(WAITING));
	night_ack(night, id, rise);
	assert_int_equal(night_tell(night, id)->phase, PHASE(ANSWERED));
	night_hand_over(night, id);
	night_run(night, 7200);
	assert_int_equal(night->n_pages, 3);
}

static void
what_gets_worse_while_it_goes_on_is_told_to_all_who_were_told(void **state)
{
	uint64_t id;

	(void)state;
	duty_kit_usual(&night->kit);
	id = night_open(night, 2, "M1", false);
	night_run(night, 400);
	assert_string_equal(night_told(night), "Anna 6, Luca 306");
	(void)night_rise(night, id, 1);
	night_run(night, 200);
	assert_string_equal(
		night_told(night), "Anna 6, Luca 306, Anna 406, Luca 406, Paolo 586");
}

static void
class_1_that_is_handed_to_nobody_begins_again(void **state)
{
	uint64_t id;

	(void)state;
	duty_kit_usual(&night->kit);
	id = night_open(night, 1, "M1", false);
	night_run(night, 10);
	night_ack(night, id, id);
	night_run(night, 899);
	assert_string_equal(night_told(night), "Anna 6");
	night_run(night, 10);
	assert_string_equal(night_told(night), "Anna 6, Anna 915");
	assert_int_equal(night_tell(night, id)->cause, CAUSE(NOT_HANDED_OVER));
	night_ack(night, id, id); /* what was seen before does not cover it */
	assert_int_equal(night_tell(night, id)->phase, PHASE(WAITING));
	night_ack(night, id, night->seq);
	night_run(night, 905);
	assert_int_equal(night->n_pages, 3);
	night_ack(night, id, night->seq);
	night_hand_over(night, id);
	night_run(night, 7200);
	assert_int_equal(night->n_pages, 3);
}

static void
what_is_closed_or_of_no_such_class_wakes_nobody(void **state)
{
	uint64_t id;

	(void)state;
	duty_kit_usual(&night->kit);
	(void)night_open(night, 3, "M1", false);
	night_run(night, 7200);
	assert_int_equal(night->n_rows, 0);
	id = night_open(night, 1, "M1", false);
	night_run(night, 130);
	assert_int_equal(night->n_pages, 2);
	night_close(night, id);
	assert_null(night_tell(night, id));
	night_run(night, 7200);
	assert_int_equal(night->n_pages, 2);
}

static void
who_cannot_be_reached_is_passed_over_by_name(void **state)
{
	const Vedetta__V1__Escalation *said;
	uint64_t id;

	(void)state;
	duty_kit_usual(&night->kit);
	duty_kit_put(&night->kit,
		"{\"shift\":{\"id\":\"1\",\"area\":\"M1\",\"person\":{\"name\":"
		"\"Anna\"},"
		"\"from\":\"2026-11-21T20:00:00Z\",\"to\":\"2026-11-22T08:00:00Z\","
		"\"answeredAt\":\"2026-11-21T20:00:00Z\"}}");
	duty_kit_put(&night->kit, "{\"onCall\":{\"id\":\"4\",\"area\":\"M1\","
				  "\"people\":[{\"name\":\"Carla\"},"
				  "{\"name\":\"Dino\",\"telegram\":\"77\"}]}}");
	id = night_open(night, 1, "M1", false);
	night_run(night, 10);
	assert_string_equal(night_told(night), "Luca 6");
	said = night_tell(night, id);
	assert_int_equal(said->n_skipped, 1);
	assert_string_equal(said->skipped[0], "Anna");
	assert_int_equal(said->step, 2);
	night_run(night, 600);
	assert_string_equal(night_told(night), "Luca 6, Paolo 186, Dino 366, "
					       "Luca 546, Paolo 546, Dino 546");
}

static void
where_nobody_is_on_duty_it_begins_with_who_is_on_call(void **state)
{
	(void)state;
	duty_kit_usual(&night->kit);
	(void)night_open(night, 1, "M3", false);
	night_run(night, 10);
	assert_string_equal(night_told(night), "Zoe 6");
}

static void
whoever_should_be_there_and_did_not_answer_is_woken_too(void **state)
{
	(void)state;
	duty_kit_usual(&night->kit);
	duty_kit_shift(&night->kit, 9, "P2", "Piero", "");
	(void)night_open(night, 1, "M3", false);
	night_run(night, 10);
	assert_string_equal(night_told(night), "Zoe 6, Piero 6");
}

static void
a_gap_in_the_rota_is_filled_by_who_is_on_call(void **state)
{
	(void)state;
	duty_kit_usual(&night->kit);
	/* At eight in the morning all shifts are over. */
	night->now_ms = DUTY_T0_MS + INT64_C(12) * 3600 * 1000 - 60 * 1000;
	(void)night_open(night, 1, "M1", false);
	night_run(night, 130);
	assert_string_equal(night_told(night), "Anna 43146, Carla 43266");
}

static void
where_nobody_can_be_told_it_is_said_once(void **state)
{
	const Vedetta__V1__Escalation *said;
	uint64_t id;

	(void)state;
	duty_kit_shift(&night->kit, 1, "M1", "Anna", DUTY_SAID);
	id = night_open(night, 1, "M3", false);
	night_run(night, 7200);
	assert_int_equal(night->n_rows, 1);
	said = night_tell(night, id);
	assert_true(said->nobody_to_tell);
	assert_int_equal(said->phase, PHASE(REPEATING));
	/* As soon as somebody is there, that one is told. */
	duty_kit_shift(&night->kit, 2, "M3", "Mara", "");
	night_run(night, 70);
	assert_int_equal(night->n_pages, 1);
	assert_string_equal(night->pages[0].name, "Mara");
	assert_false(night_tell(night, id)->nobody_to_tell);
}

static void
where_nobody_was_ever_set_nothing_is_written(void **state)
{
	(void)state;
	(void)night_open(night, 1, "M1", false);
	night_run(night, 7200);
	assert_int_equal(night->n_rows, 0);
}

static void
a_thousand_at_once_are_one_message_each_person(void **state)
{
	(void)state;
	duty_kit_usual(&night->kit);
	for (int i = 0; i < 1000; i++) {
		(void)night_open(night, (uint8_t)(1 + i % 2), "M1", false);
	}
	night_run(night, 100);
	assert_string_equal(night_told(night), "Anna 6 x1000");
	night_run(night, 30); /* half of them are class 1 */
	assert_string_equal(night_told(night), "Anna 6 x1000, Luca 126 x500");
}

/* One of two gets worse, so it is told again while it waits; then somebody has it. */
static void
told_twice(bool answered, bool restart, int64_t back_ms, const char *told)
{
	struct night *t = night_new();
	uint64_t first, rise;

	duty_kit_usual(&t->kit);
	t->now_ms += 60 * 1000; /* set back, it is still this shift */
	first = night_open(t, 2, "M1", false);
	night_run(t, 1);
	t->now_ms -= back_ms;
	(void)night_open(t, 2, "M1", false);
	night_run(t, 1);
	rise = night_rise(t, first, 1);
	night_run(t, 1);
	if (restart) {
		night_restart(t);
	}
	if (answered) {
		night_ack(t, first, rise);
		night_hand_over(t, first);
	}
	night_run(t, 10);
	assert_string_equal(night_told(t), told);
	night_free(t);
}

static void
what_is_told_twice_before_the_message_leaves_is_in_it_once(void **state)
{
	(void)state;
	for (int restart = 0; restart < 2; restart++) {
		told_twice(false, restart != 0, 0, "Anna 66 x2");
		told_twice(true, restart != 0, 0, "Anna 66");
		told_twice(false, restart != 0, 5000, "Anna 62 x2");
		told_twice(true, restart != 0, 5000, "Anna 62");
	}
}

static void
what_comes_after_the_message_comes_with_the_next_one(void **state)
{
	(void)state;
	duty_kit_usual(&night->kit);
	(void)night_open(night, 1, "M1", false);
	night_run(night, 3);
	(void)night_open(night, 1, "M1", false); /* in time */
	night_run(night, 10);
	(void)night_open(night, 1, "M1", false);
	(void)night_open(night, 2, "M1", false);
	night_run(night, 47);
	assert_string_equal(night_told(night), "Anna 6 x2");
	night_run(night, 10);
	assert_string_equal(night_told(night), "Anna 6 x2, Anna 66 x2");
}

static void
a_large_event_makes_repeats_rarer_and_no_first(void **state)
{
	uint64_t id;

	(void)state;
	duty_kit_shift(&night->kit, 1, "M1", "Anna", DUTY_SAID);
	id = night_open(night, 1, "M1", false);
	night->incidents[night_index(night, id)].facts.is_damped = true;
	night_run(night, 130);
	assert_string_equal(night_told(night), "Anna 6, Anna 126");
	night_run(night, 1790);
	assert_int_equal(night->n_pages, 2);
	night_run(night, 20);
	assert_int_equal(night->n_pages, 3);
}

static void
an_exercise_wakes_those_who_joined_apart_from_what_is_real(void **state)
{
	(void)state;
	duty_kit_usual(&night->kit);
	(void)night_open(night, 1, "M1", true);
	night_run(night, 3600);
	assert_int_equal(night->n_rows, 0);
	duty_kit_exercise(&night->kit, 6);
	duty_kit_put(&night->kit,
		"{\"joined\":{\"id\":\"7\",\"person\":{\"name\":\"Carla\"},"
		"\"exercise\":\"6\",\"until\":\"2026-11-22T20:00:00Z\"}}");
	(void)night_open(night, 1, "M1", false);
	(void)night_open(night, 1, "M1", true);
	night_run(night, 60);
	assert_string_equal(night_told(night), "Anna 3606, Carla 3606 x2");
	assert_false(night->pages[0].exercise);
	assert_true(night->pages[1].exercise);
	night_run(night, 8 * 60);
	for (size_t i = 0; i < night->n_pages; i++) {
		assert_true(!night->pages[i].exercise ||
			    strcmp(night->pages[i].name, "Carla") == 0);
	}
}

static void
a_policy_of_one_s_own_is_followed(void **state)
{
	(void)state;
	duty_kit_usual(&night->kit);
	duty_kit_put(&night->kit,
		"{\"team\":{\"id\":\"20\",\"name\":\"Boats\",\"areas\":[\"*\"],"
		"\"people\":["
		"{\"name\":\"Ugo\",\"telegram\":\"1\",\"email\":\"u@example.it\"}]}}");
	duty_kit_put(&night->kit, "{\"policy\":{\"id\":\"21\",\"area\":\"M1\","
				  "\"classes\":[1],\"groupWaitS\":1,"
				  "\"steps\":[{\"to\":\"POLICY_TARGET_TEAM\",\"team\":"
				  "\"20\",\"afterS\":30,"
				  "\"means\":[\"DUTY_MEANS_TELEGRAM\"]},"
				  "{\"to\":\"POLICY_TARGET_ON_DUTY\",\"afterS\":30,"
				  "\"means\":[\"DUTY_MEANS_TELEGRAM\"]}]}}");
	(void)night_open(night, 1, "M1", false);
	night_run(night, 40);
	assert_string_equal(night_told(night), "Ugo 2, Anna 32");
	assert_int_equal(night->pages[0].means, 1 << 5); /* Telegram only */
	assert_int_equal(night->pages[1].means, 1 << 2); /* she has no other */
}

static void
a_clock_that_jumps_ahead_skips_nobody(void **state)
{
	(void)state;
	duty_kit_usual(&night->kit);
	(void)night_open(night, 1, "M1", false);
	night_run(night, 10);
	night->now_ms += 3600 * 1000;
	night_run(night, 170);
	assert_string_equal(night_told(night), "Anna 6, Luca 3616");
	night_run(night, 20);
	assert_string_equal(night_told(night), "Anna 6, Luca 3616, Paolo 3796");
}

static void
a_clock_that_is_set_back_makes_no_wait_longer(void **state)
{
	(void)state;
	duty_kit_usual(&night->kit);
	night->now_ms += 7200 * 1000;
	(void)night_open(night, 1, "M1", false);
	night_run(night, 10);
	assert_string_equal(night_told(night), "Anna 7206");
	night->now_ms -= 7000 * 1000; /* it is 210 s after the beginning */
	night_run(night, 130);
	assert_string_equal(night_told(night), "Anna 7206, Luca 336");
	night->now_ms -= 100 * 1000;
	night_restart(night);
	night_run(night, 190);
	assert_int_equal(night->n_pages, 3);
}

static void
a_desk_that_comes_back_late_goes_on_where_it_was(void **state)
{
	(void)state;
	duty_kit_usual(&night->kit);
	(void)night_open(night, 1, "M1", false);
	night_run(night, 2);
	night_restart(night); /* the message is still in its wait */
	night_run(night, 10);
	assert_string_equal(night_told(night), "Anna 6");
	night->now_ms += 200 * 1000;
	night_restart(night);
	night_run(night, 10);
	assert_string_equal(night_told(night), "Anna 6, Luca 218");
}

/* One thing happens, or a while passes. */
static void
do_something(struct night *t, unsigned *seed)
{
	static const char *const places[] = {"M1", "M2", "M3", "M1 M2", ""};
	size_t i = t->n_incidents == 0 ? 0 : (size_t)rand_r(seed) % t->n_incidents;
	uint64_t id = t->incidents[i].id;

	switch (t->n_incidents < 5 ? 0 : rand_r(seed) % 8) {
	case 0:
		(void)night_open(t, (uint8_t)(1 + rand_r(seed) % 3),
			places[rand_r(seed) % 5], rand_r(seed) % 6 == 0);
		break;
	case 1:
		night_ack(t, id, t->seq - (uint64_t)rand_r(seed) % 4);
		break;
	case 2:
		(void)night_rise(t, id, (uint8_t)(1 + rand_r(seed) % 3));
		break;
	case 3:
		night_hand_over(t, id);
		break;
	case 4:
		if (rand_r(seed) % 4 == 0) {
			t->now_ms += rand_r(seed) % 3000 * 1000;
		}
		break;
	default:
		night_run(t, rand_r(seed) % 200);
	}
}

static void
assert_same_rows(const struct night *a, const struct night *b)
{
	assert_int_equal(a->n_events, b->n_events);
	for (size_t i = 0; i < a->n_events; i++) {
		const struct store_row *one = &a->events[i].row;
		const struct store_row *other = &b->events[i].row;

		assert_int_equal(a->events[i].seq, b->events[i].seq);
		assert_int_equal(a->events[i].at_ms, b->events[i].at_ms);
		assert_int_equal(one->subject, other->subject);
		assert_int_equal(one->body_bytes, other->body_bytes);
		assert_int_equal(one->personal_bytes, other->personal_bytes);
		if (a->events[i].is_row) {
			assert_memory_equal(one->body, other->body, one->body_bytes);
		}
		if (one->personal_bytes > 0) {
			assert_memory_equal(
				one->personal, other->personal, one->personal_bytes);
		}
	}
}

static void
a_desk_that_restarts_at_any_moment_writes_the_same_rows(void **state)
{
	(void)state;
	for (unsigned run = 1; run <= 40; run++) {
		struct night *other = night_new();
		unsigned seed = run, other_seed = run, dice = run;

		night_free(night);
		night = night_new();
		duty_kit_usual(&night->kit);
		duty_kit_usual(&other->kit);
		for (int i = 0; i < 60; i++) {
			do_something(night, &seed);
			do_something(other, &other_seed);
			if (rand_r(&dice) % 4 == 0) {
				night_restart(other);
			}
		}
		assert_same_rows(night, other);
		night_free(other);
	}
}

static void
what_was_erased_or_damaged_is_taken_as_it_is(void **state)
{
	uint64_t id;

	(void)state;
	duty_kit_usual(&night->kit);
	id = night_open(night, 1, "M1", false);
	night_run(night, 200);
	for (size_t i = 0; i < night->n_events; i++) {
		struct store_row *row = &night->events[i].row;

		free((void *)(uintptr_t)row->personal);
		row->personal = NULL;
		row->personal_bytes = 0;
	}
	night_restart(night);
	assert_int_equal(night_tell(night, id)->n_told, 0);
	assert_int_equal(night_tell(night, id)->step, 2);
	for (size_t i = 0; i < night->n_events; i++) {
		night->events[i].row.body_bytes = 0;
	}
	night_restart(night);
	assert_null(night_tell(night, id)); /* as if nobody had been told */
	night_run(night, 10);
	assert_string_equal(night->pages[night->n_pages - 1].name, "Anna");
}

static void
figures_tell_how_many_wait_and_how_many_nobody_answered(void **state)
{
	struct escalation_figures f;

	(void)state;
	duty_kit_shift(&night->kit, 1, "M1", "Anna", DUTY_SAID);
	(void)night_open(night, 1, "M1", false);
	(void)night_open(night, 2, "M1", false);
	(void)night_open(night, 1, "M3", false);
	(void)night_open(night, 3, "M3", false);
	night_run(night, 130);
	escalations_figures(night->e, &f);
	assert_int_equal(f.waiting, 3);
	assert_int_equal(f.unanswered, 2);
	assert_int_equal(f.nobody, 1);
}

static void
short_of_memory_a_step_or_a_row_is_said_to_have_failed(void **state)
{
	unsigned long n;

	(void)state;
	duty_kit_usual(&night->kit);
	(void)night_open(night, 1, "M1", false);
	night_run(night, 1);
	for (n = 1;; n++) {
		struct escalations *fresh = escalations_new();
		const struct night_event *opened = &night->events[0];
		const struct night_event *step = &night->events[1];
		int r;

		assert_non_null(fresh);
		alloc_fail_at(n);
		r = escalations_note(fresh, opened->incident, opened->seq,
			opened->at_ms, &opened->facts);
		if (r == 0) {
			r = escalations_apply(fresh, &step->row);
		}
		alloc_fail_at(0);
		escalations_free(fresh);
		if (r == 0) {
			break;
		}
		assert_int_equal(r, -12);
	}
	assert_in_range(n, 5, 20);
}

#define NIGHT(name) cmocka_unit_test_setup_teardown(name, night_begin, night_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		NIGHT(nobody_answers_and_one_after_the_other_is_told_and_then_all_again),
		NIGHT(an_acknowledgement_in_the_middle_ends_it),
		NIGHT(an_acknowledgement_that_is_taken_back_was_none),
		NIGHT(who_acknowledges_before_the_message_leaves_gets_none),
		NIGHT(what_gets_worse_after_the_acknowledgement_begins_again),
		NIGHT(what_gets_worse_while_it_goes_on_is_told_to_all_who_were_told),
		NIGHT(class_1_that_is_handed_to_nobody_begins_again),
		NIGHT(what_is_closed_or_of_no_such_class_wakes_nobody),
		NIGHT(who_cannot_be_reached_is_passed_over_by_name),
		NIGHT(where_nobody_is_on_duty_it_begins_with_who_is_on_call),
		NIGHT(whoever_should_be_there_and_did_not_answer_is_woken_too),
		NIGHT(a_gap_in_the_rota_is_filled_by_who_is_on_call),
		NIGHT(where_nobody_can_be_told_it_is_said_once),
		NIGHT(where_nobody_was_ever_set_nothing_is_written),
		NIGHT(a_thousand_at_once_are_one_message_each_person),
		cmocka_unit_test(
			what_is_told_twice_before_the_message_leaves_is_in_it_once),
		NIGHT(what_comes_after_the_message_comes_with_the_next_one),
		NIGHT(a_large_event_makes_repeats_rarer_and_no_first),
		NIGHT(an_exercise_wakes_those_who_joined_apart_from_what_is_real),
		NIGHT(a_policy_of_one_s_own_is_followed),
		NIGHT(a_clock_that_jumps_ahead_skips_nobody),
		NIGHT(a_clock_that_is_set_back_makes_no_wait_longer),
		NIGHT(a_desk_that_comes_back_late_goes_on_where_it_was),
		NIGHT(a_desk_that_restarts_at_any_moment_writes_the_same_rows),
		NIGHT(what_was_erased_or_damaged_is_taken_as_it_is),
		NIGHT(figures_tell_how_many_wait_and_how_many_nobody_answered),
		NIGHT(short_of_memory_a_step_or_a_row_is_said_to_have_failed),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
