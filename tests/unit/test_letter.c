#include "unit.h"

#include "dispatch/letter.h"

static void
accents_and_case_fall_off(void **state)
{
	static const struct {
		int32_t c;
		char plain;
	} rows[] = {
		{'a', 'a'},
		{'Z', 'z'},
		{'7', '7'},
		{0xC0, 'a'},
		{0xE8, 'e'},
		{0xF9, 'u'},
		{0xDF, 's'},
		{0xF8, 'o'},
		{0xFF, 'y'},
		{0x100, 'a'},
		{0x10D, 'c'},
		{0x131, 'i'},
		{0x142, 'l'},
		{0x161, 's'},
		{0x17E, 'z'},
		{0x17F, 's'},
		{0x219, 's'},
		{0x21B, 't'},
		{0x1E00, 'a'},
		{0x1EC7, 'e'},
		{0x1EF9, 'y'},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (letter_plain(rows[i].c) != rows[i].plain) {
			fail_msg("U+%04X is '%c'", (unsigned)rows[i].c,
				letter_plain(rows[i].c));
		}
	}
}

static void
what_is_no_latin_letter_is_none(void **state)
{
	static const int32_t rows[] = {-1, 0, ' ', '.', '\'', '@', '[', '`', '{', 0xBF,
		0xD7, 0xF7, 0x180, 0x217, 0x21C, 0x301, 0x410, 0x627, 0x1DFF, 0x1EFF,
		0x1F00, 0x4E00, 0x10FFFF};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(letter_plain(rows[i]), 0);
	}
	for (i = 0; i <= 0x10FFFF; i++) {
		char c = letter_plain((int32_t)i);

		assert_true(c == 0 || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'));
	}
}

static void
accents_behind_their_letter_are_marks(void **state)
{
	(void)state;
	assert_true(letter_is_mark(0x300) && letter_is_mark(0x36F));
	assert_false(letter_is_mark(0x2FF) || letter_is_mark(0x370));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accents_and_case_fall_off),
		cmocka_unit_test(what_is_no_latin_letter_is_none),
		cmocka_unit_test(accents_behind_their_letter_are_marks),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
