#include "outbox_kit.h"

static const char *const there = "https://example.org/hook";

static void
what_is_queued_says_nothing_personal_in_its_body(void **state)
{
	struct kit *k = *state;
	Vedetta__V1__LogDelivery *body;
	Vedetta__V1__Delivery *personal;
	uint64_t id = put_to(k, "a", there);
	const struct store_row *row = &k->row.row;

	body = vedetta__v1__log_delivery__unpack(NULL, row->body_bytes, row->body);
	personal =
		vedetta__v1__delivery__unpack(NULL, row->personal_bytes, row->personal);
	assert_non_null(body);
	assert_non_null(personal);
	assert_int_equal(body->state, STATE(QUEUED));
	assert_int_equal(body->delivery->id, id);
	assert_string_equal(body->delivery->key, "a");
	assert_null(body->delivery->target);
	assert_string_equal(body->delivery->title, "");
	assert_string_equal(body->delivery->text, "");
	assert_int_equal(body->delivery->urgency, URGENCY(NORMAL));
	assert_int_equal(body->delivery->not_after_ms, START_MS + OUTBOX_LIFE_MS);
	assert_string_equal(personal->target->address, there);
	assert_string_equal(personal->title, "Incident 7");
	assert_string_equal(personal->key, "");
	vedetta__v1__log_delivery__free_unpacked(body, NULL);
	vedetta__v1__delivery__free_unpacked(personal, NULL);
}

static void
one_key_is_one_delivery_also_after_it_ended_and_a_restart(void **state)
{
	struct kit *k = *state;
	struct message m;
	uint64_t first = put_to(k, "a", there);
	uint64_t id = 0;

	message_init(&m, "a", "https://example.net/other");
	for (int i = 0; i < 3; i++) {
		const struct outbox_turn turn = turn_of(k);

		assert_int_equal(outbox_put(k->o, &m.d, &turn, NULL, &k->row, &id),
			OUTBOX_KNOWN);
		assert_int_equal(id, first);
		if (i == 0) {
			assert_int_equal(hand(k), first);
			assert_int_equal(
				answer(k, first, RESULT(DELIVERED), 0), OUTBOX_ROW);
		} else {
			load_again(k);
		}
	}
	assert_int_equal(state_of(k, first), STATE(DELIVERED));
	/* Two days on it is forgotten. */
	k->now_ms += OUTBOX_KEPT_MS + 1;
	assert_int_equal(expire(k), 0);
	assert_int_equal(state_of(k, first), -1);
	assert_int_not_equal(put(k, &m), first);
}

static void
each_outcome_has_its_state(void **state)
{
	static const struct {
		int result, reason, state;
		bool ended;
	} rows[] = {
		{RESULT(HANDED_OVER), 0, STATE(HANDED_OVER), true},
		{RESULT(DELIVERED), 0, STATE(DELIVERED), true},
		{RESULT(REFUSED), REASON(GONE), STATE(REFUSED), true},
		{RESULT(FAILED), REASON(TIMEOUT), STATE(QUEUED), false},
		{RESULT(THROTTLED), REASON(THROTTLED), STATE(QUEUED), false},
		{RESULT(MISCONFIGURED), REASON(LOGIN), STATE(QUEUED), false},
		{77, REASON(FAILED), STATE(QUEUED), false},
	};
	struct kit *k = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char key[16], address[64];
		uint64_t id;

		(void)snprintf(key, sizeof(key), "k%zu", i);
		(void)snprintf(address, sizeof(address), "https://h%zu.example/", i);
		id = put_to(k, key, address);
		assert_int_equal(answer(k, id, rows[i].result, 0), 0); /* not tried */
		assert_int_equal(hand(k), id);
		assert_int_equal(
			answer(k, id, rows[i].result, rows[i].reason), OUTBOX_ROW);
		assert_int_equal(state_of(k, id), rows[i].state);
		assert_int_equal(outbox_find(k->o, id)->reason, rows[i].reason);
		assert_int_equal(
			outbox_has_ended(outbox_find(k->o, id)), rows[i].ended);
		assert_int_equal(answer(k, id, RESULT(DELIVERED), 0), 0); /* twice */
	}
	assert_int_equal(answer(k, 999, RESULT(DELIVERED), 0), 0);
}

static void
what_nobody_took_in_time_is_given_up(void **state)
{
	struct kit *k = *state;
	struct message m;
	uint64_t early, late;

	message_init(&m, "early", there);
	m.d.not_after_ms = k->now_ms + 10;
	early = put(k, &m);
	message_init(&m, "late", there);
	late = put(k, &m);
	k->now_ms += 10;
	assert_int_equal(expire(k), 1);
	assert_int_equal(state_of(k, early), STATE(GIVEN_UP));
	assert_int_equal(outbox_find(k->o, early)->reason, REASON(TOO_LATE));
	assert_int_equal(hand(k), late);
	/* With the courier it is not late: it answers. */
	k->now_ms += OUTBOX_LIFE_MS;
	assert_int_equal(expire(k), 0);
	assert_int_equal(answer(k, late, RESULT(FAILED), REASON(TLS)), OUTBOX_ROW);
	assert_int_equal(state_of(k, late), STATE(GIVEN_UP));
}

static void
a_group_that_nobody_wants_does_not_leave(void **state)
{
	struct kit *k = *state;
	struct message m;
	uint64_t ids[4];
	size_t n = 0;
	int r;

	for (int i = 0; i < 4; i++) {
		char key[8];

		(void)snprintf(key, sizeof(key), "%d", i);
		message_init(&m, key, there);
		m.d.group = (char *)(i == 3 ? "other" : "incident-7");
		ids[i] = put(k, &m);
	}
	assert_int_equal(hand(k), ids[0]);
	do {
		const struct outbox_turn turn = turn_of(k);

		r = store(k, outbox_cancel_next(k->o, "incident-7", &turn, &k->row));
		n += r == OUTBOX_ROW;
	} while (r == OUTBOX_ROW);
	assert_int_equal(r, 0);
	assert_int_equal(n, 3);
	assert_int_equal(state_of(k, ids[0]), STATE(TRYING));
	assert_int_equal(state_of(k, ids[1]), STATE(CANCELLED));
	assert_int_equal(state_of(k, ids[2]), STATE(CANCELLED));
	load_again(k);
	assert_int_equal(answer(k, ids[0], RESULT(FAILED), REASON(TLS)), OUTBOX_ROW);
	assert_int_equal(state_of(k, ids[0]), STATE(CANCELLED));
	k->now_ms += 1000;
	assert_int_equal(hand(k), ids[3]);
	assert_int_equal(hand(k), 0);
}

static void
an_exercise_goes_to_nobody_who_has_not_joined(void **state)
{
	struct kit *k = *state;
	const struct outbox_turn turn = turn_of(k);
	struct message m;
	uint64_t id = 0;

	message_init(&m, "a", there);
	m.d.exercise = true;
	assert_int_equal(
		outbox_put(k->o, &m.d, &turn, NULL, &k->row, &id), OUTBOX_NOT_JOINED);
	assert_int_equal(k->last_seq, 0);
	m.target.exercises = true;
	id = put(k, &m);
	assert_true(outbox_find(k->o, id)->exercise);
}

static void
what_cannot_be_sent_is_refused_with_the_field(void **state)
{
	static const struct {
		const char *key, *title, *text, *link, *group, *address, *field;
	} rows[] = {
		{"", "t", "", "", "", "https://a.b/", "key"},
		{"a b", "t", "", "", "", "https://a.b/", "key"},
		{"a", "", "", "", "", "https://a.b/", "title"},
		{"a", "t\nBcc: x", "", "", "", "https://a.b/", "title"},
		{"a", "t", "\x01", "", "", "https://a.b/", "text"},
		{"a", "t", "\xff", "", "", "https://a.b/", "text"},
		{"a", "t", "", "javascript:1", "", "https://a.b/", "link"},
		{"a", "t", "", "", "g\n", "https://a.b/", "group"},
		{"a", "t", "", "", "", "ftp://a.b/", "target.address"},
	};
	struct kit *k = *state;
	const struct outbox_turn turn = turn_of(k);
	struct trouble trouble;
	struct message m;
	uint64_t id;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		message_init(&m, rows[i].key, rows[i].address);
		m.d.title = (char *)rows[i].title;
		m.d.text = (char *)rows[i].text;
		m.d.link = (char *)rows[i].link;
		m.d.group = (char *)rows[i].group;
		assert_int_equal(outbox_put(k->o, &m.d, &turn, &trouble, &k->row, &id),
			OUTBOX_BAD);
		assert_int_equal(trouble.n, 1);
		assert_string_equal(trouble.at[0].field, rows[i].field);
	}
	message_init(&m, "a", there);
	m.d.target = NULL;
	assert_int_equal(
		outbox_put(k->o, &m.d, &turn, &trouble, &k->row, &id), OUTBOX_BAD);
	message_init(&m, "a", there);
	m.d.not_after_ms = k->now_ms;
	assert_int_equal(
		outbox_put(k->o, &m.d, &turn, NULL, &k->row, &id), OUTBOX_LATE);
	m.d.not_after_ms = INT64_MAX;
	id = put(k, &m);
	assert_int_equal(
		outbox_find(k->o, id)->not_after_ms, START_MS + OUTBOX_LIFE_MOST_MS);
}

static void
the_outbox_is_bounded_and_what_has_not_ended_stays(void **state)
{
	struct kit *k = *state;
	struct store_delivery record = {.means = MEANS(EMAIL),
		.state = STATE(QUEUED),
		.not_after_ms = INT64_MAX};
	const struct outbox_turn turn = turn_of(k);
	struct outbox_figures f;
	struct message m;
	uint64_t id;

	for (id = 1; id <= OUTBOX_MOST; id++) {
		record.id = record.seq = record.key_hash = id;
		record.ended_ms = id == 500 ? 5 : 0;
		assert_int_equal(outbox_load(k->o, &record), 0);
	}
	outbox_figures(k->o, k->now_ms, &f);
	assert_int_equal(f.known, OUTBOX_MOST);
	assert_int_equal(f.open, OUTBOX_MOST - 1);
	k->last_seq = OUTBOX_MOST;
	message_init(&m, "a", there);
	assert_int_equal(outbox_put(k->o, &m.d, &turn, NULL, &k->row, &id), OUTBOX_ROW);
	assert_null(outbox_find(k->o, 500));
	assert_non_null(outbox_find(k->o, 499));
	assert_non_null(outbox_find(k->o, 501));
	message_init(&m, "b", there);
	assert_int_equal(
		outbox_put(k->o, &m.d, &turn, NULL, &k->row, &id), OUTBOX_FULL);
}

static void
short_of_memory_it_says_so(void **state)
{
	struct kit *k = *state;
	struct message m;
	uint64_t id;
	unsigned long n;
	int r;

	message_init(&m, "a", there);
	for (n = 1;; n++) {
		struct outbox_turn turn;

		outbox_free(k->o);
		alloc_fail_at(n);
		k->o = outbox_new();
		if (k->o == NULL) {
			assert_true(alloc_failed());
			continue;
		}
		turn = turn_of(k);
		r = outbox_put(k->o, &m.d, &turn, NULL, &k->row, &id);
		if (!alloc_failed()) {
			break;
		}
		assert_int_equal(r, -ENOMEM);
	}
	alloc_fail_at(0);
	assert_int_equal(r, OUTBOX_ROW);
	assert_in_range(n, 4, 100);
}

/* Whatever happens in whatever order: each ends, and a restart changes nothing. */
static void
random_lives_end_and_survive_restarts(void **state)
{
	struct kit *k = *state;
	uint64_t ids[300];
	size_t n = 0;
	unsigned seed = 11;

	for (int step = 0; step < 20000; step++) {
		uint64_t what = (seed = seed * 1103515245U + 12345U) >> 16;
		uint64_t which = (seed = seed * 1103515245U + 12345U) >> 16;
		char key[16], address[64];

		k->now_ms += (int64_t)(which % 500);
		if (what % 8 == 0 && n < 300) {
			(void)snprintf(key, sizeof(key), "%zu", n);
			(void)snprintf(address, sizeof(address), "https://h%d.example/",
				(int)(which % 7));
			ids[n++] = put_to(k, key, address);
		} else if (what % 8 < 4) {
			(void)hand(k);
		} else if (what % 8 < 7 && n > 0) {
			(void)answer(k, ids[which % n], 1 + (int)(what / 8 % 6),
				REASON(FAILED));
		} else if (what % 97 == 0) {
			lose(k, which % 3 == 0);
		} else if (what % 31 == 0) {
			struct outbox_figures before, after;

			outbox_figures(k->o, k->now_ms, &before);
			load_again(k);
			outbox_figures(k->o, k->now_ms, &after);
			assert_int_equal(before.open, after.open);
			assert_int_equal(before.with_courier, after.with_courier);
			assert_int_equal(before.oldest_ms, after.oldest_ms);
		}
		(void)expire(k);
	}
	k->now_ms += OUTBOX_LIFE_MS;
	lose(k, false);
	(void)expire(k);
	assert_int_equal(n, 300);
	for (size_t i = 0; i < n; i++) {
		const struct store_delivery *d = outbox_find(k->o, ids[i]);

		assert_true(d == NULL || outbox_has_ended(d));
	}
	for (size_t i = 0; i < k->n_records; i++) {
		assert_true(outbox_has_ended(&k->records[i]));
	}
}

#define OUTBOX_TEST(f) cmocka_unit_test_setup_teardown(f, set_up_kit, tear_down_kit)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		OUTBOX_TEST(what_is_queued_says_nothing_personal_in_its_body),
		OUTBOX_TEST(one_key_is_one_delivery_also_after_it_ended_and_a_restart),
		OUTBOX_TEST(each_outcome_has_its_state),
		OUTBOX_TEST(what_nobody_took_in_time_is_given_up),
		OUTBOX_TEST(a_group_that_nobody_wants_does_not_leave),
		OUTBOX_TEST(an_exercise_goes_to_nobody_who_has_not_joined),
		OUTBOX_TEST(what_cannot_be_sent_is_refused_with_the_field),
		OUTBOX_TEST(the_outbox_is_bounded_and_what_has_not_ended_stays),
		OUTBOX_TEST(short_of_memory_it_says_so),
		OUTBOX_TEST(random_lives_end_and_survive_restarts),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
