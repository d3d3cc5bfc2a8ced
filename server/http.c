#include "server/http.h"

#include <assert.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "server/clock.h"
#include "server/conn_out.h"
#include "server/http_internal.h"
#include "server/http_target.h"
#include "server/limits.h"

const char *
http_header(const struct http_request *request, const char *name)
{
	for (size_t i = 0; i < request->n_headers; i++) {
		if (strcasecmp(request->headers[i].name, name) == 0) {
			return request->headers[i].value;
		}
	}
	return NULL;
}

bool
http_parameter(
	const char *encoded, const char *name, char *out, size_t out_bytes, bool *found)
{
	return http_target_parameter(encoded, name, out, out_bytes, found);
}

static void
count(const struct http_server *server, enum http_refusal why)
{
	if (server->options.on_refused != NULL) {
		server->options.on_refused(server->options.arg, why);
	}
}

/* ---- answers */

static void
add_piece(struct http_head *head, const void *bytes, size_t n)
{
	head->iov[head->n].iov_base = (void *)(uintptr_t)bytes;
	head->iov[head->n].iov_len = n;
	head->n++;
}

void
http_build_head(struct http_server *server, struct http_head *head,
	struct http_answer *answer, const char *headers)
{
	int64_t now_s = clock_wall_ms() / 1000;

	if (now_s != server->date_s) {
		http_answer_date(now_s, server->date);
		server->date_s = now_s;
	}
	answer->date = server->date;
	head->n = 0;
	add_piece(head, head->bytes, http_answer_head(answer, head->bytes));
	if (headers != NULL) {
		add_piece(head, headers, strlen(headers));
	}
	add_piece(head, "\r\n", 2);
}

/* RFC 9110 15.3.5, 15.4.5: these have no content, and say no length. */
static bool
has_content(int status)
{
	return status != 204 && status != 304;
}

static void
answer_conn(struct http_server *server, struct conn *conn, int status,
	const char *content_type, const char *headers, struct evbuffer *body)
{
	struct http_head head;
	struct http_answer answer = {
		.status = status,
		.content_type = content_type,
		.has_length = has_content(status),
		.length = body == NULL ? 0 : evbuffer_get_length(body),
		.close = !conn->keep || server->pool.draining,
	};

	assert(status >= 200 && (has_content(status) || answer.length == 0));
	http_build_head(server, &head, &answer, headers);
	conn_answer(conn, head.iov, head.n, body);
}

enum {
	ERROR_HEADERS_BYTES = 1024,
};

/* Of the layer's own error answers. */
static void
write_error_headers(
	const struct http_server *server, int status, char out[ERROR_HEADERS_BYTES])
{
	const char *always = server->options.error_headers;
	int bytes = snprintf(out, ERROR_HEADERS_BYTES, "%s%s",
		status == 503 ? "Retry-After: 5\r\n" : "",
		always != NULL ? always : "");

	assert(bytes < ERROR_HEADERS_BYTES);
	(void)bytes;
}

void
http_answer_error(struct http_server *server, struct conn *conn, int status)
{
	struct evbuffer *body = evbuffer_new();
	const char *type = NULL;
	char headers[ERROR_HEADERS_BYTES];

	write_error_headers(server, status, headers);
	if (body != NULL) {
		type = server->options.error_page(server->options.arg, status, body);
	}
	answer_conn(server, conn, status, type, headers, body);
	if (body != NULL) {
		evbuffer_free(body);
	}
}

bool
http_reply(struct http_server *server, struct http_handle handle, int status,
	const char *content_type, const char *headers, struct evbuffer *body)
{
	struct conn *conn = conn_pool_find(&server->pool, handle);

	if (conn == NULL) {
		return false;
	}
	answer_conn(server, conn, status, content_type, headers, body);
	return true;
}

bool
http_is_waiting(struct http_server *server, struct http_handle handle)
{
	return conn_pool_find(&server->pool, handle) != NULL;
}

/* ---- what the connections tell */

static void
on_request(void *arg, struct conn *conn)
{
	struct http_server *server = arg;
	const struct http_parse *parse = &conn->parse;
	struct http_header headers[LIMIT_HEADERS];

	http_parse_headers(parse, headers);
	const struct http_request request = {
		.handle = conn_handle(conn),
		.method = parse->method == HTTP_HEAD ? HTTP_GET : parse->method,
		.path = http_parse_path(parse),
		.query = http_parse_query(parse),
		.n_headers = parse->n_headers,
		.headers = headers,
		.body = http_parse_body(parse),
		.body_bytes = parse->body_bytes,
		.peer = &conn->address.any,
	};
	server->options.handler(server->options.arg, &request);
}

static enum http_refusal
refusal_of(int status)
{
	switch (status) {
	case 408:
	case 503:
		return HTTP_REFUSED_TOO_SLOW;
	case 413:
	case 414:
	case 431:
		return HTTP_REFUSED_TOO_LARGE;
	case 417:
	case 501:
	case 505:
		return HTTP_REFUSED_UNSUPPORTED;
	default:
		return HTTP_REFUSED_SYNTAX;
	}
}

static void
on_refused(void *arg, struct conn *conn, int status)
{
	count(arg, refusal_of(status));
	http_answer_error(arg, conn, status);
}

static void
on_cut(void *arg, struct conn *conn)
{
	(void)conn;
	count(arg, HTTP_REFUSED_TOO_SLOW);
}

static void
on_closed(void *arg, struct conn *conn)
{
	struct http_server *server = arg;

	if (conn->owner != NULL) {
		http_forget_stream(conn->owner, true);
	}
	if (conn->counted) {
		tally_give(server->tally, &conn->address.any);
	} else {
		server->n_turned_away--;
	}
}

static void
on_drain(void *arg)
{
	struct http_server *server = arg;
	struct http_stream *stream;

	while ((stream = TAILQ_FIRST(&server->streams)) != NULL) {
		struct conn *conn = stream->conn;
		http_forget_stream(stream, true);
		conn_end_stream(conn);
	}
}

static void
tell_if_drained(struct http_server *server)
{
	void (*drained)(void *) = server->drained;

	if (drained != NULL && server->pool.n_conns == 0) {
		server->drained = NULL;
		drained(server->drained_arg);
	}
}

static void
on_turn_end(void *arg)
{
	tell_if_drained(arg);
}

static const struct conn_events conn_events = {
	.on_request = on_request,
	.on_refused = on_refused,
	.on_cut = on_cut,
	.on_closed = on_closed,
	.on_drain = on_drain,
	.on_turn_end = on_turn_end,
};

/* ---- accepting */

/*
 * Says 503 as far as one write goes. What the client has said already is read,
 * or closing would reset the answer away.
 */
static void
say_no(struct http_server *server, struct conn_line *line)
{
	struct evbuffer *body = evbuffer_new();
	struct evbuffer *rest = NULL;
	struct http_answer answer = {.status = 503, .has_length = true, .close = true};
	struct http_head head;
	char headers[ERROR_HEADERS_BYTES];
	char unread[4096];

	if (body == NULL) {
		return;
	}
	answer.content_type =
		server->options.error_page(server->options.arg, 503, body);
	answer.length = evbuffer_get_length(body);
	write_error_headers(server, 503, headers);
	http_build_head(server, &head, &answer, headers);
	conn_out_send(line, &rest, head.iov, head.n, body);
	conn_out_forget(&rest);
	evbuffer_free(body);
	line->io->shutdown(line);
	line->io->read(line, unread, sizeof(unread));
}

/* There are places apart to say so; when even those are taken, it is hasty. */
static void
turn_away(struct http_server *server, int fd, const union door_address *address,
	enum http_refusal why)
{
	struct conn_line line = {.io = &conn_io_plain, .fd = fd};

	count(server, why);
	if (why == HTTP_REFUSED_DESCRIPTORS ||
		server->n_turned_away >= LIMIT_TURNED_AWAY) {
		say_no(server, &line);
		line.io->free(&line);
		return;
	}
	struct conn *conn = conn_new(&server->pool, fd, address);
	if (conn != NULL) {
		server->n_turned_away++;
		http_answer_error(server, conn, 503);
	}
}

static void
on_guest(void *arg, int fd, const union door_address *address)
{
	struct http_server *server = arg;
	size_t most = server->options.max_per_address;

	if (!tally_take(server->tally, &address->any, most > 0 ? most : SIZE_MAX)) {
		turn_away(server, fd, address, HTTP_REFUSED_PER_ADDRESS);
		return;
	}
	if (server->pool.n_conns - server->n_turned_away >=
		server->options.max_connections) {
		if (!conn_pool_evict(&server->pool)) {
			tally_give(server->tally, &address->any);
			turn_away(server, fd, address, HTTP_REFUSED_CONNECTIONS);
			return;
		}
		count(server, HTTP_REFUSED_CONNECTIONS);
	}
	struct conn *conn = conn_new(&server->pool, fd, address);
	if (conn == NULL) {
		count(server, HTTP_REFUSED_CONNECTIONS);
		tally_give(server->tally, &address->any);
		return;
	}
	conn->counted = true;
}

static bool
make_room(void *arg)
{
	struct http_server *server = arg;

	if (!conn_pool_evict(&server->pool)) {
		return false;
	}
	count(server, HTTP_REFUSED_DESCRIPTORS);
	return true;
}

static void
on_no_room(void *arg, int fd)
{
	turn_away(arg, fd, NULL, HTTP_REFUSED_DESCRIPTORS);
}

static const struct door_events door_events = {
	.on_guest = on_guest,
	.make_room = make_room,
	.on_no_room = on_no_room,
};

/* ---- the server */

static void
fill(int64_t *time_ms, int64_t usual_ms)
{
	if (*time_ms == 0) {
		*time_ms = usual_ms;
	}
}

static void
fill_times(struct http_times *times)
{
	fill(&times->first_byte_ms, LIMIT_FIRST_BYTE_MS);
	fill(&times->idle_ms, LIMIT_IDLE_MS);
	fill(&times->head_ms, LIMIT_HEAD_MS);
	fill(&times->body_ms, LIMIT_BODY_MS);
	fill(&times->answer_ms, LIMIT_ANSWER_MS);
	fill(&times->write_ms, LIMIT_WRITE_MS);
	fill(&times->drain_ms, LIMIT_DRAIN_MS);
}

/*
 * Accepted sockets inherit these. A bounded send buffer makes a stopped reader
 * show in our queue instead of megabytes of the kernel's.
 */
static void
tune(int listener, const struct http_times *times)
{
	int on = 1, send_bytes = LIMIT_SEND_BUFFER_BYTES;
	unsigned gone_ms = (unsigned)times->write_ms;

	/* Each fails on a Unix socket, harmlessly. */
	setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(listener, IPPROTO_TCP, TCP_USER_TIMEOUT, &gone_ms, sizeof(gone_ms));
	setsockopt(listener, SOL_SOCKET, SO_SNDBUF, &send_bytes, sizeof(send_bytes));
}

struct http_server *
http_server_new(
	struct event_base *base, int listener, const struct http_options *options)
{
	struct http_server *server = calloc(1, sizeof(*server));

	if (server == NULL) {
		close(listener);
		return NULL;
	}
	server->options = *options;
	server->date_s = -1;
	TAILQ_INIT(&server->streams);
	fill_times(&server->options.times);
	tune(listener, &server->options.times);
	int opened = door_open(&server->door, base, listener, &door_events, server);
	int pooled = conn_pool_init(&server->pool, base,
		options->max_connections + LIMIT_TURNED_AWAY, &server->options.times,
		&conn_events, server);
	server->tally = tally_new(options->max_connections + 1);
	if (opened < 0 || pooled < 0 || server->tally == NULL) {
		http_server_free(server);
		return NULL;
	}
	return server;
}

void
http_server_free(struct http_server *server)
{
	if (server == NULL) {
		return;
	}
	server->drained = NULL;
	door_close(&server->door);
	conn_pool_fini(&server->pool);
	tally_free(server->tally);
	free(server);
}

void
http_server_drain(struct http_server *server, void (*done)(void *arg), void *arg)
{
	door_close(&server->door);
	server->drained = done;
	server->drained_arg = arg;
	conn_pool_drain(&server->pool);
}

void
http_server_step_aside(struct http_server *server)
{
	door_step_aside(&server->door);
}

size_t
http_server_connections(const struct http_server *server)
{
	return server->pool.n_conns;
}
