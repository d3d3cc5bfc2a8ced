#include "server/hook_sign.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "proto/base64.h"

void
hook_secret(const uint8_t key[32], const char *url, uint8_t out[HOOK_SECRET_BYTES])
{
	static const char label[] = "webhook ";
	crypto_auth_hmacsha256_state state;

	crypto_auth_hmacsha256_init(&state, key, 32);
	crypto_auth_hmacsha256_update(
		&state, (const uint8_t *)label, sizeof(label) - 1);
	crypto_auth_hmacsha256_update(&state, (const uint8_t *)url, strlen(url));
	crypto_auth_hmacsha256_final(&state, out);
	sodium_memzero(&state, sizeof(state));
}

void
hook_secret_text(
	const uint8_t secret[HOOK_SECRET_BYTES], char out[HOOK_SECRET_TEXT_BYTES])
{
	size_t n = 6;

	memcpy(out, "whsec_", n);
	n += base64_write(secret, HOOK_SECRET_BYTES, out + n);
	out[n] = '\0';
}

void
hook_sign(const uint8_t *secret, size_t secret_bytes, const char *id, int64_t at_s,
	const char *body, size_t body_bytes, char out[HOOK_SIGNATURE_BYTES])
{
	uint8_t mac[crypto_auth_hmacsha256_BYTES];
	crypto_auth_hmacsha256_state state;
	char at[32];
	size_t n = 3;

	(void)snprintf(at, sizeof(at), ".%lld.", (long long)at_s);
	crypto_auth_hmacsha256_init(&state, secret, secret_bytes);
	crypto_auth_hmacsha256_update(&state, (const uint8_t *)id, strlen(id));
	crypto_auth_hmacsha256_update(&state, (const uint8_t *)at, strlen(at));
	crypto_auth_hmacsha256_update(&state, (const uint8_t *)body, body_bytes);
	crypto_auth_hmacsha256_final(&state, mac);
	sodium_memzero(&state, sizeof(state));
	memcpy(out, "v1,", n);
	n += base64_write(mac, sizeof(mac), out + n);
	out[n] = '\0';
}
