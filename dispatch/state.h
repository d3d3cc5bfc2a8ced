/* state - an incident as a console reads it: every field, every term of its rank */
#ifndef DISPATCH_STATE_H
#define DISPATCH_STATE_H

#include "dispatch/incident.h"
#include "proto/arena.h"
#include "vedetta/v1/incident.pb-c.h"

/*
 * Made in the arena; words are copied, names of the tables are not. NULL past
 * the arena's ceiling.
 */
Vedetta__V1__Incident *state_of(
	const struct incident *i, const struct area_map *map, struct arena *arena);

#endif
