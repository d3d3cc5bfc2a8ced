/*
 * What the areas of a place cost, on all of Italy: the municipalities of its
 * twenty regions, its provinces and regions. Prints `name value unit`; says so
 * when the files are not beside the repository (see tests/unit/area_data.h).
 *
 * "land": evenly over the land; "box": over the box around Italy, mostly sea;
 * "coast": within 2 km of a border corner, where the nearest must be found;
 * "touching": on the land with circles of 0 to 1,000 m.
 */
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include "tests/unit/area_data.h"

enum {
	ASKED = 200000,
	ROOM = 64,
};

static uint64_t seed = 20261121;

static double
random_in(double from, double to)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return from +
	       (to - from) * (double)(seed * 2685821657736338717u >> 11) * 0x1p-53;
}

static int64_t
now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int
compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a;
	int64_t y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static struct geo_point
draw_box(struct area_map *m)
{
	(void)m;
	return (struct geo_point){random_in(35.5, 47.1), random_in(6.6, 18.5)};
}

static struct geo_point
draw_land(struct area_map *m)
{
	struct area_chain chain;
	struct geo_point at;

	do {
		at = draw_box(m);
		area_map_find(m, at, &chain);
	} while (chain.fit != AREA_INSIDE);
	return at;
}

/* Regions come last: their borders are coasts more often than others. */
static struct geo_point
draw_coast(struct area_map *m)
{
	struct geo_point at;

	for (;;) {
		size_t back = 2 + (size_t)random_in(0, 20);
		const struct area *a = area_map_get(m, area_map_count(m) - back);
		size_t i;

		if (a->polygon == NULL) {
			continue;
		}
		i = (size_t)random_in(0, (double)a->polygon->n_corners);
		at.lat_deg = a->polygon->corners[i].lat_e7 / (double)POLYGON_DEGREE +
			     random_in(-0.018, 0.018);
		at.lon_deg = (double)a->polygon->corners[i].lon_e7 / POLYGON_DEGREE +
			     random_in(-0.02, 0.02);
		return at;
	}
}

static void
ask(struct area_map *m, const char *name, struct geo_point (*draw)(struct area_map *),
	double radius_m)
{
	static int64_t took_ns[ASKED];
	static struct geo_point points[ASKED];
	size_t n_found = 0;

	for (size_t i = 0; i < ASKED; i++) {
		points[i] = draw(m);
	}
	for (size_t i = 0; i < ASKED; i++) {
		const struct area *out[ROOM];
		struct area_chain chain;
		enum area_fit fit;
		int64_t since_ns = now_ns();

		if (radius_m > 0) {
			n_found += area_map_touching(m, points[i],
				(double)(i % 11) / 10 * radius_m, &fit, out, ROOM);
		} else {
			area_map_find(m, points[i], &chain);
			n_found += chain.n;
		}
		took_ns[i] = now_ns() - since_ns;
	}
	qsort(took_ns, ASKED, sizeof(took_ns[0]), compare);
	printf("area_%s_p50 %.2f us\n", name, (double)took_ns[ASKED / 2] / 1e3);
	printf("area_%s_p99 %.2f us\n", name, (double)took_ns[ASKED / 100 * 99] / 1e3);
	printf("area_%s_p999 %.2f us\n", name,
		(double)took_ns[ASKED / 1000 * 999] / 1e3);
	printf("area_%s_found %.2f areas\n", name, (double)n_found / ASKED);
}

int
main(void)
{
	const char *folder = area_data_folder();
	struct area_data data;
	int64_t since_ns = now_ns();

	if (folder == NULL || area_data_load(&data, folder) != 0) {
		printf("# skipped: no areas of Italy; VEDETTA_AREAS names the "
		       "folder\n");
		return 77;
	}
	printf("area_load %.0f ms\n", (double)(now_ns() - since_ns) / 1e6);
	printf("area_count %zu areas\n", area_map_count(data.map));
	ask(data.map, "land", draw_land, 0);
	ask(data.map, "box", draw_box, 0);
	ask(data.map, "coast", draw_coast, 0);
	ask(data.map, "touching", draw_land, 1000);
	ask(data.map, "touching_10km", draw_land, AREA_EXACT_MOST_M);
	ask(data.map, "touching_100km", draw_land, AREA_RADIUS_MOST_M);
	area_map_free(data.map);
	return 0;
}
