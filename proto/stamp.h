/*
 * stamp - google.protobuf.Timestamp as RFC 3339 text, and as milliseconds
 *
 * Years 0001 to 9999, nanoseconds, Z or an offset on reading, always Z on
 * writing with 0, 3, 6 or 9 digits of a second. Strict, as the mapping's
 * conformance tests are: capital T and Z, no leap second, no 24:00.
 */
#ifndef PROTO_STAMP_H
#define PROTO_STAMP_H

#include <stddef.h>
#include <stdint.h>

#include "google/protobuf/timestamp.pb-c.h"
#include "proto/arena.h"

enum stamp_answer {
	STAMP_BAD = 1, /* not the form, or outside the years */
};

enum {
	STAMP_BYTES = 31, /* 2026-11-21T20:00:00.123456789Z and its NUL */
};

/* Seconds since 1970, nanos always forward from them. */
int stamp_read(const char *text, size_t bytes, int64_t *seconds, int32_t *nanos);

/* *bytes without the NUL. Returns 0 or STAMP_BAD. */
int stamp_write(int64_t seconds, int32_t nanos, char out[STAMP_BYTES], size_t *bytes);

/* Since 1970, also before it. */
Google__Protobuf__Timestamp stamp_of_ms(int64_t ms);

/* The same in an arena; NULL when that is full. */
Google__Protobuf__Timestamp *stamp_new(struct arena *arena, int64_t ms);

/* Rounded down; 0 without one. */
int64_t stamp_ms(const Google__Protobuf__Timestamp *stamp);

#endif
