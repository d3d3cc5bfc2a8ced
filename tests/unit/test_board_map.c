#include "unit.h"

#include "server/board_map.h"
#include "vedetta/v1/incident.pb-c.h"

static struct filter_facts
facts_of(unsigned class_no, bool exercise, bool closed)
{
	return (struct filter_facts){
		.class_no = (uint8_t)class_no,
		.exercise = exercise,
		.status = closed ? VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_CLOSED
				 : VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_OPEN,
	};
}

static void
a_filter_lets_the_same_kinds_through_as_incidents(void **state)
{
	size_t n = 0;

	(void)state;
	for (unsigned c = 0; c < 3 * 3 * 6 * 32; c++) {
		struct filter f;
		uint32_t kinds;

		filter_init(&f);
		f.status = (uint8_t)(c % 3);
		f.exercise = (int8_t)((int)(c / 3 % 3) - 1);
		f.class_max = (uint8_t)(c / 9 % 6);
		f.classes = (uint8_t)(c / 54 % 32 << 1);
		kinds = board_map_kinds(&f);
		for (unsigned k = 0; k < PYRAMID_KINDS; k++) {
			struct filter_facts facts =
				facts_of(k % 5 + 1, k / 5 % 2 == 1, k >= 10);

			assert_int_equal(board_map_kind(&facts), k);
			assert_int_equal(kinds >> k & 1, filter_matches(&f, &facts));
			n++;
		}
		assert_true(filter_is_countable(&f));
	}
	assert_int_equal(n, 1728 * 20);
}

static void
what_has_no_class_stands_with_the_last(void **state)
{
	struct filter_facts facts = facts_of(0, false, false);

	(void)state;
	assert_int_equal(board_map_kind(&facts), 4);
}

static void
a_square_is_told_by_class_and_exercise(void **state)
{
	struct pyramid_cell cell = {.counts = {1, 0, 2, 0, 0, 4, [10] = 8, [19] = 16}};
	uint32_t classes[BOARD_MAP_CLASSES], exercises;

	(void)state;
	board_map_count(&cell, classes, &exercises);
	assert_int_equal(classes[0], 1 + 4 + 8);
	assert_int_equal(classes[1], 0);
	assert_int_equal(classes[2], 2);
	assert_int_equal(classes[4], 16);
	assert_int_equal(exercises, 4 + 16);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_filter_lets_the_same_kinds_through_as_incidents),
		cmocka_unit_test(what_has_no_class_stands_with_the_last),
		cmocka_unit_test(a_square_is_told_by_class_and_exercise),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
