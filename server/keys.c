#include "server/keys.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

/* Writes whole and durably under another name, so that no half key is ever read. */
static int
make_file(const char *path, uint8_t master[KEYS_BYTES])
{
	char fresh[4096];
	int fd, fault = 0;

	if (snprintf(fresh, sizeof(fresh), "%s.new", path) >= (int)sizeof(fresh)) {
		return -ENAMETOOLONG;
	}
	if (getrandom(master, KEYS_BYTES, 0) != KEYS_BYTES) {
		return -EIO;
	}
	fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0) {
		return -errno;
	}
	errno = EIO; /* of a short write */
	if (write(fd, master, KEYS_BYTES) != KEYS_BYTES || fsync(fd) != 0) {
		fault = -errno;
	}
	(void)close(fd);
	if (fault == 0 && rename(fresh, path) != 0) {
		fault = -errno;
	}
	return fault;
}

/* The name in the folder must survive a power cut as the bytes do. */
static int
sync_folder(const char *path)
{
	char folder[4096];
	char *slash;
	int fd, fault = 0;

	if (snprintf(folder, sizeof(folder), "%s", path) >= (int)sizeof(folder)) {
		return -ENAMETOOLONG;
	}
	slash = strrchr(folder, '/');
	if (slash == NULL) {
		(void)snprintf(folder, sizeof(folder), ".");
	} else {
		slash[slash == folder ? 1 : 0] = '\0';
	}
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		return -errno;
	}
	if (fsync(fd) != 0) {
		fault = -errno;
	}
	(void)close(fd);
	return fault;
}

static int
read_file(int fd, const char *path, uint8_t master[KEYS_BYTES], char *why,
	size_t why_bytes)
{
	uint8_t bytes[KEYS_BYTES + 1];
	struct stat st;
	ssize_t got;
	int answer = 0;

	if (fstat(fd, &st) != 0) {
		return -errno;
	}
	if (!S_ISREG(st.st_mode) || (st.st_mode & 077) != 0 || st.st_uid != geteuid()) {
		(void)snprintf(why, why_bytes,
			"%s must be a file of this user with mode 0600", path);
		return KEYS_REFUSED;
	}
	got = read(fd, bytes, sizeof(bytes));
	if (got == KEYS_BYTES) {
		memcpy(master, bytes, KEYS_BYTES);
	} else {
		(void)snprintf(why, why_bytes, "%s must hold exactly %d bytes", path,
			KEYS_BYTES);
		answer = KEYS_REFUSED;
	}
	explicit_bzero(bytes, sizeof(bytes));
	return answer;
}

int
keys_load(const char *path, uint8_t master[KEYS_BYTES], char *why, size_t why_bytes)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	int answer;

	if (fd >= 0) {
		answer = read_file(fd, path, master, why, why_bytes);
		(void)close(fd);
	} else if (errno == ENOENT) {
		answer = make_file(path, master);
		if (answer == 0) {
			answer = sync_folder(path);
		}
	} else {
		answer = -errno;
	}
	if (answer < 0) {
		(void)snprintf(why, why_bytes, "%s: %s", path, strerror(-answer));
	}
	return answer;
}

static const char *
purpose_label(enum keys_purpose purpose)
{
	switch (purpose) {
	case KEYS_RECEIPT:
		return "vedetta receipt";
	case KEYS_SOURCE:
		return "vedetta source";
	case KEYS_EXERCISE:
		return "vedetta exercise";
	case KEYS_COURIER:
		return "vedetta courier";
	}
	assert(false);
	return "";
}

void
keys_derive(const uint8_t master[KEYS_BYTES], enum keys_purpose purpose,
	uint8_t out[KEYS_BYTES])
{
	const char *label = purpose_label(purpose);

	static_assert(
		crypto_auth_hmacsha256_BYTES == KEYS_BYTES, "one key is one HMAC");
	static_assert(
		crypto_auth_hmacsha256_KEYBYTES == KEYS_BYTES, "the master is one");
	(void)crypto_auth_hmacsha256(
		out, (const unsigned char *)label, strlen(label), master);
}
