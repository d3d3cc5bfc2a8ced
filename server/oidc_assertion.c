#include "server/oidc_assertion.h"

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
#include <string.h>

enum {
	SIGNATURE_MOST = 4096 / 8,
	NUMBER_BYTES = 16, /* of a jti */
	DIGEST_BYTES = crypto_hash_sha256_BYTES,
};

static void
draw(void *ctx, size_t bytes, uint8_t *out)
{
	(void)ctx;
	randombytes_buf(out, bytes);
}

/* ---- signing */

static void
set(mpz_t number, const struct key_file *key, struct key_span span)
{
	nettle_mpz_set_str_256_u(number, span.bytes, key->der + span.from);
}

/* Is what it signs its own? A key of numbers that do not fit gives itself away. */
static bool
sign_rsa(const struct key_file *key, const uint8_t digest[DIGEST_BYTES],
	uint8_t out[SIGNATURE_MOST], size_t *bytes)
{
	struct rsa_private_key private;
	struct rsa_public_key public;
	mpz_t signature;
	bool ok;

	rsa_private_key_init(&private);
	rsa_public_key_init(&public);
	mpz_init(signature);
	set(public.n, key, key->rsa[KEY_MODULUS]);
	set(public.e, key, key->rsa[KEY_PUBLIC]);
	set(private.d, key, key->rsa[KEY_PRIVATE]);
	set(private.p, key, key->rsa[KEY_P]);
	set(private.q, key, key->rsa[KEY_Q]);
	set(private.a, key, key->rsa[KEY_DP]);
	set(private.b, key, key->rsa[KEY_DQ]);
	set(private.c, key, key->rsa[KEY_QI]);
	/* An even number here would have nettle end the process. */
	ok = mpz_odd_p(public.n) && mpz_odd_p(private.p) && mpz_odd_p(private.q) &&
	     rsa_public_key_prepare(&public) == 1 &&
	     rsa_private_key_prepare(&private) == 1 && public.size == private.size &&
	     rsa_sha256_sign_digest_tr(
		     &public, &private, NULL, draw, digest, signature) == 1;
	if (ok) {
		*bytes = public.size;
		nettle_mpz_get_str_256(*bytes, out, signature);
	}
	mpz_clear(signature);
	rsa_private_key_clear(&private);
	rsa_public_key_clear(&public);
	return ok;
}

/* The two numbers one behind the other (RFC 7518, 3.4). */
static bool
sign_p256(const struct key_file *key, const uint8_t digest[DIGEST_BYTES],
	uint8_t out[SIGNATURE_MOST], size_t *bytes)
{
	struct dsa_signature signature;
	struct ecc_scalar scalar;
	mpz_t number;
	bool ok;

	ecc_scalar_init(&scalar, nettle_get_secp_256r1());
	dsa_signature_init(&signature);
	mpz_init(number);
	set(number, key, key->scalar);
	ok = ecc_scalar_set(&scalar, number) == 1;
	if (ok) {
		ecdsa_sign(&scalar, NULL, draw, DIGEST_BYTES, digest, &signature);
		nettle_mpz_get_str_256(KEY_SCALAR_BYTES, out, signature.r);
		nettle_mpz_get_str_256(
			KEY_SCALAR_BYTES, out + KEY_SCALAR_BYTES, signature.s);
		*bytes = (size_t)2 * KEY_SCALAR_BYTES;
	}
	mpz_clear(number);
	dsa_signature_clear(&signature);
	ecc_scalar_clear(&scalar);
	return ok;
}

/* ---- what is said */

/* As base64url; takes the document over. NULL: no memory. */
static char *
take_json(struct arena *arena, json_t *document)
{
	char *text = document != NULL ? json_dumps(document, JSON_COMPACT) : NULL;
	size_t bytes = text != NULL ? strlen(text) : 0;
	size_t room = sodium_base64_encoded_len(
		bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	char *out = text != NULL ? arena_alloc(arena, room) : NULL;

	if (out != NULL) {
		sodium_bin2base64(out, room, (const uint8_t *)text, bytes,
			sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	}
	free(text);
	json_decref(document);
	return out;
}

static char *
make_head(struct arena *arena, const struct key_file *key, const char *key_id)
{
	const char *algorithm = key->kind == KEY_RSA ? "RS256" : "ES256";

	return take_json(
		arena, key_id[0] != '\0'
			       ? json_pack("{ssssss}", "alg", algorithm, "typ", "JWT",
					 "kid", key_id)
			       : json_pack("{ssss}", "alg", algorithm, "typ", "JWT"));
}

static char *
make_claims(struct arena *arena, const struct oidc_assertion *about)
{
	char id[2 * NUMBER_BYTES + 1];
	uint8_t raw[NUMBER_BYTES];

	randombytes_buf(raw, sizeof(raw));
	sodium_bin2hex(id, sizeof(id), raw, sizeof(raw));
	return take_json(
		arena, json_pack("{sssssssssIsI}", "iss", about->client_id, "sub",
			       about->client_id, "aud", about->audience, "jti", id,
			       "iat", (json_int_t)about->now_s, "exp",
			       (json_int_t)(about->now_s + OIDC_ASSERTION_S)));
}

int
oidc_assertion_make(const struct key_file *key, const struct oidc_assertion *about,
	struct arena *arena, const char **out)
{
	char *head = make_head(arena, key, about->key_id);
	char *claims = make_claims(arena, about);
	uint8_t digest[DIGEST_BYTES], signature[SIGNATURE_MOST];
	char coded[sodium_base64_ENCODED_LEN(
		SIGNATURE_MOST, sodium_base64_VARIANT_URLSAFE_NO_PADDING)];
	const char *data;
	size_t bytes;
	bool ok;

	data = head != NULL && claims != NULL
		       ? arena_printf(arena, "%s.%s", head, claims)
		       : NULL;
	if (data == NULL) {
		return -ENOMEM;
	}
	crypto_hash_sha256(digest, (const uint8_t *)data, strlen(data));
	ok = key->kind == KEY_RSA ? sign_rsa(key, digest, signature, &bytes)
				  : sign_p256(key, digest, signature, &bytes);
	if (!ok) {
		return OIDC_ASSERTION_KEY;
	}
	sodium_bin2base64(coded, sizeof(coded), signature, bytes,
		sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	*out = arena_printf(arena, "%s.%s", data, coded);
	return *out != NULL ? 0 : -ENOMEM;
}
