#include "unit.h"

#include <errno.h>
#include <stdio.h>
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

static void
a_lost_piece_leaves_the_old_list(void **state)
{
	struct area_list *l = area_list_new();

	(void)state;
	assert_int_equal(tell(l, country, 1, 1, 1), 0);
	assert_int_equal(tell(l, country, 2, 1, 0), 0);
	alloc_fail_at(1);
	assert_int_equal(tell(l, country + 4, 1, 0, 0), -ENOMEM);
	alloc_fail_at(0);
	assert_int_equal(tell(l, country + 6, 1, 0, 1), -ENOMEM);
	assert_int_equal(area_list_count(l), 1);
	assert_int_equal(tell(l, country, 4, 1, 1), 0);
	assert_int_equal(area_list_count(l), 4);
	area_list_free(l);
}

struct named {
	const char *code, *name, *parent;
	Vedetta__V1__AreaLevel level;
};

static const struct named named[] = {
	{"066049", "L'Aquila", "066", VEDETTA__V1__AREA_LEVEL__AREA_LEVEL_MUNICIPALITY},
	{"066",
		"L\xe2\x80\x99"
		"Aquila",
		"13", VEDETTA__V1__AREA_LEVEL__AREA_LEVEL_PROVINCE},
	{"030003", "Aquileia", "030", VEDETTA__V1__AREA_LEVEL__AREA_LEVEL_MUNICIPALITY},
	{"064002", "Sant'Angelo all'Esca", "064",
		VEDETTA__V1__AREA_LEVEL__AREA_LEVEL_MUNICIPALITY},
	{"066105", "Villa Sant'Angelo", "066",
		VEDETTA__V1__AREA_LEVEL__AREA_LEVEL_MUNICIPALITY},
	{"040007", "Forl\xc3\xac", "040",
		VEDETTA__V1__AREA_LEVEL__AREA_LEVEL_MUNICIPALITY},
	{"5", "\xd0\x9a\xd0\xb8\xd1\x97\xd0\xb2", "",
		VEDETTA__V1__AREA_LEVEL__AREA_LEVEL_REGION},
};

enum {
	NAMED = sizeof(named) / sizeof(named[0]),
};

static struct area_list *
tell_named(void)
{
	struct area_list *l = area_list_new();
	Vedetta__V1__BoardAreas piece = VEDETTA__V1__BOARD_AREAS__INIT;
	Vedetta__V1__Area areas[NAMED];
	Vedetta__V1__Area *list[NAMED];

	for (size_t i = 0; i < NAMED; i++) {
		vedetta__v1__area__init(&areas[i]);
		areas[i].code = (char *)named[i].code;
		areas[i].name = (char *)named[i].name;
		areas[i].parent = (char *)named[i].parent;
		areas[i].level = named[i].level;
		list[i] = &areas[i];
	}
	piece.areas = list;
	piece.n_areas = NAMED;
	piece.first = piece.last = 1;
	assert_int_equal(area_list_take(l, &piece), 0);
	return l;
}

static void
names_are_found_as_people_type_them(void **state)
{
	static const struct {
		const char *words;
		const char *codes;
	} rows[] = {
		{"laquila", "066 066049 "},
		{"l'aq", "066 066049 "},
		{"AQUILA", "066 066049 "},
		{"aqui", "030003 066 066049 "},
		{"forli", "040007 "},
		{"FORL\xc3\x8c", "040007 "},
		{"forl\xc3\xac'", "040007 "},
		{"sant angelo", "064002 066105 "},
		{"santangelo", "064002 066105 "},
		{"gelo", "064002 066105 "},
		{"villa", "066105 "},
		{"066049", "066049 "},
		{"\xd0\x9a\xd0\xb8", "5 "},
		{"roma", ""},
	};
	struct area_list *l = tell_named();
	struct arena *arena = arena_new(1 << 20);
	size_t wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct area_list_query q = {.words = rows[i].words, .limit = 10};
		struct area_list_mark last;
		Vedetta__V1__AreaList out;
		char codes[256] = "";
		bool more;

		assert_int_equal(area_list_find(l, &q, arena, &out, &last, &more), 0);
		assert_false(more);
		for (size_t a = 0; a < out.n_areas; a++) {
			size_t used = strlen(codes);

			(void)snprintf(codes + used, sizeof(codes) - used, "%s ",
				out.areas[a]->code);
		}
		if (strcmp(codes, rows[i].codes) != 0 || out.total != out.n_areas) {
			print_error("%s: %s\n", rows[i].words, codes);
			wrong++;
		}
	}
	assert_int_equal(wrong, 0);
	arena_free(arena);
	area_list_free(l);
}

static void
pages_have_each_area_once(void **state)
{
	for (size_t limit = 1; limit <= NAMED; limit++) {
		struct area_list *l = tell_named();
		struct arena *arena = arena_new(1 << 20);
		struct area_list_query q = {.limit = limit};
		struct area_list_mark last;
		Vedetta__V1__AreaList out;
		unsigned level = 0;
		size_t seen = 0;
		bool more;

		(void)state;
		do {
			assert_int_equal(
				area_list_find(l, &q, arena, &out, &last, &more), 0);
			assert_int_equal(out.total, NAMED);
			for (size_t a = 0; a < out.n_areas; a++) {
				assert_true((unsigned)out.areas[a]->level >= level);
				level = (unsigned)out.areas[a]->level;
			}
			seen += out.n_areas;
			q.behind = &last;
		} while (more);
		assert_int_equal(seen, NAMED);
		arena_free(arena);
		area_list_free(l);
	}
}

static void
level_and_parent_narrow_it(void **state)
{
	struct area_list *l = tell_named();
	struct arena *arena = arena_new(1 << 20);
	struct area_list_query q = {.parent = "066", .limit = 10};
	struct area_list_mark last;
	Vedetta__V1__AreaList out;
	bool more;

	(void)state;
	assert_int_equal(area_list_find(l, &q, arena, &out, &last, &more), 0);
	assert_int_equal(out.total, 2);
	q = (struct area_list_query){.words = "aquila", .level = 3, .limit = 10};
	assert_int_equal(area_list_find(l, &q, arena, &out, &last, &more), 0);
	assert_int_equal(out.total, 1);
	assert_true(area_list_has(l, "066"));
	assert_false(area_list_has(l, "06"));
	arena_free(arena);
	area_list_free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_piece_makes_all_count),
		cmocka_unit_test(short_memory_keeps_what_was),
		cmocka_unit_test(a_lost_piece_leaves_the_old_list),
		cmocka_unit_test(names_are_found_as_people_type_them),
		cmocka_unit_test(pages_have_each_area_once),
		cmocka_unit_test(level_and_parent_narrow_it),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
