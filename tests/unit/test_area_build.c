#include "store_kit.h"

#include <errno.h>

#include "geo/store_area.h"
#include "server/area_build.h"

enum {
	MANY = 40, /* more than a slice reads */
	TURNS_MOST = 1000,
};

static char reason[160];

static void
put_in(struct store *s, uint64_t import, const char *code, const char *parent,
	enum area_level level, const uint8_t *polygon, size_t bytes)
{
	const struct store_area area = {.code = code,
		.name = code,
		.parent = parent,
		.level = level,
		.residents = -1,
		.polygon = polygon,
		.polygon_bytes = bytes};

	assert_int_equal(store_begin(s), 0);
	assert_int_equal(store_put_area(s, import, &area), 0);
	assert_int_equal(store_commit(s), 0);
}

static uint64_t
new_import(struct store *s)
{
	uint64_t import;

	assert_int_equal(store_area_next(s, &import), 0);
	return import;
}

/* A region and municipalities in it, each a square of a hundredth of a degree. */
static void
put_many(struct store *s, uint64_t import)
{
	put_in(s, import, "R", "", AREA_REGION, NULL, 0);
	for (int i = 0; i < MANY; i++) {
		double west = 8 + i * 0.02;
		const struct geo_point corners[] = {{44, west}, {44, west + 0.01},
			{44.01, west + 0.01}, {44.01, west}};
		const uint32_t sizes[] = {4};
		struct polygon *p;
		uint8_t *bytes;
		size_t n;
		char code[AREA_CODE_BYTES];

		snprintf(code, sizeof(code), "M%02d", i);
		assert_int_equal(polygon_new(&p, corners, sizes, 1), 0);
		assert_int_equal(polygon_pack(p, &bytes, &n), 0);
		put_in(s, import, code, "R", AREA_MUNICIPALITY, bytes, n);
		polygon_free(p);
		free(bytes);
	}
}

/* All slices of it; *turns tells how many. */
static int
build(struct store *s, uint64_t with, struct area_map **map, unsigned *turns)
{
	struct area_build *b = area_build_new(with);
	int r = b == NULL ? -ENOMEM : 0;

	*map = NULL;
	reason[0] = '\0';
	for (*turns = 0; r == 0 && *map == NULL; ++*turns) {
		assert_true(*turns < TURNS_MOST);
		r = area_build_some(b, s, map, reason, sizeof(reason));
	}
	area_build_free(b);
	return r;
}

static void
slices_make_the_map_of_an_import_that_does_not_count_yet(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f);
	uint64_t import = new_import(s);
	struct area_map *map;
	const struct area *one;
	unsigned turns;

	put_many(s, import);
	assert_int_equal(build(s, import, &map, &turns), 0);
	assert_true(turns > 3); /* read in three slices, then sealed */
	assert_int_equal(area_map_count(map), MANY + 1);
	one = area_map_by_code(map, "M39");
	assert_non_null(one);
	assert_string_equal(one->parent->code, "R");
	assert_int_equal(one->level, AREA_MUNICIPALITY);
	area_map_free(map);
	assert_int_equal(build(s, 0, &map, &turns), 0);
	assert_int_equal(area_map_count(map), 0);
	area_map_free(map);
	store_close(s);
}

static void
a_parent_that_is_not_above_is_refused_by_code(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f);
	uint64_t import = new_import(s);
	struct area_map *map;
	unsigned turns;

	put_in(s, import, "A", "", AREA_MUNICIPALITY, NULL, 0);
	put_in(s, import, "B", "A", AREA_REGION, NULL, 0);
	assert_int_equal(build(s, import, &map, &turns), AREA_BUILD_REFUSED);
	assert_null(map);
	assert_string_equal(reason, "the parent of area B is not above it");
	store_close(s);
}

static void
ground_that_went_bad_in_the_file_is_no_map(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f);
	uint64_t import = new_import(s);
	struct area_map *map;
	unsigned turns;

	put_in(s, import, "A", "", AREA_MUNICIPALITY, (const uint8_t *)"ground", 6);
	assert_int_equal(build(s, import, &map, &turns), -EUCLEAN);
	assert_null(map);
	store_close(s);
}

static void
memory_may_be_short_at_any_moment(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f);
	uint64_t import = new_import(s);
	bool done = false;

	put_many(s, import);
	for (unsigned long n = 1; !done; n++) {
		struct area_map *map;
		unsigned turns;
		int r;

		alloc_fail_at(n);
		r = build(s, import, &map, &turns);
		done = !alloc_failed();
		alloc_fail_at(0);
		assert_int_equal(r, done ? 0 : -ENOMEM);
		assert_true(done == (map != NULL));
		area_map_free(map);
	}
	store_close(s);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, drop_folder)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(slices_make_the_map_of_an_import_that_does_not_count_yet),
		TEST(a_parent_that_is_not_above_is_refused_by_code),
		TEST(ground_that_went_bad_in_the_file_is_no_map),
		TEST(memory_may_be_short_at_any_moment),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
