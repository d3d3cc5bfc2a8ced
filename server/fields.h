/*
 * fields - the names and values of a query or of a posted form
 *
 * Reads application/x-www-form-urlencoded (WHATWG URL, 5.1: '+' is a space)
 * and multipart/form-data (RFC 7578) into an arena. Names are unique: a field
 * that comes twice is refused, since two readings of one report are one too
 * many. Values are valid UTF-8 without control characters but newline and tab.
 * A file part is refused in words of its own, unless it is empty (browsers
 * send an empty one for a file field left alone).
 */
#ifndef SERVER_FIELDS_H
#define SERVER_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/arena.h"
#include "proto/trouble.h"

enum {
	FIELDS_MAX = 64,
	FIELDS_BOUNDARY_MAX = 70, /* RFC 2046 */
};

enum fields_answer {
	FIELDS_REFUSED = 1,   /* see trouble */
	FIELDS_TOO_LARGE = 2, /* the arena's ceiling was met */
};

struct fields {
	size_t n;
	struct {
		const char *name;
		const char *value;
	} at[FIELDS_MAX];
};

/* All three return 0 or an answer; strings live in the arena. */
int fields_from_urlencoded(const char *text, size_t bytes, struct arena *arena,
	struct trouble *trouble, struct fields *out);

int fields_from_multipart(const char *content_type, const uint8_t *body, size_t bytes,
	struct arena *arena, struct trouble *trouble, struct fields *out);

/* As one piece of memory (in the arena) and back; NULL past the ceiling. */
const uint8_t *fields_pack(const struct fields *f, struct arena *arena, size_t *bytes);
/* Strings point into the piece, which fields_pack() made. */
void fields_unpack(const uint8_t *packed, size_t bytes, struct fields *out);

/* NULL when there is none or it is empty: an empty field says nothing. */
const char *fields_get(const struct fields *f, const char *name);

/* A value as it is written in both; in the arena, NULL past the ceiling. */
const char *fields_escape(struct arena *arena, const char *text);

/* A number in decimal digits alone, at most max. */
bool fields_uint(const char *text, uint64_t max, uint64_t *out);

#endif
