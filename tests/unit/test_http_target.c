#include "unit.h"

#include <string.h>

#include "server/http_target.h"

static bool
finds(const char *form, const char *name, const char *value)
{
	char out[16];
	bool found = false;

	return http_target_parameter(form, name, out, sizeof(out), &found) && found &&
	       strcmp(out, value) == 0;
}

static void
a_parameter_is_found_and_decoded(void **state)
{
	(void)state;
	assert_true(finds("a=b", "a", "b"));
	assert_true(finds("x=y&a=b", "a", "b"));
	assert_true(finds("ab=c&a=b", "a", "b"));
	assert_true(finds("a=b&a=c", "a", "b"));
	assert_true(finds("a", "a", ""));
	assert_true(finds("a=", "a", ""));
	assert_true(finds("&&a=b=c&", "a", "b=c"));
	assert_true(finds("a=b+c%20d%2b", "a", "b c d+"));
	assert_true(finds("%61=b", "a", "b"));
	assert_true(finds("a=%e2%82%AC", "a", "\xe2\x82\xac"));
	assert_true(finds("a=%26%3D", "a", "&="));
	assert_true(finds("b=%zz&a=c", "a", "c"));
	assert_true(finds("%zz=b&a=c", "a", "c"));
	assert_true(finds("a=123456789012345", "a", "123456789012345"));
}

static void
absent_is_told_from_bad(void **state)
{
	static const char *const bad[] = {
		"a=%", "a=%2", "a=%g0", "a=%00", "a=x%00y", "a=1234567890123456"};
	static const char *const absent[] = {
		"", "&", "b=a", "aa=b", "=a", "A=b", "%zz=a"};
	char out[16];
	bool found;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		found = false;
		assert_false(
			http_target_parameter(bad[i], "a", out, sizeof(out), &found));
		assert_true(found);
	}
	for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++) {
		found = true;
		assert_false(http_target_parameter(
			absent[i], "a", out, sizeof(out), &found));
		assert_false(found);
	}
}

static void
no_room_is_not_written_to(void **state)
{
	char out[1] = {'x'};
	bool found = false;

	(void)state;
	assert_false(http_target_parameter("a=b", "a", out, 0, &found));
	assert_true(found && out[0] == 'x');
	assert_true(http_target_parameter("a=", "a", out, 1, &found));
	assert_int_equal(out[0], '\0');
}

static bool
is_host(const char *host)
{
	return http_target_is_host(host, strlen(host));
}

static void
a_host_is_a_name_or_an_address_with_or_without_a_port(void **state)
{
	(void)state;
	assert_true(is_host("a"));
	assert_true(is_host("a.b-c_d.:1"));
	assert_true(is_host("127.0.0.1:65535"));
	assert_true(is_host("[::1]"));
	assert_true(is_host("[2001:db8::192.0.2.1]:8080"));
	assert_false(is_host(""));
	assert_false(is_host(":80"));
	assert_false(is_host("a:"));
	assert_false(is_host("a:123456"));
	assert_false(is_host("a:8x"));
	assert_false(is_host("::1"));
	assert_false(is_host("[]"));
	assert_false(is_host("[::1"));
	assert_false(is_host("[::1]a"));
	assert_false(is_host("[fe80::1%25eth0]"));
	assert_false(is_host("a@b"));
}

static bool
decodes(const char *in, const char *wanted)
{
	char path[64];
	size_t n = strlen(in);

	memcpy(path, in, n + 1);
	return http_target_decode_path(path, n) && strcmp(path, wanted) == 0;
}

static void
a_path_is_decoded_once(void **state)
{
	(void)state;
	assert_true(decodes("/", "/"));
	assert_true(decodes("/%25", "/%"));
	assert_true(decodes("/%252e%252e", "/%2e%2e"));
	assert_true(decodes("/a/", "/a/"));
	assert_true(decodes("/...", "/..."));
	assert_false(decodes("", ""));
	assert_false(decodes("a", "a"));
	assert_false(decodes("/%2e", "/."));
	assert_false(decodes("/a/%2E%2e", "/a/.."));
	assert_false(decodes("/%5c", "/\\"));
	assert_false(decodes("/%C3%A8", "/\xc3\xa8"));
	assert_false(decodes("/%7f", "/\x7f"));
	assert_false(decodes("/a//", "/a//"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_parameter_is_found_and_decoded),
		cmocka_unit_test(absent_is_told_from_bad),
		cmocka_unit_test(no_room_is_not_written_to),
		cmocka_unit_test(a_host_is_a_name_or_an_address_with_or_without_a_port),
		cmocka_unit_test(a_path_is_decoded_once),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
