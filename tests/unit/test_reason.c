#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "proto/trouble.h"
#include "server/problem.h"
#include "server/reason.h"

static void
assert_code(const char *sentence, const char *code)
{
	struct reason said;

	assert_true(reason_read(sentence, &said));
	assert_string_equal(said.code, code);
}

static void
sentences_that_say_the_same_have_one_code(void **state)
{
	(void)state;
	assert_code("is required", "required");
	assert_code("one area at least is required", "required");
	assert_code("is required: the incident has several reports", "several_reports");
	assert_code("is not the password", "wrong_password");
}

static void
what_is_not_in_the_table_has_no_code(void **state)
{
	static const char *const sentences[] = {"", "is", "is required ", "Is required",
		"is required: something new", "must have  characters at most",
		"must have 5 characters at most, or so", "must be between 1 and",
		"must be between 1"};
	struct reason said;

	(void)state;
	for (size_t i = 0; i < sizeof(sentences) / sizeof(sentences[0]); i++) {
		assert_false(reason_read(sentences[i], &said));
		assert_null(said.code);
		assert_int_equal(said.n_values, 0);
	}
}

static void
values_are_read_out_of_the_sentence(void **state)
{
	struct reason said;

	(void)state;
	assert_true(reason_read("must be between -90 and 90", &said));
	assert_string_equal(said.code, "between");
	assert_int_equal(said.n_values, 2);
	assert_int_equal(said.values[0].bytes, 3);
	assert_memory_equal(said.values[0].at, "-90", 3);
	assert_int_equal(said.values[1].bytes, 2);
	assert_memory_equal(said.values[1].at, "90", 2);
	/* One of several words. */
	assert_true(reason_read("must be made of a-z, 0-9 and _ only", &said));
	assert_string_equal(said.code, "alphabet");
	assert_int_equal(said.n_values, 1);
	assert_int_equal(said.values[0].bytes, strlen("a-z, 0-9 and _"));
}

static void
a_problem_says_code_and_values_of_each_field(void **state)
{
	struct arena *arena = arena_new(64 * 1024);
	const Vedetta__V1__Problem *p;
	struct trouble trouble;

	(void)state;
	trouble_init(&trouble);
	trouble_add(&trouble, "note.text", "must have %d characters at most", 2000);
	trouble_add(&trouble, "sequence", "is not what anybody expects");
	p = problem_new(arena, PROBLEM_INVALID, &trouble, "112");
	assert_non_null(p);
	assert_string_equal(p->errors[0]->code, "too_long");
	assert_int_equal(p->errors[0]->n_values, 1);
	assert_string_equal(p->errors[0]->values[0], "2000");
	assert_string_equal(p->errors[1]->code, "");
	assert_int_equal(p->errors[1]->n_values, 0);
	arena_free(arena);
}

/* Any ceiling gives no problem or a whole one. */
static void
a_ceiling_is_met_anywhere(void **state)
{
	struct trouble trouble;
	size_t ceiling = 0;
	bool is_whole = false;

	(void)state;
	trouble_init(&trouble);
	trouble_add(&trouble, "place.accuracyM", "must be between 1 and 5000");
	while (!is_whole) {
		struct arena *arena = arena_new(ceiling += 16);
		const Vedetta__V1__Problem *p =
			arena == NULL
				? NULL
				: problem_new(arena, PROBLEM_INVALID, &trouble, "112");

		if (p != NULL) {
			assert_string_equal(p->errors[0]->values[1], "5000");
			is_whole = true;
		}
		arena_free(arena);
		assert_in_range(ceiling, 0, 1024 * 1024);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sentences_that_say_the_same_have_one_code),
		cmocka_unit_test(what_is_not_in_the_table_has_no_code),
		cmocka_unit_test(values_are_read_out_of_the_sentence),
		cmocka_unit_test(a_problem_says_code_and_values_of_each_field),
		cmocka_unit_test(a_ceiling_is_met_anywhere),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
