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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(our_own_page_and_a_plain_client_are_not_foreign),
		cmocka_unit_test(another_site_is_foreign),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
