/* http_internal - what http.c and http_stream.c, the two halves of http.h, share */
#ifndef SERVER_HTTP_INTERNAL_H
#define SERVER_HTTP_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>
#include <sys/uio.h>

#include "server/conn.h"
#include "server/conn_pool.h"
#include "server/door.h"
#include "server/http.h"
#include "server/http_answer.h"
#include "server/tally.h"

struct http_stream {
	TAILQ_ENTRY(http_stream) link;
	struct http_server *server;
	struct conn *conn;
	struct http_stream_events events;
	void *arg;
};

TAILQ_HEAD(http_stream_list, http_stream);

struct http_server {
	struct http_options options;
	struct conn_pool pool;
	struct http_stream_list streams;
	struct tally *tally;
	size_t n_turned_away; /* of the pool's: not counted as anybody's */
	struct door door;
	void (*drained)(void *arg);
	void *drained_arg;
	int64_t date_s;
	char date[HTTP_ANSWER_DATE_BYTES];
};

/* The four pieces in front of a body; they live in this struct and the caller's. */
struct http_head {
	char bytes[HTTP_ANSWER_HEAD_BYTES];
	struct iovec iov[3];
	int n;
};

void http_build_head(struct http_server *server, struct http_head *head,
	struct http_answer *answer, const char *headers);

/* Answers with the owner's page for that status, and no request in flight after. */
void http_answer_error(struct http_server *server, struct conn *conn, int status);

/* tell: call on_closed, because its owner did not end it. */
void http_forget_stream(struct http_stream *stream, bool tell);

#endif
