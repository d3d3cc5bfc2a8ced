/*
 * json - the proto3 JSON mapping, by the descriptors
 *
 * One reader and one writer for every message we have, driven by protobuf-c's
 * descriptors, so a new field needs no code here. Reading goes straight from
 * text to message; no tree is built between. Source: "ProtoJSON Format" of the
 * protobuf language guide, RFC 8259.
 *
 * Read: lowerCamelCase or original names, enums by name or number, 64-bit
 * numbers as strings or numbers, bytes as base64 or base64url,
 * google.protobuf.Timestamp as RFC 3339, null as absent. Refused, by name:
 * unknown fields, a field twice, two members of a oneof, anything out of the
 * range of its type, NUL in a string (a C string could not hold it), trailing
 * bytes. Reading stops at the first thing refused. Written: canonical form.
 *
 * Complete for the types our .proto files use (no maps, wrappers, Any, groups);
 * a unit test walks the descriptors to keep it so.
 */
#ifndef PROTO_JSON_H
#define PROTO_JSON_H

#include <stddef.h>

#include <protobuf-c/protobuf-c.h>

#include "proto/arena.h"
#include "proto/path.h"
#include "proto/trouble.h"

enum json_answer {
	JSON_REFUSED = 1,    /* the text is bad: see trouble */
	JSON_TOO_LARGE = 2,  /* the arena's ceiling was met */
	JSON_UNWRITABLE = 3, /* a Timestamp outside the years 1 to 9999 */
};

enum {
	/*
	 * Calls nest as deep as the types do, never as deep as the text: what
	 * is no field of the type is refused, and no type contains itself (a
	 * test holds both that and this bound).
	 */
	JSON_DEPTH_MAX = PATH_DEPTH_MAX,
};

enum json_style {
	JSON_CANONICAL = 0,
	/* Also writes scalars, enums and lists that hold their default. */
	JSON_EMIT_IMPLICIT = 1,
};

/*
 * Reads one JSON object into a message of that type, made in the arena.
 * Returns 0, JSON_REFUSED or JSON_TOO_LARGE.
 */
int json_read(const ProtobufCMessageDescriptor *type, const char *text, size_t bytes,
	struct arena *arena, struct trouble *trouble, ProtobufCMessage **out);

/*
 * Writes the message; *out is NUL-terminated, in the arena, *bytes without the
 * NUL. Strings must be valid UTF-8. Returns 0, JSON_TOO_LARGE or JSON_UNWRITABLE.
 */
int json_write(const ProtobufCMessage *message, enum json_style style,
	struct arena *arena, char **out, size_t *bytes);

#endif
