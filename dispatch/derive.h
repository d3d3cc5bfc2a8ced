/*
 * derive - names that follow from others, the same on every machine for ever
 *
 * They are in the log (print and key columns): changing one breaks repeats of
 * what came before the change. SHA-256 with a label, cut.
 */
#ifndef DISPATCH_DERIVE_H
#define DISPATCH_DERIVE_H

#include <stddef.h>
#include <stdint.h>

#include "geo/store.h"

enum {
	DERIVE_SECRET_BYTES = 32,
	DERIVE_HASH_KEY_BYTES = 16,
};

/*
 * The key under which a further body sent under `key` is remembered, so that
 * it is not stored again when it comes again.
 */
void derive_key(const uint8_t key[STORE_KEY_BYTES], uint64_t print,
	uint8_t out[STORE_KEY_BYTES]);

/* The print of bytes nobody has read. */
uint64_t derive_raw_print(const uint8_t *raw, size_t bytes);

/* A number for a name, of its kind; in the log's records. */
uint64_t derive_hash(const char *kind, const char *name);

/* A key for hash tables of what senders choose; not in the log. */
void derive_hash_key(
	const uint8_t secret[DERIVE_SECRET_BYTES], uint8_t out[DERIVE_HASH_KEY_BYTES]);

#endif
