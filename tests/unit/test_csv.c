#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "server/csv.h"

/* Reads a text and prints it back: fields in <>, one row a line, its line before. */
static const char *
reading_of_bytes(const char *text, size_t bytes)
{
	static char out[4096];
	static char copy[4096];
	struct csv csv;
	struct csv_row row;
	size_t used = 0;
	int answer;

	out[0] = '\0';
	memcpy(copy, text, bytes);
	csv_init(&csv, copy, bytes);
	while ((answer = csv_next(&csv, &row)) != CSV_END) {
		used += (size_t)snprintf(
			out + used, sizeof out - used, "%u:", row.line);
		for (size_t i = 0; answer == 0 && i < row.n_fields; i++) {
			used += (size_t)snprintf(
				out + used, sizeof out - used, "<%s>", row.fields[i]);
		}
		used += (size_t)snprintf(out + used, sizeof out - used, "%s\n",
			answer == CSV_BAD ? row.reason : "");
	}
	return out;
}

static const char *
reading_of(const char *text)
{
	return reading_of_bytes(text, strlen(text));
}

static void
rows_and_fields_are_told_apart(void **state)
{
	(void)state;
	assert_string_equal(reading_of("a,b\n1,2\n"), "1:<a><b>\n2:<1><2>\n");
	assert_string_equal(reading_of("a,b\r\n1,2\r\n"), "1:<a><b>\n2:<1><2>\n");
	assert_string_equal(reading_of("a,b\n1,2"), "1:<a><b>\n2:<1><2>\n");
	assert_string_equal(reading_of(""), "");
	assert_string_equal(reading_of("\xef\xbb\xbf"
				       "a\n"),
		"1:<a>\n");
}

static void
empty_fields_stay_and_empty_lines_do_not(void **state)
{
	(void)state;
	assert_string_equal(reading_of(",a,\n\n\r\n,\n"), "1:<><a><>\n4:<><>\n");
	assert_string_equal(reading_of("\"\",\"\"\n"), "1:<><>\n");
	assert_string_equal(reading_of("a,"), "1:<a><>\n");
}

static void
a_quoted_field_holds_commas_quotes_and_lines(void **state)
{
	(void)state;
	assert_string_equal(
		reading_of("\"a, b\",\"say \"\"no\"\"\",\"x\r\ny\"\nc,d,e\n"),
		"1:<a, b><say \"no\"><x\r\ny>\n3:<c><d><e>\n");
	assert_string_equal(reading_of("\"\"\"\"\n"), "1:<\">\n");
	assert_string_equal(reading_of("5\" pipe,b\"c\n"), "1:<5\" pipe><b\"c>\n");
}

static void
a_bad_row_is_told_and_the_next_one_read(void **state)
{
	(void)state;
	assert_string_equal(reading_of("a,b\n\"x\"y,2\n3,4\n"),
		"1:<a><b>\n2:text behind a closing quote\n3:<3><4>\n");
	assert_string_equal(
		reading_of_bytes("a\n1\0x\n2\n", 8), "1:<a>\n2:a NUL\n3:<2>\n");
}

static void
an_open_quote_costs_its_own_line_only(void **state)
{
	(void)state;
	assert_string_equal(reading_of("a\n\"b \"\"c\nd,e\"\"e\nf\n"),
		"1:<a>\n2:a quoted field has no end\n3:<d><e\"\"e>\n4:<f>\n");
}

static void
the_separator_is_the_one_the_first_line_has_most_of(void **state)
{
	(void)state;
	assert_string_equal(
		reading_of("a;b;c,d\n1;2;3\n"), "1:<a><b><c,d>\n2:<1><2><3>\n");
	assert_string_equal(reading_of("a\tb\n1\t2,3\n"), "1:<a><b>\n2:<1><2,3>\n");
	assert_string_equal(
		reading_of("\"a;;;b\",c\n1,2\n"), "1:<a;;;b><c>\n2:<1><2>\n");
}

static void
a_row_of_too_many_fields_is_refused(void **state)
{
	char text[CSV_FIELDS_MOST + 8];

	(void)state;
	memset(text, ',', CSV_FIELDS_MOST);
	memcpy(text + CSV_FIELDS_MOST, "\nb\n", 4);
	assert_string_equal(reading_of(text), "1:too many fields\n2:<b>\n");
	text[CSV_FIELDS_MOST - 1] = '\n';
	text[CSV_FIELDS_MOST] = '\0';
	assert_null(strstr(reading_of(text), "too many"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_and_fields_are_told_apart),
		cmocka_unit_test(empty_fields_stay_and_empty_lines_do_not),
		cmocka_unit_test(a_quoted_field_holds_commas_quotes_and_lines),
		cmocka_unit_test(a_bad_row_is_told_and_the_next_one_read),
		cmocka_unit_test(an_open_quote_costs_its_own_line_only),
		cmocka_unit_test(the_separator_is_the_one_the_first_line_has_most_of),
		cmocka_unit_test(a_row_of_too_many_fields_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
