#include "server/route.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* The segment at `path` and then the rest of the pattern. */
static bool
matches_rest(const char *rest, const char *path, struct route_match *out)
{
	size_t bytes = strcspn(path, "/");

	if (bytes == 0 || strcmp(path + bytes, rest) != 0) {
		return false;
	}
	out->parameter = path;
	if (rest[0] != '\0') {
		if (bytes >= sizeof(out->middle)) {
			return false;
		}
		memcpy(out->middle, path, bytes);
		out->middle[bytes] = '\0';
		out->parameter = out->middle;
	}
	return true;
}

static bool
matches(const char *pattern, const char *path, struct route_match *out)
{
	const char *brace = strchr(pattern, '{');
	size_t bytes = brace != NULL ? (size_t)(brace - pattern) : strlen(pattern);

	out->parameter = NULL;
	if (strncmp(pattern, path, bytes) != 0) {
		return false;
	}
	return brace == NULL ? path[bytes] == '\0'
			     : matches_rest(strchr(brace, '}') + 1, path + bytes, out);
}

static const char *
method_name(enum http_method method)
{
	switch (method) {
	case HTTP_GET:
	case HTTP_HEAD:
		return "GET, HEAD";
	case HTTP_POST:
		return "POST";
	case HTTP_DELETE:
		return "DELETE";
	case HTTP_OPTIONS:
		break;
	}
	return "OPTIONS";
}

int
route_find(const struct route *table, unsigned door, enum http_method method,
	const char *path, struct route_match *out)
{
	int r = ROUTE_NOT_FOUND;
	size_t used = 0;

	*out = (struct route_match){0};
	for (const struct route *route = table; route->path != NULL; route++) {
		if ((route->doors & door) == 0 || !matches(route->path, path, out)) {
			continue;
		}
		if (route->method == method) {
			out->route = route;
			return 0;
		}
		used += (size_t)snprintf(out->allow + used, sizeof(out->allow) - used,
			"%s%s", used > 0 ? ", " : "", method_name(route->method));
		r = ROUTE_NOT_ALLOWED;
	}
	return r;
}
