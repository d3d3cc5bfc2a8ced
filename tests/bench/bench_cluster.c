/*
 * What a point costs the clustering, how the worst sets behave, and what a
 * point weighs. Prints `name value unit`. A figure is of a window that is full:
 * each insertion is preceded by the expiry of the oldest point, both in its
 * cost. Throughput is CPU time; p99.9 and worst are of one insertion with its
 * expiry, by the wall clock, so another program on the machine shows in them.
 *
 *	bench_cluster [largest [stream]]
 *
 * Windows of 10^4, 10^5 … largest (default 10^6); a stream's name, or "ring",
 * leaves the others out.
 */
#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "geo/cluster.h"
#include "geo/measure.h"

enum {
	TOWNS = 8000, /* as many as Italy has */
	/* Changes after the window is full: all are timed. */
	CHANGES_MOST = 1000000,
	CHANGES_LEAST = 200000,
};

static const double M_IN_DEG = EARTH_RADIUS_M * M_PI / 180;

static double
read_clock(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static uint64_t seed = 20261121;

static double
draw(void)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return (double)(seed * UINT64_C(2685821657736338717) >> 11) * 0x1p-53;
}

/* ---- where points fall */

static struct geo_point
offset(struct geo_point from, double north_m, double east_m)
{
	double lat_deg = from.lat_deg + north_m / M_IN_DEG;

	return (struct geo_point){
		lat_deg, from.lon_deg + east_m / M_IN_DEG / cos(lat_deg * M_PI / 180)};
}

static struct geo_point
in_disc(struct geo_point centre, double radius_m)
{
	double angle = 2 * M_PI * draw();
	double r = radius_m * sqrt(draw());

	return offset(centre, r * sin(angle), r * cos(angle));
}

/* Towns over Italy, the larger the rarer, each as wide as it is large. */
static struct geo_point
italy(uint64_t n)
{
	static struct geo_point towns[TOWNS];
	double rank = pow(TOWNS, draw());
	uint64_t kept = seed;

	(void)n;
	if (towns[0].lat_deg == 0) {
		for (size_t i = 0; i < TOWNS; i++) {
			towns[i] =
				(struct geo_point){37 + 10 * draw(), 7 + 11 * draw()};
		}
		seed = kept;
	}
	return in_disc(towns[(size_t)rank - 1], 20000 / sqrt(rank));
}

/* One town, ever so full. */
static struct geo_point
dense(uint64_t n)
{
	(void)n;
	return in_disc((struct geo_point){42.35, 13.4}, 3000);
}

static struct geo_point
piled(uint64_t n)
{
	return n % 10 < 9 ? (struct geo_point){42.35, 13.4} : italy(n);
}

/* Two crowded neighbouring cells, edge to edge just out of reach (eps 300 m). */
static struct geo_point
two_blobs(uint64_t n)
{
	return in_disc((struct geo_point){0, n % 2 == 0 ? 0 : 381 / M_IN_DEG}, 40);
}

/*
 * The same, but one is an arc around the other at eps and a millimetre: the
 * quadtree cannot leave much of it out.
 */
static struct geo_point
arc(uint64_t n)
{
	struct geo_point origin = {0, 0};
	double angle = (draw() - 0.5) * M_PI / 6;

	return n % 2 == 0 ? in_disc(origin, 0.01)
			  : offset(origin, 300.02 * sin(angle), 300.02 * cos(angle));
}

/* A chain that closes to a ring, laid again and again: the window is one round. */
static uint64_t ring_points = 10000;

static struct geo_point
ring(uint64_t n)
{
	double radius_m = (double)ring_points * 120 / (2 * M_PI);
	double angle = 2 * M_PI * (double)(n % ring_points) / (double)ring_points;

	return offset(
		(struct geo_point){0, 0}, radius_m * sin(angle), radius_m * cos(angle));
}

static const struct stream {
	const char *name;
	double eps_m;
	struct geo_point (*next)(uint64_t n);
	size_t window_most; /* beyond it the stream means nothing new */
} streams[] = {
	{"italy", 300, italy, SIZE_MAX},
	{"italy_1000m", 1000, italy, SIZE_MAX},
	{"dense", 300, dense, SIZE_MAX},
	{"piled", 300, piled, SIZE_MAX},
	{"two_blobs", 300, two_blobs, 1000000},
	{"arc", 300, arc, 10000},
};

enum {
	STREAMS = sizeof(streams) / sizeof(streams[0]),
};

/* ---- the runs */

static int
falling(const void *a, const void *b)
{
	float x = *(const float *)a;
	float y = *(const float *)b;

	return (x < y) - (x > y);
}

struct run {
	struct cluster *cluster;
	uint32_t *handles;
	struct geo_point *points; /* drawn before the clock runs */
	float *took;
};

static uint32_t
add(struct cluster *c, uint64_t n, struct geo_point at)
{
	uint32_t handle;
	int fault = cluster_add(c, n, at, &handle);

	assert(fault == 0);
	return handle;
}

static size_t
changes_for(size_t window)
{
	return window < CHANGES_LEAST  ? CHANGES_LEAST
	       : window > CHANGES_MOST ? CHANGES_MOST
				       : window;
}

/* Seconds of CPU for one insertion and one expiry. */
static double
bench_window(const struct stream *stream, size_t window)
{
	struct cluster_options options = {.eps_m = stream->eps_m, .min_points = 3};
	size_t changes = changes_for(window);
	struct run r = {
		.cluster = cluster_new(&options),
		.handles = malloc(window * sizeof(*r.handles)),
		.points = malloc(changes * sizeof(*r.points)),
		.took = malloc(changes * sizeof(*r.took)),
	};
	double cpu, start;

	assert(r.cluster != NULL && r.handles != NULL && r.points != NULL &&
		r.took != NULL);
	for (size_t n = 0; n < window; n++) {
		r.handles[n] = add(r.cluster, n, stream->next(n));
	}
	for (size_t i = 0; i < changes; i++) {
		r.points[i] = stream->next(window + i);
	}
	cpu = read_clock(CLOCK_PROCESS_CPUTIME_ID);
	start = read_clock(CLOCK_MONOTONIC);
	for (size_t i = 0; i < changes; i++) {
		uint32_t *handle = &r.handles[i % window];
		double end;

		cluster_remove(r.cluster, *handle);
		*handle = add(r.cluster, window + i, r.points[i]);
		end = read_clock(CLOCK_MONOTONIC);
		r.took[i] = (float)(end - start);
		start = end;
	}
	cpu = (read_clock(CLOCK_PROCESS_CPUTIME_ID) - cpu) / (double)changes;
	qsort(r.took, changes, sizeof(*r.took), falling);
	printf("cluster_%s_%zu %.0f insertions/s\n", stream->name, window, 1 / cpu);
	printf("cluster_%s_%zu_p99.9 %.1f us\n", stream->name, window,
		(double)r.took[changes / 1000] * 1e6);
	printf("cluster_%s_%zu_worst %.0f us\n", stream->name, window,
		(double)r.took[0] * 1e6);
	printf("cluster_%s_%zu_memory %.0f bytes/point\n", stream->name, window,
		(double)cluster_bytes(r.cluster) / (double)window);
	printf("cluster_%s_%zu_components %zu components\n", stream->name, window,
		cluster_components(r.cluster));
	fflush(stdout);
	cluster_free(r.cluster);
	free(r.handles);
	free(r.points);
	free(r.took);
	return cpu;
}

/* A ring is cut, and cut again opposite: all of it is walked, then half renamed. */
static void
bench_cut(size_t points)
{
	struct cluster_options options = {.eps_m = 300, .min_points = 3};
	struct cluster *c = cluster_new(&options);
	uint32_t *handles = malloc(points * sizeof(*handles));
	double start;

	assert(c != NULL && handles != NULL);
	ring_points = points;
	for (size_t n = 0; n < points; n++) {
		handles[n] = add(c, n, ring(n));
	}
	start = read_clock(CLOCK_MONOTONIC);
	cluster_remove(c, handles[0]);
	cluster_remove(c, handles[1]);
	printf("cluster_ring_%zu_cut %.0f us\n", points,
		(read_clock(CLOCK_MONOTONIC) - start) * 1e6);
	start = read_clock(CLOCK_MONOTONIC);
	cluster_remove(c, handles[points / 2]);
	cluster_remove(c, handles[points / 2 + 1]);
	printf("cluster_ring_%zu_cut_again %.0f us\n", points,
		(read_clock(CLOCK_MONOTONIC) - start) * 1e6);
	assert(cluster_components(c) == 2);
	start = read_clock(CLOCK_MONOTONIC);
	add(c, 0, ring(0));
	add(c, 1, ring(1));
	printf("cluster_ring_%zu_close %.0f us\n", points,
		(read_clock(CLOCK_MONOTONIC) - start) * 1e6);
	assert(cluster_components(c) == 1);
	cluster_free(c);
	free(handles);
}

int
main(int argc, char **argv)
{
	size_t largest = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000000;
	const char *only = argc > 2 ? argv[2] : NULL;

	for (size_t i = 0; i < STREAMS; i++) {
		double first_s = 0;
		double last_s = 0;

		if (only != NULL && strcmp(only, streams[i].name) != 0) {
			continue;
		}
		for (size_t window = 10000;
			window <= largest && window <= streams[i].window_most;
			window *= 10) {
			last_s = bench_window(&streams[i], window);
			first_s = first_s == 0 ? last_s : first_s;
		}
		if (last_s != first_s) {
			printf("cluster_%s_cost_growth %.2f times\n", streams[i].name,
				last_s / first_s);
		}
	}
	if (only == NULL || strcmp(only, "ring") == 0) {
		for (size_t points = 10000; points <= 1000000 && points <= largest;
			points *= 10) {
			bench_cut(points);
		}
	}
	return 0;
}
