#include "unit.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

#include "server/tally.h"

union address {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

static union address
address_of(const char *text)
{
	union address a = {0};

	if (inet_pton(AF_INET, text, &a.in.sin_addr) == 1) {
		a.in.sin_family = AF_INET;
	} else {
		assert_int_equal(inet_pton(AF_INET6, text, &a.in6.sin6_addr), 1);
		a.in6.sin6_family = AF_INET6;
	}
	return a;
}

static bool
take(struct tally *t, const char *text, size_t most)
{
	union address a = address_of(text);

	return tally_take(t, &a.any, most);
}

static void
give(struct tally *t, const char *text)
{
	union address a = address_of(text);

	tally_give(t, &a.any);
}

static void
an_address_holds_only_so_many(void **state)
{
	struct tally *t = tally_new(10);

	(void)state;
	assert_true(take(t, "192.0.2.1", 2));
	assert_true(take(t, "192.0.2.1", 2));
	assert_false(take(t, "192.0.2.1", 2));
	assert_true(take(t, "192.0.2.2", 2));
	give(t, "192.0.2.1");
	assert_true(take(t, "192.0.2.1", 2));
	assert_false(take(t, "192.0.2.3", 0));
	assert_int_equal(tally_addresses(t), 2);
	tally_free(t);
}

static void
a_customer_of_ipv6_is_one_address(void **state)
{
	struct tally *t = tally_new(10);

	(void)state;
	assert_true(take(t, "2001:db8:0:1::1", 1));
	assert_false(take(t, "2001:db8:0:1:ffff::2", 1));
	assert_true(take(t, "2001:db8:0:2::1", 1));
	assert_true(take(t, "::ffff:192.0.2.1", 1));
	assert_false(take(t, "192.0.2.1", 1));
	assert_true(take(t, "::ffff:192.0.2.2", 1));
	tally_free(t);
}

static void
who_has_no_address_is_not_counted(void **state)
{
	struct tally *t = tally_new(10);
	const struct sockaddr_un path = {.sun_family = AF_UNIX};

	(void)state;
	for (int i = 0; i < 100; i++) {
		assert_true(tally_take(t, (const struct sockaddr *)&path, 1));
	}
	assert_int_equal(tally_addresses(t), 0);
	tally_give(t, (const struct sockaddr *)&path);
	tally_free(t);
}

/* Giving back closes gaps; against a plain array, in an order that mixes all. */
static void
counts_stay_right_over_many_takes_and_gives(void **state)
{
	enum { ADDRESSES = 200, STEPS = 100000, MOST = 3 };
	struct tally *t = tally_new(ADDRESSES * MOST);
	unsigned counts[ADDRESSES] = {0};
	uint64_t random = 1;

	(void)state;
	for (int i = 0; i < STEPS; i++) {
		char text[32];
		random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
		unsigned k = (unsigned)(random >> 33) % ADDRESSES;
		snprintf(text, sizeof(text), "10.0.%u.%u", k / 16, k % 16);
		if ((random >> 62) != 0 && counts[k] > 0) {
			give(t, text);
			counts[k]--;
		} else {
			assert_int_equal(take(t, text, MOST), counts[k] < MOST);
			counts[k] += counts[k] < MOST ? 1 : 0;
		}
	}
	size_t n = 0;
	for (int k = 0; k < ADDRESSES; k++) {
		n += counts[k] > 0 ? 1 : 0;
	}
	assert_int_equal(tally_addresses(t), n);
	tally_free(t);
}

static void
the_table_takes_as_many_addresses_as_connections(void **state)
{
	struct tally *t = tally_new(64);

	(void)state;
	for (int i = 0; i < 64; i++) {
		char text[32];
		snprintf(text, sizeof(text), "10.1.0.%d", i);
		assert_true(take(t, text, 1));
	}
	assert_int_equal(tally_addresses(t), 64);
	tally_free(t);
}

static void
without_memory_there_is_no_tally(void **state)
{
	(void)state;
	alloc_fail_at(1);
	assert_null(tally_new(10));
	alloc_fail_at(0);
	tally_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_holds_only_so_many),
		cmocka_unit_test(a_customer_of_ipv6_is_one_address),
		cmocka_unit_test(who_has_no_address_is_not_counted),
		cmocka_unit_test(counts_stay_right_over_many_takes_and_gives),
		cmocka_unit_test(the_table_takes_as_many_addresses_as_connections),
		cmocka_unit_test(without_memory_there_is_no_tally),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
