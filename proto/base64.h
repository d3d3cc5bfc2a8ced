/*
 * base64 - RFC 4648, as the proto3 JSON mapping wants it
 *
 * Reads the standard and the URL alphabet, with or without padding; writes the
 * standard one with padding. Bits left over must be zero.
 */
#ifndef PROTO_BASE64_H
#define PROTO_BASE64_H

#include <stddef.h>
#include <stdint.h>

enum base64_answer {
	BASE64_BAD = 1,
};

/* Out has room for bytes / 4 * 3 + 2. Returns 0 or BASE64_BAD. */
int base64_read(const char *text, size_t bytes, uint8_t *out, size_t *out_bytes);

/* Out has room for (bytes + 2) / 3 * 4. Returns how many were written. */
size_t base64_write(const uint8_t *data, size_t bytes, char *out);

#endif
