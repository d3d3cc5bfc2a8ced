/*
 * bundle - the console's files, in memory
 *
 * Read once from a folder when the front starts, before it closes the file
 * system to itself; a request never touches a disk. Only plain files with a
 * known ending, at most BUNDLE_BYTES of them in all.
 */
#ifndef SERVER_BUNDLE_H
#define SERVER_BUNDLE_H

#include <stddef.h>

enum {
	BUNDLE_FILES = 64,
	BUNDLE_BYTES = 16 * 1024 * 1024,
};

enum bundle_answer {
	BUNDLE_ABSENT = 1,    /* no such folder, or no index.html in it */
	BUNDLE_TOO_LARGE = 2, /* more files or bytes than that */
};

struct bundle_file {
	char *name;
	const char *content_type;
	void *data;
	size_t bytes;
};

struct bundle;

/* Returns 0, an answer or -errno. */
int bundle_load(const char *folder, struct bundle **out);
void bundle_free(struct bundle *b);

/* NULL when there is none of that name; b may be NULL. */
const struct bundle_file *bundle_find(const struct bundle *b, const char *name);

#endif
