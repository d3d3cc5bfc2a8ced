#include "server/basemap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	MAGIC_BYTES = 8,
	NUMBER_DIGITS = 19,
};

static const char magic[MAGIC_BYTES + 1] = "PMTiles\3";
static const char host_letters[] =
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	"0123456789.-:[]";
/* What may stand in a path and a query, and in a policy and JSON unescaped. */
static const char path_letters[] =
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	"0123456789.-_~/?&=%@:+{}";

static bool
is_template(const char *value)
{
	static const char *const names[] = {"{z}", "{x}", "{y}"};
	size_t host_bytes, n_braces = 0;
	const char *path;

	if (strncmp(value, "https://", 8) != 0) {
		return false;
	}
	host_bytes = strspn(value + 8, host_letters);
	path = value + 8 + host_bytes;
	if (host_bytes == 0 || path[0] != '/' ||
		path[strspn(path, path_letters)] != '\0') {
		return false;
	}
	for (size_t i = 0; i < 3; i++) {
		if (strstr(path, names[i]) == NULL) {
			return false;
		}
	}
	for (; *path != '\0'; path++) {
		n_braces += *path == '{' || *path == '}';
	}
	return n_braces == 6; /* {s} and {r} are nobody's here */
}

enum basemap_kind
basemap_kind_of(const char *value)
{
	static const char ending[] = ".pmtiles";
	size_t bytes = strlen(value);

	if (bytes == 0) {
		return BASEMAP_BUILT_IN;
	}
	if (value[0] == '/' && bytes > sizeof(ending) &&
		strcmp(value + bytes - (sizeof(ending) - 1), ending) == 0) {
		return BASEMAP_PMTILES;
	}
	return is_template(value) ? BASEMAP_TILES : BASEMAP_NONE_OF_THESE;
}

/* origin: " https://host", or "". */
static void
write_policy(struct basemap *b, const char *origin, int origin_bytes)
{
	(void)snprintf(b->policy, sizeof(b->policy),
		"Content-Security-Policy: default-src 'none'; script-src 'self'; "
		"style-src 'self'; img-src 'self' data:%.*s; font-src 'self'; "
		"connect-src 'self'%.*s; worker-src 'self'; manifest-src 'self'; "
		"form-action 'none'; base-uri 'none'; frame-ancestors 'none'\r\n",
		origin_bytes, origin, origin_bytes, origin);
}

static int
open_file(struct basemap *b, const char *path)
{
	char start[MAGIC_BYTES];
	struct stat st;
	ssize_t n;

	b->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (b->fd < 0 || fstat(b->fd, &st) != 0) {
		return -errno;
	}
	n = S_ISREG(st.st_mode) ? pread(b->fd, start, sizeof(start), 0) : 0;
	if (n < 0) {
		return -errno;
	}
	if (n < MAGIC_BYTES || memcmp(start, magic, MAGIC_BYTES) != 0) {
		return BASEMAP_NO_PMTILES;
	}
	b->bytes = (uint64_t)st.st_size;
	(void)snprintf(b->tag, sizeof(b->tag), "\"%llx-%llx\"",
		(unsigned long long)st.st_size,
		(unsigned long long)st.st_mtim.tv_sec * 1000000000ull +
			(unsigned long long)st.st_mtim.tv_nsec);
	return 0;
}

int
basemap_open(struct basemap *b, const char *value)
{
	char origin[256] = " ";
	int r = 0;

	*b = (struct basemap){.kind = basemap_kind_of(value), .fd = -1};
	write_policy(b, "", 0);
	if (b->kind == BASEMAP_TILES) {
		size_t bytes = 8 + strcspn(value + 8, "/");

		(void)snprintf(origin, sizeof(origin), " %.*s", (int)bytes, value);
		write_policy(b, origin, (int)strlen(origin));
	}
	if (b->kind == BASEMAP_PMTILES) {
		r = open_file(b, value);
	}
	if (r != 0) {
		basemap_close(b);
		b->kind = BASEMAP_BUILT_IN;
	}
	return r;
}

void
basemap_close(struct basemap *b)
{
	if (b->fd >= 0) {
		(void)close(b->fd);
		b->fd = -1;
	}
}

static bool
read_number(const char **at, uint64_t *out)
{
	size_t digits = strspn(*at, "0123456789");

	if (digits == 0 || digits > NUMBER_DIGITS) {
		return false;
	}
	*out = strtoull(*at, NULL, 10);
	*at += digits;
	return true;
}

bool
basemap_range(
	const struct basemap *b, const char *header, uint64_t *first, uint64_t *last)
{
	if (header == NULL || strncmp(header, "bytes=", 6) != 0) {
		return false;
	}
	header += 6;
	if (!read_number(&header, first) || *header++ != '-' ||
		!read_number(&header, last) || *header != '\0' || *first > *last ||
		*first >= b->bytes) {
		return false;
	}
	if (*last >= b->bytes) {
		*last = b->bytes - 1;
	}
	return *last - *first < BASEMAP_RANGE_MOST;
}

int
basemap_read(const struct basemap *b, uint64_t first, uint64_t last, uint8_t *out)
{
	size_t bytes = (size_t)(last - first + 1), got = 0;

	while (got < bytes) {
		ssize_t n = pread(b->fd, out + got, bytes - got, (off_t)(first + got));

		if (n <= 0) {
			return n < 0 ? -errno : -EIO; /* it was cut behind our back */
		}
		got += (size_t)n;
	}
	return 0;
}
