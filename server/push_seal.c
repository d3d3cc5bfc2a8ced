#include "server/push_seal.h"

#include <assert.h>
#include <gmp.h>
#include <nettle/bignum.h>
#include <nettle/ecc-curve.h>
#include <nettle/ecc.h>
#include <nettle/ecdsa.h>
#include <nettle/gcm.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "proto/base64.h"

enum {
	HALF = 32, /* one coordinate */
	HASH_BYTES = crypto_auth_hmacsha256_BYTES,
	CEK_BYTES = 16,
	NONCE_BYTES = 12,
	TAG_BYTES = 16,
	SIGNATURE_BYTES = 64,
	CLAIMS_MOST = 512,
};

/* ---- points and numbers */

static const struct ecc_curve *
curve(void)
{
	return nettle_get_secp_256r1();
}

static void
write_point(const struct ecc_point *p, uint8_t out[PUSH_POINT_BYTES])
{
	mpz_t x, y;

	mpz_init(x);
	mpz_init(y);
	ecc_point_get(p, x, y);
	out[0] = 4;
	nettle_mpz_get_str_256(HALF, out + 1, x);
	nettle_mpz_get_str_256(HALF, out + 1 + HALF, y);
	mpz_clear(x);
	mpz_clear(y);
}

static int
read_point(const uint8_t in[PUSH_POINT_BYTES], struct ecc_point *out)
{
	mpz_t x, y;
	int ok;

	nettle_mpz_init_set_str_256_u(x, HALF, in + 1);
	nettle_mpz_init_set_str_256_u(y, HALF, in + 1 + HALF);
	ok = in[0] == 4 && ecc_point_set(out, x, y);
	mpz_clear(x);
	mpz_clear(y);
	return ok ? 0 : PUSH_BAD_KEY;
}

static int
read_scalar(const uint8_t in[PUSH_SCALAR_BYTES], struct ecc_scalar *out)
{
	mpz_t z;
	int ok;

	nettle_mpz_init_set_str_256_u(z, PUSH_SCALAR_BYTES, in);
	ok = ecc_scalar_set(out, z);
	mpz_clear(z);
	return ok ? 0 : PUSH_BAD_KEY;
}

int
push_key_from_scalar(const uint8_t scalar[PUSH_SCALAR_BYTES], struct push_key *out)
{
	struct ecc_scalar number;
	struct ecc_point point;
	int r;

	ecc_scalar_init(&number, curve());
	r = read_scalar(scalar, &number);
	if (r == 0) {
		ecc_point_init(&point, curve());
		ecc_point_mul_g(&point, &number);
		memcpy(out->scalar, scalar, PUSH_SCALAR_BYTES);
		write_point(&point, out->point);
		ecc_point_clear(&point);
	}
	ecc_scalar_clear(&number);
	return r;
}

void
push_key_from_seed(const uint8_t seed[32], struct push_key *out)
{
	uint8_t scalar[PUSH_SCALAR_BYTES];

	memcpy(scalar, seed, sizeof(scalar));
	/* One seed in 2^32 is no number below the order. */
	do {
		(void)crypto_auth_hmacsha256(
			scalar, (const uint8_t *)"p-256", 5, scalar);
	} while (push_key_from_scalar(scalar, out) != 0);
	sodium_memzero(scalar, sizeof(scalar));
}

/* ---- text */

/* base64url without padding; out has room for its NUL. */
static size_t
write_text(const uint8_t *data, size_t bytes, char *out)
{
	size_t n = base64_write(data, bytes, out);

	while (n > 0 && out[n - 1] == '=') {
		n--;
	}
	for (size_t i = 0; i < n; i++) {
		out[i] = out[i] == '+' ? '-' : out[i] == '/' ? '_' : out[i];
	}
	out[n] = '\0';
	return n;
}

void
push_key_text(const struct push_key *key, char out[PUSH_POINT_TEXT_BYTES])
{
	char text[PUSH_POINT_TEXT_BYTES + 4]; /* with padding */
	size_t n = write_text(key->point, sizeof(key->point), text);

	assert(n < PUSH_POINT_TEXT_BYTES);
	memcpy(out, text, n + 1);
}

/* ---- RFC 8291, 3.4 */

static void
hmac(const uint8_t *key, size_t key_bytes, const void *a, size_t a_bytes, const void *b,
	size_t b_bytes, uint8_t out[HASH_BYTES])
{
	crypto_auth_hmacsha256_state state;

	crypto_auth_hmacsha256_init(&state, key, key_bytes);
	crypto_auth_hmacsha256_update(&state, a, a_bytes);
	crypto_auth_hmacsha256_update(&state, b, b_bytes);
	crypto_auth_hmacsha256_final(&state, out);
	sodium_memzero(&state, sizeof(state));
}

/* The x of what both sides can work out. */
static int
agree(const uint8_t theirs[PUSH_POINT_BYTES], const struct push_key *ours,
	uint8_t out[HALF])
{
	uint8_t shared[PUSH_POINT_BYTES];
	struct ecc_scalar number;
	struct ecc_point point;
	int r;

	ecc_point_init(&point, curve());
	ecc_scalar_init(&number, curve());
	r = read_point(theirs, &point);
	if (r == 0) {
		r = read_scalar(ours->scalar, &number);
	}
	if (r == 0) {
		ecc_point_mul(&point, &number, &point);
		write_point(&point, shared);
		memcpy(out, shared + 1, HALF);
		sodium_memzero(shared, sizeof(shared));
	}
	ecc_scalar_clear(&number);
	ecc_point_clear(&point);
	return r;
}

struct sealing {
	uint8_t cek[HASH_BYTES]; /* the first 16 of it */
	uint8_t nonce[HASH_BYTES];
};

static int
derive(const uint8_t theirs[PUSH_POINT_BYTES], const uint8_t auth[PUSH_AUTH_BYTES],
	const struct push_key *ours, const uint8_t salt[PUSH_SALT_BYTES],
	struct sealing *out)
{
	static const char info[] = "WebPush: info";
	static const char cek_info[] = "Content-Encoding: aes128gcm";
	static const char nonce_info[] = "Content-Encoding: nonce";
	uint8_t both[sizeof(info) + 2 * PUSH_POINT_BYTES];
	uint8_t ecdh[HALF], prk[HASH_BYTES];
	const uint8_t one = 1;
	int r = agree(theirs, ours, ecdh);

	if (r != 0) {
		return r;
	}
	memcpy(both, info, sizeof(info)); /* with its NUL, as all three */
	memcpy(both + sizeof(info), theirs, PUSH_POINT_BYTES);
	memcpy(both + sizeof(info) + PUSH_POINT_BYTES, ours->point, PUSH_POINT_BYTES);
	hmac(auth, PUSH_AUTH_BYTES, ecdh, sizeof(ecdh), NULL, 0, prk);
	hmac(prk, sizeof(prk), both, sizeof(both), &one, 1, prk);
	hmac(salt, PUSH_SALT_BYTES, prk, sizeof(prk), NULL, 0, prk);
	hmac(prk, sizeof(prk), cek_info, sizeof(cek_info), &one, 1, out->cek);
	hmac(prk, sizeof(prk), nonce_info, sizeof(nonce_info), &one, 1, out->nonce);
	sodium_memzero(ecdh, sizeof(ecdh));
	sodium_memzero(prk, sizeof(prk));
	return 0;
}

int
push_seal(const uint8_t theirs[PUSH_POINT_BYTES], const uint8_t auth[PUSH_AUTH_BYTES],
	const struct push_key *once, const uint8_t salt[PUSH_SALT_BYTES],
	const void *plain, size_t plain_bytes, uint8_t *out, size_t *out_bytes)
{
	uint8_t record[PUSH_PLAIN_MOST + 1];
	uint8_t *body = out + PUSH_HEAD_BYTES;
	struct gcm_aes128_ctx gcm;
	struct sealing sealing;
	int r;

	if (plain_bytes > PUSH_PLAIN_MOST) {
		return PUSH_TOO_LONG;
	}
	r = derive(theirs, auth, once, salt, &sealing);
	if (r != 0) {
		return r;
	}
	memcpy(out, salt, PUSH_SALT_BYTES);
	memcpy(out + 16, "\x00\x00\x10\x00", 4); /* 4096, big endian */
	out[20] = PUSH_POINT_BYTES;
	memcpy(out + 21, once->point, PUSH_POINT_BYTES);
	memcpy(record, plain, plain_bytes);
	record[plain_bytes] = 2; /* the last record */
	gcm_aes128_set_key(&gcm, sealing.cek);
	gcm_aes128_set_iv(&gcm, NONCE_BYTES, sealing.nonce);
	gcm_aes128_encrypt(&gcm, plain_bytes + 1, body, record);
	gcm_aes128_digest(&gcm, TAG_BYTES, body + plain_bytes + 1);
	*out_bytes = PUSH_HEAD_BYTES + plain_bytes + 1 + TAG_BYTES;
	sodium_memzero(&sealing, sizeof(sealing));
	sodium_memzero(&gcm, sizeof(gcm));
	return 0;
}

/* ---- RFC 8292 */

static void
draw(void *ctx, size_t bytes, uint8_t *out)
{
	(void)ctx;
	randombytes_buf(out, bytes);
}

static void
sign(const struct push_key *key, const char *text, size_t bytes,
	uint8_t out[SIGNATURE_BYTES])
{
	uint8_t hash[crypto_hash_sha256_BYTES];
	struct dsa_signature signature;
	struct ecc_scalar number;
	int r;

	crypto_hash_sha256(hash, (const uint8_t *)text, bytes);
	ecc_scalar_init(&number, curve());
	r = read_scalar(key->scalar, &number);
	assert(r == 0);
	dsa_signature_init(&signature);
	ecdsa_sign(&number, NULL, draw, sizeof(hash), hash, &signature);
	nettle_mpz_get_str_256(SIGNATURE_BYTES / 2, out, signature.r);
	nettle_mpz_get_str_256(
		SIGNATURE_BYTES / 2, out + SIGNATURE_BYTES / 2, signature.s);
	dsa_signature_clear(&signature);
	ecc_scalar_clear(&number);
}

size_t
push_token(const struct push_key *key, const char *audience, int64_t expires_s,
	const char *subject, char out[PUSH_TOKEN_BYTES])
{
	static const char head[] = "{\"typ\":\"JWT\",\"alg\":\"ES256\"}";
	uint8_t signature[SIGNATURE_BYTES];
	char claims[CLAIMS_MOST];
	size_t n;
	/* Neither needs escapes: no quote stands in a checked URL. */
	int bytes = snprintf(claims, sizeof(claims),
		"{\"aud\":\"%s\",\"exp\":%lld,\"sub\":\"%s\"}", audience,
		(long long)expires_s, subject);

	if (bytes <= 0 || bytes >= CLAIMS_MOST || strpbrk(audience, "\"\\") != NULL ||
		strpbrk(subject, "\"\\") != NULL) {
		return 0;
	}
	n = write_text((const uint8_t *)head, sizeof(head) - 1, out);
	out[n++] = '.';
	n += write_text((const uint8_t *)claims, (size_t)bytes, out + n);
	sign(key, out, n, signature);
	out[n++] = '.';
	return n + write_text(signature, sizeof(signature), out + n);
}
