/*
 * route - method and path to a handler, per kind of listener
 *
 * One table, in front.c. What is not in it for the listener asked does not
 * exist there (404), whatever other listeners have; a path with other methods
 * is 405 and says which.
 */
#ifndef SERVER_ROUTE_H
#define SERVER_ROUTE_H

#include <stddef.h>

#include "server/http.h"

/* Doors of a route: bits. */
enum {
	ROUTE_PUBLIC = 1u << 0,
	ROUTE_CONSOLE = 1u << 1,
	ROUTE_ADMIN = 1u << 2,
};

enum route_answer {
	ROUTE_NOT_FOUND = 1,
	ROUTE_NOT_ALLOWED = 2,
};

enum {
	ROUTE_ALLOW_BYTES = 64,
};

struct front;
struct call;

typedef void (*route_handler)(struct front *f, const struct call *call);

/*
 * path: whole, or with one parameter as its last segment ("/r/{token}"), which
 * is never empty. The table ends in a NULL path.
 */
struct route {
	unsigned doors;
	enum http_method method;
	const char *path;
	route_handler handler;
};

struct route_match {
	const struct route *route;
	const char *parameter;         /* inside the path asked for; NULL when none */
	char allow[ROUTE_ALLOW_BYTES]; /* with ROUTE_NOT_ALLOWED */
};

/* Returns 0 or an answer. */
int route_find(const struct route *table, unsigned door, enum http_method method,
	const char *path, struct route_match *out);

#endif
