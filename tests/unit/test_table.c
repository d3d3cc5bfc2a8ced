#include "unit.h"

#include <errno.h>
#include <stdbool.h>

#include "dispatch/table.h"

static char things[5000];

static void
what_was_put_is_found(void **state)
{
	struct table t = {.n = 0};
	uint64_t i;

	(void)state;
	assert_null(table_find(&t, 1));
	for (i = 0; i < 5000; i++) {
		assert_int_equal(table_put(&t, i * 64, &things[i]), 0);
	}
	for (i = 0; i < 5000; i++) {
		assert_ptr_equal(table_find(&t, i * 64), &things[i]);
		assert_null(table_find(&t, i * 64 + 1));
	}
	assert_int_equal(t.n, 5000);
	table_fini(&t);
	assert_null(table_find(&t, 64));
}

static void
a_second_value_replaces_the_first(void **state)
{
	struct table t = {.n = 0};

	(void)state;
	table_put(&t, 7, &things[1]);
	table_put(&t, 7, &things[2]);
	assert_ptr_equal(table_find(&t, 7), &things[2]);
	assert_int_equal(t.n, 1);
	table_fini(&t);
}

static void
a_walk_meets_each_once(void **state)
{
	struct table t = {.n = 0};
	static bool met[100];
	const char *one;
	size_t at = 0;
	size_t n = 0;

	(void)state;
	assert_null(table_next(&t, &at));
	for (uint64_t i = 0; i < 100; i++) {
		assert_int_equal(table_put(&t, i * 7, &things[i]), 0);
	}
	for (; (one = table_next(&t, &at)) != NULL; n++) {
		assert_false(met[one - things]);
		met[one - things] = true;
	}
	assert_int_equal(n, 100);
	table_fini(&t);
}

static void
without_memory_nothing_is_lost(void **state)
{
	struct table t = {.n = 0};
	uint64_t i;

	(void)state;
	alloc_fail_at(1);
	assert_int_equal(table_put(&t, 1, &things[1]), -ENOMEM);
	alloc_fail_at(0);
	for (i = 0; i < 48; i++) {
		assert_int_equal(table_put(&t, i, &things[i]), 0);
	}
	alloc_fail_at(1);
	assert_int_equal(table_put(&t, 48, &things[48]), -ENOMEM);
	alloc_fail_at(0);
	for (i = 0; i < 48; i++) {
		assert_ptr_equal(table_find(&t, i), &things[i]);
	}
	table_fini(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_put_is_found),
		cmocka_unit_test(a_second_value_replaces_the_first),
		cmocka_unit_test(a_walk_meets_each_once),
		cmocka_unit_test(without_memory_nothing_is_lost),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
