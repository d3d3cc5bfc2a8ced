/*
 * courier_role - the only one that talks out
 *
 * Takes deliveries from the desk's line, carries each once, and answers. It holds
 * what lets us in elsewhere (password, token, keys) and nothing of the desk's: no
 * file of the data folder, no listener. At most COURIER_JOBS are on their way.
 *
 * A desk that was restarted asks again for what it had handed over before: who is
 * on the way is answered when there, and what ended for good (one of the last
 * COURIER_REMEMBERED) is answered as it ended, not carried a second time.
 */
#ifndef SERVER_COURIER_ROLE_H
#define SERVER_COURIER_ROLE_H

#include "server/role.h"

enum {
	COURIER_JOBS = 64,
	COURIER_REMEMBERED = 4096,
};

/* Returns the exit status. */
int courier_role_run(struct role *role);

#endif
