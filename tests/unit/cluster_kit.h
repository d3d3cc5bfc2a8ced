/*
 * cluster_kit - DBSCAN by brute force on all pairs, beside the cluster it judges
 *
 * check_add() and check_drop() change both and then compare: who is core, who
 * is in one component with whom, and whether the news tell what changed. Longer than
 * 500 lines: the judge and what it judges are read together.
 */
#ifndef TESTS_CLUSTER_KIT_H
#define TESTS_CLUSTER_KIT_H

#include "unit.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "geo/cluster.h"
#include "geo/measure.h"

enum {
	POINTS = 1024, /* as many as brute force holds at once */
	WORDS = POINTS / 64,
	NEWS = 4096,
};

static uint64_t seed = 20261121;

/* xorshift64*: the same cases on every run */
static uint64_t
draw_bits(void)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return seed * 2685821657736338717u;
}

static double
random_in(double from, double to)
{
	return from + (to - from) * (double)(draw_bits() >> 11) * 0x1p-53;
}

static size_t
draw_below(size_t n)
{
	return (size_t)(draw_bits() % n);
}

/* ---- brute force, and the cluster beside it */

struct check {
	struct cluster *cluster;
	double eps_m;
	uint32_t min_points;
	size_t n; /* slots used so far; those not alive are free */
	struct geo_point at[POINTS];
	uint64_t ids[POINTS];
	uint32_t handles[POINTS];
	uint64_t alive[WORDS];
	uint64_t near[POINTS][WORDS];
	/* The answers: after this change, and core points' before it. */
	uint64_t core[WORDS];
	size_t parts[POINTS]; /* of a core point: the first of its component */
	uint64_t components[POINTS];
	uint64_t before[POINTS];
	size_t n_news;
	struct cluster_news news[NEWS];
	size_t n_living;
	uint64_t living[POINTS];
	/* Places as told before this change, and whom the change touched. */
	struct cluster_place told[POINTS];
	uint64_t touched[WORDS];
};

static bool
has(const uint64_t *set, size_t i)
{
	return (set[i / 64] >> (i % 64) & 1) != 0;
}

static void
put(uint64_t *set, size_t i)
{
	set[i / 64] |= UINT64_C(1) << (i % 64);
}

static void
take(uint64_t *set, size_t i)
{
	set[i / 64] &= ~(UINT64_C(1) << (i % 64));
}

static void
note(void *arg, const struct cluster_news *news)
{
	struct check *k = arg;

	assert_true(k->n_news < NEWS);
	k->news[k->n_news++] = *news;
}

static void
note_touched(void *arg, uint32_t handle)
{
	struct check *k = arg;

	for (size_t i = 0; i < k->n; i++) {
		if (has(k->alive, i) && k->handles[i] == handle) {
			put(k->touched, i);
		}
	}
}

static struct check *
check_new(double eps_m, uint32_t min_points)
{
	struct check *k = calloc(1, sizeof(*k));
	struct cluster_options options = {.eps_m = eps_m,
		.min_points = min_points,
		.notify = note,
		.touch = note_touched,
		.arg = k};

	assert_non_null(k);
	k->eps_m = eps_m;
	k->min_points = min_points;
	k->cluster = cluster_new(&options);
	assert_non_null(k->cluster);
	return k;
}

static void
check_free(struct check *k)
{
	cluster_free(k->cluster);
	free(k);
}

/* Which points are core, and which core points are connected. */
static void
solve(struct check *k)
{
	size_t words = (k->n + 63) / 64;
	uint64_t left[WORDS];
	size_t queue[POINTS];

	memset(k->core, 0, sizeof(k->core));
	for (size_t i = 0; i < k->n; i++) {
		int n_near = 0;

		for (size_t w = 0; w < words; w++) {
			n_near += __builtin_popcountll(k->near[i][w] & k->alive[w]);
		}
		if (has(k->alive, i) && n_near >= (int)k->min_points) {
			put(k->core, i);
		}
	}
	memcpy(left, k->core, sizeof(left));
	for (size_t first = 0; first < k->n; first++) {
		size_t n = 0;

		if (!has(left, first)) {
			continue;
		}
		take(left, first);
		queue[n++] = first;
		while (n > 0) {
			size_t i = queue[--n];

			k->parts[i] = first;
			for (size_t w = 0; w < words; w++) {
				uint64_t reached = k->near[i][w] & left[w];

				left[w] &= ~reached;
				for (; reached != 0; reached &= reached - 1) {
					queue[n++] = w * 64 +
						     (size_t)__builtin_ctzll(reached);
				}
			}
		}
	}
}

/* The core point whose component a border point belongs to, or SIZE_MAX. */
static size_t
nearest_core(const struct check *k, size_t i)
{
	size_t nearest = SIZE_MAX;
	double nearest_m = INFINITY;

	for (size_t j = 0; j < k->n; j++) {
		double distance_m;

		if (!has(k->core, j) || !has(k->near[i], j)) {
			continue;
		}
		distance_m = measure_distance_m(k->at[i], k->at[j]);
		if (distance_m < nearest_m ||
			(distance_m == nearest_m && k->ids[j] < k->ids[nearest])) {
			nearest = j;
			nearest_m = distance_m;
		}
	}
	return nearest;
}

static bool
is_living(const struct check *k, uint64_t component)
{
	for (size_t i = 0; i < k->n_living; i++) {
		if (k->living[i] == component) {
			return true;
		}
	}
	return false;
}

static size_t
count_of(const struct check *k, const uint64_t *components, uint64_t component)
{
	size_t n = 0;

	for (size_t i = 0; i < k->n; i++) {
		n += components[i] == component;
	}
	return n;
}

static void
end_life(struct check *k, uint64_t component)
{
	for (size_t i = 0; i < k->n_living; i++) {
		if (k->living[i] == component) {
			k->living[i] = k->living[--k->n_living];
			return;
		}
	}
	fail_msg("the dead one did not live");
}

/* The news make the ids that are in use now of those that were before. */
static void
follow_news(struct check *k)
{
	for (size_t i = 0; i < k->n_news; i++) {
		const struct cluster_news *news = &k->news[i];

		switch (news->event) {
		case CLUSTER_BORN:
			assert_int_equal(news->other, CLUSTER_NONE);
			assert_false(is_living(k, news->component));
			k->living[k->n_living++] = news->component;
			break;
		case CLUSTER_MERGED:
			assert_true(is_living(k, news->component));
			assert_true(count_of(k, k->before, news->component) >=
				    count_of(k, k->before, news->other));
			end_life(k, news->other);
			break;
		case CLUSTER_SPLIT:
			assert_true(is_living(k, news->component));
			assert_false(is_living(k, news->other));
			assert_true(count_of(k, k->components, news->component) >=
				    count_of(k, k->components, news->other));
			k->living[k->n_living++] = news->other;
			break;
		case CLUSTER_DIED:
			assert_int_equal(news->other, CLUSTER_NONE);
			end_life(k, news->component);
			break;
		}
	}
	for (size_t i = 0; i < k->n_living; i++) {
		assert_int_equal(cluster_size(k->cluster, k->living[i]),
			count_of(k, k->components, k->living[i]));
	}
	assert_int_equal(cluster_components(k->cluster), k->n_living);
}

/* A core point that stays core changes its component only with news of it. */
static void
check_inheritance(const struct check *k, size_t i)
{
	uint64_t from = k->before[i];
	uint64_t to = k->components[i];

	if (from == CLUSTER_NONE || to == CLUSTER_NONE || from == to) {
		return;
	}
	for (size_t n = 0; n < k->n_news; n++) {
		const struct cluster_news *news = &k->news[n];
		bool merged = news->event == CLUSTER_MERGED && news->other == from;
		bool split = news->event == CLUSTER_SPLIT && news->other == to &&
			     news->component == from;

		if (merged || split) {
			return;
		}
	}
	fail_msg("point %zu changed its component in silence", i);
}

/* A place that is another now was touched, or the news tell of its component. */
static void
check_touched(struct check *k, size_t i)
{
	struct cluster_place now = cluster_of(k->cluster, k->handles[i]);
	struct cluster_place then = k->told[i];
	bool is_told = has(k->touched, i);

	for (size_t n = 0; n < k->n_news; n++) {
		is_told =
			is_told || (then.component != CLUSTER_NONE &&
					   (k->news[n].component == then.component ||
						   k->news[n].other == then.component));
	}
	if (!is_told &&
		(now.is_core != then.is_core || now.component != then.component)) {
		fail_msg("point %zu changed its place in silence", i);
	}
	k->told[i] = now;
}

/* The components of the core points near a place. */
static void
check_near(const struct check *k, struct geo_point at)
{
	uint64_t found[POINTS];
	size_t n_found = cluster_near(k->cluster, at, found, POINTS);
	size_t n_hit = 0;

	for (size_t i = 0; i < k->n; i++) {
		size_t f = 0;

		if (!has(k->core, i) ||
			measure_distance_m(cluster_round(at), k->at[i]) > k->eps_m) {
			continue;
		}
		while (f < n_found && found[f] != k->components[i]) {
			f++;
		}
		assert_true(f < n_found);
	}
	for (size_t f = 0; f < n_found; f++) {
		for (size_t i = 0; i < k->n; i++) {
			if (k->components[i] == found[f] &&
				measure_distance_m(cluster_round(at), k->at[i]) <=
					k->eps_m) {
				n_hit++;
				break;
			}
		}
	}
	assert_int_equal(n_hit, n_found);
}

/* Equal to brute force? Notes the answers for the next time. */
static void
check_equal(struct check *k)
{
	uint64_t components[POINTS] = {0}; /* of a part, by its first point */

	solve(k);
	for (size_t i = 0; i < k->n; i++) {
		struct cluster_place place;
		size_t core = i;

		k->components[i] = CLUSTER_NONE;
		if (!has(k->alive, i)) {
			continue;
		}
		place = cluster_of(k->cluster, k->handles[i]);
		if (place.is_core != has(k->core, i)) {
			fail_msg("point %zu of %zu: core %d", i, k->n, place.is_core);
		}
		if (!place.is_core) {
			core = nearest_core(k, i);
		} else {
			k->components[i] = place.component;
		}
		if (core == SIZE_MAX) {
			assert_int_equal(place.component, CLUSTER_NONE);
			continue;
		}
		assert_int_not_equal(place.component, CLUSTER_NONE);
		if (components[k->parts[core]] == CLUSTER_NONE) {
			components[k->parts[core]] = place.component;
		}
		if (place.component != components[k->parts[core]]) {
			fail_msg("point %zu of %zu: wrong component", i, k->n);
		}
	}
	/* Two parts under one id would give it more points than it says. */
	follow_news(k);
	for (size_t i = 0; i < k->n; i++) {
		check_inheritance(k, i);
	}
	for (size_t i = 0; i < k->n; i++) {
		if (has(k->alive, i)) {
			check_touched(k, i);
		}
	}
	check_near(k, k->at[draw_below(k->n)]);
	memcpy(k->before, k->components, sizeof(k->before));
	memset(k->touched, 0, sizeof(k->touched));
	k->n_news = 0;
}

/* A slot for a point, with a fresh id; brute force has it from now on. */
static size_t
check_place(struct check *k, struct geo_point at)
{
	size_t i = 0;

	while (i < k->n && has(k->alive, i)) {
		i++;
	}
	assert_true(i < POINTS);
	k->n = i == k->n ? i + 1 : k->n;
	k->at[i] = at;
	k->ids[i] = draw_bits();
	k->handles[i] = UINT32_MAX; /* not known while it comes */
	put(k->touched, i);         /* nobody need tell that it is new */
	put(k->alive, i);
	for (size_t j = 0; j < k->n; j++) {
		take(k->near[i], j);
		take(k->near[j], i);
		if (measure_distance_m(at, k->at[j]) <= k->eps_m) {
			put(k->near[i], j);
			put(k->near[j], i);
		}
	}
	return i;
}

static size_t
check_add(struct check *k, struct geo_point at)
{
	struct geo_point there;
	size_t i = check_place(k, at);

	assert_int_equal(cluster_add(k->cluster, k->ids[i], at, &k->handles[i]), 0);
	there = cluster_at(k->cluster, k->handles[i]);
	assert_true(measure_distance_m(there, cluster_round(at)) < 1e-4);
	check_equal(k);
	return i;
}

static void
check_drop(struct check *k, size_t i)
{
	assert_true(has(k->alive, i));
	cluster_remove(k->cluster, k->handles[i]);
	take(k->alive, i);
	k->before[i] = CLUSTER_NONE;
	check_equal(k);
}

static size_t
check_draw(const struct check *k)
{
	size_t i;

	do {
		i = draw_below(k->n);
	} while (!has(k->alive, i));
	return i;
}

/* ---- where points fall */

struct region {
	const char *name;
	double lat_deg;
	double lon_deg;
};

static const struct region regions[] = {
	{"Italy", 42.35, 13.4},
	{"south and west", -33.4, -70.6},
	{"0/0", 0, 0},
	{"Greenwich", 51.5, 0},
	{"antimeridian", -17, 180},
	{"antimeridian in the north", 65.8, -180},
	{"North Pole", 90, 0},
	{"South Pole", -90, 100},
	{"beside the North Pole", 89.9995, 12},
};

enum {
	REGIONS = sizeof(regions) / sizeof(regions[0]),
};

/*
 * Within some eps of the region's middle, eleven decimals. Three in ten are where
 * another one is, or a hair beside it.
 */
static struct geo_point
draw_point(const struct check *k, const struct region *region, double spread)
{
	double reach_deg = spread * k->eps_m / EARTH_RADIUS_M * (180 / M_PI);
	double shrink = fmax(cos(region->lat_deg * (M_PI / 180)), 1e-3);
	struct geo_point at = {region->lat_deg + random_in(-reach_deg, reach_deg),
		region->lon_deg + random_in(-reach_deg, reach_deg) / shrink};

	if (k->n > 0 && draw_below(10) < 3) {
		at = k->at[draw_below(k->n)];
		at.lat_deg += (double)draw_below(3) * 1e-11;
	} else if (fabs(region->lat_deg) > 89) {
		at.lon_deg = random_in(-180, 180);
	}
	if (fabs(at.lat_deg) > 90) {
		at.lat_deg = copysign(180, at.lat_deg) - at.lat_deg;
	}
	at.lon_deg = remainder(at.lon_deg, 360);
	return cluster_round(at);
}

#endif
