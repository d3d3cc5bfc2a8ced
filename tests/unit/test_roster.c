#include "unit.h"

#include <errno.h>

#include "dispatch/roster.h"

static struct incident *
add(struct roster *r, uint64_t id)
{
	struct store_incident record = {.id = id, .hazard = 8};
	struct incident *i = incident_new(&record);

	assert_non_null(i);
	assert_int_equal(roster_take(r, i), 0);
	return i;
}

static uint64_t
next_id(struct roster_cursor *c)
{
	uint64_t id = c->next == NULL ? 0 : c->next->id;

	if (id != 0) {
		roster_advance(c);
	}
	return id;
}

static int
set_up(void **state)
{
	static struct roster roster;

	roster_init(&roster);
	*state = &roster;
	return 0;
}

static int
tear_down(void **state)
{
	roster_fini(*state);
	return 0;
}

static void
incidents_are_found_by_id(void **state)
{
	struct incident *i = add(*state, 7);

	assert_ptr_equal(roster_find(*state, 7), i);
	assert_null(roster_find(*state, 8));
	assert_null(roster_find(*state, 0));
}

static void
a_cursor_walks_in_order_of_last_change(void **state)
{
	struct roster *r = *state;
	struct roster_cursor c;
	struct incident *first = add(r, 1);

	add(r, 2);
	add(r, 3);
	roster_touch(r, first);
	roster_attach(r, &c);
	assert_int_equal(next_id(&c), 2);
	assert_int_equal(next_id(&c), 3);
	assert_int_equal(next_id(&c), 1);
	assert_int_equal(next_id(&c), 0);
	roster_detach(r, &c);
}

static void
a_cursor_on_what_moves_steps_on_and_meets_it_again(void **state)
{
	struct roster *r = *state;
	struct roster_cursor c;
	struct incident *first = add(r, 1);

	add(r, 2);
	roster_attach(r, &c);
	roster_touch(r, first);
	assert_int_equal(next_id(&c), 2);
	assert_int_equal(next_id(&c), 1);
	assert_int_equal(next_id(&c), 0);
	roster_detach(r, &c);
}

static void
a_cursor_on_the_last_stays_when_that_changes(void **state)
{
	struct roster *r = *state;
	struct roster_cursor c;
	struct incident *only = add(r, 1);

	roster_attach(r, &c);
	roster_touch(r, only);
	roster_touch(r, only);
	assert_int_equal(next_id(&c), 1);
	assert_int_equal(next_id(&c), 0);
	roster_detach(r, &c);
}

static void
a_cursor_at_the_end_sees_what_comes(void **state)
{
	struct roster *r = *state;
	struct roster_cursor c;
	struct incident *first;

	roster_attach(r, &c);
	assert_int_equal(next_id(&c), 0);
	first = add(r, 1);
	add(r, 2);
	assert_int_equal(next_id(&c), 1);
	assert_int_equal(next_id(&c), 2);
	assert_int_equal(next_id(&c), 0);
	roster_touch(r, first);
	assert_int_equal(next_id(&c), 1);
	assert_int_equal(next_id(&c), 0);
	roster_detach(r, &c);
}

static void
without_memory_the_incident_stays_the_callers(void **state)
{
	struct store_incident record = {.id = 5, .hazard = 8};
	struct incident *i = incident_new(&record);

	alloc_fail_at(1);
	assert_int_equal(roster_take(*state, i), -ENOMEM);
	alloc_fail_at(0);
	assert_null(roster_find(*state, 5));
	incident_free(i);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(incidents_are_found_by_id),
		TEST(a_cursor_walks_in_order_of_last_change),
		TEST(a_cursor_on_what_moves_steps_on_and_meets_it_again),
		TEST(a_cursor_on_the_last_stays_when_that_changes),
		TEST(a_cursor_at_the_end_sees_what_comes),
		TEST(without_memory_the_incident_stays_the_callers),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
