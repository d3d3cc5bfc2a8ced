#include "dispatch/derive.h"

#include <string.h>

#include <sodium.h>

static void
digest(const char *label, const uint8_t *data, size_t bytes, const uint8_t *more,
	size_t more_bytes, uint8_t out[crypto_hash_sha256_BYTES])
{
	crypto_hash_sha256_state state;

	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(&state, (const uint8_t *)label, strlen(label) + 1);
	crypto_hash_sha256_update(&state, data, bytes);
	crypto_hash_sha256_update(&state, more, more_bytes);
	crypto_hash_sha256_final(&state, out);
}

void
derive_key(const uint8_t key[STORE_KEY_BYTES], uint64_t print,
	uint8_t out[STORE_KEY_BYTES])
{
	uint8_t whole[crypto_hash_sha256_BYTES];
	uint8_t little[8];
	int i;

	for (i = 0; i < 8; i++) {
		little[i] = (uint8_t)(print >> 8 * i);
	}
	digest("vedetta addition", key, STORE_KEY_BYTES, little, sizeof(little), whole);
	memcpy(out, whole, STORE_KEY_BYTES);
}

static uint64_t
number_of(const uint8_t whole[crypto_hash_sha256_BYTES])
{
	uint64_t number = 0;
	int i;

	for (i = 7; i >= 0; i--) {
		number = number << 8 | whole[i];
	}
	return number;
}

uint64_t
derive_raw_print(const uint8_t *raw, size_t bytes)
{
	uint8_t whole[crypto_hash_sha256_BYTES];

	digest("vedetta raw", raw, bytes, NULL, 0, whole);
	return number_of(whole);
}

uint64_t
derive_hash(const char *kind, const char *name)
{
	uint8_t whole[crypto_hash_sha256_BYTES];

	digest("vedetta name", (const uint8_t *)kind, strlen(kind) + 1,
		(const uint8_t *)name, strlen(name), whole);
	return number_of(whole);
}

void
derive_hash_key(
	const uint8_t secret[DERIVE_SECRET_BYTES], uint8_t out[DERIVE_HASH_KEY_BYTES])
{
	uint8_t whole[crypto_hash_sha256_BYTES];

	digest("vedetta seen", secret, DERIVE_SECRET_BYTES, NULL, 0, whole);
	memcpy(out, whole, DERIVE_HASH_KEY_BYTES);
	sodium_memzero(whole, sizeof(whole));
}
