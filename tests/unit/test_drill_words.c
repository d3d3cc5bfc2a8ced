#include "unit.h"

#include <string.h>

#include "dispatch/hazard.h"
#include "proto/utf8.h"
#include "server/drill_words.h"

static void
every_line_is_utf8_with_a_hazard_of_ours_and_slots_that_are_filled(void **state)
{
	struct drill_dice d;

	(void)state;
	drill_dice_init(&d, 1);
	for (int mood = 0; mood < DRILL_MOODS; mood++) {
		struct drill_lines lines = drill_words((enum drill_mood)mood);

		assert_true(lines.n > 0);
		for (size_t i = 0; i < lines.n; i++) {
			const struct drill_line *line = &lines.at[i];
			char out[600];

			if (mood != DRILL_OUT) {
				assert_non_null(hazard_by_code(line->hazard));
			}
			assert_true(
				utf8_is_valid(line->text, strlen(line->text), NULL));
			drill_words_fill(&d, line->text, "Navelli", out, sizeof out);
			assert_null(strpbrk(out, "{}"));
			assert_true(strlen(out) < 280);
		}
	}
}

static void
slots_take_the_town_and_a_street_with_its_number(void **state)
{
	struct drill_dice d;
	char out[200];

	(void)state;
	drill_dice_init(&d, 1);
	drill_words_fill(&d, "qui a {paese}, {via}, {piano}.", "Ocre", out, sizeof out);
	assert_int_equal(strncmp(out, "qui a Ocre, via ", 16), 0);
	assert_non_null(strpbrk(out, "123456789"));
	assert_non_null(strstr(out, "piano"));
	drill_words_fill(&d, "{chi} resta", "Ocre", out, sizeof out);
	assert_string_equal(out, "{chi} resta");
}

static void
what_does_not_fit_is_cut_within_its_room(void **state)
{
	struct drill_dice d;
	char out[8];

	(void)state;
	drill_dice_init(&d, 1);
	drill_words_fill(&d, "una frase lunga", "Ocre", out, sizeof out);
	assert_string_equal(out, "una fra");
}

static void
each_line_with_a_place_in_words_has_one(void **state)
{
	struct drill_lines lines = drill_words(DRILL_NAMES);

	(void)state;
	for (size_t i = 1; i < lines.n; i++) {
		assert_string_not_equal(drill_words_place(i), drill_words_place(0));
	}
	assert_string_equal(drill_words_place(lines.n), drill_words_place(0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			every_line_is_utf8_with_a_hazard_of_ours_and_slots_that_are_filled),
		cmocka_unit_test(slots_take_the_town_and_a_street_with_its_number),
		cmocka_unit_test(what_does_not_fit_is_cut_within_its_room),
		cmocka_unit_test(each_line_with_a_place_in_words_has_one),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
