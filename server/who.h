/*
 * who - the one behind a request at the console's door
 *
 * A request comes with a session's token in a cookie; what the desk told of
 * that session and its account is who it is. Nobody is a NULL. A handler is
 * called only when the right in its route's row is there, and asks here for
 * what else it wants to know: the name to write under an action, which areas.
 */
#ifndef SERVER_WHO_H
#define SERVER_WHO_H

#include <stdbool.h>
#include <stdint.h>

#include "dispatch/right.h"
#include "server/route.h"

struct call;
struct front;

enum {
	WHO_NAME_BYTES = 65,
};

struct who {
	uint64_t account;
	uint64_t session;
	char name[WHO_NAME_BYTES]; /* of the account: what decisions carry */
	Vedetta__V1__Role role;
	unsigned rights; /* right.h */
	bool unassigned; /* sees what lies outside every area */
};

/* Good for as long as the call is in hand. NULL: nobody. */
const struct who *call_who(const struct front *f, const struct call *call);

/*
 * May this one go through this route of the console's door? Answers the request
 * with what it lacks, and says false.
 */
bool who_may_enter(struct front *f, const struct call *call, const struct route *route);

#endif
