#include "unit.h"

#include <errno.h>

#include "dispatch/members.h"

static int
add(struct members *m, uint64_t report, bool adds)
{
	const struct facts facts = {.adds = adds};
	const struct member one = member_pack(report, 0, facts_pack(&facts), 0);

	return members_add(m, &one);
}

static void
a_member_is_as_it_was_but_for_how_late(void **state)
{
	const int64_t arrivals[] = {0, 1795000000000, 1, (INT64_C(1) << 42) - 1};
	const uint64_t all_facts = (UINT64_C(1) << FACTS_LATE_AT) - 1;
	size_t n;

	(void)state;
	for (n = 0; n < sizeof(arrivals) / sizeof(arrivals[0]); n++) {
		struct member m = member_pack((UINT64_C(1) << 43) - 1 - n,
			UINT64_MAX - n, UINT64_MAX, arrivals[n]);
		struct facts facts = member_facts(&m);
		struct facts wanted = facts_unpack(all_facts);

		assert_int_equal(m.report, (UINT64_C(1) << 43) - 1 - n);
		assert_int_equal(m.source, UINT64_MAX - n);
		assert_int_equal(m.arrival_ms, arrivals[n]);
		assert_int_equal(facts_pack(&facts), facts_pack(&wanted));
	}
	/* Bit by bit: none stands in for another. */
	for (n = 0; n < FACTS_LATE_AT; n++) {
		struct facts wanted = facts_unpack(UINT64_C(1) << n);
		struct member m = member_pack(0, 0, facts_pack(&wanted), 0);
		struct facts facts = member_facts(&m);

		assert_int_equal(facts_pack(&facts), facts_pack(&wanted));
	}
	assert_int_equal(member_pack(1, 1, 0, INT64_MAX).arrival_ms, arrivals[3]);
	assert_int_equal(member_pack(1, 1, 0, INT64_MIN).arrival_ms, 0);
}

static void
they_stay_in_order_and_leave_with_their_words(void **state)
{
	struct members m = {.many = NULL};
	uint64_t n;

	(void)state;
	assert_int_equal(members_only_report(&m), 0);
	assert_int_equal(add(&m, 1, false), 0);
	assert_int_equal(members_only_report(&m), 1);
	assert_int_equal(add(&m, 1, true), 0);
	assert_int_equal(members_only_report(&m), 1);
	for (n = 2; n < 40; n++) {
		assert_int_equal(add(&m, n, false), 0);
		assert_int_equal(add(&m, n, true), 0);
	}
	assert_int_equal(members_only_report(&m), 0);
	members_remove(&m, &(uint64_t){7}, 1);
	assert_false(members_has(&m, 7));
	assert_true(members_has(&m, 8));
	assert_int_equal(m.n, 2 * 38);
	for (n = 1; n < m.n; n++) {
		assert_true(members_at(&m, (uint32_t)n)->report >=
			    members_at(&m, (uint32_t)n - 1)->report);
	}
	for (n = 2; n < 40; n++) {
		members_remove(&m, &(uint64_t){n}, 1);
	}
	assert_int_equal(members_only_report(&m), 1);
	members_remove(&m, &(uint64_t){1}, 1);
	assert_int_equal(m.n, 0);
	/* Again, in the room there is. */
	assert_int_equal(add(&m, 5, false), 0);
	assert_int_equal(members_only_report(&m), 5);
	members_fini(&m);
}

static void
further_words_alone_are_no_report(void **state)
{
	struct members m = {.many = NULL};

	(void)state;
	assert_int_equal(add(&m, 3, true), 0);
	assert_false(members_has(&m, 3));
	assert_int_equal(members_only_report(&m), 0);
	members_fini(&m);
}

static void
short_memory_is_said(void **state)
{
	struct members m = {.many = NULL};

	(void)state;
	assert_int_equal(add(&m, 1, false), 0);
	alloc_fail_at(1);
	assert_int_equal(add(&m, 2, false), -ENOMEM);
	alloc_fail_at(0);
	assert_int_equal(m.n, 1);
	assert_int_equal(add(&m, 2, false), 0);
	assert_int_equal(m.n, 2);
	members_fini(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_member_is_as_it_was_but_for_how_late),
		cmocka_unit_test(they_stay_in_order_and_leave_with_their_words),
		cmocka_unit_test(further_words_alone_are_no_report),
		cmocka_unit_test(short_memory_is_said),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
