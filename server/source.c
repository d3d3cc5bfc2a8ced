#include "server/source.h"

#include <netinet/in.h>
#include <string.h>

#include <sodium.h>

enum {
	RANDOM_BYTES = 16,
	MAC_BYTES = 16,
	/* Random bytes are fetched from the kernel in such portions. */
	POOL_BYTES = 1024,
};

/* HMAC-SHA-256 of a purpose: one key for each thing done. */
static void
derive(uint8_t *out, size_t bytes, const uint8_t key[SOURCE_KEY_BYTES],
	const char *what)
{
	uint8_t full[crypto_auth_hmacsha256_BYTES];

	crypto_auth_hmacsha256(full, (const uint8_t *)what, strlen(what), key);
	memcpy(out, full, bytes);
	sodium_memzero(full, sizeof(full));
}

void
source_keys_init(struct source_keys *k, const uint8_t key[SOURCE_KEY_BYTES])
{
	derive(k->mac, sizeof(k->mac), key, "token");
	derive(k->hash, sizeof(k->hash), key, "hash");
	derive(k->print, sizeof(k->print), key, "print");
}

static void
mac_of(const struct source_keys *k, const uint8_t random[RANDOM_BYTES],
	uint8_t out[MAC_BYTES])
{
	uint8_t full[crypto_auth_hmacsha256_BYTES];

	crypto_auth_hmacsha256(full, random, RANDOM_BYTES, k->mac);
	memcpy(out, full, MAC_BYTES);
}

/* domain keeps the hashes of tokens and networks apart. */
static uint64_t
hash_of(const struct source_keys *k, char domain, const uint8_t *data, size_t bytes)
{
	uint8_t text[1 + RANDOM_BYTES] = {(uint8_t)domain};
	uint8_t out[crypto_shorthash_BYTES];
	uint64_t value;

	memcpy(text + 1, data, bytes);
	crypto_shorthash(out, text, 1 + bytes, k->hash);
	memcpy(&value, out, sizeof(value));
	return value;
}

void
source_mint(const struct source_keys *k, char out[SOURCE_TOKEN_BYTES])
{
	uint8_t bytes[RANDOM_BYTES + MAC_BYTES];

	randombytes_buf(bytes, RANDOM_BYTES);
	mac_of(k, bytes, bytes + RANDOM_BYTES);
	sodium_bin2base64(out, SOURCE_TOKEN_BYTES, bytes, sizeof(bytes),
		sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

bool
source_from_token(const struct source_keys *k, const char *token, uint64_t *source)
{
	uint8_t bytes[RANDOM_BYTES + MAC_BYTES];
	uint8_t mac[MAC_BYTES];
	size_t n;

	if (token == NULL || strlen(token) != SOURCE_TOKEN_BYTES - 1 ||
		sodium_base642bin(bytes, sizeof(bytes), token, SOURCE_TOKEN_BYTES - 1,
			NULL, &n, NULL,
			sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
		n != sizeof(bytes)) {
		return false;
	}
	mac_of(k, bytes, mac);
	if (sodium_memcmp(mac, bytes + RANDOM_BYTES, MAC_BYTES) != 0) {
		return false;
	}
	*source = hash_of(k, 't', bytes, RANDOM_BYTES);
	return true;
}

bool
source_from_cookie(const struct source_keys *k, const char *header,
	char token[SOURCE_TOKEN_BYTES], uint64_t *source)
{
	static const char name[] = SOURCE_COOKIE "=";
	const char *at = header;

	while (at != NULL) {
		at += strspn(at, " ;");
		size_t bytes = strcspn(at, ";");
		size_t skip = sizeof(name) - 1;

		if (strncmp(at, name, skip) == 0 &&
			bytes - skip == SOURCE_TOKEN_BYTES - 1) {
			memcpy(token, at + skip, SOURCE_TOKEN_BYTES - 1);
			token[SOURCE_TOKEN_BYTES - 1] = '\0';
			if (source_from_token(k, token, source)) {
				return true;
			}
		}
		at = strchr(at, ';');
	}
	return false;
}

uint64_t
source_from_peer(const struct source_keys *k, const struct sockaddr *peer)
{
	uint8_t prefix[8] = {0};
	size_t bytes = 0;

	if (peer->sa_family == AF_INET) {
		struct sockaddr_in in;

		memcpy(&in, peer, sizeof(in));
		memcpy(prefix, &in.sin_addr, 3);
		bytes = 3;
	} else if (peer->sa_family == AF_INET6) {
		struct sockaddr_in6 in6;

		memcpy(&in6, peer, sizeof(in6));
		if (IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr)) {
			memcpy(prefix, in6.sin6_addr.s6_addr + 12, 3);
			bytes = 3;
		} else {
			memcpy(prefix, in6.sin6_addr.s6_addr, 7);
			bytes = 7;
		}
	}
	return hash_of(k, 'n', prefix, bytes);
}

uint64_t
source_print(const struct source_keys *k, const void *body, size_t bytes)
{
	uint8_t out[crypto_shorthash_BYTES];
	uint64_t value;

	crypto_shorthash(out, body, bytes, k->print);
	memcpy(&value, out, sizeof(value));
	return value;
}

/* Saves a system call for each report that brings no key. */
static void
random_key(uint8_t out[FRAME_KEY_BYTES])
{
	static uint8_t pool[POOL_BYTES];
	static size_t left;

	if (left < FRAME_KEY_BYTES) {
		randombytes_buf(pool, sizeof(pool));
		left = sizeof(pool);
	}
	left -= FRAME_KEY_BYTES;
	memcpy(out, pool + left, FRAME_KEY_BYTES);
	sodium_memzero(pool + left, FRAME_KEY_BYTES);
}

void
source_input_key(
	const char *channel, const char *client_key, uint8_t out[FRAME_KEY_BYTES])
{
	static const char purpose[] = "vedetta input"; /* hashed with its NUL */
	crypto_generichash_state state;

	if (client_key == NULL || client_key[0] == '\0') {
		random_key(out);
		return;
	}
	crypto_generichash_init(&state, NULL, 0, FRAME_KEY_BYTES);
	crypto_generichash_update(&state, (const uint8_t *)purpose, sizeof(purpose));
	crypto_generichash_update(
		&state, (const uint8_t *)channel, strlen(channel) + 1);
	crypto_generichash_update(
		&state, (const uint8_t *)client_key, strlen(client_key));
	crypto_generichash_final(&state, out, FRAME_KEY_BYTES);
}
