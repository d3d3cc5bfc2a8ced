/*
 * conn_io - the five calls between a connection and its bytes
 *
 * conn.c knows no socket call: it accepts, reads, writes, shuts down and frees
 * through these. Plain TCP is one set of five, TLS will be another.
 *
 * Each returns -EAGAIN when it cannot go on now. For accept, .wants then says
 * what it waits for (EV_READ, EV_WRITE); read waits for reading, write for
 * writing. Any other negative number is the end.
 */
#ifndef SERVER_CONN_IO_H
#define SERVER_CONN_IO_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

struct conn_line {
	const struct conn_io *io;
	int fd;
	short wants;
	void *session; /* the io's own */
};

struct conn_io {
	/* Called when the peer can be read, until it returns 0; then never again. */
	int (*accept)(struct conn_line *line);
	/* Bytes read, 0 at the end of what the peer sends. */
	ssize_t (*read)(struct conn_line *line, void *out, size_t bytes);
	/* Bytes written, maybe fewer than given. */
	ssize_t (*write)(struct conn_line *line, const struct iovec *iov, int n_iov);
	/* Nothing more will be written; reading goes on. */
	int (*shutdown)(struct conn_line *line);
	/* Closes the descriptor. */
	void (*free)(struct conn_line *line);
};

extern const struct conn_io conn_io_plain;

#endif
