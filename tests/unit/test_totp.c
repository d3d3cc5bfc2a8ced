/* totp - the vectors of the RFCs, and what is not taken */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dispatch/totp.h"

static const uint8_t secret[] = "12345678901234567890";

enum {
	SECRET_BYTES = 20,
};

static void
assert_sha1(const char *text, size_t repeats, const char *hex)
{
	size_t n = strlen(text);
	uint8_t *data = malloc(n * repeats + 1), out[SHA1_BYTES];
	char shown[2 * SHA1_BYTES + 1];

	assert_non_null(data);
	for (size_t i = 0; i < repeats; i++) {
		memcpy(data + i * n, text, n);
	}
	sha1(data, n * repeats, out);
	free(data);
	for (size_t i = 0; i < SHA1_BYTES; i++) {
		snprintf(shown + 2 * i, 3, "%02x", out[i]);
	}
	assert_string_equal(shown, hex);
}

/* FIPS 180-4's own, and lengths around the end of a block. */
static void
sha1_is_that_of_the_standard(void **state)
{
	(void)state;
	assert_sha1("", 1, "da39a3ee5e6b4b0d3255bfef95601890afd80709");
	assert_sha1("abc", 1, "a9993e364706816aba3e25717850c26c9cd0d89d");
	assert_sha1("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
		"84983e441c3bd26ebaae4aa1f95129e5e54670f1");
	assert_sha1("a", 1000000, "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
	assert_sha1("a", 55, "c1c8bbdc22796e28c0e15163d20899b65621d65a");
	assert_sha1("a", 56, "c2db330f6083854c99d4b5bfb6e8f29f201be699");
	assert_sha1("a", 64, "0098ba824b5c16427bd7a1122a5a442a25ec644d");
}

/* RFC 4226, appendix D. */
static void
codes_by_counter_are_those_of_rfc_4226(void **state)
{
	static const uint32_t codes[] = {755224, 287082, 359152, 969429, 338314, 254676,
		287922, 162583, 399871, 520489};

	(void)state;
	for (uint64_t i = 0; i < 10; i++) {
		assert_int_equal(totp_code(secret, SECRET_BYTES, i), codes[i]);
	}
}

/* RFC 6238, appendix B, of its eight digits the last six. */
static void
codes_by_time_are_those_of_rfc_6238(void **state)
{
	static const struct {
		int64_t at_s;
		const char *code;
	} vectors[] = {{59, "287082"}, {1111111109, "081804"}, {1111111111, "050471"},
		{1234567890, "005924"}, {2000000000, "279037"},
		{20000000000, "353130"}};
	uint64_t step;

	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		assert_true(totp_accepts(secret, SECRET_BYTES, vectors[i].at_s * 1000,
			0, vectors[i].code, &step));
		assert_int_equal(step, vectors[i].at_s / TOTP_STEP_S);
	}
}

static void
one_step_to_either_side_is_taken_and_no_more(void **state)
{
	const int64_t now_s = 1234567890;
	uint64_t step;
	char code[8];

	(void)state;
	for (int by = -3; by <= 3; by++) {
		uint64_t at = (uint64_t)(now_s / TOTP_STEP_S + by);

		snprintf(code, sizeof(code), "%06u",
			totp_code(secret, SECRET_BYTES, at));
		assert_int_equal(totp_accepts(secret, SECRET_BYTES, now_s * 1000, 0,
					 code, &step),
			by >= -1 && by <= 1);
	}
}

static void
a_code_that_was_taken_is_not_taken_again(void **state)
{
	const int64_t now_ms = 1234567890000;
	uint64_t step = 0;

	(void)state;
	assert_true(totp_accepts(secret, SECRET_BYTES, now_ms, step, "005924", &step));
	assert_false(totp_accepts(secret, SECRET_BYTES, now_ms, step, "005924", &step));
	assert_false(totp_accepts(
		secret, SECRET_BYTES, now_ms + 20000, step, "005924", &step));
}

static void
what_is_not_six_digits_is_no_code(void **state)
{
	static const char *const wrong[] = {
		"", "00592", "0059244", "00592a", "-05924", "005924x", "0x5924"};
	uint64_t step;

	(void)state;
	assert_true(totp_accepts(
		secret, SECRET_BYTES, 1234567890000, 0, " 005 924 ", &step));
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_false(totp_accepts(
			secret, SECRET_BYTES, 1234567890000, 0, wrong[i], &step));
	}
}

static void
base32_is_that_of_rfc_4648(void **state)
{
	static const char *const pairs[][2] = {{"", ""}, {"f", "MY"}, {"fo", "MZXQ"},
		{"foo", "MZXW6"}, {"foob", "MZXW6YQ"}, {"fooba", "MZXW6YTB"},
		{"foobar", "MZXW6YTBOI"}};
	char out[TOTP_SECRET_CHARS];

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		size_t n = totp_base32(
			(const uint8_t *)pairs[i][0], strlen(pairs[i][0]), out);

		assert_string_equal(out, pairs[i][1]);
		assert_int_equal(n, strlen(pairs[i][1]));
	}
	assert_int_equal(
		totp_base32(secret, TOTP_SECRET_BYTES, out), TOTP_SECRET_CHARS - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha1_is_that_of_the_standard),
		cmocka_unit_test(codes_by_counter_are_those_of_rfc_4226),
		cmocka_unit_test(codes_by_time_are_those_of_rfc_6238),
		cmocka_unit_test(one_step_to_either_side_is_taken_and_no_more),
		cmocka_unit_test(a_code_that_was_taken_is_not_taken_again),
		cmocka_unit_test(what_is_not_six_digits_is_no_code),
		cmocka_unit_test(base32_is_that_of_rfc_4648),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
