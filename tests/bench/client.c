#include "client.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static void
give_up(const char *what)
{
	perror(what);
	exit(1);
}

int64_t
client_now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

void
client_connect(struct client *c, const char *host, const char *port)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_family = AF_INET};
	struct addrinfo *list = NULL;
	int one = 1;

	if (getaddrinfo(host, port, &hints, &list) != 0) {
		give_up("getaddrinfo");
	}
	c->fd = socket(list->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0 || connect(c->fd, list->ai_addr, list->ai_addrlen) != 0) {
		give_up("connect");
	}
	freeaddrinfo(list);
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	fcntl(c->fd, F_SETFL, O_NONBLOCK);
	c->busy = false;
	c->have = 0;
}

void
client_ask(struct client *c, const char *request, size_t bytes)
{
	if (send(c->fd, request, bytes, MSG_NOSIGNAL) != (ssize_t)bytes) {
		give_up("send");
	}
	c->busy = true;
}

int
client_answer(struct client *c)
{
	ssize_t got = recv(c->fd, c->in + c->have, sizeof(c->in) - 1 - c->have, 0);
	const char *end;
	const char *length;
	size_t whole;
	int status;

	if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
		return 0;
	}
	if (got <= 0) {
		return -1;
	}
	c->have += (size_t)got;
	c->in[c->have] = 0;
	end = strstr(c->in, "\r\n\r\n");
	if (end == NULL) {
		return 0;
	}
	length = strcasestr(c->in, "\r\ncontent-length:");
	whole = (size_t)(end + 4 - c->in);
	if (length != NULL && length < end) {
		whole += strtoul(length + 17, NULL, 10);
	}
	if (c->have < whole) {
		return 0;
	}
	status = (int)strtol(c->in + 9, NULL, 10);
	c->have = 0;
	c->busy = false;
	return status;
}

size_t
client_report(
	char *out, size_t out_bytes, uint64_t number, double lat_deg, double lon_deg)
{
	char body[512];
	int body_bytes = snprintf(body, sizeof(body),
		"{\"hazard\":\"flood\",\"about\":\"ABOUT_SELF\",\"place\":{\"point\":"
		"{\"latDeg\":%.6f,\"lonDeg\":%.6f},\"accuracyM\":20,"
		"\"kind\":\"PLACE_KIND_BROWSER_FIX\"},\"signs\":{\"dangerRising\":true,"
		"\"people\":\"PEOPLE_TWO_TO_FIVE\"},\"text\":\"acqua in cantina, due "
		"anziani "
		"al piano terra, la strada davanti non si passa, numero %llu\","
		"\"lang\":\"it\"}",
		lat_deg, lon_deg, (unsigned long long)number);
	int n = snprintf(out, out_bytes,
		"POST /v1/reports HTTP/1.1\r\nHost: 127.0.0.1\r\n"
		"Content-Type: application/json\r\nIdempotency-Key: bench-%016llx\r\n"
		"Content-Length: %d\r\n\r\n%s",
		(unsigned long long)number, body_bytes, body);

	return (size_t)n;
}

static int
compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a;
	int64_t y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

int64_t
client_quantile(int64_t *values, size_t n, double q)
{
	if (n == 0) {
		return 0;
	}
	qsort(values, n, sizeof(*values), compare);
	return values[(size_t)((double)(n - 1) * q)];
}
