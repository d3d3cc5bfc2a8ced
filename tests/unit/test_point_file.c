#include "unit.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/point_file.h"

static const struct point_file_columns columns = {"id", "lat", "lon"};

/* What a text reads as, and what was told. */
struct reading {
	struct point_file file;
	int answer;
	char *told;
};

static struct reading
read_text(const char *text, size_t bytes)
{
	struct reading r = {0};
	size_t told_bytes;
	FILE *from = fmemopen((void *)(uintptr_t)text, bytes, "r");
	FILE *err = open_memstream(&r.told, &told_bytes);

	assert_non_null(from);
	assert_non_null(err);
	r.answer = point_file_read(&r.file, from, "points.csv", &columns, err);
	assert_int_equal(fclose(err), 0);
	assert_int_equal(fclose(from), 0);
	return r;
}

static void
end(struct reading *r)
{
	point_file_fini(&r->file);
	free(r->told);
}

static void
rows_keep_their_ids_and_positions(void **state)
{
	static const char text[] = "note,LON,id,lat\n"
				   "x,13.5,a 1,-42.25\n"
				   "\"y\nz\", -180 ,\"b,\"\"2\"\"\",+9e1\n";
	struct reading r = read_text(text, strlen(text));

	(void)state;
	assert_int_equal(r.answer, 0);
	assert_string_equal(r.told, "");
	assert_int_equal(r.file.n_rows, 2);
	assert_int_equal(r.file.n_left_out, 0);
	assert_string_equal(r.file.rows[0].id, "a 1");
	assert_true(r.file.rows[0].at.lat_deg == -42.25);
	assert_true(r.file.rows[0].at.lon_deg == 13.5);
	assert_string_equal(r.file.rows[1].id, "b,\"2\"");
	assert_true(r.file.rows[1].at.lat_deg == 90);
	assert_true(r.file.rows[1].at.lon_deg == -180);
	end(&r);
}

static void
a_bad_row_is_told_and_the_next_one_read(void **state)
{
	static const char text[] =
		"id,lat,lon\n1,,9\n2,north,9\n3,45,181\n4,45\n5,45,9";
	struct reading r = read_text(text, strlen(text));

	(void)state;
	assert_int_equal(r.answer, 0);
	assert_int_equal(r.file.n_rows, 1);
	assert_int_equal(r.file.n_left_out, 4);
	assert_string_equal(r.file.rows[0].id, "5");
	assert_string_equal(r.told,
		"points.csv, line 2: no position\n"
		"points.csv, line 3: the position is not two numbers\n"
		"points.csv, line 4: the position is not on the earth\n"
		"points.csv, line 5: not as many fields as the first row names\n");
	end(&r);
}

static void
a_file_without_the_columns_is_none(void **state)
{
	static const char text[] = "id,lat\n1,45\n";
	struct reading r = read_text(text, strlen(text));

	(void)state;
	assert_int_equal(r.answer, POINT_FILE_BAD);
	assert_string_equal(r.told, "points.csv has no column lon\n");
	end(&r);
	r = read_text("\n", 1);
	assert_int_equal(r.answer, POINT_FILE_BAD);
	assert_string_equal(
		r.told, "points.csv: the first row must name the columns\n");
	end(&r);
}

static void
only_decimal_numbers_are_numbers(void **state)
{
	static const char *const good[] = {"0", "-1.5", " 7\t", "1e3", "+.5", "5."};
	static const char *const bad[] = {"", " ", "0x10", "inf", "-inf", "nan", "1,5",
		"1 2", "1e999", "e5", "--1", "1.2.3", "12abc"};
	double number;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_true(point_file_number(good[i], &number));
		assert_true(number == strtod(good[i], NULL));
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(point_file_number(bad[i], &number));
	}
}

static void
a_large_file_is_read_whole_and_memory_that_fails_is_told(void **state)
{
	enum {
		ROWS = 5000,
		ROW_BYTES = 32,
	};
	char *text = malloc(ROWS * ROW_BYTES + 16);
	size_t bytes;
	int answer = -ENOMEM;

	(void)state;
	assert_non_null(text);
	bytes = (size_t)snprintf(text, 16, "id,lat,lon\n");
	for (int i = 0; i < ROWS; i++) {
		bytes += (size_t)snprintf(
			text + bytes, ROW_BYTES, "%d,45.000001,13.000001\n", i);
	}
	/* Without a buffer of its own the file asks for no memory. */
	for (unsigned long n = 1; answer != 0; n++) {
		FILE *from = fmemopen(text, bytes, "r");
		struct point_file file;

		assert_non_null(from);
		assert_int_equal(setvbuf(from, NULL, _IONBF, 0), 0);
		alloc_fail_at(n);
		answer = point_file_read(&file, from, "points.csv", &columns, stderr);
		assert_int_equal(answer, alloc_failed() ? -ENOMEM : 0);
		alloc_fail_at(0);
		if (answer == 0) {
			assert_true(n > 4);
			assert_int_equal(file.n_rows, ROWS);
			assert_string_equal(file.rows[ROWS - 1].id, "4999");
		}
		point_file_fini(&file);
		assert_int_equal(fclose(from), 0);
	}
	free(text);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_keep_their_ids_and_positions),
		cmocka_unit_test(a_bad_row_is_told_and_the_next_one_read),
		cmocka_unit_test(a_file_without_the_columns_is_none),
		cmocka_unit_test(only_decimal_numbers_are_numbers),
		cmocka_unit_test(
			a_large_file_is_read_whole_and_memory_that_fails_is_told),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
