/*
 * echo_server - server/http.h with nothing behind it, for the wire tests
 *
 *	echo_server [--max N] [--per-address N] [--times MS,MS,…] [--hog N]
 *
 * --times: first byte, idle, head, body, answer, write, drain; 0: the usual.
 * --hog: open descriptors until only N more can be opened.
 * Prints "ready PORT". Answers any request with what it understood of it, and
 *
 *	/slow?ms=N      the same, N milliseconds later
 *	/never          not at all
 *	/large?bytes=N  with so many bytes
 *	/stream?bytes=N with a stream of so many bytes each 20 ms
 *	/end            with a stream that ends after one event
 *	/count          what happened so far, as JSON; not counted itself
 *	/drain          and drains: exits when the last connection is gone
 */
#include <arpa/inet.h>
#include <assert.h>
#include <err.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <unistd.h>

#include "server/http.h"

enum {
	SLOW_MAX = 4096,
	TICK_MS = 20,
};

static struct {
	struct event_base *base;
	struct http_server *server;
	struct http_handle waiting[SLOW_MAX];
	size_t n_waiting;
	uint64_t requests;
	uint64_t canaries; /* requests that a test hid behind a bad one */
	uint64_t stale;    /* answers that nobody waited for */
	uint64_t streams;
	uint64_t streams_closed;
	uint64_t stream_full;
	uint64_t refused[HTTP_REFUSALS];
} echo;

static const char *const method_names[] = {
	[HTTP_GET] = "GET",
	[HTTP_HEAD] = "HEAD",
	[HTTP_POST] = "POST",
	[HTTP_DELETE] = "DELETE",
	[HTTP_OPTIONS] = "OPTIONS",
};

static uint64_t
fnv1a(const uint8_t *bytes, size_t n)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < n; i++) {
		hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
	}
	return hash;
}

static long
number(const struct http_request *request, const char *name, long otherwise)
{
	char text[16];
	bool found;

	return http_parameter(request->query, name, text, sizeof(text), &found)
		       ? strtol(text, NULL, 10)
		       : otherwise;
}

static void
reply(struct http_handle handle, struct evbuffer *body)
{
	if (!http_reply(echo.server, handle, 200, "text/plain", NULL, body)) {
		echo.stale++;
	}
	evbuffer_free(body);
}

static struct evbuffer *
understood(const struct http_request *request)
{
	struct evbuffer *out = evbuffer_new();

	evbuffer_add_printf(out, "%s %s?%s\nheaders %zu\nbody %zu %016" PRIx64 "\n",
		method_names[request->method], request->path, request->query,
		request->n_headers, request->body_bytes,
		fnv1a(request->body, request->body_bytes));
	return out;
}

static void
answer_count(struct http_handle handle)
{
	struct evbuffer *out = evbuffer_new();
	size_t n_waiting = 0;

	for (size_t i = 0; i < echo.n_waiting; i++) {
		n_waiting += http_is_waiting(echo.server, echo.waiting[i]) ? 1 : 0;
	}
	evbuffer_add_printf(out,
		"{\"requests\":%" PRIu64 ",\"canaries\":%" PRIu64 ",\"stale\":%" PRIu64
		",\"waiting\":%zu,\"streams\":%" PRIu64 ",\"streamsClosed\":%" PRIu64
		",\"streamFull\":%" PRIu64 ",\"connections\":%zu,\"refused\":[",
		echo.requests, echo.canaries, echo.stale, n_waiting, echo.streams,
		echo.streams_closed, echo.stream_full,
		http_server_connections(echo.server));
	for (int i = 0; i < HTTP_REFUSALS; i++) {
		evbuffer_add_printf(
			out, "%s%" PRIu64, i == 0 ? "" : ",", echo.refused[i]);
	}
	evbuffer_add_printf(out, "]}\n");
	reply(handle, out);
}

/* ---- later */

struct later {
	struct http_handle handle;
	struct evbuffer *body;
	struct event *timer;
};

static void
on_later(evutil_socket_t fd, short what, void *arg)
{
	struct later *later = arg;

	(void)fd;
	(void)what;
	reply(later->handle, later->body);
	event_free(later->timer);
	free(later);
}

static void
answer_later(const struct http_request *request)
{
	struct later *later = calloc(1, sizeof(*later));
	long ms = number(request, "ms", 100);
	const struct timeval delay = {ms / 1000, ms % 1000 * 1000};

	assert(later != NULL && echo.n_waiting < SLOW_MAX);
	later->handle = request->handle;
	later->body = understood(request);
	later->timer = event_new(echo.base, -1, 0, on_later, later);
	event_add(later->timer, &delay);
	echo.waiting[echo.n_waiting++] = request->handle;
}

/* ---- streams */

struct ticker {
	struct http_stream *stream;
	struct event *timer;
	size_t bytes;
};

static char shared[1024 * 1024];
static uint64_t references;

static void
on_unused(const void *data, size_t bytes, void *arg)
{
	(void)bytes;
	assert(data == shared && arg == &echo && references > 0);
	references--;
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct ticker *ticker = arg;

	(void)fd;
	(void)what;
	references++;
	if (http_stream_send_shared(
		    ticker->stream, shared, ticker->bytes, on_unused, &echo) < 0) {
		references--;
		echo.stream_full++;
	}
}

static void
on_stream_closed(void *arg, struct http_stream *stream)
{
	struct ticker *ticker = arg;

	assert(ticker->stream == stream);
	echo.streams_closed++;
	event_free(ticker->timer);
	free(ticker);
}

static const struct http_stream_events stream_events = {on_stream_closed};

static void
begin_stream(const struct http_request *request, bool ends)
{
	const struct timeval every = {.tv_usec = TICK_MS * 1000};
	struct ticker *ticker = calloc(1, sizeof(*ticker));

	assert(ticker != NULL);
	ticker->bytes = (size_t)number(request, "bytes", 16);
	assert(ticker->bytes <= sizeof(shared));
	ticker->stream =
		http_stream_begin(echo.server, request->handle, "text/event-stream",
			"Cache-Control: no-store\r\n", &stream_events, ticker);
	if (ticker->stream == NULL) {
		free(ticker);
		return;
	}
	echo.streams++;
	http_stream_send(ticker->stream, "data: hello\n\n", 13);
	if (ends) {
		http_stream_close(ticker->stream);
		free(ticker);
		return;
	}
	ticker->timer = event_new(echo.base, -1, EV_PERSIST, on_tick, ticker);
	event_add(ticker->timer, &every);
}

/* ---- the server */

static void
on_drained(void *arg)
{
	(void)arg;
	http_server_free(echo.server);
	echo.server = NULL;
	event_base_loopbreak(echo.base);
}

static void
answer_large(const struct http_request *request)
{
	struct evbuffer *out = evbuffer_new();

	evbuffer_expand(out, (size_t)number(request, "bytes", 0));
	for (long left = number(request, "bytes", 0); left > 0;) {
		size_t n = left > 65536 ? 65536 : (size_t)left;
		evbuffer_add(out, shared, n);
		left -= (long)n;
	}
	reply(request->handle, out);
}

static void
on_request(void *arg, const struct http_request *request)
{
	(void)arg;
	if (strcmp(request->path, "/count") == 0) {
		answer_count(request->handle);
		return;
	}
	echo.requests++;
	echo.canaries += strcmp(request->path, "/canary") == 0 ? 1 : 0;
	if (strcmp(request->path, "/never") == 0) {
		return;
	}
	if (strcmp(request->path, "/slow") == 0) {
		answer_later(request);
	} else if (strcmp(request->path, "/large") == 0) {
		answer_large(request);
	} else if (strcmp(request->path, "/stream") == 0) {
		begin_stream(request, false);
	} else if (strcmp(request->path, "/end") == 0) {
		begin_stream(request, true);
	} else {
		reply(request->handle, understood(request));
	}
	if (strcmp(request->path, "/drain") == 0) {
		http_server_drain(echo.server, on_drained, NULL);
	}
}

static const char *
write_error_page(void *arg, int status, struct evbuffer *out)
{
	(void)arg;
	evbuffer_add_printf(out, "error %d\n", status);
	return "text/plain";
}

static void
on_refused(void *arg, enum http_refusal why)
{
	(void)arg;
	echo.refused[why]++;
}

static int
open_listener(void)
{
	struct sockaddr_in any = {.sin_family = AF_INET};
	socklen_t bytes = sizeof(any);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)&any, sizeof(any)) < 0 ||
		listen(fd, 1024) < 0 ||
		getsockname(fd, (struct sockaddr *)&any, &bytes) < 0) {
		err(1, "listen");
	}
	printf("ready %d\n", ntohs(any.sin_port));
	fflush(stdout);
	return fd;
}

static void
read_times(const char *text, struct http_times *times)
{
	int64_t *const fields[] = {&times->first_byte_ms, &times->idle_ms,
		&times->head_ms, &times->body_ms, &times->answer_ms, &times->write_ms,
		&times->drain_ms};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		char *end;
		*fields[i] = strtol(text, &end, 10);
		text = *end == ',' ? end + 1 : end;
	}
}

static void
hog(int spare)
{
	int first = open("/dev/null", O_RDONLY);
	int last = first;

	while (last >= 0) {
		first = last;
		last = open("/dev/null", O_RDONLY);
	}
	for (int i = 0; i < spare; i++) {
		close(first - i);
	}
}

static struct event_base *
new_base(void)
{
	const struct timeval interval = {.tv_usec = 10000};
	struct event_config *config = event_config_new();

	event_config_set_max_dispatch_interval(config, &interval, 64, 0);
	struct event_base *base = event_base_new_with_config(config);
	event_config_free(config);
	return base;
}

int
main(int argc, char **argv)
{
	struct http_options options = {
		.max_connections = 4000,
		.handler = on_request,
		.error_page = write_error_page,
		.on_refused = on_refused,
	};
	int spare = -1;

	for (int i = 1; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "--max") == 0) {
			options.max_connections = strtoul(argv[i + 1], NULL, 10);
		} else if (strcmp(argv[i], "--per-address") == 0) {
			options.max_per_address = strtoul(argv[i + 1], NULL, 10);
		} else if (strcmp(argv[i], "--times") == 0) {
			read_times(argv[i + 1], &options.times);
		} else if (strcmp(argv[i], "--hog") == 0) {
			spare = (int)strtol(argv[i + 1], NULL, 10);
		} else {
			errx(1, "unknown option %s", argv[i]);
		}
	}
	memset(shared, 'x', sizeof(shared));
	echo.base = new_base();
	echo.server = http_server_new(echo.base, open_listener(), &options);
	if (echo.server == NULL) {
		errx(1, "no memory");
	}
	if (spare >= 0) {
		hog(spare);
	}
	event_base_dispatch(echo.base);
	http_server_free(echo.server);
	event_base_free(echo.base);
	return references == 0 ? 0 : 1;
}
