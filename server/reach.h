/*
 * reach - which addresses the courier talks to
 *
 * Public ones, and those that the config allows by name: what a stranger gave as
 * the address of a webhook must not lead into our own network, and a name may
 * lead to another address each time it is asked. So this is asked of the address
 * that is about to be connected to, never of a name.
 *
 * Not public: this machine, private networks, link-local, carrier NAT,
 * documentation, benchmarks, multicast, reserved, and IPv6 addresses that carry an
 * IPv4 one (mapped, compatible, NAT64, 6to4, Teredo) whatever that is.
 */
#ifndef SERVER_REACH_H
#define SERVER_REACH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

enum {
	REACH_MOST = 16,
};

/* What is allowed beside public addresses. */
struct reach {
	size_t n;
	struct {
		uint8_t bytes[16]; /* of IPv4 as ::ffff:a.b.c.d */
		unsigned bits;
	} ranges[REACH_MOST];
};

/*
 * "10.1.2.0/24 192.0.2.7 fd00::/8", blanks between; may be empty. Returns NULL, or
 * the first word that is none (in `text`).
 */
const char *reach_read(const char *text, struct reach *out);

/* Is it named in the config? */
bool reach_is_allowed(const struct reach *r, const struct sockaddr *address);

/* May we talk to it? Neither IPv4 nor IPv6: no. */
bool reach_may(const struct reach *r, const struct sockaddr *address);

#endif
