/*
 * spawn - starts an executable of ours that stands beside `vedetta`
 *
 * The child has /dev/null for input, our standard error for output, its line
 * as descriptor 3 and nothing else; it dies with its parent even when it is
 * stuck.
 */
#ifndef SERVER_SPAWN_H
#define SERVER_SPAWN_H

#include <stddef.h>
#include <sys/types.h>

enum {
	SPAWN_PATH_BYTES = 4096,
};

/*
 * Where the executable of that name is: beside ours (the build), or in
 * ../libexec/vedetta (installed). Returns 0 or -errno.
 */
int spawn_find(const char *name, char out[SPAWN_PATH_BYTES]);

/* Returns the child's pid or -errno. The line stays open here. */
pid_t spawn_role(const char *path, const char *name, int line);

#endif
