#include "unit.h"

#include <errno.h>
#include <string.h>

#include "server/wake_text.h"

static const struct wake_line lines[] = {
	{12, 1, "flood", "L'Aquila", 60 * 1000},
	{7, 2, "fire", "", 0},
};

static void
one_incident_is_the_title(void **state)
{
	struct arena *arena = arena_new(1 << 16);
	struct wake_text out;

	(void)state;
	assert_int_equal(
		wake_text("it-IT", lines, 1, 1, 5 * 60 * 1000, arena, &out), 0);
	assert_string_equal(out.title, "Classe 1: Alluvione, L'Aquila");
	assert_non_null(
		strstr(out.text, "Classe 1: Alluvione, L'Aquila, da 4 min (n. 12)\n"));
	assert_int_equal(wake_text("en", lines, 1, 1, 0, arena, &out), 0);
	assert_string_equal(out.title, "Class 1: Flood, L'Aquila");
	assert_non_null(strstr(out.text, "for 0 min")); /* a clock set back */
	arena_free(arena);
}

static void
many_are_counted_and_those_not_told_too(void **state)
{
	struct arena *arena = arena_new(1 << 16);
	struct wake_text out;

	(void)state;
	/* Nobody has German: English. */
	assert_int_equal(
		wake_text("de", lines, 2, 1000, 5 * 60 * 1000, arena, &out), 0);
	assert_string_equal(
		out.title, "1000 incidents are waiting, the worst is class 1");
	assert_non_null(strstr(
		out.text, "Class 2: Fire, place to be found, for 5 min (no. 7)\n"));
	assert_non_null(strstr(out.text, "and 998 more\n"));
	assert_non_null(strstr(out.text, "Open the console."));
	arena_free(arena);
}

static void
short_of_memory_nothing_is_said(void **state)
{
	struct wake_text out;
	size_t room = 64;
	int r = -ENOMEM;

	(void)state;
	while (r != 0) {
		struct arena *arena = arena_new(room);

		r = wake_text("it", lines, 2, 2, 0, arena, &out);
		assert_true(r == 0 || r == -ENOMEM);
		arena_free(arena);
		room += 64;
	}
	assert_in_range(room, 8192, 10000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_incident_is_the_title),
		cmocka_unit_test(many_are_counted_and_those_not_told_too),
		cmocka_unit_test(short_of_memory_nothing_is_said),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
