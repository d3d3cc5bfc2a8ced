/*
 * route - method and path to a handler, per kind of listener
 *
 * One table, in front_door.c. What is not in it for the listener asked does not
 * exist there (404), whatever other listeners have; a path with other methods
 * is 405 and says which.
 */
#ifndef SERVER_ROUTE_H
#define SERVER_ROUTE_H

#include <stddef.h>
#include <stdint.h>

#include "server/http.h"

/* Doors of a route: bits. */
enum {
	ROUTE_PUBLIC = 1u << 0,
	ROUTE_CONSOLE = 1u << 1,
	ROUTE_ADMIN = 1u << 2,
};

/*
 * What a route of the console asks of whoever comes: a Right of account.proto, or
 * one of these. 0, what a row is that says nothing, lets nobody in.
 */
enum {
	ROUTE_SESSION = 254, /* anybody with a session */
	ROUTE_OPEN = 255,    /* anybody at all: also the other doors' routes */
};

enum route_answer {
	ROUTE_NOT_FOUND = 1,
	ROUTE_NOT_ALLOWED = 2,
};

enum {
	ROUTE_ALLOW_BYTES = 64,
	ROUTE_MIDDLE_BYTES = 32,
};

struct front;
struct call;

typedef void (*route_handler)(struct front *f, const struct call *call);

/*
 * path: whole, or with one parameter as one of its segments ("/r/{token}",
 * "/v1/incidents/{id}/actions"), which is never empty; one that is not the last
 * has ROUTE_MIDDLE_BYTES - 1 bytes at most. The table ends in a NULL path.
 */
struct route {
	unsigned doors;
	enum http_method method;
	const char *path;
	route_handler handler;
	uint8_t right;
};

struct route_match {
	const struct route *route;
	const char *parameter; /* in the path asked for or in middle; NULL when none */
	char middle[ROUTE_MIDDLE_BYTES];
	char allow[ROUTE_ALLOW_BYTES]; /* with ROUTE_NOT_ALLOWED */
};

/* Returns 0 or an answer. */
int route_find(const struct route *table, unsigned door, enum http_method method,
	const char *path, struct route_match *out);

#endif
