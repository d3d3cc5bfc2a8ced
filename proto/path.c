#include "proto/path.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static char
upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

size_t
path_json_name(const char *name, char out[PATH_NAME_BYTES])
{
	bool raise = false;
	size_t n = 0;

	for (; *name != '\0'; name++) {
		if (*name == '_') {
			raise = true;
			continue;
		}
		assert(n < PATH_NAME_BYTES - 1);
		out[n++] = raise ? upper(*name) : *name;
		raise = false;
	}
	out[n] = '\0';
	return n;
}

static bool
is_json_name(const char *name, const char *key, size_t key_bytes)
{
	bool raise = false;
	size_t n = 0;

	for (; *name != '\0'; name++) {
		if (*name == '_') {
			raise = true;
			continue;
		}
		if (n == key_bytes || key[n] != (raise ? upper(*name) : *name)) {
			return false;
		}
		n++;
		raise = false;
	}
	return n == key_bytes;
}

bool
path_is_name(const char *name, const char *key, size_t key_bytes)
{
	return is_json_name(name, key, key_bytes) ||
	       (strncmp(name, key, key_bytes) == 0 && name[key_bytes] == '\0');
}

static size_t
append(char out[TROUBLE_FIELD_BYTES], size_t at, const char *text)
{
	int n = snprintf(out + at, TROUBLE_FIELD_BYTES - at, "%s", text);

	at += (size_t)n;
	return at < TROUBLE_FIELD_BYTES ? at : TROUBLE_FIELD_BYTES - 1;
}

void
path_write(const struct path *path, char out[TROUBLE_FIELD_BYTES])
{
	const struct path *steps[PATH_DEPTH_MAX];
	char part[PATH_NAME_BYTES];
	size_t n = 0;
	size_t at = 0;

	for (; path != NULL; path = path->up) {
		assert(n < PATH_DEPTH_MAX);
		steps[n++] = path;
	}
	out[0] = '\0';
	while (n-- > 0) {
		path_json_name(steps[n]->field->name, part);
		at = append(out, at, at == 0 ? "" : ".");
		at = append(out, at, part);
		if (steps[n]->index != PATH_NO_INDEX) {
			snprintf(part, sizeof(part), "[%zu]", steps[n]->index);
			at = append(out, at, part);
		}
	}
}
