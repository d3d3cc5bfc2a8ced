#include "unit.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/un.h>

#include "server/reach.h"

static bool
may(const struct reach *r, const char *text)
{
	struct sockaddr_storage address = {0};
	struct sockaddr_in four = {.sin_family = AF_INET};
	struct sockaddr_in6 six = {.sin6_family = AF_INET6};

	if (inet_pton(AF_INET, text, &four.sin_addr) == 1) {
		memcpy(&address, &four, sizeof(four));
	} else {
		assert_int_equal(inet_pton(AF_INET6, text, &six.sin6_addr), 1);
		memcpy(&address, &six, sizeof(six));
	}
	return reach_may(r, (const struct sockaddr *)&address);
}

static void
public_addresses_are_reached(void **state)
{
	static const char *const open[] = {"1.1.1.1", "8.8.8.8", "9.255.255.255",
		"11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
		"128.0.0.0", "169.253.255.255", "169.255.0.0", "172.15.255.255",
		"172.32.0.0", "192.0.1.0", "192.0.3.0", "192.167.255.255",
		"192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255",
		"2001:4860::8888", "2a00:1450::1", "2600::", "3ffe::1"};
	const struct reach none = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(open) / sizeof(open[0]); i++) {
		if (!may(&none, open[i])) {
			fail_msg("%s", open[i]);
		}
	}
}

static void
no_other_address_is(void **state)
{
	static const char *const closed[] = {"0.0.0.0", "0.1.2.3", "10.0.0.0",
		"10.255.255.255", "100.64.0.0", "100.127.255.255", "127.0.0.1",
		"127.255.255.255", "169.254.0.0", "169.254.169.254", "172.16.0.0",
		"172.31.255.255", "192.0.0.1", "192.0.2.1", "192.88.99.1",
		"192.168.0.0", "192.168.255.255", "198.18.0.0", "198.19.255.255",
		"198.51.100.1", "203.0.113.255", "224.0.0.1", "239.255.255.255",
		"240.0.0.0", "255.255.255.255", "::", "::1", "::127.0.0.1", "::8.8.8.8",
		"::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:0:8.8.8.8",
		"64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "100::1",
		"2001::1", "2001:0:4136:e378::1", "2001:2::1", "2001:10::1",
		"2001:20::1", "2001:db8::1", "2002:7f00:1::1", "2002:808:808::1",
		"3fff::1", "3fff:fff::1", "fc00::1", "fd00::1", "fdff:ffff::1",
		"fe80::1", "febf::1", "fec0::1", "ff02::1", "ff05::2", "4000::1",
		"5f00::1", "8000::1", "e000::1"};
	const struct reach none = {0};

	(void)state;
	assert_in_range(sizeof(closed) / sizeof(closed[0]), 55, 100);
	for (size_t i = 0; i < sizeof(closed) / sizeof(closed[0]); i++) {
		if (may(&none, closed[i])) {
			fail_msg("%s", closed[i]);
		}
	}
}

static void
what_the_config_names_is_reached_and_nothing_beside_it(void **state)
{
	struct reach r;

	(void)state;
	assert_null(reach_read("  10.1.2.0/23 192.168.1.7 fd00:1::/32  ::1 ", &r));
	assert_int_equal(r.n, 4);
	assert_true(may(&r, "10.1.2.0"));
	assert_true(may(&r, "10.1.3.255"));
	assert_false(may(&r, "10.1.4.0"));
	assert_false(may(&r, "10.1.1.255"));
	assert_true(may(&r, "192.168.1.7"));
	assert_false(may(&r, "192.168.1.6"));
	assert_true(may(&r, "fd00:1:ffff::1"));
	assert_false(may(&r, "fd00:2::1"));
	assert_true(may(&r, "::1"));
	assert_false(may(&r, "127.0.0.1"));
	assert_true(may(&r, "8.8.8.8"));
	assert_null(reach_read("", &r));
	assert_int_equal(r.n, 0);
	assert_null(reach_read("0.0.0.0/0", &r));
	assert_true(may(&r, "10.0.0.1"));
	assert_false(may(&r, "fd00::1"));
}

static void
what_is_no_range_is_said(void **state)
{
	static const char *const bad[] = {"localhost", "10.0.0.0/33", "10.0.0/8",
		"10.0.0.0/", "10.0.0.0/x", "10.0.0.0/-1", "10.0.0.0/8x", "::/129",
		"1.2.3.4 gateway", "1.1.1.1,2.2.2.2", "010.1.1.1",
		"1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17"};
	struct reach r;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (reach_read(bad[i], &r) == NULL) {
			fail_msg("%s", bad[i]);
		}
	}
	assert_non_null(reach_read("1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 "
				   "1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 "
				   "1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1",
		&r));
}

static void
other_families_are_not_reached(void **state)
{
	const struct sockaddr_un un = {.sun_family = AF_UNIX};
	struct reach all;

	(void)state;
	assert_null(reach_read("0.0.0.0/0 ::/0", &all));
	assert_false(reach_may(&all, (const struct sockaddr *)&un));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(public_addresses_are_reached),
		cmocka_unit_test(no_other_address_is),
		cmocka_unit_test(
			what_the_config_names_is_reached_and_nothing_beside_it),
		cmocka_unit_test(what_is_no_range_is_said),
		cmocka_unit_test(other_families_are_not_reached),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
