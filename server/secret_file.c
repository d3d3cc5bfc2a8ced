#include "server/secret_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/config.h"

static const char *
read_all(int fd, char *out, size_t room, size_t *bytes)
{
	struct stat st;
	ssize_t got;

	if (fstat(fd, &st) != 0) {
		return strerror(errno);
	}
	if (!S_ISREG(st.st_mode) || (st.st_mode & 077) != 0) {
		return "it must be a file of mode 0600";
	}
	got = read(fd, out, room);
	if (got < 0) {
		return strerror(errno);
	}
	*bytes = (size_t)got;
	return *bytes == room ? "it is longer than a secret can be" : NULL;
}

const char *
secret_file_load(const char *path, char *out, size_t room, size_t *bytes)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	const char *wrong = fd < 0 ? strerror(errno) : read_all(fd, out, room, bytes);

	if (fd >= 0) {
		(void)close(fd);
	}
	return wrong;
}

/* NULL, or what is wrong with it. */
static const char *
read_line(const char *path, char out[SECRET_FILE_BYTES])
{
	size_t bytes;
	const char *wrong = secret_file_load(path, out, SECRET_FILE_BYTES, &bytes);

	if (wrong != NULL) {
		return wrong;
	}
	out[bytes] = '\0';
	out[strcspn(out, "\r\n")] = '\0';
	for (const char *c = out; *c != '\0'; c++) {
		if (*c < ' ' || *c > '~') {
			return "it must hold one line of ASCII";
		}
	}
	return out[0] == '\0' ? "it is empty" : NULL;
}

int
secret_file_read(
	const char *key, const char *path, char out[SECRET_FILE_BYTES], FILE *err)
{
	const char *wrong;

	out[0] = '\0';
	if (path[0] == '\0') {
		return 0;
	}
	wrong = read_line(path, out);
	if (wrong != NULL) {
		explicit_bzero(out, SECRET_FILE_BYTES);
		fprintf(err, "%s is %s: %s\n", key, path, wrong);
		return CONFIG_BAD;
	}
	return 0;
}
