/* outbox_try - attempts, and what becomes of those nobody answered */
#include "outbox_kit.h"

static const char *const there = "https://example.org/hook";

static void
an_answer_to_another_attempt_counts_for_nothing(void **state)
{
	struct kit *k = *state;
	Vedetta__V1__DeliveryOutcome late = VEDETTA__V1__DELIVERY_OUTCOME__INIT;
	uint64_t id = put_to(k, "a", there);
	struct outbox_turn turn;

	assert_int_equal(hand(k), id);
	lose(k, false);
	assert_int_equal(state_of(k, id), STATE(UNKNOWN));
	k->now_ms += 100;
	assert_int_equal(hand(k), id);
	late.id = id;
	late.attempt = 1;
	late.result = RESULT(REFUSED);
	turn = turn_of(k);
	assert_int_equal(outbox_outcome(k->o, &late, &turn, &k->row), 0);
	assert_int_equal(state_of(k, id), STATE(TRYING));
}

static void
attempts_back_off_the_same_way_each_time_and_end(void **state)
{
	struct kit *k = *state;
	struct message m;
	int64_t waits[64] = {0};
	size_t n = 0;
	uint64_t id;

	message_init(&m, "a", there);
	m.d.not_after_ms = k->now_ms + 3600 * 1000;
	id = put(k, &m);
	while (state_of(k, id) != STATE(GIVEN_UP)) {
		assert_int_equal(hand(k), id);
		assert_int_equal(
			answer(k, id, RESULT(FAILED), REASON(FAILED)), OUTBOX_ROW);
		if (outbox_has_ended(outbox_find(k->o, id))) {
			break;
		}
		assert_int_equal(hand(k), 0);
		waits[n] = outbox_due_ms(k->o, k->now_ms) - k->now_ms;
		assert_in_range(waits[n], 500, OUTBOX_OPEN_MOST_MS);
		k->now_ms += waits[n++] - 1;
		assert_int_equal(hand(k), 0);
		k->now_ms++;
		load_again(k); /* breakers are forgotten, times are not */
		k->now_ms = outbox_find(k->o, id)->next_ms;
		assert_in_range(n, 1, 60);
	}
	assert_in_range(waits[0], OUTBOX_WAIT_MS / 2, OUTBOX_WAIT_MS);
	assert_in_range(waits[1], OUTBOX_WAIT_MS, 2 * OUTBOX_WAIT_MS);
	assert_in_range(waits[n - 1], OUTBOX_WAIT_MOST_MS / 2, OUTBOX_WAIT_MOST_MS);
	assert_int_equal(state_of(k, id), STATE(GIVEN_UP));
	assert_int_equal(outbox_find(k->o, id)->reason, REASON(FAILED));
	assert_in_range(k->now_ms, START_MS + 3400 * 1000, START_MS + 3600 * 1000);
	assert_int_equal(hand(k), 0);
	assert_int_equal(outbox_due_ms(k->o, k->now_ms), INT64_MAX);
}

static void
what_the_courier_had_is_unknown_and_tried_again_under_its_id(void **state)
{
	struct kit *k = *state;
	uint64_t id = put_to(k, "a", there);

	assert_int_equal(hand(k), id);
	load_again(k); /* the desk was killed */
	assert_int_equal(state_of(k, id), STATE(TRYING));
	assert_int_equal(hand(k), 0);
	lose(k, false);
	assert_int_equal(state_of(k, id), STATE(UNKNOWN));
	assert_int_equal(hand(k), id);
	assert_int_equal(outbox_find(k->o, id)->losses, 0);
	assert_int_equal(outbox_find(k->o, id)->attempts, 2);
	assert_int_equal(answer(k, id, RESULT(DELIVERED), 0), OUTBOX_ROW);
	assert_int_equal(state_of(k, id), STATE(DELIVERED));
}

static void
one_that_kills_the_courier_goes_alone_and_then_no_more(void **state)
{
	struct kit *k = *state;
	uint64_t bad = put_to(k, "bad", "https://bad.example/");
	uint64_t good = put_to(k, "good", there);
	int n_alone = 0;

	for (int i = 0; i < OUTBOX_LOSSES; i++) {
		uint64_t first = hand(k);

		if (i < OUTBOX_ALONE) {
			assert_true(first == bad || first == good);
			assert_true(hand(k) > 0);
		} else {
			n_alone++;
			assert_int_equal(hand(k), 0);
			if (first == good) {
				assert_int_equal(answer(k, good, RESULT(DELIVERED), 0),
					OUTBOX_ROW);
				assert_int_equal(hand(k), bad);
			}
		}
		lose(k, true);
		k->now_ms += OUTBOX_WAIT_MS;
	}
	assert_int_equal(state_of(k, good), STATE(DELIVERED));
	assert_int_equal(state_of(k, bad), STATE(GIVEN_UP));
	assert_int_equal(outbox_find(k->o, bad)->reason, REASON(COURIER_LOST));
	assert_int_equal(n_alone, OUTBOX_LOSSES - OUTBOX_ALONE);
}

static void
an_erased_target_is_given_up(void **state)
{
	struct kit *k = *state;
	uint64_t id = put_to(k, "a", there);
	struct outbox_turn turn = turn_of(k);

	assert_int_equal(outbox_unreadable(k->o, id, &turn, &k->row), 0);
	assert_int_equal(hand(k), id);
	turn = turn_of(k);
	assert_int_equal(
		store(k, outbox_unreadable(k->o, id, &turn, &k->row)), OUTBOX_ROW);
	assert_int_equal(state_of(k, id), STATE(GIVEN_UP));
	assert_int_equal(outbox_find(k->o, id)->reason, REASON(ERASED));
}

#define OUTBOX_TEST(f) cmocka_unit_test_setup_teardown(f, set_up_kit, tear_down_kit)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		OUTBOX_TEST(an_answer_to_another_attempt_counts_for_nothing),
		OUTBOX_TEST(attempts_back_off_the_same_way_each_time_and_end),
		OUTBOX_TEST(
			what_the_courier_had_is_unknown_and_tried_again_under_its_id),
		OUTBOX_TEST(one_that_kills_the_courier_goes_alone_and_then_no_more),
		OUTBOX_TEST(an_erased_target_is_given_up),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
