#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/basemap.h"

static char path[64];

/* A file of that name's ending with those bytes. */
static const char *
make_file(const char *bytes, size_t n)
{
	int fd;

	(void)snprintf(path, sizeof(path), "/tmp/vedetta-XXXXXX.pmtiles");
	fd = mkstemps(path, 8);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, n), n);
	(void)close(fd);
	return path;
}

static void
a_value_is_what_its_form_says(void **state)
{
	(void)state;
	assert_int_equal(basemap_kind_of(""), BASEMAP_BUILT_IN);
	assert_int_equal(basemap_kind_of("/a/b.pmtiles"), BASEMAP_PMTILES);
	assert_int_equal(basemap_kind_of("/.pmtiles"), BASEMAP_NONE_OF_THESE);
	assert_int_equal(basemap_kind_of("b.pmtiles"), BASEMAP_NONE_OF_THESE);
	assert_int_equal(
		basemap_kind_of("https://a.b:1/{z}/{x}/{y}@2x.png"), BASEMAP_TILES);
	assert_int_equal(
		basemap_kind_of("http://a.b/{z}/{x}/{y}"), BASEMAP_NONE_OF_THESE);
	assert_int_equal(
		basemap_kind_of("https://a.b/{z}/{x}/{y}{r}"), BASEMAP_NONE_OF_THESE);
	assert_int_equal(
		basemap_kind_of("https://a.b/{z}/{x}/{y};x"), BASEMAP_NONE_OF_THESE);
	assert_int_equal(
		basemap_kind_of("https://a b/{z}/{x}/{y}"), BASEMAP_NONE_OF_THESE);
	assert_int_equal(basemap_kind_of("https://a.b"), BASEMAP_NONE_OF_THESE);
}

static void
the_policy_is_widened_to_the_tiles_origin_and_no_further(void **state)
{
	struct basemap b;

	(void)state;
	assert_int_equal(basemap_open(&b, ""), 0);
	assert_null(strstr(b.policy, "https:"));
	assert_int_equal(basemap_open(&b, "https://a.b:8/c/{z}/{x}/{y}"), 0);
	assert_non_null(strstr(b.policy, "img-src 'self' data: https://a.b:8;"));
	assert_non_null(strstr(b.policy, "connect-src 'self' https://a.b:8;"));
	assert_non_null(strstr(b.policy, "script-src 'self';"));
	assert_string_equal(b.policy + strlen(b.policy) - 2, "\r\n");
	basemap_close(&b);
}

static void
ranges_stay_inside_the_file(void **state)
{
	static const struct {
		const char *header;
		bool good;
		uint64_t first, last;
	} cases[] = {
		{"bytes=0-0", true, 0, 0},
		{"bytes=3-9", true, 3, 9},
		{"bytes=3-999", true, 3, 9},
		{"bytes=9-9", true, 9, 9},
		{"bytes=10-10", false, 0, 0},
		{"bytes=5-4", false, 0, 0},
		{"bytes=5-", false, 0, 0},
		{"bytes=-5", false, 0, 0},
		{"bytes=1-2,4-5", false, 0, 0},
		{"bytes=1-2 ", false, 0, 0},
		{"bytes= 1-2", false, 0, 0},
		{"bytes=+1-2", false, 0, 0},
		{"items=1-2", false, 0, 0},
		{"bytes=1-99999999999999999999", false, 0, 0},
		{NULL, false, 0, 0},
	};
	struct basemap b = {.bytes = 10};
	uint64_t first, last;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(basemap_range(&b, cases[i].header, &first, &last),
			cases[i].good);
		if (cases[i].good) {
			assert_int_equal(first, cases[i].first);
			assert_int_equal(last, cases[i].last);
		}
	}
	b.bytes = UINT64_C(1) << 40;
	assert_true(basemap_range(&b, "bytes=1-4194304", &first, &last));
	assert_false(basemap_range(&b, "bytes=0-4194304", &first, &last));
}

static void
a_file_is_read_where_asked_also_when_its_name_is_gone(void **state)
{
	uint8_t out[8];
	struct basemap b;

	(void)state;
	assert_int_equal(basemap_open(&b, make_file("PMTiles\3abcdef", 14)), 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(b.bytes, 14);
	assert_int_equal(basemap_read(&b, 8, 11, out), 0);
	assert_memory_equal(out, "abcd", 4);
	assert_int_equal(basemap_read(&b, 12, 15, out), -EIO);
	basemap_close(&b);
}

static void
what_is_no_such_file_leaves_the_built_in_map(void **state)
{
	struct basemap b;

	(void)state;
	assert_int_equal(basemap_open(&b, "/nowhere/at.pmtiles"), -ENOENT);
	assert_int_equal(b.kind, BASEMAP_BUILT_IN);
	assert_int_equal(
		basemap_open(&b, make_file("PMTiles\2abcdef", 14)), BASEMAP_NO_PMTILES);
	assert_int_equal(b.kind, BASEMAP_BUILT_IN);
	assert_int_equal(b.fd, -1);
	(void)unlink(path);
	assert_int_equal(basemap_open(&b, make_file("PMT", 3)), BASEMAP_NO_PMTILES);
	(void)unlink(path);
	basemap_close(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_is_what_its_form_says),
		cmocka_unit_test(
			the_policy_is_widened_to_the_tiles_origin_and_no_further),
		cmocka_unit_test(ranges_stay_inside_the_file),
		cmocka_unit_test(a_file_is_read_where_asked_also_when_its_name_is_gone),
		cmocka_unit_test(what_is_no_such_file_leaves_the_built_in_map),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
