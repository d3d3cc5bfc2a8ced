#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "server/replay_tally.h"

static void
percentiles_are_by_nearest_rank_whatever_the_order(void **state)
{
	struct replay_tally tally;

	(void)state;
	assert_int_equal(replay_tally_init(&tally, 100), 0);
	for (int i = 100; i > 0; i--) {
		replay_tally_latency(&tally, i * 1000);
	}
	assert_int_equal(replay_tally_percentile_us(&tally, 500), 50000);
	assert_int_equal(replay_tally_percentile_us(&tally, 900), 90000);
	assert_int_equal(replay_tally_percentile_us(&tally, 990), 99000);
	assert_int_equal(replay_tally_percentile_us(&tally, 1000), 100000);
	assert_int_equal(replay_tally_percentile_us(&tally, 0), 1000);
	replay_tally_fini(&tally);
}

static void
odd_latencies_are_kept_in_bounds(void **state)
{
	struct replay_tally tally;

	(void)state;
	assert_int_equal(replay_tally_init(&tally, 2), 0);
	assert_int_equal(replay_tally_percentile_us(&tally, 990), 0);
	replay_tally_latency(&tally, -5);
	replay_tally_latency(&tally, INT64_MAX);
	replay_tally_latency(&tally, 7); /* no room was reserved for it */
	assert_int_equal(tally.n_latencies, 2);
	assert_int_equal(replay_tally_percentile_us(&tally, 500), 0);
	assert_int_equal(replay_tally_percentile_us(&tally, 1000), UINT32_MAX);
	replay_tally_fini(&tally);
}

static void
equal_reasons_are_counted_together_and_none_is_lost(void **state)
{
	struct replay_tally tally;
	size_t total = 0;

	(void)state;
	assert_int_equal(replay_tally_init(&tally, 0), 0);
	replay_tally_reason(&tally, "400 text: too long");
	replay_tally_reason(&tally, "400 text: too long");
	assert_int_equal(tally.reasons[0].n, 2);
	for (int i = 0; i < 100; i++) {
		char reason[32];

		snprintf(reason, sizeof reason, "reason %d", i);
		replay_tally_reason(&tally, reason);
	}
	for (size_t i = 0; i < tally.n_reasons; i++) {
		total += tally.reasons[i].n;
	}
	assert_int_equal(total, 102);
	assert_int_equal(tally.n_reasons, REPLAY_REASONS);
	assert_string_equal(tally.reasons[REPLAY_REASONS - 1].text, "other reasons");
	replay_tally_fini(&tally);
}

static void
the_summary_says_all_of_it(void **state)
{
	struct replay_tally tally;
	char out[1024] = "";
	FILE *file = fmemopen(out, sizeof out, "w");

	(void)state;
	assert_int_equal(replay_tally_init(&tally, 8), 0);
	tally.sent = 6;
	tally.accepted = 3;
	tally.repeated = 1;
	tally.refused = 1;
	tally.given_up = 1;
	tally.retries = 4;
	tally.latest_ms = 12;
	replay_tally_latency(&tally, 1500);
	replay_tally_reason(&tally, "400 text: too long");
	replay_tally_print(&tally, 2, 3, 2000, file);
	fclose(file);
	assert_string_equal(out, "sent      6, with 4 further attempts\n"
				 "accepted  3\nrepeated  1\nrefused   1\ngiven up  1\n"
				 "          1: 400 text: too long\n"
				 "not sent  2 bad rows, 3 when it was stopped\n"
				 "took      2.0 s, 2 receipts/s, at most 12 ms late\n"
				 "latency   p50 1.5  p90 1.5  p99 1.5  max 1.5 ms\n");
	replay_tally_fini(&tally);
}

static void
short_memory_is_told(void **state)
{
	struct replay_tally tally;

	(void)state;
	alloc_fail_at(1);
	assert_int_equal(replay_tally_init(&tally, 8), -ENOMEM);
	alloc_fail_at(0);
	replay_tally_fini(&tally);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(percentiles_are_by_nearest_rank_whatever_the_order),
		cmocka_unit_test(odd_latencies_are_kept_in_bounds),
		cmocka_unit_test(equal_reasons_are_counted_together_and_none_is_lost),
		cmocka_unit_test(the_summary_says_all_of_it),
		cmocka_unit_test(short_memory_is_told),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
