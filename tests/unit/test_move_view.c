/* Operators' places as a reader follows them. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "desk_folder.h"
#include "server/move_view.h"

enum {
	ARENA_BYTES = 65536,
};

struct bench {
	struct desk_folder desk;
	struct store *store;
	struct arena *arena;
	uint64_t last;
};

static void
place(struct bench *b, uint64_t incident, double lat_deg)
{
	int64_t at_ms;

	desk_folder_place(&b->desk, incident, 1, lat_deg);
	assert_int_equal(desk_folder_run(&b->desk, 2000000)->outcome,
		VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_ACTED);
	store_set_deadline(b->store, 60000);
	assert_int_equal(store_read_last(b->store, &b->last, &at_ms), 0);
}

static int
make_bench(void **state)
{
	static const struct desk_words words = {.text = "acqua", .source = 1};
	static struct bench b;
	char why[256];

	memset(&b, 0, sizeof(b));
	desk_folder_make(&b.desk);
	desk_folder_open(&b.desk);
	desk_folder_add(&b.desk, 0, &words);
	(void)desk_folder_run(&b.desk, 1000000);
	assert_int_equal(store_open_reader(&b.store, b.desk.path, why, sizeof(why)), 0);
	b.arena = arena_new(ARENA_BYTES);
	*state = &b;
	return 0;
}

static int
drop_bench(void **state)
{
	struct bench *b = *state;

	store_close(b->store);
	arena_free(b->arena);
	desk_folder_remove(&b->desk);
	return 0;
}

static double
latitude(const struct move_view *v, uint64_t number, uint64_t upto)
{
	struct index_entry e = {.seq = number, .number = number, .own = true};

	move_view_apply(v, upto, &e);
	assert_int_equal(e.hangs, e.has_point);
	return e.has_point ? e.point.lat_deg : 0;
}

static void
the_newest_place_up_to_a_row_holds(void **state)
{
	struct bench *b = *state;
	struct move_view v = {0};
	uint64_t first, second;

	store_set_deadline(b->store, 60000);
	assert_int_equal(move_view_refresh(&v, b->store, b->arena), 0);
	assert_int_equal(v.n, 0);
	place(b, 1, 43);
	first = b->last;
	assert_int_equal(move_view_refresh(&v, b->store, b->arena), 0);
	assert_true(latitude(&v, 1, first) > 42.9);
	place(b, 1, 44);
	second = b->last;
	assert_int_equal(move_view_refresh(&v, b->store, b->arena), 0);
	assert_int_equal(move_view_refresh(&v, b->store, b->arena), 0);
	assert_int_equal(v.n, 2);
	assert_true(latitude(&v, 1, first - 1) < 1);
	assert_true(latitude(&v, 1, second - 1) < 43.1);
	assert_true(latitude(&v, 1, second) > 43.9);
	assert_true(latitude(&v, 2, second) < 1);
	move_view_fini(&v);
}

static void
many_moves_are_read_in_parts(void **state)
{
	struct bench *b = *state;
	struct move_view v = {0};

	for (int i = 0; i < 600; i++) {
		place(b, 1, 43 + i * 0.001);
	}
	store_set_deadline(b->store, 60000);
	assert_int_equal(move_view_refresh(&v, b->store, b->arena), 0);
	assert_int_equal(v.n, 600);
	assert_true(latitude(&v, 1, b->last) > 43.5985);
	move_view_fini(&v);
}

static void
short_memory_is_said_and_read_on_from(void **state)
{
	struct bench *b = *state;
	struct move_view v = {0};
	int failed = 1, r;

	place(b, 1, 43);
	for (unsigned long n = 1; failed; n++) {
		store_set_deadline(b->store, 60000);
		alloc_fail_at(n);
		r = move_view_refresh(&v, b->store, b->arena);
		failed = alloc_failed();
		alloc_fail_at(0);
		assert_true(r == 0 || failed);
	}
	assert_int_equal(v.n, 1);
	move_view_fini(&v);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_bench, drop_bench)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_newest_place_up_to_a_row_holds),
		TEST(many_moves_are_read_in_parts),
		TEST(short_memory_is_said_and_read_on_from),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
