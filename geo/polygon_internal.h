/* polygon_internal - what the files of polygon share; nobody else includes it */
#ifndef GEO_POLYGON_INTERNAL_H
#define GEO_POLYGON_INTERNAL_H

#include "geo/polygon.h"

/* Nothing in it yet. NULL when memory is short. */
struct polygon *polygon_with_room(size_t corners, size_t rings);

/* Boxes and slabs, once corners and rings are there. 0, an answer, or -ENOMEM. */
int polygon_finish(struct polygon *p);

/* The slab of a latitude, or the nearest. */
uint32_t polygon_slab_at(const struct polygon *p, int64_t lat_e7);

#endif
