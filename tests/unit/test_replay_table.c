#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/replay_table.h"

static char told[512];

static int
take(struct replay_table *table, const char *text)
{
	FILE *err = fmemopen(told, sizeof told, "w");
	char *copy = strdup(text);
	int answer;

	memset(told, 0, sizeof told);
	assert_non_null(copy);
	answer = replay_table_take(table, copy, strlen(copy), "FILE", err);
	fclose(err);
	return answer;
}

static void
a_csv_names_its_columns_in_the_first_row(void **state)
{
	struct replay_table table;

	(void)state;
	assert_int_equal(take(&table, "serial,Lat,lon\n7,18.5,-72.3\n"), 0);
	assert_int_equal(table.n_columns, 3);
	assert_int_equal(table.n_rows, 1);
	assert_int_equal(replay_table_column(&table, "lat"), 1);
	assert_int_equal(replay_table_column(&table, "latitude"), -1);
	assert_string_equal(table.rows[0].cells[2], "-72.3");
	assert_int_equal(table.rows[0].line, 2);
	replay_table_fini(&table);
}

static void
a_bad_row_stays_with_its_line_and_reason(void **state)
{
	struct replay_table table;

	(void)state;
	assert_int_equal(take(&table, "a,b\n1\n\"2\"x,2\n3,\"3\n3\"\n4,4\n"), 0);
	assert_int_equal(table.n_rows, 4);
	assert_string_equal(
		table.rows[0].reason, "not as many fields as the first row names");
	assert_int_equal(table.rows[1].line, 3);
	assert_string_equal(table.rows[1].reason, "text behind a closing quote");
	assert_null(table.rows[2].reason);
	assert_int_equal(table.rows[3].line, 6);
	replay_table_fini(&table);
}

static void
a_file_without_columns_is_refused(void **state)
{
	struct replay_table table;

	(void)state;
	assert_int_equal(take(&table, "\n\n"), REPLAY_TABLE_BAD);
	assert_string_equal(told, "FILE: the first row must name the columns\n");
}

static const char points[] =
	"{\"type\":\"FeatureCollection\",\"features\":["
	"{\"type\":\"Feature\",\"id\":5,\"geometry\":{\"type\":\"Point\","
	"\"coordinates\":[13.3995,42.3498]},"
	"\"properties\":{\"hazard\":\"flood\",\"people\":null}},"
	"{\"type\":\"Feature\",\"geometry\":null,"
	"\"properties\":{\"text\":\"acqua\",\"n\":3,\"id\":\"x1\"}},"
	"{\"type\":\"Feature\",\"geometry\":{\"type\":\"LineString\","
	"\"coordinates\":[[1,2],[3,4]]},\"properties\":{}},"
	"{\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[]},"
	"\"properties\":{}},7]}";

static void
features_become_rows_with_latitude_first(void **state)
{
	struct replay_table table;
	int text;

	(void)state;
	assert_int_equal(take(&table, points), 0);
	assert_int_equal(table.n_rows, 5);
	text = replay_table_column(&table, "text");
	assert_string_equal(table.columns[0], "lat");
	assert_string_equal(table.rows[0].cells[0], "42.3498");
	assert_string_equal(table.rows[0].cells[1], "13.3995");
	assert_string_equal(table.rows[0].cells[2], "5");
	assert_string_equal(table.rows[0].cells[text], "");
	assert_string_equal(table.rows[1].cells[0], "");
	assert_string_equal(table.rows[1].cells[2], "x1");
	assert_string_equal(table.rows[1].cells[text], "acqua");
	assert_string_equal(table.rows[1].cells[replay_table_column(&table, "n")], "3");
	assert_string_equal(table.rows[2].reason, "not a point");
	assert_string_equal(table.rows[3].reason, "a point without coordinates");
	assert_string_equal(table.rows[4].reason, "not a feature");
	replay_table_fini(&table);
}

static void
broken_json_is_refused_with_its_line(void **state)
{
	struct replay_table table;

	(void)state;
	assert_int_equal(take(&table, "{\n\"features\":[}\n"), REPLAY_TABLE_BAD);
	assert_int_equal(strncmp(told, "FILE:2: ", 8), 0);
	assert_int_equal(
		take(&table, "\xef\xbb\xbf{\"type\":\"Feature\"}"), REPLAY_TABLE_BAD);
	assert_string_equal(told, "FILE: not a GeoJSON FeatureCollection\n");
}

static void
a_file_that_is_not_there_is_a_fault(void **state)
{
	struct replay_table table;
	FILE *err = fmemopen(told, sizeof told, "w");

	(void)state;
	assert_int_equal(replay_table_read(&table, "/nowhere/x.csv", err), -ENOENT);
	assert_int_equal(replay_table_read(&table, "/dev/null", err), -ENODEV);
	assert_int_equal(replay_table_read(&table, "/", err), -EISDIR);
	fclose(err);
}

static void
short_memory_is_told_and_nothing_leaks(void **state)
{
	static const char *const texts[] = {"a,b\n1,2\n3,4\n", points};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		for (unsigned long n = 1;; n++) {
			FILE *err = fmemopen(told, sizeof told, "w");
			char *copy = strdup(texts[i]);
			struct replay_table table;
			int answer;

			alloc_fail_at(n);
			answer = replay_table_take(
				&table, copy, strlen(copy), "FILE", err);
			if (answer == 0) {
				replay_table_fini(&table);
			}
			if (!alloc_failed()) {
				assert_int_equal(answer, 0);
				fclose(err);
				break;
			}
			alloc_fail_at(0);
			assert_int_not_equal(answer, 0);
			fclose(err);
		}
		alloc_fail_at(0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_csv_names_its_columns_in_the_first_row),
		cmocka_unit_test(a_bad_row_stays_with_its_line_and_reason),
		cmocka_unit_test(a_file_without_columns_is_refused),
		cmocka_unit_test(features_become_rows_with_latitude_first),
		cmocka_unit_test(broken_json_is_refused_with_its_line),
		cmocka_unit_test(a_file_that_is_not_there_is_a_fault),
		cmocka_unit_test(short_memory_is_told_and_nothing_leaks),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
