/*
 * utf8 - is this text fit to be kept and shown?
 *
 * Strict: RFC 3629 without overlong forms and surrogates. Text for people also
 * refuses NUL, DEL and the C0 and C1 controls but newline and tab (a carriage
 * return before a newline is allowed: browsers send it in forms).
 */
#ifndef PROTO_UTF8_H
#define PROTO_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* *bad_at, when not NULL, is the offset of the first bad byte. */
bool utf8_is_valid(const void *text, size_t bytes, size_t *bad_at);
bool utf8_is_text(const void *text, size_t bytes, size_t *bad_at);

/*
 * How many bytes from the first on are neither controls nor '"' nor '\\': these
 * stand in a JSON string as they are. Not whether they are valid.
 */
size_t utf8_plain(const char *text, size_t bytes);

/* Code points in a valid text. */
size_t utf8_length(const void *text, size_t bytes);

/*
 * Reads one code point at *at and moves *at behind it. Returns -1 on a bad
 * sequence and at the end, without moving.
 */
int32_t utf8_next(const void *text, size_t bytes, size_t *at);

/* Writes up to 4 bytes; returns how many. The code point must be valid. */
size_t utf8_put(uint32_t code_point, char out[4]);

#endif
