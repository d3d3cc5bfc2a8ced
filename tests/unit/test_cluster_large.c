/* Sets too large for brute force, whose answer is known, and the attacks among them */
#include "unit.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "geo/cluster.h"
#include "geo/measure.h"

enum {
	PILE = 100000,
	BLOB = 20000,
	RING = 20000,
	WINDOW = 20000,
};

static const double EPS_M = 300;

/* Of the earth's circumference. */
static const double M_IN_DEG = EARTH_RADIUS_M * M_PI / 180;

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

struct tally {
	size_t n[CLUSTER_DIED + 1];
};

static void
count_news(void *arg, const struct cluster_news *news)
{
	struct tally *t = arg;

	t->n[news->event]++;
}

static struct cluster *
make(uint32_t min_points, struct tally *tally)
{
	struct cluster_options options = {
		.eps_m = EPS_M,
		.min_points = min_points,
		.notify = tally == NULL ? NULL : count_news,
		.arg = tally,
	};
	struct cluster *c = cluster_new(&options);

	assert_non_null(c);
	return c;
}

static uint32_t
add(struct cluster *c, uint64_t id, struct geo_point at)
{
	uint32_t handle;

	assert_int_equal(cluster_add(c, id, at, &handle), 0);
	return handle;
}

static void
a_hundred_thousand_points_on_one_place_are_one_component(void **state)
{
	static uint32_t pile[PILE];
	const struct geo_point at = {18.539269, -72.336408};
	struct tally tally = {0};
	struct cluster *c = make(3, &tally);
	uint32_t border;
	struct cluster_place place;

	(void)state;
	border = add(c, 1, (struct geo_point){at.lat_deg + 0.0026, at.lon_deg});
	for (uint32_t i = 0; i < PILE; i++) {
		pile[i] = add(c, 2 + i, at);
	}
	assert_int_equal(cluster_components(c), 1);
	place = cluster_of(c, pile[0]);
	/* The one 289 m away has the whole pile for neighbours. */
	assert_true(cluster_of(c, border).is_core);
	assert_int_equal(cluster_size(c, place.component), PILE + 1);
	assert_true(cluster_bytes(c) < 25 * PILE);
	for (uint32_t i = 0; i < PILE; i++) {
		assert_int_equal(cluster_size(c, place.component),
			PILE - i > 1 ? PILE - i + 1 : 0);
		cluster_remove(c, pile[i]);
	}
	assert_int_equal(cluster_components(c), 0);
	assert_int_equal(cluster_of(c, border).component, CLUSTER_NONE);
	assert_int_equal(tally.n[CLUSTER_BORN], 1);
	assert_int_equal(tally.n[CLUSTER_DIED], 1);
	assert_int_equal(tally.n[CLUSTER_MERGED] + tally.n[CLUSTER_SPLIT], 0);
	cluster_free(c);
}

/* In a disc of 40 m somewhere east of a place on the equator. */
static struct geo_point
draw_in_blob(double east_m)
{
	double angle = random_in(0, 2 * M_PI);
	double radius_m = 40 * sqrt(random_in(0, 1));

	return (struct geo_point){radius_m * sin(angle) / M_IN_DEG,
		(east_m + radius_m * cos(angle)) / M_IN_DEG};
}

static void
two_dense_blobs_out_of_reach_stay_two(void **state)
{
	static uint32_t blobs[2][BLOB];
	struct tally tally = {0};
	struct cluster *c = make(3, &tally);

	(void)state;
	/* From edge to edge 301 m. */
	for (uint32_t i = 0; i < BLOB; i++) {
		blobs[0][i] = add(c, i, draw_in_blob(0));
		blobs[1][i] = add(c, BLOB + i, draw_in_blob(381));
	}
	assert_int_equal(cluster_components(c), 2);
	assert_int_not_equal(cluster_of(c, blobs[0][0]).component,
		cluster_of(c, blobs[1][0]).component);
	/* A bridge between them comes and goes, while the blobs are renewed. */
	for (uint32_t i = 0; i < BLOB; i++) {
		uint32_t bridge;

		if (i % 100 == 0) {
			bridge = add(c, 0, (struct geo_point){0, 190.0 / M_IN_DEG});
			assert_int_equal(cluster_components(c), 1);
			assert_int_equal(
				cluster_size(c, cluster_of(c, bridge).component),
				2 * BLOB + 1);
			cluster_remove(c, bridge);
			assert_int_equal(cluster_components(c), 2);
		}
		cluster_remove(c, blobs[i % 2][i]);
		blobs[i % 2][i] = add(c, i, draw_in_blob(i % 2 == 0 ? 0 : 381));
	}
	assert_int_equal(tally.n[CLUSTER_BORN], 2);
	assert_int_equal(tally.n[CLUSTER_MERGED], BLOB / 100);
	assert_int_equal(tally.n[CLUSTER_SPLIT], BLOB / 100);
	cluster_free(c);
}

static void
blobs_hang_together_until_the_last_of_many_witnesses_goes(void **state)
{
	enum {
		LINKS = 500,
	};
	uint32_t links[LINKS];
	struct cluster *c = make(3, NULL);

	(void)state;
	for (uint32_t i = 0; i < BLOB; i++) {
		add(c, i, draw_in_blob(0));
		add(c, i, draw_in_blob(381));
	}
	for (uint32_t i = 0; i < LINKS; i++) {
		struct geo_point at = {random_in(-20, 20) / M_IN_DEG,
			(42 + random_in(0, 4)) / M_IN_DEG};

		/* By turns beside the one blob and beside the other. */
		if (i % 2 == 0) {
			at.lon_deg = 381 / M_IN_DEG - at.lon_deg;
		}
		links[i] = add(c, 2 * BLOB + i, at);
	}
	for (uint32_t i = LINKS; i-- > 0;) {
		assert_int_equal(cluster_components(c), 1);
		cluster_remove(c, links[i * 7 % LINKS]);
	}
	assert_int_equal(cluster_components(c), 2);
	cluster_free(c);
}

/* A ring of points, 0.4 eps from one to the next, around a place or a pole. */
struct ring {
	struct cluster *c;
	struct geo_point centre;
	uint32_t handles[RING];
};

static struct geo_point
ring_place(const struct ring *r, uint32_t i)
{
	double radius_deg = RING * 0.4 * EPS_M / (2 * M_PI) / M_IN_DEG;
	double angle = 2 * M_PI * i / RING;

	if (fabs(r->centre.lat_deg) == 90) {
		return (struct geo_point){copysign(90 - radius_deg, r->centre.lat_deg),
			remainder(360.0 * i / RING, 360)};
	}
	double lat = r->centre.lat_deg + radius_deg * sin(angle);
	double lon =
		r->centre.lon_deg + radius_deg * cos(angle) / cos(lat * (M_PI / 180));

	return (struct geo_point){lat, remainder(lon, 360)};
}

/* Two points out, and the ring has a gap of 1.2 eps. */
static void
cut(struct ring *r, uint32_t at)
{
	cluster_remove(r->c, r->handles[at]);
	cluster_remove(r->c, r->handles[at + 1]);
}

static void
close_again(struct ring *r, uint32_t at)
{
	r->handles[at] = add(r->c, at, ring_place(r, at));
	r->handles[at + 1] = add(r->c, at + 1, ring_place(r, at + 1));
}

static uint64_t
component_at(const struct ring *r, uint32_t i)
{
	return cluster_of(r->c, r->handles[i]).component;
}

static void
cut_and_close(struct ring *r)
{
	uint64_t whole = component_at(r, 0);

	cut(r, 500);
	assert_int_equal(cluster_components(r->c), 1);
	/* 5,998 of the points are on one side of the cuts, 13,998 on the other. */
	cut(r, 6500);
	assert_int_equal(cluster_components(r->c), 2);
	assert_int_equal(component_at(r, 0), whole);
	assert_int_equal(component_at(r, RING - 1), whole);
	uint64_t part = component_at(r, 501 + 1);

	assert_int_equal(component_at(r, 6499), part);
	assert_int_equal(cluster_size(r->c, part), 5998);
	assert_int_equal(cluster_size(r->c, whole), 13998);
	close_again(r, 500);
	assert_int_equal(cluster_components(r->c), 1);
	assert_int_equal(component_at(r, 501), whole);
	close_again(r, 6500);
	assert_int_equal(cluster_components(r->c), 1);
	for (uint32_t i = 0; i < 100; i++) {
		cut(r, i * 200);
		assert_int_equal(cluster_components(r->c), i < 1 ? 1 : i + 1);
	}
	for (uint32_t i = 0; i < 100; i++) {
		close_again(r, i * 200);
		assert_int_equal(cluster_components(r->c), i < 99 ? 99 - i : 1);
	}
	assert_int_equal(cluster_size(r->c, component_at(r, 7)), RING);
}

static void
a_ring_cut_once_is_whole_and_cut_twice_is_two(void **state)
{
	static const struct geo_point centres[] = {
		{42.35, 13.4}, {-17, 180}, {0, 0}, {90, 0}, {-90, 0}};

	(void)state;
	for (size_t k = 0; k < sizeof(centres) / sizeof(centres[0]); k++) {
		static struct ring r;

		r = (struct ring){.c = make(3, NULL), .centre = centres[k]};
		for (uint32_t i = 0; i < RING; i++) {
			/* Far apart first, so that it grows together from pieces. */
			uint32_t at = (uint32_t)((uint64_t)i * 7919 % RING);

			r.handles[at] = add(r.c, at, ring_place(&r, at));
		}
		assert_int_equal(cluster_components(r.c), 1);
		cut_and_close(&r);
		cluster_free(r.c);
	}
}

/* One in three on a few hundred streets, the others anywhere in a town. */
static struct geo_point
draw_in_town(void)
{
	struct geo_point at = {
		random_in(42.2, 42.6), floor(random_in(0, 200)) / 400 + 13};

	if (random_in(0, 3) > 1) {
		at.lon_deg = random_in(13, 13.5);
	}
	return at;
}

struct kept {
	struct geo_point at;
	uint64_t id;
	uint32_t handle;
	uint32_t fresh_handle;
};

static int
by_fresh_component(const void *a, const void *b)
{
	const uint64_t *x = a;
	const uint64_t *y = b;

	return x[0] != y[0] ? (x[0] < y[0] ? -1 : 1) : (x[1] > y[1]) - (x[1] < y[1]);
}

/* Same core points, and the components of one are those of the other. */
static void
compare(const struct cluster *c, const struct cluster *fresh, const struct kept *kept)
{
	static uint64_t pairs[WINDOW][2];
	size_t n_different = 1;

	for (size_t i = 0; i < WINDOW; i++) {
		struct cluster_place is = cluster_of(c, kept[i].handle);
		struct cluster_place wanted = cluster_of(fresh, kept[i].fresh_handle);

		assert_int_equal(is.is_core, wanted.is_core);
		pairs[i][0] = wanted.component;
		pairs[i][1] = is.component;
	}
	qsort(pairs, WINDOW, sizeof(pairs[0]), by_fresh_component);
	for (size_t i = 1; i < WINDOW; i++) {
		n_different += by_fresh_component(pairs[i - 1], pairs[i]) != 0;
	}
	assert_int_equal(cluster_components(c), cluster_components(fresh));
	assert_in_range(cluster_components(c), 20, WINDOW);
	/* Noise is one more. */
	assert_int_equal(pairs[0][0], CLUSTER_NONE);
	assert_int_equal(pairs[0][1], CLUSTER_NONE);
	assert_int_equal(n_different, cluster_components(fresh) + 1);
}

static void
what_is_left_of_a_long_stream_equals_what_never_saw_the_rest(void **state)
{
	static struct kept kept[WINDOW];

	(void)state;
	for (uint32_t min_points = 2; min_points <= 7; min_points++) {
		struct cluster *c = make(min_points, NULL);
		struct cluster *fresh = make(min_points, NULL);

		for (size_t i = 0; i < 3 * WINDOW; i++) {
			struct kept *k = &kept[i % WINDOW];

			if (i >= WINDOW) {
				cluster_remove(c, k->handle);
			}
			k->at = draw_in_town();
			k->id = i;
			k->handle = add(c, i, k->at);
		}
		for (size_t i = WINDOW; i-- > 0;) {
			kept[i].fresh_handle = add(fresh, kept[i].id, kept[i].at);
		}
		compare(c, fresh, kept);
		cluster_free(c);
		cluster_free(fresh);
	}
}

/*
 * What a crowd was kept in becomes one leaf when it thins out, of a size that no crowd
 * gave back: the room for it was there since it grew.
 */
static void
crowds_that_thin_out_ask_for_no_memory(void **state)
{
	enum {
		CROWDS = 300,
		AT_ONE_HOUSE = 13,
		AROUND = 4,
		LEFT_THERE = 3,
	};
	static uint32_t there[CROWDS][AT_ONE_HOUSE];
	struct tally tally = {0};
	struct cluster *c = make(3, &tally);
	uint64_t id = 0;

	(void)state;
	for (int i = 0; i < CROWDS; i++) {
		struct geo_point house = {
			random_in(-0.0003, 0.0003), i * 0.02 + random_in(0, 0.001)};

		for (int k = 0; k < AT_ONE_HOUSE; k++) {
			there[i][k] = add(c, id++,
				(struct geo_point){house.lat_deg + k * 1e-7,
					house.lon_deg + random_in(0, 1e-6)});
		}
		for (int k = 0; k < AROUND; k++) {
			(void)add(c, id++,
				(struct geo_point){
					house.lat_deg + random_in(-0.0008, 0.0008),
					house.lon_deg + random_in(-0.0008, 0.0008)});
		}
	}
	assert_int_equal(cluster_components(c), CROWDS);
	for (int k = LEFT_THERE; k < AT_ONE_HOUSE; k++) {
		for (int i = 0; i < CROWDS; i++) {
			cluster_remove(c, there[i][k]);
		}
	}
	assert_int_equal(cluster_components(c), CROWDS);
	for (int i = 0; i < CROWDS; i++) {
		assert_int_equal(cluster_size(c, cluster_of(c, there[i][0]).component),
			LEFT_THERE + AROUND);
	}
	cluster_free(c);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_hundred_thousand_points_on_one_place_are_one_component),
		cmocka_unit_test(two_dense_blobs_out_of_reach_stay_two),
		cmocka_unit_test(
			blobs_hang_together_until_the_last_of_many_witnesses_goes),
		cmocka_unit_test(crowds_that_thin_out_ask_for_no_memory),
		cmocka_unit_test(a_ring_cut_once_is_whole_and_cut_twice_is_two),
		cmocka_unit_test(
			what_is_left_of_a_long_stream_equals_what_never_saw_the_rest),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
