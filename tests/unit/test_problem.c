#include "unit.h"

#include <string.h>

#include "server/problem.h"

static void
every_kind_is_whole_and_a_type_names_one_kind(void **state)
{
	struct arena *arena = arena_new(64 * 1024);
	const Vedetta__V1__Problem *seen[PROBLEM_KINDS];

	(void)state;
	for (int kind = 0; kind < PROBLEM_KINDS; kind++) {
		const Vedetta__V1__Problem *p =
			problem_new(arena, (enum problem_kind)kind, NULL, "112");

		assert_non_null(p);
		assert_in_range(p->status, 400, 599);
		assert_int_equal(p->status, problem_status((enum problem_kind)kind));
		assert_int_equal(strncmp(p->type, "urn:vedetta:problem:", 20), 0);
		assert_true(strlen(p->title) > 0 && strlen(p->detail) > 0);
		assert_string_equal(p->emergency_number, "112");
		/* Who is told to come back is told when; a citizen is told whom to
		 * call. */
		assert_int_equal(p->status == 503,
			strstr(problem_headers((enum problem_kind)kind),
				"Retry-After: ") != NULL);
		seen[kind] = p;
		for (int other = 0; other < kind; other++) {
			assert_string_not_equal(seen[other]->type, p->type);
		}
	}
	arena_free(arena);
}

static void
what_keeps_a_report_out_says_whom_to_call(void **state)
{
	static const enum problem_kind kinds[] = {PROBLEM_FULL, PROBLEM_DESK_AWAY,
		PROBLEM_NO_ROOM, PROBLEM_STORE, PROBLEM_TOO_LARGE, PROBLEM_FAULT};
	struct arena *arena = arena_new(64 * 1024);

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const Vedetta__V1__Problem *p =
			problem_new(arena, kinds[i], NULL, "115");

		assert_non_null(strstr(p->detail, "call 115"));
	}
	arena_free(arena);
}

static void
it_names_every_wrong_field_and_the_first_apart(void **state)
{
	struct arena *arena = arena_new(64 * 1024);
	struct trouble trouble;
	const Vedetta__V1__Problem *p;

	(void)state;
	trouble_init(&trouble);
	trouble_add(&trouble, "hazard", "is bad");
	trouble_add(&trouble, "text", "is worse");
	p = problem_new(arena, PROBLEM_INVALID, &trouble, "112");
	assert_int_equal(p->n_errors, 2);
	assert_string_equal(p->field, "hazard");
	assert_string_equal(p->errors[1]->field, "text");
	assert_string_equal(p->errors[1]->reason, "is worse");
	arena_free(arena);
}

static void
past_the_ceiling_there_is_none(void **state)
{
	struct arena *arena = arena_new(64);

	(void)state;
	assert_null(problem_new(arena, PROBLEM_FULL, NULL, "112"));
	arena_free(arena);
}

static void
the_http_layers_statuses_have_their_kinds(void **state)
{
	(void)state;
	assert_int_equal(problem_of_status(413), PROBLEM_TOO_LARGE);
	assert_int_equal(problem_of_status(503), PROBLEM_FULL);
	assert_int_equal(problem_of_status(500), PROBLEM_FAULT);
	assert_int_equal(problem_of_status(431), PROBLEM_BAD_HTTP);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_is_whole_and_a_type_names_one_kind),
		cmocka_unit_test(what_keeps_a_report_out_says_whom_to_call),
		cmocka_unit_test(it_names_every_wrong_field_and_the_first_apart),
		cmocka_unit_test(past_the_ceiling_there_is_none),
		cmocka_unit_test(the_http_layers_statuses_have_their_kinds),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
