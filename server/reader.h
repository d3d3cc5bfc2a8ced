/*
 * reader - answers questions to the store, one at a time
 *
 * A plain loop over the supervisor's line and the fronts' question queues. The
 * ends of the queues are shared by all readers; whoever reads a question first
 * has it. Short queues come first; reader 0 is given only those. Each question
 * has a deadline, and an answer that its front does not take within half a
 * second is dropped: the front asks again.
 *
 * The files are opened and read once, then the sandbox closes the file system. A
 * store that fails is not mended here: the process ends and is started anew. So
 * it does when another index stands in the place of the one it opened; what is
 * asked meanwhile waits in the queues.
 */
#ifndef SERVER_READER_H
#define SERVER_READER_H

#include "server/role.h"

/* Returns the exit status of the process. */
int reader_run(struct role *role);

#endif
