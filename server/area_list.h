/*
 * area_list - codes, names and figures of all areas, as a console front has them
 *
 * Told by the desk in pieces; the last one makes them count, all at once. The
 * front knows by it which codes there are, and what lies above each.
 */
#ifndef SERVER_AREA_LIST_H
#define SERVER_AREA_LIST_H

#include <stddef.h>

#include "proto/trouble.h"
#include "server/filter.h"
#include "vedetta/v1/frame.pb-c.h"

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

#endif
