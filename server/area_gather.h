/*
 * area_gather - the areas of several files, each feature checked and told of
 *
 * A feature is good, repaired (and how) or refused (and why): nothing is put
 * right or left out in silence. Each code is taken once, the first time. Parents
 * that only the properties of their parts name are added without ground of
 * their own, so a file of municipalities alone still gives whole chains.
 */
#ifndef SERVER_AREA_GATHER_H
#define SERVER_AREA_GATHER_H

#include <stdio.h>

#include "geo/area_check.h"
#include "server/area_file.h"

struct area_sums {
	size_t n_features;
	size_t n_good;
	size_t n_repaired;
	size_t n_turned; /* of these: nothing but rings that wind the older way */
	size_t n_refused;
};

struct area_gather;

/* Lines go to `out`, for features that are good only when is_talkative. */
struct area_gather *area_gather_new(FILE *out, bool is_talkative);

/* Accepts NULL. */
void area_gather_free(struct area_gather *g);

/*
 * Adds a file's sums to *sums. 0, -EINVAL with a sentence in why when the text
 * is no file of areas, or a fault.
 */
int area_gather_file(struct area_gather *g, const char *name, const char *text,
	size_t n_bytes, const struct area_mapping *mapping, struct area_sums *sums,
	char why[AREA_WHY_BYTES]);

/*
 * Adds parents without ground, and makes the map, which is the caller's. An
 * area whose parent cannot be is told of like a refused feature. 0,
 * AREA_BAD_PARENT, or a fault.
 */
int area_gather_map(struct area_gather *g, struct area_map **out);

#endif
