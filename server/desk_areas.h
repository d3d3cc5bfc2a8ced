/*
 * desk_areas - the areas in the running desk
 *
 * Three long works, each done in slices of a few milliseconds between batches,
 * so that no report waits for them: the map is built from the file (at the
 * start, and before an import counts, so that one that makes no map is refused
 * whole); open incidents are looked up again in it; rows that no longer count
 * are swept out.
 *
 * At the start the desk takes reports before it has its map. What comes
 * meanwhile has no areas yet, and is looked up with the others (dispatch
 * relook.h).
 */
#ifndef SERVER_DESK_AREAS_H
#define SERVER_DESK_AREAS_H

#include <stdint.h>

#include <event2/event.h>

#include "geo/area.h"
#include "server/keeper.h"
#include "vedetta/v1/frame.pb-c.h"

struct desk_areas;

struct desk_areas_events {
	/* Another map (NULL: there are no areas): version counts them from 1. */
	void (*on_map)(void *arg, const struct area_map *map, uint64_t version);
	/* Incidents changed: boards want to hear of it. */
	void (*on_change)(void *arg);
	/* A command about accounts; the answer lives until the next one. */
	void (*on_office)(void *arg, const Vedetta__V1__OfficeCommand *command,
		Vedetta__V1__CommandAnswer *answer);
	/* One about deliveries or exercises; the answer lives until the next one. */
	void (*on_other)(void *arg, const Vedetta__V1__Command *command,
		Vedetta__V1__CommandAnswer *answer);
};

/* base is borrowed. NULL when memory is short. */
struct desk_areas *desk_areas_new(
	struct event_base *base, const struct desk_areas_events *events, void *arg);
/* After the desk that uses its map is gone. */
void desk_areas_free(struct desk_areas *a);

/* Begins: keeper is borrowed. */
void desk_areas_use(struct desk_areas *a, struct keeper *keeper);

/* Takes over a listening socket for commands. */
void desk_areas_listen(struct desk_areas *a, int fd);

/* Steps were made: reports may have come and gone. */
void desk_areas_look(struct desk_areas *a);

/* The keeper loads anew: an import that is under way is over. */
void desk_areas_forget(struct desk_areas *a);

#endif
