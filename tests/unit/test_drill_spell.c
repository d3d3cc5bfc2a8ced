#include "unit.h"

#include <string.h>

#include "proto/utf8.h"
#include "server/drill_spell.h"

static void
most_changes_differ_and_all_stay_close_and_whole(void **state)
{
	static const char text[] =
		"È crollata la palazzina, c’è gente sotto. Non risponde più nessuno";
	struct drill_dice d;
	int differ = 0;

	(void)state;
	drill_dice_init(&d, 3);
	for (int i = 0; i < 500; i++) {
		char out[256];
		size_t bytes;

		drill_spell_change(&d, text, out, sizeof out);
		bytes = strlen(out);
		differ += strcmp(out, text) != 0;
		assert_true(utf8_is_valid(out, bytes, NULL));
		assert_in_range(bytes, strlen(text) - 10, strlen(text) + 4);
		assert_null(strstr(out, "È"));
	}
	assert_int_equal(differ, 500);
}

static void
words_too_short_to_misspell_stay(void **state)
{
	static const char *const texts[] = {"", "a", "ok", "sì", "112"};
	struct drill_dice d;

	(void)state;
	drill_dice_init(&d, 3);
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		for (int k = 0; k < 50; k++) {
			char out[16];

			drill_spell_change(&d, texts[i], out, sizeof out);
			assert_true(strlen(out) <= strlen(texts[i]));
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(most_changes_differ_and_all_stay_close_and_whole),
		cmocka_unit_test(words_too_short_to_misspell_stay),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
