#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "escalation_kit.h"

/* The newest message reached nobody. */
static void
fail_newest(void)
{
	assert_int_equal(escalations_fail(night->e, 0, night->now_ms), 0);
}

static void
a_message_that_reaches_nobody_makes_the_next_step_come_at_once(void **state)
{
	const Vedetta__V1__Escalation *said;
	uint64_t id;

	(void)state;
	duty_kit_usual(&night->kit);
	id = night_open(night, 1, "M1", false);
	night_run(night, 10);
	fail_newest();
	night_run(night, 10);
	assert_string_equal(night_told(night), "Anna 6, Luca 16");
	said = night_tell(night, id);
	assert_int_equal(said->step, 2);
	assert_int_equal(said->n_unreached, 1);
	assert_string_equal(said->unreached[0], "Anna");
	assert_false(said->told[0]->failed);
	assert_true(said->told[1]->failed);
	/* From here on each waits its time again. */
	night_run(night, 300);
	assert_string_equal(night_told(night), "Anna 6, Luca 16, Paolo 196");
	assert_int_equal(night_tell(night, id)->n_unreached, 0);
}

static void
what_was_hurried_stays_so_after_a_restart_in_between(void **state)
{
	(void)state;
	duty_kit_usual(&night->kit);
	(void)night_open(night, 1, "M1", false);
	night_run(night, 10);
	fail_newest();
	night_restart(night);
	assert_false(escalations_sent(night->e, 0)->failed);
	fail_newest(); /* the outbox says so again */
	night_run(night, 10);
	assert_string_equal(night_told(night), "Anna 6, Luca 16");
}

static void
while_one_of_them_may_have_been_reached_the_step_has_its_time(void **state)
{
	uint64_t id;

	(void)state;
	duty_kit_shift(&night->kit, 1, "M1", "Anna", DUTY_SAID);
	duty_kit_shift(&night->kit, 2, "M1", "Bice", DUTY_SAID);
	duty_kit_put(&night->kit,
		"{\"onCall\":{\"id\":\"4\",\"area\":\"M1\",\"people\":["
		"{\"name\":\"Dino\",\"telegram\":\"77\"}]}}");
	id = night_open(night, 1, "M1", false);
	night_run(night, 10);
	assert_string_equal(night_told(night), "Anna 6, Bice 6");
	fail_newest();
	night_run(night, 10);
	assert_int_equal(night->n_pages, 2);
	assert_true(night_tell(night, id)->told[1]->failed);
	assert_int_equal(escalations_fail(night->e, 1, night->now_ms), 0);
	night_run(night, 10);
	assert_string_equal(night_told(night), "Anna 6, Bice 6, Dino 26");
	assert_int_equal(night_tell(night, id)->n_unreached, 2);
}

static void
who_has_a_console_open_was_reached(void **state)
{
	char *areas[] = {(char *)(uintptr_t) "M1"};
	Vedetta__V1__PresenceOf there = VEDETTA__V1__PRESENCE_OF__INIT;
	Vedetta__V1__PresenceOf *const list[] = {&there};

	(void)state;
	there.account = (char *)(uintptr_t) "anna";
	there.streams = 1;
	there.n_areas = 1;
	there.areas = areas;
	duty_kit_put(&night->kit, "{\"shift\":{\"id\":\"1\",\"area\":\"M1\",\"person\":"
				  "{\"account\":\"anna\",\"email\":\"a@example.it\"},"
				  "\"from\":\"2026-11-21T20:00:00Z\",\"to\":"
				  "\"2026-11-22T08:00:00Z\"" DUTY_SAID "}}");
	duty_kit_shift(&night->kit, 2, "M1", "Luca", DUTY_SAID ",\"leads\":true");
	assert_int_equal(duty_be_present(night->kit.duty, list, 1), 0);
	(void)night_open(night, 1, "M1", false);
	night_run(night, 10);
	assert_int_equal(night->n_pages, 1);
	fail_newest();
	night_run(night, 100);
	assert_int_equal(night->n_pages, 1);
	night_run(night, 20);
	assert_int_equal(night->n_pages, 2);
}

static void
repeats_are_not_hurried(void **state)
{
	uint64_t id;

	(void)state;
	duty_kit_shift(&night->kit, 1, "M1", "Anna", DUTY_SAID);
	id = night_open(night, 1, "M1", false);
	night_run(night, 10);
	fail_newest();
	night_run(night, 70);
	assert_string_equal(night_told(night), "Anna 6, Anna 66");
	assert_int_equal(night_tell(night, id)->phase, PHASE(REPEATING));
	assert_int_equal(night_tell(night, id)->n_unreached, 1);
	fail_newest();
	night_run(night, 500);
	assert_int_equal(night->n_pages, 2);
}

static void
a_message_is_wanted_while_anything_of_it_goes_on(void **state)
{
	const struct escalation_sent *sent;
	uint64_t one, other;

	(void)state;
	duty_kit_usual(&night->kit);
	one = night_open(night, 2, "M1", false);
	other = night_open(night, 2, "M1", false);
	night_run(night, 10);
	assert_string_equal(night_told(night), "Anna 6 x2");
	sent = escalations_sent(night->e, 0);
	assert_true(escalations_want(night->e, sent));
	night_ack(night, one, other);
	assert_true(escalations_want(night->e, sent));
	night_close(night, other);
	assert_false(escalations_want(night->e, sent));
	night_ack(night, one, 0); /* taken back */
	assert_true(escalations_want(night->e, sent));
	escalations_settle(night->e, 0);
	assert_true(sent->over);
	/* Reaching nobody is nothing to hurry for when nobody waits. */
	night_ack(night, one, other);
	fail_newest();
	night_run(night, 100);
	assert_int_equal(night->n_pages, 1);
}

static void
a_message_about_more_than_it_lists_is_wanted_always(void **state)
{
	(void)state;
	duty_kit_shift(&night->kit, 1, "M1", "Anna", DUTY_SAID);
	for (int i = 0; i < ESCALATION_LISTED_MOST + 1; i++) {
		(void)night_open(night, 2, "M1", false);
	}
	night_run(night, 10);
	for (int i = 0; i < ESCALATION_LISTED_MOST + 1; i++) {
		night_close(night, night->incidents[i].id);
	}
	assert_true(escalations_want(night->e, escalations_sent(night->e, 0)));
}

#define NIGHT(name) cmocka_unit_test_setup_teardown(name, night_begin, night_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		NIGHT(a_message_that_reaches_nobody_makes_the_next_step_come_at_once),
		NIGHT(what_was_hurried_stays_so_after_a_restart_in_between),
		NIGHT(while_one_of_them_may_have_been_reached_the_step_has_its_time),
		NIGHT(who_has_a_console_open_was_reached),
		NIGHT(repeats_are_not_hurried),
		NIGHT(a_message_is_wanted_while_anything_of_it_goes_on),
		NIGHT(a_message_about_more_than_it_lists_is_wanted_always),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
