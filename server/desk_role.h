/*
 * desk_role - the only writer: inputs in, one commit, answers out
 *
 * A turn of the loop: every line gives what it has, the inputs go into one
 * batch; behind the last line (or when the batch is full) the keeper runs it,
 * and its answers are queued. Consoles' boards follow at most every 25 ms.
 * Once a second: gauges, and fronts that have read nothing for two seconds are
 * cut off and named to the supervisor. While nothing arrives raw rows are
 * interpreted and the WAL moves home. Writes to a front never wait.
 */
#ifndef SERVER_DESK_ROLE_H
#define SERVER_DESK_ROLE_H

#include "server/role.h"

/* Returns the exit status of the process. */
int desk_role_run(struct role *role);

#endif
