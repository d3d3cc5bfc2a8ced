#include "unit.h"

#include <errno.h>
#include <string.h>

#include "dispatch/duty_decide.h"
#include "dispatch/duty_now.h"
#include "duty_kit.h"

#define NOW_MS (DUTY_T0_MS + INT64_C(3600000))

static struct duty_kit kit;
static struct arena *arena;

static int
set_up(void **state)
{
	(void)state;
	duty_kit_init(&kit);
	arena = arena_new(1 << 20);
	return arena == NULL;
}

static int
tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	duty_kit_fini(&kit);
	return 0;
}

/* input: a DutyInput in JSON. What was decided becomes the book's; old words go. */
static const Vedetta__V1__DutyAnswered *
ask_at(const char *input, int64_t now_ms)
{
	static Vedetta__V1__DutyAnswered out;
	struct trouble trouble;
	ProtobufCMessage *message;
	uint8_t packed[2048];

	trouble_init(&trouble);
	arena_reset(arena);
	if (json_read(&vedetta__v1__duty_input__descriptor, input, strlen(input), arena,
		    &trouble, &message) != 0) {
		fail_msg("%s: %s", trouble.at[0].field, trouble.at[0].reason);
	}
	assert_int_equal(duty_decide(kit.duty, (const Vedetta__V1__DutyInput *)message,
				 kit.seq + 1, now_ms, kit.map, arena, &out),
		0);
	if (out.record != NULL) {
		kit.seq++;
		assert_int_equal(
			duty_take(kit.duty, packed,
				vedetta__v1__duty_record__pack(out.record, packed)),
			0);
	}
	return &out;
}

static const Vedetta__V1__DutyAnswered *
ask(const char *input)
{
	return ask_at(input, NOW_MS);
}

static void
assert_refused(const char *input, const char *field, const char *reason)
{
	const Vedetta__V1__DutyAnswered *a = ask(input);

	assert_null(a->record);
	assert_false(a->not_found);
	assert_string_equal(a->field, field);
	assert_non_null(strstr(a->reason, reason));
}

static void
assert_not_found(const char *input)
{
	const Vedetta__V1__DutyAnswered *a = ask(input);

	assert_null(a->record);
	assert_true(a->not_found);
}

#define SHIFT "\"from\":\"2026-11-21T20:00:00Z\",\"to\":\"2026-11-22T08:00:00Z\","
#define ANNA "\"person\":{\"account\":\"anna\",\"email\":\"a@example.it\"}"

static void
what_is_new_has_its_row_as_its_id_and_can_be_changed_and_removed(void **state)
{
	const Vedetta__V1__DutyAnswered *a;

	(void)state;
	a = ask("{\"author\":\"lia\",\"team\":{\"name\":\"Boats\",\"areas\":[\"P1\"]}"
		"}");
	assert_int_equal(a->record->team->id, 1);
	assert_string_equal(a->record->by, "lia");
	assert_int_equal(a->record->at->seconds, NOW_MS / 1000);
	a = ask("{\"team\":{\"id\":\"1\",\"name\":\"Boat\",\"areas\":[\"*\"]}}");
	assert_int_equal(a->record->sequence, 2);
	assert_string_equal(duty_find(kit.duty, 1)->team->name, "Boat");
	assert_non_null(ask("{\"team\":{\"id\":\"1\",\"removed\":true}}")->record);
	assert_null(duty_find(kit.duty, 1));
	assert_not_found("{\"team\":{\"id\":\"1\",\"removed\":true}}");
	assert_not_found("{\"team\":{\"id\":\"9\",\"name\":\"B\",\"areas\":[\"*\"]}}");
	duty_kit_usual(&kit);
	assert_not_found("{\"team\":{\"id\":\"4\",\"removed\":true}}"); /* a list */
	assert_string_equal(duty_what(duty_find(kit.duty, 4)), "on_call");
}

static void
areas_teams_and_ways_to_reach_somebody_must_be_there(void **state)
{
	(void)state;
	assert_refused("{\"team\":{\"name\":\"B\",\"areas\":[\"*\",\"X9\"]}}",
		"areas[1]", "no area");
	assert_refused(
		"{\"shift\":{\"area\":\"X9\"," SHIFT ANNA "}}", "area", "no area");
	assert_refused("{\"shift\":{\"area\":\"M1\"," SHIFT
		       "\"person\":{\"name\":\"Anna\"}}}",
		"person", "cannot be reached");
	assert_refused("{\"onCall\":{\"area\":\"M1\",\"people\":[{\"name\":\"A\","
		       "\"telegram\":\"1\"},{\"name\":\"B\"}]}}",
		"people[1]", "cannot be reached");
	assert_refused(
		"{\"policy\":{\"area\":\"M1\",\"classes\":[1],\"steps\":[{\"to\":"
		"\"POLICY_TARGET_TEAM\",\"team\":\"7\"}]}}",
		"steps[0].team", "is no team");
	assert_int_equal(duty_count(kit.duty), 0);
}

static void
i_am_on_duty_answers_the_entry_that_is_now(void **state)
{
	const Vedetta__V1__DutyAnswered *a;

	(void)state;
	assert_non_null(ask("{\"shift\":{\"area\":\"M1\"," SHIFT ANNA "}}")->record);
	assert_not_found("{\"author\":\"anna\",\"answer\":{\"on\":false}}");
	a = ask("{\"author\":\"anna\",\"answer\":{\"on\":true}}");
	assert_int_equal(a->record->shift->id, 1);
	assert_int_equal(a->record->shift->answered_at->seconds, NOW_MS / 1000);
	/* Changed by somebody, she is still there. */
	a = ask("{\"author\":\"lia\",\"shift\":{\"id\":\"1\",\"area\":\"M2\"," SHIFT
			ANNA "}}");
	assert_non_null(a->record->shift->answered_at);
	a = ask("{\"author\":\"anna\",\"answer\":{\"on\":false,\"note\":\"two at "
		"M1\"}}");
	assert_non_null(a->record->shift->left_at);
	assert_string_equal(a->record->shift->note, "two at M1");
	a = ask("{\"author\":\"anna\",\"answer\":{\"on\":true}}"); /* back again */
	assert_null(a->record->shift->left_at);
	/* Another person takes it over: that one has not answered. */
	a = ask("{\"shift\":{\"id\":\"1\",\"area\":\"M1\"," SHIFT
		"\"person\":{\"account\":\"bea\",\"email\":\"b@example.it\"}}}");
	assert_null(a->record->shift->answered_at);
}

static void
one_answers_from_half_an_hour_before_to_the_end(void **state)
{
	(void)state;
	assert_non_null(ask("{\"shift\":{\"area\":\"M1\"," SHIFT ANNA "}}")->record);
	assert_null(ask_at("{\"author\":\"anna\",\"answer\":{\"on\":true}}",
		DUTY_T0_MS - DUTY_EARLY_MS - 1)
			    ->record);
	assert_null(ask_at("{\"author\":\"anna\",\"answer\":{\"on\":true}}",
		DUTY_T0_MS + INT64_C(12) * 3600000)
			    ->record);
	assert_non_null(ask_at("{\"author\":\"anna\",\"answer\":{\"on\":true}}",
		DUTY_T0_MS - DUTY_EARLY_MS)
				->record);
}

static void
without_an_entry_one_may_open_one(void **state)
{
	const Vedetta__V1__DutyAnswered *a;

	(void)state;
	assert_refused("{\"author\":\"anna\",\"answer\":{\"on\":true}}", "area",
		"no entry of yours");
	assert_refused("{\"author\":\"anna\",\"answer\":{\"on\":true,\"area\":\"X\"}}",
		"area", "no area");
	assert_refused("{\"author\":\"anna\",\"answer\":{\"on\":true,\"area\":\"M1\","
		       "\"to\":\"2026-11-21T20:00:00Z\"}}",
		"to", "within 24 hours");
	a = ask("{\"author\":\"anna\",\"answer\":{\"on\":true,\"area\":\"M1\"}}");
	assert_string_equal(a->record->shift->person->account, "anna");
	assert_int_equal(a->record->shift->to->seconds, NOW_MS / 1000 + 12 * 3600);
	assert_non_null(a->record->shift->answered_at);
}

static void
nobody_answers_for_somebody_else(void **state)
{
	(void)state;
	assert_non_null(ask("{\"shift\":{\"area\":\"M1\"," SHIFT ANNA "}}")->record);
	assert_refused("{\"author\":\"bea\",\"answer\":{\"on\":true,\"shift\":\"1\"}}",
		"shift", "somebody else's");
	assert_not_found(
		"{\"author\":\"bea\",\"answer\":{\"on\":true,\"shift\":\"9\"}}");
	/* For who has no account somebody may. */
	assert_non_null(ask("{\"shift\":{\"area\":\"M1\"," SHIFT
			    "\"person\":{\"name\":\"Ugo\",\"telegram\":\"1\"}}}")
				->record);
	assert_non_null(
		ask("{\"author\":\"bea\",\"answer\":{\"on\":true,\"shift\":\"2\"}}")
			->record);
	assert_refused("{\"author\":\"bea\",\"answer\":{\"on\":true,\"shift\":\"2\"}}",
		"shift", "answered already");
}

#define BIT(means) (1u << VEDETTA__V1__DUTY_MEANS__DUTY_MEANS_##means)

static void
what_is_not_set_up_here_reaches_nobody(void **state)
{
	static const char by_mail[] = "{\"onCall\":{\"area\":\"*\",\"people\":[{"
				      "\"name\":\"Ugo\",\"email\":\"u@"
				      "x.it\"}]}}";
	static const char step[] =
		"{\"policy\":{\"area\":\"*\",\"classes\":[1],\"steps\":[{\"to\":"
		"\"POLICY_"
		"TARGET_ON_CALL\"},{\"to\":\"POLICY_TARGET_ON_CALL\",\"means\":[\"DUTY_"
		"MEANS_CONSOLE\",\"DUTY_MEANS_TELEGRAM\"]}]}}";
	Vedetta__V1__DutyNow now;

	(void)state;
	duty_use_means(kit.duty, BIT(WEBHOOK));
	assert_refused(by_mail, "people[0]", "set up here");
	assert_refused(step, "steps[1].means", "not set up");
	assert_int_equal(duty_steps_lacking(kit.duty), 0);
	duty_use_means(kit.duty, BIT(EMAIL) | BIT(TELEGRAM));
	assert_int_equal(duty_unreachable(kit.duty, NOW_MS), 0);
	assert_non_null(ask(by_mail)->record);
	assert_non_null(ask(step)->record);
	/* The next day somebody takes the mail server out of the config. */
	duty_use_means(kit.duty, BIT(WEBHOOK));
	assert_true(duty_unreachable(kit.duty, NOW_MS) > 0);
	assert_int_equal(duty_steps_lacking(kit.duty), 1);
	arena_reset(arena);
	assert_int_equal(duty_now(kit.duty, kit.map, NOW_MS, arena, &now), 0);
	assert_int_equal(now.n_unreachable, duty_unreachable(kit.duty, NOW_MS));
	assert_string_equal(
		now.unreachable[0]->reason, "no contact by a means that is set up");
	assert_int_equal(now.n_step_faults, 1);
	assert_int_equal(now.step_faults[0]->step, 2);
	assert_string_equal(now.step_faults[0]->area, "*");
	assert_int_equal(now.step_faults[0]->means,
		VEDETTA__V1__DUTY_MEANS__DUTY_MEANS_TELEGRAM);
}

static void
one_joins_an_exercise_and_leaves_it(void **state)
{
	const Vedetta__V1__DutyAnswered *a;

	(void)state;
	assert_not_found(
		"{\"author\":\"anna\",\"answer\":{\"on\":true,\"exercise\":true}}");
	a = ask("{\"author\":\"luca\",\"exercise\":{\"on\":true,\"name\":\"Aterno\"}}");
	assert_int_equal(a->record->exercise->id, 1);
	assert_string_equal(a->record->exercise->by, "luca");
	assert_int_equal(a->record->exercise->until->seconds, NOW_MS / 1000 + 4 * 3600);
	assert_refused("{\"exercise\":{\"on\":true,\"name\":\"two\"}}", "on",
		"is said while one is on: end that one first");
	assert_not_found("{\"author\":\"anna\",\"answer\":{\"exercise\":true}}");
	/* Who saw another one has not seen this: the page is an old one. */
	assert_refused("{\"author\":\"anna\",\"answer\":{\"on\":true,\"exercise\":true,"
		       "\"exerciseId\":\"77\"}}",
		"exerciseId", "is not that of the one that is on");
	a = ask("{\"author\":\"anna\",\"answer\":{\"on\":true,\"exercise\":true,"
		"\"exerciseId\":\"1\"}}");
	assert_int_equal(a->record->joined->exercise, 1);
	assert_int_equal(a->record->joined->until->seconds, NOW_MS / 1000 + 4 * 3600);
	a = ask("{\"author\":\"anna\",\"answer\":{\"on\":true,\"exercise\":true}}");
	assert_int_equal(a->record->joined->id, 2); /* the same */
	a = ask("{\"author\":\"anna\",\"answer\":{\"exercise\":true}}");
	assert_true(a->record->joined->removed);
	assert_not_found("{\"author\":\"anna\",\"answer\":{\"exercise\":true}}");
	/* He means one that is over: another has begun since. */
	assert_refused("{\"exercise\":{\"id\":\"77\"}}", "id",
		"is not that of the one that is on or was the last");
	a = ask("{\"author\":\"bea\",\"exercise\":{\"id\":\"1\"}}");
	assert_int_equal(a->record->exercise->id, 1);
	assert_string_equal(a->record->exercise->ended_by, "bea");
	assert_int_equal(a->record->exercise->ended_at->seconds, NOW_MS / 1000);
	assert_not_found("{\"exercise\":{\"leaveOpen\":true}}");
	assert_refused("{\"exercise\":{\"id\":\"77\"}}", "id",
		"is not that of the one that is on or was the last");
	a = ask("{\"exercise\":{\"id\":\"1\"}}");
	assert_true(a->record->exercise->closing);
	a = ask("{\"exercise\":{}}"); /* what it may have left open */
	assert_true(a->record->exercise->with_earlier && a->record->exercise->closing);
	a = ask("{\"exercise\":{\"on\":true,\"name\":\"two\",\"minutes\":5}}");
	assert_int_equal(a->record->exercise->until->seconds, NOW_MS / 1000 + 300);
}

static void
short_of_memory_nothing_is_decided(void **state)
{
	static const char text[] =
		"{\"author\":\"anna\",\"answer\":{\"on\":true,\"area\":\"M1\"}}";
	struct trouble trouble;
	ProtobufCMessage *message;
	Vedetta__V1__DutyAnswered out;
	size_t room;
	int r = -ENOMEM;

	(void)state;
	trouble_init(&trouble);
	assert_int_equal(json_read(&vedetta__v1__duty_input__descriptor, text,
				 strlen(text), arena, &trouble, &message),
		0);
	for (room = 16; r != 0 && room < 4096; room += 16) {
		struct arena *small = arena_new(room);

		r = duty_decide(kit.duty, (const Vedetta__V1__DutyInput *)message, 1,
			NOW_MS, kit.map, small, &out);
		assert_true(r == 0 || r == -ENOMEM);
		arena_free(small);
	}
	assert_int_equal(r, 0);
	assert_in_range(room, 200, 4000);
}

#define DUTY(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DUTY(what_is_new_has_its_row_as_its_id_and_can_be_changed_and_removed),
		DUTY(areas_teams_and_ways_to_reach_somebody_must_be_there),
		DUTY(i_am_on_duty_answers_the_entry_that_is_now),
		DUTY(one_answers_from_half_an_hour_before_to_the_end),
		DUTY(without_an_entry_one_may_open_one),
		DUTY(nobody_answers_for_somebody_else),
		DUTY(what_is_not_set_up_here_reaches_nobody),
		DUTY(one_joins_an_exercise_and_leaves_it),
		DUTY(short_of_memory_nothing_is_decided),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
