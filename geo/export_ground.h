/*
 * export_ground - ground as a multipolygon for other programs
 *
 * Parts with their holes, by which ring lies in which; outer rings
 * counter-clockwise and holes clockwise (RFC 7946); cut at the antimeridian,
 * so that every longitude lies within 180 degrees; closed along a pole when it
 * holds one. Written as little-endian well-known binary.
 */
#ifndef GEO_EXPORT_GROUND_H
#define GEO_EXPORT_GROUND_H

#include <stddef.h>
#include <stdint.h>

#include "geo/polygon.h"

struct export_box {
	double west_deg, south_deg, east_deg, north_deg;
};

/* The caller frees *wkb. 0 or -ENOMEM. */
int export_ground(const struct polygon *p, uint8_t **wkb, size_t *n_bytes,
	struct export_box *box);

#endif
