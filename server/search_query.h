/*
 * search_query - what a query says about which reports are wanted
 *
 * Each parameter is refused by its name; what only a reader can judge (words, a
 * polygon's shape) it refuses the same way. Places are longitude first, as in
 * bbox and GeoJSON.
 */
#ifndef SERVER_SEARCH_QUERY_H
#define SERVER_SEARCH_QUERY_H

#include <stdbool.h>

#include "proto/arena.h"
#include "proto/trouble.h"
#include "server/fields.h"
#include "vedetta/v1/search.pb-c.h"

enum {
	SEARCH_PAGE = 50, /* without limit= */
	SEARCH_PAGE_MOST = 100,
	SEARCH_CORNERS_MOST = 100,
	SEARCH_WORDS_BYTES = 200,
	SEARCH_OUTLINES = 500,
};

#define SEARCH_CODE_REASON "is not a code, as K7M2-9QX4, or is mistyped"

/* Which questions take a parameter. */
enum search_about {
	SEARCH_REPORTS = 1,
	SEARCH_COUNTS = 2,
	SEARCH_OUTLINES_OF = 4,
};

struct search_query {
	Vedetta__V1__SearchQuestion question; /* pointers into the arena */
	bool by_area, by_hour;
	uint64_t from_id; /* of outlines */
	Vedetta__V1__OutlineKind kind;
};

/* 0, or FIELDS_REFUSED with trouble. */
int search_query_read(const struct fields *query, enum search_about about,
	struct arena *arena, struct trouble *trouble, struct search_query *out);

#endif
