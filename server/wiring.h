/*
 * wiring - what the supervisor tells a role, and who is joined to whom
 *
 * A front gets a new stream pair to the desk and two new question queues to
 * the readers; a new desk gets a new pair to each front. We keep no end of a
 * desk line, so each side sees the other die. Of the question queues we keep
 * the readers' ends: all readers share them, a new reader is handed them as
 * they are, and a question asked while no reader lives waits there instead of
 * being lost.
 *
 * Nothing here waits: a member that does not take its orders is killed, and
 * starting it again wires it anew.
 */
#ifndef SERVER_WIRING_H
#define SERVER_WIRING_H

#include "server/crew.h"

/* The first order of a line. Returns 0 or -ENOMEM. */
int wiring_give_setup(struct crew *c, struct member *m, int64_t now_ms);

/* Joins one just started to everybody who runs, and hands it its listeners. */
void wiring_connect(struct crew *c, struct member *m);

/*
 * Starts a helper for an export and gives the front its line. Returns its pid or
 * -errno.
 */
pid_t wiring_start_export(struct crew *c, struct member *front);

/* The same for a password, whose line the desk gets. */
pid_t wiring_start_password(struct crew *c, struct member *desk);

/* Asks it to finish. */
void wiring_drain(struct member *m, uint32_t within_ms);

#endif
