/*
 * feed - the board, as one console front is told it
 *
 * After BoardReset come states in order of last change, first all there are
 * (the last frame of them says caught_up), then what changes. States coalesce
 * because a cursor walks the list: an incident that changed many times since
 * is told once, as it is now. A front that reads slowly is told less often,
 * never more than the line holds.
 */
#ifndef SERVER_FEED_H
#define SERVER_FEED_H

#include <stdbool.h>

#include "dispatch/desk.h"
#include "proto/arena.h"
#include "server/line.h"

struct feed;

/* line is borrowed and outlives the feed. NULL when memory is short. */
struct feed *feed_new(struct line *line);
void feed_free(struct feed *f);

/* The desk goes away: forgets its cursor, and begins anew with the next one. */
void feed_forget(struct feed *f);

/*
 * Sends what the line has room for. Returns 0, or -errno when the front must
 * be cut off.
 */
int feed_go_on(
	struct feed *f, struct desk *desk, const char *epoch, struct arena *arena);

#endif
