/*
 * path - where in a message we are, in JSON's names
 *
 * A reader that walks into a message keeps one step per level on its own stack
 * and makes text of them only when something is wrong: place.point.latDeg,
 * errors[3].reason.
 */
#ifndef PROTO_PATH_H
#define PROTO_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <protobuf-c/protobuf-c.h>

#include "proto/trouble.h"

enum {
	PATH_NAME_BYTES = 64, /* longest field name and its NUL; held by a test */
	PATH_DEPTH_MAX = 16,  /* levels of nested messages; held by a test */
	PATH_FIELDS_MAX = 64, /* fields of one message; held by a test */
};

#define PATH_NO_INDEX SIZE_MAX

struct path {
	const struct path *up; /* NULL at the top */
	const ProtobufCFieldDescriptor *field;
	size_t index; /* in a list, or PATH_NO_INDEX */
};

/* "" for NULL. Longer ones are cut at the end. */
void path_write(const struct path *path, char out[TROUBLE_FIELD_BYTES]);

/* lat_deg becomes latDeg. Returns the bytes written without the NUL. */
size_t path_json_name(const char *name, char out[PATH_NAME_BYTES]);

/* Is this key the field's JSON name or its name in the .proto file? */
bool path_is_name(const char *name, const char *key, size_t key_bytes);

#endif
