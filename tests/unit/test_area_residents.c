#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "server/area_residents.h"

static char text[1024];
static char told[1024];

static int
read_text(struct area_residents *r, const char *csv)
{
	FILE *err;
	int answer;

	memset(text, 0, sizeof(text));
	memcpy(text, csv, strlen(csv));
	err = fmemopen(told, sizeof(told), "w");
	assert_non_null(err);
	answer = area_residents_read(r, text, strlen(csv), "FILE", err);
	(void)fclose(err);
	return answer;
}

static void
rows_give_code_residents_and_the_point(void **state)
{
	struct area_residents r;

	(void)state;
	assert_int_equal(read_text(&r, "istat,comune,residenti,lat,lon\n"
				       "001001,Agli\xc3\xa8,2669,45.36,7.76\n"
				       "001002,Airasca,3842,,\n"),
		0);
	assert_int_equal(r.n, 2);
	assert_string_equal(r.rows[0].residents.code, "001001"); /* zeros kept */
	assert_int_equal(r.rows[0].residents.residents, 2669);
	assert_true(r.rows[0].residents.has_center);
	assert_true(r.rows[0].residents.center.lat_deg == 45.36);
	assert_false(r.rows[1].residents.has_center);
	assert_int_equal(r.rows[1].line, 3);
	assert_int_equal(r.n_left_out, 0);
	area_residents_fini(&r);
}

static void
a_bad_row_is_told_with_its_line_and_left_out(void **state)
{
	struct area_residents r;

	(void)state;
	assert_int_equal(read_text(&r, "code;residents;lat;lon\n1;5;45;7\n2;-5;45;7\n"
				       ";5;45;7\n3;5;95;7\n4;5;x;7\n5;5\n6;1e3;4;4\n"),
		0);
	assert_int_equal(r.n, 1);
	assert_int_equal(r.n_left_out, 6);
	assert_non_null(strstr(told, "FILE, line 3: the residents are not"));
	assert_non_null(strstr(told, "FILE, line 4: the code is empty"));
	assert_non_null(strstr(told, "FILE, line 5: the position is not on"));
	assert_non_null(strstr(told, "FILE, line 6: the position is not two"));
	assert_non_null(strstr(told, "FILE, line 7: not as many fields"));
	assert_non_null(strstr(told, "FILE, line 8: the residents are not"));
	area_residents_fini(&r);
}

static void
of_rows_with_one_code_the_first_stays(void **state)
{
	struct area_residents r;

	(void)state;
	assert_int_equal(
		read_text(&r, "istat,residenti\n2,5\n1,6\n2,7\n3,8\n2,5\n"), 0);
	assert_int_equal(r.n, 3);
	assert_int_equal(r.n_left_out, 2);
	assert_int_equal(r.rows[0].residents.residents, 5);
	assert_int_equal(r.rows[1].residents.residents, 6);
	assert_int_equal(r.rows[2].residents.residents, 8);
	assert_non_null(
		strstr(told, "FILE, line 4: the code 2 stands in line 2 already"));
	assert_non_null(
		strstr(told, "FILE, line 6: the code 2 stands in line 2 already"));
	area_residents_fini(&r);
}

static void
a_file_without_the_columns_is_none(void **state)
{
	struct area_residents r;

	(void)state;
	assert_int_equal(read_text(&r, "a,b\n1,2\n"), AREA_RESIDENTS_BAD);
	assert_non_null(strstr(told, "FILE has no column istat"));
	assert_int_equal(read_text(&r, "istat,b\n1,2\n"), AREA_RESIDENTS_BAD);
	assert_non_null(strstr(told, "no column residenti"));
	assert_int_equal(
		read_text(&r, "istat,residenti,lat\n1,2,3\n"), AREA_RESIDENTS_BAD);
	assert_non_null(strstr(told, "no column lon"));
	assert_int_equal(read_text(&r, ""), AREA_RESIDENTS_BAD);
}

static void
short_memory_is_a_fault(void **state)
{
	struct area_residents r;

	(void)state;
	for (unsigned long n = 1;; n++) {
		int answer;

		memset(text, 0, sizeof(text));
		(void)snprintf(text, sizeof(text), "istat,residenti\n1,2\n");
		alloc_fail_at(n);
		answer = area_residents_read(&r, text, strlen(text), "FILE", stderr);
		bool was_reached = alloc_failed();

		alloc_fail_at(0);
		area_residents_fini(&r);
		if (!was_reached) {
			assert_int_equal(answer, 0);
			break;
		}
		assert_int_equal(answer, -ENOMEM);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_give_code_residents_and_the_point),
		cmocka_unit_test(a_bad_row_is_told_with_its_line_and_left_out),
		cmocka_unit_test(of_rows_with_one_code_the_first_stays),
		cmocka_unit_test(a_file_without_the_columns_is_none),
		cmocka_unit_test(short_memory_is_a_fault),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
