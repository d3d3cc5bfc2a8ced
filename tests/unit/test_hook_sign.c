#include "unit.h"

#include <string.h>

#include "proto/base64.h"
#include "server/hook_sign.h"

/* From the specification of Standard Webhooks. */
static void
the_example_of_the_specification_comes_out(void **state)
{
	static const char body[] = "{\"test\": 2432232314}";
	static const char text[] = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
	char signature[HOOK_SIGNATURE_BYTES];
	uint8_t secret[32];
	size_t bytes;

	(void)state;
	assert_int_equal(base64_read(text, strlen(text), secret, &bytes), 0);
	hook_sign(secret, bytes, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body,
		sizeof(body) - 1, signature);
	assert_string_equal(
		signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

static void
each_url_and_each_desk_has_its_own_secret(void **state)
{
	uint8_t key[32] = {0};
	uint8_t a[HOOK_SECRET_BYTES], b[HOOK_SECRET_BYTES];
	char text[HOOK_SECRET_TEXT_BYTES];

	(void)state;
	hook_secret(key, "https://a.example/", a);
	hook_secret(key, "https://a.example/", b);
	assert_memory_equal(a, b, sizeof(a));
	hook_secret(key, "https://b.example/", b);
	assert_memory_not_equal(a, b, sizeof(a));
	key[0] = 1;
	hook_secret(key, "https://a.example/", b);
	assert_memory_not_equal(a, b, sizeof(a));
	hook_secret_text(a, text);
	assert_int_equal(strlen(text), HOOK_SECRET_TEXT_BYTES - 1);
	assert_memory_equal(text, "whsec_", 6);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_example_of_the_specification_comes_out),
		cmocka_unit_test(each_url_and_each_desk_has_its_own_secret),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
