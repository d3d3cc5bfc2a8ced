#include "unit.h"

#include "dispatch/trend.h"

enum {
	MINUTE_MS = 60000,
	SPAN_MS = 10 * MINUTE_MS,
};

static int
after(struct trend *t, int n, int64_t now_ms, bool new_sender)
{
	while (n-- > 0) {
		trend_take(t, now_ms, new_sender);
	}
	return t->step;
}

static void
many_new_senders_raise_it(void **state)
{
	struct trend t = {.span = 0};

	(void)state;
	assert_int_equal(after(&t, 3, SPAN_MS, true), 0);
	assert_int_equal(after(&t, 1, SPAN_MS, true), 1);
	assert_int_equal(after(&t, 11, SPAN_MS + MINUTE_MS, true), 1);
	assert_int_equal(after(&t, 1, SPAN_MS + MINUTE_MS, true), 2);
}

static void
the_same_sender_again_does_not(void **state)
{
	struct trend t = {.span = 0};

	(void)state;
	after(&t, 1, SPAN_MS, true);
	assert_int_equal(after(&t, 1000, SPAN_MS, false), 0);
}

static void
the_span_before_still_counts(void **state)
{
	struct trend t = {.span = 0};

	(void)state;
	after(&t, 3, SPAN_MS, true);
	assert_int_equal(after(&t, 1, 2 * SPAN_MS, true), 1);
}

static void
it_steps_down_later_than_it_stepped_up(void **state)
{
	struct trend t = {.span = 0};

	(void)state;
	assert_int_equal(after(&t, 16, SPAN_MS, true), 2);
	/* 8 in both spans keep it, 1 does not even keep the first step. */
	assert_int_equal(after(&t, 8, 2 * SPAN_MS, true), 2);
	assert_int_equal(after(&t, 1, 3 * SPAN_MS, false), 2);
	assert_int_equal(after(&t, 1, 4 * SPAN_MS, true), 0);

	t = (struct trend){.span = 0};
	after(&t, 4, SPAN_MS, true);
	after(&t, 2, 2 * SPAN_MS, true);
	assert_int_equal(after(&t, 1, 3 * SPAN_MS, false), 1);
	assert_int_equal(after(&t, 1, 4 * SPAN_MS, true), 0);
}

static void
a_clock_stepping_back_counts_into_the_running_span(void **state)
{
	struct trend t = {.span = 0};

	(void)state;
	after(&t, 2, 5 * SPAN_MS, true);
	assert_int_equal(after(&t, 2, SPAN_MS, true), 1);
	assert_int_equal(t.span, 5);
}

static void
counts_saturate(void **state)
{
	struct trend t = {.span = 0};

	(void)state;
	assert_int_equal(after(&t, 300, SPAN_MS, true), 2);
	assert_int_equal(t.running, 255);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_new_senders_raise_it),
		cmocka_unit_test(the_same_sender_again_does_not),
		cmocka_unit_test(the_span_before_still_counts),
		cmocka_unit_test(it_steps_down_later_than_it_stepped_up),
		cmocka_unit_test(a_clock_stepping_back_counts_into_the_running_span),
		cmocka_unit_test(counts_saturate),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
