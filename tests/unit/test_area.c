/* Longer than most: one map, every question against a look at every area. */
#include "unit.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "geo/area.h"
#include "geo/measure.h"

enum {
	DRAWS = 5000,
	BOXES = 120,
	ROOM = 200,
};

static uint64_t seed = 20261121;

/* xorshift64*: the same cases on every run */
static double
random_in(double from, double to)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return from +
	       (to - from) * (double)(seed * 2685821657736338717u >> 11) * 0x1p-53;
}

static int
take_box(struct area_map *m, const char *code, enum area_level level,
	const char *parent, const double box[4])
{
	struct area a = {.level = level, .residents = -1};
	int r = 0;

	(void)snprintf(a.code, sizeof(a.code), "%s", code);
	(void)snprintf(a.name, sizeof(a.name), "Area %s", code);
	(void)snprintf(a.parent_code, sizeof(a.parent_code), "%s", parent);
	if (box != NULL) {
		const struct geo_point corners[] = {{box[0], box[1]}, {box[0], box[3]},
			{box[2], box[3]}, {box[2], box[1]}};
		const uint32_t sizes[] = {4};

		r = polygon_new(&a.polygon, corners, sizes, 1);
	}
	if (r == 0) {
		r = area_map_take(m, &a);
		if (r != 0) {
			polygon_free(a.polygon);
		}
	}
	return r;
}

/* Two municipalities side by side, one with a sector; a corner of the province is
 * nobody's. */
static int
fill_small(struct area_map *m)
{
	static const double province[4] = {44, 9, 44.3, 9.6};
	static const double west[4] = {44, 9, 44.2, 9.3};
	static const double east[4] = {44, 9.3, 44.2, 9.6};
	static const double sector[4] = {44.05, 9.05, 44.06, 9.06};
	int r = take_box(m, "001", AREA_PROVINCE, "01", province);

	r = r != 0 ? r : take_box(m, "001002", AREA_MUNICIPALITY, "001", east);
	r = r != 0 ? r : take_box(m, "001001", AREA_MUNICIPALITY, "001", west);
	r = r != 0 ? r : take_box(m, "001001A", AREA_SECTOR, "001001", sector);
	r = r != 0 ? r : take_box(m, "IT", AREA_NATION, "", NULL);
	r = r != 0 ? r : take_box(m, "01", AREA_REGION, "IT", NULL);
	return r;
}

static struct area_map *
small(void)
{
	struct area_map *m = area_map_new();
	const char *wrong = NULL;

	assert_int_equal(fill_small(m), 0);
	assert_int_equal(area_map_seal(m, &wrong), 0);
	return m;
}

static struct area_chain
find(struct area_map *m, double lat_deg, double lon_deg)
{
	struct area_chain chain;

	area_map_find(m, (struct geo_point){lat_deg, lon_deg}, &chain);
	return chain;
}

static void
assert_chain(const struct area_chain *chain, enum area_fit fit, const char *codes)
{
	char text[256] = "";
	size_t n = 0;

	for (size_t i = 0; i < chain->n; i++) {
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s",
			i == 0 ? "" : " ", chain->areas[i]->code);
	}
	assert_string_equal(text, codes);
	assert_int_equal(chain->fit, fit);
}

static void
a_point_finds_its_chain_up_to_the_nation(void **state)
{
	struct area_map *m = small();
	struct area_chain chain = find(m, 44.055, 9.055);

	(void)state;
	assert_chain(&chain, AREA_INSIDE, "001001A 001001 001 01 IT");
	chain = find(m, 44.07, 9.055);
	assert_chain(&chain, AREA_INSIDE, "001001 001 01 IT");
	chain = find(m, 44.07, 9.5);
	assert_chain(&chain, AREA_INSIDE, "001002 001 01 IT");
	area_map_free(m);
}

static void
a_border_belongs_to_the_lower_code(void **state)
{
	struct area_map *m = small();
	struct area_chain chain = find(m, 44.1, 9.3);

	(void)state;
	assert_chain(&chain, AREA_INSIDE, "001001 001 01 IT");
	chain = find(m, 44.1, 9.3000001);
	assert_chain(&chain, AREA_INSIDE, "001002 001 01 IT");
	chain = find(m, 44.2, 9.3);
	assert_chain(&chain, AREA_INSIDE, "001001 001 01 IT");
	area_map_free(m);
}

static void
outside_the_nearest_takes_it_up_to_two_kilometres(void **state)
{
	struct area_map *m = small();
	struct area_chain chain = find(m, 43.99, 9.4);

	(void)state;
	assert_chain(&chain, AREA_NEAR, "001002 001 01 IT");
	assert_true(fabs(chain.distance_m - 1112) < 2);
	chain = find(m, 43.98, 9.4);
	assert_chain(&chain, AREA_UNASSIGNED, "");
	/* Beside the border: the nearer of the two. */
	chain = find(m, 43.99, 9.299);
	assert_chain(&chain, AREA_NEAR, "001001 001 01 IT");
	area_map_free(m);
}

static void
a_hole_between_municipalities_takes_the_nearest_and_else_the_province(void **state)
{
	struct area_map *m = small();
	struct area_chain chain = find(m, 44.21, 9.1);

	(void)state;
	assert_chain(&chain, AREA_NEAR, "001001 001 01 IT");
	chain = find(m, 44.25, 9.1);
	assert_chain(&chain, AREA_INSIDE, "001 01 IT");
	area_map_free(m);
}

static void
assert_touching(struct area_map *m, double lat_deg, double lon_deg, double radius_m,
	enum area_fit wanted, const char *codes)
{
	const struct area *out[ROOM];
	char text[1024] = "";
	enum area_fit fit;
	size_t at = 0;
	size_t n = area_map_touching(
		m, (struct geo_point){lat_deg, lon_deg}, radius_m, &fit, out, ROOM);

	for (size_t i = 0; i < n; i++) {
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%s",
			i == 0 ? "" : " ", out[i]->code);
	}
	assert_string_equal(text, codes);
	assert_int_equal(fit, wanted);
}

static void
a_circle_touches_what_it_reaches_and_the_parents(void **state)
{
	struct area_map *m = small();

	(void)state;
	assert_touching(m, 44.1, 9.28, 0, AREA_INSIDE, "001001 001 01 IT");
	assert_touching(m, 44.1, 9.28, 1500, AREA_INSIDE, "001001 001 01 IT");
	assert_touching(m, 44.1, 9.28, 1700, AREA_INSIDE, "001001 001002 001 01 IT");
	assert_touching(
		m, 44.1, 9.28, 1e9, AREA_INSIDE, "001001A 001001 001002 001 01 IT");
	assert_touching(m, 43.99, 9.4, 5, AREA_NEAR, "001002 001 01 IT");
	assert_touching(m, 43.97, 9.4, 5, AREA_UNASSIGNED, "");
	assert_touching(m, 43.97, 9.4, 5000, AREA_INSIDE, "001002 001 01 IT");
	area_map_free(m);
}

static void
room_for_less_still_tells_how_many(void **state)
{
	struct area_map *m = small();
	const struct area *out[2];
	enum area_fit fit;

	(void)state;
	assert_int_equal(
		area_map_touching(m, (struct geo_point){44.1, 9.1}, 10, &fit, out, 2),
		4);
	assert_string_equal(out[0]->code, "001001");
	assert_string_equal(out[1]->code, "001");
	area_map_free(m);
}

static void
an_empty_map_and_one_without_ground_know_nothing(void **state)
{
	struct area_map *m = area_map_new();
	const char *wrong = NULL;
	struct area_chain chain;

	(void)state;
	assert_int_equal(area_map_seal(m, &wrong), 0);
	chain = find(m, 44, 9);
	assert_chain(&chain, AREA_UNASSIGNED, "");
	assert_touching(m, 44, 9, 1000, AREA_UNASSIGNED, "");
	assert_null(area_map_by_code(m, "IT"));
	area_map_free(m);
	m = area_map_new();
	assert_int_equal(take_box(m, "IT", AREA_NATION, "", NULL), 0);
	assert_int_equal(area_map_seal(m, &wrong), 0);
	chain = find(m, 44, 9);
	assert_chain(&chain, AREA_UNASSIGNED, "");
	area_map_free(m);
}

static void
codes_are_found_and_held_apart(void **state)
{
	struct area_map *m = small();
	char longer[AREA_CODE_BYTES + 10];
	struct area nameless = {.code = "x", .level = AREA_SECTOR};
	const char *wrong = NULL;

	(void)state;
	for (size_t i = 0; i < area_map_count(m); i++) {
		const struct area *a = area_map_get(m, i);

		assert_ptr_equal(area_map_by_code(m, a->code), a);
	}
	memset(longer, '0', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	assert_null(area_map_by_code(m, longer));
	assert_null(area_map_by_code(m, "00100"));
	area_map_free(m);

	m = area_map_new();
	assert_int_equal(area_map_take(m, &nameless), AREA_BAD_NAME);
	assert_int_equal(take_box(m, "1", AREA_REGION, "", NULL), 0);
	assert_int_equal(take_box(m, "1", AREA_SECTOR, "", NULL), 0);
	assert_int_equal(area_map_seal(m, &wrong), AREA_TWICE);
	assert_string_equal(wrong, "1");
	area_map_free(m);

	m = area_map_new();
	assert_int_equal(take_box(m, "1", AREA_REGION, "2", NULL), 0);
	assert_int_equal(take_box(m, "2", AREA_REGION, "1", NULL), 0);
	assert_int_equal(area_map_seal(m, &wrong), AREA_BAD_PARENT);
	area_map_free(m);
}

/* What the index should say, by a look at every area. */
static void
assert_plainly(struct area_map *m, struct geo_point at, double radius_m)
{
	const struct area *out[ROOM];
	const struct area *holder = NULL;
	struct area_chain chain;
	enum area_fit fit;
	size_t n, k = 0;

	for (size_t i = area_map_count(m); i-- > 0;) {
		const struct area *a = area_map_get(m, i);

		if (polygon_side(a->polygon, at) != POLYGON_OUTSIDE) {
			holder = a;
		}
	}
	area_map_find(m, at, &chain);
	if (holder != NULL) {
		assert_int_equal(chain.fit, AREA_INSIDE);
		assert_string_equal(chain.areas[0]->code, holder->code);
	}
	n = area_map_touching(m, at, radius_m, &fit, out, ROOM);
	if (fit == AREA_NEAR) {
		return;
	}
	for (size_t i = 0; i < area_map_count(m); i++) {
		const struct area *a = area_map_get(m, i);
		bool touches = polygon_side(a->polygon, at) != POLYGON_OUTSIDE ||
			       !isinf(polygon_distance_m(a->polygon, at, radius_m));

		/* A wide circle may tell of more, never of less. */
		while (radius_m > AREA_EXACT_MOST_M && k < n && out[k] < a) {
			k++;
		}
		if (touches) {
			assert_true(k < n);
			assert_ptr_equal(out[k++], a);
		}
	}
	assert_true(radius_m > AREA_EXACT_MOST_M || k == n);
}

static void
random_maps_agree_with_a_look_at_every_area(void **state)
{
	static const struct geo_point middles[] = {
		{44, 9}, {-17, 180}, {0, 0}, {80, -100}, {-45, -179}};

	(void)state;
	for (size_t place = 0; place < 5; place++) {
		struct area_map *m = area_map_new();
		const char *wrong = NULL;

		for (int i = 0; i < BOXES; i++) {
			double south = middles[place].lat_deg + random_in(-1, 1);
			double west = middles[place].lon_deg + random_in(-2, 2);
			double box[4] = {south, remainder(west, 360),
				south + random_in(0.001, 0.2), 0};
			char code[8];

			box[3] = remainder(west + random_in(0.001, 0.4), 360);
			(void)snprintf(code, sizeof(code), "%03d", i);
			assert_int_equal(
				take_box(m, code, AREA_MUNICIPALITY, "", box), 0);
		}
		assert_int_equal(area_map_seal(m, &wrong), 0);
		for (int i = 0; i < DRAWS; i++) {
			struct geo_point at = {
				middles[place].lat_deg + random_in(-1.2, 1.4),
				remainder(middles[place].lon_deg + random_in(-2.2, 2.6),
					360)};

			assert_plainly(m, at, random_in(0, 20000));
		}
		area_map_free(m);
	}
}

static void
areas_far_apart_share_a_map(void **state)
{
	static const double italy[4] = {36, 6, 47, 19};
	static const double fiji[4] = {-20, 177, -15, -178};
	static const double pole[4] = {80, -60, 90, 60};
	struct area_map *m = area_map_new();
	const char *wrong = NULL;
	struct area_chain chain;

	(void)state;
	assert_int_equal(take_box(m, "IT", AREA_NATION, "", italy), 0);
	assert_int_equal(take_box(m, "FJ", AREA_NATION, "", fiji), 0);
	assert_int_equal(take_box(m, "XN", AREA_NATION, "", pole), 0);
	assert_int_equal(area_map_seal(m, &wrong), 0);
	chain = find(m, 42, 12);
	assert_chain(&chain, AREA_INSIDE, "IT");
	chain = find(m, -17, 180);
	assert_chain(&chain, AREA_INSIDE, "FJ");
	chain = find(m, -17, -179);
	assert_chain(&chain, AREA_INSIDE, "FJ");
	chain = find(m, -17, -177.99);
	assert_chain(&chain, AREA_NEAR, "FJ");
	chain = find(m, 85, 0);
	assert_chain(&chain, AREA_INSIDE, "XN");
	chain = find(m, 89.999, 180);
	assert_chain(&chain, AREA_NEAR, "XN");
	chain = find(m, 0, 0);
	assert_chain(&chain, AREA_UNASSIGNED, "");
	area_map_free(m);
}

static void
short_memory_makes_no_half_map(void **state)
{
	(void)state;
	for (unsigned long i = 1;; i++) {
		const char *wrong = NULL;
		struct area_map *m;
		int r = -ENOMEM;

		alloc_fail_at(i);
		m = area_map_new();
		if (m != NULL) {
			r = fill_small(m);
		}
		if (r == 0) {
			r = area_map_seal(m, &wrong);
		}
		bool was_reached = alloc_failed();

		alloc_fail_at(0);
		area_map_free(m);
		if (!was_reached) {
			assert_int_equal(r, 0);
			break;
		}
		assert_int_equal(r, -ENOMEM);
	}
}

static void
assert_leaves(
	struct area_map *m, struct geo_point at, double radius_m, const char *want)
{
	struct area_leaf leaves[AREA_LEAVES_MOST];
	enum area_fit fit;
	size_t n = area_map_leaves(m, at, radius_m, &fit, leaves);
	char text[1024] = "";
	size_t bytes = 0;

	for (size_t i = 0; i < n; i++) {
		bytes += (size_t)snprintf(text + bytes, sizeof(text) - bytes, "%s%s%s",
			i > 0 ? " " : "", leaves[i].is_wide ? "*" : "",
			leaves[i].area->code);
	}
	assert_string_equal(text, want);
}

static void
leaves_are_the_smallest_areas_a_circle_touches(void **state)
{
	struct area_map *m = small();

	(void)state;
	assert_leaves(m, (struct geo_point){44.055, 9.055}, 0, "001001A");
	assert_leaves(m, (struct geo_point){44.1, 9.1}, 0, "001001");
	assert_leaves(m, (struct geo_point){44.1, 9.2999}, 50, "001001 001002");
	assert_leaves(m, (struct geo_point){44.28, 9.5}, 0, "001");
	assert_leaves(m, (struct geo_point){43, 9.5}, 0, "");
	area_map_free(m);
}

/* Sixty strips of ground in two provinces: too many to name one by one. */
static void
too_many_leaves_give_way_to_their_parents(void **state)
{
	struct area_map *m = area_map_new();
	const char *wrong = NULL;

	(void)state;
	assert_int_equal(take_box(m, "P1", AREA_PROVINCE, "", NULL), 0);
	assert_int_equal(take_box(m, "P2", AREA_PROVINCE, "", NULL), 0);
	for (int i = 0; i < 60; i++) {
		const double box[4] = {44, 9 + i * 0.001, 44.1, 9.001 + i * 0.001};
		char code[8];

		(void)snprintf(code, sizeof(code), "%03d", i);
		assert_int_equal(
			take_box(m, code, AREA_MUNICIPALITY, i < 50 ? "P1" : "P2", box),
			0);
	}
	assert_int_equal(area_map_seal(m, &wrong), 0);
	assert_leaves(m, (struct geo_point){44.05, 9.0305}, 5000, "*P1 *P2");
	assert_leaves(m, (struct geo_point){44.05, 9.0005}, 30, "000");
	assert_leaves(m, (struct geo_point){44.05, 9.0005}, 70, "000 001");
	area_map_free(m);
}

static void
a_map_sealed_in_slices_is_the_same_map(void **state)
{
	struct area_map *whole = small();
	struct area_map *m = area_map_new();
	const char *wrong = NULL;
	bool done = false;
	int slices = 0;

	(void)state;
	assert_int_equal(fill_small(m), 0);
	while (!done) {
		assert_int_equal(area_map_seal_some(m, 1, &done, &wrong), 0);
		slices++;
	}
	assert_int_equal(slices, 6); /* begin, four with ground, end */
	for (int i = 0; i < DRAWS; i++) {
		struct geo_point at = {random_in(43.9, 44.4), random_in(8.9, 9.7)};
		struct area_chain a, b;

		area_map_find(whole, at, &a);
		area_map_find(m, at, &b);
		assert_int_equal(a.fit, b.fit);
		assert_int_equal(a.n, b.n);
		for (size_t j = 0; j < a.n; j++) {
			assert_string_equal(a.areas[j]->code, b.areas[j]->code);
		}
	}
	area_map_free(m);
	area_map_free(whole);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_point_finds_its_chain_up_to_the_nation),
		cmocka_unit_test(a_border_belongs_to_the_lower_code),
		cmocka_unit_test(outside_the_nearest_takes_it_up_to_two_kilometres),
		cmocka_unit_test(
			a_hole_between_municipalities_takes_the_nearest_and_else_the_province),
		cmocka_unit_test(a_circle_touches_what_it_reaches_and_the_parents),
		cmocka_unit_test(room_for_less_still_tells_how_many),
		cmocka_unit_test(an_empty_map_and_one_without_ground_know_nothing),
		cmocka_unit_test(codes_are_found_and_held_apart),
		cmocka_unit_test(random_maps_agree_with_a_look_at_every_area),
		cmocka_unit_test(areas_far_apart_share_a_map),
		cmocka_unit_test(leaves_are_the_smallest_areas_a_circle_touches),
		cmocka_unit_test(too_many_leaves_give_way_to_their_parents),
		cmocka_unit_test(a_map_sealed_in_slices_is_the_same_map),
		cmocka_unit_test(short_memory_makes_no_half_map),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
