/*
 * area_build - the map of areas, made from the desk's file in slices
 *
 * All Italy is half a second's work: too long for a desk that takes reports
 * meanwhile. So each call does a few milliseconds of it.
 */
#ifndef SERVER_AREA_BUILD_H
#define SERVER_AREA_BUILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "geo/store_area.h"

struct area_build;

enum area_build_answer {
	AREA_BUILD_REFUSED = 1, /* these areas make no map: why says which */
};

/* As if the import `with` counted too (0: none). NULL when memory is short. */
struct area_build *area_build_new(uint64_t with);

/* Accepts NULL. */
void area_build_free(struct area_build *b);

/*
 * Goes on, for a part of a millisecond to a few. When *done the map is the
 * caller's and the build is over. 0, AREA_BUILD_REFUSED, or -errno.
 */
int area_build_some(struct area_build *b, struct store *store, struct area_map **done,
	char *why, size_t why_bytes);

#endif
