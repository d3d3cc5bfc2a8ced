/* area_data - the areas of Italy, where somebody has them beside the repository */
#ifndef TESTS_AREA_DATA_H
#define TESTS_AREA_DATA_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/area_file.h"

/* A folder, or NULL. Tests run anywhere below the repository. */
static inline const char *
area_data_folder(void)
{
	static char folder[4096];
	const char *named = getenv("VEDETTA_AREAS");
	const char *tried[] = {named, VEDETTA_SOURCE "/../shared/data/areas"};

	for (size_t i = 0; i < sizeof(tried) / sizeof(tried[0]); i++) {
		const char *one = tried[i];
		char path[4096 + 96];
		FILE *file;

		if (one == NULL) {
			continue;
		}
		(void)snprintf(path, sizeof(path), "%s/comuni.csv", one);
		file = fopen(path, "re");
		if (file != NULL) {
			(void)fclose(file);
			(void)snprintf(folder, sizeof(folder), "%s", one);
			return folder;
		}
	}
	return NULL;
}

/* NULL when there is no such file. The caller frees it. */
static inline char *
area_data_read(const char *folder, const char *name, size_t *n_bytes)
{
	char path[4096 + 96];
	char *text = NULL;
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "re");
	if (file == NULL) {
		return NULL;
	}
	if (fseek(file, 0, SEEK_END) == 0 && ftell(file) > 0) {
		*n_bytes = (size_t)ftell(file);
		rewind(file);
		text = malloc(*n_bytes);
		if (text != NULL && fread(text, 1, *n_bytes, file) != *n_bytes) {
			free(text);
			text = NULL;
		}
	}
	(void)fclose(file);
	return text;
}

struct area_data {
	struct area_map *map;
	size_t n_refused;
	size_t n_turned;
	char refused[8][AREA_CODE_BYTES];
};

static inline int
area_data_take(void *arg, const struct area_feature *f)
{
	struct area_data *d = arg;
	struct area area = f->area;
	int r;

	d->n_turned += f->n_turned;
	if (f->refused[0] != '\0') {
		if (d->n_refused < 8) {
			memcpy(d->refused[d->n_refused], f->area.code, AREA_CODE_BYTES);
		}
		d->n_refused++;
		return 0;
	}
	r = polygon_new(
		&area.polygon, f->shape.points, f->shape.ring_sizes, f->shape.n_rings);
	return r != 0 ? r : area_map_take(d->map, &area);
}

/* Every region's municipalities, the provinces, the regions, and Italy. */
static inline int
area_data_load(struct area_data *d, const char *folder)
{
	static const struct area_mapping istat;
	struct area italy = {
		.code = "IT", .name = "Italia", .level = AREA_NATION, .residents = -1};
	const char *wrong;
	int r;

	memset(d, 0, sizeof(*d));
	d->map = area_map_new();
	r = area_map_take(d->map, &italy);
	for (int i = 1; r == 0 && i <= 22; i++) {
		char name[96];
		char why[AREA_WHY_BYTES];
		size_t n_bytes = 0;
		char *text;

		if (i <= 20) {
			(void)snprintf(name, sizeof(name),
				"topojson-regions/limits_R_%d_municipalities.topo.json",
				i);
		} else {
			(void)snprintf(name, sizeof(name),
				"topojson-regions/limits_IT_%s.topo.json",
				i == 21 ? "provinces" : "regions");
		}
		text = area_data_read(folder, name, &n_bytes);
		r = text == NULL ? -2
				 : area_file_read(text, n_bytes, &istat, area_data_take,
					   d, why);
		free(text);
	}
	return r != 0 ? r : area_map_seal(d->map, &wrong);
}

#endif
