/*
 * line - frames over one end of a stream socket pair
 *
 * Reads never block and are bounded a turn; writes queue in memory up to
 * LIMIT_LINE_QUEUE_BYTES. What happens at the limit is the owner's policy:
 * line_send() says no, and line_queued_bytes() tells beforehand.
 */
#ifndef SERVER_LINE_H
#define SERVER_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <event2/event.h>

#include "proto/frame.h"

struct line;

enum line_answer {
	LINE_FULL = 1, /* at the limit, or the other end is gone: nothing was queued */
};

struct line_events {
	/* body lives until it returns. */
	void (*on_frame)(void *arg, const struct frame_head *head, const uint8_t *body);
	/* All readable frames of this turn were given: time to end a batch. */
	void (*on_turn_end)(void *arg);
	/* The queue has become empty. May be NULL. */
	void (*on_drained)(void *arg);
	/* The other end is gone or spoke nonsense; the owner frees the line (not
	 * from inside another callback of it: it is called from the loop). */
	void (*on_closed)(void *arg);
};

/*
 * Takes over fd and makes it non-blocking. NULL when memory is short: then fd
 * is still the caller's. SIGPIPE must be ignored in this process.
 */
struct line *line_new(
	struct event_base *base, int fd, const struct line_events *events, void *arg);

/* Closes the descriptor. Accepts NULL. */
void line_free(struct line *l);

/* Queues one frame; head->body_bytes must be right. 0, LINE_FULL, -ENOMEM. */
int line_send(struct line *l, const struct frame_head *head, const uint8_t *body);

/* Writes now what would leave at the end of the turn, as far as it fits. */
void line_flush(struct line *l);

/* Nobody takes what is sent; what came before may still be read. */
bool line_is_gone(const struct line *l);

size_t line_queued_bytes(const struct line *l);

/* Since when (monotonic ms) the queue has not moved; 0 when empty or moving. */
int64_t line_stuck_since_ms(const struct line *l);

#endif
