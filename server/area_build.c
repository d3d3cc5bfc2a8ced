#include "server/area_build.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	AREAS_A_SLICE = 16,
	CORNERS_A_SLICE = 4096,
};

struct area_build {
	uint64_t with;
	uint64_t after; /* read up to here */
	bool is_read;
	struct area_map *map;
};

struct area_build *
area_build_new(uint64_t with)
{
	struct area_build *b = calloc(1, sizeof(*b));

	if (b != NULL) {
		b->with = with;
		b->map = area_map_new();
	}
	if (b != NULL && b->map == NULL) {
		free(b);
		return NULL;
	}
	return b;
}

void
area_build_free(struct area_build *b)
{
	if (b != NULL) {
		area_map_free(b->map);
		free(b);
	}
}

static int
take(void *arg, const struct store_area *from)
{
	struct area_build *b = arg;
	struct area area = {.level = from->level,
		.residents = from->residents,
		.has_center = from->has_center,
		.center = from->center};
	int r = 0;

	(void)snprintf(area.code, sizeof(area.code), "%s", from->code);
	(void)snprintf(area.name, sizeof(area.name), "%s", from->name);
	(void)snprintf(area.parent_code, sizeof(area.parent_code), "%s", from->parent);
	if (from->polygon != NULL) {
		r = polygon_unpack(&area.polygon, from->polygon, from->polygon_bytes);
	}
	if (r == 0) {
		r = area_map_take(b->map, &area);
		if (r != 0) {
			polygon_free(area.polygon);
		}
	}
	b->after = from->number;
	/* They were looked at when they came: what is wrong now went wrong here. */
	return r > 0 ? -EUCLEAN : r;
}

static int
seal(struct area_build *b, bool *done, char *why, size_t why_bytes)
{
	const char *wrong = "";
	int r = area_map_seal_some(b->map, CORNERS_A_SLICE, done, &wrong);

	if (r <= 0) {
		return r;
	}
	(void)snprintf(why, why_bytes,
		r == AREA_TWICE ? "two areas have the code %s"
				: "the parent of area %s is not above it",
		wrong);
	return AREA_BUILD_REFUSED;
}

int
area_build_some(struct area_build *b, struct store *store, struct area_map **done,
	char *why, size_t why_bytes)
{
	bool is_sealed = false;
	unsigned n;
	int r;

	*done = NULL;
	if (!b->is_read) {
		r = store_read_areas(
			store, b->with, b->after, AREAS_A_SLICE, take, b, &n);
		b->is_read = n < AREAS_A_SLICE;
		return r;
	}
	r = seal(b, &is_sealed, why, why_bytes);
	if (r == 0 && is_sealed) {
		*done = b->map;
		b->map = NULL;
	}
	return r;
}
