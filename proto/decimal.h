/*
 * decimal - numbers as JSON writes them
 *
 * Integers are read exactly from any spelling (1e3, 1.0, 10e-1), never through
 * a double; doubles are written in the fewest digits that read back the same.
 */
#ifndef PROTO_DECIMAL_H
#define PROTO_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum decimal_answer {
	DECIMAL_NOT_WHOLE = 1,
	DECIMAL_TOO_LARGE = 2, /* more than 64 bits */
};

enum {
	DECIMAL_BYTES = 32, /* any double or 64-bit integer, with its NUL */
};

/* Length of the JSON number the text starts with (RFC 8259, 6), or 0. */
size_t decimal_span(const char *text, size_t bytes);

/* The text must be one whole JSON number. Returns 0 or an answer. */
int decimal_to_integer(const char *text, size_t bytes, bool *negative, uint64_t *out);

/* So many digits at least, zeros before, 20 at most. Returns the bytes; no NUL. */
size_t decimal_from_integer(uint64_t number, size_t digits, char *out);

/* The number must be finite. Returns the bytes written without the NUL. */
size_t decimal_from_double(double number, char out[DECIMAL_BYTES]);

#endif
