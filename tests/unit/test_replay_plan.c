#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/replay_plan.h"

static char told[2048];
static struct replay_table table;
static struct replay_plan plan;

static int
make(const char *text, const struct replay_options *options)
{
	FILE *err = fmemopen(told, sizeof told, "w");
	char *copy = strdup(text);
	int answer;

	memset(told, 0, sizeof told);
	assert_non_null(copy);
	assert_int_equal(replay_table_take(&table, copy, strlen(copy), "FILE", err), 0);
	answer = replay_plan_make(&plan, &table, options, err);
	fclose(err);
	return answer;
}

static int
drop(void **state)
{
	(void)state;
	replay_plan_fini(&plan);
	replay_table_fini(&table);
	return 0;
}

/* Bodies are told apart by their text alone. */
static void
assert_body(size_t i, const char *expected)
{
	char *body = replay_plan_body(&plan, &plan.reports[i], 0);

	assert_string_equal(body, expected);
	free(body);
}

static const struct replay_options plain = {
	.hazard = "other", .kind = "third_party", .speed = 1};

static void
rows_go_out_in_order_of_time_at_the_speed_asked_for(void **state)
{
	struct replay_options options = plain;

	(void)state;
	options.speed = 60;
	assert_int_equal(make("id,date,lat,lon\n"
			      "1,2010-01-12 12:10,1,1\n"
			      "2,2010-01-12 12:00,1,1\n"
			      "3,2010-01-12 12:10,1,1\n",
				 &options),
		0);
	assert_int_equal(plan.n_reports, 3);
	assert_int_equal(plan.reports[0].row->line, 3);
	assert_int_equal(plan.reports[0].due_ms, 0);
	assert_int_equal(plan.reports[1].row->line, 2);
	assert_int_equal(plan.reports[1].due_ms, 10000);
	assert_int_equal(plan.reports[2].row->line, 4);
	assert_int_equal(plan.reports[2].due_ms, 10000);
}

static void
a_rate_spreads_rows_evenly_and_a_limit_takes_the_first(void **state)
{
	struct replay_options options = plain;

	(void)state;
	options.rate = 4;
	options.limit = 2;
	assert_int_equal(make("minutes,text\n9,c\n1,a\n5,b\n", &options), 0);
	assert_int_equal(plan.n_reports, 2);
	assert_int_equal(plan.reports[1].due_ms, 250);
	assert_body(0, "{\"hazard\":\"other\",\"text\":\"a\"}");
	assert_body(1, "{\"hazard\":\"other\",\"text\":\"b\"}");
}

static void
speed_nought_sends_all_at_once(void **state)
{
	struct replay_options options = plain;

	(void)state;
	options.speed = 0;
	assert_int_equal(make("minutes,text\n1,a\n500,b\n", &options), 0);
	assert_int_equal(plan.reports[1].due_ms, 0);
}

static void
every_column_ends_in_its_field(void **state)
{
	(void)state;
	assert_int_equal(
		make("hazard,lat,lon,accuracy,kind,words,text,signs,people,about,lang\n"
		     "flood,42.3498,13.3995,20,browser_fix,ponte,acqua,"
		     "trapped danger_rising,two_to_five,self,it\n",
			&plain),
		0);
	assert_body(0,
		"{\"hazard\":\"flood\",\"text\":\"acqua\",\"lang\":\"it\","
		"\"about\":\"ABOUT_SELF\",\"place\":{\"point\":{\"latDeg\":42.3498,"
		"\"lonDeg\":13.3995},\"accuracyM\":20.0,"
		"\"kind\":\"PLACE_KIND_BROWSER_FIX\",\"words\":\"ponte\"},"
		"\"signs\":{\"trapped\":true,\"dangerRising\":true,"
		"\"people\":\"PEOPLE_TWO_TO_FIVE\"}}");
}

static void
a_category_that_is_no_code_of_ours_becomes_words(void **state)
{
	struct replay_options options = plain;

	(void)state;
	options.hazard = "quake_damage";
	assert_int_equal(
		make("category,latitude,longitude\n"
		     "\"1. Urgences | Emergency, 3. Public Health,\",18.5,-72\n"
		     "fire,,\n",
			&options),
		0);
	assert_body(0, "{\"hazard\":\"quake_damage\","
		       "\"text\":\"1. Urgences | Emergency, 3. Public Health,\","
		       "\"place\":{\"point\":{\"latDeg\":18.5,\"lonDeg\":-72.0},"
		       "\"kind\":\"PLACE_KIND_THIRD_PARTY\"}}");
	assert_body(1, "{\"hazard\":\"fire\"}");
}

static void
the_claimed_time_is_written_when_there_is_one(void **state)
{
	char *body;

	(void)state;
	assert_int_equal(make("text\nacqua\n", &plain), 0);
	body = replay_plan_body(&plan, &plan.reports[0], 1795291200123);
	assert_string_equal(body, "{\"hazard\":\"other\",\"text\":\"acqua\","
				  "\"claimedAt\":\"2026-11-21T20:00:00.123Z\"}");
	free(body);
}

static void
bad_rows_are_told_by_line_and_reason_and_counted(void **state)
{
	(void)state;
	assert_int_equal(make("time,lat,lon,accuracy,people,about,kind,signs,text\n"
			      "2010-01-12,91,0,,,,,,\n"
			      "2010-01-12,0,-180.5,,,,,,\n"
			      "2010-01-12,north,0,,,,,,\n"
			      "2010-01-12,nan,0,,,,,,\n"
			      "2010-01-12,1,,,,,,,\n"
			      "soon,1,1,,,,,,\n"
			      ",1,1,,,,,,\n"
			      "2010-01-12,1,1,-1,,,,,\n"
			      "2010-01-12,1,1,,two,,,,\n"
			      "2010-01-12,1,1,,,me,,,\n"
			      "2010-01-12,1,1,,,,guess,,\n"
			      "2010-01-12,1,1,,,,,stuck,\n"
			      "2010-01-12,1,1,,,,,,\xe0\n"
			      "2010-01-12,1\n"
			      "2010-01-12,-90,180,,,,,, \n",
				 &plain),
		0);
	assert_int_equal(plan.n_reports, 1);
	assert_int_equal(plan.n_bad, 14);
	assert_string_equal(told,
		"line 2 is not sent: the latitude is not within -90 and 90\n"
		"line 3 is not sent: the longitude is not within -180 and 180\n"
		"line 4 is not sent: the coordinates are not two numbers\n"
		"line 5 is not sent: the coordinates are not two numbers\n"
		"line 6 is not sent: the coordinates are not two numbers\n"
		"line 7 is not sent: the time cannot be read\n"
		"line 8 is not sent: the time cannot be read\n"
		"line 9 is not sent: the accuracy is not a number of metres\n"
		"line 10 is not sent: people is not none, one, two_to_five, more or "
		"unknown\n"
		"line 11 is not sent: about is not self or other\n"
		"line 12 is not sent: the kind of place is none we know\n"
		"line 13 is not sent: a sign is none we know\n"
		"line 14 is not sent: its text is not UTF-8\n"
		"line 15 is not sent: not as many fields as the first row names\n");
}

static void
a_mapped_column_goes_before_a_usual_name(void **state)
{
	struct replay_options options = plain;

	(void)state;
	options.columns[REPLAY_LAT] = "Y_wgs";
	options.columns[REPLAY_LON] = "X_wgs";
	assert_int_equal(make("lat,lon,x_wgs,y_wgs\n1,2,\"3,5\",4\n", &options), 0);
	assert_body(0, "{\"hazard\":\"other\",\"place\":{\"point\":{\"latDeg\":4.0,"
		       "\"lonDeg\":3.5},\"kind\":\"PLACE_KIND_THIRD_PARTY\"}}");
}

static void
a_mapped_column_that_is_not_there_is_refused(void **state)
{
	struct replay_options options = plain;

	(void)state;
	options.columns[REPLAY_TIME] = "when";
	assert_int_equal(make("lat,lon\n1,2\n", &options), REPLAY_PLAN_BAD);
	assert_string_equal(told, "--map time=when: the file has no column \"when\"\n");
}

static void
a_file_of_something_else_is_refused(void **state)
{
	struct replay_options options = plain;

	(void)state;
	assert_int_equal(
		make("root:x:0:0:root\ndaemon:x:1:1\n", &options), REPLAY_PLAN_BAD);
	assert_string_equal(told,
		"the file has none of the columns lat and lon, hazard, "
		"text or words: name them with --map\n");
	(void)drop(NULL);
	/* Half a point and a time are no report. */
	assert_int_equal(
		make("lat,time\n1,2010-01-12 12:10\n", &options), REPLAY_PLAN_BAD);
	(void)drop(NULL);
	options.columns[REPLAY_WORDS] = "where";
	assert_int_equal(make("where\nponte\n", &options), 0);
}

static void
fields_are_found_by_their_word(void **state)
{
	(void)state;
	assert_int_equal(replay_field_by_name("lat=x", 3), REPLAY_LAT);
	assert_int_equal(replay_field_by_name("people", 6), REPLAY_PEOPLE);
	assert_int_equal(replay_field_by_name("latitude", 8), REPLAY_FIELDS);
	assert_int_equal(replay_field_by_name("", 0), REPLAY_FIELDS);
}

static void
short_memory_never_makes_half_a_report(void **state)
{
	char *whole;

	(void)state;
	assert_int_equal(make("hazard,lat,lon,accuracy,words,signs,people\n"
			      "flood,1,2,3,ponte,trapped,one\n",
				 &plain),
		0);
	whole = replay_plan_body(&plan, &plan.reports[0], 1);
	for (unsigned long n = 1;; n++) {
		char *body;

		alloc_fail_at(n);
		body = replay_plan_body(&plan, &plan.reports[0], 1);
		if (!alloc_failed()) {
			alloc_fail_at(0);
			assert_string_equal(body, whole);
			free(body);
			break;
		}
		alloc_fail_at(0);
		if (body != NULL) {
			assert_string_equal(body, whole);
			free(body);
		}
	}
	free(whole);
}

int
main(void)
{
#define DROPPED(test) cmocka_unit_test_teardown(test, drop)
	const struct CMUnitTest tests[] = {
		DROPPED(rows_go_out_in_order_of_time_at_the_speed_asked_for),
		DROPPED(a_rate_spreads_rows_evenly_and_a_limit_takes_the_first),
		DROPPED(speed_nought_sends_all_at_once),
		DROPPED(every_column_ends_in_its_field),
		DROPPED(a_category_that_is_no_code_of_ours_becomes_words),
		DROPPED(the_claimed_time_is_written_when_there_is_one),
		DROPPED(bad_rows_are_told_by_line_and_reason_and_counted),
		DROPPED(a_mapped_column_goes_before_a_usual_name),
		DROPPED(a_mapped_column_that_is_not_there_is_refused),
		DROPPED(a_file_of_something_else_is_refused),
		cmocka_unit_test(fields_are_found_by_their_word),
		DROPPED(short_memory_never_makes_half_a_report),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
