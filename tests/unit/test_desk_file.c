/* desk_file - what a file that was damaged costs the desk that loads it */
#include "unit.h"

#include <sqlite3.h>

#include "desk_folder.h"

#define STORED VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_STORED

enum {
	NOW_MS = 1000000,
};

static struct desk_folder desk;
static const struct desk_words plain = {.text = "acqua"};
static const struct desk_words other = {.text = "altra acqua", .lat_deg = 44};

static int
open_desk(void **state)
{
	(void)state;
	desk_folder_make(&desk);
	desk_folder_open(&desk);
	return 0;
}

static int
drop_desk(void **state)
{
	(void)state;
	desk_folder_remove(&desk);
	return 0;
}

static struct desk_figures
figures(void)
{
	struct desk_figures f;

	desk_figures(keeper_desk(desk.keeper), &f);
	return f;
}

static void
meddle(const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(desk.path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* Older than the last 1,000, without whose proof no file is opened. */
static void
bury(unsigned n)
{
	const struct desk_words elsewhere = {.text = "incendio", .lat_deg = -30};

	for (unsigned i = 0; i < n; i++) {
		desk_folder_add(&desk, 0, &elsewhere);
		if (i % 200 == 0 || i + 1 == n) {
			(void)desk_folder_run(&desk, NOW_MS + 10);
		}
	}
}

/* A raw row, and a report that an operator moved: the rest goes on without. */
static void
rows_that_were_damaged_cost_what_they_said_and_nothing_else(void **state)
{
	struct desk_figures before;
	uint64_t bad = 0;
	char why[256];

	(void)state;
	keeper_set_raw_mode(desk.keeper, true);
	desk_folder_add(&desk, 1, &other);
	(void)desk_folder_run(&desk, NOW_MS);
	keeper_set_raw_mode(desk.keeper, false);
	desk_folder_add(&desk, 2, &plain);
	desk_folder_add(&desk, 3, &plain);
	(void)desk_folder_run(&desk, NOW_MS);
	desk_folder_place(&desk, 2, 3, 45);
	assert_int_equal(desk_folder_run(&desk, NOW_MS)[0].outcome,
		VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_ACTED);
	assert_int_equal(desk_last_seq(keeper_desk(desk.keeper)), 5);
	bury(1001);
	before = figures();
	desk_folder_close(&desk);
	meddle("UPDATE personal SET personal = x'78' WHERE seq = 1;"
	       "UPDATE log SET body = x'78' WHERE seq = 5");
	desk_folder_open(&desk);
	assert_int_equal(figures().reports, before.reports - 1);
	assert_int_equal(figures().incidents_open, before.incidents_open);
	assert_int_equal(figures().raw_waiting, 1);
	while (keeper_interpret_some(desk.keeper, NOW_MS + 20)) {
	}
	assert_int_equal(figures().raw_waiting, 0);
	assert_int_equal(figures().incidents_open, before.incidents_open + 1);
	assert_int_equal(desk.forgotten, 0); /* no fault of the store */
	desk_folder_add(&desk, 9, &plain);
	assert_int_equal(desk_folder_run(&desk, NOW_MS + 30)[0].outcome, STORED);
	assert_int_equal(store_verify(keeper_store(desk.keeper), &bad, why, sizeof(why),
				 NULL, NULL),
		STORE_DAMAGED);
	assert_int_equal(bad, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			rows_that_were_damaged_cost_what_they_said_and_nothing_else,
			open_desk, drop_desk),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
