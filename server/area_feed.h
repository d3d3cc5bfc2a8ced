/*
 * area_feed - the areas, as one console front is told them
 *
 * In pieces, as fast as the line takes them; from the first again when the map
 * is another. Codes, names and figures only: no ground.
 */
#ifndef SERVER_AREA_FEED_H
#define SERVER_AREA_FEED_H

#include <stddef.h>
#include <stdint.h>

#include "geo/area.h"
#include "proto/arena.h"
#include "server/line.h"
#include "vedetta/v1/area.pb-c.h"

/* Embedded; all zero has told nothing. */
struct area_feed {
	uint64_t version; /* of the map it tells */
	size_t next;
	bool is_told;
};

/*
 * Sends what the line has room for; map may be NULL, version 0 says that nobody
 * knows yet. Returns 0, or -errno when the front must be cut off.
 */
int area_feed_go_on(struct area_feed *f, struct line *line, const struct area_map *map,
	uint64_t version, struct arena *arena);

/* As the API says it; strings are the area's. NULL: the arena is full. */
Vedetta__V1__Area *area_feed_area(const struct area *area, struct arena *arena);

#endif
