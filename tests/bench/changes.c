#include "changes.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "floor.h"
#include "geo/cluster.h"

double
cpu_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static size_t
n_changes(size_t window)
{
	return window < CHANGES ? CHANGES : window;
}

size_t
changes_points(size_t window)
{
	return window + 2 * n_changes(window) + CHANGES;
}

struct geo_point *
changes_draw(const struct stream *stream, size_t window)
{
	size_t n = changes_points(window);
	struct geo_point *points = malloc(n * sizeof(*points));

	assert(points != NULL);
	street_window = window;
	for (size_t i = 0; i < n; i++) {
		points[i] = stream->next(i);
	}
	return points;
}

static int
falling(const void *a, const void *b)
{
	float x = *(const float *)a;
	float y = *(const float *)b;

	return (x < y) - (x > y);
}

static void
time_each(const struct subject *subject, const struct geo_point *points, size_t window,
	struct costs *costs)
{
	static float took[CHANGES];
	size_t first = changes_points(window) - CHANGES;

	for (size_t i = 0; i < CHANGES; i++) {
		size_t k = first + i;
		double start = cpu_now();

		subject->expire(subject->on, k - window, points[k - window]);
		subject->insert(subject->on, k, points[k]);
		took[i] = (float)(cpu_now() - start);
	}
	qsort(took, CHANGES, sizeof(*took), falling);
	costs->p999_s = (double)took[CHANGES / 1000];
	costs->worst_s = (double)took[0];
}

struct costs
time_changes(
	const struct subject *subject, const struct geo_point *points, size_t window)
{
	size_t n = n_changes(window);
	size_t end = window + 2 * n;
	size_t batch = window / 100 < CHANGES ? window / 100 : CHANGES;
	struct costs costs = {.bytes = 0};
	double start = cpu_now();

	for (size_t i = window; i < window + n; i++) {
		subject->expire(subject->on, i - window, points[i - window]);
		subject->insert(subject->on, i, points[i]);
	}
	costs.both_s = (cpu_now() - start) / (double)n;
	for (size_t i = window + n; i < end; i += batch) {
		double middle;

		batch = i + batch > end ? end - i : batch;
		start = cpu_now();
		for (size_t k = i; k < i + batch; k++) {
			subject->expire(subject->on, k - window, points[k - window]);
		}
		middle = cpu_now();
		for (size_t k = i; k < i + batch; k++) {
			subject->insert(subject->on, k, points[k]);
		}
		costs.insert_s += (cpu_now() - middle) / (double)n;
		costs.expire_s += (middle - start) / (double)n;
	}
	time_each(subject, points, window, &costs);
	return costs;
}

void
print_costs(const char *what, const char *name, size_t window, const struct costs *c)
{
	printf("%s_%s_%zu %.0f reports/s, %.0f insertions/s, %.0f expiries/s apart\n",
		what, name, window, 1 / c->both_s, 1 / c->insert_s, 1 / c->expire_s);
	printf("%s_%s_%zu_p99.9 %.1f us, worst %.0f us\n", what, name, window,
		c->p999_s * 1e6, c->worst_s * 1e6);
	if (c->bytes > 0) {
		printf("%s_%s_%zu_bytes %.0f B/point\n", what, name, window, c->bytes);
	}
	fflush(stdout);
}

/* ---- the floor and the bare cluster */

static volatile uint32_t seen_by_floor;

static void
insert_in_floor(void *on, size_t i, struct geo_point at)
{
	(void)i;
	seen_by_floor += floor_add(on, at);
}

static void
expire_in_floor(void *on, size_t i, struct geo_point at)
{
	(void)i;
	seen_by_floor += floor_remove(on, at);
}

struct costs
bench_floor(const struct stream *stream, const struct geo_point *points, size_t window)
{
	struct subject subject = {
		floor_new(stream->eps_m), insert_in_floor, expire_in_floor};
	struct costs costs;

	assert(subject.on != NULL);
	for (size_t i = 0; i < window; i++) {
		subject.insert(subject.on, i, points[i]);
	}
	costs = time_changes(&subject, points, window);
	print_costs("floor", stream->name, window, &costs);
	floor_free(subject.on);
	return costs;
}

struct bare {
	struct cluster *cluster;
	size_t window;
	uint32_t *handles;
};

static void
insert_in_bare(void *on, size_t i, struct geo_point at)
{
	struct bare *b = on;
	int fault = cluster_add(b->cluster, i, at, &b->handles[i % b->window]);

	assert(fault == 0);
}

static void
expire_in_bare(void *on, size_t i, struct geo_point at)
{
	struct bare *b = on;

	(void)at;
	for (unsigned k = 1; k <= CLUSTER_AHEAD_MOST; k++) {
		cluster_fetch(b->cluster, b->handles[(i + k) % b->window], k);
	}
	cluster_remove(b->cluster, b->handles[i % b->window]);
}

struct costs
bench_bare(const struct stream *stream, const struct geo_point *points, size_t window)
{
	struct cluster_options options = {.eps_m = stream->eps_m, .min_points = 3};
	struct bare bare = {
		cluster_new(&options), window, calloc(window, sizeof(*bare.handles))};
	struct subject subject = {&bare, insert_in_bare, expire_in_bare};
	struct costs costs;

	assert(bare.cluster != NULL && bare.handles != NULL);
	for (size_t i = 0; i < window; i++) {
		subject.insert(subject.on, i, points[i]);
	}
	costs = time_changes(&subject, points, window);
	costs.bytes = (double)cluster_bytes(bare.cluster) / (double)window;
	print_costs("cluster", stream->name, window, &costs);
	printf("cluster_%s_%zu_components %zu components\n", stream->name, window,
		cluster_components(bare.cluster));
	cluster_free(bare.cluster);
	free(bare.handles);
	return costs;
}
