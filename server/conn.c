/*
 * Longer than our files should be: phases, reading and answering of one peer
 * call each other, and apart they would only have more names in common.
 */
#include "server/conn.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "server/clock.h"
#include "server/conn_out.h"
#include "server/limits.h"

static const int64_t never = INT64_MAX;

/* ---- phases and deadlines */

static enum conn_group
group_of(enum conn_phase phase)
{
	switch (phase) {
	case CONN_FIRST:
	case CONN_IDLE:
		return CONN_WAITING;
	case CONN_HEAD:
	case CONN_BODY:
		return CONN_READING;
	case CONN_IN_FLIGHT:
	case CONN_WRITING:
	case CONN_STREAM:
	case CONN_LINGER:
		return CONN_BUSY;
	case CONN_CLOSED:
		break;
	}
	return CONN_GROUPS;
}

static bool
takes_requests(enum conn_phase phase)
{
	return group_of(phase) == CONN_WAITING || group_of(phase) == CONN_READING;
}

static int64_t
earned_ms(size_t bytes, int64_t bytes_per_second)
{
	return (int64_t)bytes * 1000 / bytes_per_second;
}

static int64_t
deadline_of(const struct conn *c)
{
	const struct http_times *times = &c->pool->times;
	int64_t stalled_ms = c->moved_ms + times->write_ms;
	int64_t more_ms;

	switch (c->phase) {
	case CONN_FIRST:
		more_ms = c->pool->draining ? times->drain_ms : times->first_byte_ms;
		return c->since_ms + more_ms;
	case CONN_IDLE:
		return c->since_ms + times->idle_ms;
	case CONN_HEAD:
		return c->since_ms + times->head_ms;
	case CONN_BODY:
		more_ms = earned_ms(c->moved_bytes, LIMIT_BODY_MIN_RATE);
		more_ms =
			more_ms > LIMIT_BODY_EARNED_MS ? LIMIT_BODY_EARNED_MS : more_ms;
		return c->since_ms + times->body_ms + more_ms;
	case CONN_IN_FLIGHT:
		return c->since_ms + times->answer_ms;
	case CONN_WRITING:
		more_ms = c->since_ms + times->write_ms +
			  earned_ms(c->moved_bytes, LIMIT_WRITE_MIN_RATE);
		return more_ms < stalled_ms ? more_ms : stalled_ms;
	case CONN_STREAM:
		return c->out == NULL ? never : stalled_ms;
	case CONN_LINGER:
		return c->since_ms + times->drain_ms;
	case CONN_CLOSED:
		break;
	}
	return never;
}

static void
set_deadline(struct conn *c)
{
	c->pool->slots[c->slot].deadline_ms = deadline_of(c);
}

static void
enter(struct conn *c, enum conn_phase phase)
{
	struct conn_pool *pool = c->pool;
	enum conn_group from = group_of(c->phase), to = group_of(phase);

	if (from != to) {
		TAILQ_REMOVE(&pool->groups[from], c, in_group);
		TAILQ_INSERT_TAIL(&pool->groups[to], c, in_group);
	}
	c->phase = phase;
	c->since_ms = pool->now_ms;
	c->moved_ms = pool->now_ms;
	c->moved_bytes = 0;
	c->discarded_bytes = 0;
	set_deadline(c);
}

static void
moved(struct conn *c, size_t bytes)
{
	c->moved_bytes += bytes;
	c->moved_ms = c->pool->now_ms;
	set_deadline(c);
}

/* ---- events */

static void
want_read(struct conn *c, bool wanted)
{
	if (wanted == c->reading) {
		return;
	}
	c->reading = wanted;
	if (wanted) {
		event_add(&c->readable, NULL);
	} else {
		event_del(&c->readable);
	}
}

static void
want_write(struct conn *c, bool wanted)
{
	if (wanted == c->writing) {
		return;
	}
	c->writing = wanted;
	if (wanted) {
		event_add(&c->writable, NULL);
	} else {
		event_del(&c->writable);
	}
}

static void
end_flight(struct conn *c)
{
	uint32_t *generation = &c->pool->slots[c->slot].generation;

	*generation += *generation & 1;
}

void
conn_close(struct conn *c)
{
	struct conn_pool *pool = c->pool;

	if (c->phase == CONN_CLOSED) {
		return;
	}
	end_flight(c);
	want_read(c, false);
	want_write(c, false);
	TAILQ_REMOVE(&pool->groups[group_of(c->phase)], c, in_group);
	c->phase = CONN_CLOSED;
	pool->events->on_closed(pool->arg, c);
	c->line.io->free(&c->line);
	conn_pool_delist(pool, c);
}

static void
put_ahead_away(struct conn *c)
{
	free(c->ahead);
	c->ahead = NULL;
	c->n_ahead = 0;
}

static void
linger(struct conn *c)
{
	put_ahead_away(c);
	if (c->peer_done || c->line.io->shutdown(&c->line) < 0) {
		conn_close(c);
		return;
	}
	enter(c, CONN_LINGER);
	want_read(c, true);
}

/* An answer has left completely. */
static void
answered(struct conn *c)
{
	if (!c->keep || c->peer_done || c->pool->draining) {
		linger(c);
		return;
	}
	enter(c, CONN_IDLE);
	want_read(c, true);
	if (c->ahead != NULL) {
		conn_pool_give_work(c->pool, c);
	}
}

/* ---- writing */

/* Less than 0: the connection is of no use any more. */
static int
send_now(struct conn *c, const struct iovec *head, int n_head, struct evbuffer *body)
{
	int r = conn_out_send(&c->line, &c->out, head, n_head, body);

	want_write(c, c->out != NULL);
	return r;
}

/* Writes once what waits; whether more can be written comes as an event. */
static void
flush(struct conn *c)
{
	ssize_t written = conn_out_flush(&c->line, &c->out);

	if (written < 0) {
		conn_close(c);
		return;
	}
	want_write(c, c->out != NULL);
	if (c->phase != CONN_WRITING && c->phase != CONN_STREAM) {
		return; /* an invitation to send the body: earns nothing */
	}
	if (written > 0) {
		moved(c, (size_t)written);
	}
	set_deadline(c);
	if (c->out == NULL && c->phase == CONN_WRITING) {
		answered(c);
	}
}

void
conn_answer(struct conn *c, const struct iovec *head, int n_head, struct evbuffer *body)
{
	c->pool->now_ms = clock_mono_ms();
	end_flight(c);
	if (send_now(c, head, n_head, c->head_only ? NULL : body) < 0) {
		conn_close(c);
	} else if (c->out == NULL) {
		answered(c);
	} else {
		enter(c, CONN_WRITING);
	}
	if (c->head_only && body != NULL) {
		evbuffer_drain(body, evbuffer_get_length(body));
	}
}

void
conn_answer_last(struct conn *c, const struct iovec *head, int n_head)
{
	c->keep = false;
	conn_answer(c, head, n_head, NULL);
}

/* ---- reading */

static void
refuse(struct conn *c, int status)
{
	c->keep = false;
	if (c->phase != CONN_IN_FLIGHT) {
		c->head_only = c->parse.method == HTTP_HEAD;
	}
	c->pool->events->on_refused(c->pool->arg, c, status);
	assert(!takes_requests(c->phase) && c->phase != CONN_IN_FLIGHT);
}

static void
cut(struct conn *c)
{
	c->pool->events->on_cut(c->pool->arg, c);
	conn_close(c);
}

static void
invite_body(struct conn *c)
{
	static const char invitation[] = "HTTP/1.1 100 Continue\r\n\r\n";
	const struct iovec iov = {
		.iov_base = (void *)(uintptr_t)invitation,
		.iov_len = sizeof(invitation) - 1,
	};

	c->parse.expects_continue = false;
	if (send_now(c, &iov, 1, NULL) < 0) {
		conn_close(c);
	}
}

/* Bytes were taken, and the request goes on. */
static void
note_progress(struct conn *c, size_t body_bytes_before)
{
	if (c->parse.phase != HTTP_PARSE_BODY) {
		if (c->phase != CONN_HEAD) {
			enter(c, CONN_HEAD);
		}
		return;
	}
	if (c->phase != CONN_BODY) {
		enter(c, CONN_BODY);
	}
	moved(c, c->parse.body_bytes - body_bytes_before);
	if (c->parse.expects_continue && c->parse.body_bytes == 0) {
		invite_body(c);
	}
}

static void
hand_over(struct conn *c)
{
	c->keep = c->parse.keep_alive;
	c->head_only = c->parse.method == HTTP_HEAD;
	c->pool->slots[c->slot].generation++;
	enter(c, CONN_IN_FLIGHT);
	c->pool->events->on_request(c->pool->arg, c);
	http_parse_reset(&c->parse);
}

/* Bytes behind a request that is not answered yet. */
static void
put_by(struct conn *c, const uint8_t *bytes, size_t n)
{
	if (c->ahead == NULL) {
		c->ahead = malloc(LIMIT_READ_BYTES);
		if (c->ahead == NULL) {
			conn_close(c);
			return;
		}
	}
	assert(n <= LIMIT_READ_BYTES - c->n_ahead);
	memcpy(c->ahead + c->n_ahead, bytes, n);
	c->n_ahead += n;
	want_read(c, c->n_ahead < LIMIT_READ_BYTES);
}

static void
discard(struct conn *c, size_t n, size_t most)
{
	c->discarded_bytes += n;
	if (c->discarded_bytes <= most) {
		return;
	}
	if (c->phase == CONN_STREAM) {
		cut(c);
	} else if (c->phase == CONN_LINGER) {
		conn_close(c);
	} else {
		want_read(c, false);
	}
}

/* What came and is no part of a request that was looked at. */
static void
set_aside(struct conn *c, const uint8_t *bytes, size_t n)
{
	switch (c->phase) {
	case CONN_FIRST:
	case CONN_IDLE:
	case CONN_HEAD:
	case CONN_BODY:
		put_by(c, bytes, n);
		conn_pool_give_work(c->pool, c);
		break;
	case CONN_IN_FLIGHT:
	case CONN_WRITING:
		if (c->keep) {
			put_by(c, bytes, n);
		} else {
			discard(c, n, LIMIT_READ_BYTES);
		}
		break;
	case CONN_STREAM:
		discard(c, n, LIMIT_STREAM_INPUT_BYTES);
		break;
	case CONN_LINGER:
		discard(c, n, LIMIT_DRAIN_BYTES);
		break;
	case CONN_CLOSED:
		break;
	}
}

static void
consume(struct conn *c, const uint8_t *bytes, size_t n)
{
	int budget = LIMIT_REQUESTS_A_TURN;

	while (n > 0 && takes_requests(c->phase) && budget > 0) {
		size_t used, before = c->parse.body_bytes;
		int r = http_parse_feed(&c->parse, bytes, n, &used);
		bytes += used;
		n -= used;
		if (r == 0) {
			hand_over(c);
			budget--;
		} else if (r == HTTP_PARSE_MORE) {
			note_progress(c, before);
		} else if (r == HTTP_PARSE_REFUSED) {
			refuse(c, c->parse.status);
		} else {
			refuse(c, 503);
		}
	}
	if (n > 0) {
		set_aside(c, bytes, n);
	}
}

/* What was put by is looked at again, now that its turn has come. */
static void
consume_ahead(struct conn *c)
{
	uint8_t *bytes = c->ahead;
	size_t n = c->n_ahead;

	c->ahead = NULL;
	c->n_ahead = 0;
	want_read(c, true);
	consume(c, bytes, n);
	free(bytes);
}

/* The peer sends nothing more. */
static void
end_of_input(struct conn *c)
{
	c->peer_done = true;
	want_read(c, false);
	if (c->phase != CONN_WRITING) {
		conn_close(c);
	}
}

/* false: not accepted by its io yet, or never. */
static bool
is_open(struct conn *c)
{
	if (c->open) {
		return true;
	}
	int r = c->line.io->accept(&c->line);
	c->open = r == 0;
	want_write(c, r == -EAGAIN && (c->line.wants & EV_WRITE) != 0);
	if (r < 0 && r != -EAGAIN) {
		conn_close(c);
	}
	return c->open;
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct conn *c = arg;
	struct conn_pool *pool = c->pool;
	size_t room = LIMIT_READ_BYTES;

	(void)fd;
	(void)what;
	pool->now_ms = clock_mono_ms();
	if (!is_open(c)) {
		return;
	}
	if (c->ahead != NULL && takes_requests(c->phase)) {
		return; /* its turn has not come */
	}
	room -= c->n_ahead;
	ssize_t n = c->line.io->read(&c->line, pool->scratch, room);
	if (n == -EAGAIN) {
		return;
	}
	if (n < 0) {
		conn_close(c);
	} else if (n == 0) {
		end_of_input(c);
	} else {
		consume(c, pool->scratch, (size_t)n);
	}
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct conn *c = arg;

	(void)fd;
	(void)what;
	c->pool->now_ms = clock_mono_ms();
	if (is_open(c) && c->out != NULL) {
		flush(c);
	}
}

/* ---- one connection's life */

void
conn_free(struct conn *c)
{
	http_parse_reset(&c->parse);
	conn_out_forget(&c->out);
	put_ahead_away(c);
	free(c);
}

struct conn *
conn_new(struct conn_pool *pool, int fd, const union door_address *address)
{
	struct conn_line line = {.io = &conn_io_plain, .fd = fd};
	struct conn *c = calloc(1, sizeof(*c));

	if (c == NULL || !conn_pool_enlist(pool, c)) {
		line.io->free(&line);
		free(c);
		return NULL;
	}
	pool->now_ms = clock_mono_ms();
	c->pool = pool;
	c->line = line;
	c->address = *address;
	http_parse_init(&c->parse);
	event_assign(
		&c->readable, pool->base, fd, EV_READ | EV_PERSIST, on_readable, c);
	event_assign(
		&c->writable, pool->base, fd, EV_WRITE | EV_PERSIST, on_writable, c);
	enter(c, CONN_FIRST);
	want_read(c, true);
	return c;
}

void
conn_expire(struct conn *c)
{
	switch (c->phase) {
	case CONN_FIRST:
	case CONN_IDLE:
	case CONN_LINGER:
		conn_close(c);
		break;
	case CONN_HEAD:
	case CONN_BODY:
		refuse(c, 408);
		break;
	case CONN_IN_FLIGHT:
		refuse(c, 503);
		break;
	case CONN_WRITING:
	case CONN_STREAM:
		cut(c);
		break;
	case CONN_CLOSED:
		break;
	}
}

void
conn_work(struct conn *c)
{
	if (c->phase == CONN_STREAM && c->peer_done) {
		conn_close(c);
	} else if (c->out != NULL) {
		flush(c);
	} else if (c->ahead != NULL && takes_requests(c->phase)) {
		consume_ahead(c);
	}
}

void
conn_dismiss(struct conn *c)
{
	if (c->ahead == NULL) {
		on_readable(c->line.fd, EV_READ, c);
	}
	if (c->phase == CONN_IDLE && c->ahead == NULL) {
		conn_close(c);
	} else if (c->phase == CONN_FIRST) {
		set_deadline(c);
	}
}

struct http_handle
conn_handle(const struct conn *c)
{
	return (struct http_handle){c->slot, c->pool->slots[c->slot].generation};
}

/* ---- streams */

void
conn_begin_stream(struct conn *c, const struct iovec *head, int n_head)
{
	c->pool->now_ms = clock_mono_ms();
	end_flight(c);
	c->keep = false;
	put_ahead_away(c);
	enter(c, CONN_STREAM);
	want_read(c, true);
	if (send_now(c, head, n_head, NULL) < 0) {
		/* Its owner has not even got the stream: told at the turn's end. */
		c->peer_done = true;
		conn_pool_give_work(c->pool, c);
	}
	set_deadline(c);
}

struct evbuffer *
conn_stream_queue(struct conn *c)
{
	if (c->out == NULL) {
		c->out = evbuffer_new();
		c->moved_ms = clock_mono_ms(); /* it stalls from now on */
	}
	return c->out;
}

void
conn_stream_grown(struct conn *c)
{
	conn_pool_give_work(c->pool, c);
}

void
conn_end_stream(struct conn *c)
{
	c->pool->now_ms = clock_mono_ms();
	if (c->out != NULL) {
		flush(c);
	}
	if (c->phase == CONN_STREAM) {
		if (c->out == NULL) {
			linger(c);
		} else {
			conn_close(c);
		}
	}
}
