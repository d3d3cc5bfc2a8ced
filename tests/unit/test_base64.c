#include "unit.h"

#include <string.h>

#include "proto/base64.h"

static void
base64_comes_back_for_every_length(void **state)
{
	uint8_t data[64];
	uint8_t back[sizeof(data) / 3 * 4 + 8];
	char text[(sizeof(data) + 2) / 3 * 4];

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++) {
		data[i] = (uint8_t)(i * 37 + 11);
	}
	for (size_t bytes = 0; bytes <= sizeof(data); bytes++) {
		size_t written = base64_write(data, bytes, text);
		size_t n = 99;

		assert_int_equal(base64_read(text, written, back, &n), 0);
		assert_int_equal(n, bytes);
		assert_memory_equal(back, data, bytes);
	}
}

static void
both_alphabets_are_read_with_and_without_padding(void **state)
{
	static const char *const same[] = {"-_8=", "+/8=", "-_8", "+/8", "-/8"};
	uint8_t out[8];
	size_t bytes;

	(void)state;
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		assert_int_equal(base64_read(same[i], strlen(same[i]), out, &bytes), 0);
		assert_int_equal(bytes, 2);
		assert_memory_equal(out, "\xFB\xFF", 2);
	}
}

static void
what_no_writer_makes_is_refused(void **state)
{
	static const char *const bad[] = {"A",
		"AQ=", "AQ===", "AR==", "AQJ=", "====", "=", "A===", "AQ ID", "AQ\nI",
		"AQID=", "AQIDB", "A=ID", "AQ=D", "AQI\xC3"};
	uint8_t out[16];
	size_t bytes;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (base64_read(bad[i], strlen(bad[i]), out, &bytes) != BASE64_BAD) {
			fail_msg("%s", bad[i]);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(base64_comes_back_for_every_length),
		cmocka_unit_test(both_alphabets_are_read_with_and_without_padding),
		cmocka_unit_test(what_no_writer_makes_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
