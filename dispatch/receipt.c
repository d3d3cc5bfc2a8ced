#include "dispatch/receipt.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

/*
 * The permutation is a Feistel network over 35 bits cut unevenly, 18 high and
 * 17 low, with SipHash as its round function. Ten rounds, as NIST SP 800-38G
 * takes for domains this small.
 */
enum {
	NUMBER_BITS = 35,
	LOW_BITS = 17,
	HIGH_BITS = NUMBER_BITS - LOW_BITS,
	ROUNDS = 10,

	DIGIT_BITS = 5,
	DIGITS = NUMBER_BITS / DIGIT_BITS, /* the eighth is the check character */
	DASH_AT = 4,

	NUMBER_BYTES = 8,
	PROOF_BYTES = 16,
	TOKEN_BYTES = NUMBER_BYTES + PROOF_BYTES,
};

static const char base32[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; /* Crockford's */

struct receipt_keys {
	uint8_t permutation[crypto_shorthash_KEYBYTES];
	uint8_t proof[crypto_generichash_KEYBYTES];
};

struct receipt_keys *
receipt_keys_new(const uint8_t key[RECEIPT_KEY_BYTES])
{
	static const char code_label[] = "vedetta receipt code";
	static const char token_label[] = "vedetta receipt token";
	uint8_t part[crypto_auth_hmacsha256_BYTES];
	struct receipt_keys *k = calloc(1, sizeof(*k));

	if (k == NULL) {
		return NULL;
	}
	crypto_auth_hmacsha256(
		part, (const uint8_t *)code_label, sizeof(code_label) - 1, key);
	memcpy(k->permutation, part, sizeof(k->permutation));
	crypto_auth_hmacsha256(
		part, (const uint8_t *)token_label, sizeof(token_label) - 1, key);
	memcpy(k->proof, part, sizeof(k->proof));
	sodium_memzero(part, sizeof(part));
	return k;
}

void
receipt_keys_free(struct receipt_keys *k)
{
	if (k == NULL) {
		return;
	}
	sodium_memzero(k, sizeof(*k));
	free(k);
}

static uint32_t
round_of(const struct receipt_keys *k, int round, uint32_t half, int bits)
{
	const uint8_t in[5] = {(uint8_t)round, (uint8_t)half, (uint8_t)(half >> 8),
		(uint8_t)(half >> 16), (uint8_t)(half >> 24)};
	uint8_t out[crypto_shorthash_BYTES];

	crypto_shorthash(out, in, sizeof(in), k->permutation);
	return (out[0] | (uint32_t)out[1] << 8 | (uint32_t)out[2] << 16) &
	       ((1u << bits) - 1);
}

static uint64_t
permute(const struct receipt_keys *k, uint64_t number, bool back)
{
	uint32_t high = (uint32_t)(number >> LOW_BITS);
	uint32_t low = (uint32_t)(number & ((1u << LOW_BITS) - 1));
	int i;

	for (i = 0; i < ROUNDS; i++) {
		int round = back ? ROUNDS - 1 - i : i;

		if (round % 2 == 0) {
			high ^= round_of(k, round, low, HIGH_BITS);
		} else {
			low ^= round_of(k, round, high, LOW_BITS);
		}
	}
	return (uint64_t)high << LOW_BITS | low;
}

static bool
is_number(uint64_t number)
{
	return number > 0 && number >> NUMBER_BITS == 0;
}

/* a times x in GF(32) modulo x^5 + x^2 + 1, where x generates all but zero. */
static uint8_t
times_x(uint8_t a)
{
	return (uint8_t)((a << 1 & 0x1f) ^ (a & 0x10 ? 0x05 : 0));
}

/*
 * The sum of digit i times x^(i+1): the weights differ from each other and
 * from the check character's own (1), so one wrong digit, or two digits
 * changed for each other, never go unseen.
 */
static uint8_t
check_of(const uint8_t digits[DIGITS])
{
	uint8_t sum = 0;
	int i;

	for (i = DIGITS - 1; i >= 0; i--) {
		sum = times_x(sum ^ digits[i]);
	}
	return sum;
}

static void
write_code(uint64_t mixed, char out[RECEIPT_CODE_BYTES])
{
	uint8_t digits[DIGITS + 1];
	int i;

	for (i = DIGITS - 1; i >= 0; i--) {
		digits[i] = mixed & 0x1f;
		mixed >>= DIGIT_BITS;
	}
	digits[DIGITS] = check_of(digits);
	for (i = 0; i <= DIGITS; i++) {
		out[i < DASH_AT ? i : i + 1] = base32[digits[i]];
	}
	out[DASH_AT] = '-';
	out[RECEIPT_CODE_BYTES - 1] = '\0';
}

void
receipt_code(
	const struct receipt_keys *k, uint64_t number, char out[RECEIPT_CODE_BYTES])
{
	write_code(permute(k, number, false), out);
}

static void
prove(const struct receipt_keys *k, const uint8_t number[NUMBER_BYTES],
	uint8_t proof[PROOF_BYTES])
{
	crypto_generichash(
		proof, PROOF_BYTES, number, NUMBER_BYTES, k->proof, sizeof(k->proof));
}

static void
write_token(const struct receipt_keys *k, uint64_t mixed, char out[RECEIPT_TOKEN_BYTES])
{
	uint8_t bytes[TOKEN_BYTES];
	int i;

	for (i = NUMBER_BYTES - 1; i >= 0; i--) {
		bytes[i] = (uint8_t)mixed;
		mixed >>= 8;
	}
	prove(k, bytes, bytes + NUMBER_BYTES);
	sodium_bin2base64(out, RECEIPT_TOKEN_BYTES, bytes, sizeof(bytes),
		sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

void
receipt_token(
	const struct receipt_keys *k, uint64_t number, char out[RECEIPT_TOKEN_BYTES])
{
	write_token(k, permute(k, number, false), out);
}

void
receipt_both(const struct receipt_keys *k, uint64_t number,
	char code[RECEIPT_CODE_BYTES], char token[RECEIPT_TOKEN_BYTES])
{
	uint64_t mixed = permute(k, number, false);

	write_code(mixed, code);
	write_token(k, mixed, token);
}

/* The digit a typed character stands for; -1 for none. */
static int
digit_of(char c)
{
	const char *at;

	if (c >= 'a' && c <= 'z') {
		c = (char)(c - 'a' + 'A');
	}
	if (c == 'O') {
		return 0;
	}
	if (c == 'I' || c == 'L') {
		return 1;
	}
	at = c == '\0' ? NULL : strchr(base32, c);
	return at == NULL ? -1 : (int)(at - base32);
}

int
receipt_read_code(const struct receipt_keys *k, const char *text, uint64_t *number)
{
	uint8_t digits[DIGITS + 1];
	uint64_t mixed = 0;
	int n = 0;
	int i;

	for (; *text != '\0'; text++) {
		int digit = digit_of(*text);

		if (*text == '-' || *text == ' ') {
			continue;
		}
		if (digit < 0 || n > DIGITS) {
			return RECEIPT_BAD;
		}
		digits[n++] = (uint8_t)digit;
	}
	if (n != DIGITS + 1 || check_of(digits) != digits[DIGITS]) {
		return RECEIPT_BAD;
	}
	for (i = 0; i < DIGITS; i++) {
		mixed = mixed << DIGIT_BITS | digits[i];
	}
	mixed = permute(k, mixed, true);
	if (!is_number(mixed)) {
		return RECEIPT_BAD;
	}
	*number = mixed;
	return 0;
}

int
receipt_read_token(const struct receipt_keys *k, const char *text, uint64_t *number)
{
	uint8_t bytes[TOKEN_BYTES];
	uint8_t proof[PROOF_BYTES];
	uint64_t mixed = 0;
	size_t n = 0;
	const char *end = NULL;
	int i;

	if (strlen(text) != RECEIPT_TOKEN_BYTES - 1 ||
		sodium_base642bin(bytes, sizeof(bytes), text, RECEIPT_TOKEN_BYTES - 1,
			NULL, &n, &end,
			sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
		n != sizeof(bytes)) {
		return RECEIPT_BAD;
	}
	prove(k, bytes, proof);
	if (sodium_memcmp(proof, bytes + NUMBER_BYTES, PROOF_BYTES) != 0) {
		return RECEIPT_BAD;
	}
	for (i = 0; i < NUMBER_BYTES; i++) {
		mixed = mixed << 8 | bytes[i];
	}
	if (mixed >> NUMBER_BITS != 0) {
		return RECEIPT_BAD;
	}
	mixed = permute(k, mixed, true);
	if (!is_number(mixed)) {
		return RECEIPT_BAD;
	}
	*number = mixed;
	return 0;
}
