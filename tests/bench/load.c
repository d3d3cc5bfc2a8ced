/*
 * load - posts reports and says how fast they were acknowledged
 *
 * load PORT SECONDS CONNECTIONS [RATE]
 *
 * Without a rate every connection asks again as soon as it is answered. With
 * one, requests are due at even times and a latency counts from when its
 * request was due, so a stall is not hidden by the requests it held up.
 * Half of the reports fall into 200 towns, half anywhere in 600 x 600 km.
 */
#include "client.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

struct load {
	struct client *clients;
	size_t n_clients;
	int epoll;
	uint64_t next;
	double per_us; /* requests a microsecond; 0: as fast as answered */
	int64_t start_us;
	int64_t *latencies_us;
	size_t n_latencies;
	size_t max_latencies;
	uint64_t accepted;
	uint64_t other;
};

static uint64_t
mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15u;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

static double
unit(uint64_t x)
{
	return (double)(mix(x) >> 11) / 9007199254740992.0;
}

static void
ask(struct load *l, struct client *c, int64_t due_us)
{
	char request[1024];
	uint64_t n = l->next++;
	double lat = 41.0 + 5.4 * unit(n * 2);
	double lon = 9.0 + 7.0 * unit(n * 2 + 1);
	size_t bytes;

	if (n % 2 == 0) {
		uint64_t town = mix(n) % 200;

		lat = 41.0 + 5.4 * unit(town * 2 + 77) + 0.02 * unit(n * 2);
		lon = 9.0 + 7.0 * unit(town * 2 + 78) + 0.02 * unit(n * 2 + 1);
	}
	bytes = client_report(
		request, sizeof(request), ((uint64_t)getpid() << 36) | n, lat, lon);
	c->asked_us = due_us;
	client_ask(c, request, bytes);
}

static void
take(struct load *l, struct client *c, int status)
{
	if (status == 201) {
		l->accepted++;
	} else {
		l->other++;
	}
	if (l->n_latencies < l->max_latencies) {
		l->latencies_us[l->n_latencies++] = client_now_us() - c->asked_us;
	}
}

/* With a rate: gives due requests to idle connections; says when to wake up. */
static int
ask_due(struct load *l, int64_t now_us)
{
	uint64_t due = (uint64_t)((double)(now_us - l->start_us) * l->per_us);
	size_t i;

	for (i = 0; i < l->n_clients && l->next < due; i++) {
		if (!l->clients[i].busy) {
			ask(l, &l->clients[i],
				l->start_us + (int64_t)((double)l->next / l->per_us));
		}
	}
	return 1;
}

static void
turn(struct load *l, int64_t end_us)
{
	struct epoll_event ready[256];
	int wait_ms = 1000;
	int i;
	int n;

	if (l->per_us > 0) {
		wait_ms = ask_due(l, client_now_us());
	}
	n = epoll_wait(l->epoll, ready, 256, wait_ms);
	for (i = 0; i < n; i++) {
		struct client *c = ready[i].data.ptr;
		int status = client_answer(c);

		if (status < 0) {
			fprintf(stderr, "load: the server closed a connection\n");
			exit(1);
		}
		if (status == 0) {
			continue;
		}
		take(l, c, status);
		if (l->per_us <= 0 && client_now_us() < end_us) {
			ask(l, c, client_now_us());
		}
	}
}

int
main(int argc, char **argv)
{
	struct load l = {.max_latencies = 4000000};
	int64_t end_us;
	double seconds;
	size_t i;

	if (argc < 4) {
		fprintf(stderr, "load PORT SECONDS CONNECTIONS [RATE]\n");
		return 2;
	}
	seconds = strtod(argv[2], NULL);
	l.n_clients = strtoul(argv[3], NULL, 10);
	l.per_us = argc > 4 ? strtod(argv[4], NULL) / 1e6 : 0;
	l.clients = calloc(l.n_clients, sizeof(*l.clients));
	l.latencies_us = calloc(l.max_latencies, sizeof(*l.latencies_us));
	l.epoll = epoll_create1(EPOLL_CLOEXEC);
	for (i = 0; i < l.n_clients; i++) {
		struct epoll_event e = {.events = EPOLLIN};

		e.data.ptr = &l.clients[i];
		client_connect(&l.clients[i], "127.0.0.1", argv[1]);
		epoll_ctl(l.epoll, EPOLL_CTL_ADD, l.clients[i].fd, &e);
	}
	l.start_us = client_now_us();
	end_us = l.start_us + (int64_t)(seconds * 1e6);
	for (i = 0; l.per_us <= 0 && i < l.n_clients; i++) {
		ask(&l, &l.clients[i], client_now_us());
	}
	while (client_now_us() < end_us) {
		turn(&l, end_us);
	}
	seconds = (double)(client_now_us() - l.start_us) / 1e6;
	printf("accepted_per_s %.0f\n", (double)l.accepted / seconds);
	printf("not_accepted %llu\n", (unsigned long long)l.other);
	printf("p50_us %lld\n",
		(long long)client_quantile(l.latencies_us, l.n_latencies, 0.5));
	printf("p99_us %lld\n",
		(long long)client_quantile(l.latencies_us, l.n_latencies, 0.99));
	printf("p999_us %lld\n",
		(long long)client_quantile(l.latencies_us, l.n_latencies, 0.999));
	return 0;
}
