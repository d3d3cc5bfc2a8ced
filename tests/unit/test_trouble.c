#include "unit.h"

#include <string.h>

#include "proto/trouble.h"
#include "proto/utf8.h"

static void
a_trouble_keeps_field_and_reason(void **state)
{
	struct trouble t;

	(void)state;
	trouble_init(&t);
	assert_true(trouble_is_empty(&t));
	trouble_add(&t, "place.point.latDeg", "must be between %d and %d", -90, 90);
	assert_false(trouble_is_empty(&t));
	assert_int_equal(t.n, 1);
	assert_string_equal(t.at[0].field, "place.point.latDeg");
	assert_string_equal(t.at[0].reason, "must be between -90 and 90");
	trouble_init(&t);
	assert_true(trouble_is_empty(&t));
}

static void
those_past_the_eighth_are_counted_only(void **state)
{
	struct trouble t;

	(void)state;
	trouble_init(&t);
	for (int i = 0; i < 20; i++) {
		trouble_add(&t, "", "number %d", i);
	}
	assert_int_equal(t.n, TROUBLE_MAX);
	assert_int_equal(t.n_found, 20);
	assert_string_equal(t.at[TROUBLE_MAX - 1].reason, "number 7");
}

static void
a_cut_never_splits_a_character(void **state)
{
	static const char *const signs[] = {"x", "è", "€", "😀"};
	char text[TROUBLE_REASON_BYTES * 2];
	struct trouble t;

	(void)state;
	for (size_t sign = 0; sign < 4; sign++) {
		for (size_t lead = 0; lead < 4; lead++) {
			size_t at = lead;

			memset(text, '.', lead);
			while (at + 5 < sizeof(text)) {
				memcpy(text + at, signs[sign], strlen(signs[sign]));
				at += strlen(signs[sign]);
			}
			text[at] = '\0';
			trouble_init(&t);
			trouble_add(&t, text, "%s", text);
			assert_true(utf8_is_valid(
				t.at[0].field, strlen(t.at[0].field), NULL));
			assert_true(utf8_is_valid(
				t.at[0].reason, strlen(t.at[0].reason), NULL));
			assert_in_range(strlen(t.at[0].field), TROUBLE_FIELD_BYTES - 4,
				TROUBLE_FIELD_BYTES - 1);
			assert_in_range(strlen(t.at[0].reason),
				TROUBLE_REASON_BYTES - 4, TROUBLE_REASON_BYTES - 1);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_trouble_keeps_field_and_reason),
		cmocka_unit_test(those_past_the_eighth_are_counted_only),
		cmocka_unit_test(a_cut_never_splits_a_character),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
