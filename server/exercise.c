#include "server/exercise.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

static_assert(sodium_base64_ENCODED_LEN(KEYS_BYTES,
		      sodium_base64_VARIANT_URLSAFE_NO_PADDING) == EXERCISE_TOKEN_BYTES,
	"a token is one key");

void
exercise_token(const uint8_t key[KEYS_BYTES], char out[EXERCISE_TOKEN_BYTES])
{
	sodium_bin2base64(out, EXERCISE_TOKEN_BYTES, key, KEYS_BYTES,
		sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

bool
exercise_is_token(const char token[EXERCISE_TOKEN_BYTES], const char *given)
{
	return given != NULL && strlen(given) == EXERCISE_TOKEN_BYTES - 1 &&
	       sodium_memcmp(token, given, EXERCISE_TOKEN_BYTES - 1) == 0;
}

/* Under another name first: whoever reads it never finds half a token. */
int
exercise_write(int folder, const char token[EXERCISE_TOKEN_BYTES])
{
	static const char fresh[] = EXERCISE_FILE ".new";
	char line[EXERCISE_TOKEN_BYTES + 1];
	int bytes = snprintf(line, sizeof(line), "%s\n", token);
	int fd, fault = 0;

	(void)unlinkat(folder, fresh, 0);
	fd = openat(folder, fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0) {
		return -errno;
	}
	errno = EIO; /* of a short write */
	if (write(fd, line, (size_t)bytes) != bytes) {
		fault = -errno;
	}
	(void)close(fd);
	if (fault == 0 && renameat(folder, fresh, folder, EXERCISE_FILE) != 0) {
		fault = -errno;
	}
	return fault;
}

int
exercise_read(const char *path, char out[EXERCISE_TOKEN_BYTES])
{
	char line[EXERCISE_TOKEN_BYTES + 2] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (fd < 0) {
		return -errno;
	}
	errno = 0;
	got = read(fd, line, sizeof(line) - 1);
	(void)close(fd);
	if (got < 0) {
		return -errno;
	}
	line[strcspn(line, "\r\n")] = '\0';
	if (strlen(line) != EXERCISE_TOKEN_BYTES - 1 ||
		line[strspn(line, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				  "0123456789-_")] != '\0') {
		return -EINVAL;
	}
	memcpy(out, line, EXERCISE_TOKEN_BYTES);
	return 0;
}
