/*
 * order - one message, and descriptors, over the supervisor's line
 *
 * The line is a SOCK_SEQPACKET pair: each datagram is a frame head and a body,
 * descriptors ride beside it (SCM_RIGHTS). Sending never waits: a role that
 * does not take its orders is stuck, and the supervisor ends it.
 */
#ifndef SERVER_ORDER_H
#define SERVER_ORDER_H

#include <stddef.h>
#include <stdint.h>

#include <protobuf-c/protobuf-c.h>

#include "proto/arena.h"
#include "proto/frame.h"

enum {
	ORDER_FDS_MAX = 200,
	ORDER_BODY_MAX = 64 * 1024,
	ORDER_ARENA_BYTES = 512 * 1024,
};

enum order_answer {
	ORDER_NONE = 1,   /* nothing is there now */
	ORDER_CLOSED = 2, /* the other end is gone */
	ORDER_BAD = 3,    /* not what it should be: a bug at the other end */
};

struct order {
	ProtobufCMessage *message; /* in the arena */
	size_t n_fds;
	int fds[ORDER_FDS_MAX]; /* the receiver's, close-on-exec */
};

/* Keeps no descriptor. Returns 0 or -errno (-EAGAIN: the other end is full). */
int order_send(int line, enum frame_kind kind, const ProtobufCMessage *message,
	const int *fds, size_t n_fds);

/*
 * Takes one message of that kind and type. flags: MSG_DONTWAIT or 0.
 * Returns 0, an answer (then no descriptor is left open), or -errno.
 */
int order_receive(int line, int flags, enum frame_kind kind,
	const ProtobufCMessageDescriptor *type, struct arena *arena, struct order *out);

void order_close_fds(struct order *o);

#endif
