/*
 * sandbox - from here on only these files
 *
 * Landlock: what is open stays open, everything else of the file system is
 * closed but the folders (or single files) named; new TCP connections out and new
 * listeners are closed too where the kernel can (ABI 4). On a kernel without Landlock
 * we run without it and say so once in the log.
 */
#ifndef SERVER_SANDBOX_H
#define SERVER_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

struct sandbox_folder {
	const char *path;
	bool write; /* also make, change and remove files in it */
};

/* Returns 0 (on, or not to be had), or -errno: then do not go on. */
int sandbox_enter(const struct sandbox_folder *folders, size_t n);

/*
 * The same, but connections out stay open, and what is not there is left out: for
 * the courier alone.
 */
int sandbox_enter_online(const struct sandbox_folder *folders, size_t n);

#endif
