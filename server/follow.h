/*
 * follow - umbrellas, from the file to where the log ends
 *
 * After a load reports are taken at once; what the windows hold is read behind
 * it, a slice at a time in the desk's idle moments, up to the row that was
 * committed last. Then umbrellas are current, and take steps as they come. Rows
 * that cannot be trusted are left out, counted and told once. When the clock
 * jumps, and more runs out than goes at once, they follow again from where they are.
 */
#ifndef SERVER_FOLLOW_H
#define SERVER_FOLLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/arena.h"
#include "server/desk_file.h"

/*
 * In an open batch: one slice, or when there is none to read the passing of time.
 * The desk's own rows are appended. Sets *changed when there were any. 0 or
 * -errno.
 */
int follow_some(
	struct desk_file *f, struct arena *arena, int64_t now_ms, bool *changed);

/* In an open batch: what the desk has to write of its own. 0 or -errno. */
int follow_write_own(struct desk_file *f, struct arena *arena, bool *changed);

/* Rows between the umbrellas and the end of the log. */
uint64_t follow_behind(const struct desk_file *f);

#endif
