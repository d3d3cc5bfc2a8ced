/*
 * duty_feed - the book of duty, and how it stands, to one console front
 *
 * All records in pieces at the start of a line, then those that changed, in order
 * of change; the view when it is another than was told. Remembers only how far
 * it has come. Embedded; all zero is the start.
 */
#ifndef SERVER_DUTY_FEED_H
#define SERVER_DUTY_FEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dispatch/duty.h"
#include "server/line.h"

struct duty_feed {
	bool has_begun;
	uint64_t told;      /* row of the newest record that was told */
	uint64_t told_view; /* version of the view */
};

/* How it stands: a packed DutyNow, with a number that changes with it; 0: none. */
struct duty_view {
	uint64_t version;
	const uint8_t *packed;
	size_t bytes;
};

/* Sends what the line takes now. 0 or -ENOMEM. */
int duty_feed_go_on(struct duty_feed *f, struct line *line, const struct duty *duty,
	const struct duty_view *view, struct arena *arena);

#endif
