#include "unit.h"

#include <string.h>

#include "dispatch/derive.h"

static const uint8_t key[STORE_KEY_BYTES] = {
	0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

/* Worked out apart with Python's hashlib: these are on disks. */
static void
names_in_the_log_stay_the_same_for_ever(void **state)
{
	static const uint8_t expected[STORE_KEY_BYTES] = {0x00, 0x54, 0x81, 0xf4, 0x8a,
		0x14, 0x71, 0x0b, 0xd1, 0x02, 0x7f, 0xbf, 0x9d, 0xf5, 0xf6, 0x98};
	uint8_t out[STORE_KEY_BYTES];

	(void)state;
	derive_key(key, UINT64_C(0x0102030405060708), out);
	assert_memory_equal(out, expected, sizeof(out));
	assert_true(derive_raw_print((const uint8_t *)"bytes", 5) ==
		    UINT64_C(0xbe70c0f3964853a9));
	assert_true(derive_hash("key", "incident 7") == UINT64_C(0x04a5d304ad0b9417));
}

static void
another_print_or_secret_gives_another_name(void **state)
{
	uint8_t secret[DERIVE_SECRET_BYTES] = {1};
	uint8_t a[STORE_KEY_BYTES];
	uint8_t b[STORE_KEY_BYTES];

	(void)state;
	derive_key(key, 1, a);
	derive_key(key, 2, b);
	assert_memory_not_equal(a, b, sizeof(a));
	derive_hash_key(secret, a);
	secret[31] = 1;
	derive_hash_key(secret, b);
	assert_memory_not_equal(a, b, sizeof(a));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_in_the_log_stay_the_same_for_ever),
		cmocka_unit_test(another_print_or_secret_gives_another_name),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
