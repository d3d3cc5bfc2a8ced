/* What a query says about which reports are wanted, and how it is refused. */
#include "unit.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "server/search_query.h"

static struct arena *arena;
static struct search_query got;

/* NULL: taken; else the parameter that is refused. */
static const char *
read_as(enum search_about about, const char *text)
{
	static struct trouble trouble;
	struct fields fields;

	trouble_init(&trouble);
	assert_int_equal(
		fields_from_urlencoded(text, strlen(text), arena, &trouble, &fields),
		0);
	return search_query_read(&fields, about, arena, &trouble, &got) == 0
		       ? NULL
		       : trouble.at[0].field;
}

static void
each_parameter_says_its_part(void **state)
{
	(void)state;
	assert_null(read_as(SEARCH_REPORTS,
		"bbox=179,-1,-179,1&hazard=fire,flood&class=2&exercise=false&"
		"from=2026-11-21T20:00:00Z&to=2026-11-21T21:30:00.5Z&words=acqua*&"
		"area=066049&limit=7&cursor=99"));
	assert_int_equal(got.question.n_box, 4);
	assert_true(got.question.box[0] == 179 && got.question.box[2] == -179);
	assert_int_equal(__builtin_popcount(got.question.hazards), 2);
	assert_int_equal(got.question.class_max, 2);
	assert_int_equal(got.question.exercise, 2);
	assert_int_equal(got.question.to_ms - got.question.from_ms, 5400500);
	assert_string_equal(got.question.words, "acqua*");
	assert_string_equal(got.question.area, "066049");
	assert_int_equal(got.question.limit, 7);
	assert_int_equal(got.question.before, 99);
	assert_null(read_as(SEARCH_REPORTS, "near=13.4,42.35"));
	assert_true(got.question.near[2] == 1000);
	assert_int_equal(got.question.limit, SEARCH_PAGE);
	assert_null(read_as(SEARCH_REPORTS,
		"near=13.4,42.35&radius=5.5&cursor=12.4059000000000000.3"));
	assert_true(got.question.near[2] == 5.5);
	assert_int_equal(got.question.upto, 12);
	assert_true(got.question.from_m == 100);
	assert_int_equal(got.question.from_row, 3);
	assert_null(read_as(SEARCH_COUNTS, "by=hour,area&from=2026-11-21T20:00:00Z"));
	/* A sum of real ones holds no drill; a list marks each. */
	assert_int_equal(got.question.exercise, 2);
	assert_null(read_as(SEARCH_COUNTS, "by=hour&exercise=true"));
	assert_int_equal(got.question.exercise, 1);
	assert_null(read_as(SEARCH_REPORTS, ""));
	assert_int_equal(got.question.exercise, 0);
	assert_null(read_as(SEARCH_COUNTS, "by=hour,area&from=2026-11-21T20:00:00Z"));
	assert_true(got.by_area && got.by_hour);
	assert_null(read_as(SEARCH_OUTLINES_OF, "cursor=8"));
	assert_int_equal(got.from_id, 8);
	assert_int_equal(got.question.limit, SEARCH_OUTLINES);
}

static void
what_is_wrong_is_refused_by_its_name(void **state)
{
	static const struct {
		enum search_about about;
		const char *query, *field;
	} wrong[] = {
		{SEARCH_REPORTS, "bbox=0x1,2,3,4", "bbox"},
		{SEARCH_REPORTS, "bbox=1,2,3,4,5", "bbox"},
		{SEARCH_REPORTS, "bbox=1,5,3,4", "bbox"},
		{SEARCH_REPORTS, "bbox=inf,2,3,4", "bbox"},
		{SEARCH_REPORTS, "bbox=1e400,2,3,4", "bbox"},
		{SEARCH_REPORTS, "near=1,2,3", "near"},
		{SEARCH_REPORTS, "near=1,91", "near"},
		{SEARCH_REPORTS, "polygon=1,2,3,4,5", "polygon"},
		{SEARCH_REPORTS, "polygon=1,2,3,4", "polygon"},
		{SEARCH_REPORTS, "cursor=0", "cursor"},
		{SEARCH_REPORTS, "cursor=99999999999999999999", "cursor"},
		{SEARCH_REPORTS, "cursor=1.2.3", "cursor"},
		{SEARCH_REPORTS, "near=1,1&cursor=1.7ff0000000000000.3", "cursor"},
		{SEARCH_REPORTS, "near=1,1&cursor=1.2.", "cursor"},
		{SEARCH_REPORTS, "near=1,1&cursor=1", "cursor"},
		{SEARCH_REPORTS, "class=0", "class"},
		{SEARCH_REPORTS, "class=12", "class"},
		{SEARCH_REPORTS, "hazard=fire,", "hazard"},
		{SEARCH_REPORTS, "radius=3", "radius"},
		{SEARCH_REPORTS, "by=hour", "by"},
		{SEARCH_REPORTS, "area=12345678901234567890123456789012", "area"},
		{SEARCH_REPORTS, "from=1969-12-31T23:00:00Z", "from"},
		{SEARCH_COUNTS, "", "by"},
		{SEARCH_COUNTS, "by=hours", "by"},
		{SEARCH_COUNTS, "by=hour&to=2026-11-21T20:00:01Z", "to"},
		{SEARCH_COUNTS, "by=hour&words=a", "words"},
		{SEARCH_COUNTS, "by=hour&code=K7M2-9QX4", "code"},
		{SEARCH_REPORTS, "code=K7M2-9QX4&limit=1", "code"},
		{SEARCH_REPORTS,
			"code=K7M2-9QX4%20%20%20%20%20%20%20%20%20%20%20%20%20%20%20%"
			"20%20%20%20%20%20%20%20",
			"code"},
		{SEARCH_OUTLINES_OF, "near=1,1", "near"},
		{SEARCH_OUTLINES_OF, "cursor=1.2", "cursor"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		const char *field = read_as(wrong[i].about, wrong[i].query);

		if (field == NULL) {
			fail_msg("taken: %s", wrong[i].query);
		}
		assert_string_equal(field, wrong[i].field);
	}
}

/* All at once, each once; what follows from another is not told beside it. */
static void
all_that_is_wrong_is_named(void **state)
{
	static const struct {
		enum search_about about;
		const char *query, *fields;
	} wrong[] = {
		{SEARCH_COUNTS, "class=9&hazard=fuoco", "class hazard by "},
		{SEARCH_COUNTS, "by=day&from=x&to=y", "by from to "},
		{SEARCH_COUNTS,
			"class=9&from=2026-11-21T20:00:00Z&to=2026-11-21T19:00:00Z",
			"class to by "},
		{SEARCH_COUNTS, "by=", "by "},
		{SEARCH_REPORTS, "near=x&radius=-1&cursor=x", "near radius cursor "},
		{SEARCH_REPORTS, "near=x&radius=5&cursor=1", "near "},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		char named[128] = "";
		size_t n = 0;
		struct trouble trouble;
		struct fields fields;

		trouble_init(&trouble);
		assert_int_equal(
			fields_from_urlencoded(wrong[i].query, strlen(wrong[i].query),
				arena, &trouble, &fields),
			0);
		assert_int_not_equal(search_query_read(&fields, wrong[i].about, arena,
					     &trouble, &got),
			0);
		for (size_t k = 0; k < trouble.n; k++) {
			n += (size_t)snprintf(named + n, sizeof(named) - n, "%s ",
				trouble.at[k].field);
		}
		assert_string_equal(named, wrong[i].fields);
	}
}

static int
make_arena(void **state)
{
	(void)state;
	arena = arena_new(1 << 20);
	return arena == NULL ? -1 : 0;
}

static int
drop_arena(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_parameter_says_its_part),
		cmocka_unit_test(what_is_wrong_is_refused_by_its_name),
		cmocka_unit_test(all_that_is_wrong_is_named),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
