#include "unit.h"

#include <string.h>

#include "dispatch/policy.h"
#include "duty_kit.h"

#define TO(name) VEDETTA__V1__POLICY_TARGET__POLICY_TARGET_##name
#define BIT(means) (1u << VEDETTA__V1__DUTY_MEANS__DUTY_MEANS_##means)
#define HOUR_MS (3600 * INT64_C(1000))

static struct duty_kit kit;

static int
set_up(void **state)
{
	(void)state;
	duty_kit_init(&kit);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	duty_kit_fini(&kit);
	return 0;
}

/* The names it means, a space between them. */
static const char *
whom(const char *leaves, Vedetta__V1__PolicyTarget to, size_t nth, bool exercise)
{
	static char names[512];
	struct duty_place place;
	struct duty_who who[DUTY_WHO_MOST];
	const struct duty_question q = {.place = &place,
		.to = to,
		.nth = nth,
		.exercise = exercise,
		.now_ms = DUTY_T0_MS + HOUR_MS};
	size_t n;

	duty_kit_place(&kit, leaves, &place);
	n = duty_whom(kit.duty, &q, who);
	names[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		const char *name = who[i].person->name[0] != '\0'
					   ? who[i].person->name
					   : who[i].person->account;

		(void)snprintf(names + strlen(names), sizeof(names) - strlen(names),
			"%s%s", i > 0 ? " " : "", name);
	}
	return names;
}

static bool
is_staffed(const char *leaves, int64_t now_ms)
{
	struct duty_place place;

	duty_kit_place(&kit, leaves, &place);
	return duty_is_staffed(kit.duty, &place, now_ms);
}

static bool
is_served(const char *leaves)
{
	struct duty_place place;

	duty_kit_place(&kit, leaves, &place);
	return duty_is_served(kit.duty, &place);
}

static void
be_present(const char *account, const char *area, uint32_t streams)
{
	Vedetta__V1__PresenceOf who = VEDETTA__V1__PRESENCE_OF__INIT;
	Vedetta__V1__PresenceOf *list[] = {&who};
	char *areas[] = {(char *)(uintptr_t)area};

	who.account = (char *)(uintptr_t)account;
	who.areas = areas;
	who.n_areas = 1;
	who.streams = streams;
	assert_int_equal(duty_be_present(kit.duty, list, 1), 0);
}

static void
who_sees_every_area_is_not_there_for_what_lies_outside(void **state)
{
	char *every[] = {(char *)(uintptr_t) "*"}, *one[] = {(char *)(uintptr_t) "M1"};
	Vedetta__V1__Account a = VEDETTA__V1__ACCOUNT__INIT;

	(void)state;
	be_present("anna", DUTY_EVERY_AREA, 1);
	assert_true(is_staffed("M3", 1));
	assert_false(is_staffed("", 1));
	be_present("anna", DUTY_OUTSIDE, 1);
	assert_false(is_staffed("M3", 1));
	assert_true(is_staffed("", 1));
	be_present("anna", "*", 1);
	assert_true(is_staffed("", 1));
	a.areas = every;
	a.n_areas = 1;
	assert_string_equal(duty_area_of(&a, 0), DUTY_EVERY_AREA);
	assert_null(duty_area_of(&a, 1));
	a.unassigned = true;
	assert_string_equal(duty_area_of(&a, 0), "*");
	assert_null(duty_area_of(&a, 1));
	a.areas = one;
	assert_string_equal(duty_area_of(&a, 0), "M1");
	assert_string_equal(duty_area_of(&a, 1), DUTY_OUTSIDE);
	assert_null(duty_area_of(&a, 2));
}

static void
steps_mean_the_nearest_and_those_above_them(void **state)
{
	(void)state;
	duty_kit_usual(&kit);
	assert_string_equal(whom("M1", TO(ON_DUTY), 0, false), "Anna");
	assert_string_equal(whom("M1", TO(SHIFT_LEADER), 0, false), "Luca");
	assert_string_equal(whom("M1", TO(AREA_ABOVE), 0, false), "Paolo");
	assert_string_equal(whom("M2", TO(ON_DUTY), 0, false), "Paolo");
	assert_string_equal(whom("M2", TO(SHIFT_LEADER), 0, false), "");
	assert_string_equal(whom("M2", TO(AREA_ABOVE), 0, false), "");
	assert_string_equal(whom("M3", TO(ON_DUTY), 0, false), "");
	/* On the border it is both. */
	assert_string_equal(whom("M1 M2", TO(ON_DUTY), 0, false), "Anna Paolo");
}

static void
the_on_call_list_is_that_of_the_nearest_area(void **state)
{
	struct duty_place place;

	(void)state;
	duty_kit_usual(&kit);
	assert_string_equal(whom("M1", TO(ON_CALL), 0, false), "Carla");
	assert_string_equal(whom("M1", TO(ON_CALL), 1, false), "Dino");
	assert_string_equal(whom("M1", TO(ON_CALL), 2, false), "");
	assert_string_equal(whom("M4", TO(ON_CALL), 0, false), "Zoe");
	assert_string_equal(whom("", TO(ON_CALL), 0, false), "Zoe");
	duty_kit_place(&kit, "M1", &place);
	assert_int_equal(duty_on_call_length(kit.duty, &place), 2);
}

static void
an_entry_of_the_rota_staffs_when_it_was_answered(void **state)
{
	(void)state;
	duty_kit_shift(&kit, 1, "P1", "Anna", "");
	assert_false(is_staffed("M1", DUTY_T0_MS + HOUR_MS));
	assert_string_equal(whom("M1", TO(ON_DUTY), 0, false), "Anna"); /* woken */
	duty_kit_shift(&kit, 1, "P1", "Anna", DUTY_SAID);
	assert_true(is_staffed("M1", DUTY_T0_MS + HOUR_MS));
	assert_false(is_staffed("M3", DUTY_T0_MS + HOUR_MS));
	assert_false(is_staffed("", DUTY_T0_MS + HOUR_MS)); /* outside every area */
	assert_false(is_staffed("M1", DUTY_T0_MS - 1));
	assert_true(is_staffed("M1", DUTY_T0_MS + 12 * HOUR_MS - 1));
	assert_false(is_staffed("M1", DUTY_T0_MS + 12 * HOUR_MS));
	duty_kit_shift(&kit, 1, "P1", "Anna",
		DUTY_SAID ",\"leftAt\":\"2026-11-21T22:00:00Z\"");
	assert_true(is_staffed("M1", DUTY_T0_MS + 2 * HOUR_MS - 1));
	assert_false(is_staffed("M1", DUTY_T0_MS + 2 * HOUR_MS));
}

static void
who_answers_before_the_shift_is_there_before_it(void **state)
{
	(void)state;
	duty_kit_shift(
		&kit, 1, "M1", "Anna", ",\"answeredAt\":\"2026-11-21T19:50:00Z\"");
	assert_true(is_staffed("M1", DUTY_T0_MS - HOUR_MS / 12));
	assert_false(is_staffed("M1", DUTY_T0_MS - HOUR_MS / 4));
}

/* Italy's clocks went back on 2026-10-25 at 01:00Z: that night has 13 hours. */
static void
the_night_the_clocks_change_is_as_long_as_it_is(void **state)
{
	const int64_t begin_ms = INT64_C(1792864800000); /* 2026-10-24T18:00:00Z */
	int64_t at_ms;

	(void)state;
	duty_kit_put(&kit,
		"{\"shift\":{\"id\":\"1\",\"area\":\"M1\",\"person\":{\"name\":"
		"\"Anna\","
		"\"email\":\"a@example.it\"},\"from\":\"2026-10-24T20:00:00+02:00\","
		"\"to\":\"2026-10-25T08:00:00+01:00\","
		"\"answeredAt\":\"2026-10-24T20:00:00+02:00\"}}");
	assert_false(is_staffed("M1", begin_ms - 1));
	for (at_ms = 0; at_ms < 13 * HOUR_MS; at_ms += HOUR_MS / 4) {
		assert_true(is_staffed("M1", begin_ms + at_ms));
	}
	assert_false(is_staffed("M1", begin_ms + 13 * HOUR_MS));
}

static void
an_open_console_staffs_what_its_account_covers(void **state)
{
	struct duty_who who[DUTY_WHO_MOST];
	struct duty_place place;
	const struct duty_question q = {
		.place = &place, .to = TO(ON_DUTY), .now_ms = 1};

	(void)state;
	assert_false(duty_is_anybody_there(kit.duty, 1));
	be_present("anna", "P1", 0);
	assert_false(duty_is_anybody_there(kit.duty, 1));
	be_present("anna", "P1", 2);
	assert_true(duty_is_anybody_there(kit.duty, 1));
	assert_true(is_staffed("M2", 1));
	assert_false(is_staffed("M3", 1));
	duty_kit_place(&kit, "M2", &place);
	assert_int_equal(duty_whom(kit.duty, &q, who), 1);
	assert_string_equal(who[0].person->account, "anna");
	assert_int_equal(who[0].means, BIT(CONSOLE));
	be_present("anna", "*", 1);
	assert_true(is_staffed("M3", 1));
	assert_true(is_staffed("", 1));
	assert_int_equal(duty_be_present(kit.duty, NULL, 0), 0);
	assert_false(duty_is_anybody_there(kit.duty, 1));
}

static void
a_place_nobody_ever_answers_for_is_not_served(void **state)
{
	struct duty_place unknown;
	const struct areas nobody_looked = {NULL, 0};

	(void)state;
	assert_true(is_served("M3")); /* nothing was set at all */
	duty_kit_shift(&kit, 1, "P1", "Anna", "");
	assert_true(is_served("M1"));
	assert_false(is_served("M3"));
	assert_false(is_served(""));
	duty_place_of(&nobody_looked, kit.map, &unknown);
	assert_true(duty_is_served(kit.duty, &unknown)); /* we do not know */
	duty_kit_put(&kit, "{\"onCall\":{\"id\":\"5\",\"area\":\"*\",\"people\":[{"
			   "\"name\":\"Zoe\",\"email\":\"z@example.it\"}]}}");
	assert_true(is_served("M3"));
	assert_true(is_served(""));
}

static void
an_exercise_means_those_who_joined_it(void **state)
{
	(void)state;
	duty_kit_usual(&kit);
	duty_kit_shift(&kit, 6, "M1", "Erik", DUTY_SAID ",\"exercise\":true");
	assert_string_equal(whom("M1", TO(ON_DUTY), 0, false), "Anna");
	assert_string_equal(whom("M1", TO(ON_DUTY), 0, true), "");
	duty_kit_exercise(&kit, 60);
	duty_kit_put(&kit, "{\"joined\":{\"id\":\"7\",\"person\":{\"name\":\"Erik\"},"
			   "\"exercise\":\"60\",\"until\":\"2026-11-22T20:00:00Z\"}}");
	assert_string_equal(whom("M1", TO(ON_DUTY), 0, true), "Erik");
	duty_kit_put(&kit, "{\"joined\":{\"id\":\"8\",\"person\":{\"name\":\"Anna\"},"
			   "\"exercise\":\"60\",\"until\":\"2026-11-22T20:00:00Z\"}}");
	assert_string_equal(whom("M1", TO(ON_DUTY), 0, true), "Anna Erik");
	duty_kit_put(&kit, "{\"joined\":{\"id\":\"8\",\"person\":{\"name\":\"Anna\"},"
			   "\"exercise\":\"60\",\"until\":\"2026-11-22T20:00:00Z\","
			   "\"removed\":true}}");
	assert_string_equal(whom("M1", TO(ON_DUTY), 0, true), "Erik");
	/* It is over: nobody is told any more, and who joined it did not join the next.
	 */
	duty_kit_put(&kit, "{\"exercise\":{\"id\":\"60\","
			   "\"until\":\"2026-11-22T00:00:00Z\","
			   "\"endedAt\":\"2026-11-21T20:00:00Z\"}}");
	assert_string_equal(whom("M1", TO(ON_DUTY), 0, true), "");
	duty_kit_exercise(&kit, 61);
	assert_string_equal(whom("M1", TO(ON_DUTY), 0, true), "");
	duty_kit_put(&kit, "{\"joined\":{\"id\":\"7\",\"person\":{\"name\":\"Erik\"},"
			   "\"exercise\":\"61\",\"until\":\"2026-11-22T00:00:00Z\"}}");
	assert_string_equal(whom("M1", TO(ON_DUTY), 0, true), "Erik");
	assert_non_null(duty_exercise(kit.duty, DUTY_T0_MS + 4 * HOUR_MS - 1));
	assert_null(duty_exercise(kit.duty, DUTY_T0_MS + 4 * HOUR_MS));
	/* An exercise's entry makes nobody believe that reports are read. */
	duty_kit_shift(&kit, 9, "M3", "Erik", DUTY_SAID ",\"exercise\":true");
	assert_false(is_staffed("M3", DUTY_T0_MS + HOUR_MS));
}

static bool
find_account(void *arg, const char *name, unsigned *means)
{
	(void)arg;
	*means = BIT(WEB_PUSH) | BIT(CONSOLE);
	return strcmp(name, "bea") == 0;
}

static void
an_account_s_contacts_are_a_person_s_too(void **state)
{
	const struct duty_accounts accounts = {.find = find_account};
	Vedetta__V1__DutyPerson p = VEDETTA__V1__DUTY_PERSON__INIT;

	(void)state;
	p.account = (char *)(uintptr_t) "bea";
	assert_int_equal(duty_means(kit.duty, &p), 0);
	duty_use_accounts(kit.duty, &accounts);
	assert_int_equal(duty_means(kit.duty, &p), BIT(WEB_PUSH));
	p.webhook = (char *)(uintptr_t) "https://example.it/h";
	assert_int_equal(duty_means(kit.duty, &p), BIT(WEB_PUSH) | BIT(WEBHOOK));
	p.account = (char *)(uintptr_t) "nobody";
	assert_int_equal(duty_means(kit.duty, &p), BIT(WEBHOOK));
}

static void
the_policy_of_the_smallest_area_counts_else_the_built_in_one(void **state)
{
	struct duty_place place;
	const Vedetta__V1__Policy *p;

	(void)state;
	duty_kit_put(&kit, "{\"policy\":{\"id\":\"3\",\"area\":\"P1\",\"classes\":[1],"
			   "\"steps\":[{\"to\":\"POLICY_TARGET_ON_CALL\"}]}}");
	duty_kit_put(&kit,
		"{\"policy\":{\"id\":\"4\",\"area\":\"M1\",\"classes\":[1,2],"
		"\"steps\":[{\"to\":\"POLICY_TARGET_ON_DUTY\"}],"
		"\"repeatS\":10}}");
	duty_kit_place(&kit, "M1", &place);
	assert_int_equal(duty_policy(kit.duty, &place, 1)->id, 4);
	assert_int_equal(duty_policy(kit.duty, &place, 2)->id, 4);
	assert_null(duty_policy(kit.duty, &place, 3));
	duty_kit_place(&kit, "M2", &place);
	assert_int_equal(duty_policy(kit.duty, &place, 1)->id, 3);
	p = duty_policy(kit.duty, &place, 2);
	assert_ptr_equal(p, policy_built_in(1));
	assert_int_equal(policy_after_ms(p->steps[0]), 300 * 1000);
	duty_kit_place(&kit, "M1", &place);
	p = duty_policy(kit.duty, &place, 1);
	assert_int_equal(policy_repeat_ms(p), 60 * 1000); /* no more often */
	assert_int_equal(policy_after_ms(p->steps[0]), 180 * 1000);
	assert_int_equal(policy_group_wait_ms(p), 5 * 1000);
	assert_int_equal(policy_group_interval_ms(p), 60 * 1000);
	assert_int_equal(policy_hand_over_ms(p), 900 * 1000);
}

static void
records_are_told_in_order_of_change_and_older_ones_change_nothing(void **state)
{
	const Vedetta__V1__DutyRecord *r;
	uint64_t seq;

	(void)state;
	duty_kit_usual(&kit);
	assert_int_equal(duty_count(kit.duty), 5);
	duty_kit_shift(&kit, 1, "M2", "Anna", "");
	r = duty_changed_since(kit.duty, 5);
	assert_int_equal(duty_record_id(r), 1);
	assert_null(duty_next(kit.duty, r));
	assert_null(duty_changed_since(kit.duty, 6));
	assert_int_equal(duty_record_id(duty_changed_since(kit.duty, 0)), 2);
	seq = kit.seq;
	kit.seq = 0; /* the row that was read back is an old one */
	duty_kit_shift(&kit, 1, "M1", "Anna", "");
	kit.seq = seq;
	assert_string_equal(duty_find(kit.duty, 1)->shift->area, "M2");
	duty_kit_put(&kit, "{\"shift\":{\"id\":\"1\",\"removed\":true}}");
	assert_null(duty_find(kit.duty, 1));
	assert_int_equal(duty_count(kit.duty), 4);
	assert_true(duty_is_removed(duty_changed_since(kit.duty, seq)));
	assert_true(duty_has_people(kit.duty));
	duty_expire(kit.duty, DUTY_T0_MS + 12 * HOUR_MS + DUTY_KEPT_MS);
	assert_non_null(duty_find(kit.duty, 2));
	duty_expire(kit.duty, DUTY_T0_MS + 12 * HOUR_MS + DUTY_KEPT_MS + 1);
	assert_null(duty_find(kit.duty, 2));
	assert_non_null(duty_find(kit.duty, 4));
	assert_int_equal(duty_count(kit.duty), 2);
}

static void
short_of_memory_a_record_is_not_taken(void **state)
{
	unsigned long n;
	int r = -1;

	(void)state;
	for (n = 1; r != 0; n++) {
		alloc_fail_at(n);
		r = duty_kit_try(&kit, "{\"onCall\":{\"id\":\"5\",\"area\":\"*\"}}");
		alloc_fail_at(0);
		assert_true(r == 0 || r == -12);
	}
	assert_in_range(n, 3, 9);
	assert_int_equal(duty_count(kit.duty), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			who_sees_every_area_is_not_there_for_what_lies_outside, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			steps_mean_the_nearest_and_those_above_them, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			the_on_call_list_is_that_of_the_nearest_area, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			an_entry_of_the_rota_staffs_when_it_was_answered, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			who_answers_before_the_shift_is_there_before_it, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			the_night_the_clocks_change_is_as_long_as_it_is, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			an_open_console_staffs_what_its_account_covers, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			a_place_nobody_ever_answers_for_is_not_served, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			an_exercise_means_those_who_joined_it, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			an_account_s_contacts_are_a_person_s_too, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			the_policy_of_the_smallest_area_counts_else_the_built_in_one,
			set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			records_are_told_in_order_of_change_and_older_ones_change_nothing,
			set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			short_of_memory_a_record_is_not_taken, set_up, tear_down),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
