/*
 * keys - one secret in a file, one key per purpose from it
 *
 * <data>/key holds 32 random bytes, mode 0600, made at the first start.
 * Each purpose has its own key, HMAC-SHA-256(master, "vedetta <purpose>"), so
 * that a role holds only what it needs and the file is all a backup must keep.
 * Losing it costs the links and codes already given out, and no report.
 */
#ifndef SERVER_KEYS_H
#define SERVER_KEYS_H

#include <stddef.h>
#include <stdint.h>

enum {
	KEYS_BYTES = 32,
};

enum keys_answer {
	KEYS_REFUSED = 1, /* wrong length, owner or mode: see why */
};

enum keys_purpose {
	KEYS_RECEIPT = 1,  /* codes and links: desk, readers */
	KEYS_SOURCE = 2,   /* source hashes, web tokens, prints, input keys: fronts */
	KEYS_EXERCISE = 3, /* the token of exercises: fronts, <data>/exercise.token */
	KEYS_COURIER = 4,  /* web push's key, webhooks' secrets: the courier */
};

/*
 * Reads the file, or makes it. On anything but 0 a sentence is in why.
 * Returns 0, KEYS_REFUSED or -errno.
 */
int keys_load(
	const char *path, uint8_t master[KEYS_BYTES], char *why, size_t why_bytes);

void keys_derive(const uint8_t master[KEYS_BYTES], enum keys_purpose purpose,
	uint8_t out[KEYS_BYTES]);

#endif
