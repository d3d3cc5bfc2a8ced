#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "proto/arena.h"

static void
what_is_handed_out_is_zeroed_and_aligned(void **state)
{
	struct arena *a = arena_new(1 << 20);

	(void)state;
	for (int round = 0; round < 3; round++) {
		for (size_t bytes = 0; bytes < 200; bytes++) {
			char *p = arena_alloc(a, bytes);

			assert_non_null(p);
			assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
			for (size_t i = 0; i < bytes; i++) {
				assert_int_equal(p[i], 0);
			}
			memset(p, 0xFF, bytes);
		}
		arena_reset(a);
		assert_int_equal(arena_used(a), 0);
	}
	arena_free(a);
}

static void
two_pieces_never_overlap(void **state)
{
	struct arena *a = arena_new(1 << 20);
	unsigned char *pieces[300];

	(void)state;
	for (size_t i = 0; i < 300; i++) {
		pieces[i] = arena_alloc(a, i * 7);
		memset(pieces[i], (int)(i & 0xFF), i * 7);
	}
	for (size_t i = 0; i < 300; i++) {
		for (size_t j = 0; j < i * 7; j++) {
			assert_int_equal(pieces[i][j], i & 0xFF);
		}
	}
	arena_free(a);
}

static void
nothing_is_handed_out_past_the_ceiling(void **state)
{
	struct arena *a = arena_new(100000);
	size_t n = 0;

	(void)state;
	assert_null(arena_alloc(a, 100001));
	assert_null(arena_alloc(a, SIZE_MAX));
	assert_null(arena_copy(a, "x", SIZE_MAX));
	while (arena_alloc(a, 1000) != NULL) {
		n++;
	}
	assert_in_range(n, 98, 100);
	assert_true(arena_used(a) <= 100000);
	assert_null(arena_printf(a, "%5000d", 1));
	arena_reset(a);
	assert_non_null(arena_alloc(a, 90000));
	arena_free(a);
}

static void
a_small_ceiling_holds_inside_the_first_block(void **state)
{
	struct arena *a = arena_new(64);

	(void)state;
	assert_non_null(arena_alloc(a, 64));
	assert_null(arena_alloc(a, 1));
	arena_reset(a);
	assert_null(arena_alloc(a, 65));
	assert_non_null(arena_alloc(a, 1));
	arena_free(a);
}

static void
a_copy_ends_in_a_nul(void **state)
{
	struct arena *a = arena_new(1000);
	const char *p = arena_copy(a, "Tagliamento in piena", 11);

	(void)state;
	assert_string_equal(p, "Tagliamento");
	assert_string_equal(arena_copy(a, NULL, 0), "");
	assert_string_equal(arena_printf(a, "%s-%d", "a", 7), "a-7");
	arena_free(a);
}

static void
growing_keeps_what_was_there_and_zeroes_the_rest(void **state)
{
	struct arena *a = arena_new(1 << 20);
	unsigned char *p = NULL;
	size_t bytes = 0;

	(void)state;
	for (size_t next = 1; next < 200000; next = next * 3 / 2 + 1) {
		p = arena_grow(a, p, bytes, next);
		assert_non_null(p);
		for (size_t i = 0; i < next; i++) {
			assert_int_equal(p[i], i < bytes ? 0xAB : 0);
		}
		memset(p, 0xAB, next);
		bytes = next;
	}
	arena_free(a);
}

static void
the_newest_grows_in_place_and_others_are_copied(void **state)
{
	struct arena *a = arena_new(1 << 20);
	char *first = arena_copy(a, "one", 3);
	char *second = arena_copy(a, "two", 3);
	char *grown = arena_grow(a, second, 4, 4000);

	(void)state;
	assert_ptr_equal(grown, second);
	assert_string_equal(grown, "two");
	grown = arena_grow(a, first, 4, 4000);
	assert_ptr_not_equal(grown, first);
	assert_string_equal(grown, "one");
	assert_string_equal(second, "two");
	arena_free(a);
}

static void
growing_past_the_ceiling_leaves_the_old_as_it_was(void **state)
{
	struct arena *a = arena_new(4096);
	char *p = arena_copy(a, "one", 3);

	(void)state;
	assert_null(arena_grow(a, p, 4, 5000));
	assert_null(arena_grow(a, p, 4, SIZE_MAX));
	assert_string_equal(p, "one");
	arena_free(a);
	/* Also where its block still has room. */
	a = arena_new(20000);
	assert_non_null(arena_alloc(a, 16000));
	p = arena_alloc(a, 1000);
	assert_non_null(p);
	assert_null(arena_grow(a, p, 1000, 5000));
	assert_ptr_equal(arena_grow(a, p, 1000, 3000), p);
	arena_free(a);
}

static void
memory_that_is_short_makes_no_arena(void **state)
{
	(void)state;
	for (unsigned long n = 1;; n++) {
		struct arena *a;

		alloc_fail_at(n);
		a = arena_new(1 << 20);
		if (!alloc_failed()) {
			alloc_fail_at(0);
			assert_non_null(a);
			arena_free(a);
			break;
		}
		assert_null(a);
	}
	arena_free(NULL);
}

static void
memory_that_is_short_later_refuses_one_allocation_only(void **state)
{
	struct arena *a = arena_new(1 << 20);

	(void)state;
	alloc_fail_at(1);
	assert_null(arena_alloc(a, 100000));
	assert_true(alloc_failed());
	alloc_fail_at(0);
	assert_non_null(arena_alloc(a, 100000));
	arena_free(a);
}

static void
a_warm_arena_does_not_allocate(void **state)
{
	struct arena *a = arena_new(1 << 20);

	(void)state;
	alloc_fail_at(1);
	for (int i = 0; i < 100; i++) {
		assert_non_null(arena_alloc(a, 10000));
		arena_reset(a);
	}
	assert_false(alloc_failed());
	alloc_fail_at(0);
	arena_free(a);
}

static void
protobuf_c_gets_its_memory_here(void **state)
{
	struct arena *a = arena_new(256);
	ProtobufCAllocator *allocator = arena_allocator(a);
	void *p = allocator->alloc(allocator->allocator_data, 100);

	(void)state;
	assert_non_null(p);
	assert_true(arena_used(a) >= 100);
	allocator->free(allocator->allocator_data, p);
	assert_null(allocator->alloc(allocator->allocator_data, 1000));
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_handed_out_is_zeroed_and_aligned),
		cmocka_unit_test(two_pieces_never_overlap),
		cmocka_unit_test(nothing_is_handed_out_past_the_ceiling),
		cmocka_unit_test(a_small_ceiling_holds_inside_the_first_block),
		cmocka_unit_test(a_copy_ends_in_a_nul),
		cmocka_unit_test(growing_keeps_what_was_there_and_zeroes_the_rest),
		cmocka_unit_test(the_newest_grows_in_place_and_others_are_copied),
		cmocka_unit_test(growing_past_the_ceiling_leaves_the_old_as_it_was),
		cmocka_unit_test(memory_that_is_short_makes_no_arena),
		cmocka_unit_test(
			memory_that_is_short_later_refuses_one_allocation_only),
		cmocka_unit_test(a_warm_arena_does_not_allocate),
		cmocka_unit_test(protobuf_c_gets_its_memory_here),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
