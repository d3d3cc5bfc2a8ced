/*
 * group - what all streams of one filter are told
 *
 * Built once, sent to many. A group stands at a sequence of the board and
 * remembers which incidents its filter showed there, as one bit for each; a
 * step goes on to where the board is and makes the text of one server-sent
 * event: the states that match now, and the ids of those that did and no
 * longer do. The text is shared by count among the buffers that send it.
 *
 * One that comes back with a sequence of its own is a follower: it is told what
 * changed since, in pieces as large as it can take, until it stands where the
 * group does. Since nobody knows what it still shows, every state that does not
 * match is a removal for it: also of an incident younger than its sequence, for
 * the later pages of a list are read after the first, whose sequence counts.
 */
#ifndef SERVER_GROUP_H
#define SERVER_GROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/arena.h"
#include "server/board.h"
#include "server/filter.h"

enum group_answer {
	GROUP_MORE = 1, /* this piece is full: there is more to tell */
};

enum {
	GROUP_EVENT_BYTES = 48 * 1024, /* about: one state may go past it */
	GROUP_EVENT_STATES = 256,
	GROUP_EVENT_REMOVED = 2048,
	GROUP_ID_BYTES = BOARD_EPOCH_BYTES + 21, /* epoch-sequence and NUL */
};

struct event_text {
	size_t bytes;
	unsigned refs;
	char data[];
};

/* The one who makes it holds the first reference. */
struct event_text *event_text_keep(struct event_text *t);
void event_text_drop(struct event_text *t); /* accepts NULL */

/* A whole event from a name, an id (NULL: none) and one line of data. */
struct event_text *event_text_new(const char *name, const char *id, const char *data);

void group_event_id(const struct board *b, uint64_t sequence, char out[GROUP_ID_BYTES]);

/*
 * Reads an id. Returns the sequence; *same_epoch is false when it is another
 * board's. false: it is not an id at all.
 */
bool group_read_id(
	const struct board *b, const char *text, uint64_t *sequence, bool *same_epoch);

struct group;

/* Stands at the board's sequence. NULL when memory is short. */
struct group *group_new(const struct board *b, const struct filter *filter);
void group_free(struct group *g);

const struct filter *group_filter(const struct group *g);
uint64_t group_position(const struct group *g);

/* The board forgot what it had: begin anew where it stands now. */
int group_restart(struct group *g, const struct board *b);

/*
 * Goes on. *out is NULL when nothing of it concerns the filter. Returns 0 (it
 * stands where the board does), GROUP_MORE, or -ENOMEM (nothing happened).
 */
int group_step(
	struct group *g, struct board *b, struct arena *arena, struct event_text **out);

struct follower {
	uint64_t position; /* told up to here */
};

/* The next piece on the way to where the group stands. Returns as group_step(). */
int group_follow(const struct group *g, struct board *b, struct follower *f,
	struct arena *arena, struct event_text **out);

#endif
