#include "unit.h"

#include <errno.h>
#include <string.h>

#include "dispatch/duty_now.h"
#include "duty_kit.h"

#define HOUR_MS (3600 * INT64_C(1000))
#define NOW_MS (DUTY_T0_MS + HOUR_MS)

static struct duty_kit kit;
static struct arena *arena;
static Vedetta__V1__DutyNow now;

static int
set_up(void **state)
{
	(void)state;
	duty_kit_init(&kit);
	arena = arena_new(1 << 20);
	return arena == NULL;
}

static int
tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	duty_kit_fini(&kit);
	return 0;
}

static void
look(int64_t now_ms)
{
	arena_reset(arena);
	assert_int_equal(duty_now(kit.duty, kit.map, now_ms, arena, &now), 0);
}

static void
who_is_there_and_where_nobody_is(void **state)
{
	Vedetta__V1__Duty told = VEDETTA__V1__DUTY__INIT;

	(void)state;
	look(NOW_MS);
	assert_false(now.staffed);
	duty_kit_usual(&kit); /* lists for M1 and for everything */
	duty_kit_shift(&kit, 8, "M2", "Mia", "");
	look(NOW_MS);
	assert_true(now.staffed);
	assert_int_equal(now.n_on_duty, 3);
	assert_string_equal(now.on_duty[0]->name, "Anna");
	assert_true(now.on_duty[1]->leads);
	/* M2 lies in P1, where Paolo is; everything has nobody. */
	assert_int_equal(now.n_unstaffed, 1);
	assert_string_equal(now.unstaffed[0], "*");
	arena_reset(arena);
	assert_int_equal(duty_tell(kit.duty, kit.map, NOW_MS, arena, &told), 0);
	assert_true(told.staffed);
	assert_true(told.partly);
	assert_int_equal(told.n_staffed_areas, 2); /* M1, P1 */
	assert_int_equal(told.n_served_areas, 4);
	assert_int_equal(
		duty_tell(kit.duty, kit.map, DUTY_T0_MS - HOUR_MS, arena, &told), 0);
	assert_false(told.staffed);
	assert_false(told.partly);
}

static void
gaps_are_told_three_days_ahead(void **state)
{
	(void)state;
	duty_kit_shift(&kit, 1, "M1", "Anna", "");
	duty_kit_put(&kit,
		"{\"shift\":{\"id\":\"2\",\"area\":\"M1\",\"person\":{\"name\":\"Bea\","
		"\"email\":\"b@example.it\"},\"from\":\"2026-11-22T07:00:00Z\","
		"\"to\":\"2026-11-22T20:00:00Z\"}}"); /* overlaps by an hour */
	duty_kit_put(&kit,
		"{\"shift\":{\"id\":\"3\",\"area\":\"M1\",\"person\":{\"name\":\"Bea\","
		"\"email\":\"b@example.it\"},\"from\":\"2026-11-22T22:00:00Z\","
		"\"to\":\"2026-11-23T08:00:00Z\"}}");
	look(NOW_MS);
	assert_int_equal(now.n_gaps, 2);
	assert_string_equal(now.gaps[0]->area, "M1");
	assert_int_equal(now.gaps[0]->from->seconds, DUTY_T0_MS / 1000 + 24 * 3600);
	assert_int_equal(now.gaps[0]->to->seconds, DUTY_T0_MS / 1000 + 26 * 3600);
	assert_int_equal(now.gaps[1]->from->seconds, DUTY_T0_MS / 1000 + 36 * 3600);
	assert_int_equal(now.gaps[1]->to->seconds, (NOW_MS + DUTY_AHEAD_MS) / 1000);
}

static void
whom_nothing_reaches_is_named(void **state)
{
	Vedetta__V1__PresenceOf who = VEDETTA__V1__PRESENCE_OF__INIT;
	Vedetta__V1__PresenceOf *list[] = {&who};

	(void)state;
	duty_kit_usual(&kit);
	assert_int_equal(duty_unreachable(kit.duty, NOW_MS), 0);
	duty_kit_put(&kit, "{\"onCall\":{\"id\":\"4\",\"area\":\"M1\",\"people\":[{"
			   "\"name\":\"Carla\"},"
			   "{\"account\":\"dino\"}]}}");
	duty_kit_put(&kit,
		"{\"shift\":{\"id\":\"9\",\"area\":\"M1\",\"person\":{\"name\":\"Old\"}"
		","
		"\"from\":\"2026-11-20T20:00:00Z\",\"to\":\"2026-11-21T08:00:00Z\"}}");
	look(NOW_MS);
	assert_int_equal(now.n_unreachable, 2);
	assert_string_equal(now.unreachable[0]->name, "Carla");
	assert_string_equal(
		now.unreachable[0]->reason, "no contact by a means that is set up");
	assert_int_equal(now.unreachable[0]->record, 4);
	assert_string_equal(now.unreachable[0]->code, "no_means");
	assert_string_equal(now.unreachable[1]->reason, "no such account, or disabled");
	assert_string_equal(now.unreachable[1]->code, "no_account");
	who.account = (char *)(uintptr_t) "dino";
	who.streams = 1;
	assert_int_equal(duty_be_present(kit.duty, list, 1), 0);
	assert_int_equal(duty_unreachable(kit.duty, NOW_MS), 1); /* he sits here */
}

static void
those_who_went_leave_their_notes(void **state)
{
	(void)state;
	duty_kit_shift(&kit, 1, "M1", "Anna", DUTY_SAID ",\"note\":\"still here\"");
	duty_kit_shift(&kit, 2, "M1", "Bea",
		DUTY_SAID ",\"note\":\"first\",\"leftAt\":\"2026-11-21T20:10:00Z\"");
	duty_kit_shift(&kit, 3, "M1", "Lia",
		DUTY_SAID ",\"note\":\"second\",\"leftAt\":\"2026-11-21T20:20:00Z\"");
	look(NOW_MS);
	assert_int_equal(now.n_left, 2);
	assert_string_equal(now.left[0]->note, "second");
	assert_string_equal(now.left[1]->note, "first");
	assert_int_equal(now.n_on_duty, 1);
}

static void
an_exercise_is_no_duty(void **state)
{
	(void)state;
	duty_kit_shift(&kit, 1, "M1", "Anna", DUTY_SAID ",\"exercise\":true");
	look(NOW_MS);
	assert_false(now.staffed);
	assert_int_equal(now.n_on_duty, 0);
	assert_int_equal(now.n_gaps, 0);
	assert_int_equal(now.n_unstaffed, 0);
}

static void
short_of_memory_nothing_is_told(void **state)
{
	size_t room = 64;
	int r = -ENOMEM;

	(void)state;
	duty_kit_usual(&kit);
	while (r != 0) {
		struct arena *small = arena_new(room);

		r = duty_now(kit.duty, kit.map, NOW_MS, small, &now);
		assert_true(r == 0 || r == -ENOMEM);
		arena_free(small);
		room += 512;
	}
	assert_in_range(room, 20000, 100000);
}

#define DUTY(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DUTY(who_is_there_and_where_nobody_is),
		DUTY(gaps_are_told_three_days_ahead),
		DUTY(whom_nothing_reaches_is_named),
		DUTY(those_who_went_leave_their_notes),
		DUTY(an_exercise_is_no_duty),
		DUTY(short_of_memory_nothing_is_told),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
