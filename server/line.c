#include "server/line.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/buffer.h>

#include "server/clock.h"
#include "server/hooks.h"
#include "server/limits.h"

enum {
	IN_BYTES = FRAME_HEAD_BYTES + FRAME_BODY_MAX,
	FRAMES_A_TURN = 256,
	WRITE_A_TURN_BYTES = 256 * 1024,
};

struct line {
	int fd;
	struct line_events events;
	void *arg; /* borrowed: the owner's */
	struct event *readable;
	struct event *writable;
	struct event *again; /* whole frames were left over from the last turn */
	struct evbuffer *out;
	int64_t moved_ms; /* when the queue last moved or began */
	bool ended;       /* nothing more will come in */
	bool mute;        /* nothing more will go out; what came before is read */
	bool closed;      /* on_closed is on its way or was called */
	size_t start;     /* in[start .. end) is read and not yet given away */
	size_t end;
	uint8_t in[IN_BYTES];
};

/* Last act of a callback: the owner frees the line in here. */
static void
close_now(struct line *l)
{
	if (l->closed) {
		return;
	}
	l->closed = true;
	(void)event_del(l->readable);
	(void)event_del(l->writable);
	(void)event_del(l->again);
	l->events.on_closed(l->arg);
}

/* Returns 1 when one was given away, 0 when none is whole, -1 on nonsense. */
static int
give_one(struct line *l)
{
	struct frame_head head;
	size_t have = l->end - l->start;

	if (have < FRAME_HEAD_BYTES) {
		return 0;
	}
	if (frame_read_head(l->in + l->start, &head) != 0 ||
		head.body_bytes > FRAME_BODY_MAX) {
		return -1;
	}
	if (have - FRAME_HEAD_BYTES < head.body_bytes) {
		return 0;
	}
	l->events.on_frame(l->arg, &head, l->in + l->start + FRAME_HEAD_BYTES);
	l->start += FRAME_HEAD_BYTES + head.body_bytes;
	return 1;
}

static void
give_frames(struct line *l)
{
	const struct timeval at_once = {0, 0};
	int got = 1;
	int n;

	for (n = 0; n < FRAMES_A_TURN && got == 1; n++) {
		got = give_one(l);
	}
	if (l->events.on_turn_end != NULL) {
		l->events.on_turn_end(l->arg);
	}
	if (got < 0) {
		close_now(l);
	} else if (got == 1) {
		/* The rest next turn; until then the other end waits. */
		(void)event_del(l->readable);
		(void)event_add(l->again, &at_once);
	} else if (l->ended) {
		close_now(l);
	}
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct line *l = arg;
	ssize_t got;

	(void)what;
	if (l->start > 0) {
		memmove(l->in, l->in + l->start, l->end - l->start);
		l->end -= l->start;
		l->start = 0;
	}
	assert(l->end < IN_BYTES);
	got = read(fd, l->in + l->end, IN_BYTES - l->end);
	if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
		return;
	}
	if (got <= 0) {
		l->ended = true;
		(void)event_del(l->readable);
	} else {
		l->end += (size_t)got;
	}
	give_frames(l);
}

static void
on_again(evutil_socket_t fd, short what, void *arg)
{
	struct line *l = arg;

	(void)fd;
	(void)what;
	if (!l->ended) {
		(void)event_add(l->readable, NULL);
	}
	give_frames(l);
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct line *l = arg;
	int sent;

	(void)what;
	if (l->closed) {
		return;
	}
	sent = evbuffer_get_length(l->out) == 0
		       ? 0 /* line_flush() was here */
		       : evbuffer_write_atmost(l->out, fd, WRITE_A_TURN_BYTES);
	if (sent < 0 && errno == EPIPE) {
		/* Answers sent before the other end died are still to be read. */
		l->mute = true;
		(void)event_del(l->writable);
		(void)evbuffer_drain(l->out, evbuffer_get_length(l->out));
		return;
	}
	if (sent < 0 && errno != EAGAIN && errno != EINTR) {
		close_now(l);
		return;
	}
	if (sent > 0) {
		l->moved_ms = clock_mono_ms();
		hooks_wrote();
	}
	if (evbuffer_get_length(l->out) > 0) {
		(void)event_add(l->writable, NULL);
		return;
	}
	(void)event_del(l->writable);
	if (l->events.on_drained != NULL) {
		l->events.on_drained(l->arg);
	}
}

struct line *
line_new(struct event_base *base, int fd, const struct line_events *events, void *arg)
{
	struct line *l = calloc(1, sizeof(*l));

	if (l == NULL) {
		return NULL;
	}
	l->fd = -1;
	l->events = *events;
	l->arg = arg;
	l->out = evbuffer_new();
	l->readable = event_new(base, fd, EV_READ | EV_PERSIST, on_readable, l);
	l->writable = event_new(base, fd, EV_WRITE | EV_PERSIST, on_writable, l);
	l->again = evtimer_new(base, on_again, l);
	if (l->out == NULL || l->readable == NULL || l->writable == NULL ||
		l->again == NULL || evutil_make_socket_nonblocking(fd) != 0 ||
		event_add(l->readable, NULL) != 0) {
		line_free(l);
		return NULL;
	}
	l->fd = fd;
	return l;
}

void
line_free(struct line *l)
{
	if (l == NULL) {
		return;
	}
	if (l->readable != NULL) {
		event_free(l->readable);
	}
	if (l->writable != NULL) {
		event_free(l->writable);
	}
	if (l->again != NULL) {
		event_free(l->again);
	}
	if (l->out != NULL) {
		evbuffer_free(l->out);
	}
	if (l->fd >= 0) {
		(void)close(l->fd);
	}
	free(l);
}

int
line_send(struct line *l, const struct frame_head *head, const uint8_t *body)
{
	uint8_t bytes[FRAME_HEAD_BYTES];
	size_t queued = evbuffer_get_length(l->out);
	size_t more = sizeof(bytes) + head->body_bytes;

	assert(head->body_bytes <= FRAME_BODY_MAX);
	if (line_is_gone(l) || queued + more > LIMIT_LINE_QUEUE_BYTES) {
		return LINE_FULL;
	}
	if (evbuffer_expand(l->out, more) != 0) {
		return -ENOMEM;
	}
	frame_write_head(head, bytes);
	(void)evbuffer_add(l->out, bytes, sizeof(bytes));
	(void)evbuffer_add(l->out, body, head->body_bytes);
	if (queued == 0) {
		/* All of this turn's frames leave together, at its end. */
		l->moved_ms = clock_mono_ms();
		event_active(l->writable, EV_WRITE, 0);
	}
	return 0;
}

/* A fault is found again, and told, at the end of the turn. */
void
line_flush(struct line *l)
{
	if (!line_is_gone(l) && evbuffer_get_length(l->out) > 0 &&
		evbuffer_write_atmost(l->out, l->fd, WRITE_A_TURN_BYTES) > 0) {
		l->moved_ms = clock_mono_ms();
		hooks_wrote();
	}
}

bool
line_is_gone(const struct line *l)
{
	return l->closed || l->mute;
}

size_t
line_queued_bytes(const struct line *l)
{
	return evbuffer_get_length(l->out);
}

int64_t
line_stuck_since_ms(const struct line *l)
{
	return evbuffer_get_length(l->out) == 0 ? 0 : l->moved_ms;
}
