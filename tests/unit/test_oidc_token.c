/*
 * oidc_token - tokens that are good, and all the ways in which they are not
 *
 * Over 500 lines: two kinds of tokens that must never be taken for each other.
 */
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <nettle/bignum.h>
#include <nettle/ecc-curve.h>
#include <nettle/ecdsa.h>
#include <sodium.h>

#include "server/oidc_token.h"
#include "server/push_seal.h"

#define NOW INT64_C(1795000000)
#define ISSUER "https://id.example.it/realms/x"

enum {
	TEXT_BYTES = 2 * OIDC_TOKEN_MOST,
	HALF = 32,
};

static struct push_key key; /* P-256, as it signs web pushes */
static struct oidc_keys *keys;
static struct arena *arena;
static struct oidc_person person;

static size_t
encode(const void *data, size_t bytes, char *out)
{
	sodium_bin2base64(out, sodium_base64_encoded_len(bytes, 7), data, bytes,
		sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	return strlen(out);
}

static void
draw(void *ctx, size_t bytes, uint8_t *out)
{
	(void)ctx;
	randombytes_buf(out, bytes);
}

static int
open_all(void **state)
{
	static const uint8_t seed[32] = {7};
	char x[64], y[64], text[512];

	(void)state;
	push_key_from_seed(seed, &key);
	(void)encode(key.point + 1, HALF, x);
	(void)encode(key.point + 1 + HALF, HALF, y);
	(void)snprintf(text, sizeof(text),
		"{\"keys\":[{\"kty\":\"EC\",\"kid\":\"k\",\"crv\":\"P-256\",\"x\":\"%"
		"s\","
		"\"y\":\"%s\"}]}",
		x, y);
	arena = arena_new(1 << 20);
	return arena != NULL ? oidc_keys_read(text, strlen(text), &keys) : -1;
}

static int
close_all(void **state)
{
	(void)state;
	oidc_keys_free(keys);
	arena_free(arena);
	return 0;
}

static size_t
sign_raw(const char *head, const char *claims, char *out)
{
	uint8_t hash[crypto_hash_sha256_BYTES], raw[2 * HALF];
	struct dsa_signature signature;
	struct ecc_scalar scalar;
	mpz_t number;
	size_t n = encode(head, strlen(head), out);

	out[n++] = '.';
	n += encode(claims, strlen(claims), out + n);
	crypto_hash_sha256(hash, (const uint8_t *)out, n);
	ecc_scalar_init(&scalar, nettle_get_secp_256r1());
	nettle_mpz_init_set_str_256_u(number, HALF, key.scalar);
	assert_int_equal(ecc_scalar_set(&scalar, number), 1);
	dsa_signature_init(&signature);
	ecdsa_sign(&scalar, NULL, draw, sizeof(hash), hash, &signature);
	nettle_mpz_get_str_256(HALF, raw, signature.r);
	nettle_mpz_get_str_256(HALF, raw + HALF, signature.s);
	dsa_signature_clear(&signature);
	ecc_scalar_clear(&scalar);
	mpz_clear(number);
	out[n++] = '.';
	return n + encode(raw, sizeof(raw), out + n);
}

static int
check(const char *text, size_t bytes, const char *acr)
{
	const struct oidc_wanted wanted = {ISSUER, "vedetta", "the-nonce", acr, NOW};

	arena_reset(arena);
	return oidc_token_check(text, bytes, keys, &wanted, arena, &person);
}

static int
judge(const char *head, const char *claims)
{
	static char text[TEXT_BYTES];

	return check(text, sign_raw(head, claims, text), "");
}

#define HEAD "{\"alg\":\"ES256\",\"kid\":\"k\"}"
#define CLAIMS                                                                         \
	"\"iss\":\"" ISSUER "\",\"aud\":\"vedetta\",\"iat\":1795000000,\"exp\":"       \
	"1795000060,\"nonce\":\"the-nonce\""
#define GOOD "{" CLAIMS ",\"sub\":\"f3a1\"}"

static void
a_good_one_says_whose_it_is(void **state)
{
	(void)state;
	assert_int_equal(judge(HEAD, GOOD), 0);
	assert_string_equal(person.subject, "f3a1");
	assert_int_equal(person.auth_time_s, 0);
	assert_int_equal(
		judge("{\"typ\":\"jwt\",\"alg\":\"ES256\"}",
			"{" CLAIMS ",\"sub\":\"f3a1\",\"auth_time\":1794999999}"),
		0);
	assert_int_equal(person.auth_time_s, 1794999999);
}

static void
the_head_chooses_nothing(void **state)
{
	static const struct {
		const char *head;
		int answer;
	} rows[] = {
		{"{\"alg\":\"none\",\"kid\":\"k\"}", OIDC_TOKEN_ALGORITHM},
		{"{\"alg\":\"HS256\",\"kid\":\"k\"}", OIDC_TOKEN_ALGORITHM},
		{"{\"alg\":\"ES384\",\"kid\":\"k\"}", OIDC_TOKEN_ALGORITHM},
		{"{\"alg\":\"es256\",\"kid\":\"k\"}", OIDC_TOKEN_ALGORITHM},
		{"{\"kid\":\"k\"}", OIDC_TOKEN_ALGORITHM},
		{"{\"alg\":[\"ES256\"],\"kid\":\"k\"}", OIDC_TOKEN_ALGORITHM},
		{"{\"alg\":\"RS256\",\"kid\":\"k\"}", OIDC_TOKEN_KEY},
		{"{\"alg\":\"ES256\",\"kid\":\"K\"}", OIDC_TOKEN_KEY},
		{"{\"alg\":\"ES256\",\"kid\":7}", OIDC_TOKEN_FORM},
		{"{\"alg\":\"ES256\",\"crit\":[\"b64\"],\"b64\":false}",
			OIDC_TOKEN_FORM},
		{"{\"alg\":\"ES256\",\"typ\":\"at+jwt\"}", OIDC_TOKEN_FORM},
		{"{\"alg\":\"ES256\",\"typ\":7}", OIDC_TOKEN_FORM},
		{"{\"alg\":\"none\",\"alg\":\"ES256\"}", OIDC_TOKEN_FORM},
		{"{\"alg\":\"ES256\\u0000\"}", OIDC_TOKEN_FORM},
		{"[]", OIDC_TOKEN_FORM},
		{"{", OIDC_TOKEN_FORM},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(judge(rows[i].head, GOOD), rows[i].answer);
	}
}

static void
each_claim_must_be_ours(void **state)
{
	static const struct {
		const char *claims;
		int answer;
	} rows[] = {
		{"{\"sub\":\"f3a1\"}", OIDC_TOKEN_ISSUER},
		{"{\"iss\":\"" ISSUER "/\",\"aud\":\"vedetta\",\"sub\":\"a\"}",
			OIDC_TOKEN_ISSUER},
		{"{\"iss\":[\"" ISSUER "\"],\"aud\":\"vedetta\"}", OIDC_TOKEN_ISSUER},
		{"{\"iss\":\"" ISSUER "\"}", OIDC_TOKEN_AUDIENCE},
		{"{\"iss\":\"" ISSUER "\",\"aud\":\"vedetta2\"}", OIDC_TOKEN_AUDIENCE},
		{"{\"iss\":\"" ISSUER "\",\"aud\":[]}", OIDC_TOKEN_AUDIENCE},
		{"{\"iss\":\"" ISSUER "\",\"aud\":[\"vedetta\",7]}",
			OIDC_TOKEN_AUDIENCE},
		{"{\"iss\":\"" ISSUER "\",\"aud\":[\"vedetta\",\"b\"]}",
			OIDC_TOKEN_PARTY},
		{"{\"iss\":\"" ISSUER "\",\"aud\":\"vedetta\",\"azp\":\"b\"}",
			OIDC_TOKEN_PARTY},
		{"{\"iss\":\"" ISSUER "\",\"aud\":\"vedetta\",\"azp\":7}",
			OIDC_TOKEN_PARTY},
		{"{\"iss\":\"" ISSUER "\",\"aud\":\"vedetta\",\"aud\":\"b\"}",
			OIDC_TOKEN_FORM},
		{"{" CLAIMS "}", OIDC_TOKEN_SUBJECT},
		{"{" CLAIMS ",\"sub\":\"\"}", OIDC_TOKEN_SUBJECT},
		{"{" CLAIMS ",\"sub\":7}", OIDC_TOKEN_SUBJECT},
		{"{" CLAIMS ",\"sub\":\"a b\"}", OIDC_TOKEN_SUBJECT},
		{"{" CLAIMS ",\"sub\":\"a\\u00e8\"}", OIDC_TOKEN_SUBJECT},
		{"{" CLAIMS ",\"sub\":\"a\\u0000b\"}", OIDC_TOKEN_FORM},
		{"{" CLAIMS ",\"nonce\":\"other\",\"sub\":\"a\"}", OIDC_TOKEN_FORM},
		{"7", OIDC_TOKEN_FORM},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(judge(HEAD, rows[i].claims), rows[i].answer);
	}
	assert_int_equal(
		judge(HEAD, "{\"iss\":\"" ISSUER
			    "\",\"aud\":[\"account\",\"vedetta\"],\"azp\":"
			    "\"vedetta\",\"iat\":1795000000,\"exp\":1795000001,"
			    "\"nonce\":\"the-nonce\",\"sub\":\"a\"}"),
		0);
}

static void
an_audience_of_too_many_is_refused(void **state)
{
	char claims[1024] = "{\"iss\":\"" ISSUER "\",\"azp\":\"vedetta\",\"aud\":[";

	(void)state;
	for (int i = 0; i < OIDC_AUDIENCES_MOST; i++) {
		memcpy(claims + strlen(claims), "\"b\",", 5);
	}
	memcpy(claims + strlen(claims), "\"vedetta\"]}", 12);
	assert_int_equal(judge(HEAD, claims), OIDC_TOKEN_AUDIENCE);
}

static int
at_times(const char *times)
{
	char claims[512];

	(void)snprintf(claims, sizeof(claims),
		"{\"iss\":\"" ISSUER "\",\"aud\":\"vedetta\",\"nonce\":\"the-nonce\","
		"\"sub\":\"a\",%s}",
		times);
	return judge(HEAD, claims);
}

static void
times_count_to_the_second_with_a_minute_for_clocks(void **state)
{
	(void)state;
	assert_int_equal(at_times("\"iat\":1795000000,\"exp\":1794999941"), 0);
	assert_int_equal(
		at_times("\"iat\":1795000000,\"exp\":1794999940"), OIDC_TOKEN_EXPIRED);
	assert_int_equal(at_times("\"iat\":1795000000"), OIDC_TOKEN_EXPIRED);
	assert_int_equal(at_times("\"iat\":1795000000,\"exp\":\"1795000060\""),
		OIDC_TOKEN_EXPIRED);
	assert_int_equal(at_times("\"iat\":1795000000,\"exp\":-1"), OIDC_TOKEN_EXPIRED);
	assert_int_equal(
		at_times("\"iat\":1795000000,\"exp\":1e300"), OIDC_TOKEN_EXPIRED);
	assert_int_equal(at_times("\"iat\":1795000060,\"exp\":1795000090"), 0);
	assert_int_equal(
		at_times("\"iat\":1795000061,\"exp\":1795000090"), OIDC_TOKEN_TIME);
	assert_int_equal(at_times("\"iat\":1794999340,\"exp\":1795000090"), 0);
	assert_int_equal(
		at_times("\"iat\":1794999339,\"exp\":1795000090"), OIDC_TOKEN_TIME);
	assert_int_equal(at_times("\"exp\":1795000090"), OIDC_TOKEN_TIME);
	assert_int_equal(at_times("\"iat\":1795000000.5,\"exp\":1795000090.25"), 0);
	assert_int_equal(
		at_times("\"iat\":1795000000,\"exp\":1795000090,\"nbf\":1795000060"),
		0);
	assert_int_equal(
		at_times("\"iat\":1795000000,\"exp\":1795000090,\"nbf\":1795000061"),
		OIDC_TOKEN_TIME);
	assert_int_equal(at_times("\"iat\":1795000000,\"exp\":1795000090,\"nbf\":null"),
		OIDC_TOKEN_TIME);
}

static void
the_nonce_is_the_one_that_was_sent(void **state)
{
	static const char *const nonces[] = {"\"the-nonc\"", "\"the-nonce1\"",
		"\"THE-NONCE\"", "\"\"", "null", "[\"the-nonce\"]"};
	char claims[512];

	(void)state;
	for (size_t i = 0; i < sizeof(nonces) / sizeof(nonces[0]); i++) {
		(void)snprintf(claims, sizeof(claims),
			"{\"iss\":\"" ISSUER
			"\",\"aud\":\"vedetta\",\"iat\":1795000000,"
			"\"exp\":1795000060,\"sub\":\"a\",\"nonce\":%s}",
			nonces[i]);
		assert_int_equal(judge(HEAD, claims), OIDC_TOKEN_NONCE);
	}
}

static void
it_is_as_sure_as_was_asked_for(void **state)
{
	static const char *const said[] = {"", ",\"acr\":\"b\"", ",\"acr\":\"bb\"",
		",\"acr\":\"cc\"", ",\"acr\":\"b cc\"", ",\"acr\":7",
		",\"acr\":\"bbb\""};
	static const int answers[] = {OIDC_TOKEN_WEAK, OIDC_TOKEN_WEAK, 0, 0,
		OIDC_TOKEN_WEAK, OIDC_TOKEN_WEAK, OIDC_TOKEN_WEAK};
	char claims[512], text[2048];

	(void)state;
	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		(void)snprintf(claims, sizeof(claims), "{" CLAIMS ",\"sub\":\"a\"%s}",
			said[i]);
		assert_int_equal(check(text, sign_raw(HEAD, claims, text), " bb  cc "),
			answers[i]);
	}
}

/* Cut anywhere, or any letter another: never good, never a crash. */
static void
no_letter_of_it_may_be_another(void **state)
{
	char text[2048];
	size_t bytes = sign_raw(HEAD, GOOD, text);

	(void)state;
	for (size_t i = 0; i < bytes; i++) {
		char was = text[i];

		assert_int_not_equal(check(text, i, ""), 0);
		for (const char *other = "A-_.=+ \x80\xff\xdf"; *other != '\0';
			other++) {
			text[i] = *other;
			if (*other != was) {
				assert_int_not_equal(check(text, bytes, ""), 0);
			}
		}
		text[i] = was;
	}
	assert_int_equal(check(text, bytes, ""), 0);
}

/* The last letter of 64 bytes has four bits to spare: all but one spelling is wrong. */
static void
a_letter_with_bits_to_spare_has_one_spelling(void **state)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789-_";
	char text[2048];
	size_t bytes = sign_raw(HEAD, GOOD, text);
	int good = 0;

	(void)state;
	for (const char *c = letters; *c != '\0'; c++) {
		text[bytes - 1] = *c;
		good += check(text, bytes, "") == 0;
	}
	assert_int_equal(good, 1);
}

static void
odd_forms_are_refused(void **state)
{
	static const char *const texts[] = {"", ".", "..", "...", "a.b.c", "e30.e30.",
		"e30.e30.AA", "e30..AA", ".e30.AA", "e30.e30.AA.AA", "e30.e30"};
	static char text[TEXT_BYTES], claims[OIDC_TOKEN_MOST];

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		int r = check(texts[i], strlen(texts[i]), "");

		assert_true(r == OIDC_TOKEN_FORM || r == OIDC_TOKEN_ALGORITHM);
	}
	memset(claims, ' ', sizeof(claims) - 1);
	memcpy(claims, GOOD, strlen(GOOD));
	assert_int_equal(judge(HEAD, claims), OIDC_TOKEN_FORM);
	claims[OIDC_TOKEN_MOST / 2] = '\0';
	assert_int_equal(check(text, sign_raw(HEAD, claims, text), ""), 0);
}

static void
without_keys_it_wants_them(void **state)
{
	const struct oidc_wanted wanted = {ISSUER, "vedetta", "the-nonce", "", NOW};
	char text[2048];
	size_t bytes = sign_raw(HEAD, GOOD, text);

	(void)state;
	assert_int_equal(oidc_token_check(text, bytes, NULL, &wanted, arena, &person),
		OIDC_TOKEN_KEY);
}

/* ---- logout tokens */

#define EVENT "\"http://schemas.openid.net/event/backchannel-logout\""
#define OUT                                                                            \
	"\"iss\":\"" ISSUER "\",\"aud\":\"vedetta\",\"iat\":1795000000,\"exp\":"       \
	"1795000120,\"jti\":\"n1\""
#define EVENTS ",\"events\":{" EVENT ":{}}"

static struct oidc_logout logout;

static int
judge_out(const char *head, const char *claims)
{
	const struct oidc_wanted wanted = {ISSUER, "vedetta", "", "b", NOW};
	static char text[TEXT_BYTES];
	size_t bytes = sign_raw(head, claims, text);

	arena_reset(arena);
	return oidc_token_check_logout(text, bytes, keys, &wanted, arena, &logout);
}

static void
a_logout_says_who_is_out(void **state)
{
	(void)state;
	assert_int_equal(judge_out(HEAD, "{" OUT EVENTS ",\"sub\":\"f3a1\"}"), 0);
	assert_string_equal(logout.subject, "f3a1");
	assert_string_equal(logout.session, "");
	assert_string_equal(logout.id, "n1");
	assert_int_equal(judge_out("{\"alg\":\"ES256\",\"kid\":\"k\",\"typ\":"
				   "\"logout+jwt\"}",
				 "{" OUT EVENTS ",\"sid\":\"s 1\"}"),
		0);
	assert_string_equal(logout.subject, "");
	assert_string_equal(logout.session, "s 1");
	/* The login's token says which session that is. */
	assert_int_equal(
		judge(HEAD, "{" CLAIMS ",\"sub\":\"f3a1\",\"sid\":\"s 1\"}"), 0);
	assert_string_equal(person.session, "s 1");
	assert_int_equal(judge(HEAD, GOOD), 0);
	assert_string_equal(person.session, "");
}

static void
what_is_no_logout_ends_nothing(void **state)
{
	static const struct {
		const char *claims;
		int answer;
	} rows[] = {
		{OUT ",\"sub\":\"a\"", OIDC_TOKEN_EVENT},
		{OUT ",\"sub\":\"a\",\"events\":{}", OIDC_TOKEN_EVENT},
		{OUT ",\"sub\":\"a\",\"events\":{" EVENT ":1}", OIDC_TOKEN_EVENT},
		{OUT ",\"sub\":\"a\",\"events\":[" EVENT "]", OIDC_TOKEN_EVENT},
		{OUT EVENTS ",\"sub\":\"a\",\"nonce\":\"\"", OIDC_TOKEN_NONCE},
		{OUT EVENTS, OIDC_TOKEN_SUBJECT},
		{OUT EVENTS ",\"sub\":\"a\",\"sid\":7", OIDC_TOKEN_SUBJECT},
		{OUT EVENTS ",\"sub\":\"a b\",\"sid\":\"s\"", OIDC_TOKEN_SUBJECT},
		{"\"iss\":\"" ISSUER "\",\"aud\":\"vedetta\",\"iat\":1795000000" EVENTS
		 ",\"sub\":\"a\"",
			OIDC_TOKEN_FORM},
		{"\"iss\":\"" ISSUER "/\",\"aud\":\"vedetta\",\"iat\":1795000000,"
		 "\"jti\":\"n\"" EVENTS ",\"sub\":\"a\"",
			OIDC_TOKEN_ISSUER},
		{"\"iss\":\"" ISSUER "\",\"aud\":\"x\",\"iat\":1795000000,"
		 "\"jti\":\"n\"" EVENTS ",\"sub\":\"a\"",
			OIDC_TOKEN_AUDIENCE},
		{"\"iss\":\"" ISSUER "\",\"aud\":\"vedetta\",\"iat\":1794999339,"
		 "\"jti\":\"n\"" EVENTS ",\"sub\":\"a\"",
			OIDC_TOKEN_TIME},
		{"\"iss\":\"" ISSUER "\",\"aud\":\"vedetta\",\"iat\":1795000000,"
		 "\"exp\":1794999940,\"jti\":\"n\"" EVENTS ",\"sub\":\"a\"",
			OIDC_TOKEN_EXPIRED},
		/* Of before the standard was done: no exp. */
		{"\"iss\":\"" ISSUER "\",\"aud\":\"vedetta\",\"iat\":1795000000,"
		 "\"jti\":\"n\"" EVENTS ",\"sub\":\"a\"",
			0},
	};
	char claims[512];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		(void)snprintf(claims, sizeof(claims), "{%s}", rows[i].claims);
		assert_int_equal(judge_out(HEAD, claims), rows[i].answer);
	}
	/* Neither is taken for the other, whatever else they say. */
	assert_int_equal(
		judge(HEAD, "{" OUT EVENTS ",\"sub\":\"a\"}"), OIDC_TOKEN_NONCE);
	assert_int_equal(judge_out(HEAD, GOOD), OIDC_TOKEN_EVENT);
	assert_int_equal(judge("{\"alg\":\"ES256\",\"kid\":\"k\",\"typ\":"
			       "\"logout+jwt\"}",
				 GOOD),
		OIDC_TOKEN_FORM);
}

static void
every_answer_has_its_word(void **state)
{
	(void)state;
	for (int i = OIDC_TOKEN_FORM; i <= OIDC_TOKEN_EVENT; i++) {
		assert_non_null(oidc_token_reason(i));
		for (int k = OIDC_TOKEN_FORM; k < i; k++) {
			assert_string_not_equal(
				oidc_token_reason(i), oidc_token_reason(k));
		}
	}
	assert_string_equal(oidc_token_reason(-ENOMEM), "no_memory");
}

/* Up to the signature: nettle's numbers end the process when memory is short. */
static void
short_of_memory_it_trusts_nothing(void **state)
{
	const struct oidc_wanted wanted = {ISSUER, "vedetta", "the-nonce", "", NOW};
	char text[2048];
	size_t bytes = sign_raw(HEAD, GOOD, text);

	(void)state;
	for (unsigned long n = 1;; n++) {
		int r;

		arena_reset(arena);
		alloc_fail_at(n);
		r = oidc_token_check(text, bytes, NULL, &wanted, arena, &person);
		if (!alloc_failed()) {
			alloc_fail_at(0);
			assert_int_equal(r, OIDC_TOKEN_KEY);
			break;
		}
		assert_int_equal(r, -ENOMEM);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_one_says_whose_it_is),
		cmocka_unit_test(the_head_chooses_nothing),
		cmocka_unit_test(each_claim_must_be_ours),
		cmocka_unit_test(an_audience_of_too_many_is_refused),
		cmocka_unit_test(times_count_to_the_second_with_a_minute_for_clocks),
		cmocka_unit_test(the_nonce_is_the_one_that_was_sent),
		cmocka_unit_test(it_is_as_sure_as_was_asked_for),
		cmocka_unit_test(no_letter_of_it_may_be_another),
		cmocka_unit_test(a_letter_with_bits_to_spare_has_one_spelling),
		cmocka_unit_test(odd_forms_are_refused),
		cmocka_unit_test(without_keys_it_wants_them),
		cmocka_unit_test(a_logout_says_who_is_out),
		cmocka_unit_test(what_is_no_logout_ends_nothing),
		cmocka_unit_test(every_answer_has_its_word),
		cmocka_unit_test(short_of_memory_it_trusts_nothing),
	};

	if (sodium_init() < 0) {
		return 1;
	}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, open_all, close_all);
}
