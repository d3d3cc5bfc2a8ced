#include "server/origin.h"

#include <arpa/inet.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

bool
origin_is_foreign(const char *origin, const char *host, const char *sec_fetch_site)
{
	const char *authority;

	if (sec_fetch_site != NULL && strcasecmp(sec_fetch_site, "cross-site") == 0) {
		return true;
	}
	if (origin == NULL) {
		return false;
	}
	/* "null" (a sandboxed frame, a file) is nobody's page of ours. */
	authority = strstr(origin, "://");
	return authority == NULL || host == NULL ||
	       strcasecmp(authority + 3, host) != 0;
}

bool
origin_is_loopback(const char *host)
{
	char name[INET6_ADDRSTRLEN];
	struct in6_addr six;
	struct in_addr four;
	bool bracketed;
	size_t bytes;

	if (host == NULL) {
		return true;
	}
	bracketed = host[0] == '[';
	host += bracketed;
	bytes = strcspn(host, bracketed ? "]" : ":");
	if (bytes >= sizeof(name)) {
		return false;
	}
	memcpy(name, host, bytes);
	name[bytes] = '\0';
	if (bracketed) {
		return (strcmp(host + bytes, "]") == 0 ||
			       strncmp(host + bytes, "]:", 2) == 0) &&
		       inet_pton(AF_INET6, name, &six) == 1 &&
		       IN6_IS_ADDR_LOOPBACK(&six);
	}
	if (inet_pton(AF_INET, name, &four) == 1) {
		return ntohl(four.s_addr) >> 24 == 127;
	}
	return strcasecmp(name, "localhost") == 0;
}
