#include "server/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	LINE_FD = 3, /* ROLE_FD of the child */
};

int
spawn_find(const char *name, char out[SPAWN_PATH_BYTES])
{
	/* Installed, /usr/bin may hold somebody else's `desk`. */
	static const char *const places[] = {"../libexec/vedetta/", ""};
	char own[SPAWN_PATH_BYTES];
	ssize_t n = readlink("/proc/self/exe", own, sizeof(own) - 1);
	char *slash;
	size_t i;

	if (n < 0) {
		return -errno;
	}
	own[n] = '\0';
	slash = strrchr(own, '/');
	if (slash == NULL) {
		return -ENOENT;
	}
	slash[1] = '\0';
	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (snprintf(out, SPAWN_PATH_BYTES, "%s%s%s", own, places[i], name) <
				SPAWN_PATH_BYTES &&
			access(out, X_OK) == 0) {
			return 0;
		}
	}
	return -ENOENT;
}

/* Between fork and exec: only what is safe there. */
static void
become(const char *path, const char *name, int line, pid_t parent)
{
	char *const argv[] = {(char *)(uintptr_t)name, NULL};
	sigset_t none;
	int null;

	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent) {
		_exit(127);
	}
	null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 ||
		dup2(STDERR_FILENO, STDOUT_FILENO) < 0) {
		_exit(127);
	}
	if (line == LINE_FD ? fcntl(line, F_SETFD, 0) != 0 : dup2(line, LINE_FD) < 0) {
		_exit(127);
	}
	(void)syscall(SYS_close_range, LINE_FD + 1, ~0U, 0);
	(void)execv(path, argv);
	_exit(127);
}

pid_t
spawn_role(const char *path, const char *name, int line)
{
	pid_t parent = getpid();
	pid_t pid = fork();

	if (pid == 0) {
		become(path, name, line, parent);
	}
	return pid < 0 ? -errno : pid;
}
