/*
 * What a question of the map costs: a screen of 1440 x 900 over Italy and over a
 * town, on boards of 10^3 to 10^6 incidents, as many squares in view each time.
 * Then what it costs to keep the counts. Prints `name value unit`.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "geo/pyramid.h"

enum {
	CELLS = 2000,
	ASKED = 2000,
	ALL = (1 << PYRAMID_KINDS) - 1,
	TOWNS = 100,
};

static uint64_t seed = 20261122;

static double
random_in(double from, double to)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return from +
	       (to - from) * (double)(seed * 2685821657736338717u >> 11) * 0x1p-53;
}

static double
now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double
ask(const struct pyramid *p, const char *name, size_t n,
	const struct pyramid_view *view)
{
	static struct pyramid_cell cells[CELLS];
	static double took_us[ASKED];
	struct pyramid_found found = {0};

	for (size_t i = 0; i < ASKED; i++) {
		double since_us = now_us();

		pyramid_cells(p, view, cells, CELLS, &found);
		took_us[i] = now_us() - since_us;
	}
	qsort(took_us, ASKED, sizeof(took_us[0]), compare);
	printf("map_%s_%zu_p50 %.1f us\n", name, n, took_us[ASKED / 2]);
	printf("map_%s_%zu_p99 %.1f us\n", name, n, took_us[ASKED / 100 * 99]);
	printf("map_%s_%zu_found %zu squares\n", name, n, found.n);
	return took_us[ASKED / 2];
}

/* Half of all in the towns, half anywhere. */
static struct geo_point
draw(size_t i)
{
	static struct geo_point towns[TOWNS];

	if (towns[0].lat_deg == 0) {
		for (size_t t = 0; t < TOWNS; t++) {
			towns[t] =
				(struct geo_point){random_in(38, 46), random_in(8, 16)};
		}
	}
	if (i % 2 == 0) {
		return (struct geo_point){random_in(36, 47), random_in(7, 18)};
	}
	return (struct geo_point){towns[i / 2 % TOWNS].lat_deg + random_in(-0.05, 0.05),
		towns[i / 2 % TOWNS].lon_deg + random_in(-0.05, 0.05)};
}

static double
measure(size_t n)
{
	static const struct pyramid_view italy = {
		3, 36, 22, 47.5, 6, ALL, NULL, NULL, 0};
	struct pyramid_view worst = italy;
	struct pyramid *p = pyramid_new();
	double since_us = now_us(), took_us;

	if (p == NULL) {
		exit(1);
	}
	for (size_t i = 0; i < n; i++) {
		if (pyramid_reserve(p, i + 1) != 0) {
			exit(1);
		}
		pyramid_put(p, (uint32_t)i, draw(i), (unsigned)(i % PYRAMID_KINDS));
	}
	printf("map_put_%zu %.3f us\n", n, (now_us() - since_us) / (double)n);
	took_us = ask(p, "italy", n, &italy);
	worst.kinds = 1;
	(void)ask(p, "one_kind", n, &worst);
	since_us = now_us();
	for (size_t i = 0; i < n; i++) {
		pyramid_put(p, (uint32_t)i, draw(i + 1), (unsigned)(i % PYRAMID_KINDS));
	}
	printf("map_move_%zu %.3f us\n", n, (now_us() - since_us) / (double)n);
	pyramid_free(p);
	return took_us;
}

int
main(void)
{
	double few_us = measure(1000);

	(void)measure(10000);
	(void)measure(100000);
	printf("map_million_to_thousand %.2f ratio\n", measure(1000000) / few_us);
	return 0;
}
