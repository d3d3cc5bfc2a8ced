#include "unit.h"

#include "server/origin.h"

static void
our_own_page_and_a_plain_client_are_not_foreign(void **state)
{
	(void)state;
	assert_false(origin_is_foreign(NULL, "desk.example", NULL));
	assert_false(origin_is_foreign("https://desk.example", "desk.example", NULL));
	assert_false(origin_is_foreign(
		"http://Desk.Example:80", "desk.example:80", "same-origin"));
	assert_false(origin_is_foreign(NULL, "desk.example", "none"));
}

static void
another_site_is_foreign(void **state)
{
	(void)state;
	assert_true(origin_is_foreign("https://evil.example", "desk.example", NULL));
	assert_true(origin_is_foreign("https://desk.example:81", "desk.example", NULL));
	assert_true(origin_is_foreign(
		"https://desk.example.evil.example", "desk.example", NULL));
	assert_true(origin_is_foreign("null", "desk.example", NULL));
	assert_true(origin_is_foreign("https://desk.example", NULL, NULL));
	assert_true(origin_is_foreign(NULL, "desk.example", "cross-site"));
	assert_true(origin_is_foreign(
		"https://desk.example", "desk.example", "Cross-Site"));
}

static void
only_this_machine_is_loopback(void **state)
{
	static const char *const yes[] = {"localhost", "LocalHost:8081", "127.0.0.1",
		"127.0.0.1:8081", "127.8.9.10", "[::1]", "[::1]:8081",
		"[0:0:0:0:0:0:0:1]"};
	static const char *const no[] = {"desk.example", "127.0.0.1.evil.example:8081",
		"127.evil.example", "localhost.evil.example", "evil.localhost.example",
		"10.0.0.1", "128.0.0.1", "0.0.0.0", "[::]", "[::ffff:127.0.0.1]",
		"[::1].evil.example", "127.1", "2130706433", ""};

	(void)state;
	assert_true(origin_is_loopback(NULL));
	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
		assert_true(origin_is_loopback(yes[i]));
	}
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
		assert_false(origin_is_loopback(no[i]));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(our_own_page_and_a_plain_client_are_not_foreign),
		cmocka_unit_test(another_site_is_foreign),
		cmocka_unit_test(only_this_machine_is_loopback),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
