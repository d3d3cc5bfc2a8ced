/*
 * http - strict HTTP/1.1 for one listener
 *
 * RFC 9110, 9112 on libevent's loop and evbuffers. Takes only what has one
 * meaning: CRLF line ends, one Host, digits in one Content-Length, exactly
 * "chunked" or nothing as Transfer-Encoding, token names, origin-form targets,
 * one request in flight. Every doubt is an error answer and a close, after a
 * bounded drain so that a phone sees the answer; nothing behind a doubt is
 * ever interpreted. Each phase has an absolute deadline and the body a
 * minimum rate; connections are bounded per address prefix (IPv4, IPv6 /64)
 * and in all.
 *
 * The handler is called once per whole request (head and body in memory, body
 * bounded by limits.h). It answers now or later through the request's handle;
 * a vanished client frees the handle's insides, answering then does nothing.
 * A client that closes its sending side counts as vanished. HEAD is answered
 * like GET without the body. Expect: 100-continue is honoured. What a client
 * sends behind a request in flight waits, bounded, until that is answered.
 *
 * Callbacks come from the event loop; on_refused, error_page and a stream's
 * on_closed never from inside http_stream_send, so a list of streams can be
 * walked while sending. http_server_free() is not for callbacks, but for the
 * one that says that the drain is done.
 */
#ifndef SERVER_HTTP_H
#define SERVER_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include <event2/buffer.h>
#include <event2/event.h>

#include "server/http_parse.h"

/*
 * Names a request in flight; goes stale when the request is answered or its
 * client gone. Copy it, keep it, never look inside.
 */
struct http_handle {
	uint32_t slot;
	uint32_t generation;
};

/* Lives until the handler returns; copy what is needed longer. */
struct http_request {
	struct http_handle handle;
	enum http_method method;
	const char *path;  /* decoded; starts with '/'; no NUL, no dot segments */
	const char *query; /* undecoded, without '?'; "" when none */
	size_t n_headers;
	const struct http_header *headers;
	const uint8_t *body;
	size_t body_bytes;
	const struct sockaddr *peer;
};

/* First header of that name (any case), or NULL. */
const char *http_header(const struct http_request *request, const char *name);

/*
 * Copies the decoded value of a query or form parameter (the first of that
 * name) into out. false when it is absent, has bad escapes (%00 is one), or
 * does not fit; *found tells which.
 */
bool http_parameter(const char *encoded, const char *name, char *out, size_t out_bytes,
	bool *found);

struct http_server;

typedef void (*http_handler)(void *arg, const struct http_request *request);

/* Reasons of refused requests and connections, for the counters. */
enum http_refusal {
	HTTP_REFUSED_SYNTAX,
	HTTP_REFUSED_TOO_LARGE,
	HTTP_REFUSED_TOO_SLOW,
	HTTP_REFUSED_UNSUPPORTED,
	HTTP_REFUSED_PER_ADDRESS,
	HTTP_REFUSED_CONNECTIONS,
	HTTP_REFUSED_DESCRIPTORS,
	HTTP_REFUSALS,
};

/* Each in milliseconds; 0 means the one of limits.h. Only tests set them. */
struct http_times {
	int64_t first_byte_ms;
	int64_t idle_ms;
	int64_t head_ms;
	int64_t body_ms;
	int64_t answer_ms;
	int64_t write_ms;
	int64_t drain_ms;
};

struct http_options {
	size_t max_connections;
	size_t max_per_address; /* 0: no limit (loopback listeners) */
	http_handler handler;
	/* Makes the body of the layer's own error answers (400, 408, 413, 431,
	 * 501, 503, 505); returns a content type and appends to out. */
	const char *(*error_page)(void *arg, int status, struct evbuffer *out);
	const char *error_headers; /* of those answers; NULL, or whole lines */
	/* Each may be NULL. */
	void (*on_refused)(void *arg, enum http_refusal why);
	void *arg;
	struct http_times times;
};

/*
 * Takes over the listening descriptor (non-blocking), also when it fails.
 * NULL when memory is short. The base should have a dispatch interval
 * (event_config_set_max_dispatch_interval), or deadlines starve under load.
 */
struct http_server *http_server_new(
	struct event_base *base, int listener, const struct http_options *options);

/* Closes everything at once. Accepts NULL. */
void http_server_free(struct http_server *server);

/*
 * Stops accepting, closes idle connections and streams, answers what is in
 * flight with Connection: close, calls done from the loop when nothing is left.
 */
void http_server_drain(struct http_server *server, void (*done)(void *arg), void *arg);

/* Takes no connection for a moment: another process with this listener does. */
void http_server_step_aside(struct http_server *server);

size_t http_server_connections(const struct http_server *server);

/*
 * Answers. headers is a block of "Name: value\r\n" lines or NULL; length, date
 * and connection headers are the layer's. Takes the bytes of body (may be
 * NULL) out of the buffer. A stale handle: nothing happens, false.
 */
bool http_reply(struct http_server *server, struct http_handle handle, int status,
	const char *content_type, const char *headers, struct evbuffer *body);

/* Is the asker still there? */
bool http_is_waiting(struct http_server *server, struct http_handle handle);

/* ---- streams: a reply without end (server-sent events) */

struct http_stream;

struct http_stream_events {
	/* The stream is gone; its pointer is dead after this returns. */
	void (*on_closed)(void *arg, struct http_stream *stream);
};

/*
 * Begins a 200 of that type, ended by the connection's end (no chunks, so
 * shared bytes go out untouched). HEAD gets the head alone, and NULL here.
 * A client that sends more than
 * LIMIT_STREAM_INPUT_BYTES meanwhile is cut; so is one whose queue does not
 * move for LIMIT_WRITE_MS. NULL when the handle is stale or memory short.
 */
struct http_stream *http_stream_begin(struct http_server *server,
	struct http_handle handle, const char *content_type, const char *headers,
	const struct http_stream_events *events, void *arg);

/*
 * Appends bytes that live until cleanup is called (evbuffer_add_reference).
 * They leave at the end of the loop's turn. Returns 0; -ENOBUFS when more than
 * LIMIT_STREAM_QUEUE_BYTES wait already; -ENOMEM. On failure nothing is
 * appended and cleanup is not called.
 */
int http_stream_send_shared(struct http_stream *stream, const void *data, size_t bytes,
	evbuffer_ref_cleanup_cb cleanup, void *cleanup_arg);

int http_stream_send(struct http_stream *stream, const void *data, size_t bytes);

size_t http_stream_queued_bytes(const struct http_stream *stream);

/*
 * Sends what is queued if it can be sent at once, then closes. The pointer is
 * dead from here on and on_closed is not called: it tells of the others' ends
 * (client, limits, drain, http_server_free).
 */
void http_stream_close(struct http_stream *stream);

#endif
