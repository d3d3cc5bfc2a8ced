#include "server/bundle.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct bundle {
	size_t n;
	size_t bytes;
	struct bundle_file files[BUNDLE_FILES];
};

/* clang-format off */
static const struct {
	const char *ending;
	const char *type;
} types[] = {
	{".html", "text/html; charset=utf-8"},
	{".js", "text/javascript; charset=utf-8"},
	{".css", "text/css; charset=utf-8"},
	{".json", "application/json"},
	{".svg", "image/svg+xml"},
	{".png", "image/png"},
	{".woff2", "font/woff2"},
	{".webmanifest", "application/manifest+json"},
};
/* clang-format on */

static const char *
type_of(const char *name)
{
	const char *ending = strrchr(name, '.');

	for (size_t i = 0; ending != NULL && i < sizeof(types) / sizeof(types[0]);
		i++) {
		if (strcmp(ending, types[i].ending) == 0) {
			return types[i].type;
		}
	}
	return NULL;
}

void
bundle_free(struct bundle *b)
{
	if (b == NULL) {
		return;
	}
	for (size_t i = 0; i < b->n; i++) {
		free(b->files[i].name);
		free(b->files[i].data);
	}
	free(b);
}

const struct bundle_file *
bundle_find(const struct bundle *b, const char *name)
{
	for (size_t i = 0; b != NULL && i < b->n; i++) {
		if (strcmp(b->files[i].name, name) == 0) {
			return &b->files[i];
		}
	}
	return NULL;
}

static int
read_whole(int fd, char *data, size_t bytes)
{
	size_t got = 0;

	while (got < bytes) {
		ssize_t n = read(fd, data + got, bytes - got);

		if (n <= 0) {
			return n < 0 ? -errno : -EIO;
		}
		got += (size_t)n;
	}
	return 0;
}

/* Adds an open file. Returns 0, BUNDLE_TOO_LARGE or -errno. */
static int
add_file(struct bundle *b, int fd, const char *name, const char *type)
{
	struct bundle_file *file = &b->files[b->n];
	struct stat st;

	if (fstat(fd, &st) != 0) {
		return -errno;
	}
	if (!S_ISREG(st.st_mode)) {
		return 0;
	}
	if (b->n == BUNDLE_FILES || (size_t)st.st_size > BUNDLE_BYTES - b->bytes) {
		return BUNDLE_TOO_LARGE;
	}
	*file = (struct bundle_file){
		.name = strdup(name),
		.content_type = type,
		.data = malloc((size_t)st.st_size + 1),
		.bytes = (size_t)st.st_size,
	};
	b->n++; /* from here on bundle_free() knows it */
	if (file->name == NULL || file->data == NULL) {
		return -ENOMEM;
	}
	b->bytes += file->bytes;
	return read_whole(fd, file->data, file->bytes);
}

static int
read_folder(struct bundle *b, DIR *folder)
{
	struct dirent *entry;
	int r = 0;

	while (r == 0 && (entry = readdir(folder)) != NULL) {
		const char *type = type_of(entry->d_name);
		int fd;

		if (type == NULL) {
			continue;
		}
		fd = openat(dirfd(folder), entry->d_name,
			O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
		if (fd < 0) {
			return -errno;
		}
		r = add_file(b, fd, entry->d_name, type);
		(void)close(fd);
	}
	return r;
}

int
bundle_load(const char *path, struct bundle **out)
{
	DIR *folder = opendir(path);
	struct bundle *b;
	int r;

	if (folder == NULL) {
		return errno == ENOENT || errno == ENOTDIR ? BUNDLE_ABSENT : -errno;
	}
	b = calloc(1, sizeof(*b));
	r = b != NULL ? read_folder(b, folder) : -ENOMEM;
	(void)closedir(folder);
	if (r == 0 && bundle_find(b, "index.html") == NULL) {
		r = BUNDLE_ABSENT;
	}
	if (r != 0) {
		bundle_free(b);
		return r;
	}
	*out = b;
	return 0;
}
