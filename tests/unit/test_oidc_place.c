/* oidc_place - documents of providers, honest and not */
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "server/oidc_place.h"

#define ISSUER "https://id.example.it/realms/x"
#define DOCUMENT(issuer, authorization, token, keys, more)                             \
	"{\"issuer\":\"" issuer "\",\"authorization_endpoint\":\"" authorization       \
	"\",\"token_endpoint\":\"" token "\",\"jwks_uri\":\"" keys "\"" more "}"
#define GOOD(more)                                                                     \
	DOCUMENT(ISSUER, "https://id.example.it/auth?a=b", "https://id.example.it/t",  \
		"https://keys.example.it/k", more)

static struct oidc_place place;

static int
read_as(const char *text, const char *issuer, enum oidc_proof proof)
{
	return oidc_place_read(text, strlen(text), issuer, proof, &place);
}

static void
a_good_one_says_where_everything_is(void **state)
{
	(void)state;
	assert_int_equal(read_as(GOOD(""), ISSUER, OIDC_PROOF_SECRET), 0);
	assert_string_equal(place.authorization, "https://id.example.it/auth?a=b");
	assert_string_equal(place.token, "https://id.example.it/t");
	assert_string_equal(place.keys, "https://keys.example.it/k");
	assert_false(place.says_issuer);
	assert_false(place.wants_post);
	assert_int_equal(read_as(GOOD(",\"authorization_response_iss_parameter_"
				      "supported\":true"),
				 ISSUER, OIDC_PROOF_SECRET),
		0);
	assert_true(place.says_issuer);
}

static void
it_must_be_the_one_that_was_asked(void **state)
{
	(void)state;
	assert_int_equal(
		read_as(GOOD(""), ISSUER "/", OIDC_PROOF_SECRET), OIDC_PLACE_ISSUER);
	assert_int_equal(
		read_as(GOOD(""), "https://ID.example.it/realms/x", OIDC_PROOF_SECRET),
		OIDC_PLACE_ISSUER);
	assert_int_equal(read_as("{}", ISSUER, OIDC_PROOF_SECRET), OIDC_PLACE_ISSUER);
	assert_int_equal(read_as("{\"issuer\":7}", ISSUER, OIDC_PROOF_SECRET),
		OIDC_PLACE_ISSUER);
	assert_int_equal(read_as("[]", ISSUER, OIDC_PROOF_SECRET), OIDC_PLACE_FORM);
	assert_int_equal(read_as("", ISSUER, OIDC_PROOF_SECRET), OIDC_PLACE_FORM);
	assert_int_equal(read_as("{\"issuer\":\"a\",\"issuer\":\"" ISSUER "\"}", ISSUER,
				 OIDC_PROOF_SECRET),
		OIDC_PLACE_FORM);
}

static void
its_addresses_are_addresses_and_keep_tls(void **state)
{
	static const char *const wrong[] = {"", "http://id.example.it/auth",
		"javascript:alert(1)", "https://", "https://a b/", "//id.example.it/",
		"https://id.example.it/\\r\\nSet-Cookie: a=b",
		"https://id.example.it/\\\"", "https://id.example.it/#top",
		"https://u:p@id.example.it/", "https://id.example.it/\\u00e8"};
	char text[2048], url[1024];

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		for (int which = 0; which < 3; which++) {
			(void)snprintf(text, sizeof(text),
				"{\"issuer\":\"" ISSUER
				"\",\"authorization_endpoint\":\"%s\","
				"\"token_endpoint\":\"%s\",\"jwks_uri\":\"%s\"}",
				which == 0 ? wrong[i] : "https://a/",
				which == 1 ? wrong[i] : "https://a/",
				which == 2 ? wrong[i] : "https://a/");
			assert_int_equal(read_as(text, ISSUER, OIDC_PROOF_SECRET),
				OIDC_PLACE_ADDRESS);
		}
	}
	(void)snprintf(url, sizeof(url), "https://a/%0*d", OIDC_URL_BYTES - 10, 0);
	(void)snprintf(text, sizeof(text),
		"{\"issuer\":\"" ISSUER "\",\"authorization_endpoint\":\"%s\"}", url);
	assert_int_equal(read_as(text, ISSUER, OIDC_PROOF_SECRET), OIDC_PLACE_ADDRESS);
	/* In the house, without TLS, when the issuer itself is so. */
	assert_int_equal(read_as(DOCUMENT("http://10.0.0.7", "http://10.0.0.7/a",
					 "http://10.0.0.7/t", "http://10.0.0.7/k", ""),
				 "http://10.0.0.7", OIDC_PROOF_NONE),
		0);
}

static void
our_secret_is_given_as_it_wants_it(void **state)
{
#define METHODS(list) GOOD(",\"token_endpoint_auth_methods_supported\":[" list "]")
	(void)state;
	assert_int_equal(
		read_as(METHODS("\"client_secret_post\""), ISSUER, OIDC_PROOF_SECRET),
		0);
	assert_true(place.wants_post);
	assert_int_equal(read_as(METHODS("\"client_secret_post\",\"client_secret_"
					 "basic\""),
				 ISSUER, OIDC_PROOF_SECRET),
		0);
	assert_false(place.wants_post);
	assert_int_equal(
		read_as(METHODS("\"private_key_jwt\""), ISSUER, OIDC_PROOF_SECRET),
		OIDC_PLACE_METHOD);
	assert_int_equal(read_as(METHODS("\"none\""), ISSUER, OIDC_PROOF_NONE), 0);
	assert_int_equal(
		read_as(METHODS("\"client_secret_basic\""), ISSUER, OIDC_PROOF_ES256),
		OIDC_PLACE_METHOD);
	assert_int_equal(
		read_as(METHODS("\"private_key_jwt\""), ISSUER, OIDC_PROOF_ES256), 0);
	assert_int_equal(read_as(METHODS("\"private_key_jwt\"],\"token_endpoint_auth_"
					 "signing_alg_values_supported\":[\"RS256\""),
				 ISSUER, OIDC_PROOF_ES256),
		OIDC_PLACE_METHOD);
	assert_int_equal(read_as(METHODS("\"private_key_jwt\"],\"token_endpoint_auth_"
					 "signing_alg_values_supported\":[\"RS256\""),
				 ISSUER, OIDC_PROOF_RS256),
		0);
	assert_int_equal(read_as(GOOD(""), ISSUER, OIDC_PROOF_RS256), 0);
#undef METHODS
}

static void
every_answer_has_its_word(void **state)
{
	(void)state;
	assert_string_equal(oidc_place_reason(OIDC_PLACE_FORM), "form");
	assert_string_equal(oidc_place_reason(OIDC_PLACE_ISSUER), "issuer");
	assert_string_equal(oidc_place_reason(OIDC_PLACE_ADDRESS), "address");
	assert_string_equal(oidc_place_reason(OIDC_PLACE_METHOD), "method");
	assert_string_equal(oidc_place_reason(-ENOMEM), "no_memory");
}

static void
short_of_memory_it_reads_nothing(void **state)
{
	(void)state;
	for (unsigned long n = 1;; n++) {
		int r;

		alloc_fail_at(n);
		r = read_as(GOOD(""), ISSUER, OIDC_PROOF_SECRET);
		if (!alloc_failed()) {
			alloc_fail_at(0);
			assert_int_equal(r, 0);
			break;
		}
		assert_int_equal(r, -ENOMEM);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_one_says_where_everything_is),
		cmocka_unit_test(it_must_be_the_one_that_was_asked),
		cmocka_unit_test(its_addresses_are_addresses_and_keep_tls),
		cmocka_unit_test(our_secret_is_given_as_it_wants_it),
		cmocka_unit_test(every_answer_has_its_word),
		cmocka_unit_test(short_of_memory_it_reads_nothing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
