#include "server/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "server/log.h"

/*
 * Debian 12's header ends at ABI 2; the kernel's numbers are for ever, so the
 * later ones stand here. Source: Documentation/userspace-api/landlock.rst.
 */
#define FS_TRUNCATE (1ULL << 14)    /* ABI 3 */
#define NET_BIND_TCP (1ULL << 0)    /* ABI 4 */
#define NET_CONNECT_TCP (1ULL << 1) /* ABI 4 */

struct ruleset {
	uint64_t handled_fs;
	uint64_t handled_net; /* ABI 4 */
};

static const uint64_t fs_read =
	LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
static const uint64_t fs_write = LANDLOCK_ACCESS_FS_WRITE_FILE |
				 LANDLOCK_ACCESS_FS_REMOVE_FILE |
				 LANDLOCK_ACCESS_FS_MAKE_REG | FS_TRUNCATE;

static uint64_t
handled_fs(long abi)
{
	/* ABI 1 has thirteen rights, in a row from the first. */
	uint64_t all = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;

	if (abi >= 2) {
		all |= LANDLOCK_ACCESS_FS_REFER;
	}
	if (abi >= 3) {
		all |= FS_TRUNCATE;
	}
	return all;
}

static int
allow(int ruleset, const struct sandbox_folder *folder, uint64_t handled, bool must)
{
	struct landlock_path_beneath_attr rule = {
		.allowed_access =
			handled & (folder->write ? fs_read | fs_write : fs_read),
		.parent_fd = open(folder->path, O_PATH | O_CLOEXEC),
	};
	struct stat st;
	int fault = 0;

	if (rule.parent_fd < 0) {
		return !must && (errno == ENOENT || errno == EACCES) ? 0 : -errno;
	}
	if (fstat(rule.parent_fd, &st) == 0 && !S_ISDIR(st.st_mode)) {
		rule.allowed_access &= LANDLOCK_ACCESS_FS_READ_FILE;
	}
	if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule,
		    0) != 0) {
		fault = -errno;
	}
	(void)close(rule.parent_fd);
	return fault;
}

static int
enter(const struct sandbox_folder *folders, size_t n, uint64_t net, bool must)
{
	struct ruleset rules = {0};
	long abi = syscall(
		SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	int fd, fault = 0;
	size_t i;

	if (abi < 1) {
		log_event(
			LOG_WARN, "sandbox.missing", "reason=\"%s\"", strerror(errno));
		return 0;
	}
	rules.handled_fs = handled_fs(abi);
	rules.handled_net = abi >= 4 ? net : 0;
	fd = (int)syscall(SYS_landlock_create_ruleset, &rules,
		abi >= 4 ? sizeof(rules) : sizeof(rules.handled_fs), 0);
	if (fd < 0) {
		return -errno;
	}
	for (i = 0; i < n && fault == 0; i++) {
		fault = allow(fd, &folders[i], rules.handled_fs, must);
	}
	if (fault == 0 && (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
				  syscall(SYS_landlock_restrict_self, fd, 0) != 0)) {
		fault = -errno;
	}
	(void)close(fd);
	if (fault == 0) {
		log_event(
			LOG_INFO, "sandbox.on", "landlock_abi=%ld folders=%zu", abi, n);
	}
	return fault;
}

int
sandbox_enter(const struct sandbox_folder *folders, size_t n)
{
	return enter(folders, n, NET_BIND_TCP | NET_CONNECT_TCP, true);
}

int
sandbox_enter_online(const struct sandbox_folder *folders, size_t n)
{
	return enter(folders, n, NET_BIND_TCP, false);
}
