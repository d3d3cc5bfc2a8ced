/* keys - the master key's file and what is derived from it */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/keys.h"

static char folder[64];
static char path[96];

static int
make_folder(void **state)
{
	(void)state;
	(void)snprintf(folder, sizeof(folder), "/tmp/vedetta-test-keys-XXXXXX");
	if (mkdtemp(folder) == NULL) {
		return -1;
	}
	(void)snprintf(path, sizeof(path), "%s/key", folder);
	return 0;
}

static int
drop_folder(void **state)
{
	(void)state;
	(void)unlink(path);
	return rmdir(folder);
}

static void
write_file(const void *bytes, size_t n, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, n), n);
	assert_int_equal(fchmod(fd, mode), 0);
	(void)close(fd);
}

static void
the_first_start_makes_a_key_that_later_starts_read(void **state)
{
	uint8_t first[KEYS_BYTES], second[KEYS_BYTES], zero[KEYS_BYTES] = {0};
	struct stat st;
	char why[200];

	(void)state;
	assert_int_equal(keys_load(path, first, why, sizeof(why)), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(st.st_size, KEYS_BYTES);
	assert_memory_not_equal(first, zero, KEYS_BYTES);
	assert_int_equal(keys_load(path, second, why, sizeof(why)), 0);
	assert_memory_equal(first, second, KEYS_BYTES);
}

static void
a_key_that_others_may_read_is_refused(void **state)
{
	const uint8_t bytes[KEYS_BYTES] = {1};
	uint8_t master[KEYS_BYTES];
	char why[200];

	(void)state;
	write_file(bytes, sizeof(bytes), 0640);
	assert_int_equal(keys_load(path, master, why, sizeof(why)), KEYS_REFUSED);
	assert_non_null(strstr(why, "0600"));
}

static void
a_key_of_another_length_is_refused(void **state)
{
	const uint8_t bytes[KEYS_BYTES + 1] = {1};
	uint8_t master[KEYS_BYTES];
	char why[200];

	(void)state;
	write_file(bytes, KEYS_BYTES - 1, 0600);
	assert_int_equal(keys_load(path, master, why, sizeof(why)), KEYS_REFUSED);
	write_file(bytes, KEYS_BYTES + 1, 0600);
	assert_int_equal(keys_load(path, master, why, sizeof(why)), KEYS_REFUSED);
	assert_non_null(strstr(why, "32 bytes"));
}

static void
a_link_in_the_place_of_the_key_is_a_fault(void **state)
{
	uint8_t master[KEYS_BYTES];
	char why[200];

	(void)state;
	assert_int_equal(symlink("/dev/zero", path), 0);
	assert_int_equal(keys_load(path, master, why, sizeof(why)), -ELOOP);
}

static void
a_folder_that_is_not_there_is_a_fault(void **state)
{
	uint8_t master[KEYS_BYTES];
	char why[200];

	(void)state;
	assert_int_equal(
		keys_load("/nowhere/at/all/key", master, why, sizeof(why)), -ENOENT);
	assert_non_null(strstr(why, "/nowhere/at/all/key"));
}

/* Expected values: Python's hmac.new(bytes(range(32)), label, "sha256"). */
static void
each_purpose_has_its_own_key(void **state)
{
	static const uint8_t receipt[KEYS_BYTES] = {0xcc, 0x18, 0x4e, 0x66, 0xd9, 0x1a,
		0x8a, 0xab, 0x5b, 0xeb, 0xa5, 0x16, 0x5e, 0x06, 0xcd, 0xe4, 0xed, 0x66,
		0x68, 0x02, 0xb8, 0x2b, 0x7e, 0x8a, 0x88, 0x33, 0x72, 0xdf, 0x81, 0x62,
		0xd5, 0xb8};
	static const uint8_t source[KEYS_BYTES] = {0x98, 0x64, 0xee, 0xa2, 0xc3, 0xc9,
		0x92, 0x6c, 0x05, 0x72, 0xa3, 0x9d, 0xde, 0x56, 0x7e, 0xa5, 0x22, 0x45,
		0x2d, 0x49, 0xf5, 0xf1, 0xf0, 0x1e, 0x48, 0x6c, 0x34, 0xdb, 0x7e, 0x1d,
		0xd2, 0x9a};
	static const uint8_t exercise[KEYS_BYTES] = {0xab, 0x96, 0x58, 0xad, 0x8f, 0x17,
		0x00, 0x9e, 0x38, 0x97, 0xdc, 0x4a, 0x1a, 0xe4, 0x99, 0xfd, 0xde, 0x82,
		0x74, 0x71, 0xa6, 0xea, 0x63, 0x12, 0x9d, 0xef, 0xc2, 0x66, 0x13, 0xb6,
		0x9c, 0xdb};
	uint8_t master[KEYS_BYTES], out[KEYS_BYTES];
	size_t i;

	(void)state;
	for (i = 0; i < KEYS_BYTES; i++) {
		master[i] = (uint8_t)i;
	}
	keys_derive(master, KEYS_RECEIPT, out);
	assert_memory_equal(out, receipt, KEYS_BYTES);
	keys_derive(master, KEYS_SOURCE, out);
	assert_memory_equal(out, source, KEYS_BYTES);
	keys_derive(master, KEYS_EXERCISE, out);
	assert_memory_equal(out, exercise, KEYS_BYTES);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			the_first_start_makes_a_key_that_later_starts_read, make_folder,
			drop_folder),
		cmocka_unit_test_setup_teardown(a_key_that_others_may_read_is_refused,
			make_folder, drop_folder),
		cmocka_unit_test_setup_teardown(
			a_key_of_another_length_is_refused, make_folder, drop_folder),
		cmocka_unit_test_setup_teardown(
			a_link_in_the_place_of_the_key_is_a_fault, make_folder,
			drop_folder),
		cmocka_unit_test(a_folder_that_is_not_there_is_a_fault),
		cmocka_unit_test(each_purpose_has_its_own_key),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
