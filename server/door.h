/*
 * door - accepts from one listening descriptor, a few a turn
 *
 * When descriptors run out the listener stays readable, so trying on would be
 * a spin: its owner is asked to make room, and accepting pauses for
 * LIMIT_ACCEPT_PAUSE_MS. Clients wait in the kernel's queue meanwhile; after
 * LIMIT_ACCEPT_PAUSES without room, a descriptor held in reserve lets one of
 * them be told at each further pause.
 */
#ifndef SERVER_DOOR_H
#define SERVER_DOOR_H

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>

#include <event2/event.h>

union door_address {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

struct door_events {
	/* Takes fd. */
	void (*on_guest)(void *arg, int fd, const union door_address *address);
	/* Out of descriptors: closes something; false: there is nothing to close. */
	bool (*make_room)(void *arg);
	/* Out of descriptors still: takes fd, and must close it before it returns. */
	void (*on_no_room)(void *arg, int fd);
};

struct door {
	const struct door_events *events;
	void *arg;
	struct event *acceptable;
	struct event *resume; /* after a pause */
	int listener;
	int reserve;
	int n_pauses; /* in a row */
};

/* Takes the listener. 0, or -ENOMEM; door_close() is right after both. */
int door_open(struct door *door, struct event_base *base, int listener,
	const struct door_events *events, void *arg);

/* Accepts nothing for LIMIT_STEP_ASIDE_MS: who shares the listener does. */
void door_step_aside(struct door *door);

/* Accepts no more; may be called again. */
void door_close(struct door *door);

#endif
