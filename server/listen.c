#include "server/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "server/clock.h"
#include "server/config.h"

enum {
	BACKLOG = 4096,
	AGAIN_MS = 20,
};

static int
open_once(const struct sockaddr_storage *address, socklen_t bytes)
{
	const int on = 1;
	int fd = socket(
		address->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int fault;

	if (fd < 0) {
		return -errno;
	}
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
		bind(fd, (const struct sockaddr *)address, bytes) == 0 &&
		listen(fd, BACKLOG) == 0) {
		return fd;
	}
	fault = -errno;
	(void)close(fd);
	return fault;
}

int
listen_open(const char *address, int64_t within_ms)
{
	const struct timespec pause = {0, AGAIN_MS * 1000000L};
	int64_t until_ms = clock_mono_ms() + within_ms;
	struct sockaddr_storage where;
	socklen_t bytes;
	int fd;

	if (!config_address(address, &where, &bytes)) {
		return -EINVAL;
	}
	for (;;) {
		fd = open_once(&where, bytes);
		if (fd != -EADDRINUSE || clock_mono_ms() >= until_ms) {
			return fd;
		}
		(void)nanosleep(&pause, NULL);
	}
}

void
listen_name(int fd, char out[LISTEN_NAME_BYTES])
{
	union {
		struct sockaddr_storage any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} a = {0};
	socklen_t bytes = sizeof(a);
	char text[INET6_ADDRSTRLEN] = "";

	(void)getsockname(fd, (struct sockaddr *)&a, &bytes);
	if (a.any.ss_family == AF_INET6) {
		(void)inet_ntop(AF_INET6, &a.v6.sin6_addr, text, sizeof(text));
		(void)snprintf(out, LISTEN_NAME_BYTES, "http://[%s]:%u", text,
			ntohs(a.v6.sin6_port));
	} else {
		(void)inet_ntop(AF_INET, &a.v4.sin_addr, text, sizeof(text));
		(void)snprintf(out, LISTEN_NAME_BYTES, "http://%s:%u", text,
			ntohs(a.v4.sin_port));
	}
}
