#include "server/route.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static bool
matches(const char *pattern, const char *path, const char **parameter)
{
	const char *brace = strchr(pattern, '{');
	size_t bytes = brace != NULL ? (size_t)(brace - pattern) : strlen(pattern);

	*parameter = NULL;
	if (strncmp(pattern, path, bytes) != 0) {
		return false;
	}
	if (brace == NULL) {
		return path[bytes] == '\0';
	}
	*parameter = path + bytes;
	return path[bytes] != '\0' && strchr(path + bytes, '/') == NULL;
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
		const char *parameter;

		if ((route->doors & door) == 0 ||
			!matches(route->path, path, &parameter)) {
			continue;
		}
		if (route->method == method) {
			out->route = route;
			out->parameter = parameter;
			return 0;
		}
		used += (size_t)snprintf(out->allow + used, sizeof(out->allow) - used,
			"%s%s", used > 0 ? ", " : "", method_name(route->method));
		r = ROUTE_NOT_ALLOWED;
	}
	return r;
}
