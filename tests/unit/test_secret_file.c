#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/config.h"
#include "server/secret_file.h"

static char folder[] = "/tmp/vedetta-secret-XXXXXX";

static const char *
make(const char *text, size_t bytes, mode_t mode)
{
	static char path[64];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/secret", folder);
	(void)unlink(path);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	assert_int_equal(write(fd, text, bytes), bytes);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
	return path;
}

static int
read_it(const char *path, char out[SECRET_FILE_BYTES], char **said)
{
	size_t bytes;
	FILE *err = open_memstream(said, &bytes);
	int r = secret_file_read("courier.x_file", path, out, err);

	fclose(err);
	return r;
}

static void
a_line_is_read_without_its_end(void **state)
{
	char out[SECRET_FILE_BYTES];
	char *said;

	(void)state;
	assert_int_equal(read_it(make("s3 cret\n", 8, 0600), out, &said), 0);
	assert_string_equal(out, "s3 cret");
	free(said);
	assert_int_equal(read_it(make("abc", 3, 0400), out, &said), 0);
	assert_string_equal(out, "abc");
	free(said);
	assert_int_equal(read_it("", out, &said), 0);
	assert_string_equal(out, "");
	free(said);
}

static void
what_others_may_read_or_what_is_no_line_is_refused(void **state)
{
	char out[SECRET_FILE_BYTES];
	char long_text[SECRET_FILE_BYTES];
	char *said;

	(void)state;
	memset(long_text, 'a', sizeof(long_text));
	assert_int_equal(read_it(make("abc", 3, 0640), out, &said), CONFIG_BAD);
	assert_non_null(strstr(said, "courier.x_file"));
	assert_non_null(strstr(said, "0600"));
	assert_null(strstr(said, "abc"));
	free(said);
	assert_int_equal(read_it(make("", 0, 0600), out, &said), CONFIG_BAD);
	free(said);
	assert_int_equal(read_it(make("a\tb", 3, 0600), out, &said), CONFIG_BAD);
	free(said);
	assert_int_equal(read_it(make("\xc3\xa0", 2, 0600), out, &said), CONFIG_BAD);
	free(said);
	assert_int_equal(read_it(make(long_text, sizeof(long_text), 0600), out, &said),
		CONFIG_BAD);
	assert_string_equal(out, "");
	free(said);
	assert_int_equal(read_it("/nowhere", out, &said), CONFIG_BAD);
	free(said);
	assert_int_equal(read_it(folder, out, &said), CONFIG_BAD);
	free(said);
}

static int
set_up(void **state)
{
	(void)state;
	return mkdtemp(folder) == NULL;
}

static int
tear_down(void **state)
{
	char path[64];

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/secret", folder);
	(void)unlink(path);
	return rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_read_without_its_end),
		cmocka_unit_test(what_others_may_read_or_what_is_no_line_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
