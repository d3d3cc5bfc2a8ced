#include "unit.h"

#include <errno.h>
#include <string.h>

#include "server/area_list.h"

static int
tell(struct area_list *l, const char *const *codes, size_t n, int first, int last)
{
	Vedetta__V1__BoardAreas piece = VEDETTA__V1__BOARD_AREAS__INIT;
	Vedetta__V1__Area areas[8];
	Vedetta__V1__Area *list[8];

	for (size_t i = 0; i < n; i++) {
		vedetta__v1__area__init(&areas[i]);
		areas[i].code = (char *)codes[2 * i];
		areas[i].parent = (char *)codes[2 * i + 1];
		list[i] = &areas[i];
	}
	piece.areas = list;
	piece.n_areas = n;
	piece.first = first;
	piece.last = last;
	return area_list_take(l, &piece);
}

static const char *const country[] = {"M1", "P1", "P1", "R1", "R1", "IT", "IT", ""};

static void
the_last_piece_makes_all_count(void **state)
{
	struct area_list *l = area_list_new();
	struct trouble trouble;
	struct filter f;

	(void)state;
	filter_init(&f);
	memcpy(f.area, "M1", 3);
	trouble_init(&trouble);
	assert_int_equal(tell(l, country, 2, 1, 0), 0);
	area_list_resolve(l, &f, &trouble);
	assert_false(trouble_is_empty(&trouble));
	trouble_init(&trouble);
	assert_int_equal(tell(l, country + 4, 2, 0, 1), 0);
	assert_int_equal(area_list_count(l), 4);
	area_list_resolve(l, &f, &trouble);
	assert_true(trouble_is_empty(&trouble));
	assert_string_equal(f.above[0], "P1");
	assert_string_equal(f.above[2], "IT");
	assert_string_equal(f.above[3], "");
	memcpy(f.area, "M9", 3);
	area_list_resolve(l, &f, &trouble);
	assert_false(trouble_is_empty(&trouble));
	area_list_free(l);
}

static void
short_memory_keeps_what_was(void **state)
{
	struct area_list *l = area_list_new();

	(void)state;
	assert_int_equal(tell(l, country, 4, 1, 1), 0);
	alloc_fail_at(1);
	assert_int_equal(tell(l, country, 2, 1, 1), -ENOMEM);
	alloc_fail_at(0);
	assert_int_equal(area_list_count(l), 4);
	area_list_free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_piece_makes_all_count),
		cmocka_unit_test(short_memory_keeps_what_was),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
