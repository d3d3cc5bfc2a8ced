#include "unit.h"

#include <errno.h>

#include "dispatch/waiting.h"

static void
rows_wait_in_order_until_they_are_removed(void **state)
{
	struct store_row row = {.seq = 3, .at_ms = 30, .has_key = true, .key = "k"};
	struct waiting w;

	(void)state;
	waiting_init(&w);
	assert_null(waiting_first(&w));
	assert_int_equal(waiting_add(&w, &row), 0);
	row.seq = 5;
	assert_int_equal(waiting_add(&w, &row), 0);
	assert_int_equal(waiting_first(&w)->seq, 3);
	assert_int_equal(waiting_first(&w)->at_ms, 30);
	assert_int_equal(waiting_first(&w)->key[0], 'k');
	assert_int_equal(waiting_find(&w, 5)->seq, 5);
	assert_null(waiting_find(&w, 4));
	waiting_remove(&w, 4);
	waiting_remove(&w, 3);
	assert_int_equal(waiting_first(&w)->seq, 5);
	assert_int_equal(w.n, 1);
	waiting_fini(&w);
	assert_int_equal(w.n, 0);
}

static void
memory_that_is_short_is_said(void **state)
{
	struct store_row row = {.seq = 3};
	struct waiting w;

	(void)state;
	waiting_init(&w);
	alloc_fail_at(1);
	assert_int_equal(waiting_add(&w, &row), -ENOMEM);
	alloc_fail_at(0);
	assert_int_equal(w.n, 0);
	waiting_fini(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_wait_in_order_until_they_are_removed),
		cmocka_unit_test(memory_that_is_short_is_said),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
