#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "geo/chain.h"
#include "geo/store.h"

static const uint8_t zero[CHAIN_HASH_BYTES];

static struct store_row
sample(void)
{
	return (struct store_row){.seq = 3,
		.at_ms = 1795384800000,
		.kind = STORE_REPORT,
		.subject = 2,
		.prev = 2,
		.about = 1,
		.source = 0xfedcba9876543210,
		.facts = 5,
		.print = 6,
		.has_key = true,
		.key = {1, 2, 3},
		.body = (const uint8_t *)"facts",
		.body_bytes = 5};
}

static void
hex_of(const uint8_t *bytes, char *hex)
{
	for (int i = 0; i < CHAIN_HASH_BYTES; i++) {
		snprintf(hex + i * 2, 3, "%02x", bytes[i]);
	}
}

/* Made with Python's hashlib and struct from the form told in chain.c. */
static void
the_form_on_disk_never_changes(void **state)
{
	struct store_row row = sample();
	uint8_t salt[CHAIN_SALT_BYTES] = {9};
	uint8_t digest[CHAIN_HASH_BYTES];
	uint8_t hash[CHAIN_HASH_BYTES];
	char hex[CHAIN_HASH_BYTES * 2 + 1];

	(void)state;
	chain_digest(salt, (const uint8_t *)"words", 5, digest);
	hex_of(digest, hex);
	assert_string_equal(hex,
		"416498fe132cee770a65d460ae9e77e2d816ccbb819610c530f9edd8ee9b2ca7");
	chain_next(zero, &row, digest, hash);
	hex_of(hash, hex);
	assert_string_equal(hex,
		"d35a02b6dde15afd66dd75a40eec6743faebb036a6b78797d8686c42662fff5c");
	row.body = NULL;
	row.body_bytes = 0;
	row.has_key = false;
	chain_next(hash, &row, zero, hash);
	hex_of(hash, hex);
	assert_string_equal(hex,
		"a112559d5a842e2a4827fab8bcc00cc57a4e7782a837f97e9616079969fd5e06");
}

static void
every_column_and_neighbour_counts(void **state)
{
	uint8_t hash[CHAIN_HASH_BYTES];
	uint8_t other[CHAIN_HASH_BYTES];
	uint8_t one[CHAIN_HASH_BYTES] = {1};
	struct store_row rows[13];

	(void)state;
	for (size_t i = 0; i < 13; i++) {
		rows[i] = sample();
	}
	rows[0].seq++;
	rows[1].at_ms++;
	rows[2].kind = STORE_ADDITION;
	rows[3].subject++;
	rows[4].prev++;
	rows[5].about++;
	rows[6].source++;
	rows[7].facts++;
	rows[8].print++;
	rows[9].has_key = false;
	rows[10].key[STORE_KEY_BYTES - 1] = 1;
	rows[11].body = (const uint8_t *)"fact5";
	rows[12].body_bytes--;
	struct store_row row = sample();
	chain_next(zero, &row, zero, hash);
	for (size_t i = 0; i < 13; i++) {
		chain_next(zero, &rows[i], zero, other);
		assert_memory_not_equal(hash, other, CHAIN_HASH_BYTES);
	}
	chain_next(one, &row, zero, other);
	assert_memory_not_equal(hash, other, CHAIN_HASH_BYTES);
	chain_next(zero, &row, one, other);
	assert_memory_not_equal(hash, other, CHAIN_HASH_BYTES);
	/* What a row without a key has in its key field is nobody's business. */
	chain_next(zero, &rows[9], zero, hash);
	memset(rows[9].key, 0xff, STORE_KEY_BYTES);
	chain_next(zero, &rows[9], zero, other);
	assert_memory_equal(hash, other, CHAIN_HASH_BYTES);
}

static void
a_digest_needs_its_salt(void **state)
{
	uint8_t salt[CHAIN_SALT_BYTES] = {1};
	uint8_t a[CHAIN_HASH_BYTES];
	uint8_t b[CHAIN_HASH_BYTES];

	(void)state;
	chain_digest(salt, (const uint8_t *)"Via Roma 1", 10, a);
	salt[0] = 2;
	chain_digest(salt, (const uint8_t *)"Via Roma 1", 10, b);
	assert_memory_not_equal(a, b, CHAIN_HASH_BYTES);
	chain_digest(salt, NULL, 0, a);
	assert_memory_not_equal(a, zero, CHAIN_HASH_BYTES);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_form_on_disk_never_changes),
		cmocka_unit_test(every_column_and_neighbour_counts),
		cmocka_unit_test(a_digest_needs_its_salt),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
