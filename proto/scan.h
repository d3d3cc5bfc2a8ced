/*
 * scan - a look at protobuf bytes before protobuf-c sees them
 *
 * protobuf-c has no bound on depth, on elements or on memory, keeps unknown
 * fields, and takes any bytes for a string. This walk over the wire format
 * (protobuf "Encoding" guide), guided by the descriptor, says no first and
 * says why. What it lets through unpacks into a bounded message with valid
 * strings (UTF-8, no NUL) and no unknown fields.
 *
 * One rule is stricter than protobuf's: a field that is not a list may come
 * once, and one member of a oneof, as in JSON. Readers disagree on merging, and
 * no writer of a whole message does it. Lists may come in pieces, packed or
 * not. A varint may be longer than it must be, up to its type's ten bytes, and
 * a 32-bit field keeps the low half, as everywhere.
 */
#ifndef PROTO_SCAN_H
#define PROTO_SCAN_H

#include <stddef.h>
#include <stdint.h>

#include <protobuf-c/protobuf-c.h>

#include "proto/arena.h"
#include "proto/trouble.h"

enum scan_answer {
	SCAN_REFUSED = 1,   /* see trouble */
	SCAN_TOO_LARGE = 2, /* the arena's ceiling was met */
};

struct scan_limits {
	size_t max_fields;   /* in the whole message, nested ones too */
	size_t max_elements; /* of one list */
	size_t max_depth;    /* 1: no nested message; at most PATH_DEPTH_MAX */
};

/* Sized for what one stranger may send at once: one report. */
extern const struct scan_limits scan_default_limits;

/* Returns 0 or SCAN_REFUSED. */
int scan_check(const ProtobufCMessageDescriptor *type, const uint8_t *data,
	size_t bytes, const struct scan_limits *limits, struct trouble *trouble);

/* scan_check() and unpack into the arena. Returns 0 or an answer. */
int scan_unpack(const ProtobufCMessageDescriptor *type, const uint8_t *data,
	size_t bytes, const struct scan_limits *limits, struct arena *arena,
	struct trouble *trouble, ProtobufCMessage **out);

#endif
