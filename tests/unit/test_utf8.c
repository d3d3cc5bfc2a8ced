#include "unit.h"

#include <stdbool.h>
#include <string.h>

#include "proto/utf8.h"

static void
every_code_point_is_written_and_read_back(void **state)
{
	(void)state;
	for (uint32_t c = 0; c <= 0x10FFFF; c++) {
		char text[4];
		size_t bytes;
		size_t at = 0;

		if (c >= 0xD800 && c <= 0xDFFF) {
			continue;
		}
		bytes = utf8_put(c, text);
		if (utf8_next(text, bytes, &at) != (int32_t)c || at != bytes ||
			!utf8_is_valid(text, bytes, NULL) ||
			utf8_length(text, bytes) != 1) {
			fail_msg("U+%04X", c);
		}
	}
}

/* All byte strings of one to three bytes, and four where the first says so. */
static void
what_is_read_is_what_would_be_written(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 1u << 24; i++) {
		char text[4] = {(char)(i >> 16), (char)(i >> 8), (char)i, (char)0x81};
		size_t room = (uint8_t)text[0] >= 0xF0 ? 4 : 3;
		size_t at = 0;
		int32_t c = utf8_next(text, room, &at);
		char again[4];

		if (c < 0) {
			assert_int_equal(at, 0);
		} else if (utf8_put((uint32_t)c, again) != at ||
			   memcmp(again, text, at) != 0 ||
			   (c >= 0xD800 && c <= 0xDFFF)) {
			fail_msg("%02x %02x %02x", (uint8_t)text[0], (uint8_t)text[1],
				(uint8_t)text[2]);
		}
	}
}

static void
bad_sequences_are_refused_where_they_start(void **state)
{
	static const char *const bad[] = {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF",
		"\xC2", "\xC2x", "\xE0\x80\x80", "\xE0\x9F\xBF", "\xE2\x82",
		"\xED\xA0\x80", "\xED\xBF\xBF", "\xF0\x80\x80\x80", "\xF0\x8F\xBF\xBF",
		"\xF4\x90\x80\x80", "\xF0\x9F\x98", "\xF5\x80\x80\x80",
		"\xF8\x88\x80\x80\x80", "\xFE", "\xFF"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		for (size_t lead = 0; lead < 20; lead++) {
			char text[64];
			size_t bad_at = 99;

			memset(text, 'a', lead);
			memcpy(text + lead, bad[i], strlen(bad[i]) + 1);
			assert_false(utf8_is_valid(text, strlen(text), &bad_at));
			assert_int_equal(bad_at, lead);
			bad_at = 99;
			assert_false(utf8_is_text(text, strlen(text), &bad_at));
			assert_int_equal(bad_at, lead);
			assert_false(utf8_is_valid(text, strlen(text), NULL));
		}
	}
}

static void
text_for_people_has_no_controls_but_newline_and_tab(void **state)
{
	size_t bad_at;

	(void)state;
	for (uint32_t c = 0; c < 0x200; c++) {
		bool control = c < 0x20 || (c >= 0x7F && c < 0xA0);
		bool wanted = !control || c == '\n' || c == '\t';
		char text[8] = "ab";
		size_t bytes = 2 + utf8_put(c, text + 2);

		assert_int_equal(utf8_is_text(text, bytes, &bad_at), wanted);
		if (!wanted) {
			assert_int_equal(bad_at, 2);
		}
		assert_true(utf8_is_valid(text, bytes, NULL));
	}
	assert_true(utf8_is_text("a\r\nb", 4, NULL));
	assert_false(utf8_is_text("a\rb", 3, NULL));
	assert_false(utf8_is_text("a\r", 2, NULL));
	assert_true(utf8_is_text("", 0, NULL));
}

static void
length_counts_characters(void **state)
{
	(void)state;
	assert_int_equal(utf8_length("", 0), 0);
	assert_int_equal(utf8_length("città 😀", strlen("città 😀")), 7);
}

static void
the_end_is_not_a_character(void **state)
{
	size_t at = 1;

	(void)state;
	assert_int_equal(utf8_next("a", 1, &at), -1);
	assert_int_equal(at, 1);
}

/* Eight bytes are looked at together: each byte at each place, beside each other. */
static void
eight_bytes_at_once_are_judged_as_one_by_one(void **state)
{
	static const char beside[] = "a \x1f\x7f\"\\\xc3\n";
	char text[20];

	(void)state;
	for (unsigned c = 0; c < 256; c++) {
		for (size_t at = 0; at < sizeof(text); at++) {
			for (size_t b = 0; b < sizeof(beside) - 1; b++) {
				size_t plain = 0, bad_at = 0, wanted = 0;
				bool fits = true;

				memset(text, 'x', sizeof(text));
				text[at] = (char)c;
				text[(at + 1) % sizeof(text)] = beside[b];
				while (plain < sizeof(text) && text[plain] != '"' &&
					text[plain] != '\\' &&
					(unsigned char)text[plain] >= 0x20) {
					plain++;
				}
				assert_int_equal(utf8_plain(text, sizeof(text)), plain);
				/* Texts of one byte have no eight to look at. */
				while (wanted < sizeof(text) &&
					(unsigned char)text[wanted] < 0x80 &&
					(utf8_is_text(text + wanted, 1, NULL))) {
					wanted++;
				}
				fits = utf8_is_text(text, sizeof(text), &bad_at);
				assert_true(fits ? wanted == sizeof(text) ||
							    text[wanted] == '\r' ||
							    (text[wanted] & 0x80) != 0
						 : bad_at >= wanted);
			}
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_code_point_is_written_and_read_back),
		cmocka_unit_test(what_is_read_is_what_would_be_written),
		cmocka_unit_test(bad_sequences_are_refused_where_they_start),
		cmocka_unit_test(text_for_people_has_no_controls_but_newline_and_tab),
		cmocka_unit_test(length_counts_characters),
		cmocka_unit_test(the_end_is_not_a_character),
		cmocka_unit_test(eight_bytes_at_once_are_judged_as_one_by_one),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
