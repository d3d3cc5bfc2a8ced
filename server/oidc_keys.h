/*
 * oidc_keys - the public keys of an identity provider, and what they signed
 *
 * A JWK set (RFC 7517) as far as it can sign what we take: RSA from 2048 to 8192
 * bits for RS256 and PS256, points of P-256 for ES256 (RFC 7518). Other keys, and those
 * that are said to be for something else, are as if they were not there. A key is used
 * with its own algorithm alone, whatever a token says it is; an RSA key that says none
 * is for both of RSA's.
 *
 * RSA, ECDSA and P-256 are nettle's, SHA-256 is libsodium's.
 */
#ifndef SERVER_OIDC_KEYS_H
#define SERVER_OIDC_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct oidc_keys;

enum {
	OIDC_KEYS_MOST = 32,
	OIDC_KID_BYTES = 128,
	OIDC_RSA_BYTES_LEAST = 2048 / 8,
	OIDC_RSA_BYTES_MOST = 8192 / 8,
};

enum oidc_algorithm {
	OIDC_RS256 = 1,
	OIDC_ES256 = 2,
	OIDC_PS256 = 4, /* salted with as many bytes as the digest has */
};

enum oidc_keys_answer {
	OIDC_KEYS_BAD = 1,      /* no JWK set, or none of its keys is of use */
	OIDC_KEY_UNKNOWN = 2,   /* none of that name and algorithm */
	OIDC_SIGNATURE_BAD = 3, /* that key did not sign this */
};

/*
 * base64url without padding in its one spelling (RFC 7515, 2), at most `room` bytes of
 * it. false: it is none. (libsodium's reader takes some bytes above 127 for letters.)
 */
bool oidc_base64url(
	const char *text, size_t bytes, uint8_t *out, size_t room, size_t *out_bytes);

/* 0, OIDC_KEYS_BAD or -ENOMEM. */
int oidc_keys_read(const char *text, size_t bytes, struct oidc_keys **out);

/* Accepts NULL. */
void oidc_keys_free(struct oidc_keys *keys);

size_t oidc_keys_count(const struct oidc_keys *keys);

/*
 * kid NULL: it says none, which is enough when one key alone is of that algorithm.
 * 0, OIDC_KEY_UNKNOWN or OIDC_SIGNATURE_BAD.
 */
int oidc_keys_verify(const struct oidc_keys *keys, enum oidc_algorithm algorithm,
	const char *kid, const void *data, size_t bytes, const uint8_t *signature,
	size_t signature_bytes);

#endif
