#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dispatch/seen.h"

static const uint8_t hash_key[SEEN_HASH_KEY_BYTES] = "sixteen bytes..";

static struct seen_entry
entry(uint64_t key, uint64_t row, int64_t at_ms)
{
	struct seen_entry e = {.row = row,
		.print = row * 7,
		.sender = (uint32_t)row * 11,
		.at_ms = at_ms};

	memcpy(e.key, &key, sizeof(key));
	return e;
}

static int
put(struct seen *s, uint64_t key, uint64_t row, int64_t at_ms)
{
	struct seen_entry e = entry(key, row, at_ms);

	return seen_put(s, &e);
}

static uint64_t
row_of(const struct seen *s, uint64_t key)
{
	struct seen_entry e = entry(key, 1, 0);
	struct seen_entry out;
	const struct seen_entry *found = seen_find(s, e.key, &out);

	return found == NULL ? 0 : found->row;
}

static void
an_entry_comes_back_as_it_was(void **state)
{
	const uint64_t most = (UINT64_C(1) << 42) - 1;
	const struct seen_entry entries[] = {
		{.key = {1}, .row = most, .incident = most, .at_ms = (int64_t)most},
		{.key = {2}, .row = 1, .incident = 0x155555, .at_ms = 1795000000000},
		{.key = {3}, .row = 2, .incident = 0x2AAAAA00000, .raw = true},
		{.key = {4}, .row = 3, .print = UINT64_MAX, .sender = UINT32_MAX},
	};
	struct seen_entry early = {.key = {5}, .row = 4, .at_ms = -1};
	struct seen *s = seen_new(10, hash_key);
	struct seen_entry out;

	(void)state;
	for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
		assert_int_equal(seen_put(s, &entries[i]), 0);
	}
	for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
		const struct seen_entry *e = &entries[i];

		assert_ptr_equal(seen_find(s, e->key, &out), &out);
		assert_memory_equal(out.key, e->key, SEEN_KEY_BYTES);
		assert_int_equal(out.row, e->row);
		assert_int_equal(out.incident, e->incident);
		assert_int_equal(out.at_ms, e->at_ms);
		assert_int_equal(out.print, e->print);
		assert_int_equal(out.sender, e->sender);
		assert_int_equal(out.raw, e->raw);
	}
	assert_int_equal(seen_put(s, &early), 0);
	assert_non_null(seen_find(s, early.key, &out));
	assert_int_equal(out.at_ms, 0);
	seen_free(s);
}

static void
what_was_put_is_found_and_nothing_else(void **state)
{
	struct seen *s = seen_new(100, hash_key);

	(void)state;
	assert_int_equal(put(s, 5, 1, 10), 0);
	assert_int_equal(put(s, 6, 2, 11), 0);
	assert_int_equal(row_of(s, 5), 1);
	assert_int_equal(row_of(s, 6), 2);
	assert_int_equal(row_of(s, 7), 0);
	assert_int_equal(seen_count(s), 2);
	seen_free(s);
	seen_free(NULL);
}

static void
the_oldest_goes_when_it_is_full_and_is_counted(void **state)
{
	struct seen *s = seen_new(3, hash_key);
	uint64_t k;

	(void)state;
	for (k = 1; k <= 5; k++) {
		put(s, k, k, 0);
	}
	assert_int_equal(row_of(s, 1), 0);
	assert_int_equal(row_of(s, 2), 0);
	assert_int_equal(row_of(s, 3), 3);
	assert_int_equal(row_of(s, 5), 5);
	assert_int_equal(seen_count(s), 3);
	assert_int_equal(seen_pushed_out(s), 2);
	seen_free(s);
}

static void
a_key_that_comes_again_counts_as_new(void **state)
{
	struct seen *s = seen_new(3, hash_key);

	(void)state;
	put(s, 1, 1, 0);
	put(s, 2, 2, 0);
	put(s, 1, 3, 0);
	assert_int_equal(seen_count(s), 2);
	assert_int_equal(row_of(s, 1), 3);
	put(s, 4, 4, 0); /* the dead place of 1 goes: nobody is pushed out */
	assert_int_equal(seen_pushed_out(s), 0);
	assert_int_equal(row_of(s, 2), 2);
	put(s, 5, 5, 0); /* now 2 is the oldest */
	assert_int_equal(seen_pushed_out(s), 1);
	assert_int_equal(row_of(s, 2), 0);
	assert_int_equal(row_of(s, 1), 3);
	seen_free(s);
}

static void
old_ones_expire_a_few_at_a_time(void **state)
{
	struct seen *s = seen_new(100, hash_key);
	uint64_t k;

	(void)state;
	for (k = 1; k <= 10; k++) {
		put(s, k, k, (int64_t)k);
	}
	seen_expire(s, 8, 4);
	assert_int_equal(seen_count(s), 6);
	assert_int_equal(row_of(s, 4), 0);
	assert_int_equal(row_of(s, 5), 5);
	seen_expire(s, 8, 100);
	assert_int_equal(seen_count(s), 3);
	assert_int_equal(row_of(s, 8), 8);
	assert_int_equal(seen_pushed_out(s), 0);
	seen_free(s);
}

enum {
	KEYS = 900,
	MAX = 300,
	STEPS = 60000,
};

/* Against the definition: there while fewer than MAX came after it. */
static void
it_knows_what_the_definition_says(void **state)
{
	struct seen *s = seen_new(MAX, hash_key);
	uint64_t row[KEYS] = {0};
	uint64_t came[KEYS] = {0};
	unsigned seed = 1;
	uint64_t n;

	(void)state;
	for (n = 1; n <= STEPS; n++) {
		uint64_t k = (uint64_t)rand_r(&seed) % KEYS;
		uint64_t asked = (uint64_t)rand_r(&seed) % KEYS;
		bool known = came[asked] != 0 && n - 1 - came[asked] < MAX;

		if (row_of(s, asked) != (known ? row[asked] : 0)) {
			fail_msg("step %lu", (unsigned long)n);
		}
		assert_int_equal(put(s, k, n, 0), 0);
		row[k] = n;
		came[k] = n;
	}
	seen_free(s);
}

static void
it_grows_with_what_comes(void **state)
{
	struct seen *s = seen_new(100000, hash_key);
	uint64_t refused = 0;
	uint64_t k;

	(void)state;
	for (k = 1; k <= 9000; k++) {
		alloc_fail_at(k % 3 == 0);
		if (put(s, k, k, 0) < 0) {
			refused++;
			alloc_fail_at(0);
			assert_int_equal(put(s, k, k, 0), 0);
		}
	}
	alloc_fail_at(0);
	assert_true(refused > 0);
	assert_int_equal(seen_count(s), 9000);
	for (k = 1; k <= 9000; k++) {
		assert_int_equal(row_of(s, k), k);
	}
	assert_int_equal(row_of(s, 9001), 0);
	seen_free(s);
}

static void
without_memory_there_is_no_table_and_no_entry(void **state)
{
	struct seen *s;
	unsigned long n;

	(void)state;
	for (n = 1;; n++) {
		alloc_fail_at(n);
		s = seen_new(10000, hash_key);
		if (!alloc_failed()) {
			break;
		}
		assert_null(s);
	}
	assert_true(n > 3);
	alloc_fail_at(1);
	assert_int_equal(put(s, 1, 1, 1), -ENOMEM);
	alloc_fail_at(0);
	assert_int_equal(seen_count(s), 0);
	assert_int_equal(put(s, 1, 1, 1), 0);
	seen_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_entry_comes_back_as_it_was),
		cmocka_unit_test(what_was_put_is_found_and_nothing_else),
		cmocka_unit_test(the_oldest_goes_when_it_is_full_and_is_counted),
		cmocka_unit_test(a_key_that_comes_again_counts_as_new),
		cmocka_unit_test(old_ones_expire_a_few_at_a_time),
		cmocka_unit_test(it_knows_what_the_definition_says),
		cmocka_unit_test(it_grows_with_what_comes),
		cmocka_unit_test(without_memory_there_is_no_table_and_no_entry),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
