/*
 * looking_feed - who looks at which incident, to one console front
 *
 * All of it whenever it is another than was told: it is small, and changes that
 * come within a moment are told together by whoever calls. Embedded; all zero is
 * the start.
 */
#ifndef SERVER_LOOKING_FEED_H
#define SERVER_LOOKING_FEED_H

#include <stdint.h>

#include "dispatch/looking.h"
#include "server/line.h"

struct looking_feed {
	uint64_t told; /* version */
};

/* The arena is for the frame. 0, -ENOMEM, or -EPIPE: the line takes no more. */
int looking_feed_go_on(struct looking_feed *f, struct line *line,
	const struct looking *looking, struct arena *arena);

#endif
