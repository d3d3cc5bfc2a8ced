/*
 * area_file - areas as files have them: GeoJSON and TopoJSON
 *
 * Gives one feature after another, with its properties read into an area's
 * code, name, level and parent: by ISTAT's names as openpolis writes them
 * (com_istat_code, prov_istat_code, reg_istat_code), or by a mapping. What a
 * file may do wrong and is put right here is counted: rings that wind the older
 * way (RFC 7946 wants the outer ones counterclockwise), rings that are not
 * closed. What cannot be read says why; the next feature is read all the same.
 *
 * Whether rings cross is not asked here (geo/area_check.h).
 */
#ifndef SERVER_AREA_FILE_H
#define SERVER_AREA_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "geo/area.h"

enum {
	AREA_FILE_BYTES_MOST = 256 << 20,
	AREA_WHY_BYTES = 160,
};

/* Names of properties. All NULL: ISTAT's. */
struct area_mapping {
	const char *code;
	const char *name;
	const char *parent;    /* NULL: none */
	enum area_level level; /* of every feature; 0: by ISTAT's properties */
};

/* Rings lie one behind the other in points, none with its first point again. */
struct area_shape {
	size_t n_points;
	struct geo_point *points;
	size_t n_rings;
	uint32_t *ring_sizes;
	bool *ring_is_outer; /* a new part begins; else a hole of the part before */
};

struct area_feature {
	size_t number;    /* in its file, from 1 */
	struct area area; /* without polygon */
	/* Its own ancestors, where the properties tell: the nearest first. */
	size_t n_ancestors;
	struct area ancestors[AREA_CHAIN_MOST];
	struct area_shape shape; /* borrowed: for the time of the call */
	unsigned n_turned;
	unsigned n_closed;
	char refused[AREA_WHY_BYTES]; /* "": it can be used */
};

/* Return non-zero to stop. */
typedef int (*area_file_visit)(void *arg, const struct area_feature *feature);

/*
 * 0, what the visitor stopped with, -EINVAL with a sentence in why when the
 * text is neither, or -ENOMEM.
 */
int area_file_read(const char *text, size_t n_bytes, const struct area_mapping *mapping,
	area_file_visit visit, void *arg, char why[AREA_WHY_BYTES]);

#endif
