/* oidc_assertion - our word about ourselves, looked at as a provider does */
#include "unit.h"

#include "client_keys.h"

#include <errno.h>
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "server/oidc_assertion.h"
#include "server/oidc_keys.h"

#define NOW INT64_C(1795000000)

/* What Node says that their public halves are. */
static const char public_keys[] =
	"{\"keys\":[{\"kty\":\"EC\",\"kid\":\"e\",\"crv\":\"P-256\","
	"\"x\":\"LCiVSygkVf7Wk-bJlxZUJGyeoNMX8ryLUHWjAINO9fc\","
	"\"y\":\"Mi7QN3rcqE4JjRcsRK0o0sUJRbLYRZF1wO84vStl3-8\"},"
	"{\"kty\":\"RSA\",\"kid\":\"r\",\"e\":\"AQAB\",\"n\":\""
	"nFL0hJf_4Pc0_adJ7opLP423Aa2cC_K6xpZXKkW3u6QG92dSB_RijLQN6Lb_5MCVPvbRuq"
	"CTZE6iQA2p5OeDgZjIqZnNywdutyS4_uuGJm2PoHcJ7RdJmcG-LfxqxpqIuvQv3ekt0fce"
	"ymb2SsQ1zwjquGcX19VNP4XrSZrBwmWw5g2jajhg7VEOasZ_-0syfg-XJweaXeNIbOT1YA"
	"PVMZbO1rD82RN9DxqHOHO6v4uAGo6kS8VuSAMnbYV-U5gHw6YdEsZJDOEw1Lxoz_7PMHJ4"
	"RBDGhXpk6qdaTe2YT5-riAoApjDFHDeboum8fa_CqUAa95XxmXOco3FXrn9qDQ"
	"\"}]}";

static struct arena *arena;
static struct oidc_keys *keys;

static int
open_all(void **state)
{
	(void)state;
	arena = arena_new(1 << 16);
	return arena != NULL ? oidc_keys_read(public_keys, strlen(public_keys), &keys)
			     : -1;
}

static int
close_all(void **state)
{
	(void)state;
	oidc_keys_free(keys);
	arena_free(arena);
	return 0;
}

static const char *
make(const char *pem, const char *key_id, struct key_file *key)
{
	const struct oidc_assertion about = {
		"ve\"detta", "https://id.example.it/token", key_id, NOW};
	const char *text = NULL;

	assert_null(key_file_parse(pem, strlen(pem), key));
	arena_reset(arena);
	assert_int_equal(oidc_assertion_make(key, &about, arena, &text), 0);
	return text;
}

static json_t *
part(const char *from, size_t bytes)
{
	uint8_t raw[2048];
	size_t n;
	json_t *out;

	assert_true(oidc_base64url(from, bytes, raw, sizeof(raw), &n));
	out = json_loadb((const char *)raw, n, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(out);
	return out;
}

static const char *
text_of(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

static void
look_at(const char *text, enum oidc_algorithm algorithm, const char *alg,
	const char *kid)
{
	const char *first = strchr(text, '.'), *second = strchr(first + 1, '.');
	uint8_t signature[1024];
	json_t *head = part(text, (size_t)(first - text));
	json_t *claims = part(first + 1, (size_t)(second - first - 1));
	size_t n;

	assert_string_equal(text_of(head, "alg"), alg);
	assert_string_equal(text_of(head, "typ"), "JWT");
	if (kid[0] != '\0') {
		assert_string_equal(text_of(head, "kid"), kid);
	} else {
		assert_null(json_object_get(head, "kid"));
	}
	assert_string_equal(text_of(claims, "iss"), "ve\"detta");
	assert_string_equal(text_of(claims, "sub"), "ve\"detta");
	assert_string_equal(text_of(claims, "aud"), "https://id.example.it/token");
	assert_int_equal(json_integer_value(json_object_get(claims, "iat")), NOW);
	assert_int_equal(json_integer_value(json_object_get(claims, "exp")),
		NOW + OIDC_ASSERTION_S);
	assert_int_equal(strlen(text_of(claims, "jti")), 32);
	json_decref(head);
	json_decref(claims);
	assert_true(oidc_base64url(
		second + 1, strlen(second + 1), signature, sizeof(signature), &n));
	assert_int_equal(oidc_keys_verify(keys, algorithm, NULL, text,
				 (size_t)(second - text), signature, n),
		0);
}

static void
it_says_who_we_are_to_whom_and_until_when(void **state)
{
	struct key_file key;
	char before[4096];

	(void)state;
	look_at(make(ec_pem, "", &key), OIDC_ES256, "ES256", "");
	look_at(make(ec_pem, "key \"1\"", &key), OIDC_ES256, "ES256", "key \"1\"");
	look_at(make(rsa_pem, "r", &key), OIDC_RS256, "RS256", "r");
	/* Each is another one: none is good twice. */
	(void)snprintf(before, sizeof(before), "%s", make(rsa_pem, "r", &key));
	assert_string_not_equal(make(rsa_pem, "r", &key), before);
}

static void
numbers_that_do_not_belong_together_sign_nothing(void **state)
{
	const struct oidc_assertion about = {"a", "b", "", NOW};
	const char *text = NULL;
	struct key_file key;

	(void)state;
	for (int i = KEY_MODULUS; i <= KEY_QI; i++) {
		if (i == KEY_PRIVATE) {
			continue; /* what the others follow from is not used */
		}
		(void)make(rsa_pem, "", &key);
		key.der[key.rsa[i].from + key.rsa[i].bytes / 2] ^= 4;
		assert_int_equal(oidc_assertion_make(&key, &about, arena, &text),
			OIDC_ASSERTION_KEY);
		(void)make(rsa_pem, "", &key);
		key.der[key.rsa[i].from + key.rsa[i].bytes - 1] ^= 1;
		assert_int_equal(oidc_assertion_make(&key, &about, arena, &text),
			OIDC_ASSERTION_KEY);
	}
	(void)make(ec_pem, "", &key);
	memset(key.der + key.scalar.from, 0, key.scalar.bytes);
	assert_int_equal(
		oidc_assertion_make(&key, &about, arena, &text), OIDC_ASSERTION_KEY);
	memset(key.der + key.scalar.from, 0xff, key.scalar.bytes);
	assert_int_equal(
		oidc_assertion_make(&key, &about, arena, &text), OIDC_ASSERTION_KEY);
}

/* Up to the numbers: nettle's end the process when memory is short. */
static void
past_the_ceiling_it_says_nothing(void **state)
{
	const struct oidc_assertion about = {"vedetta", "https://a/", "", NOW};
	struct arena *small = arena_new(64);
	const char *text = NULL;
	struct key_file key;

	(void)state;
	(void)make(ec_pem, "", &key);
	assert_non_null(small);
	assert_int_equal(oidc_assertion_make(&key, &about, small, &text), -ENOMEM);
	arena_free(small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_says_who_we_are_to_whom_and_until_when),
		cmocka_unit_test(numbers_that_do_not_belong_together_sign_nothing),
		cmocka_unit_test(past_the_ceiling_it_says_nothing),
	};

	if (sodium_init() < 0) {
		return 1;
	}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, open_all, close_all);
}
