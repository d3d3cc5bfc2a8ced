/*
 * receipt - the two names a citizen has for a report
 *
 * A code to read out loud: a keyed permutation of the report's number (so it
 * says nothing about how many there are) in Crockford's base 32 with a check
 * character, XXXX-XXXX. And a link token nobody can guess: the number and 128
 * bits of keyed BLAKE2b (the number in it permuted too). Neither needs an index.
 */
#ifndef DISPATCH_RECEIPT_H
#define DISPATCH_RECEIPT_H

#include <stdint.h>

enum {
	RECEIPT_KEY_BYTES = 32,
	RECEIPT_CODE_BYTES = 10,  /* "K7M2-9QX4" and NUL */
	RECEIPT_TOKEN_BYTES = 33, /* base64url and NUL */
};

enum receipt_answer {
	RECEIPT_BAD = 1, /* not one of ours, or mistyped */
};

struct receipt_keys;

/* Copies what it needs of the key. NULL when memory is short. */
struct receipt_keys *receipt_keys_new(const uint8_t key[RECEIPT_KEY_BYTES]);
void receipt_keys_free(struct receipt_keys *k);

/* number in 1 .. 2^35 - 1. */
void receipt_code(
	const struct receipt_keys *k, uint64_t number, char out[RECEIPT_CODE_BYTES]);
void receipt_token(
	const struct receipt_keys *k, uint64_t number, char out[RECEIPT_TOKEN_BYTES]);

/* The same two, for less than one after the other. */
void receipt_both(const struct receipt_keys *k, uint64_t number,
	char code[RECEIPT_CODE_BYTES], char token[RECEIPT_TOKEN_BYTES]);

/*
 * Reads a code as people type it: any case, with or without the dash or
 * spaces, O for 0, I and L for 1. Returns 0 or RECEIPT_BAD.
 */
int receipt_read_code(const struct receipt_keys *k, const char *text, uint64_t *number);

/* In constant time over the secret part. Returns 0 or RECEIPT_BAD. */
int receipt_read_token(
	const struct receipt_keys *k, const char *text, uint64_t *number);

#endif
