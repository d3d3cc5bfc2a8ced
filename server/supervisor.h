/*
 * supervisor - starts the roles, starts them again, and ends them in order
 *
 * Holds the lock on the data folder, the key file and the listening sockets,
 * and reads nothing that comes from strangers. A plain poll() over one signalfd
 * and the roles' lines. When every role has said it is ready, one line on
 * standard output says where:
 *
 *   ready public=http://127.0.0.1:8080 console=http://127.0.0.1:8081 admin=...
 *
 * SIGTERM or SIGINT: the fronts finish what they took, then the readers and the
 * desk; what has not ended after 10 s is killed, which loses nothing that was
 * acknowledged. A second signal does not wait.
 */
#ifndef SERVER_SUPERVISOR_H
#define SERVER_SUPERVISOR_H

#include "server/config.h"

/* Returns the exit status of `vedetta serve`: 0, or 1 after a sentence. */
int supervisor_run(const struct config *config);

#endif
