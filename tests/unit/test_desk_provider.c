/* desk_provider - logins that wait for the courier, and do not wait for ever */
#include "unit.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "server/desk_provider.h"

enum {
	NOW_MS = 1000,
};

static struct desk_provider *provider;
static bool has_courier;
static uint64_t asked;        /* number of the last order */
static char code[64];         /* of it */
static unsigned n_done;       /* ended */
static uint64_t done_line;    /* the last one's */
static bool was_answered;     /* it had an answer */
static uint8_t done_body[64]; /* and its body */

static int
on_order(void *arg, const Vedetta__V1__LoginOrder *order, uint64_t ref)
{
	(void)arg;
	asked = ref;
	(void)snprintf(code, sizeof(code), "%s", order->code);
	return has_courier ? 0 : -1;
}

static void
on_done(void *arg, const struct desk_provider_login *login,
	const Vedetta__V1__LoginResult *said)
{
	(void)arg;
	n_done++;
	done_line = login->line;
	was_answered = said != NULL;
	memcpy(done_body, login->body, login->body_bytes);
}

static int
open_all(void **state)
{
	static const struct desk_provider_events events = {on_order, on_done};

	(void)state;
	has_courier = true;
	n_done = 0;
	provider = desk_provider_new(&events, NULL);
	return provider != NULL ? 0 : -1;
}

static int
close_all(void **state)
{
	(void)state;
	desk_provider_free(provider);
	desk_provider_free(NULL);
	return 0;
}

static int
ask(uint64_t line, int64_t now_ms)
{
	static const uint8_t body[] = "the input";
	const struct desk_provider_login login = {line, 7, body, sizeof(body), {0}};
	Vedetta__V1__LoginOrder order = VEDETTA__V1__LOGIN_ORDER__INIT;
	char said[] = "c0de";

	order.code = said;
	return desk_provider_ask(provider, &login, &order, now_ms);
}

static void
an_answer_finds_its_login(void **state)
{
	Vedetta__V1__LoginResult said = VEDETTA__V1__LOGIN_RESULT__INIT;
	uint64_t first;

	(void)state;
	assert_int_equal(ask(1, NOW_MS), 0);
	assert_string_equal(code, "c0de");
	first = asked;
	assert_int_equal(ask(2, NOW_MS), 0);
	desk_provider_take(provider, first + 99, &said);
	assert_int_equal(n_done, 0);
	desk_provider_take(provider, first, &said);
	assert_int_equal(n_done, 1);
	assert_int_equal(done_line, 1);
	assert_true(was_answered);
	assert_string_equal(done_body, "the input");
	desk_provider_take(provider, first, &said); /* said twice: once is enough */
	assert_int_equal(n_done, 1);
}

static void
without_a_courier_it_ends_at_once(void **state)
{
	(void)state;
	has_courier = false;
	assert_int_equal(ask(1, NOW_MS), 0);
	assert_int_equal(n_done, 1);
	assert_false(was_answered);
	has_courier = true;
	assert_int_equal(ask(2, NOW_MS), 0);
	assert_int_equal(ask(3, NOW_MS), 0);
	desk_provider_lose(provider);
	assert_int_equal(n_done, 3);
	assert_false(was_answered);
}

static void
nobody_waits_for_ever(void **state)
{
	(void)state;
	assert_int_equal(ask(1, NOW_MS), 0);
	assert_int_equal(ask(2, NOW_MS + 5), 0);
	desk_provider_tick(provider, NOW_MS + DESK_PROVIDER_WITHIN_MS - 1);
	assert_int_equal(n_done, 0);
	desk_provider_tick(provider, NOW_MS + DESK_PROVIDER_WITHIN_MS);
	assert_int_equal(n_done, 1);
	assert_int_equal(done_line, 1);
	assert_false(was_answered);
}

static void
one_too_many_is_told_so(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < DESK_PROVIDER_LOGINS; i++) {
		assert_int_equal(ask(i, NOW_MS), 0);
	}
	assert_int_equal(ask(99, NOW_MS), DESK_PROVIDER_FULL);
	assert_int_equal(n_done, 0);
	desk_provider_lose(provider);
	assert_int_equal(n_done, DESK_PROVIDER_LOGINS);
	assert_int_equal(ask(99, NOW_MS), 0);
}

static void
short_of_memory_it_takes_none(void **state)
{
	static const struct desk_provider_events events = {on_order, on_done};

	(void)state;
	alloc_fail_at(1);
	assert_null(desk_provider_new(&events, NULL));
	alloc_fail_at(1);
	assert_int_equal(ask(1, NOW_MS), DESK_PROVIDER_FULL);
	alloc_fail_at(0);
	assert_int_equal(n_done, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			an_answer_finds_its_login, open_all, close_all),
		cmocka_unit_test_setup_teardown(
			without_a_courier_it_ends_at_once, open_all, close_all),
		cmocka_unit_test_setup_teardown(
			nobody_waits_for_ever, open_all, close_all),
		cmocka_unit_test_setup_teardown(
			one_too_many_is_told_so, open_all, close_all),
		cmocka_unit_test_setup_teardown(
			short_of_memory_it_takes_none, open_all, close_all),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
