#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "dispatch/due.h"

enum {
	MANY = 1000,
};

static void
the_earliest_comes_first_and_of_two_the_lower_id(void **state)
{
	struct due d = {.heap = NULL};
	struct due_at a = {.id = 3}, b = {.id = 2}, c = {.id = 9};

	(void)state;
	assert_null(due_first(&d));
	assert_int_equal(due_put(&d, &a, 50), 0);
	assert_int_equal(due_put(&d, &b, 50), 0);
	assert_int_equal(due_put(&d, &c, 40), 0);
	assert_ptr_equal(due_first(&d), &c);
	assert_int_equal(due_put(&d, &c, 60), 0); /* later after all */
	assert_ptr_equal(due_first(&d), &b);
	due_remove(&d, &b);
	due_remove(&d, &b); /* is fine */
	assert_ptr_equal(due_first(&d), &a);
	due_fini(&d);
}

/* Against the simplest thing that is right. */
static void
any_order_of_puts_and_removals_comes_out_sorted(void **state)
{
	static struct due_at all[MANY];
	struct due d = {.heap = NULL};
	unsigned seed = 7;

	(void)state;
	memset(all, 0, sizeof(all));
	for (size_t i = 0; i < 10 * MANY; i++) {
		struct due_at *one = &all[(size_t)rand_r(&seed) % MANY];
		const struct due_at *least = NULL;

		one->id = (uint64_t)(one - all);
		if (rand_r(&seed) % 3 == 0) {
			due_remove(&d, one);
		} else {
			assert_int_equal(due_put(&d, one, rand_r(&seed) % 100), 0);
		}
		for (size_t k = 0; i % 50 == 0 && k < MANY; k++) {
			if (all[k].place != 0 &&
				(least == NULL || all[k].at_ms < least->at_ms)) {
				least = &all[k];
			}
		}
		if (i % 50 == 0) {
			assert_ptr_equal(due_first(&d), least);
		}
	}
	due_fini(&d);
}

static void
short_of_memory_it_stays_as_it_was(void **state)
{
	struct due d = {.heap = NULL};
	struct due_at a = {.id = 3};

	(void)state;
	alloc_fail_at(1);
	assert_int_equal(due_put(&d, &a, 50), -12);
	assert_true(alloc_failed());
	alloc_fail_at(0);
	assert_null(due_first(&d));
	assert_int_equal(due_put(&d, &a, 50), 0);
	assert_ptr_equal(due_first(&d), &a);
	due_fini(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_earliest_comes_first_and_of_two_the_lower_id),
		cmocka_unit_test(any_order_of_puts_and_removals_comes_out_sorted),
		cmocka_unit_test(short_of_memory_it_stays_as_it_was),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
