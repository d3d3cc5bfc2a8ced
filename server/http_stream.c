#include "server/http_internal.h"

#include <errno.h>
#include <stdlib.h>

void
http_forget_stream(struct http_stream *stream, bool tell)
{
	TAILQ_REMOVE(&stream->server->streams, stream, link);
	stream->conn->owner = NULL;
	if (tell && stream->events.on_closed != NULL) {
		stream->events.on_closed(stream->arg, stream);
	}
	free(stream);
}

struct http_stream *
http_stream_begin(struct http_server *server, struct http_handle handle,
	const char *content_type, const char *headers,
	const struct http_stream_events *events, void *arg)
{
	struct conn *conn = conn_pool_find(&server->pool, handle);
	struct http_answer answer = {
		.status = 200, .content_type = content_type, .close = true};
	struct http_stream *stream;
	struct http_head head;

	if (conn == NULL) {
		return NULL;
	}
	if (server->pool.draining) {
		http_answer_error(server, conn, 503);
		return NULL;
	}
	http_build_head(server, &head, &answer, headers);
	if (conn->head_only) {
		conn_answer_last(conn, head.iov, head.n);
		return NULL;
	}
	stream = calloc(1, sizeof(*stream));
	if (stream == NULL) {
		return NULL;
	}
	stream->server = server;
	stream->conn = conn;
	stream->events = *events;
	stream->arg = arg;
	conn->owner = stream;
	TAILQ_INSERT_TAIL(&server->streams, stream, link);
	conn_begin_stream(conn, head.iov, head.n);
	return stream;
}

/* The queue to append to, or NULL with *fault set. */
static struct evbuffer *
open_queue(struct http_stream *stream, int *fault)
{
	if (http_stream_queued_bytes(stream) > LIMIT_STREAM_QUEUE_BYTES) {
		*fault = -ENOBUFS;
		return NULL;
	}
	*fault = -ENOMEM;
	return conn_stream_queue(stream->conn);
}

int
http_stream_send_shared(struct http_stream *stream, const void *data, size_t bytes,
	evbuffer_ref_cleanup_cb cleanup, void *cleanup_arg)
{
	int fault;
	struct evbuffer *queue = open_queue(stream, &fault);

	if (queue == NULL ||
		evbuffer_add_reference(queue, data, bytes, cleanup, cleanup_arg) < 0) {
		return fault;
	}
	conn_stream_grown(stream->conn);
	return 0;
}

int
http_stream_send(struct http_stream *stream, const void *data, size_t bytes)
{
	int fault;
	struct evbuffer *queue = open_queue(stream, &fault);

	if (queue == NULL || evbuffer_add(queue, data, bytes) < 0) {
		return fault;
	}
	conn_stream_grown(stream->conn);
	return 0;
}

size_t
http_stream_queued_bytes(const struct http_stream *stream)
{
	const struct evbuffer *queue = stream->conn->out;

	return queue == NULL ? 0 : evbuffer_get_length(queue);
}

void
http_stream_close(struct http_stream *stream)
{
	struct conn *conn = stream->conn;

	http_forget_stream(stream, false);
	conn_end_stream(conn);
}
