/*
 * listen - the listening sockets the supervisor opens and hands to its roles
 *
 * One socket per kind, inherited by every role that serves it (not
 * SO_REUSEPORT: a dead front would hold its queue).
 */
#ifndef SERVER_LISTEN_H
#define SERVER_LISTEN_H

#include <stddef.h>
#include <stdint.h>

enum {
	LISTEN_NAME_BYTES = 72, /* "http://[...]:65535" */
};

/*
 * address: as config_address() takes it; port 0 lets the kernel choose. An
 * address that is still held is tried again for within_ms, since the roles of
 * a supervisor that was killed need a moment to end.
 * Returns the descriptor (non-blocking, close-on-exec) or -errno.
 */
int listen_open(const char *address, int64_t within_ms);

/* The address it really has, as a URL without a path. */
void listen_name(int fd, char out[LISTEN_NAME_BYTES]);

#endif
