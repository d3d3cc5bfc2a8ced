#include "unit.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "dispatch/receipt.h"

static const uint8_t key[RECEIPT_KEY_BYTES] = "a key of thirty-two bytes......";
static const uint8_t other_key[RECEIPT_KEY_BYTES] = "another key of thirty-two bytes";

static int
set_up(void **state)
{
	*state = receipt_keys_new(key);
	return *state == NULL;
}

static int
tear_down(void **state)
{
	receipt_keys_free(*state);
	return 0;
}

static void
a_code_reads_back_as_its_number(void **state)
{
	uint64_t n;
	uint64_t back;
	char code[RECEIPT_CODE_BYTES];

	for (n = 1; n < UINT64_C(1) << 35; n = n * 3 / 2 + 1) {
		receipt_code(*state, n, code);
		assert_int_equal(strlen(code), 9);
		assert_int_equal(code[4], '-');
		assert_int_equal(receipt_read_code(*state, code, &back), 0);
		assert_int_equal(back, n);
	}
	receipt_code(*state, (UINT64_C(1) << 35) - 1, code);
	assert_int_equal(receipt_read_code(*state, code, &back), 0);
	assert_int_equal(back, (UINT64_C(1) << 35) - 1);
}

static void
codes_of_neighbours_have_nothing_in_common(void **state)
{
	char a[RECEIPT_CODE_BYTES];
	char b[RECEIPT_CODE_BYTES];
	unsigned same = 0;
	uint64_t n;
	size_t i;

	receipt_code(*state, 1, a);
	for (n = 2; n < 1002; n++) {
		receipt_code(*state, n, b);
		for (i = 0; i < 9; i++) {
			same += i != 4 && a[i] == b[i];
		}
		memcpy(a, b, sizeof(a));
	}
	/* 8000 comparisons, one in 32 by chance: 250. */
	assert_in_range(same, 150, 350);
}

static void
codes_are_read_as_people_type_them(void **state)
{
	uint64_t n;
	uint64_t back;

	for (n = 1; n <= 2000; n++) {
		char code[RECEIPT_CODE_BYTES];
		char typed[32] = " ";
		size_t used = 1;
		size_t i;

		receipt_code(*state, n, code);
		for (i = 0; i < 9; i++) {
			char c = code[i];

			c = c == '0' ? 'o' : c == '1' ? (n % 2 == 0 ? 'l' : 'I') : c;
			c = c >= 'A' && c <= 'Z' && c != 'I' ? (char)(c + 32) : c;
			if (c != '-') {
				typed[used++] = c;
				typed[used++] = ' ';
			}
		}
		typed[used] = '\0';
		assert_int_equal(receipt_read_code(*state, typed, &back), 0);
		assert_int_equal(back, n);
	}
}

static void
one_wrong_character_never_passes(void **state)
{
	static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	char code[RECEIPT_CODE_BYTES];
	uint64_t back;
	uint64_t n;
	size_t i;
	size_t d;

	for (n = 1; n < 200; n++) {
		receipt_code(*state, n, code);
		for (i = 0; i < 9; i++) {
			char right = code[i];

			for (d = 0; i != 4 && d < 32; d++) {
				if (digits[d] == right) {
					continue;
				}
				code[i] = digits[d];
				assert_int_equal(receipt_read_code(*state, code, &back),
					RECEIPT_BAD);
			}
			code[i] = right;
		}
	}
}

static void
two_characters_changed_for_each_other_never_pass(void **state)
{
	char code[RECEIPT_CODE_BYTES];
	uint64_t back;
	uint64_t n;
	size_t i;
	size_t j;

	for (n = 1; n < 500; n++) {
		receipt_code(*state, n, code);
		for (i = 0; i < 9; i++) {
			for (j = i + 1; j < 9; j++) {
				char a = code[i];
				char b = code[j];

				if (i == 4 || j == 4 || a == b) {
					continue;
				}
				code[i] = b;
				code[j] = a;
				assert_int_equal(receipt_read_code(*state, code, &back),
					RECEIPT_BAD);
				code[i] = a;
				code[j] = b;
			}
		}
	}
}

static void
what_is_no_code_is_refused(void **state)
{
	static const char *const bad[] = {"", "-", "K7M2", "K7M2-9QX", "K7M2-9QX44",
		"UUUU-UUUU", "K7M2_9QX4", "K7M2-9QX\xc3\xa9", "0000-0001"};
	uint64_t back = 77;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(receipt_read_code(*state, bad[i], &back), RECEIPT_BAD);
	}
	assert_int_equal(back, 77);
}

static void
a_token_reads_back_as_its_number(void **state)
{
	char token[RECEIPT_TOKEN_BYTES];
	uint64_t back;
	uint64_t n;

	for (n = 1; n < UINT64_C(1) << 35; n = n * 2 + 1) {
		receipt_token(*state, n, token);
		assert_int_equal(strlen(token), 32);
		assert_int_equal(receipt_read_token(*state, token, &back), 0);
		assert_int_equal(back, n);
	}
}

static void
both_at_once_are_what_each_is_alone(void **state)
{
	char code[RECEIPT_CODE_BYTES], token[RECEIPT_TOKEN_BYTES];
	char both_code[RECEIPT_CODE_BYTES], both_token[RECEIPT_TOKEN_BYTES];

	receipt_code(*state, 987654, code);
	receipt_token(*state, 987654, token);
	receipt_both(*state, 987654, both_code, both_token);
	assert_string_equal(both_code, code);
	assert_string_equal(both_token, token);
}

static void
no_changed_token_passes(void **state)
{
	char token[RECEIPT_TOKEN_BYTES];
	uint64_t back;
	size_t i;

	receipt_token(*state, 12345, token);
	for (i = 0; i < 32; i++) {
		char right = token[i];

		token[i] = right == 'A' ? 'B' : 'A';
		assert_int_equal(receipt_read_token(*state, token, &back), RECEIPT_BAD);
		token[i] = '=';
		assert_int_equal(receipt_read_token(*state, token, &back), RECEIPT_BAD);
		token[i] = right;
	}
	token[31] = '\0';
	assert_int_equal(receipt_read_token(*state, token, &back), RECEIPT_BAD);
	assert_int_equal(receipt_read_token(*state, "", &back), RECEIPT_BAD);
}

static void
another_key_makes_other_names(void **state)
{
	struct receipt_keys *other = receipt_keys_new(other_key);
	char code[RECEIPT_CODE_BYTES];
	char other_code[RECEIPT_CODE_BYTES];
	char token[RECEIPT_TOKEN_BYTES];
	uint64_t back;

	assert_non_null(other);
	receipt_code(*state, 5, code);
	receipt_code(other, 5, other_code);
	assert_string_not_equal(code, other_code);
	receipt_token(*state, 5, token);
	assert_int_equal(receipt_read_token(other, token, &back), RECEIPT_BAD);
	receipt_keys_free(other);
}

static void
keys_without_memory_are_null(void **state)
{
	struct receipt_keys *k;
	unsigned long n;

	(void)state;
	for (n = 1;; n++) {
		alloc_fail_at(n);
		k = receipt_keys_new(key);
		if (!alloc_failed()) {
			break;
		}
		assert_null(k);
	}
	alloc_fail_at(0);
	assert_non_null(k);
	receipt_keys_free(k);
	receipt_keys_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_code_reads_back_as_its_number),
		cmocka_unit_test(codes_of_neighbours_have_nothing_in_common),
		cmocka_unit_test(codes_are_read_as_people_type_them),
		cmocka_unit_test(one_wrong_character_never_passes),
		cmocka_unit_test(two_characters_changed_for_each_other_never_pass),
		cmocka_unit_test(what_is_no_code_is_refused),
		cmocka_unit_test(a_token_reads_back_as_its_number),
		cmocka_unit_test(both_at_once_are_what_each_is_alone),
		cmocka_unit_test(no_changed_token_passes),
		cmocka_unit_test(another_key_makes_other_names),
		cmocka_unit_test(keys_without_memory_are_null),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
