/*
 * oidc_keys - keys as providers publish them, and what another implementation signed
 * with them (Node's, which is OpenSSL's)
 */
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "server/oidc_keys.h"

static const char rsa_n[] =
	"zuN3xUXmQ8W3KLO480mtdnwO83407dGuceh4v_VZ-rZemJL3gAqqT5PHTfzSdPjRHu47Nf"
	"NyTSBf42P4yIgqV6GmGs9BP_1SeLINYVGSzMtNZjxMsbwUY-WV9RwLSkn8_tSDU8LbR0Wv"
	"Pp5Elf6NUlXDq06E_ByLb8l8iLwN3FD5a2NqdrAoZ29pN7QwTy-5vGFXEM2P88yJj1h9Bv"
	"UMlcN62cCRxw6-bevzeN5MrpH4Q7JsflpjSEMgn1P3dMTfLOZX1ssiiZAlsdEfLrhTKcdE"
	"3wY6PDH0UmT7uq-IJKL9WzLRpdD9_Oz3iyznW5FIE_2bkRasJVbZvCQlgmH9Nw";
static const char small_n[] =
	"9-njbh9t5ZUdpWdVwyGm2NZsdOxnyPNcA1aZCvJ57egZ0gwE9yovPG3a3tnC2YYdzEbS3J"
	"U-ycUFDtMW91j5cMfy_bO_agQp8CsBkR8oUvttEPsPBFqWubSFa-E7Ehrwl5vGtUqGES1G"
	"iVNDtpuSBhQhXhsGzre7Vp5QE9eDM58";
static const char ec_x[] = "cPWqRSY7EJafKwqvh-qADpRPPG1lShShw2OOJuHczeI";
static const char ec_y[] = "htmmVdyMWrpedJ_-D5nKP3loFlRyZLBq3EABPGsm2Rg";
static const char p384_x[] =
	"VO996VjeRMM1U2Td7zjwMAlaANmNdciCrxHDpnVw7x_5ng4fyixIdIoYOtyAR8Pm";
static const char p384_y[] =
	"9dM1qj-oeWk8ob3jU-hX8wBRUI_YPqW3bn8ch82-XnNvvAQiqTpjFCvgUjW4Jccz";
static const char rsa_signature[] =
	"Jkfw9kQFPGjwiuigZK8m-6NBQvtPItWYRJFx56j6TU-iQv5nJEVfdxz0XEbG43jcNRoHGQ"
	"QH9ZUQueBNjSdAP6yM8HvbTUWP-iS4S0PlvdkF4cvMI8K1rMbiuQJXwQ9jNPaag__uI-Gc"
	"s-BjztRRCy5wCNVp7XpaesYiwMBjGHMcIpkpfNGHtZg8mTWzf0-yzaXe_8MCj2vSv4TM1D"
	"vqRYl5s6Dd21BODez-OWmJE2k5Hz9JhbvbTl8wtpHrOrKLjPfllJAdAxm-1y08ErF9k_kF"
	"c9f_iGdo5jnt0xfXYd95cehKBMIa6j-4nPTxL9fiX7Zhru5IwCLqHLWftWWnPg";
static const char ec_signature[] =
	"vd-InyJ--n9Y9pj1kNkqhLplNIwvDfl9kPSH4UdjAdGUpALJBAq-PLD5uIXqBcuVbymk_Z"
	"e_awXajxC-S6Vp3A";
static const char pss_n[] =
	"nFL0hJf_4Pc0_adJ7opLP423Aa2cC_K6xpZXKkW3u6QG92dSB_RijLQN6Lb_5MCVPvbRuq"
	"CTZE6iQA2p5OeDgZjIqZnNywdutyS4_uuGJm2PoHcJ7RdJmcG-LfxqxpqIuvQv3ekt0fce"
	"ymb2SsQ1zwjquGcX19VNP4XrSZrBwmWw5g2jajhg7VEOasZ_-0syfg-XJweaXeNIbOT1YA"
	"PVMZbO1rD82RN9DxqHOHO6v4uAGo6kS8VuSAMnbYV-U5gHw6YdEsZJDOEw1Lxoz_7PMHJ4"
	"RBDGhXpk6qdaTe2YT5-riAoApjDFHDeboum8fa_CqUAa95XxmXOco3FXrn9qDQ";
static const char pss_signature[] =
	"LXLdPWryCc-Ww82KaHjv_L4UX8Qg3TxLY9grVu58ZleaJEh5qSoy2JCDOKXE8dk7uild68"
	"qdldC1h-f6qUPSsHx9V3VrT3Dcx5-_4UI7N5css-B7xPY2klxiumkYNDxR1nsH2NWOsvFo"
	"W_MlY6nSMmkdwdGA-r51mVU-R9IqmHvwRCZ1IgGrQDTNlFPMGBx9EWs1hStp-8emla9ATA"
	"I9F3JQsdtnTt49fUKdPjAclZfLg6gIVnw4sPehBiOay6qUeaRgoqsVM-FOIl8gKRhM7GeB"
	"0D2qoieeS9tzrjZCm9YVZeThhSo2sJUXOucANIApxi6hC0wArsNk91B00XSqfA";
static const char pss_short_salt[] =
	"h54wJdRJFxxaSpQqvoKd0SiS96hSO5aanfQBNS6cGLRAQPHTm16V-SXEqhV0KwKKbphag-"
	"5a29FNxEwGxNjx7EvqaJog1YVCabnK70Ys3ZGgZM6Ej8SZ6u0N0uyQSdWzNpGTX3gpMXXY"
	"HspmAGTzkM_Aqvbe2fg2kd7aEGoHRua3O7k9wgfPf-y57RlyfpAAj8yRSbwQqbhct7VN-I"
	"zO1X_TOQf7bmzPsbSbtjpudQ6kO2Np64w9isVnfDDt6A8SW9YFcbdwklID1Chvf2JzbgFM"
	"HqTk25sdyLPbU10G1rwt0_ptJTd49D9XRz1maIMTJc6aXx3L0MENbXce7YU7-A";
static const char pss_key_v15[] =
	"c8Q9hugVuMfhbWpYKJcWch5eFngYvuBwnCXNw2pkTlucmTteLRUYGJLsUHlGpi4zvUab8u"
	"KXmjaRfFaksImPuvku1WTbW9wgwGuSe7AhEnXhE2gdwaTaK-SD9KMMR8oI6nrHtr5hxvWn"
	"aRDhNVKB0phuKG4GuDgk7AiyX-W17bbkCqZ6EyRr8RQoZ8bPT3G60S8WabJOXWWScjgm4Y"
	"M5jD2PHaVO5aaN1zZnVp3fFmSr7L82erZyjfv3jZQcdidwIV03GnXGaJfEJoHaBOzUijpy"
	"erVykTgB8n1JQ8D6QxQirMOZwQ-k-0XF_XOR_7MteWb98wY3B6Mov-cseqjy0A";
static const char data[] = "eyJhbGciOiJ9.what was signed";

enum {
	TEXT_BYTES = 16 * 1024,
	SIGNATURE_BYTES = 512,
};

/* RSA under "r", P-256 under "e". */
static const char *
both(void)
{
	static char text[TEXT_BYTES];

	(void)snprintf(text, sizeof(text),
		"{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"r\",\"use\":\"sig\",\"alg\":"
		"\"RS256\",\"n\":\"%s\",\"e\":\"AQAB\",\"x5c\":[\"ignored\"]},"
		"{\"kty\":\"EC\",\"kid\":\"e\",\"crv\":\"P-256\",\"x\":\"%s\",\"y\":"
		"\"%s\"}]}",
		rsa_n, ec_x, ec_y);
	return text;
}

static struct oidc_keys *
read_keys(const char *text)
{
	struct oidc_keys *keys = NULL;

	assert_int_equal(oidc_keys_read(text, strlen(text), &keys), 0);
	return keys;
}

static size_t
bytes_of(const char *text, uint8_t out[SIGNATURE_BYTES])
{
	size_t n = 0;

	assert_int_equal(
		sodium_base642bin(out, SIGNATURE_BYTES, text, strlen(text), NULL, &n,
			NULL, sodium_base64_VARIANT_URLSAFE_NO_PADDING),
		0);
	return n;
}

static int
verify(const struct oidc_keys *keys, enum oidc_algorithm algorithm, const char *kid,
	const char *signature)
{
	uint8_t raw[SIGNATURE_BYTES];
	size_t bytes = bytes_of(signature, raw);

	return oidc_keys_verify(keys, algorithm, kid, data, strlen(data), raw, bytes);
}

static void
what_was_signed_is_known_by_its_key(void **state)
{
	struct oidc_keys *keys = read_keys(both());

	(void)state;
	assert_int_equal(oidc_keys_count(keys), 2);
	assert_int_equal(verify(keys, OIDC_RS256, "r", rsa_signature), 0);
	assert_int_equal(verify(keys, OIDC_ES256, "e", ec_signature), 0);
	/* One key alone is of each kind: it need not be named. */
	assert_int_equal(verify(keys, OIDC_RS256, NULL, rsa_signature), 0);
	assert_int_equal(verify(keys, OIDC_ES256, NULL, ec_signature), 0);
	oidc_keys_free(keys);
	oidc_keys_free(NULL);
}

static void
a_key_is_used_under_its_own_name_and_algorithm_alone(void **state)
{
	struct oidc_keys *keys = read_keys(both());

	(void)state;
	assert_int_equal(
		verify(keys, OIDC_RS256, "e", rsa_signature), OIDC_KEY_UNKNOWN);
	assert_int_equal(verify(keys, OIDC_ES256, "r", ec_signature), OIDC_KEY_UNKNOWN);
	assert_int_equal(
		verify(keys, OIDC_RS256, "R", rsa_signature), OIDC_KEY_UNKNOWN);
	assert_int_equal(verify(keys, OIDC_RS256, "", rsa_signature), OIDC_KEY_UNKNOWN);
	assert_int_equal(
		verify(keys, OIDC_RS256, "r", ec_signature), OIDC_SIGNATURE_BAD);
	assert_int_equal(
		verify(keys, OIDC_ES256, "e", rsa_signature), OIDC_SIGNATURE_BAD);
	oidc_keys_free(keys);
}

static void
no_bit_of_what_was_signed_may_be_another(void **state)
{
	static const struct {
		enum oidc_algorithm algorithm;
		const char *signature;
	} rows[] = {{OIDC_RS256, rsa_signature}, {OIDC_ES256, ec_signature}};
	struct oidc_keys *keys = read_keys(both());
	uint8_t raw[SIGNATURE_BYTES], zeros[SIGNATURE_BYTES] = {0};

	(void)state;
	for (size_t row = 0; row < 2; row++) {
		size_t bytes = bytes_of(rows[row].signature, raw);
		enum oidc_algorithm a = rows[row].algorithm;

		for (size_t i = 0; i < bytes; i += 5) {
			raw[i] ^= (uint8_t)(1u << i % 8);
			assert_int_equal(oidc_keys_verify(keys, a, NULL, data,
						 strlen(data), raw, bytes),
				OIDC_SIGNATURE_BAD);
			raw[i] ^= (uint8_t)(1u << i % 8);
		}
		assert_int_equal(oidc_keys_verify(keys, a, NULL, data, strlen(data) - 1,
					 raw, bytes),
			OIDC_SIGNATURE_BAD);
		assert_int_equal(oidc_keys_verify(keys, a, NULL, data, strlen(data),
					 raw, bytes - 1),
			OIDC_SIGNATURE_BAD);
		assert_int_equal(oidc_keys_verify(keys, a, NULL, data, strlen(data),
					 zeros, bytes),
			OIDC_SIGNATURE_BAD);
		assert_int_equal(
			oidc_keys_verify(keys, a, NULL, data, strlen(data), raw, 0),
			OIDC_SIGNATURE_BAD);
		/* The same number, a byte longer. */
		memmove(raw + 1, raw, bytes);
		raw[0] = 0;
		assert_int_equal(oidc_keys_verify(keys, a, NULL, data, strlen(data),
					 raw, bytes + 1),
			OIDC_SIGNATURE_BAD);
	}
	oidc_keys_free(keys);
}

/* The key's word decides; one that says nothing signs either way. */
static void
an_rsa_key_signs_as_it_says(void **state)
{
	static const struct {
		const char *alg;
		int plain;
		int pss;
	} rows[] = {
		{"", 0, 0},
		{"\"alg\":\"RS256\",", 0, OIDC_KEY_UNKNOWN},
		{"\"alg\":\"PS256\",", OIDC_KEY_UNKNOWN, 0},
	};
	char text[TEXT_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct oidc_keys *keys;

		(void)snprintf(text, sizeof(text),
			"{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"r\",%s\"n\":\"%s\","
			"\"e\":\"AQAB\"}]}",
			rows[i].alg, pss_n);
		keys = read_keys(text);
		assert_int_equal(
			verify(keys, OIDC_RS256, "r", pss_key_v15), rows[i].plain);
		assert_int_equal(
			verify(keys, OIDC_PS256, "r", pss_signature), rows[i].pss);
		if (rows[i].pss == 0) {
			assert_int_equal(
				verify(keys, OIDC_PS256, NULL, pss_signature), 0);
			assert_int_equal(verify(keys, OIDC_PS256, "r", pss_short_salt),
				OIDC_SIGNATURE_BAD);
			assert_int_equal(verify(keys, OIDC_PS256, "r", pss_key_v15),
				OIDC_SIGNATURE_BAD);
		}
		if (rows[i].plain == 0) {
			assert_int_equal(verify(keys, OIDC_RS256, "r", pss_signature),
				OIDC_SIGNATURE_BAD);
		}
		oidc_keys_free(keys);
	}
}

static void
two_keys_of_a_kind_want_to_be_named(void **state)
{
	char text[TEXT_BYTES];
	struct oidc_keys *keys;

	(void)state;
	(void)snprintf(text, sizeof(text),
		"{\"keys\":[{\"kty\":\"EC\",\"kid\":\"a\",\"crv\":\"P-256\",\"x\":"
		"\"%s\",\"y\":\"%s\"},{\"kty\":\"EC\",\"kid\":\"b\",\"crv\":\"P-256\","
		"\"x\":\"%s\",\"y\":\"%s\"}]}",
		ec_x, ec_y, ec_y, ec_x);
	keys = read_keys(text);
	assert_int_equal(
		verify(keys, OIDC_ES256, NULL, ec_signature), OIDC_KEY_UNKNOWN);
	assert_int_equal(verify(keys, OIDC_ES256, "a", ec_signature), 0);
	/* A point that is not on the curve signs nothing. */
	assert_int_equal(
		verify(keys, OIDC_ES256, "b", ec_signature), OIDC_SIGNATURE_BAD);
	oidc_keys_free(keys);
}

/* A set of this key alone is of no use. */
static void
refuse(const char *key)
{
	char text[TEXT_BYTES + 16];
	struct oidc_keys *keys;

	(void)snprintf(text, sizeof(text), "{\"keys\":[%s]}", key);
	assert_int_equal(oidc_keys_read(text, strlen(text), &keys), OIDC_KEYS_BAD);
}

static void
keys_that_cannot_sign_for_us_are_not_there(void **state)
{
	char key[TEXT_BYTES], even[sizeof(rsa_n)], longer[129];

	(void)state;
	memcpy(even, rsa_n, sizeof(rsa_n));
	even[strlen(even) - 1] = 'A'; /* its last bits are 0 */
	memset(longer, 'k', 128);
	longer[128] = '\0';
#define KEY(...)                                                                       \
	do {                                                                           \
		(void)snprintf(key, sizeof(key), __VA_ARGS__);                         \
		refuse(key);                                                           \
	} while (0)
	KEY("{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"AQAB\"}", small_n);
	KEY("{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"AQAB\"}", even);
	KEY("{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"AQ\"}", rsa_n);       /* 1 */
	KEY("{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"AQAA\"}", rsa_n);     /* even */
	KEY("{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"AAEAAQ\"}", rsa_n);   /* leading 0 */
	KEY("{\"kty\":\"RSA\",\"n\":\"AAAA%s\",\"e\":\"AQAB\"}", rsa_n); /* likewise */
	KEY("{\"kty\":\"RSA\",\"n\":\"%s=\",\"e\":\"AQAB\"}", rsa_n);
	KEY("{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"AQABAQAB\"}", rsa_n);
	KEY("{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":65537}", rsa_n);
	KEY("{\"kty\":\"RSA\",\"use\":\"enc\",\"n\":\"%s\",\"e\":\"AQAB\"}", rsa_n);
	KEY("{\"kty\":\"RSA\",\"alg\":\"PS512\",\"n\":\"%s\",\"e\":\"AQAB\"}", rsa_n);
	KEY("{\"kty\":\"RSA\",\"alg\":\"ES256\",\"n\":\"%s\",\"e\":\"AQAB\"}", rsa_n);
	KEY("{\"kty\":\"RSA\",\"kid\":7,\"n\":\"%s\",\"e\":\"AQAB\"}", rsa_n);
	KEY("{\"kty\":\"RSA\",\"kid\":\"%s\",\"n\":\"%s\",\"e\":\"AQAB\"}", longer,
		rsa_n);
	KEY("{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\"%s\",\"y\":\"%s\"}", p384_x,
		p384_y);
	KEY("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"%s\",\"y\":\"%s\"}", p384_x,
		p384_y);
	KEY("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"%s\"}", ec_x);
	KEY("{\"kty\":\"oct\",\"k\":\"AQAB\"}");
	KEY("{}");
	KEY("7");
#undef KEY
}

static void
what_is_no_set_of_keys_is_refused(void **state)
{
	static const char *const texts[] = {"", "{", "[]", "{}", "{\"keys\":[]}",
		"{\"keys\":{}}", "{\"keys\":[],\"keys\":[]}", "null",
		"{\"keys\":null}"};
	struct oidc_keys *keys;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(oidc_keys_read(texts[i], strlen(texts[i]), &keys),
			OIDC_KEYS_BAD);
	}
}

static void
more_keys_than_there_is_room_for_are_left(void **state)
{
	char text[OIDC_KEYS_MOST * 2 * 256] = "{\"keys\":[";
	struct oidc_keys *keys;

	(void)state;
	for (int i = 0; i < OIDC_KEYS_MOST + 3; i++) {
		size_t n = strlen(text);

		(void)snprintf(text + n, sizeof(text) - n,
			"%s{\"kty\":\"EC\",\"kid\":\"k%d\",\"crv\":\"P-256\",\"x\":\"%"
			"s\","
			"\"y\":\"%s\"}",
			i > 0 ? "," : "", i, ec_x, ec_y);
	}
	memcpy(text + strlen(text), "]}", 3);
	keys = read_keys(text);
	assert_int_equal(oidc_keys_count(keys), OIDC_KEYS_MOST);
	oidc_keys_free(keys);
}

static void
short_of_memory_it_reads_nothing(void **state)
{
	const char *text = both();
	struct oidc_keys *keys = NULL;

	(void)state;
	for (unsigned long n = 1;; n++) {
		int r;

		alloc_fail_at(n);
		r = oidc_keys_read(text, strlen(text), &keys);
		if (!alloc_failed()) {
			alloc_fail_at(0);
			assert_int_equal(r, 0);
			break;
		}
		assert_int_equal(r, -ENOMEM);
	}
	oidc_keys_free(keys);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_signed_is_known_by_its_key),
		cmocka_unit_test(a_key_is_used_under_its_own_name_and_algorithm_alone),
		cmocka_unit_test(no_bit_of_what_was_signed_may_be_another),
		cmocka_unit_test(an_rsa_key_signs_as_it_says),
		cmocka_unit_test(two_keys_of_a_kind_want_to_be_named),
		cmocka_unit_test(keys_that_cannot_sign_for_us_are_not_there),
		cmocka_unit_test(what_is_no_set_of_keys_is_refused),
		cmocka_unit_test(more_keys_than_there_is_room_for_are_left),
		cmocka_unit_test(short_of_memory_it_reads_nothing),
	};

	if (sodium_init() < 0) {
		return 1;
	}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
