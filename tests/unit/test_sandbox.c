/* sandbox - each case in a child of its own, since there is no way back */
#include "unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/sandbox.h"

static char folder[64];
static char inside[96];

static long
landlock_abi(void)
{
	return syscall(
		SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

static int
make_folder(void **state)
{
	int fd;

	(void)state;
	(void)snprintf(folder, sizeof(folder), "/tmp/vedetta-test-XXXXXX");
	if (mkdtemp(folder) == NULL) {
		return -1;
	}
	(void)snprintf(inside, sizeof(inside), "%s/inside", folder);
	fd = open(inside, O_WRONLY | O_CREAT, 0600);
	return fd < 0 || write(fd, "x", 1) != 1 || close(fd) != 0;
}

static int
drop_folder(void **state)
{
	(void)state;
	return unlink(inside) != 0 || rmdir(folder) != 0;
}

/* The child's answer: 0, or the line that was not so. */
static void
in_a_child(int (*body)(void))
{
	pid_t pid;
	int status;

	if (landlock_abi() < 1) {
		skip();
	}
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		_exit(body());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static bool
opens(const char *path, int flags)
{
	int fd = open(path, flags, 0600);

	return fd >= 0 && close(fd) == 0;
}

static int
stay_with_nothing(void)
{
	char byte;
	int fd = open(inside, O_RDONLY);

	if (fd < 0 || sandbox_enter(NULL, 0) != 0) {
		return 1;
	}
	if (opens(inside, O_RDONLY) || opens("/etc/passwd", O_RDONLY) ||
		opens("/tmp/vedetta-never", O_WRONLY | O_CREAT)) {
		return 2;
	}
	return read(fd, &byte, 1) == 1 && byte == 'x' ? 0 : 3;
}

static int
read_one_folder(void)
{
	const struct sandbox_folder allowed = {folder, false};

	if (sandbox_enter(&allowed, 1) != 0) {
		return 1;
	}
	if (!opens(inside, O_RDONLY)) {
		return 2;
	}
	if (opens(inside, O_WRONLY) || unlink(inside) == 0) {
		return 3;
	}
	return opens("/etc/passwd", O_RDONLY) ? 4 : 0;
}

static int
write_one_folder(void)
{
	const struct sandbox_folder allowed = {folder, true};
	char fresh[128];

	(void)snprintf(fresh, sizeof(fresh), "%s/fresh", folder);
	if (sandbox_enter(&allowed, 1) != 0) {
		return 1;
	}
	if (!opens(inside, O_RDWR | O_TRUNC) ||
		!opens(fresh, O_WRONLY | O_CREAT | O_EXCL) || unlink(fresh) != 0) {
		return 2;
	}
	return opens("/tmp/vedetta-never", O_WRONLY | O_CREAT) ? 3 : 0;
}

/* From ABI 4 on. Without it the call is refused only for want of a listener. */
static int
connect_nowhere(void)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || sandbox_enter(NULL, 0) != 0) {
		return 1;
	}
	if (connect(fd, (const struct sockaddr *)&to, sizeof(to)) == 0) {
		return 2;
	}
	return errno == (landlock_abi() >= 4 ? EACCES : ECONNREFUSED) ? 0 : 3;
}

static int
name_a_folder_that_is_not_there(void)
{
	const struct sandbox_folder missing = {"/nowhere/at/all", false};

	if (sandbox_enter(&missing, 1) != -ENOENT) {
		return 1;
	}
	return opens("/etc/passwd", O_RDONLY) ? 0 : 2;
}

static void
what_was_open_stays_open_and_nothing_else_opens(void **state)
{
	(void)state;
	in_a_child(stay_with_nothing);
}

static void
a_folder_to_read_is_not_one_to_write(void **state)
{
	(void)state;
	in_a_child(read_one_folder);
}

static void
a_folder_to_write_is_the_only_one(void **state)
{
	(void)state;
	in_a_child(write_one_folder);
}

static void
nobody_is_called(void **state)
{
	(void)state;
	in_a_child(connect_nowhere);
}

static void
a_missing_folder_is_a_fault_and_closes_nothing(void **state)
{
	(void)state;
	in_a_child(name_a_folder_that_is_not_there);
}

int
main(void)
{
#define IN_A_FOLDER(f) cmocka_unit_test_setup_teardown(f, make_folder, drop_folder)
	const struct CMUnitTest tests[] = {
		IN_A_FOLDER(what_was_open_stays_open_and_nothing_else_opens),
		IN_A_FOLDER(a_folder_to_read_is_not_one_to_write),
		IN_A_FOLDER(a_folder_to_write_is_the_only_one),
		IN_A_FOLDER(nobody_is_called),
		IN_A_FOLDER(a_missing_folder_is_a_fault_and_closes_nothing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
