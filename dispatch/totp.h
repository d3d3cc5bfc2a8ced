/*
 * totp - codes that change every 30 seconds (RFC 6238)
 *
 * HMAC-SHA-1, six digits, 30 s: what every authenticator speaks, and some speak
 * nothing else. SHA-1 is broken for signatures, not in an HMAC. One step to either
 * side is taken for a clock that is a little off; a step that was taken is not
 * taken again, nor any before it.
 */
#ifndef DISPATCH_TOTP_H
#define DISPATCH_TOTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	TOTP_SECRET_BYTES = 20,
	TOTP_SECRET_CHARS = 33, /* base32 of it, and NUL */
	TOTP_STEP_S = 30,
	TOTP_CODE_DIGITS = 6,
	SHA1_BYTES = 20,
};

/* FIPS 180-4. */
void sha1(const uint8_t *data, size_t bytes, uint8_t out[SHA1_BYTES]);

/* The code of one time step (RFC 4226 with a counter). */
uint32_t totp_code(const uint8_t *secret, size_t secret_bytes, uint64_t step);

/*
 * Is the text a code of now, or one step to either side, above `taken`? Spaces in
 * it do not matter. *step is set with true: keep it as taken.
 */
bool totp_accepts(const uint8_t *secret, size_t secret_bytes, int64_t now_ms,
	uint64_t taken, const char *text, uint64_t *step);

/* Base32 without padding (RFC 4648); out has room for bytes * 8 / 5 + 2. */
size_t totp_base32(const uint8_t *data, size_t bytes, char *out);

#endif
