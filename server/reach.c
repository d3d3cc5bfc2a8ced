#include "server/reach.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	ADDRESS_BYTES = 16,
	WORD_BYTES = 64,
	V4_BITS = 96, /* before those of an IPv4 address */
};

struct range {
	const char *prefix;
	unsigned bits;
};

/* IANA's special-purpose registries, RFC 6890 and later; all of IPv4 as mapped. */
static const struct range v4_closed[] = {
	{"0.0.0.0", 8}, {"10.0.0.0", 8}, {"100.64.0.0", 10}, {"127.0.0.0", 8},
	{"169.254.0.0", 16}, {"172.16.0.0", 12}, {"192.0.0.0", 24}, {"192.0.2.0", 24},
	{"192.88.99.0", 24}, {"192.168.0.0", 16}, {"198.18.0.0", 15},
	{"198.51.100.0", 24}, {"203.0.113.0", 24},
	{"224.0.0.0", 3}, /* multicast, reserved, broadcast */
};

/* Public IPv6 is 2000::/3, less these. */
static const struct range v6_closed[] = {
	{"2001::", 23},     /* protocols, Teredo */
	{"2001:db8::", 32}, /* documentation */
	{"2002::", 16},     /* 6to4 */
	{"3fff::", 20},     /* documentation */
};

static bool
is_within(const uint8_t a[ADDRESS_BYTES], const uint8_t prefix[ADDRESS_BYTES],
	unsigned bits)
{
	unsigned whole = bits / 8;
	unsigned rest = bits % 8;

	return memcmp(a, prefix, whole) == 0 &&
	       (rest == 0 || (a[whole] ^ prefix[whole]) >> (8 - rest) == 0);
}

static void
map_v4(const void *four, uint8_t out[ADDRESS_BYTES])
{
	memset(out, 0, 10);
	memset(out + 10, 0xff, 2);
	memcpy(out + 12, four, 4);
}

static bool
bytes_of(const struct sockaddr *address, uint8_t out[ADDRESS_BYTES], bool *is_v4)
{
	struct sockaddr_in four;
	struct sockaddr_in6 six;

	*is_v4 = address->sa_family == AF_INET;
	if (*is_v4) {
		memcpy(&four, address, sizeof(four));
		map_v4(&four.sin_addr, out);
		return true;
	}
	if (address->sa_family != AF_INET6) {
		return false;
	}
	memcpy(&six, address, sizeof(six));
	memcpy(out, &six.sin6_addr, ADDRESS_BYTES);
	return true;
}

static bool
is_in(const uint8_t a[ADDRESS_BYTES], const struct range *ranges, size_t n, bool is_v4)
{
	uint8_t prefix[ADDRESS_BYTES];

	for (size_t i = 0; i < n; i++) {
		uint8_t raw[ADDRESS_BYTES];

		(void)inet_pton(is_v4 ? AF_INET : AF_INET6, ranges[i].prefix, raw);
		if (is_v4) {
			map_v4(raw, prefix);
		} else {
			memcpy(prefix, raw, sizeof(prefix));
		}
		if (is_within(a, prefix, ranges[i].bits + (is_v4 ? V4_BITS : 0))) {
			return true;
		}
	}
	return false;
}

bool
reach_is_allowed(const struct reach *r, const struct sockaddr *address)
{
	uint8_t a[ADDRESS_BYTES];
	bool is_v4;

	if (!bytes_of(address, a, &is_v4)) {
		return false;
	}
	for (size_t i = 0; i < r->n; i++) {
		if (is_within(a, r->ranges[i].bytes, r->ranges[i].bits)) {
			return true;
		}
	}
	return false;
}

bool
reach_may(const struct reach *r, const struct sockaddr *address)
{
	uint8_t a[ADDRESS_BYTES];
	bool is_v4;

	if (!bytes_of(address, a, &is_v4)) {
		return false;
	}
	if (reach_is_allowed(r, address)) {
		return true;
	}
	if (is_v4) {
		return !is_in(
			a, v4_closed, sizeof(v4_closed) / sizeof(v4_closed[0]), true);
	}
	return a[0] >> 5 == 1 &&
	       !is_in(a, v6_closed, sizeof(v6_closed) / sizeof(v6_closed[0]), false);
}

/* "a.b.c.d/24", "fd00::/8", or without how many bits count: all. */
static bool
read_range(char *word, struct reach *out)
{
	char *slash = strchr(word, '/');
	unsigned most;
	uint8_t raw[ADDRESS_BYTES];
	unsigned long bits;
	char *end;

	if (slash != NULL) {
		*slash = '\0';
	}
	if (inet_pton(AF_INET, word, raw) == 1) {
		most = 32;
		map_v4(raw, out->ranges[out->n].bytes);
	} else if (inet_pton(AF_INET6, word, raw) == 1) {
		most = 128;
		memcpy(out->ranges[out->n].bytes, raw, sizeof(raw));
	} else {
		return false;
	}
	bits = slash == NULL ? most : strtoul(slash + 1, &end, 10);
	if (slash != NULL && (slash[1] < '0' || slash[1] > '9' || *end != '\0')) {
		return false;
	}
	out->ranges[out->n].bits = (unsigned)bits + (most == 32 ? V4_BITS : 0);
	out->n++;
	return bits <= most;
}

const char *
reach_read(const char *text, struct reach *out)
{
	out->n = 0;
	while (*(text += strspn(text, " ")) != '\0') {
		size_t bytes = strcspn(text, " ");
		char word[WORD_BYTES];

		if (bytes >= sizeof(word) || out->n == REACH_MOST) {
			return text;
		}
		memcpy(word, text, bytes);
		word[bytes] = '\0';
		if (!read_range(word, out)) {
			return text;
		}
		text += bytes;
	}
	return NULL;
}
