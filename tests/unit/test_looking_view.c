#include "unit.h"

#include <stdio.h>

#include "server/looking_view.h"
#include "vedetta/v1/office.pb-c.h"

enum {
	ARENA_BYTES = 1 << 20,
};

static struct looking_view *view;
static struct office_view *office;
static struct arena *arena;
static Vedetta__V1__LookingStates told;

/* Accounts 1 to 3, of Anna, Bruno and Carla. */
static void
tell_accounts(void)
{
	static char *names[] = {(char *)"anna", (char *)"bruno", (char *)"carla"};
	static char *full[] = {
		(char *)"Anna Bianchi", (char *)"Bruno Conti", (char *)""};
	Vedetta__V1__OfficeStates states = VEDETTA__V1__OFFICE_STATES__INIT;
	Vedetta__V1__OfficeAccount accounts[3], *list[3];
	Vedetta__V1__Account own[3];

	for (size_t i = 0; i < 3; i++) {
		vedetta__v1__office_account__init(&accounts[i]);
		vedetta__v1__account__init(&own[i]);
		own[i].id = i + 1;
		own[i].name = names[i];
		own[i].full_name = full[i];
		accounts[i].account = &own[i];
		list[i] = &accounts[i];
	}
	states.first = states.last = true;
	states.accounts = list;
	states.n_accounts = 3;
	assert_int_equal(office_view_take(office, &states), 0);
}

static int
begin(void **state)
{
	(void)state;
	view = looking_view_new();
	office = office_view_new();
	arena = arena_new(ARENA_BYTES);
	assert_true(view != NULL && office != NULL && arena != NULL);
	tell_accounts();
	return 0;
}

static int
end(void **state)
{
	(void)state;
	looking_view_free(view);
	office_view_free(office);
	arena_free(arena);
	return 0;
}

/* "40:1 40:2w 50:1": who looks at what, and who writes. */
static int
try_take(const char *text)
{
	Vedetta__V1__LookingList list = VEDETTA__V1__LOOKING_LIST__INIT;
	Vedetta__V1__LookingOne all[16], *at[16];
	unsigned incident, account;
	int read;

	list.all = at;
	while (sscanf(text, " %u:%u%n", &incident, &account, &read) == 2) {
		text += read;
		at[list.n_all] = &all[list.n_all];
		vedetta__v1__looking_one__init(at[list.n_all]);
		at[list.n_all]->incident = incident;
		at[list.n_all]->account = account;
		at[list.n_all]->writing = *text == 'w';
		text += *text == 'w';
		list.n_all++;
	}
	return looking_view_take(view, &list);
}

static bool
sees_all(const void *arg, uint64_t incident)
{
	(void)arg;
	(void)incident;
	return true;
}

static bool
sees_one(const void *arg, uint64_t incident)
{
	return incident == *(const uint64_t *)arg;
}

/* The same way, by names: "40:anna,bruno* 50:". */
static void
assert_told(bool full, bool (*sees)(const void *, uint64_t), const void *arg,
	const char *want)
{
	char text[512] = "";
	size_t used = 0;

	arena_reset(arena);
	assert_int_equal(
		looking_view_tell(view, full, sees, arg, office, arena, &told), 0);
	assert_int_equal(told.full, full);
	for (size_t i = 0; i < told.n_incidents; i++) {
		const Vedetta__V1__IncidentLookers *of = told.incidents[i];

		used += (size_t)snprintf(text + used, sizeof(text) - used,
			"%s%llu:", i > 0 ? " " : "",
			(unsigned long long)of->incident_id);
		for (size_t k = 0; k < of->n_lookers; k++) {
			used += (size_t)snprintf(text + used, sizeof(text) - used,
				"%s%s%s", k > 0 ? "," : "", of->lookers[k]->name,
				of->lookers[k]->writing ? "*" : "");
		}
	}
	assert_string_equal(text, want);
}

static void
what_is_other_than_before_is_news_until_it_is_settled(void **state)
{
	(void)state;
	assert_int_equal(try_take("40:1 40:2w 50:1"), 0);
	assert_told(false, sees_all, NULL, "40:anna,bruno* 50:anna");
	assert_int_equal(try_take("40:1 40:2 60:3"), 0); /* before anybody was told */
	assert_told(false, sees_all, NULL, "40:anna,bruno 50: 60:carla");
	looking_view_settled(view);
	assert_false(looking_view_has_news(view));
	assert_int_equal(try_take("40:1 40:2 60:3"), 0);
	assert_false(looking_view_has_news(view));
	assert_int_equal(try_take("40:2 60:3"), 0);
	assert_told(false, sees_all, NULL, "40:bruno");
	assert_told(true, sees_all, NULL, "40:bruno 60:carla");
}

static void
only_what_the_hearer_sees_is_told(void **state)
{
	uint64_t one = 50;

	(void)state;
	assert_int_equal(try_take("40:1 50:2 60:3"), 0);
	assert_told(true, sees_one, &one, "50:bruno");
	assert_told(false, sees_one, &one, "50:bruno");
	one = 70;
	assert_told(true, sees_one, &one, "");
}

static void
an_account_that_nobody_knows_is_left_out(void **state)
{
	Vedetta__V1__IncidentLookers of;

	(void)state;
	assert_int_equal(try_take("40:1 40:9"), 0);
	assert_told(true, sees_all, NULL, "40:anna");
	assert_int_equal(looking_view_of(view, 40, office, arena, &of), 0);
	assert_int_equal(of.n_lookers, 1);
	assert_string_equal(of.lookers[0]->full_name, "Anna Bianchi");
	assert_int_equal(looking_view_of(view, 41, office, arena, &of), 0);
	assert_int_equal(of.n_lookers, 0);
}

static void
without_a_desk_nobody_looks(void **state)
{
	(void)state;
	assert_int_equal(try_take("40:1 50:2"), 0);
	looking_view_settled(view);
	assert_int_equal(looking_view_take(view, NULL), 0);
	assert_true(looking_view_is_empty(view));
	assert_told(false, sees_all, NULL, "40: 50:");
}

static void
who_says_too_much_is_not_heard_for_the_rest_of_the_second(void **state)
{
	(void)state;
	for (int i = 0; i < LOOKING_SAID_MOST; i++) {
		assert_true(looking_view_may_say(view, 7, 5000 + i));
	}
	assert_false(looking_view_may_say(view, 7, 5999));
	assert_true(looking_view_may_say(view, 8, 5999));
	assert_true(looking_view_may_say(view, 7, 6000));
}

static void
short_of_memory_what_was_told_stays(void **state)
{
	(void)state;
	assert_int_equal(try_take("40:1"), 0);
	looking_view_settled(view);
	for (unsigned long n = 1;; n++) {
		alloc_fail_at(n);
		if (try_take("40:2") == 0) {
			assert_false(alloc_failed());
			alloc_fail_at(0);
			break;
		}
		alloc_fail_at(0);
		assert_false(looking_view_has_news(view));
		assert_told(true, sees_all, NULL, "40:anna");
	}
	assert_told(false, sees_all, NULL, "40:bruno");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			what_is_other_than_before_is_news_until_it_is_settled, begin,
			end),
		cmocka_unit_test_setup_teardown(
			only_what_the_hearer_sees_is_told, begin, end),
		cmocka_unit_test_setup_teardown(
			an_account_that_nobody_knows_is_left_out, begin, end),
		cmocka_unit_test_setup_teardown(
			without_a_desk_nobody_looks, begin, end),
		cmocka_unit_test_setup_teardown(
			who_says_too_much_is_not_heard_for_the_rest_of_the_second,
			begin, end),
		cmocka_unit_test_setup_teardown(
			short_of_memory_what_was_told_stays, begin, end),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
