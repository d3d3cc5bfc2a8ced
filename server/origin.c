#include "server/origin.h"

#include <stddef.h>
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
