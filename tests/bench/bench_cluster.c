/*
 * What a point costs the clustering, how the worst sets behave, what a point weighs
 * (changes.h), and what it is to walk a ring that is cut. Prints `name value unit`.
 *
 *	bench_cluster [largest [stream]]
 *
 * Windows of 10^4, 10^5 … largest (default 10^6); a stream's name, or "ring",
 * leaves the others out.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "changes.h"
#include "geo/cluster.h"
#include "places.h"

static uint32_t
add_on_ring(struct cluster *c, size_t n, size_t points)
{
	uint32_t handle;
	int fault = cluster_add(c, n, place_on_ring(n, points), &handle);

	assert(fault == 0);
	return handle;
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
	for (size_t n = 0; n < points; n++) {
		handles[n] = add_on_ring(c, n, points);
	}
	start = cpu_now();
	cluster_remove(c, handles[0]);
	cluster_remove(c, handles[1]);
	printf("cluster_ring_%zu_cut %.0f us\n", points, (cpu_now() - start) * 1e6);
	start = cpu_now();
	cluster_remove(c, handles[points / 2]);
	cluster_remove(c, handles[points / 2 + 1]);
	printf("cluster_ring_%zu_cut_again %.0f us\n", points,
		(cpu_now() - start) * 1e6);
	assert(cluster_components(c) == 2);
	start = cpu_now();
	(void)add_on_ring(c, 0, points);
	(void)add_on_ring(c, 1, points);
	printf("cluster_ring_%zu_close %.0f us\n", points, (cpu_now() - start) * 1e6);
	assert(cluster_components(c) == 1);
	cluster_free(c);
	free(handles);
}

static struct costs
bench_window(const struct stream *stream, size_t window)
{
	struct geo_point *points = changes_draw(stream, window);
	struct costs costs = bench_bare(stream, points, window);

	free(points);
	return costs;
}

int
main(int argc, char **argv)
{
	size_t largest = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000000;
	const char *only = argc > 2 ? argv[2] : NULL;

	for (size_t i = 0; i < STREAMS; i++) {
		struct costs first = {0}, last = {0};

		if (only != NULL && strcmp(only, streams[i].name) != 0) {
			continue;
		}
		for (size_t window = 10000;
			window <= largest && window <= streams[i].window_most;
			window *= 10) {
			last = bench_window(&streams[i], window);
			first = window == 10000 ? last : first;
		}
		if (last.both_s != first.both_s) {
			printf("cluster_%s_cost_growth %.2f times\n", streams[i].name,
				last.both_s / first.both_s);
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
