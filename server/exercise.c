#include "server/exercise.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

enum {
	NUMBER_BYTES = 8,
	MARK_BYTES = 24,
	RAW_BYTES = NUMBER_BYTES + MARK_BYTES,
};

static_assert(sodium_base64_ENCODED_LEN(RAW_BYTES,
		      sodium_base64_VARIANT_URLSAFE_NO_PADDING) == EXERCISE_TOKEN_BYTES,
	"a token is a number and its mark");

void
exercise_token(const uint8_t key[KEYS_BYTES], uint64_t exercise,
	char out[EXERCISE_TOKEN_BYTES])
{
	uint8_t raw[RAW_BYTES];

	for (size_t i = 0; i < NUMBER_BYTES; i++) {
		raw[i] = (uint8_t)(exercise >> (8 * (NUMBER_BYTES - 1 - i)));
	}
	(void)crypto_generichash(
		raw + NUMBER_BYTES, MARK_BYTES, raw, NUMBER_BYTES, key, KEYS_BYTES);
	sodium_bin2base64(out, EXERCISE_TOKEN_BYTES, raw, RAW_BYTES,
		sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

int
exercise_check(const uint8_t key[KEYS_BYTES], uint64_t on, const char *given)
{
	char token[EXERCISE_TOKEN_BYTES];
	uint8_t raw[RAW_BYTES];
	uint64_t exercise = 0;
	size_t bytes = 0;

	if (given == NULL || strlen(given) != EXERCISE_TOKEN_BYTES - 1 ||
		sodium_base642bin(raw, RAW_BYTES, given, EXERCISE_TOKEN_BYTES - 1, NULL,
			&bytes, NULL, sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
		bytes != RAW_BYTES) {
		return EXERCISE_STRANGE;
	}
	for (size_t i = 0; i < NUMBER_BYTES; i++) {
		exercise = exercise << 8 | raw[i];
	}
	exercise_token(key, exercise, token);
	if (sodium_memcmp(token, given, EXERCISE_TOKEN_BYTES - 1) != 0) {
		return EXERCISE_STRANGE;
	}
	return on != 0 && (exercise == on || exercise == EXERCISE_OF_MACHINE)
		       ? 0
		       : EXERCISE_OVER;
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
