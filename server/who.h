/*
 * who - the one behind a request at the console's door
 *
 * A request comes with a session's token in a cookie; what the desk told of
 * that session and its account is who it is. Nobody is a NULL. A handler is
 * called only when the right in its route's row is there, and asks here for
 * what else it wants to know: the name to write under an action, which incidents.
 *
 * The cookie is the host's alone, never sent by another site's page, out of reach
 * of scripts, and only over TLS or to loopback, which browsers trust likewise.
 */
#ifndef SERVER_WHO_H
#define SERVER_WHO_H

#include <stdbool.h>
#include <stdint.h>

#include "dispatch/right.h"
#include "dispatch/scope.h"
#include "server/asker.h"
#include "server/route.h"
#include "vedetta/v1/incident.pb-c.h"

struct call;
struct front;

#define WHO_COOKIE "__Host-vedetta"

enum {
	WHO_NAME_BYTES = 65,
	WHO_TOKEN_BYTES = 44, /* base64url of 32 bytes, and NUL */
	WHO_HASH_BYTES = 32,
	WHO_COOKIE_LINE = 160,
};

struct who {
	uint64_t account;
	uint64_t session;
	char name[WHO_NAME_BYTES]; /* of the account: what decisions carry */
	Vedetta__V1__Role role;
	unsigned rights;           /* right.h */
	bool unassigned;           /* sees what lies outside every area */
	const struct scope *scope; /* NULL: everything; lives as long as the front */
	bool stepped_up;           /* showed a secret a moment ago */
};

/* Good for as long as the call is in hand. NULL: nobody. */
const struct who *call_who(const struct front *f, const struct call *call);

/*
 * May this one go through this route of the console's door? Answers the request
 * with what it lacks, and says false.
 */
bool who_may_enter(struct front *f, struct call *call, const struct route *route);

/* Who asked, when an answer comes later: false, nobody any more. */
bool who_asked(const struct front *f, const struct asker *asker, struct who *out);

/* Does this one see the incident of these facts? who may be NULL: no. */
struct filter_facts;
bool who_sees(const struct who *who, const struct filter_facts *facts);

/*
 * The same of an incident by its number (one that is not on the board: only who sees
 * everything), of an umbrella (umbrella_scope.h), of an area's code.
 */
bool who_sees_incident(const struct front *f, const struct who *who, uint64_t id);
bool who_sees_umbrella(const struct front *f, const struct who *who, uint64_t id);
bool who_sees_area(const struct front *f, const struct who *who, const char *code);

/* Is all of that account's ground this one's, too? */
bool who_covers(const struct front *f, const struct who *who,
	const Vedetta__V1__Account *account);

/*
 * Takes out of a report what names its sender, unless this one may know it. What
 * nobody could read may name anybody.
 */
void who_conceal(const struct who *who, Vedetta__V1__IncidentReport *report);

/* ---- tokens */

/* A new one, and what the desk keeps of it. */
void who_mint(char token[WHO_TOKEN_BYTES], uint8_t hash[WHO_HASH_BYTES]);

/* The line that gives it to a browser; "" takes it away. */
void who_cookie(const char *token, char out[WHO_COOKIE_LINE]);

#endif
