#include "unit.h"

#include <errno.h>
#include <string.h>

#include "geo/pool.h"

enum {
	SLOTS = 1000,
	MANY_SLOTS = 3 << 20, /* 24 MB: memory of its own, which grew */
};

struct thing {
	uint64_t number;
	uint32_t more;
};

static void
what_is_reserved_can_be_taken_and_keeps_its_place(void **state)
{
	struct pool p;
	uint32_t slots[SLOTS];

	(void)state;
	pool_init(&p, sizeof(struct thing));
	for (uint32_t i = 0; i < SLOTS; i++) {
		assert_int_equal(pool_reserve(&p, 1), 0);
		slots[i] = pool_take(&p);
		*(struct thing *)pool_at(&p, slots[i]) = (struct thing){i, ~i};
	}
	assert_int_equal(pool_used(&p), SLOTS);
	assert_int_equal(pool_bytes(&p), SLOTS * sizeof(struct thing));
	for (uint32_t i = 0; i < SLOTS; i++) {
		const struct thing *thing = pool_at(&p, slots[i]);

		assert_int_equal(thing->number, i);
		assert_int_equal(thing->more, ~i);
	}
	pool_fini(&p);
	assert_int_equal(pool_used(&p), 0);
}

static void
what_is_given_back_is_taken_again_before_anything_grows(void **state)
{
	struct pool p;
	uint32_t slots[SLOTS];

	(void)state;
	pool_init(&p, sizeof(uint32_t));
	assert_int_equal(pool_reserve(&p, SLOTS), 0);
	for (uint32_t i = 0; i < SLOTS; i++) {
		slots[i] = pool_take(&p);
	}
	for (uint32_t i = 0; i < SLOTS; i += 2) {
		pool_give(&p, slots[i]);
	}
	assert_int_equal(pool_used(&p), SLOTS / 2);
	alloc_fail_at(1);
	assert_int_equal(pool_reserve(&p, SLOTS / 2), 0);
	for (uint32_t i = 0; i < SLOTS / 2; i++) {
		assert_true(pool_take(&p) < SLOTS);
	}
	assert_false(alloc_failed());
	alloc_fail_at(0);
	assert_int_equal(pool_used(&p), SLOTS);
	assert_int_equal(pool_bytes(&p), SLOTS * sizeof(uint32_t));
	pool_fini(&p);
}

static void
a_reservation_that_fails_changes_nothing(void **state)
{
	struct pool p;
	uint32_t slot;

	(void)state;
	pool_init(&p, sizeof(uint64_t));
	alloc_fail_at(1);
	assert_int_equal(pool_reserve(&p, 1), -ENOMEM);
	alloc_fail_at(0);
	assert_int_equal(pool_reserve(&p, 1), 0);
	slot = pool_take(&p);
	memcpy(pool_at(&p, slot), "vedetta", 8);
	alloc_fail_at(1);
	assert_int_equal(pool_reserve(&p, SLOTS), -ENOMEM);
	alloc_fail_at(0);
	assert_string_equal(pool_at(&p, slot), "vedetta");
	assert_int_equal(pool_reserve(&p, POOL_NONE), -ENOMEM);
	pool_fini(&p);
}

static void
a_large_one_keeps_what_it_held_while_it_grows(void **state)
{
	struct pool p, beside;

	(void)state;
	pool_init(&p, sizeof(uint64_t));
	pool_init(&beside, sizeof(uint32_t));
	for (uint64_t i = 0; i < MANY_SLOTS; i++) {
		assert_int_equal(pool_reserve(&p, 1), 0);
		assert_int_equal(pool_fit(&beside, p.room), 0);
		assert_int_equal(pool_take(&p), i);
		*(uint64_t *)pool_at(&p, (uint32_t)i) = i;
		*(uint32_t *)pool_at(&beside, (uint32_t)i) = ~(uint32_t)i;
	}
	assert_int_equal((uintptr_t)p.slots % 64, 0);
	for (uint32_t i = 0; i < MANY_SLOTS; i++) {
		assert_int_equal(*(uint64_t *)pool_at(&p, i), i);
		assert_int_equal(*(uint32_t *)pool_at(&beside, i), ~i);
	}
	assert_true(pool_bytes(&beside) >= MANY_SLOTS * sizeof(uint32_t));
	assert_true(pool_mapped_bytes() >= MANY_SLOTS * sizeof(uint64_t));
	pool_fini(&p);
	pool_fini(&beside);
	assert_int_equal(pool_mapped_bytes(), 0);
	assert_int_equal(pool_used(&p), 0);
}

static void
what_does_not_fit_beside_it_changes_nothing(void **state)
{
	struct pool p;

	(void)state;
	pool_init(&p, sizeof(uint64_t));
	assert_int_equal(pool_fit(&p, 1), 0);
	memcpy(pool_at(&p, 0), "vedetta", 8);
	alloc_fail_at(1);
	assert_int_equal(pool_fit(&p, SLOTS), -ENOMEM);
	alloc_fail_at(0);
	assert_string_equal(pool_at(&p, 0), "vedetta");
	pool_fini(&p);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_reserved_can_be_taken_and_keeps_its_place),
		cmocka_unit_test(
			what_is_given_back_is_taken_again_before_anything_grows),
		cmocka_unit_test(a_reservation_that_fails_changes_nothing),
		cmocka_unit_test(a_large_one_keeps_what_it_held_while_it_grows),
		cmocka_unit_test(what_does_not_fit_beside_it_changes_nothing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
