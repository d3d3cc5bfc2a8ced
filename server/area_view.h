/*
 * area_view - the areas as those see them who only read
 *
 * The map that counts now, made from the desk's file and made anew after an
 * import, some milliseconds at a time until the store's deadline.
 */
#ifndef SERVER_AREA_VIEW_H
#define SERVER_AREA_VIEW_H

#include "geo/index_entry.h"
#include "server/area_build.h"

/* All zero: nothing is known yet. */
struct area_view {
	struct area_map *map; /* NULL: there are no areas */
	uint64_t import;      /* the map's; 0: none */
	struct area_build *build;
	uint64_t building;
};

void area_view_fini(struct area_view *v);

/*
 * Looks which import counts and goes on making its map. *ready: the map is the
 * one that counts. 0, or what the store says.
 */
int area_view_refresh(struct area_view *v, struct store *store, bool *ready);

/* The areas of a report's point, the smallest first. */
void area_view_fill(const struct area_view *v, struct index_entry *e);

#endif
