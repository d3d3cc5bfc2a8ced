#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/means.h"

#define MEANS(name) VEDETTA__V1__DELIVERY_MEANS__DELIVERY_MEANS_##name
#define RESULT(name) VEDETTA__V1__DELIVERY_RESULT__DELIVERY_RESULT_##name
#define REASON(name) VEDETTA__V1__DELIVERY_REASON__DELIVERY_REASON_##name

static const struct {
	int means;
	enum transfer_end end;
	uint32_t status;
	const char *body;
	int result, reason;
} meanings[] = {
	{MEANS(WEBHOOK), TRANSFER_ANSWERED, 200, "", RESULT(DELIVERED), 0},
	{MEANS(WEBHOOK), TRANSFER_ANSWERED, 204, "", RESULT(DELIVERED), 0},
	{MEANS(WEBHOOK), TRANSFER_CUT, 200, "", RESULT(DELIVERED), 0},
	{MEANS(WEBHOOK), TRANSFER_CUT, 500, "", RESULT(FAILED), REASON(FAILED)},
	{MEANS(WEBHOOK), TRANSFER_ANSWERED, 302, "", RESULT(FAILED), REASON(REDIRECT)},
	{MEANS(WEBHOOK), TRANSFER_ANSWERED, 404, "", RESULT(FAILED), REASON(FAILED)},
	{MEANS(WEBHOOK), TRANSFER_ANSWERED, 410, "", RESULT(REFUSED), REASON(GONE)},
	{MEANS(WEBHOOK), TRANSFER_ANSWERED, 429, "", RESULT(THROTTLED),
		REASON(THROTTLED)},
	{MEANS(WEBHOOK), TRANSFER_ADDRESS, 0, "", RESULT(REFUSED), REASON(ADDRESS)},
	{MEANS(WEBHOOK), TRANSFER_TIMEOUT, 0, "", RESULT(FAILED), REASON(TIMEOUT)},
	{MEANS(WEBHOOK), TRANSFER_TLS, 0, "", RESULT(FAILED), REASON(TLS)},
	{MEANS(WEBHOOK), TRANSFER_UNREACHABLE, 0, "", RESULT(FAILED),
		REASON(UNREACHABLE)},
	{MEANS(WEBHOOK), TRANSFER_BAD_ANSWER, 0, "", RESULT(FAILED),
		REASON(BAD_ANSWER)},
	{MEANS(WEBHOOK), TRANSFER_FAULT, 0, "", RESULT(FAILED), REASON(FAILED)},
	{MEANS(WEB_PUSH), TRANSFER_ANSWERED, 201, "", RESULT(HANDED_OVER), 0},
	{MEANS(WEB_PUSH), TRANSFER_ANSWERED, 410, "", RESULT(REFUSED), REASON(GONE)},
	{MEANS(WEB_PUSH), TRANSFER_ANSWERED, 404, "", RESULT(REFUSED), REASON(GONE)},
	{MEANS(WEB_PUSH), TRANSFER_ANSWERED, 413, "", RESULT(REFUSED), REASON(CONTENT)},
	{MEANS(WEB_PUSH), TRANSFER_ANSWERED, 403, "", RESULT(MISCONFIGURED),
		REASON(LOGIN)},
	{MEANS(WEB_PUSH), TRANSFER_ANSWERED, 503, "", RESULT(FAILED), REASON(FAILED)},
	{MEANS(TELEGRAM), TRANSFER_ANSWERED, 200, "{\"ok\":true}", RESULT(HANDED_OVER),
		0},
	{MEANS(TELEGRAM), TRANSFER_ANSWERED, 200, "{\"ok\":false}", RESULT(FAILED),
		REASON(BAD_ANSWER)},
	{MEANS(TELEGRAM), TRANSFER_ANSWERED, 200, "<html>", RESULT(FAILED),
		REASON(BAD_ANSWER)},
	{MEANS(TELEGRAM), TRANSFER_CUT, 200, "{\"ok\":true}", RESULT(FAILED),
		REASON(BAD_ANSWER)},
	{MEANS(TELEGRAM), TRANSFER_ANSWERED, 403, "{}", RESULT(REFUSED),
		REASON(BLOCKED)},
	{MEANS(TELEGRAM), TRANSFER_ANSWERED, 400,
		"{\"description\":\"Bad Request: chat not found\"}", RESULT(REFUSED),
		REASON(GONE)},
	{MEANS(TELEGRAM), TRANSFER_ANSWERED, 400,
		"{\"description\":\"Bad Request: message is too long\"}",
		RESULT(REFUSED), REASON(CONTENT)},
	{MEANS(TELEGRAM), TRANSFER_ANSWERED, 401, "{}", RESULT(MISCONFIGURED),
		REASON(LOGIN)},
	{MEANS(TELEGRAM), TRANSFER_ANSWERED, 502, "", RESULT(FAILED), REASON(FAILED)},
	{MEANS(EMAIL), TRANSFER_ANSWERED, 250, "", RESULT(HANDED_OVER), 0},
	{MEANS(EMAIL), TRANSFER_ANSWERED, 550, "", RESULT(REFUSED), REASON(GONE)},
	{MEANS(EMAIL), TRANSFER_ANSWERED, 554, "", RESULT(REFUSED), REASON(CONTENT)},
	{MEANS(EMAIL), TRANSFER_ANSWERED, 451, "", RESULT(FAILED), REASON(FAILED)},
	{MEANS(EMAIL), TRANSFER_ANSWERED, 535, "", RESULT(MISCONFIGURED),
		REASON(LOGIN)},
	{MEANS(EMAIL), TRANSFER_LOGIN, 535, "", RESULT(MISCONFIGURED), REASON(LOGIN)},
	{MEANS(EMAIL), TRANSFER_CUT, 250, "", RESULT(FAILED), REASON(BAD_ANSWER)},
};

static void
each_answer_has_its_meaning(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
		Vedetta__V1__DeliveryOutcome o = VEDETTA__V1__DELIVERY_OUTCOME__INIT;
		const struct transfer_answer a = {
			meanings[i].end, meanings[i].status, 0, meanings[i].body, 0};

		means_judge((Vedetta__V1__DeliveryMeans)meanings[i].means, &a, &o);
		if ((int)o.result != meanings[i].result ||
			(int)o.reason != meanings[i].reason) {
			fail_msg("row %zu: %d %d", i, (int)o.result, (int)o.reason);
		}
		assert_int_equal(o.status, meanings[i].status);
	}
}

static void
who_asks_for_time_gets_it(void **state)
{
	Vedetta__V1__DeliveryOutcome o = VEDETTA__V1__DELIVERY_OUTCOME__INIT;
	struct transfer_answer a = {TRANSFER_ANSWERED, 429, 5000, "", 0};

	(void)state;
	means_judge(MEANS(WEBHOOK), &a, &o);
	assert_int_equal(o.wait_ms, 5000);
	a.retry_ms = 0;
	means_judge(MEANS(WEB_PUSH), &a, &o);
	assert_int_equal(o.wait_ms, 30000);
	a.body = "{\"ok\":false,\"parameters\":{\"retry_after\":17}}";
	means_judge(MEANS(TELEGRAM), &a, &o);
	assert_int_equal(o.wait_ms, 17000);
	a = (struct transfer_answer){TRANSFER_ANSWERED, 503, 9000, "", 0};
	means_judge(MEANS(WEBHOOK), &a, &o);
	assert_int_equal(o.result, RESULT(THROTTLED));
	assert_int_equal(o.wait_ms, 9000);
}

struct fixture {
	struct config config;
	struct means means;
	struct arena *arena;
	Vedetta__V1__DeliveryOrder order;
	Vedetta__V1__Delivery delivery;
	Vedetta__V1__DeliveryTarget target;
	Vedetta__V1__DeliveryOutcome outcome;
	struct parcel parcel;
};

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	const uint8_t key[32] = {1};

	config_init(&f->config);
	f->arena = arena_new(1 << 20);
	assert_int_equal(means_open(&f->means, &f->config, key, stderr), 0);
	vedetta__v1__delivery_order__init(&f->order);
	vedetta__v1__delivery__init(&f->delivery);
	vedetta__v1__delivery_target__init(&f->target);
	vedetta__v1__delivery_outcome__init(&f->outcome);
	f->order.delivery = &f->delivery;
	f->order.wire_id = (char *)"00-7";
	f->delivery.target = &f->target;
	f->delivery.title = (char *)"Title";
	f->delivery.text = (char *)"Text";
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	arena_free(f->arena);
	free(f);
	return 0;
}

static bool
make(struct fixture *f, int means, const char *address)
{
	f->delivery.means = (Vedetta__V1__DeliveryMeans)means;
	f->target.address = (char *)address;
	return means_make(
		&f->means, &f->order, 1795291200, f->arena, &f->parcel, &f->outcome);
}

static const char *
header(const struct fixture *f, const char *name)
{
	size_t bytes = strlen(name);

	for (size_t i = 0; i < f->parcel.n_headers; i++) {
		const char *line = f->parcel.headers[i];

		if (strncmp(line, name, bytes) == 0 && line[bytes] == ':') {
			return line + bytes + 2;
		}
	}
	fail_msg("no header %s", name);
	return NULL;
}

static void
what_is_not_set_up_is_refused_at_once(void **state)
{
	struct fixture *f = *state;

	assert_false(make(f, MEANS(EMAIL), "a@b.it"));
	assert_int_equal(f->outcome.result, RESULT(REFUSED));
	assert_int_equal(f->outcome.reason, REASON(NOT_SET_UP));
	assert_false(make(f, MEANS(TELEGRAM), "7"));
	assert_int_equal(f->outcome.reason, REASON(NOT_SET_UP));
	assert_true(means_is_set_up(&f->means, MEANS(WEBHOOK)));
	assert_false(means_is_set_up(&f->means, MEANS(WEB_PUSH)));
}

static void
nothing_of_an_exercise_leaves_for_one_who_has_not_joined(void **state)
{
	struct fixture *f = *state;

	f->delivery.exercise = true;
	assert_false(make(f, MEANS(WEBHOOK), "https://a.example/"));
	assert_int_equal(f->outcome.result, RESULT(REFUSED));
	assert_int_equal(f->outcome.reason, REASON(NOT_JOINED));
	f->target.exercises = true;
	assert_true(make(f, MEANS(WEBHOOK), "https://a.example/"));
	assert_false(make(f, MEANS(WEBHOOK), "https://a@b/"));
	assert_int_equal(f->outcome.reason, REASON(GONE));
}

static void
a_webhook_is_signed_and_has_its_id(void **state)
{
	struct fixture *f = *state;

	assert_true(make(f, MEANS(WEBHOOK), "https://a.example/x"));
	assert_string_equal(f->parcel.url, "https://a.example/x");
	assert_string_equal(header(f, "webhook-id"), "00-7");
	assert_string_equal(header(f, "webhook-timestamp"), "1795291200");
	assert_memory_equal(header(f, "webhook-signature"), "v1,", 3);
	assert_false(f->parcel.is_mail);
}

static void
mail_wants_tls_but_on_this_machine(void **state)
{
	static const struct {
		const char *url;
		bool wants_tls;
	} rows[] = {{"smtp://127.0.0.1:25", false}, {"smtp://localhost:25", false},
		{"smtp://[::1]:25", false}, {"smtp://mail.example:587", true},
		{"smtp://localhost.example:25", true}, {"smtps://mail.example", true}};
	struct fixture *f = *state;

	(void)snprintf(
		f->config.mail_from, sizeof(f->config.mail_from), "desk@pc.example");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		(void)snprintf(f->config.smtp_url, sizeof(f->config.smtp_url), "%s",
			rows[i].url);
		assert_true(make(f, MEANS(EMAIL), "a@b.it"));
		assert_true(f->parcel.is_mail);
		assert_int_equal(f->parcel.wants_tls, rows[i].wants_tls);
		assert_string_equal(f->parcel.mail_to, "<a@b.it>");
		assert_string_equal(f->parcel.mail_from, "<desk@pc.example>");
	}
}

static void
a_push_names_urgency_life_topic_and_us(void **state)
{
	struct fixture *f = *state;
	struct push_key theirs;
	uint8_t seed[32] = {3}, auth[16] = {4};

	(void)snprintf(f->config.push_subject, sizeof(f->config.push_subject),
		"mailto:desk@pc.example");
	push_key_from_seed(seed, &theirs);
	f->target.p256dh = (ProtobufCBinaryData){65, theirs.point};
	f->target.auth = (ProtobufCBinaryData){16, auth};
	f->delivery.not_after_ms = (1795291200 + 600) * INT64_C(1000);
	f->delivery.urgency = VEDETTA__V1__DELIVERY_URGENCY__DELIVERY_URGENCY_HIGH;
	assert_true(make(f, MEANS(WEB_PUSH), "https://push.example/s/1"));
	assert_string_equal(header(f, "TTL"), "600");
	assert_string_equal(header(f, "Urgency"), "high");
	assert_int_equal(strlen(header(f, "Topic")), 16);
	assert_string_equal(header(f, "Content-Encoding"), "aes128gcm");
	assert_memory_equal(header(f, "Authorization"), "vapid t=", 8);
	assert_in_range(f->parcel.body_bytes, 150, 4096);
	theirs.point[64] ^= 1;
	assert_false(make(f, MEANS(WEB_PUSH), "https://push.example/s/1"));
	assert_int_equal(f->outcome.result, RESULT(REFUSED));
	assert_int_equal(f->outcome.reason, REASON(GONE));
}

static void
telegram_has_its_token_in_the_path(void **state)
{
	struct fixture *f = *state;

	(void)snprintf(f->means.telegram_token, sizeof(f->means.telegram_token), "1:a");
	assert_true(make(f, MEANS(TELEGRAM), "-77"));
	assert_string_equal(
		f->parcel.url, "https://api.telegram.org/bot1:a/sendMessage");
	assert_non_null(strstr(f->parcel.body, "\"chat_id\":\"-77\""));
}

#define MEANS_TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_answer_has_its_meaning),
		cmocka_unit_test(who_asks_for_time_gets_it),
		MEANS_TEST(what_is_not_set_up_is_refused_at_once),
		MEANS_TEST(nothing_of_an_exercise_leaves_for_one_who_has_not_joined),
		MEANS_TEST(a_webhook_is_signed_and_has_its_id),
		MEANS_TEST(mail_wants_tls_but_on_this_machine),
		MEANS_TEST(a_push_names_urgency_life_topic_and_us),
		MEANS_TEST(telegram_has_its_token_in_the_path),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
