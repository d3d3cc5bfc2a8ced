#include "unit.h"

#include "server/accept.h"

static void
the_wanted_form_is_found(void **state)
{
	static const unsigned all = ACCEPT_JSON | ACCEPT_PROTOBUF | ACCEPT_HTML;
	static const struct {
		const char *accept;
		enum answer_form form;
	} cases[] = {
		{NULL, ANSWER_JSON},
		{"", ANSWER_JSON},
		{"*/*", ANSWER_JSON},
		{"application/*", ANSWER_JSON},
		{"application/json", ANSWER_JSON},
		{"application/problem+json", ANSWER_JSON},
		{"application/x-protobuf", ANSWER_PROTOBUF},
		{"Application/X-Protobuf", ANSWER_PROTOBUF},
		{"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
			ANSWER_HTML},
		{"application/json, text/html;q=0.9", ANSWER_JSON},
		{"text/html;q=0.5, application/json;q=0.51", ANSWER_JSON},
		{"text/html;q=0.1,application/x-protobuf ; q=0.25", ANSWER_PROTOBUF},
		{"text/html;q=0", ANSWER_JSON},
		{"text/html;level=1;q=0.3,application/json;q=0.2", ANSWER_HTML},
		{"image/png", ANSWER_JSON},
		{",,;q=1,text/html", ANSWER_HTML},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
			accept_form(cases[i].accept, all, ANSWER_JSON), cases[i].form);
	}
}

static void
what_is_not_offered_is_not_given(void **state)
{
	(void)state;
	assert_int_equal(
		accept_form("text/html", ACCEPT_JSON | ACCEPT_PROTOBUF, ANSWER_JSON),
		ANSWER_JSON);
	assert_int_equal(accept_form("text/html, application/x-protobuf;q=0.1",
				 ACCEPT_JSON | ACCEPT_PROTOBUF, ANSWER_JSON),
		ANSWER_PROTOBUF);
	assert_int_equal(accept_form("*/*", ACCEPT_HTML, ANSWER_HTML), ANSWER_HTML);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_wanted_form_is_found),
		cmocka_unit_test(what_is_not_offered_is_not_given),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
