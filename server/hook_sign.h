/*
 * hook_sign - proves to a webhook's owner that a message is ours
 *
 * Standard Webhooks, v1: HMAC-SHA-256 over "id.timestamp.body", base64, with a
 * secret for each URL. The secret follows from our key and the URL, so there is
 * no list of secrets to keep; its owner gets it from `vedetta courier secret`.
 */
#ifndef SERVER_HOOK_SIGN_H
#define SERVER_HOOK_SIGN_H

#include <stddef.h>
#include <stdint.h>

enum {
	HOOK_SECRET_BYTES = 32,
	HOOK_SECRET_TEXT_BYTES = 6 + 44 + 1, /* whsec_, base64, NUL */
	HOOK_SIGNATURE_BYTES = 3 + 44 + 1,   /* v1,base64 and NUL */
};

void hook_secret(
	const uint8_t key[32], const char *url, uint8_t out[HOOK_SECRET_BYTES]);

/* As its owner puts it into a library: whsec_... */
void hook_secret_text(
	const uint8_t secret[HOOK_SECRET_BYTES], char out[HOOK_SECRET_TEXT_BYTES]);

/* The value of webhook-signature; a secret may have another length. */
void hook_sign(const uint8_t *secret, size_t secret_bytes, const char *id, int64_t at_s,
	const char *body, size_t body_bytes, char out[HOOK_SIGNATURE_BYTES]);

#endif
