/* desk_areas - the map of a desk's file, built, used and replaced between batches */
#include "unit.h"

#include <event2/event.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "desk_folder.h"
#include "geo/store_area.h"
#include "server/clock.h"
#include "server/desk_areas.h"
#include "vedetta/v1/log.pb-c.h"

enum {
	WITHIN_MS = 5000,
};

struct told {
	const struct area_map *map;
	uint64_t version;
	unsigned n_maps;
	unsigned n_changes;
};

static struct desk_folder desk;
static struct event_base *base;
static struct told told;
static struct desk_areas *areas;

static void
on_map(void *arg, const struct area_map *map, uint64_t version)
{
	struct told *t = arg;

	assert_true(version > t->version);
	t->map = map;
	t->version = version;
	t->n_maps++;
}

static void
on_change(void *arg)
{
	((struct told *)arg)->n_changes++;
}

static int
open_desk(void **state)
{
	static const struct desk_areas_events events = {on_map, on_change, NULL, NULL};

	(void)state;
	memset(&told, 0, sizeof(told));
	desk_folder_make(&desk);
	desk_folder_open(&desk);
	base = event_base_new();
	areas = desk_areas_new(base, &events, &told);
	assert_true(base != NULL && areas != NULL);
	return 0;
}

/* As the role does: the map outlives the desk that uses it. */
static int
drop_desk(void **state)
{
	(void)state;
	desk_folder_remove(&desk);
	desk_areas_free(areas);
	event_base_free(base);
	return 0;
}

/* Until nothing is left to be done. */
static void
work(void)
{
	int64_t until_ms = clock_mono_ms() + WITHIN_MS;

	while (event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED) > 0) {
		assert_true(clock_mono_ms() < until_ms);
		(void)event_base_loop(base, EVLOOP_ONCE);
	}
}

/* An import of one square of a degree around 42.5 N, 13.5 E, as a log row tells it. */
static void
import(const char *code, const char *name)
{
	static const struct geo_point corners[] = {
		{42, 13}, {42, 14}, {43, 14}, {43, 13}};
	const uint32_t sizes[] = {4};
	struct store *store = keeper_store(desk.keeper);
	Vedetta__V1__LogAreas said = VEDETTA__V1__LOG_AREAS__INIT;
	uint8_t *packed, body[64];
	struct store_row row = {
		.seq = store_last_seq(store) + 1, .kind = STORE_AREAS, .body = body};
	struct polygon *square;
	struct store_area area = {
		.code = code, .name = name, .parent = "", .level = AREA_MUNICIPALITY};

	assert_int_equal(polygon_new(&square, corners, sizes, 1), 0);
	assert_int_equal(polygon_pack(square, &packed, &area.polygon_bytes), 0);
	area.polygon = packed;
	polygon_free(square);
	assert_int_equal(store_area_next(store, &said.import), 0);
	said.areas = 1;
	row.body_bytes = vedetta__v1__log_areas__pack(&said, body);
	assert_int_equal(store_begin(store), 0);
	assert_int_equal(store_put_area(store, said.import, &area), 0);
	assert_int_equal(store_append(store, &row), 0);
	assert_int_equal(store_end_areas(store, said.import, row.seq, 1), 0);
	assert_int_equal(store_commit(store), 0);
	free(packed);
	/* The desk knows of the row when it loads anew. */
	desk_folder_close(&desk);
	desk_folder_open(&desk);
}

static void
report(double lat_deg)
{
	const struct desk_words words = {.text = "acqua", .lat_deg = lat_deg};

	desk_folder_add(&desk, 0, &words);
	(void)desk_folder_run(&desk, 2000000);
}

static void
assert_areas(uint64_t incident, const char *codes)
{
	struct store_incident record;

	store_set_deadline(keeper_store(desk.keeper), WITHIN_MS);
	assert_int_equal(
		store_read_incident(keeper_store(desk.keeper), incident, &record), 0);
	assert_string_equal(record.areas, codes);
}

static void
without_areas_that_is_told_and_nothing_is_left_to_do(void **state)
{
	(void)state;
	desk_areas_use(areas, desk.keeper);
	work();
	assert_int_equal(told.n_maps, 1);
	assert_null(told.map);
	assert_int_equal(told.version, 1);
	assert_int_equal(told.n_changes, 0);
}

/* What came before the map was there is looked up behind, in rows of its own. */
static void
the_files_map_is_used_and_older_incidents_are_looked_up(void **state)
{
	uint64_t before;

	(void)state;
	report(42.5);
	report(50);
	import("066049", "L'Aquila");
	before = store_last_seq(keeper_store(desk.keeper));
	desk_areas_use(areas, desk.keeper);
	work();
	assert_int_equal(told.n_maps, 1);
	assert_int_equal(area_map_count(told.map), 1);
	assert_string_equal(area_map_get(told.map, 0)->name, "L'Aquila");
	assert_true(told.n_changes > 0);
	assert_true(store_last_seq(keeper_store(desk.keeper)) > before);
	assert_areas(1, "066049");
	assert_areas(2, "");
	/* From now on each report is looked up as it comes. */
	report(42.6);
	assert_areas(store_last_seq(keeper_store(desk.keeper)), "066049");
}

static void
a_desk_that_loads_anew_gets_the_map_that_counts_then(void **state)
{
	const struct area_map *first;

	(void)state;
	import("1", "Before");
	desk_areas_use(areas, desk.keeper);
	work();
	first = told.map;
	desk_areas_forget(areas);
	work();
	assert_int_equal(told.n_maps, 2); /* told again, the same */
	assert_ptr_equal(told.map, first);
	import("1", "Behind");
	desk_areas_use(areas, desk.keeper);
	work();
	assert_int_equal(told.n_maps, 3);
	assert_string_equal(area_map_get(told.map, 0)->name, "Behind");
}

static void
an_area_that_was_damaged_leaves_no_map_and_the_desk_goes_on(void **state)
{
	sqlite3 *db;

	(void)state;
	import("1", "Town");
	desk_folder_close(&desk);
	assert_int_equal(sqlite3_open(desk.path, &db), SQLITE_OK);
	assert_int_equal(
		sqlite3_exec(db, "UPDATE area SET name = 'Other'", NULL, NULL, NULL),
		SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	desk_folder_open(&desk);
	desk_areas_use(areas, desk.keeper);
	work();
	assert_int_equal(told.n_maps, 1);
	assert_null(told.map);
	report(42.5);
	assert_areas(store_last_seq(keeper_store(desk.keeper)), "");
	assert_int_equal(desk.forgotten, 0); /* and nothing is loaded again for it */
}

static void
short_memory_makes_none_and_leaks_nothing(void **state)
{
	static const struct desk_areas_events events = {on_map, on_change, NULL, NULL};
	struct desk_areas *a = NULL;

	(void)state;
	for (unsigned nth = 1; a == NULL; nth++) {
		alloc_fail_at(nth);
		a = desk_areas_new(base, &events, &told);
		alloc_fail_at(0);
		assert_true(nth < 100);
	}
	desk_areas_free(a);
	desk_areas_free(NULL);
}

int
main(void)
{
#define ON_A_DESK(f) cmocka_unit_test_setup_teardown(f, open_desk, drop_desk)
	const struct CMUnitTest tests[] = {
		ON_A_DESK(without_areas_that_is_told_and_nothing_is_left_to_do),
		ON_A_DESK(the_files_map_is_used_and_older_incidents_are_looked_up),
		ON_A_DESK(a_desk_that_loads_anew_gets_the_map_that_counts_then),
		ON_A_DESK(an_area_that_was_damaged_leaves_no_map_and_the_desk_goes_on),
		ON_A_DESK(short_memory_makes_none_and_leaks_nothing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
