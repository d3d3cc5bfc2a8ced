/*
 * conn - one peer of an HTTP listener
 *
 * A connection is in one phase at a time, and each phase has a deadline that
 * no amount of trickling moves further than the bytes earn. Phases and what
 * ends them:
 *
 *	FIRST      accepted, nothing read        first_byte_ms: closed
 *	IDLE       between two requests          idle_ms: closed
 *	HEAD       some of a head is there       head_ms: 408
 *	BODY       the head is whole             body_ms + what came / rate: 408
 *	IN_FLIGHT  the owner has the request     answer_ms: 503
 *	WRITING    an answer is on its way out   write_ms + what left / rate, and
 *	                                         write_ms without a byte: closed
 *	STREAM     an answer without end         write_ms without a byte: closed
 *	LINGER     said all, reads what comes so that the answer is not reset
 *	                                         drain_ms or so many bytes: closed
 *
 * Reading stops for no phase, or a vanished peer would not be noticed: what
 * comes behind a request in flight is put by up to LIMIT_READ_BYTES, then not
 * read; on a stream it is thrown away, and too much of it cuts the stream.
 *
 * Bytes go straight from and to the socket (conn_io.h); an evbuffer exists only
 * while something waits to be written.
 *
 * A closed connection's descriptor goes at once, its memory at the end of the
 * loop's turn: nothing is freed inside its own callback.
 */
#ifndef SERVER_CONN_H
#define SERVER_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>
#include <sys/uio.h>

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/event_struct.h>

#include "server/conn_io.h"
#include "server/conn_pool.h"
#include "server/door.h"
#include "server/http.h"
#include "server/http_parse.h"

enum conn_phase {
	CONN_FIRST,
	CONN_IDLE,
	CONN_HEAD,
	CONN_BODY,
	CONN_IN_FLIGHT,
	CONN_WRITING,
	CONN_STREAM,
	CONN_LINGER,
	CONN_CLOSED,
};

/* Fields are read by the pool's owner, written only in conn.c. */
struct conn {
	TAILQ_ENTRY(conn) in_group;
	TAILQ_ENTRY(conn) in_work;
	struct conn_pool *pool; /* borrowed: outlives its connections */
	struct conn_line line;
	union door_address address;
	struct event readable;
	struct event writable;
	struct http_parse parse;
	struct evbuffer *out; /* NULL when nothing waits */
	uint8_t *ahead;       /* bytes put by; NULL when none */
	size_t n_ahead;
	enum conn_phase phase;
	uint32_t slot;
	bool open;      /* the io has accepted */
	bool reading;   /* readable is added */
	bool writing;   /* writable is added */
	bool has_work;  /* is in the pool's work list */
	bool keep;      /* another request may follow */
	bool head_only; /* answer without the body */
	bool peer_done; /* the peer will send nothing more */
	int64_t since_ms;
	int64_t moved_ms; /* the last byte of this phase */
	size_t moved_bytes;
	size_t discarded_bytes;
	void *owner;  /* the pool owner's own, as is */
	bool counted; /* this */
};

/* Takes fd. NULL, and fd is closed, when memory is short or the pool is full. */
struct conn *conn_new(
	struct conn_pool *pool, int fd, const union door_address *address);

struct http_handle conn_handle(const struct conn *conn);

/*
 * Sends an answer: the head's pieces, then body (NULL: none), which is emptied.
 * Afterwards the connection is idle, writing, lingering or closed. May be
 * called for a request in flight and inside on_refused.
 */
void conn_answer(
	struct conn *conn, const struct iovec *head, int n_head, struct evbuffer *body);

/* The same, and whatever the client asked, the connection ends with it. */
void conn_answer_last(struct conn *conn, const struct iovec *head, int n_head);

/* The same for the head of a stream. */
void conn_begin_stream(struct conn *conn, const struct iovec *head, int n_head);

/* The stream's queue, to append to; call conn_stream_grown() after. May be NULL. */
struct evbuffer *conn_stream_queue(struct conn *conn);
void conn_stream_grown(struct conn *conn);

/* Sends what can be sent at once and closes. */
void conn_end_stream(struct conn *conn);

/* At once, without an answer. */
void conn_close(struct conn *conn);

/* ---- for conn_pool.c */

/* Its deadline is over. */
void conn_expire(struct conn *conn);

/* Does what was left for the end of the turn. */
void conn_work(struct conn *conn);

/* Closes it if it waits and nothing has come from it. */
void conn_dismiss(struct conn *conn);

void conn_free(struct conn *conn);

#endif
