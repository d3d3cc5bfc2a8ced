#include "unit.h"

#include <stdbool.h>

#include "dispatch/looking.h"

static struct looking *looking;
static struct arena *arena;

static int
begin(void **state)
{
	(void)state;
	looking = looking_new();
	arena = arena_new(1 << 20);
	assert_true(looking != NULL && arena != NULL);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	looking_free(looking);
	arena_free(arena);
	return 0;
}

static void
say(uint64_t account, uint64_t tab, uint64_t incident, bool writing, int64_t now_ms)
{
	Vedetta__V1__LookInput said = VEDETTA__V1__LOOK_INPUT__INIT;

	said.account = account;
	said.tab = tab;
	said.incident = incident;
	said.writing = writing;
	looking_take(looking, &said, now_ms);
}

/* Of page 1 of account 7. */
static void
say_nth(uint32_t count, uint64_t incident, int64_t now_ms)
{
	Vedetta__V1__LookInput said = VEDETTA__V1__LOOK_INPUT__INIT;

	said.account = 7;
	said.tab = 1;
	said.incident = incident;
	said.count = count;
	looking_take(looking, &said, now_ms);
}

static const Vedetta__V1__LookingList *
all(void)
{
	static Vedetta__V1__LookingList list;

	arena_reset(arena);
	assert_int_equal(looking_tell(looking, arena, &list), 0);
	return &list;
}

static void
assert_one(size_t i, uint64_t incident, uint64_t account, bool writing)
{
	const Vedetta__V1__LookingList *list = all();

	assert_true(i < list->n_all);
	assert_int_equal(list->all[i]->incident, incident);
	assert_int_equal(list->all[i]->account, account);
	assert_int_equal(list->all[i]->writing, writing);
}

static void
several_pages_of_one_account_are_one(void **state)
{
	(void)state;
	say(7, 1, 40, false, 0);
	say(7, 2, 40, true, 1);
	say(8, 1, 40, false, 2);
	say(7, 3, 30, false, 3);
	assert_int_equal(all()->n_all, 3);
	assert_one(0, 30, 7, false);
	assert_one(1, 40, 7, true);
	assert_one(2, 40, 8, false);
	say(7, 2, 0, false, 4); /* the one that wrote is gone */
	assert_one(1, 40, 7, false);
	say(7, 1, 30, false, 5); /* the other went on to another incident */
	assert_int_equal(all()->n_all, 2);
	assert_one(0, 30, 7, false);
	assert_one(1, 40, 8, false);
}

static void
what_is_not_said_again_is_over(void **state)
{
	uint64_t version;

	(void)state;
	say(7, 1, 40, false, 1000);
	say(8, 1, 40, false, 5000);
	version = looking_version(looking);
	looking_expire(looking, 1000 + LOOKING_HOLDS_MS - 1);
	assert_int_equal(looking_version(looking), version);
	looking_expire(looking, 1000 + LOOKING_HOLDS_MS);
	assert_true(looking_version(looking) > version);
	assert_int_equal(all()->n_all, 1);
	assert_one(0, 40, 8, false);
	looking_expire(looking, 5000 + LOOKING_HOLDS_MS);
	assert_int_equal(all()->n_all, 0);
}

static void
saying_the_same_again_is_no_news(void **state)
{
	uint64_t version;

	(void)state;
	say(7, 1, 40, false, 0);
	version = looking_version(looking);
	say(7, 1, 40, false, 1000);
	assert_int_equal(looking_version(looking), version);
	say(7, 1, 40, true, 1000);
	assert_true(looking_version(looking) > version);
	version = looking_version(looking);
	for (uint64_t tab = 0; tab < 20; tab++) {
		say(7, 100 + tab, 0, false, 1000); /* some that never were there go */
	}
	assert_int_equal(looking_version(looking), version);
	assert_int_equal(all()->n_all, 1);
}

static void
one_account_has_so_many_pages_and_no_more(void **state)
{
	(void)state;
	for (uint64_t tab = 0; tab < 100; tab++) {
		say(7, tab, 100 + tab, false, (int64_t)tab);
	}
	assert_int_equal(all()->n_all, LOOKING_TABS_MOST);
	assert_one(0, 200 - LOOKING_TABS_MOST, 7, false); /* the newest are left */
}

static void
past_all_there_is_room_for_new_ones_are_not_counted(void **state)
{
	(void)state;
	for (uint64_t account = 1; account <= LOOKING_MOST + 50; account++) {
		say(account, 1, 40, false, 0);
	}
	assert_int_equal(all()->n_all, LOOKING_MOST);
	say(5, 1, 41, false, 1); /* one that is known goes on */
	assert_one(LOOKING_MOST - 1, 41, 5, false);
	looking_expire(looking, LOOKING_HOLDS_MS);
	assert_int_equal(all()->n_all, 1);
	say(9999, 1, 40, false, 2);
	assert_int_equal(all()->n_all, 2);
}

static void
without_memory_there_is_none(void **state)
{
	(void)state;
	alloc_fail_at(1);
	assert_null(looking_new());
	alloc_fail_at(0);
}

static void
what_pages_said_can_be_said_again(void **state)
{
	Vedetta__V1__LookInput said;

	(void)state;
	say(1, 10, 100, false, 0);
	say(2, 20, 200, true, 5000);
	looking_expire(looking, LOOKING_HOLDS_MS);
	assert_true(looking_nth(looking, 0, LOOKING_HOLDS_MS, &said));
	assert_int_equal(said.account, 2);
	assert_int_equal(said.tab, 20);
	assert_int_equal(said.incident, 200);
	assert_true(said.writing);
	assert_int_equal(said.age_ms, LOOKING_HOLDS_MS - 5000);
	assert_false(looking_nth(looking, 1, LOOKING_HOLDS_MS, &said));
}

/* Two fronts had words of one page; a new desk hears them in any order. */
static void
of_what_is_said_again_the_newest_holds(void **state)
{
	Vedetta__V1__LookInput older = VEDETTA__V1__LOOK_INPUT__INIT;

	(void)state;
	older.account = 1;
	older.tab = 10;
	older.incident = 100;
	older.age_ms = 3000;
	looking_take(looking, &older, 9000);
	assert_one(0, 100, 1, false);
	say(1, 10, 200, true, 9000);
	assert_one(0, 200, 1, true);
	looking_take(looking, &older, 9000);
	assert_one(0, 200, 1, true);
	older.incident = 0;
	looking_take(looking, &older, 9000);
	assert_one(0, 200, 1, true);
	older.age_ms = 0;
	looking_take(looking, &older, 9000);
	assert_int_equal(all()->n_all, 0);
	older.incident = 100;
	older.age_ms = 3000;
	looking_take(looking, &older, 9000);
	looking_expire(looking, 6000 + LOOKING_HOLDS_MS);
	assert_int_equal(all()->n_all, 0);
}

/* Two requests of one page arrive in any order, by several fronts or by one. */
static void
a_word_that_was_overtaken_says_nothing(void **state)
{
	Vedetta__V1__LookInput again;

	(void)state;
	say_nth(2, 200, 1000);
	say_nth(1, 100, 1001);
	assert_int_equal(all()->n_all, 1);
	assert_one(0, 200, 7, false);
	/* The page was left before its last word came. */
	say_nth(4, 0, 1002);
	say_nth(3, 300, 1003);
	assert_int_equal(all()->n_all, 0);
	/* A front says all that again to a new desk. */
	assert_true(looking_nth(looking, 0, 1500, &again));
	assert_int_equal(again.count, 4);
	assert_int_equal(again.incident, 0);
	say_nth(5, 100, 1600);
	looking_take(looking, &again, 1700);
	assert_one(0, 100, 7, false);
	/* Left before its first word came; over at last as any other. */
	looking_expire(looking, 1600 + LOOKING_HOLDS_MS);
	say_nth(2, 0, 20000);
	say_nth(1, 100, 20001);
	assert_int_equal(all()->n_all, 0);
	looking_expire(looking, 20000 + LOOKING_HOLDS_MS);
	assert_false(looking_nth(looking, 0, 30000, &again));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			several_pages_of_one_account_are_one, begin, end),
		cmocka_unit_test_setup_teardown(
			what_is_not_said_again_is_over, begin, end),
		cmocka_unit_test_setup_teardown(
			saying_the_same_again_is_no_news, begin, end),
		cmocka_unit_test_setup_teardown(
			one_account_has_so_many_pages_and_no_more, begin, end),
		cmocka_unit_test_setup_teardown(
			past_all_there_is_room_for_new_ones_are_not_counted, begin,
			end),
		cmocka_unit_test_setup_teardown(
			what_pages_said_can_be_said_again, begin, end),
		cmocka_unit_test_setup_teardown(
			of_what_is_said_again_the_newest_holds, begin, end),
		cmocka_unit_test_setup_teardown(
			a_word_that_was_overtaken_says_nothing, begin, end),
		cmocka_unit_test(without_memory_there_is_none),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
