#include "unit.h"

#include <errno.h>
#include <stdlib.h>

#include "dispatch/escalation_internal.h"

static struct escalation x;

static int
begin(void **state)
{
	(void)state;
	x = (struct escalation){.said = NULL};
	return 0;
}

static int
end(void **state)
{
	(void)state;
	free(x.said);
	return 0;
}

static int
say(const char *name, uint32_t round)
{
	Vedetta__V1__Escalation said = VEDETTA__V1__ESCALATION__INIT;
	Vedetta__V1__EscalationTold one = VEDETTA__V1__ESCALATION_TOLD__INIT;
	Vedetta__V1__EscalationTold *told[] = {&one};
	Google__Protobuf__Timestamp at = GOOGLE__PROTOBUF__TIMESTAMP__INIT;

	at.seconds = 1795291200;
	one.name = (char *)(uintptr_t)name;
	one.at = &at;
	one.failed = true;
	said.phase = PHASE(REPEATING);
	said.since = said.next_at = &at;
	said.round = round;
	said.nobody_answered = true;
	said.n_told = 1;
	said.told = told;
	return escalation_say(&x, &said);
}

static void
what_was_said_comes_back_but_for_its_times(void **state)
{
	Vedetta__V1__Escalation *said;

	(void)state;
	assert_int_equal(say("Anna", 1), 0);
	assert_int_equal(say("Luca", 2), 0);
	assert_int_equal(x.round, 2);
	assert_true(x.nobody_answered);
	assert_false(x.nobody_to_tell);
	said = escalation_said(&x, NULL);
	assert_non_null(said);
	assert_int_equal(said->phase, PHASE(REPEATING));
	assert_int_equal(said->round, 2);
	assert_null(said->since);
	assert_null(said->next_at);
	assert_int_equal(said->n_told, 1);
	assert_string_equal(said->told[0]->name, "Luca");
	assert_int_equal(said->told[0]->at->seconds, 1795291200);
	assert_true(said->told[0]->failed);
	vedetta__v1__escalation__free_unpacked(said, NULL);
}

static void
short_of_memory_it_is_as_it_was(void **state)
{
	struct arena *small = arena_new(16);
	Vedetta__V1__Escalation *said;

	(void)state;
	assert_int_equal(say("Anna", 1), 0);
	alloc_fail_at(1);
	assert_int_equal(say("Luca", 2), -ENOMEM);
	alloc_fail_at(0);
	assert_non_null(small);
	assert_null(escalation_said(&x, arena_allocator(small)));
	arena_free(small);
	assert_int_equal(x.round, 1);
	said = escalation_said(&x, NULL);
	assert_non_null(said);
	assert_string_equal(said->told[0]->name, "Anna");
	vedetta__v1__escalation__free_unpacked(said, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			what_was_said_comes_back_but_for_its_times, begin, end),
		cmocka_unit_test_setup_teardown(
			short_of_memory_it_is_as_it_was, begin, end),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
