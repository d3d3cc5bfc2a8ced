#include "unit.h"

#include <nettle/bignum.h>
#include <nettle/ecc-curve.h>
#include <nettle/ecdsa.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base64.h"
#include "server/push_seal.h"

static size_t
bytes_of(const char *text, uint8_t *out)
{
	size_t n = 0;

	assert_int_equal(base64_read(text, strlen(text), out, &n), 0);
	return n;
}

/* RFC 8291, appendix A */
static const char theirs_text[] =
	"BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-"
	"JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
static const char auth_text[] = "BTBZMqHH6r4Tts7J_aSIgg";
static const char salt_text[] = "DGv6ra1nlYgDCS1FRnbzlw";
static const char once_text[] = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw";
static const char point_text[] =
	"BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6"
	"TlzAC8wEqKK6PBru3jl7A8";
static const char plain[] = "When I grow up, I want to be a watermelon";
static const char body_text[] = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_"
				"c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vC"
				"YLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
				"yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXL"
				"WyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";

struct given {
	uint8_t theirs[PUSH_POINT_BYTES + 4];
	uint8_t auth[PUSH_AUTH_BYTES + 4];
	uint8_t salt[PUSH_SALT_BYTES + 4];
	struct push_key once;
};

static void
take_appendix(struct given *g)
{
	uint8_t scalar[PUSH_SCALAR_BYTES + 4];

	assert_int_equal(bytes_of(theirs_text, g->theirs), PUSH_POINT_BYTES);
	assert_int_equal(bytes_of(auth_text, g->auth), PUSH_AUTH_BYTES);
	assert_int_equal(bytes_of(salt_text, g->salt), PUSH_SALT_BYTES);
	assert_int_equal(bytes_of(once_text, scalar), PUSH_SCALAR_BYTES);
	assert_int_equal(push_key_from_scalar(scalar, &g->once), 0);
}

static void
the_example_of_the_rfc_comes_out_byte_by_byte(void **state)
{
	uint8_t out[PUSH_BODY_MOST], expected[256];
	char text[PUSH_POINT_TEXT_BYTES];
	size_t bytes;
	struct given g;

	(void)state;
	take_appendix(&g);
	push_key_text(&g.once, text);
	assert_string_equal(text, point_text);
	assert_int_equal(push_seal(g.theirs, g.auth, &g.once, g.salt, plain,
				 sizeof(plain) - 1, out, &bytes),
		0);
	assert_int_equal(bytes, 144);
	assert_int_equal(bytes_of(body_text, expected), 144);
	assert_memory_equal(out, expected, 144);
}

static void
the_longest_fits_and_one_more_does_not(void **state)
{
	uint8_t long_plain[PUSH_PLAIN_MOST + 1] = {0};
	uint8_t out[PUSH_BODY_MOST];
	size_t bytes;
	struct given g;

	(void)state;
	take_appendix(&g);
	assert_int_equal(PUSH_PLAIN_MOST, 3993);
	assert_int_equal(push_seal(g.theirs, g.auth, &g.once, g.salt, long_plain,
				 PUSH_PLAIN_MOST, out, &bytes),
		0);
	assert_int_equal(bytes, PUSH_BODY_MOST);
	assert_int_equal(push_seal(g.theirs, g.auth, &g.once, g.salt, long_plain,
				 PUSH_PLAIN_MOST + 1, out, &bytes),
		PUSH_TOO_LONG);
}

static void
a_key_that_is_no_point_is_refused(void **state)
{
	uint8_t out[PUSH_BODY_MOST];
	struct given g;
	size_t bytes;

	(void)state;
	take_appendix(&g);
	g.theirs[64] ^= 1;
	assert_int_equal(
		push_seal(g.theirs, g.auth, &g.once, g.salt, "x", 1, out, &bytes),
		PUSH_BAD_KEY);
	memset(g.theirs, 0, sizeof(g.theirs));
	assert_int_equal(
		push_seal(g.theirs, g.auth, &g.once, g.salt, "x", 1, out, &bytes),
		PUSH_BAD_KEY);
	memset(g.theirs, 0xff, sizeof(g.theirs));
	g.theirs[0] = 4;
	assert_int_equal(
		push_seal(g.theirs, g.auth, &g.once, g.salt, "x", 1, out, &bytes),
		PUSH_BAD_KEY);
}

static void
scalars_are_from_one_to_the_order(void **state)
{
	/* The order of P-256, SEC 2. */
	static const char order[] = "_____wAAAAD__________7zm-q2nF56E87nKwvxjJVE";
	uint8_t scalar[PUSH_SCALAR_BYTES + 4] = {0};
	struct push_key key;

	(void)state;
	assert_int_equal(push_key_from_scalar(scalar, &key), PUSH_BAD_KEY);
	scalar[31] = 1;
	assert_int_equal(push_key_from_scalar(scalar, &key), 0);
	assert_int_equal(bytes_of(order, scalar), PUSH_SCALAR_BYTES);
	assert_int_equal(push_key_from_scalar(scalar, &key), PUSH_BAD_KEY);
	scalar[31]--;
	assert_int_equal(push_key_from_scalar(scalar, &key), 0);
}

static void
a_seed_gives_the_same_key_each_time(void **state)
{
	uint8_t seed[32] = {7};
	struct push_key a, b;

	(void)state;
	push_key_from_seed(seed, &a);
	push_key_from_seed(seed, &b);
	assert_memory_equal(&a, &b, sizeof(a));
	seed[0] = 8;
	push_key_from_seed(seed, &b);
	assert_memory_not_equal(a.point, b.point, sizeof(a.point));
}

static bool
is_signed_by(const struct push_key *key, const char *token, size_t bytes)
{
	const char *dot = memrchr(token, '.', bytes);
	uint8_t signature[68], hash[32];
	struct dsa_signature s;
	struct ecc_point point;
	mpz_t x, y;
	bool ok;

	assert_int_equal(bytes_of(dot + 1, signature), 64);
	crypto_hash_sha256(hash, (const uint8_t *)token, (size_t)(dot - token));
	ecc_point_init(&point, nettle_get_secp_256r1());
	nettle_mpz_init_set_str_256_u(x, 32, key->point + 1);
	nettle_mpz_init_set_str_256_u(y, 32, key->point + 33);
	assert_int_equal(ecc_point_set(&point, x, y), 1);
	dsa_signature_init(&s);
	nettle_mpz_set_str_256_u(s.r, 32, signature);
	nettle_mpz_set_str_256_u(s.s, 32, signature + 32);
	ok = ecdsa_verify(&point, sizeof(hash), hash, &s) == 1;
	dsa_signature_clear(&s);
	ecc_point_clear(&point);
	mpz_clear(x);
	mpz_clear(y);
	return ok;
}

static void
a_token_says_who_for_whom_until_when_and_is_signed(void **state)
{
	char token[PUSH_TOKEN_BYTES];
	uint8_t seed[32] = {1};
	uint8_t claims[512] = {0};
	struct push_key key, other;
	char *first, *second;
	size_t bytes, n;

	(void)state;
	push_key_from_seed(seed, &key);
	seed[0] = 2;
	push_key_from_seed(seed, &other);
	bytes = push_token(
		&key, "https://push.example", 1795291200, "mailto:a@b.it", token);
	assert_int_equal(bytes, strlen(token));
	first = strchr(token, '.');
	second = strrchr(token, '.');
	assert_int_equal(base64_read(token, (size_t)(first - token), claims, &n), 0);
	assert_string_equal((char *)claims, "{\"typ\":\"JWT\",\"alg\":\"ES256\"}");
	memset(claims, 0, sizeof(claims));
	assert_int_equal(
		base64_read(first + 1, (size_t)(second - first - 1), claims, &n), 0);
	assert_string_equal((char *)claims,
		"{\"aud\":\"https://push.example\",\"exp\":1795291200,"
		"\"sub\":\"mailto:a@b.it\"}");
	assert_true(is_signed_by(&key, token, bytes));
	assert_false(is_signed_by(&other, token, bytes));
	token[3] ^= 1;
	assert_false(is_signed_by(&key, token, bytes));
	assert_int_equal(push_token(&key, "https://a\"", 1, "mailto:a@b.it", token), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_example_of_the_rfc_comes_out_byte_by_byte),
		cmocka_unit_test(the_longest_fits_and_one_more_does_not),
		cmocka_unit_test(a_key_that_is_no_point_is_refused),
		cmocka_unit_test(scalars_are_from_one_to_the_order),
		cmocka_unit_test(a_seed_gives_the_same_key_each_time),
		cmocka_unit_test(a_token_says_who_for_whom_until_when_and_is_signed),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
