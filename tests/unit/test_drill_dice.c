#include "unit.h"

#include "server/drill_dice.h"

/* SplitMix64's published first numbers from seed 1234567, their upper halves. */
static void
the_numbers_are_those_of_the_published_generator(void **state)
{
	static const uint64_t published[] = {UINT64_C(6457827717110365317),
		UINT64_C(3203168211198807973), UINT64_C(9817491932198370423),
		UINT64_C(4593380528125082431), UINT64_C(16408922859458223821)};
	struct drill_dice d;

	(void)state;
	drill_dice_init(&d, 1234567);
	for (size_t i = 0; i < sizeof published / sizeof published[0]; i++) {
		/* Below 2^32 - 1 of them: the upper half, or one less. */
		uint64_t upper = published[i] >> 32;

		assert_in_range(upper - drill_dice_below(&d, UINT32_MAX), 0, 1);
	}
}

static void
each_face_comes_up_and_none_beyond(void **state)
{
	struct drill_dice d;
	int seen[7] = {0};

	(void)state;
	drill_dice_init(&d, 1);
	for (int i = 0; i < 7000; i++) {
		int32_t face = drill_dice_between(&d, -3, 3);

		assert_true(face >= -3 && face <= 3);
		seen[face + 3]++;
	}
	for (int i = 0; i < 7; i++) {
		assert_in_range(seen[i], 900, 1100);
	}
	for (int i = 0; i < 100; i++) {
		assert_int_equal(drill_dice_below(&d, 1), 0);
		assert_false(drill_dice_chance(&d, 0));
		assert_true(drill_dice_chance(&d, 1000));
	}
}

static void
a_spread_prefers_the_middle_and_keeps_its_bounds(void **state)
{
	struct drill_dice d;
	int inner = 0;

	(void)state;
	drill_dice_init(&d, 7);
	for (int i = 0; i < 3000; i++) {
		int32_t m = drill_dice_spread(&d, 300);

		assert_true(m >= -300 && m <= 300);
		inner += m > -150 && m < 150;
	}
	assert_in_range(inner, 2300, 2800); /* evenly it would be 1500 */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_numbers_are_those_of_the_published_generator),
		cmocka_unit_test(each_face_comes_up_and_none_beyond),
		cmocka_unit_test(a_spread_prefers_the_middle_and_keeps_its_bounds),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
