#include "unit.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "server/source.h"

static const uint8_t key[SOURCE_KEY_BYTES] = {1, 2, 3};

static uint64_t
of_ipv4(const struct source_keys *k, const char *address)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = 1};

	assert_int_equal(inet_pton(AF_INET, address, &in.sin_addr), 1);
	return source_from_peer(k, (const struct sockaddr *)&in);
}

static uint64_t
of_ipv6(const struct source_keys *k, const char *address)
{
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};

	assert_int_equal(inet_pton(AF_INET6, address, &in6.sin6_addr), 1);
	return source_from_peer(k, (const struct sockaddr *)&in6);
}

static void
a_minted_token_is_ours_and_stays_one_source(void **state)
{
	struct source_keys k;
	char token[SOURCE_TOKEN_BYTES], other[SOURCE_TOKEN_BYTES];
	uint64_t a, b, c;

	(void)state;
	source_keys_init(&k, key);
	source_mint(&k, token);
	source_mint(&k, other);
	assert_true(source_from_token(&k, token, &a));
	assert_true(source_from_token(&k, token, &b));
	assert_true(source_from_token(&k, other, &c));
	assert_true(a == b);
	assert_true(a != c);
}

static void
a_token_with_one_changed_character_is_not_ours(void **state)
{
	struct source_keys k;
	char token[SOURCE_TOKEN_BYTES];
	uint64_t source;

	(void)state;
	source_keys_init(&k, key);
	source_mint(&k, token);
	for (size_t i = 0; i < SOURCE_TOKEN_BYTES - 1; i++) {
		char was = token[i];

		token[i] = was == 'A' ? 'B' : 'A';
		assert_false(source_from_token(&k, token, &source));
		token[i] = was;
	}
	assert_false(source_from_token(&k, NULL, &source));
	assert_false(source_from_token(&k, "", &source));
}

static void
a_token_of_another_desk_is_not_ours(void **state)
{
	static const uint8_t other_key[SOURCE_KEY_BYTES] = {9};
	struct source_keys ours, theirs;
	char token[SOURCE_TOKEN_BYTES];
	uint64_t source;

	(void)state;
	source_keys_init(&ours, key);
	source_keys_init(&theirs, other_key);
	source_mint(&theirs, token);
	assert_false(source_from_token(&ours, token, &source));
}

static void
our_cookie_is_found_among_others(void **state)
{
	struct source_keys k;
	char token[SOURCE_TOKEN_BYTES], found[SOURCE_TOKEN_BYTES], header[256];
	uint64_t a, b;

	(void)state;
	source_keys_init(&k, key);
	source_mint(&k, token);
	assert_true(source_from_token(&k, token, &a));
	(void)snprintf(header, sizeof(header), "x=1; " SOURCE_COOKIE "=%s; y=2", token);
	assert_true(source_from_cookie(&k, header, found, &b));
	assert_true(a == b);
	assert_string_equal(found, token);
	assert_false(source_from_cookie(&k, NULL, found, &b));
	assert_false(source_from_cookie(&k, "", found, &b));
	assert_false(source_from_cookie(&k, SOURCE_COOKIE "=", found, &b));
	assert_false(source_from_cookie(&k, SOURCE_COOKIE, found, &b));
	(void)snprintf(header, sizeof(header), "not_" SOURCE_COOKIE "=%s", token);
	assert_false(source_from_cookie(&k, header, found, &b));
}

static void
a_network_is_a_slash_24_or_a_slash_56(void **state)
{
	struct source_keys k;

	(void)state;
	source_keys_init(&k, key);
	assert_true(of_ipv4(&k, "192.0.2.1") == of_ipv4(&k, "192.0.2.254"));
	assert_true(of_ipv4(&k, "192.0.2.1") != of_ipv4(&k, "192.0.3.1"));
	assert_true(
		of_ipv6(&k, "2001:db8:0:aa00::1") == of_ipv6(&k, "2001:db8:0:aaff::2"));
	assert_true(
		of_ipv6(&k, "2001:db8:0:aa00::1") != of_ipv6(&k, "2001:db8:0:ab00::1"));
	assert_true(of_ipv6(&k, "::ffff:192.0.2.9") == of_ipv4(&k, "192.0.2.1"));
}

static void
equal_bodies_have_equal_prints(void **state)
{
	struct source_keys k;

	(void)state;
	source_keys_init(&k, key);
	assert_true(source_print(&k, "abc", 3) == source_print(&k, "abc", 3));
	assert_true(source_print(&k, "abc", 3) != source_print(&k, "abd", 3));
}

static void
a_client_key_gives_the_same_input_key_within_its_channel(void **state)
{
	uint8_t a[FRAME_KEY_BYTES], b[FRAME_KEY_BYTES], c[FRAME_KEY_BYTES];
	/* BLAKE2b of "vedetta input\0" "api\0" "k", by b2sum -l 128. */
	static const uint8_t known[FRAME_KEY_BYTES] = {0xeb, 0xd1, 0xdb, 0xf6, 0x0a,
		0xfa, 0x7f, 0x18, 0x5e, 0xb8, 0x07, 0xdc, 0x56, 0xb6, 0x61, 0xc5};

	(void)state;
	source_input_key("api", "k", a);
	source_input_key("api", "k", b);
	source_input_key("web", "k", c);
	assert_memory_equal(a, b, sizeof(a));
	assert_memory_not_equal(a, c, sizeof(a));
	assert_memory_equal(a, known, sizeof(a));
}

static void
without_a_client_key_every_input_has_its_own(void **state)
{
	uint8_t keys[200][FRAME_KEY_BYTES];

	(void)state;
	for (size_t i = 0; i < 200; i++) {
		source_input_key("api", i % 2 == 0 ? NULL : "", keys[i]);
		for (size_t j = 0; j < i; j++) {
			assert_memory_not_equal(keys[i], keys[j], FRAME_KEY_BYTES);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_minted_token_is_ours_and_stays_one_source),
		cmocka_unit_test(a_token_with_one_changed_character_is_not_ours),
		cmocka_unit_test(a_token_of_another_desk_is_not_ours),
		cmocka_unit_test(our_cookie_is_found_among_others),
		cmocka_unit_test(a_network_is_a_slash_24_or_a_slash_56),
		cmocka_unit_test(equal_bodies_have_equal_prints),
		cmocka_unit_test(
			a_client_key_gives_the_same_input_key_within_its_channel),
		cmocka_unit_test(without_a_client_key_every_input_has_its_own),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
