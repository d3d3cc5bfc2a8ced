/*
 * streams - from a report's sending to the operators' screens
 *
 * streams PUBLIC_PORT CONSOLE_PORT SECONDS RATE STREAMS FRESH [COOKIE]
 *
 * COOKIE is an operator's session, as the console's door wants one.
 * Holds STREAMS event streams open, posts RATE reports a second, of which FRESH
 * in a hundred open an incident of their own (the rest pile onto 200 spots).
 * A fresh report's place is its number, so whoever sees its incident on a
 * stream knows when it was sent. The first 50 streams are read word for word,
 * the others only drained and counted. A stream that is not answered 200 ends it: what
 * nobody sees has no latency.
 */
#include "client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	READ_WHOLE = 50,
	POSTERS = 32,
	NUMBERS = 2000000,
	LINE_BYTES = 1024 * 1024,
	LATENCIES = 20000000,
};

struct stream {
	struct client c;
	bool whole;
	bool closed;
	bool open; /* it was answered 200 */
	size_t have;
	char *text;
};

struct watch {
	int64_t *sent_us; /* by number of the fresh report */
	int64_t *latencies_us;
	size_t n_latencies;
	uint64_t seen;
	uint64_t bytes;
	uint64_t n_closed;
	uint64_t accepted;
	uint64_t other;
};

/* A fresh report's number is its place, 1.1 km from the next. */
static double
lat_of(uint64_t number)
{
	return -60.0 + (double)(number / 1000) * 0.01;
}

static double
lon_of(uint64_t number)
{
	return 5.0 + (double)(number % 1000) * 0.02;
}

static void
see(struct watch *w, const char *text)
{
	double lat = 0;
	double lon = 0;
	int64_t now_us = client_now_us();
	const char *at = text;

	while ((at = strstr(at, "\"latDeg\":")) != NULL) {
		uint64_t number;

		at += 9;
		if (sscanf(at, "%lf,\"lonDeg\":%lf", &lat, &lon) != 2 || lon < 4.99 ||
			lat > 30) {
			continue;
		}
		number = (uint64_t)((lat + 60.0) * 100 + 0.5) * 1000 +
			 (uint64_t)((lon - 5.0) * 50 + 0.5);
		if (number < NUMBERS && w->sent_us[number] != 0 &&
			w->n_latencies < LATENCIES) {
			w->latencies_us[w->n_latencies++] = now_us - w->sent_us[number];
		}
	}
}

static void
look_at_answer(struct stream *s, const char *text, ssize_t bytes)
{
	static const char good[] = "HTTP/1.1 200";

	if (!s->open && (bytes < (ssize_t)sizeof(good) ||
				memcmp(text, good, sizeof(good) - 1) != 0)) {
		fprintf(stderr, "a stream is refused: %.12s\n", text);
		exit(1);
	}
	s->open = true;
}

static void
read_stream(struct watch *w, struct stream *s)
{
	static char sink[256 * 1024];
	ssize_t got;
	char *end;

	for (;;) {
		got = s->whole ? recv(s->c.fd, s->text + s->have,
					 LINE_BYTES - 1 - s->have, 0)
			       : recv(s->c.fd, sink, sizeof(sink), 0);
		if (got <= 0) {
			break;
		}
		look_at_answer(s, s->whole ? s->text + s->have : sink, got);
		w->bytes += (uint64_t)got;
		if (!s->whole) {
			continue;
		}
		s->have += (size_t)got;
		s->text[s->have] = 0;
		end = strrchr(s->text, '\n');
		if (end != NULL) {
			*end = 0;
			see(w, s->text);
			s->have -= (size_t)(end + 1 - s->text);
			memmove(s->text, end + 1, s->have);
		}
	}
	if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
		w->n_closed += s->closed ? 0 : 1;
		s->closed = true;
		close(s->c.fd);
	}
}

static void
open_streams(struct stream *streams, size_t n, const char *port, const char *cookie,
	int epoll)
{
	char ask[512];
	size_t i;

	(void)snprintf(ask, sizeof(ask),
		"GET /v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\n"
		"Accept: text/event-stream\r\nCookie: %s\r\n\r\n",
		cookie);
	for (i = 0; i < n; i++) {
		struct epoll_event e = {.events = EPOLLIN};

		streams[i].whole = i < READ_WHOLE;
		streams[i].text = streams[i].whole ? malloc(LINE_BYTES) : NULL;
		client_connect(&streams[i].c, "127.0.0.1", port);
		client_ask(&streams[i].c, ask, strlen(ask));
		e.data.u64 = i + POSTERS;
		epoll_ctl(epoll, EPOLL_CTL_ADD, streams[i].c.fd, &e);
	}
}

static void
post(struct watch *w, struct client *c, uint64_t n, uint64_t fresh_per_100)
{
	static uint64_t fresh;
	char request[1024];
	size_t bytes;

	if (n % 100 < fresh_per_100 && fresh + 1 < NUMBERS) {
		fresh++;
		w->sent_us[fresh] = client_now_us();
		bytes = client_report(request, sizeof(request),
			((uint64_t)getpid() << 36) | n, lat_of(fresh), lon_of(fresh));
	} else {
		bytes = client_report(request, sizeof(request),
			((uint64_t)getpid() << 36) | n, 40.0 + (double)(n % 20) * 0.1,
			1.0 + (double)(n / 20 % 10) * 0.1);
	}
	client_ask(c, request, bytes);
}

struct run {
	struct watch w;
	struct client posters[POSTERS];
	struct stream *streams;
	int epoll;
	double rate;
	uint64_t fresh_per_100;
	uint64_t sent;
	int64_t start_us;
	int64_t end_us;
};

static void
connect_posters(struct run *r, const char *port)
{
	uint64_t i;

	for (i = 0; i < POSTERS; i++) {
		struct epoll_event e = {.events = EPOLLIN, .data.u64 = i};

		client_connect(&r->posters[i], "127.0.0.1", port);
		epoll_ctl(r->epoll, EPOLL_CTL_ADD, r->posters[i].fd, &e);
	}
}

static void
post_due(struct run *r)
{
	int64_t now_us = client_now_us();
	uint64_t due = r->sent;
	int i;

	if (now_us >= r->start_us && now_us < r->end_us) {
		due = (uint64_t)((double)(now_us - r->start_us) * r->rate / 1e6);
	}
	for (i = 0; i < POSTERS && r->sent < due; i++) {
		if (!r->posters[i].busy) {
			post(&r->w, &r->posters[i], r->sent++, r->fresh_per_100);
		}
	}
}

static void
turn(struct run *r)
{
	struct epoll_event ready[512];
	int status;
	int i;
	int n;

	post_due(r);
	n = epoll_wait(r->epoll, ready, 512, 1);
	for (i = 0; i < n; i++) {
		if (ready[i].data.u64 >= POSTERS) {
			read_stream(&r->w, &r->streams[ready[i].data.u64 - POSTERS]);
			continue;
		}
		status = client_answer(&r->posters[ready[i].data.u64]);
		r->w.accepted += status == 201;
		r->w.other += status != 201 && status != 0;
	}
}

static void
print(struct watch *w, double seconds)
{
	static const struct {
		const char *name;
		double q;
	} rows[] = {{"p50_ms", 0.5}, {"p99_ms", 0.99}, {"max_ms", 1}};
	size_t i;

	printf("accepted_per_s %.0f\n", (double)w->accepted / seconds);
	printf("not_accepted %llu\n", (unsigned long long)w->other);
	printf("streams_closed %llu\n", (unsigned long long)w->n_closed);
	printf("stream_mib_per_s %.1f\n", (double)w->bytes / seconds / 1048576);
	printf("seen %zu\n", w->n_latencies);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		printf("%s %.1f\n", rows[i].name,
			(double)client_quantile(
				w->latencies_us, w->n_latencies, rows[i].q) /
				1000);
	}
}

int
main(int argc, char **argv)
{
	static struct run r;
	double seconds;
	size_t n_streams;

	if (argc < 7) {
		fprintf(stderr,
			"streams PUBLIC CONSOLE SECONDS RATE STREAMS FRESH [COOKIE]\n");
		return 2;
	}
	seconds = strtod(argv[3], NULL);
	r.rate = strtod(argv[4], NULL);
	n_streams = strtoul(argv[5], NULL, 10);
	r.fresh_per_100 = strtoul(argv[6], NULL, 10);
	r.streams = calloc(n_streams, sizeof(*r.streams));
	r.w.sent_us = calloc(NUMBERS, sizeof(*r.w.sent_us));
	r.w.latencies_us = calloc(LATENCIES, sizeof(*r.w.latencies_us));
	r.epoll = epoll_create1(EPOLL_CLOEXEC);
	connect_posters(&r, argv[1]);
	open_streams(
		r.streams, n_streams, argv[2], argc > 7 ? argv[7] : "none=", r.epoll);
	r.start_us = client_now_us() + 500000;
	r.end_us = r.start_us + (int64_t)(seconds * 1e6);
	/* One more second at the end, for what is still on its way. */
	while (client_now_us() < r.end_us + 1000000) {
		turn(&r);
	}
	print(&r.w, seconds);
	return 0;
}
