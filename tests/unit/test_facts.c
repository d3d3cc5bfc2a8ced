#include "unit.h"

#include <string.h>

#include "dispatch/facts.h"

static void
check(struct facts f, uint64_t bits)
{
	struct facts back = facts_unpack(bits);

	assert_int_equal(facts_pack(&f), bits);
	assert_int_equal(facts_pack(&back), bits);
	assert_int_equal(back.hazard, f.hazard);
	assert_int_equal(back.late_s, f.late_s);
}

/* Each field alone, at the place it has on every disk there is. */
static void
bits_keep_their_places_for_ever(void **state)
{
	(void)state;
	check((struct facts){.hazard = 0xff}, 0xff);
	check((struct facts){.signs = 0x7f}, 0x7f00);
	check((struct facts){.people = 4}, UINT64_C(4) << 16);
	check((struct facts){.about = 2}, UINT64_C(2) << 19);
	check((struct facts){.tokened = true}, UINT64_C(1) << 21);
	check((struct facts){.cross_site = true}, UINT64_C(1) << 22);
	check((struct facts){.exercise = true}, UINT64_C(1) << 23);
	check((struct facts){.unplaced = true}, UINT64_C(1) << 24);
	check((struct facts){.word_class = 2}, UINT64_C(2) << 25);
	check((struct facts){.unreadable = true}, UINT64_C(1) << 27);
	check((struct facts){.repeat = true}, UINT64_C(1) << 28);
	check((struct facts){.adds = true}, UINT64_C(1) << 29);
	check((struct facts){.why = 7}, UINT64_C(7) << 30);
	check((struct facts){.spot = true}, UINT64_C(1) << 33);
	check((struct facts){.piles = true}, UINT64_C(1) << 34);
	check((struct facts){.folded = true}, UINT64_C(1) << 35);
	check((struct facts){.late_s = 0xffffff}, UINT64_C(0xffffff) << 40);
}

static void
fields_do_not_disturb_each_other(void **state)
{
	struct facts f = {.hazard = 16,
		.signs = 0x55,
		.people = 3,
		.about = 1,
		.word_class = 1,
		.tokened = true,
		.exercise = true,
		.repeat = true,
		.late_s = 77};
	struct facts back = facts_unpack(facts_pack(&f));

	(void)state;
	assert_int_equal(back.hazard, 16);
	assert_int_equal(back.signs, 0x55);
	assert_int_equal(back.people, 3);
	assert_int_equal(back.about, 1);
	assert_int_equal(back.word_class, 1);
	assert_true(back.tokened && back.exercise && back.repeat);
	assert_false(back.cross_site || back.unplaced || back.unreadable || back.adds);
	assert_int_equal(back.late_s, 77);
}

static void
lateness_saturates(void **state)
{
	struct facts f = {.late_s = UINT32_MAX};

	(void)state;
	assert_int_equal(facts_unpack(facts_pack(&f)).late_s, 0xffffff);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bits_keep_their_places_for_ever),
		cmocka_unit_test(fields_do_not_disturb_each_other),
		cmocka_unit_test(lateness_saturates),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
