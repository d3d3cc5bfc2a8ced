#include "unit.h"

#include <errno.h>
#include <string.h>

#include "server/replay_token.h"

#define TOKEN "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNO-_"

static bool
take(struct replay_token *token, const char *line)
{
	return replay_token_take(token, line, strlen(line));
}

static void
the_forms_cookie_is_the_token(void **state)
{
	struct replay_token token = {0};

	(void)state;
	assert_true(take(&token, "Set-Cookie: vedetta_source=" TOKEN "; Path=/\r\n"));
	assert_string_equal(token.text, TOKEN);
	assert_int_equal(token.state, REPLAY_TOKEN_HELD);
	assert_true(take(&token, "set-cookie: VEDETTA_source=" TOKEN "\r\n"));
}

static void
other_lines_are_none(void **state)
{
	static const char *const lines[] = {"", "\r\n", "Content-Type: text/html\r\n",
		"Set-Cookie: other=" TOKEN ";\r\n",
		"Set-Cookie: vedetta_source=short;\r\n",
		"Set-Cookie: vedetta_source=" TOKEN "x;\r\n",
		"Set-Cookie: vedetta_source=" TOKEN,
		"Set-Cookie: vedetta_source=abc; Path=/; Max-Age=31536000; HttpOnly; "
		"S\r\n"};
	struct replay_token token = {0};

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		assert_false(take(&token, lines[i]));
		assert_int_equal(token.state, REPLAY_TOKEN_NONE);
	}
}

static void
each_sender_has_room_and_short_memory_is_said(void **state)
{
	struct replay_tokens tokens;

	(void)state;
	assert_int_equal(replay_tokens_init(&tokens, 3), 0);
	assert_int_equal(tokens.at[3].state, REPLAY_TOKEN_NONE);
	replay_tokens_fini(&tokens);
	assert_null(tokens.at);
	alloc_fail_at(1);
	assert_int_equal(replay_tokens_init(&tokens, 3), -ENOMEM);
	alloc_fail_at(0);
	replay_tokens_fini(&tokens);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_forms_cookie_is_the_token),
		cmocka_unit_test(other_lines_are_none),
		cmocka_unit_test(each_sender_has_room_and_short_memory_is_said),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
