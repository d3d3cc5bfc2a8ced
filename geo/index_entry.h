/*
 * index_entry - a report as the index and its questions see it
 *
 * Made from a row of the log by dispatch/entry.h; pointers are borrowed from
 * whoever made it.
 */
#ifndef GEO_INDEX_ENTRY_H
#define GEO_INDEX_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "geo/area.h"
#include "geo/point.h"

enum {
	INDEX_AREAS_MOST = 32, /* a circle may touch many; the first ones count */
};

struct index_entry {
	uint64_t seq;      /* of its row in the log */
	uint64_t number;   /* what the report is called; another in raw mode */
	uint64_t incident; /* where it is */
	int64_t at_ms;     /* its arrival */
	uint8_t kind;      /* enum store_kind */
	uint8_t hazard;    /* number */
	uint8_t class_no;  /* its own, not its incident's */
	bool exercise;
	bool own;   /* a report in its own right: placed, it counts for umbrellas */
	bool hangs; /* it does */
	bool has_point;
	struct geo_point point;
	double accuracy_m;   /* < 0: not known */
	const char *channel; /* "": not known */
	const char *text;    /* the sender's words; "" when erased */
	const char *place;   /* the place in words */
	size_t n_areas;
	const char *areas[INDEX_AREAS_MOST]; /* codes, parents included */
};

#endif
