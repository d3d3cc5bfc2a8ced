/* The file of an export as SQLite and the text writers see it. */
#include "unit.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "failing_memory.h"
#include "geo/export.h"

struct fixture {
	char folder[64];
	char path[96];
};

static int
make_folder(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	snprintf(f->folder, sizeof(f->folder), "/tmp/vedetta-export-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->path, sizeof(f->path), "%s/x.gpkg", f->folder);
	*state = f;
	return 0;
}

static int
drop_folder(void **state)
{
	struct fixture *f = *state;

	(void)unlink(f->path);
	assert_int_equal(rmdir(f->folder), 0);
	free(f);
	return 0;
}

/* First column of the first row; the caller's buffer. */
static const char *
ask(const struct fixture *f, const char *sql, char out[256])
{
	sqlite3_stmt *statement = NULL;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK) {
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	}
	out[0] = '\0';
	if (sqlite3_step(statement) == SQLITE_ROW &&
		sqlite3_column_text(statement, 0) != NULL) {
		snprintf(out, 256, "%s", sqlite3_column_text(statement, 0));
	}
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return out;
}

static struct export_row
report_of(uint64_t id, const char *text)
{
	struct export_row row;

	export_row_init(&row, id);
	export_set_number(&row, REPORT_INCIDENT, 7);
	export_set_time(&row, REPORT_RECEIVED, 1795000000123 + (int64_t)id);
	export_set_number(&row, REPORT_TRAPPED, id % 2 == 0);
	export_set_real(&row, REPORT_ACCURACY, 12.5);
	export_set_text(&row, REPORT_TEXT, text);
	row.has_point = id % 3 != 0;
	row.point = (struct geo_point){42.5 + (double)id, 13.25};
	return row;
}

static int
fill(struct export *x)
{
	struct export_row row;
	int r;

	export_row_init(&row, 7);
	export_set_text(&row, INCIDENT_AREAS_COLUMN, "066049");
	row.has_point = true;
	row.point = (struct geo_point){42.5, 13.25};
	r = export_put(x, EXPORT_INCIDENTS, &row);
	for (uint64_t id = 1; r == 0 && id <= 4; id++) {
		static const char *const texts[] = {
			"aiuto", "=SUM(A1)", "\"\xf0\x9f\x94\xa5\",\r\n", "\ttab"};

		row = report_of(id, texts[id - 1]);
		r = export_put(x, EXPORT_REPORTS, &row);
	}
	return r == 0 ? export_finish(x) : r;
}

static char *
text_of(struct export *x, enum export_layer layer, bool csv)
{
	char *text = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&text, &n);

	assert_int_equal(csv ? export_write_csv(x, layer, out, NULL)
			     : export_write_geojson(x, layer, out, NULL),
		0);
	fclose(out);
	return text;
}

static void
test_a_file_is_a_geopackage_with_a_tree_for_each_place(void **state)
{
	struct fixture *f = *state;
	struct export *x = NULL;
	char got[256];

	assert_int_equal(export_open(&x, f->path, true), 0);
	assert_int_equal(fill(x), 0);
	assert_int_equal(export_rows(x, EXPORT_REPORTS), 4);
	export_close(x);
	assert_string_equal(ask(f, "PRAGMA application_id", got), "1196444487");
	assert_string_equal(ask(f, "PRAGMA user_version", got), "10300");
	assert_string_equal(ask(f, "PRAGMA integrity_check", got), "ok");
	assert_string_equal(
		ask(f, "SELECT count(*) FROM rtree_reports_geom", got), "3");
	assert_string_equal(
		ask(f, "SELECT count(*) FROM reports WHERE geom IS NULL", got), "1");
	assert_string_equal(
		ask(f, "SELECT count(*) FROM sqlite_master WHERE type = 'trigger'",
			got),
		"30");
	assert_string_equal(
		ask(f, "SELECT max_y FROM gpkg_contents WHERE table_name = 'reports'",
			got),
		"46.5");
	assert_string_equal(ask(f, "SELECT received_at FROM reports", got),
		"2026-11-18T11:06:40.124Z");
	assert_string_equal(
		ask(f, "SELECT reports || ' ' || last_report_at FROM incidents", got),
		"4 2026-11-18T11:06:40.127Z");
	assert_string_equal(ask(f, "SELECT hex(substr(geom, 1, 8)) FROM reports", got),
		"47500001E6100000");
}

static void
test_without_the_right_the_columns_are_not_there(void **state)
{
	struct fixture *f = *state;
	struct export *x = NULL;
	char got[256];
	char *csv;

	assert_int_equal(export_open(&x, f->path, false), 0);
	assert_int_equal(fill(x), 0);
	csv = text_of(x, EXPORT_REPORTS, true);
	assert_null(strstr(csv, "aiuto"));
	assert_null(strstr(csv, "text"));
	assert_non_null(strstr(csv, "interpreted,lat_deg,lon_deg\r\n"));
	free(csv);
	export_close(x);
	assert_string_equal(
		ask(f,
			"SELECT count(*) FROM pragma_table_info('reports') WHERE name "
			"IN "
			"('text', 'place_words', 'contact_name', 'contact_phone')",
			got),
		"0");
}

static void
test_csv_quotes_what_it_must_and_defuses_formulas(void **state)
{
	struct fixture *f = *state;
	struct export *x = NULL;
	char *csv;

	assert_int_equal(export_open(&x, f->path, true), 0);
	assert_int_equal(fill(x), 0);
	csv = text_of(x, EXPORT_REPORTS, true);
	assert_non_null(strstr(csv, ",aiuto,,,,43.5,13.25\r\n"));
	assert_non_null(strstr(csv, ",\"'=SUM(A1)\",,,,44.5,13.25\r\n"));
	assert_non_null(strstr(csv, ",\"\"\"\xf0\x9f\x94\xa5\"\",\r\n\",,,,,\r\n"));
	assert_non_null(strstr(csv, ",\"'\ttab\",,,,46.5,13.25\r\n"));
	free(csv);
	export_close(x);
}

static void
test_geojson_escapes_and_says_null_for_no_place(void **state)
{
	struct fixture *f = *state;
	struct export *x = NULL;
	char *json;

	assert_int_equal(export_open(&x, f->path, true), 0);
	assert_int_equal(fill(x), 0);
	json = text_of(x, EXPORT_REPORTS, false);
	assert_non_null(strstr(json, "\"bbox\":[13.25,43.5,13.25,46.5]"));
	assert_non_null(
		strstr(json, "\"text\":\"\\\"\xf0\x9f\x94\xa5\\\",\\u000d\\u000a\""));
	assert_non_null(strstr(json, "\"id\":3,\"geometry\":null"));
	assert_non_null(strstr(json, "\"trapped\":true"));
	free(json);
	json = text_of(x, EXPORT_AREAS, false);
	assert_string_equal(json, "{\"type\":\"FeatureCollection\",\"name\":\"areas\","
				  "\"features\":[\n\n]}\n");
	free(json);
	export_close(x);
}

static void
test_a_report_can_be_put_again_and_moved(void **state)
{
	struct fixture *f = *state;
	struct export_incident incident;
	struct export *x = NULL;
	struct export_row row = report_of(3, NULL);
	char got[256];

	assert_int_equal(export_open(&x, f->path, true), 0);
	assert_int_equal(export_put(x, EXPORT_REPORTS, &row), 0);
	row = report_of(3, "read at last");
	assert_int_equal(export_put(x, EXPORT_REPORTS, &row), 0);
	row = report_of(5, NULL);
	assert_int_equal(export_put(x, EXPORT_REPORTS, &row), 0);
	assert_int_equal(export_know_as(x, 12, 5), 0);
	assert_int_equal(export_move(x, 12, 9), 0);
	assert_int_equal(export_find_incident(x, 7, &incident), EXPORT_NONE);
	assert_int_equal(fill(x), 0);
	assert_int_equal(export_find_incident(x, 7, &incident), 0);
	assert_true(incident.has_point);
	assert_true(incident.point.lat_deg == 42.5 && incident.point.lon_deg == 13.25);
	assert_string_equal(incident.areas, "066049");
	export_close(x);
	assert_string_equal(ask(f, "SELECT count(*) FROM reports", got), "5");
	assert_string_equal(
		ask(f, "SELECT incident_id FROM reports WHERE id = 5", got), "9");
}

static void
test_a_disk_that_cannot_is_a_fault(void **state)
{
	struct export *x = NULL;

	(void)state;
	assert_true(export_open(&x, "/proc/none.gpkg", true) < 0);
	assert_null(x);
}

static void
test_a_nameless_file_is_its_descriptor_and_nothing_else(void **state)
{
	const struct fixture *f = *state;
	char got[256], head[7] = "";
	struct export *x;
	int fd;

	assert_int_equal(export_open_nameless(&x, f->path, true, &fd), 0);
	assert_int_equal(access(f->path, F_OK), -1);
	assert_int_equal(fill(x), 0);
	export_close(x);
	assert_int_equal(access(f->path, F_OK), -1);
	assert_int_equal(pread(fd, head, 6, 0), 6);
	assert_string_equal(head, "SQLite");
	(void)snprintf(
		got, sizeof(got), "cat /proc/%d/fd/%d >%s", getpid(), fd, f->path);
	assert_int_equal(system(got), 0);
	(void)close(fd);
	assert_string_equal(ask(f, "SELECT count(*) FROM reports", got), "4");
	assert_string_equal(ask(f, "PRAGMA integrity_check", got), "ok");
	assert_true(export_open_nameless(&x, "/proc/none.gpkg", true, &fd) < 0);
	assert_int_equal(fd, -1);
}

static int
fill_and_draw(struct export *x)
{
	const struct geo_point corners[] = {{42, 13}, {42, 14}, {43, 13}};
	const uint32_t n = 3;
	struct polygon *ground = NULL;
	struct export_row row;
	int r = polygon_new(&ground, corners, &n, 1);

	export_row_init(&row, 1);
	row.ground = ground;
	if (r == 0) {
		r = export_put(x, EXPORT_AREAS, &row);
	}
	polygon_free(ground);
	return r == 0 ? fill(x) : r;
}

static int
make_whole(const struct fixture *f)
{
	struct export *x = NULL;
	int r = export_open(&x, f->path, true);

	if (r == 0) {
		r = fill_and_draw(x);
		export_close(x);
	} else {
		assert_null(x);
	}
	return r;
}

static void
test_our_memory_may_be_short_at_any_moment(void **state)
{
	int r;

	for (unsigned long n = 1;; n++) {
		alloc_fail_at(n);
		r = make_whole(*state);
		if (!alloc_failed()) {
			break;
		}
		assert_int_equal(r, -ENOMEM);
	}
	alloc_fail_at(0);
	assert_int_equal(r, 0);
}

/* Some it does without: then the file is as whole as any. */
static void
test_sqlites_memory_may_be_short_at_any_moment(void **state)
{
	const struct fixture *f = *state;
	char got[256];

	memory_failed = true;
	for (long n = 1; memory_failed; n += 1 + n / 10) {
		int r;

		memory_failed = false;
		memory_countdown = n;
		r = make_whole(f);
		memory_countdown = 0;
		assert_true(r <= 0);
		if (r == 0) {
			assert_string_equal(
				ask(f, "PRAGMA integrity_check", got), "ok");
			assert_string_equal(
				ask(f, "SELECT count(*) FROM reports", got), "4");
		}
	}
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, drop_folder)
	const struct CMUnitTest tests[] = {
		TEST(test_a_file_is_a_geopackage_with_a_tree_for_each_place),
		TEST(test_without_the_right_the_columns_are_not_there),
		TEST(test_csv_quotes_what_it_must_and_defuses_formulas),
		TEST(test_geojson_escapes_and_says_null_for_no_place),
		TEST(test_a_report_can_be_put_again_and_moved),
		TEST(test_a_disk_that_cannot_is_a_fault),
		TEST(test_a_nameless_file_is_its_descriptor_and_nothing_else),
		TEST(test_our_memory_may_be_short_at_any_moment),
		TEST(test_sqlites_memory_may_be_short_at_any_moment),
	};

	put_memory_in_place();
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
