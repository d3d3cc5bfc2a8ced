/*
 * push_seal - a message that only one browser can read, and who sent it
 *
 * RFC 8291 (aes128gcm of RFC 8188, one record) seals the words for the keys of a
 * subscription, so that the push service between us and it reads nothing; RFC 8292
 * (VAPID) signs for the push service who we are. P-256, AES and ECDSA are
 * nettle's, HMAC-SHA-256 is libsodium's.
 *
 * Our key follows from a seed that follows from the data folder's key: there is no
 * file more to keep, and subscriptions outlive a restore.
 */
#ifndef SERVER_PUSH_SEAL_H
#define SERVER_PUSH_SEAL_H

#include <stddef.h>
#include <stdint.h>

enum push_seal_answer {
	PUSH_BAD_KEY = 1, /* the subscription's key is no point of the curve */
	PUSH_TOO_LONG = 2,
};

enum {
	PUSH_SCALAR_BYTES = 32,
	PUSH_POINT_BYTES = 65, /* not compressed */
	PUSH_AUTH_BYTES = 16,
	PUSH_SALT_BYTES = 16,
	PUSH_HEAD_BYTES = 16 + 4 + 1 + PUSH_POINT_BYTES,
	PUSH_BODY_MOST = 4096, /* every push service takes that */
	PUSH_PLAIN_MOST = PUSH_BODY_MOST - PUSH_HEAD_BYTES - 1 - 16,
	PUSH_TOKEN_BYTES = 1024,
	PUSH_POINT_TEXT_BYTES = 88, /* base64url and NUL */
};

struct push_key {
	uint8_t scalar[PUSH_SCALAR_BYTES];
	uint8_t point[PUSH_POINT_BYTES];
};

/* The same seed gives the same key. */
void push_key_from_seed(const uint8_t seed[32], struct push_key *out);

/* scalar: from 1 to the curve's order less 1, else PUSH_BAD_KEY. */
int push_key_from_scalar(const uint8_t scalar[PUSH_SCALAR_BYTES], struct push_key *out);

/* As browsers want it: applicationServerKey. */
void push_key_text(const struct push_key *key, char out[PUSH_POINT_TEXT_BYTES]);

/*
 * Seals up to PUSH_PLAIN_MOST bytes with a key and a salt that are used once.
 * out has room for PUSH_BODY_MOST. 0 or an answer.
 */
int push_seal(const uint8_t theirs[PUSH_POINT_BYTES],
	const uint8_t auth[PUSH_AUTH_BYTES], const struct push_key *once,
	const uint8_t salt[PUSH_SALT_BYTES], const void *plain, size_t plain_bytes,
	uint8_t *out, size_t *out_bytes);

/*
 * A JWT, ES256: until expires_s (a day ahead at most), audience is the origin of
 * the endpoint, subject a mailto: or https: URL. Returns its length, or 0 when it
 * does not fit PUSH_TOKEN_BYTES.
 */
size_t push_token(const struct push_key *key, const char *audience, int64_t expires_s,
	const char *subject, char out[PUSH_TOKEN_BYTES]);

#endif
