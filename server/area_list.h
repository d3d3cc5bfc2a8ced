/*
 * area_list - codes, names and figures of all areas, as a console front has them
 *
 * Told by the desk in pieces; the last one makes them count, all at once. The
 * front knows by it which codes there are, what lies above each, and finds them
 * by name as people type it: without case, accents, apostrophes and spaces.
 *
 * A search is one pass over all names: those of a nation are read in less time
 * than the answer takes to be written.
 */
#ifndef SERVER_AREA_LIST_H
#define SERVER_AREA_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "proto/arena.h"
#include "proto/trouble.h"
#include "server/filter.h"
#include "vedetta/v1/frame.pb-c.h"

enum {
	AREA_LIST_PAGE_MOST = 200,
};

struct area_list;

/* NULL when memory is short. */
struct area_list *area_list_new(void);
/* Accepts NULL. */
void area_list_free(struct area_list *l);

/* 0 or -ENOMEM: then what was there before stays. */
int area_list_take(struct area_list *l, const Vedetta__V1__BoardAreas *piece);

size_t area_list_count(const struct area_list *l);

/* The filter's area must be one of these (or "unassigned"); finds those above. */
void area_list_resolve(
	const struct area_list *l, struct filter *filter, struct trouble *trouble);

bool area_list_has(const struct area_list *l, const char *code);

/* Where a page ended. */
struct area_list_mark {
	unsigned rank;
	unsigned level;
	char code[FILTER_AREA_BYTES];
};

struct area_list_query {
	const char *words;  /* of the name, or the whole code; NULL: any */
	const char *parent; /* code; NULL: any */
	unsigned level;     /* enum AreaLevel; 0: any */
	size_t limit;       /* at most AREA_LIST_PAGE_MOST */
	const struct area_list_mark *behind; /* NULL: from the first */
};

/*
 * One page in the arena: what is called so, then what begins so, then what has a
 * word that does, then the rest that has it somewhere; among these the largest
 * level first, then by code. *last is set when there is more behind it (*more).
 * 0 or -ENOMEM.
 */
int area_list_find(const struct area_list *l, const struct area_list_query *query,
	struct arena *arena, Vedetta__V1__AreaList *out, struct area_list_mark *last,
	bool *more);

#endif
