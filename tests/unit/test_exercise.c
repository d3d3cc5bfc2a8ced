/* exercise - the token, and the file that carries it to who holds the exercise */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/exercise.h"

static char folder[64];
static char path[96];
static int folder_fd;
static char token[EXERCISE_TOKEN_BYTES];
static uint8_t key[KEYS_BYTES];

static int
make_folder(void **state)
{
	(void)state;
	(void)snprintf(folder, sizeof(folder), "/tmp/vedetta-test-XXXXXX");
	if (mkdtemp(folder) == NULL) {
		return -1;
	}
	(void)snprintf(path, sizeof(path), "%s/%s", folder, EXERCISE_FILE);
	folder_fd = open(folder, O_RDONLY | O_DIRECTORY);
	for (int i = 0; i < KEYS_BYTES; i++) {
		key[i] = (uint8_t)(255 - i);
	}
	exercise_token(key, 7, token);
	return folder_fd < 0 ? -1 : 0;
}

static int
drop_folder(void **state)
{
	(void)state;
	(void)close(folder_fd);
	(void)unlink(path);
	return rmdir(folder);
}

static void
write_text(const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

/*
 * Expected: Python's base64.urlsafe_b64encode(number + blake2b(number,
 * key=bytes(range(255, 223, -1)), digest_size=24).digest()), number = 7 in 8 bytes.
 */
static void
the_token_is_the_number_and_its_mark_as_text_for_a_link(void **state)
{
	(void)state;
	assert_string_equal(token, "AAAAAAAAAAfGtchWpf88DhKfZ0rV_Br_bdDLRo116K0");
}

static void
only_the_very_token_is_one(void **state)
{
	char other[EXERCISE_TOKEN_BYTES + 1];

	(void)state;
	assert_int_equal(exercise_check(key, 7, token), 0);
	assert_int_equal(exercise_check(key, 7, NULL), EXERCISE_STRANGE);
	assert_int_equal(exercise_check(key, 7, ""), EXERCISE_STRANGE);
	for (size_t i = 0; i < EXERCISE_TOKEN_BYTES - 1; i++) {
		memcpy(other, token, sizeof(token));
		other[i] = other[i] == 'A' ? 'B' : 'A';
		assert_int_equal(exercise_check(key, 7, other), EXERCISE_STRANGE);
		other[i] = '\0';
		assert_int_equal(exercise_check(key, 7, other), EXERCISE_STRANGE);
	}
	(void)snprintf(other, sizeof(other), "%sA", token);
	assert_int_equal(exercise_check(key, 7, other), EXERCISE_STRANGE);
}

static void
a_token_counts_while_its_exercise_is_on(void **state)
{
	char file[EXERCISE_TOKEN_BYTES];

	(void)state;
	exercise_token(key, EXERCISE_OF_MACHINE, file);
	assert_int_equal(exercise_check(key, 7, token), 0);
	assert_int_equal(exercise_check(key, 8, token), EXERCISE_OVER);
	assert_int_equal(exercise_check(key, 0, token), EXERCISE_OVER);
	/* That of the machine is of whichever is on. */
	assert_int_equal(exercise_check(key, 7, file), 0);
	assert_int_equal(exercise_check(key, 8, file), 0);
	assert_int_equal(exercise_check(key, 0, file), EXERCISE_OVER);
}

static void
the_file_is_for_its_user_alone_even_where_one_for_all_was(void **state)
{
	char back[EXERCISE_TOKEN_BYTES];
	struct stat st;

	(void)state;
	write_text("somebody's\n");
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_equal(exercise_write(folder_fd, token), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(exercise_read(path, back), 0);
	assert_string_equal(back, token);
	assert_int_equal(exercise_write(folder_fd, token), 0);
}

static void
what_is_no_token_is_not_read_as_one(void **state)
{
	static const char *const wrong[] = {"", "\n", "short\n",
		"__79_Pv6-fj39vX08_Lx8O_u7ezr6uno5-bl5OPi4eAA\n",
		"__79/Pv6-fj39vX08_Lx8O_u7ezr6uno5-bl5OPi4eA\n",
		" __79_Pv6-fj39vX08_Lx8O_u7ezr6uno5-bl5OPi4eA\n"};
	char back[EXERCISE_TOKEN_BYTES];

	(void)state;
	assert_int_equal(exercise_read("/nowhere/at/all", back), -ENOENT);
	assert_int_equal(exercise_read(folder, back), -EISDIR);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		write_text(wrong[i]);
		assert_int_equal(exercise_read(path, back), -EINVAL);
	}
	write_text(token);
	assert_int_equal(exercise_read(path, back), 0);
	assert_string_equal(back, token);
}

static void
a_folder_that_takes_no_file_is_a_fault(void **state)
{
	(void)state;
	assert_int_equal(exercise_write(-1, token), -EBADF);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			the_token_is_the_number_and_its_mark_as_text_for_a_link),
		cmocka_unit_test(only_the_very_token_is_one),
		cmocka_unit_test(a_token_counts_while_its_exercise_is_on),
		cmocka_unit_test(
			the_file_is_for_its_user_alone_even_where_one_for_all_was),
		cmocka_unit_test(what_is_no_token_is_not_read_as_one),
		cmocka_unit_test(a_folder_that_takes_no_file_is_a_fault),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
