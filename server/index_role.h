/*
 * index_role - the process that keeps the index behind the log
 *
 * A plain loop: a turn of indexer.h, then a look at the supervisor's line, at
 * low priority and the pace of pace.h. It is ready at once: nothing waits for the
 * index.
 */
#ifndef SERVER_INDEX_ROLE_H
#define SERVER_INDEX_ROLE_H

#include "server/role.h"

/* Returns the exit status of the process. */
int index_role_run(struct role *role);

#endif
