#include "geo/chain.h"

#include <sodium.h>

#include "geo/store.h"

static void
put_u64(uint8_t *to, uint64_t value)
{
	for (int i = 0; i < 8; i++) {
		to[i] = (uint8_t)(value >> (8 * i));
	}
}

void
chain_digest(const uint8_t salt[CHAIN_SALT_BYTES], const uint8_t *personal,
	size_t personal_bytes, uint8_t digest[CHAIN_HASH_BYTES])
{
	crypto_generichash_state state;

	crypto_generichash_init(&state, NULL, 0, CHAIN_HASH_BYTES);
	crypto_generichash_update(&state, salt, CHAIN_SALT_BYTES);
	crypto_generichash_update(&state, personal, personal_bytes);
	crypto_generichash_final(&state, digest, CHAIN_HASH_BYTES);
}

/*
 * The form that is hashed: previous hash, nine columns and the body's length as
 * 64-bit little-endian, 1 or 0 for a key, the key (or zeros), the digest, the
 * body. Every part but the last has a fixed length, so no two rows share a form.
 */
void
chain_next(const uint8_t previous[CHAIN_HASH_BYTES], const struct store_row *row,
	const uint8_t digest[CHAIN_HASH_BYTES], uint8_t hash[CHAIN_HASH_BYTES])
{
	const uint64_t columns[] = {row->seq, (uint64_t)row->at_ms, (uint64_t)row->kind,
		row->subject, row->prev, row->about, row->source, row->facts,
		row->print, row->body_bytes};
	enum {
		COLUMNS = sizeof(columns) / sizeof(columns[0]),
	};
	uint8_t head[COLUMNS * 8 + 1 + STORE_KEY_BYTES] = {0};
	crypto_generichash_state state;

	for (size_t i = 0; i < COLUMNS; i++) {
		put_u64(head + i * 8, columns[i]);
	}
	if (row->has_key) {
		head[COLUMNS * 8] = 1;
		for (size_t i = 0; i < STORE_KEY_BYTES; i++) {
			head[COLUMNS * 8 + 1 + i] = row->key[i];
		}
	}
	crypto_generichash_init(&state, NULL, 0, CHAIN_HASH_BYTES);
	crypto_generichash_update(&state, previous, CHAIN_HASH_BYTES);
	crypto_generichash_update(&state, head, sizeof(head));
	crypto_generichash_update(&state, digest, CHAIN_HASH_BYTES);
	crypto_generichash_update(&state, row->body, row->body_bytes);
	crypto_generichash_final(&state, hash, CHAIN_HASH_BYTES);
}
