/*
 * search - which reports somebody looks for
 *
 * Pure. The index narrows by what it has a tree for; whether a report is really
 * one of those asked for is said here, for rows of the index as for rows of the
 * log that it does not hold yet. That is why both give the same answer.
 */
#ifndef GEO_SEARCH_H
#define GEO_SEARCH_H

#include <stdbool.h>
#include <stdint.h>

#include "geo/index_entry.h"
#include "geo/needle.h"
#include "geo/polygon.h"

/* Zeroed but for exercise = -1 and to_ms = INT64_MAX: everything. */
struct search {
	uint32_t hazards;  /* bit of each number; 0: all */
	uint8_t class_max; /* 1 to 5; 0: all */
	int8_t exercise;   /* -1: both, 0, 1 */
	int64_t from_ms;
	int64_t to_ms; /* not included */
	bool has_box;
	double west_deg, south_deg, east_deg, north_deg; /* west > east: over +-180 */
	const struct polygon *polygon;                   /* borrowed; NULL: none */
	char area[AREA_CODE_BYTES];                      /* "": all */
	bool unassigned; /* only those in no area; area is "" then */
	bool assigned;   /* only those in some area; the same */
	bool has_near;
	struct geo_point near;
	double radius_m;
	struct needles words; /* n == 0: none */
	/* Rows that do not match, in order: another one speaks for them. Borrowed. */
	const uint64_t *without;
	size_t n_without;
};

void search_init(struct search *s);

/* Whether it matters in which areas a report is. */
bool search_asks_area(const struct search *s);

/* All but the words. */
bool search_matches(const struct search *s, const struct index_entry *e);

struct search_box {
	double west_deg, south_deg, east_deg, north_deg; /* west <= east */
};

/*
 * One or two boxes outside of which nothing matches; 0: there is no such
 * bound. A place that box, polygon and circle exclude may still be inside.
 */
size_t search_boxes(const struct search *s, struct search_box out[2]);

#endif
