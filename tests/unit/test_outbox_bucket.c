/* outbox_bucket - pacing, pauses and breakers, seen through the outbox */
#include "outbox_kit.h"

static void
put_many(struct kit *k, const char *prefix, const char *address, int n)
{
	for (int i = 0; i < n; i++) {
		char key[32];

		(void)snprintf(key, sizeof(key), "%s%d", prefix, i);
		(void)put_to(k, key, address);
	}
}

/* All that may go in a second. */
static size_t
hand_all(struct kit *k)
{
	int64_t until_ms = k->now_ms + 1000;
	size_t n = 0;

	while (k->now_ms < until_ms) {
		n += hand(k) != 0;
		k->now_ms++;
	}
	return n;
}

static void
one_host_has_a_few_at_once_and_a_gap_between_two(void **state)
{
	struct kit *k = *state;

	put_many(k, "a", "https://a.example/x", 10);
	assert_int_not_equal(hand(k), 0);
	assert_int_equal(hand(k), 0);
	assert_int_equal(outbox_due_ms(k->o, k->now_ms), k->now_ms + 20);
	assert_int_equal(hand_all(k), 3);
	assert_int_equal(outbox_due_ms(k->o, k->now_ms), INT64_MAX);
}

static void
all_together_are_bounded_and_hosts_take_turns(void **state)
{
	struct kit *k = *state;
	size_t n_of[20] = {0};
	char prefix[8], address[64];

	for (int h = 0; h < 20; h++) {
		(void)snprintf(prefix, sizeof(prefix), "h%d-", h);
		(void)snprintf(address, sizeof(address), "https://h%d.example/", h);
		put_many(k, prefix, address, 10);
	}
	for (int i = 0; i < OUTBOX_AT_ONCE; i++) {
		uint64_t id = hand(k);

		if (id == 0) {
			k->now_ms += 20;
			id = hand(k);
		}
		assert_int_not_equal(id, 0);
		n_of[(id - 1) % k->n_records / 10 % 20]++;
	}
	k->now_ms += 1000;
	assert_int_equal(hand(k), 0);
	for (int h = 0; h < 20; h++) {
		assert_in_range(n_of[h], 1, 2);
	}
}

static void
the_most_urgent_go_first(void **state)
{
	static const int urgencies[] = {URGENCY(LOW), URGENCY(NORMAL), URGENCY(HIGH)};
	struct kit *k = *state;
	struct message m;
	uint64_t ids[3];

	for (int i = 0; i < 3; i++) {
		char key[2] = {(char)('a' + i), '\0'};

		message_init(&m, key, "https://a.example/");
		m.d.urgency = (Vedetta__V1__DeliveryUrgency)urgencies[i];
		ids[i] = put(k, &m);
	}
	for (int i = 2; i >= 0; i--) {
		assert_int_equal(hand(k), ids[i]);
		k->now_ms += 100;
	}
}

static void
a_dead_host_is_left_alone_and_harms_no_other(void **state)
{
	struct kit *k = *state;
	struct outbox_figures f;
	uint64_t id;

	put_many(k, "dead", "https://dead.example/", 20);
	for (int i = 0; i < OUTBOX_FAILURES; i++) {
		id = hand(k);
		assert_int_not_equal(id, 0);
		assert_int_equal(
			answer(k, id, RESULT(FAILED), REASON(TIMEOUT)), OUTBOX_ROW);
		k->now_ms += 20;
	}
	outbox_figures(k->o, k->now_ms, &f);
	assert_int_equal(f.breakers_open, 1);
	for (int i = 0; i < 70; i++) {
		assert_int_equal(hand(k), 0);
		k->now_ms += 100;
	}
	assert_in_range(outbox_due_ms(k->o, k->now_ms) - k->now_ms, 1, 3000);
	/* Another goes at once. */
	id = put_to(k, "well", "https://well.example/");
	assert_int_equal(hand(k), id);
	assert_int_equal(answer(k, id, RESULT(DELIVERED), 0), OUTBOX_ROW);
	/* Then one goes first; while it is away no other does. */
	k->now_ms += 3000;
	id = hand(k);
	assert_int_not_equal(id, 0);
	k->now_ms += 1000;
	assert_int_equal(hand(k), 0);
	assert_int_equal(answer(k, id, RESULT(FAILED), REASON(TIMEOUT)), OUTBOX_ROW);
	k->now_ms += OUTBOX_OPEN_MS;
	assert_int_equal(hand(k), 0); /* twice as long now */
	k->now_ms += OUTBOX_OPEN_MS;
	id = hand(k);
	assert_int_not_equal(id, 0);
	assert_int_equal(answer(k, id, RESULT(DELIVERED), 0), OUTBOX_ROW);
	k->now_ms += 100;
	assert_int_equal(hand_all(k), 4);
}

static void
a_refusal_is_no_failure_of_the_host(void **state)
{
	struct kit *k = *state;
	struct outbox_figures f;

	put_many(k, "gone", "https://push.example/", 3 * OUTBOX_FAILURES);
	for (int i = 0; i < 3 * OUTBOX_FAILURES; i++) {
		uint64_t id = hand(k);

		assert_int_not_equal(id, 0);
		assert_int_equal(
			answer(k, id, RESULT(REFUSED), REASON(GONE)), OUTBOX_ROW);
		k->now_ms += 20;
	}
	outbox_figures(k->o, k->now_ms, &f);
	assert_int_equal(f.breakers_open, 0);
	assert_int_equal(f.open, 0);
}

static void
who_asks_for_a_pause_gets_it_for_all(void **state)
{
	struct kit *k = *state;
	struct outbox_figures f;
	struct message m;
	uint64_t first, second;

	message_init(&m, "a", "77");
	m.d.means = MEANS(TELEGRAM);
	first = put(k, &m);
	message_init(&m, "b", "-78");
	m.d.means = MEANS(TELEGRAM);
	second = put(k, &m);
	assert_int_equal(hand(k), first);
	assert_int_equal(
		answer(k, first, RESULT(THROTTLED), REASON(THROTTLED)), OUTBOX_ROW);
	k->now_ms += 6999;
	assert_int_equal(hand(k), 0);
	k->now_ms += 1;
	assert_int_equal(hand(k), second);
	outbox_figures(k->o, k->now_ms, &f);
	assert_int_equal(f.breakers_open, 0);
}

static void
a_clock_set_back_delays_nothing(void **state)
{
	struct kit *k = *state;
	uint64_t first = put_to(k, "a", "https://a.example/");
	uint64_t second = put_to(k, "b", "https://b.example/");

	assert_int_equal(hand(k), first);
	assert_int_equal(
		answer(k, first, RESULT(THROTTLED), REASON(THROTTLED)), OUTBOX_ROW);
	k->now_ms -= 86400 * 1000;
	assert_in_range(outbox_due_ms(k->o, k->now_ms), 0, k->now_ms);
	assert_int_equal(hand(k), second);
	assert_int_equal(answer(k, second, RESULT(DELIVERED), 0), OUTBOX_ROW);
	assert_int_equal(hand(k), first);
}

static void
more_hosts_than_buckets_share_the_last(void **state)
{
	struct kit *k = *state;
	char key[16], address[64];
	size_t n = 0;
	uint64_t last;

	for (int i = 0; i < 1100; i++) {
		(void)snprintf(key, sizeof(key), "%d", i);
		(void)snprintf(address, sizeof(address), "https://h%d.example/", i);
		(void)put_to(k, key, address);
	}
	for (int round = 0; round < 4000 && n < 1100; round++) {
		uint64_t id = hand(k);

		if (id != 0) {
			assert_int_equal(
				answer(k, id, RESULT(DELIVERED), 0), OUTBOX_ROW);
			n++;
		}
		k->now_ms += 20;
	}
	assert_int_equal(n, 1100);
	/* Those that are idle are taken by others. */
	last = put_to(k, "z", "https://z.example/");
	assert_int_equal(hand(k), last);
}

#define OUTBOX_TEST(f) cmocka_unit_test_setup_teardown(f, set_up_kit, tear_down_kit)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		OUTBOX_TEST(one_host_has_a_few_at_once_and_a_gap_between_two),
		OUTBOX_TEST(all_together_are_bounded_and_hosts_take_turns),
		OUTBOX_TEST(the_most_urgent_go_first),
		OUTBOX_TEST(a_dead_host_is_left_alone_and_harms_no_other),
		OUTBOX_TEST(a_refusal_is_no_failure_of_the_host),
		OUTBOX_TEST(who_asks_for_a_pause_gets_it_for_all),
		OUTBOX_TEST(a_clock_set_back_delays_nothing),
		OUTBOX_TEST(more_hosts_than_buckets_share_the_last),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
