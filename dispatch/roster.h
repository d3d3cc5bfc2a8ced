/*
 * roster - all incidents, by id and in order of last change
 *
 * The list of the board (design.md 3): who changes goes to the end. A cursor
 * remembers how far one reader of the list has come; those that stand on an
 * incident which moves step on first, those at the end see it come. So walking
 * a cursor tells every change once, as it is when told.
 */
#ifndef DISPATCH_ROSTER_H
#define DISPATCH_ROSTER_H

#include <sys/queue.h>

#include "dispatch/incident.h"
#include "dispatch/table.h"

struct roster_cursor {
	TAILQ_ENTRY(roster_cursor) link;
	struct incident *next; /* to be told next; NULL: all were told */
};

struct roster {
	TAILQ_HEAD(incident_list, incident) incidents;
	TAILQ_HEAD(, roster_cursor) cursors;
	struct table by_id;
};

void roster_init(struct roster *r);

/* Frees the incidents too. No cursor may be left. */
void roster_fini(struct roster *r);

/* Takes the incident over, at the end. 0, or -ENOMEM and it stays the caller's. */
int roster_take(struct roster *r, struct incident *i);

struct incident *roster_find(const struct roster *r, uint64_t id);

/* It changed: to the end with it. */
void roster_touch(struct roster *r, struct incident *i);

/* Before the first. */
void roster_attach(struct roster *r, struct roster_cursor *c);
void roster_detach(struct roster *r, struct roster_cursor *c);
void roster_advance(struct roster_cursor *c);

#endif
