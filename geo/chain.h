/*
 * chain - each row of the log vouches for the one before it
 *
 * hash(n) = BLAKE2b-256(hash(n-1) || the row's columns in a fixed little-endian
 * form), RFC 7693. The personal part enters as BLAKE2b-256(salt || personal), so
 * that erasing it with its salt leaves a chain that still verifies and says
 * nothing. (libsodium's SHA-256 is plain C and took a sixth of the desk's time.)
 */
#ifndef GEO_CHAIN_H
#define GEO_CHAIN_H

#include <stddef.h>
#include <stdint.h>

struct store_row;

enum {
	CHAIN_HASH_BYTES = 32,
	CHAIN_SALT_BYTES = 16,
};

/* digest is all zero for a row without a personal part. */
void chain_digest(const uint8_t salt[CHAIN_SALT_BYTES], const uint8_t *personal,
	size_t personal_bytes, uint8_t digest[CHAIN_HASH_BYTES]);

void chain_next(const uint8_t previous[CHAIN_HASH_BYTES], const struct store_row *row,
	const uint8_t digest[CHAIN_HASH_BYTES], uint8_t hash[CHAIN_HASH_BYTES]);

#endif
