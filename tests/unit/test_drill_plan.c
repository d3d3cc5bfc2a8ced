#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/drill_plan.h"
#include "server/replay_plan.h"

static struct drill_plan plan;

static void
put(uint32_t at_cmin, uint32_t sender, const char *text)
{
	struct drill_report *r = drill_plan_add(&plan, "part");

	r->at_cmin = at_cmin;
	r->sender = sender;
	r->hazard = "fire";
	(void)snprintf(r->text, sizeof r->text, "%s", text);
}

static void
reports_stand_in_order_of_time_then_of_making(void **state)
{
	size_t bytes = 0;
	char *csv;

	(void)state;
	plan.n = 0;
	put(200, 1, "late");
	put(5, 2, "first");
	put(5, 3, "second");
	plan.reports[0].has_point = true;
	plan.reports[0].point = (struct drill_point){-34603700, -500};
	plan.reports[0].accuracy_m = 7;
	csv = drill_plan_csv(&plan, &bytes);
	assert_string_equal(csv,
		"minutes,part,sender,hazard,lat,lon,accuracy,kind,words,about,signs,"
		"people,lang,text\n"
		"0.05,part,p2,fire,,,,,\"\",,,,it,\"first\"\n"
		"0.05,part,p3,fire,,,,,\"\",,,,it,\"second\"\n"
		"2.00,part,p1,fire,-34.603700,-0.000500,7,,\"\",,,,it,\"late\"\n");
	assert_int_equal(bytes, strlen(csv));
	free(csv);
}

/* Whatever is written comes out of the reader that the drill is sent through. */
static void
replay_reads_it_as_it_was_meant(void **state)
{
	const struct replay_options options = {
		.hazard = "other", .kind = "third_party", .speed = 1};
	struct replay_table table;
	struct replay_plan read;
	size_t bytes = 0;
	char *csv, *body;

	(void)state;
	plan.n = 0;
	put(100, 4, "disse \"aiuto\", e poi\nniente");
	put(160, 9, "altro");
	put(170, 4, "di nuovo");
	csv = drill_plan_csv(&plan, &bytes);
	assert_int_equal(replay_table_take(&table, csv, bytes, "x", stderr), 0);
	assert_int_equal(replay_plan_make(&read, &table, &options, stderr), 0);
	assert_int_equal(read.n_reports, 3);
	assert_int_equal(read.n_bad, 0);
	assert_int_equal(read.reports[1].due_ms, 36000);
	assert_int_equal(read.n_senders, 2);
	assert_int_equal(read.reports[0].sender, read.reports[2].sender);
	assert_int_not_equal(read.reports[0].sender, read.reports[1].sender);
	body = replay_plan_body(&read, &read.reports[0], 0);
	assert_non_null(strstr(body, "disse \\\"aiuto\\\", e poi\\nniente"));
	free(body);
	replay_plan_fini(&read);
	replay_table_fini(&table);
}

static void
short_memory_gives_nothing(void **state)
{
	size_t bytes = 0;

	(void)state;
	alloc_fail_at(1);
	assert_null(drill_plan_csv(&plan, &bytes));
	assert_true(alloc_failed());
	alloc_fail_at(0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reports_stand_in_order_of_time_then_of_making),
		cmocka_unit_test(replay_reads_it_as_it_was_meant),
		cmocka_unit_test(short_memory_gives_nothing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
