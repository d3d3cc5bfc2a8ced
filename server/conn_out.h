/*
 * conn_out - what waits to be written on one line
 *
 * Pieces are written straight from where they stand; only what the socket does
 * not take is queued, in an evbuffer that exists only while it holds something.
 */
#ifndef SERVER_CONN_OUT_H
#define SERVER_CONN_OUT_H

#include <sys/types.h>
#include <sys/uio.h>

#include <event2/buffer.h>

#include "server/conn_io.h"

enum {
	CONN_OUT_PIECES = 16, /* written with one call */
	CONN_OUT_HEAD_PIECES = 8,
};

/*
 * Writes head and then body (may be NULL), behind what *queue holds, as far as
 * the line takes it; the rest is in *queue afterwards. Empties body. 0, or a
 * negative errno: the line is of no use any more.
 */
int conn_out_send(struct conn_line *line, struct evbuffer **queue,
	const struct iovec *head, int n_head, struct evbuffer *body);

/* Writes once from *queue. The number of bytes written (0: none now), or < 0. */
ssize_t conn_out_flush(struct conn_line *line, struct evbuffer **queue);

void conn_out_forget(struct evbuffer **queue);

#endif
