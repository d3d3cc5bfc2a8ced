/*
 * role_loop - the event loop of a role
 *
 * One base, no threads. A turn is bounded: after 20 ms or 64 callbacks the base
 * looks for new events, so that timers do not starve under load.
 */
#ifndef SERVER_ROLE_LOOP_H
#define SERVER_ROLE_LOOP_H

#include <event2/event.h>

#include "server/role.h"

/* NULL when memory is short. */
struct event_base *role_base_new(void);

/*
 * Runs until event_base_loopbreak() or loopexit(), taking orders as they come.
 * Returns 0 or -errno.
 */
int role_run(struct role *r, struct event_base *base, const struct role_events *events,
	void *arg);

#endif
