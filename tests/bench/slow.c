/*
 * slow - honest reports among clients that never finish their request
 *
 * slow PORT SECONDS SLOW RATE
 *
 * SLOW connections send one byte of a head a second, and come again when they
 * are cut. Meanwhile RATE reports a second are due, each over a connection of
 * its own, as from phones; a latency counts from when the report was due to its
 * receipt. Who is refused or cut is counted and not asked again.
 */
#include "client.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	HONEST_MAX = 2048,
	LATENCIES_MAX = 1000000,
	SETTLE_US = 2000000, /* before the first report */
};

static const char slow_head[] = "POST /v1/reports HTTP/1.1\r\nHost: a\r\nX-Slow: ";

struct slow {
	int fd;
	size_t sent;
};

struct run {
	const char *port;
	struct slow *slow;
	size_t n_slow;
	size_t next_slow;
	uint64_t slow_cut;
	int64_t trickled_us; /* so far all bytes that were due are sent */
	struct client *honest;
	int epoll;
	uint64_t asked;
	uint64_t other;
	uint64_t cut;
	int64_t *latencies_us;
	size_t n_latencies;
};

static int
open_slow(const char *port)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
		.sin_port = htons((uint16_t)strtoul(port, NULL, 10)),
		.sin_addr = {htonl(INADDR_LOOPBACK)}};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd >= 0) {
		(void)connect(fd, (struct sockaddr *)&to, sizeof(to));
	}
	return fd;
}

/* One byte; a new connection when the old one was cut. */
static void
trickle(struct run *r, struct slow *s)
{
	char byte = s->sent < sizeof(slow_head) - 1 ? slow_head[s->sent] : 'a';
	char heard[512];

	if (s->fd >= 0 && recv(s->fd, heard, sizeof(heard), 0) < 0 &&
		send(s->fd, &byte, 1, MSG_NOSIGNAL) == 1) {
		s->sent++;
		return;
	}
	if (s->fd >= 0) {
		r->slow_cut += s->sent > 0;
		close(s->fd);
	}
	s->fd = open_slow(r->port);
	s->sent = 0;
}

static void
trickle_due(struct run *r, int64_t now_us)
{
	int64_t gap_us = 1000000 / (int64_t)r->n_slow;

	for (; r->trickled_us + gap_us <= now_us; r->trickled_us += gap_us) {
		trickle(r, &r->slow[r->next_slow]);
		r->next_slow = (r->next_slow + 1) % r->n_slow;
	}
}

static void
ask(struct run *r, int64_t due_us)
{
	struct epoll_event e = {.events = EPOLLIN};
	char request[1024];
	size_t bytes;
	size_t i = 0;

	while (i < HONEST_MAX && r->honest[i].busy) {
		i++;
	}
	r->asked++;
	if (i == HONEST_MAX) {
		r->cut++;
		return;
	}
	bytes = client_report(request, sizeof(request),
		((uint64_t)getpid() << 36) | r->asked,
		42.0 + (double)(r->asked % 100) / 100,
		12.0 + (double)(r->asked % 77) / 77);
	client_connect(&r->honest[i], "127.0.0.1", r->port);
	r->honest[i].asked_us = due_us;
	client_ask(&r->honest[i], request, bytes);
	e.data.ptr = &r->honest[i];
	epoll_ctl(r->epoll, EPOLL_CTL_ADD, r->honest[i].fd, &e);
}

static void
take(struct run *r, struct client *c)
{
	int status = client_answer(c);

	if (status == 0) {
		return;
	}
	if (status < 0) {
		r->cut++;
	} else if (status != 201) {
		r->other++;
	} else if (r->n_latencies < LATENCIES_MAX) {
		r->latencies_us[r->n_latencies++] = client_now_us() - c->asked_us;
	}
	close(c->fd);
	c->busy = false;
}

static void
go(struct run *r, double seconds, double rate)
{
	int64_t start_us = client_now_us() + SETTLE_US;
	int64_t end_us = start_us + (int64_t)(seconds * 1e6);
	struct epoll_event ready[256];
	int64_t now_us;
	int n;

	r->trickled_us = client_now_us();
	/* A second more for the answers that are on their way. */
	while ((now_us = client_now_us()) < end_us + 1000000) {
		trickle_due(r, now_us);
		while (now_us >= start_us && now_us < end_us &&
			(double)r->asked < (double)(now_us - start_us) * rate / 1e6) {
			ask(r, start_us + (int64_t)((double)r->asked * 1e6 / rate));
		}
		n = epoll_wait(r->epoll, ready, 256, 1);
		for (int i = 0; i < n; i++) {
			take(r, ready[i].data.ptr);
		}
	}
}

int
main(int argc, char **argv)
{
	struct run r = {0};
	struct rlimit files;

	if (argc < 5) {
		fprintf(stderr, "slow PORT SECONDS SLOW RATE\n");
		return 2;
	}
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	r.port = argv[1];
	r.n_slow = strtoul(argv[3], NULL, 10);
	r.slow = calloc(r.n_slow, sizeof(*r.slow));
	r.honest = calloc(HONEST_MAX, sizeof(*r.honest));
	r.latencies_us = calloc(LATENCIES_MAX, sizeof(*r.latencies_us));
	r.epoll = epoll_create1(EPOLL_CLOEXEC);
	for (size_t i = 0; i < r.n_slow; i++) {
		r.slow[i].fd = open_slow(r.port);
	}
	go(&r, strtod(argv[2], NULL), strtod(argv[4], NULL));
	printf("asked %llu\n", (unsigned long long)r.asked);
	printf("accepted %zu\n", r.n_latencies);
	printf("not_accepted %llu\n", (unsigned long long)r.other);
	printf("without_answer %llu\n",
		(unsigned long long)(r.asked - r.n_latencies - r.other));
	printf("slow_cut %llu\n", (unsigned long long)r.slow_cut);
	for (int i = 0; i < 3; i++) {
		static const double q[] = {0.5, 0.99, 0.999};
		static const char *const name[] = {"p50_us", "p99_us", "p999_us"};

		printf("%s %lld\n", name[i],
			(long long)client_quantile(
				r.latencies_us, r.n_latencies, q[i]));
	}
	return 0;
}
