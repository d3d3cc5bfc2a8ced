#include "unit.h"

#include <errno.h>
#include <stdlib.h>

#include "dispatch/senders.h"

enum {
	SOURCES = 300,
	ROUNDS = 20000,
};

/* Against plain counts: the set is as large as there are some above 0. */
static void
what_comes_and_goes_is_what_a_count_says(void **state)
{
	unsigned seed = 5;

	(void)state;
	for (uint64_t shift = 0; shift < 64; shift += 20) {
		uint32_t reports[SOURCES + 1] = {0};
		struct senders s = {.n = 0};
		uint32_t n = 0;

		for (int i = 0; i < ROUNDS; i++) {
			/* First it fills, then it empties. */
			bool comes = rand_r(&seed) % 100 < (i < ROUNDS / 2 ? 60 : 40);
			uint64_t which = 1 + (uint64_t)rand_r(&seed) % SOURCES;
			uint64_t source = shift == 60 ? which : which << shift;
			bool added;

			if (comes) {
				assert_int_equal(senders_add(&s, source, &added), 0);
				assert_int_equal(added, reports[which]++ == 0);
				n += added;
			} else {
				bool last = reports[which] == 1;

				reports[which] -= reports[which] > 0;
				assert_int_equal(senders_remove(&s, source), last);
				n -= last;
			}
			assert_int_equal(s.n, n);
		}
		senders_fini(&s);
	}
}

static void
one_sender_needs_no_memory(void **state)
{
	struct senders s = {.n = 0};
	bool added;

	(void)state;
	alloc_fail_at(1);
	assert_int_equal(senders_add(&s, 9, &added), 0);
	assert_true(added);
	assert_int_equal(senders_add(&s, 9, &added), 0);
	assert_false(added);
	assert_int_equal(senders_add(&s, 10, &added), -ENOMEM);
	alloc_fail_at(0);
	assert_int_equal(s.n, 1);
	assert_false(senders_remove(&s, 9));
	assert_false(senders_remove(&s, 10));
	assert_true(senders_remove(&s, 9));
	assert_int_equal(s.n, 0);
	assert_false(senders_remove(&s, 9));
	senders_fini(&s);
}

static void
an_unknown_sender_is_not_counted(void **state)
{
	struct senders s = {.n = 0};
	bool added;

	(void)state;
	assert_int_equal(senders_add(&s, 0, &added), 0);
	assert_false(added);
	assert_int_equal(s.n, 0);
	assert_false(senders_remove(&s, 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_comes_and_goes_is_what_a_count_says),
		cmocka_unit_test(one_sender_needs_no_memory),
		cmocka_unit_test(an_unknown_sender_is_not_counted),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
