#include "unit.h"

#include <stdbool.h>
#include <string.h>

#include "dispatch/target.h"

#define MEANS(name) VEDETTA__V1__DELIVERY_MEANS__DELIVERY_MEANS_##name

static bool
is_fine(int means, const char *address)
{
	Vedetta__V1__DeliveryTarget t = VEDETTA__V1__DELIVERY_TARGET__INIT;
	struct trouble trouble;
	int r;

	trouble_init(&trouble);
	t.address = (char *)address;
	r = target_check((Vedetta__V1__DeliveryMeans)means, &t, &trouble);
	assert_int_equal(trouble_is_empty(&trouble), r == 0);
	return r == 0;
}

static void
addresses_are_what_a_mail_server_takes_unquoted(void **state)
{
	static const char *const good[] = {"a@b.it", "mario.rossi+tag@pc.comune.it",
		"x_y-z@xn--caff-dma.example", "!#$%&'*+/=?^`{|}~-@a.b"};
	static const char *const bad[] = {"", "a", "@b.it", "a@", "a@b", "a@@b.it",
		".a@b.it", "a.@b.it", "a..b@c.it", "a b@c.it", "a@b..it", "a@-b.it",
		"a@b-.it", "a@b.it.", "a@b.it\r\nBcc: c@d.it", "<a@b.it>",
		"a@[1.2.3.4]", "\"a\"@b.it", "\xc3\xa0@b.it", "a@b.it,c@d.it",
		"a@b.it ", "a@.it"};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_true(is_fine(MEANS(EMAIL), good[i]));
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(is_fine(MEANS(EMAIL), bad[i]));
	}
}

static void
urls_are_plain_ones(void **state)
{
	static const struct {
		const char *url, *host;
	} rows[] = {
		{"https://example.org/hook?a=b#c", "example.org:443"},
		{"https://EXAMPLE.org", "example.org:443"},
		{"http://gw.comune.lan:8080/", "gw.comune.lan:8080"},
		{"http://127.0.0.1/", "127.0.0.1:80"},
		{"https://[2001:DB8::1]:8443/x", "[2001:db8::1]:8443"},
		{"https://a.b:65535/", "a.b:65535"},
		{"https://user@a.b/", NULL},
		{"https://user:pass@a.b/", NULL},
		{"https://a.b:0/", NULL},
		{"https://a.b:65536/", NULL},
		{"https://a.b:/", NULL},
		{"https://a.b:80x/", NULL},
		{"https:///x", NULL},
		{"https://a..b/", NULL},
		{"https://a.b/ x", NULL},
		{"https://a.b/\r\nHost: c", NULL},
		{"https://a.b\\@c/", NULL},
		{"https://a_b/", NULL},
		{"https://[::1", NULL},
		{"https://[]/", NULL},
		{"https://[::1%25lo]/", NULL},
		{"HTTPS://a.b/", NULL},
		{"ftp://a.b/", NULL},
		{"file:///etc/passwd", NULL},
		{"gopher://a.b/", NULL},
		{"//a.b/", NULL},
		{"", NULL},
	};
	char host[TARGET_HOST_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t n = target_host(rows[i].url, host);

		assert_int_equal(n, rows[i].host == NULL ? 0 : strlen(rows[i].host));
		if (rows[i].host != NULL) {
			assert_string_equal(host, rows[i].host);
		}
		assert_int_equal(
			is_fine(MEANS(WEBHOOK), rows[i].url), rows[i].host != NULL);
	}
}

static void
a_url_that_is_too_long_is_none(void **state)
{
	char url[TARGET_URL_MAX + 2];
	char host[TARGET_HOST_BYTES];

	(void)state;
	memset(url, 'a', sizeof(url));
	memcpy(url, "https://a.b/", 12);
	url[TARGET_URL_MAX] = '\0';
	assert_int_not_equal(target_host(url, host), 0);
	url[TARGET_URL_MAX] = 'a';
	url[TARGET_URL_MAX + 1] = '\0';
	assert_int_equal(target_host(url, host), 0);
}

static void
chats_are_numbers(void **state)
{
	static const char *const bad[] = {"", "-", "0", "-0", "12a", "@name", "1.5",
		" 1", "12345678901234567890"};

	(void)state;
	assert_true(is_fine(MEANS(TELEGRAM), "123456789"));
	assert_true(is_fine(MEANS(TELEGRAM), "-1001234567890"));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(is_fine(MEANS(TELEGRAM), bad[i]));
	}
	assert_false(is_fine(MEANS(UNSPECIFIED), "1"));
	assert_false(is_fine(99, "1"));
}

static void
a_subscription_has_its_keys(void **state)
{
	Vedetta__V1__DeliveryTarget t = VEDETTA__V1__DELIVERY_TARGET__INIT;
	uint8_t point[TARGET_POINT_BYTES] = {4};
	uint8_t auth[TARGET_AUTH_BYTES] = {0};
	struct trouble trouble;

	(void)state;
	t.address = (char *)"https://push.example/s/1";
	t.p256dh = (ProtobufCBinaryData){sizeof(point), point};
	t.auth = (ProtobufCBinaryData){sizeof(auth), auth};
	trouble_init(&trouble);
	assert_int_equal(target_check(MEANS(WEB_PUSH), &t, &trouble), 0);
	point[0] = 2;
	t.auth.len--;
	assert_int_equal(target_check(MEANS(WEB_PUSH), &t, &trouble), TARGET_BAD);
	assert_int_equal(trouble.n, 2);
	assert_string_equal(trouble.at[0].field, "target.p256dh");
	assert_string_equal(trouble.at[1].field, "target.auth");
}

static void
what_goes_through_one_gateway_is_one_bucket(void **state)
{
	(void)state;
	assert_true(target_bucket(MEANS(EMAIL), "a@b.it") ==
		    target_bucket(MEANS(EMAIL), "c@d.it"));
	assert_true(target_bucket(MEANS(TELEGRAM), "1") ==
		    target_bucket(MEANS(TELEGRAM), "2"));
	assert_true(target_bucket(MEANS(WEBHOOK), "https://a.b/1") ==
		    target_bucket(MEANS(WEBHOOK), "https://A.b:443/2"));
	assert_true(target_bucket(MEANS(WEBHOOK), "https://a.b/") !=
		    target_bucket(MEANS(WEBHOOK), "https://a.c/"));
	assert_true(target_bucket(MEANS(EMAIL), "a@b.it") !=
		    target_bucket(MEANS(TELEGRAM), "1"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_what_a_mail_server_takes_unquoted),
		cmocka_unit_test(urls_are_plain_ones),
		cmocka_unit_test(a_url_that_is_too_long_is_none),
		cmocka_unit_test(chats_are_numbers),
		cmocka_unit_test(a_subscription_has_its_keys),
		cmocka_unit_test(what_goes_through_one_gateway_is_one_bucket),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
