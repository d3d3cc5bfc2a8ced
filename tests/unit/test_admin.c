#include "unit.h"

#include <string.h>

#include "server/admin.h"

/* What the page says; ready in *ready. */
static const char *
said(struct admin_state s, bool *ready)
{
	static char text[1024];
	struct evbuffer *out = evbuffer_new();
	int n;

	assert_non_null(out);
	*ready = admin_write_ready(&s, out);
	n = evbuffer_remove(out, text, sizeof(text) - 1);
	text[n > 0 ? n : 0] = '\0';
	evbuffer_free(out);
	return text;
}

static void
it_is_ready_with_a_desk_and_a_board(void **state)
{
	bool ready;
	const char *text = said((struct admin_state){.desk_connected = true,
					.board_ready = true,
					.board_incidents = 7},
		&ready);

	(void)state;
	assert_true(ready);
	assert_int_equal(strncmp(text, "ready\n", 6), 0);
	assert_non_null(strstr(text, "7 incidents"));
	assert_null(strstr(text, "duty:"));
	text = said((struct admin_state){.desk_connected = true,
			    .board_ready = true,
			    .unreachable = 2,
			    .steps_lacking = 1},
		&ready);
	assert_true(ready);
	assert_non_null(strstr(text, "2 people whom nothing reaches, 1 steps"));
}

static void
it_says_in_words_what_is_not_ready(void **state)
{
	bool ready;
	const char *text;

	(void)state;
	text = said(
		(struct admin_state){.board_ready = true, .desk_lost_s = 9}, &ready);
	assert_false(ready);
	assert_int_equal(strncmp(text, "not ready\n", 10), 0);
	assert_non_null(strstr(text, "not connected for 9 s"));
	text = said((struct admin_state){.desk_connected = true}, &ready);
	assert_false(ready);
	assert_non_null(strstr(text, "board: loading"));
	text = said(
		(struct admin_state){
			.desk_connected = true, .board_ready = true, .draining = true},
		&ready);
	assert_false(ready);
	assert_non_null(strstr(text, "stopping"));
}

static void
a_store_that_refuses_is_not_ready(void **state)
{
	bool ready;
	const char *text = said(
		(struct admin_state){
			.desk_connected = true, .board_ready = true, .refusing = true},
		&ready);

	(void)state;
	assert_false(ready);
	assert_non_null(strstr(text, "store: no room, or failing"));
}

static void
a_desk_that_says_nothing_for_three_seconds_is_not_ready(void **state)
{
	struct admin_state s = {.desk_connected = true, .board_ready = true};
	const char *text;
	bool ready;

	(void)state;
	s.desk_silent_ms = 3000;
	(void)said(s, &ready);
	assert_true(ready);
	s.desk_silent_ms = 4100;
	text = said(s, &ready);
	assert_false(ready);
	assert_non_null(strstr(text, "desk: silent for 4 s"));
}

static void
raw_mode_is_told_but_takes_reports(void **state)
{
	bool ready;
	const char *text = said(
		(struct admin_state){
			.desk_connected = true, .board_ready = true, .raw_mode = true},
		&ready);

	(void)state;
	assert_true(ready);
	assert_non_null(strstr(text, "raw mode"));
}

static void
what_is_damaged_is_told_and_is_no_reason_to_send_reports_elsewhere(void **state)
{
	struct admin_state s = {.desk_connected = true, .board_ready = true};
	bool ready;

	(void)state;
	assert_null(strstr(said(s, &ready), "damaged_row"));
	s.damaged_rows = 3;
	assert_non_null(strstr(said(s, &ready), "store: 3 times"));
	assert_true(ready);
}

/* What should leave waits; nobody's report does. */
static void
without_a_courier_it_is_ready_and_says_what_waits(void **state)
{
	bool ready;
	const char *text = said((struct admin_state){.desk_connected = true,
					.board_ready = true,
					.courier_missing = true,
					.deliveries = 3},
		&ready);

	(void)state;
	assert_true(ready);
	assert_non_null(strstr(text, "courier: not there; 3 messages wait"));
	assert_non_null(strstr(text, "runbooks/delivery-given_up.md"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_ready_with_a_desk_and_a_board),
		cmocka_unit_test(it_says_in_words_what_is_not_ready),
		cmocka_unit_test(a_store_that_refuses_is_not_ready),
		cmocka_unit_test(
			a_desk_that_says_nothing_for_three_seconds_is_not_ready),
		cmocka_unit_test(raw_mode_is_told_but_takes_reports),
		cmocka_unit_test(
			what_is_damaged_is_told_and_is_no_reason_to_send_reports_elsewhere),
		cmocka_unit_test(without_a_courier_it_is_ready_and_says_what_waits),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
