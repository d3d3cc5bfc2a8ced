/*
 * office_ask - what a console front asks the desk about accounts and sessions
 *
 * An input like any other (pending.h): sent again to a desk that was restarted, given
 * up after a while. What its answer needs is kept beside it, a fresh token among
 * it: the browser has it only when the desk has it on disk.
 */
#ifndef SERVER_OFFICE_ASK_H
#define SERVER_OFFICE_ASK_H

#include <stdbool.h>

#include "server/front.h"

enum office_after {
	OFFICE_AFTER_LOGIN = 1,
	OFFICE_AFTER_STEP_UP,
	OFFICE_AFTER_LOGOUT,
	OFFICE_AFTER_REVOKE,
	OFFICE_AFTER_OWN,
	OFFICE_AFTER_ACCOUNT,
	OFFICE_AFTER_IDENTITY,
	OFFICE_AFTER_PROVIDER_LOGOUT,
	OFFICE_AFTER_NOTHING, /* nobody waits */
};

struct office_memo {
	enum office_after after;
	bool page;    /* asked by the page's form: answered by a page */
	bool step_up; /* with IDENTITY: to show who it is again */
	char token[WHO_TOKEN_BYTES];
};

/* Puts it on its way, with who asks; answers the request when that cannot be. */
void office_ask(struct front *f, const struct call *call, Vedetta__V1__OfficeInput *in,
	const struct office_memo *memo);

/*
 * Likewise, an account, which is done once under the client's key (NULL: none). Keys
 * of two askers never meet. Says in the input what tells it from others.
 */
void office_ask_once(struct front *f, const struct call *call,
	Vedetta__V1__OfficeInput *in, const char *client_key,
	const struct office_memo *memo);

/* Something that nobody waits for; lost when the queue is full, and counted. */
void office_tell_desk(struct front *f, Vedetta__V1__OfficeInput *in);

/*
 * Writes down what was shown to whom: nobody waits for it. detail is one line
 * without a person in it.
 */
void office_note_seen(struct front *f, const struct asker *asker,
	Vedetta__V1__AuditKind kind, uint64_t incident, uint64_t report,
	const char *detail);

#endif
