#include "unit.h"

#include <errno.h>
#include <stdlib.h>

#include "dispatch/sources.h"

static void
each_sender_counts_once(void **state)
{
	struct sources s = {.n = 0};
	bool added;
	int round;
	uint64_t i;

	(void)state;
	for (round = 0; round < 3; round++) {
		for (i = 1; i <= 5000; i++) {
			assert_int_equal(sources_add(&s, i << 40 | i, &added), 0);
			assert_int_equal(added, round == 0);
		}
		assert_int_equal(s.n, 5000);
	}
	sources_fini(&s);
}

static void
one_sender_needs_no_memory(void **state)
{
	struct sources s = {.n = 0};
	bool added;

	(void)state;
	alloc_fail_at(1);
	assert_int_equal(sources_add(&s, 9, &added), 0);
	assert_true(added);
	assert_int_equal(sources_add(&s, 9, &added), 0);
	assert_false(added);
	assert_int_equal(alloc_failed(), 0);
	assert_int_equal(sources_add(&s, 10, &added), -ENOMEM);
	alloc_fail_at(0);
	assert_int_equal(sources_add(&s, 10, &added), 0);
	assert_true(added);
	assert_int_equal(s.n, 2);
	sources_fini(&s);
}

static void
an_unknown_sender_is_not_counted(void **state)
{
	struct sources s = {.n = 0};
	bool added;

	(void)state;
	assert_int_equal(sources_add(&s, 0, &added), 0);
	assert_false(added);
	assert_int_equal(s.n, 0);
	sources_fini(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_sender_counts_once),
		cmocka_unit_test(one_sender_needs_no_memory),
		cmocka_unit_test(an_unknown_sender_is_not_counted),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
