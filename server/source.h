/*
 * source - who sent it, without knowing who
 *
 * A browser is known by a token we gave it (cookie or hidden field): 16 random
 * bytes and their MAC, so nobody makes up sources by the thousand without
 * asking us for each. Whoever shows none is his network: IPv4 /24, IPv6 /56.
 * Both become a 64-bit keyed hash, which is all that leaves this module; the
 * hash of a token and that of a network never meet, since each has its domain.
 *
 * Also here, because it hangs on the same key: the print of a report (equal
 * bodies have equal prints) and the key an input travels under.
 */
#ifndef SERVER_SOURCE_H
#define SERVER_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "proto/frame.h"

enum {
	SOURCE_KEY_BYTES = 32,
	SOURCE_TOKEN_BYTES = 44, /* base64url of 32 bytes, and NUL */
};

#define SOURCE_COOKIE "vedetta_source"

struct source_keys {
	uint8_t mac[32];
	uint8_t hash[16];
	uint8_t print[16];
};

void source_keys_init(struct source_keys *k, const uint8_t key[SOURCE_KEY_BYTES]);

/* A new token, for a browser that has none. */
void source_mint(const struct source_keys *k, char out[SOURCE_TOKEN_BYTES]);

/* Is it one of ours? Then *source is its hash. NULL and "" are not. */
bool source_from_token(
	const struct source_keys *k, const char *token, uint64_t *source);

/* Finds our cookie in a Cookie header (may be NULL) and checks it. */
bool source_from_cookie(const struct source_keys *k, const char *header,
	char token[SOURCE_TOKEN_BYTES], uint64_t *source);

/* The hash of a network. An IPv4 address inside IPv6 counts as IPv4. */
uint64_t source_from_peer(const struct source_keys *k, const struct sockaddr *peer);

uint64_t source_print(const struct source_keys *k, const void *body, size_t bytes);

/*
 * The key of an input: from the client's own key within its channel, so that
 * a repeat is known whichever front it meets, or random without one.
 */
void source_input_key(
	const char *channel, const char *client_key, uint8_t out[FRAME_KEY_BYTES]);

#endif
