/*
 * scan - a look at protobuf bytes before protobuf-c sees them
 *
 * protobuf-c has no bound on depth, on elements or on memory, keeps unknown
 * fields, and takes any bytes for a string. This walk over the wire format
 * (protobuf "Encoding" guide), guided by the descriptor, says no first and
 * says why. What it lets through unpacks into a bounded message with valid
 * strings and no unknown fields.
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
	size_t max_elements; /* of one repeated field */
	size_t max_depth;    /* 1: no nested message */
};

extern const struct scan_limits scan_default_limits;

/* Returns 0 or SCAN_REFUSED. */
int scan_check(const ProtobufCMessageDescriptor *type, const uint8_t *data,
	size_t bytes, const struct scan_limits *limits, struct trouble *trouble);

/* scan_check() and unpack into the arena. Returns 0 or an answer. */
int scan_unpack(const ProtobufCMessageDescriptor *type, const uint8_t *data,
	size_t bytes, const struct scan_limits *limits, struct arena *arena,
	struct trouble *trouble, ProtobufCMessage **out);

#endif
