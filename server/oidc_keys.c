#include "server/oidc_keys.h"

#include <errno.h>
#include <gmp.h>
#include <jansson.h>
#include <nettle/bignum.h>
#include <nettle/ecc-curve.h>
#include <nettle/ecc.h>
#include <nettle/ecdsa.h>
#include <nettle/rsa.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base64.h"

enum {
	HALF = 32, /* one coordinate of P-256 */
	EXPONENT_BYTES = 4,
	DIGEST_BYTES = crypto_hash_sha256_BYTES,
};

/* As bytes: numbers are made when they are used. */
struct key {
	unsigned algorithms;      /* of enum oidc_algorithm, what it may sign */
	char kid[OIDC_KID_BYTES]; /* "": it has none */
	size_t modulus_bytes;
	uint8_t modulus[OIDC_RSA_BYTES_MOST];
	size_t exponent_bytes;
	uint8_t exponent[EXPONENT_BYTES];
	uint8_t x[HALF];
	uint8_t y[HALF];
};

struct oidc_keys {
	size_t n;
	struct key at[OIDC_KEYS_MOST];
};

/* ---- reading */

bool
oidc_base64url(
	const char *text, size_t bytes, uint8_t *out, size_t room, size_t *out_bytes)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789-_";

	for (size_t i = 0; i < bytes; i++) {
		if (text[i] == '\0' || strchr(letters, text[i]) == NULL) {
			return false;
		}
	}
	/* How many it will be; base64_read() wants room for a group of them. */
	return bytes > 0 && bytes % 4 != 1 && bytes * 3 / 4 <= room &&
	       base64_read(text, bytes, out, out_bytes) == 0;
}

/* base64url of `least` to `most` bytes, as it must be written. */
static bool
read_bytes(const json_t *key, const char *name, size_t least, size_t most, uint8_t *out,
	size_t *bytes)
{
	const char *text = json_string_value(json_object_get(key, name));

	return text != NULL && oidc_base64url(text, strlen(text), out, most, bytes) &&
	       *bytes >= least && *bytes <= most;
}

static bool
says(const json_t *key, const char *name, const char *value)
{
	const char *text = json_string_value(json_object_get(key, name));

	return text != NULL && strcmp(text, value) == 0;
}

/* Is it not said, or said so? */
static bool
fits(const json_t *key, const char *name, const char *value)
{
	return json_object_get(key, name) == NULL || says(key, name, value);
}

static bool
read_rsa(const json_t *from, struct key *out)
{
	out->algorithms = (fits(from, "alg", "RS256") ? OIDC_RS256 : 0u) |
			  (fits(from, "alg", "PS256") ? OIDC_PS256 : 0u);
	return out->algorithms != 0 &&
	       read_bytes(from, "n", OIDC_RSA_BYTES_LEAST, OIDC_RSA_BYTES_MOST,
		       out->modulus, &out->modulus_bytes) &&
	       read_bytes(from, "e", 1, EXPONENT_BYTES, out->exponent,
		       &out->exponent_bytes) &&
	       /* Odd, and as long as it looks; an exponent of 1 signs nothing. */
	       out->modulus[0] != 0 && out->exponent[0] != 0 &&
	       (out->modulus[out->modulus_bytes - 1] & 1) == 1 &&
	       (out->exponent[out->exponent_bytes - 1] & 1) == 1 &&
	       !(out->exponent_bytes == 1 && out->exponent[0] == 1);
}

static bool
read_ec(const json_t *from, struct key *out)
{
	size_t x_bytes, y_bytes;

	out->algorithms = OIDC_ES256;
	return fits(from, "alg", "ES256") && says(from, "crv", "P-256") &&
	       read_bytes(from, "x", HALF, HALF, out->x, &x_bytes) &&
	       read_bytes(from, "y", HALF, HALF, out->y, &y_bytes);
}

static bool
read_key(const json_t *from, struct key *out)
{
	const json_t *kid = json_object_get(from, "kid");
	const char *name = json_string_value(kid);

	*out = (struct key){.algorithms = 0};
	if (!fits(from, "use", "sig") ||
		(kid != NULL && (name == NULL || name[0] == '\0' ||
					strlen(name) >= sizeof(out->kid)))) {
		return false;
	}
	if (name != NULL) {
		memcpy(out->kid, name, strlen(name) + 1);
	}
	return (says(from, "kty", "RSA") && read_rsa(from, out)) ||
	       (says(from, "kty", "EC") && read_ec(from, out));
}

int
oidc_keys_read(const char *text, size_t bytes, struct oidc_keys **out)
{
	json_error_t error;
	json_t *document = json_loadb(text, bytes, JSON_REJECT_DUPLICATES, &error);
	const json_t *list = json_object_get(document, "keys");
	struct oidc_keys *keys = calloc(1, sizeof(*keys));
	bool short_of_memory =
		keys == NULL || (document == NULL && json_error_code(&error) ==
							     json_error_out_of_memory);

	for (size_t i = 0; !short_of_memory && i < json_array_size(list) &&
			   keys->n < OIDC_KEYS_MOST;
		i++) {
		keys->n += read_key(json_array_get(list, i), &keys->at[keys->n]);
	}
	json_decref(document);
	if (short_of_memory || keys->n == 0) {
		free(keys);
		return short_of_memory ? -ENOMEM : OIDC_KEYS_BAD;
	}
	*out = keys;
	return 0;
}

void
oidc_keys_free(struct oidc_keys *keys)
{
	free(keys);
}

size_t
oidc_keys_count(const struct oidc_keys *keys)
{
	return keys->n;
}

/* ---- verifying */

static bool
verify_rsa(const struct key *key, bool is_pss, const uint8_t digest[DIGEST_BYTES],
	const uint8_t *signature, size_t bytes)
{
	struct rsa_public_key public;
	mpz_t number;
	bool ok;

	if (bytes != key->modulus_bytes) {
		return false;
	}
	rsa_public_key_init(&public);
	nettle_mpz_set_str_256_u(public.n, key->modulus_bytes, key->modulus);
	nettle_mpz_set_str_256_u(public.e, key->exponent_bytes, key->exponent);
	nettle_mpz_init_set_str_256_u(number, bytes, signature);
	ok = rsa_public_key_prepare(&public) == 1 &&
	     (is_pss ? rsa_pss_sha256_verify_digest(
			       &public, DIGEST_BYTES, digest, number)
		     : rsa_sha256_verify_digest(&public, digest, number)) == 1;
	mpz_clear(number);
	rsa_public_key_clear(&public);
	return ok;
}

/* The two numbers one behind the other (RFC 7518, 3.4), not ASN.1. */
static bool
verify_ec(const struct key *key, const uint8_t digest[DIGEST_BYTES],
	const uint8_t *signature, size_t bytes)
{
	struct dsa_signature numbers;
	struct ecc_point point;
	mpz_t x, y;
	bool ok;

	if (bytes != 2 * HALF) {
		return false;
	}
	ecc_point_init(&point, nettle_get_secp_256r1());
	dsa_signature_init(&numbers);
	nettle_mpz_init_set_str_256_u(x, HALF, key->x);
	nettle_mpz_init_set_str_256_u(y, HALF, key->y);
	nettle_mpz_set_str_256_u(numbers.r, HALF, signature);
	nettle_mpz_set_str_256_u(numbers.s, HALF, signature + HALF);
	ok = ecc_point_set(&point, x, y) == 1 &&
	     ecdsa_verify(&point, DIGEST_BYTES, digest, &numbers) == 1;
	mpz_clear(x);
	mpz_clear(y);
	dsa_signature_clear(&numbers);
	ecc_point_clear(&point);
	return ok;
}

static bool
is_meant(const struct key *key, enum oidc_algorithm algorithm, const char *kid)
{
	return (key->algorithms & algorithm) != 0 &&
	       (kid == NULL || strcmp(key->kid, kid) == 0);
}

int
oidc_keys_verify(const struct oidc_keys *keys, enum oidc_algorithm algorithm,
	const char *kid, const void *data, size_t bytes, const uint8_t *signature,
	size_t signature_bytes)
{
	uint8_t digest[DIGEST_BYTES];
	size_t meant = 0;
	bool ok = false;

	for (size_t i = 0; i < keys->n; i++) {
		meant += is_meant(&keys->at[i], algorithm, kid);
	}
	if (meant == 0 || (kid == NULL && meant > 1)) {
		return OIDC_KEY_UNKNOWN;
	}
	crypto_hash_sha256(digest, data, bytes);
	for (size_t i = 0; i < keys->n && !ok; i++) {
		const struct key *key = &keys->at[i];

		if (is_meant(key, algorithm, kid)) {
			ok = algorithm == OIDC_ES256
				     ? verify_ec(
					       key, digest, signature, signature_bytes)
				     : verify_rsa(key, algorithm == OIDC_PS256, digest,
					       signature, signature_bytes);
		}
	}
	return ok ? 0 : OIDC_SIGNATURE_BAD;
}
