/*
 * desk_file - the desk's file, and the desk as loaded from it
 *
 * Both are there or neither is. After a fault what memory believes may never
 * have happened, and a store that failed cannot be trusted: both are thrown
 * away and made anew from what is on the disk. While that fails it is tried
 * again once a second at most.
 *
 * What is damaged costs what it said: each such row and record is told, the rest is
 * loaded. A damaged incident is made again from the row that opened it and put back.
 */
#ifndef SERVER_DESK_FILE_H
#define SERVER_DESK_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dispatch/desk.h"
#include "geo/store.h"

enum {
	DESK_FILE_REMADE_MOST = 256, /* incidents whose records are damaged */
};

struct desk_file_options {
	const char *path; /* borrowed, as all of these */
	uint64_t reserve_bytes;
	size_t keys_max;
	const uint8_t *receipt_key; /* RECEIPT_KEY_BYTES */
	/* The desk is about to be thrown away: free its cursors. May be NULL. */
	void (*on_forget)(void *arg);
	/* Now and then while it loads. May be NULL. */
	void (*on_progress)(void *arg);
	void *arg;
};

/* Embedded; store and desk are for the owner to use. */
struct desk_file {
	struct desk_file_options options;
	struct store *store; /* both NULL while the file cannot be opened */
	struct desk *desk;
	int64_t retry_ms; /* not before; monotonic */
	/* How far umbrellas have followed the log (follow.h). */
	uint64_t followed;
	uint64_t n_bad;
	bool is_following;
	size_t n_loaded; /* rows and incidents, at this load */
	uint64_t remade[DESK_FILE_REMADE_MOST];
	size_t n_remade;
};

/* Returns 0, or a store answer or -errno with a sentence in why. */
int desk_file_open(struct desk_file *f, const struct desk_file_options *options,
	int64_t now_ms, char *why, size_t why_bytes);

/* on_forget is not called. Fine after a failed open, and twice. */
void desk_file_close(struct desk_file *f);

/* Returns 0, or why there is still nothing (told in the log). */
int desk_file_reload(struct desk_file *f, int64_t now_ms);

#endif
