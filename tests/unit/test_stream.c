/* One test for each promise of stream.h, over an HTTP layer of its own: longer than 500
 * lines. */
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/limits.h"
#include "server/stream.h"
#include "states.h"

/* ---- in place of the HTTP layer: what was sent stays here */

enum {
	KEPT_BYTES = 1 << 20,
};

struct http_stream {
	const struct http_stream_events *events;
	void *arg;
	char *text;
	size_t bytes;
	size_t read; /* by the other end */
	bool closed;
};

static struct http_stream *newest;
static int begin_fails;

struct http_stream *
http_stream_begin(struct http_server *server, struct http_handle handle,
	const char *content_type, const char *headers,
	const struct http_stream_events *events, void *arg)
{
	(void)server;
	(void)handle;
	(void)headers;
	assert_string_equal(content_type, "text/event-stream");
	newest = begin_fails ? NULL : calloc(1, sizeof(*newest));
	if (newest != NULL) {
		newest->text = calloc(1, KEPT_BYTES);
		assert_non_null(newest->text);
		newest->events = events;
		newest->arg = arg;
	}
	return newest;
}

int
http_stream_send(struct http_stream *s, const void *data, size_t bytes)
{
	assert_false(s->closed);
	assert_true(s->bytes + bytes < KEPT_BYTES);
	memcpy(s->text + s->bytes, data, bytes);
	s->bytes += bytes;
	return 0;
}

int
http_stream_send_shared(struct http_stream *s, const void *data, size_t bytes,
	evbuffer_ref_cleanup_cb cleanup, void *cleanup_arg)
{
	(void)http_stream_send(s, data, bytes);
	cleanup(data, bytes, cleanup_arg);
	return 0;
}

size_t
http_stream_queued_bytes(const struct http_stream *s)
{
	return s->bytes - s->read;
}

void
http_stream_close(struct http_stream *s)
{
	s->closed = true;
}

/* ---- the scene */

struct scene {
	struct board *board;
	struct hub *hub;
	struct filter all;
	int64_t now_ms;
};

static int
set_up(void **state)
{
	static struct scene s;

	s.board = board_new();
	board_reset(s.board, EPOCH);
	board_told(s.board, 0, true);
	s.hub = hub_new(s.board, NULL);
	filter_init(&s.all);
	s.now_ms = 1000000;
	begin_fails = 0;
	*state = &s;
	return s.board == NULL || s.hub == NULL;
}

static int
tear_down(void **state)
{
	struct scene *s = *state;

	hub_free(s->hub);
	board_free(s->board);
	return 0;
}

static struct http_stream *
open_stream(struct scene *s, const struct filter *filter, const char *after)
{
	struct asker asker = {0};

	assert_int_equal(hub_open(s->hub, &asker, filter, after, NULL, s->now_ms), 0);
	return newest;
}

static void
tick(struct scene *s)
{
	s->now_ms += LIMIT_STREAM_TICK_MS;
	hub_tick(s->hub, true, s->now_ms);
}

/* What came since the last look; the other end has read it. */
static const char *
news(struct http_stream *s)
{
	const char *text = s->text + s->read;

	s->read = s->bytes;
	return text;
}

/* The end of one, as a client going away. */
static void
go(struct http_stream *s)
{
	if (!s->closed) {
		s->events->on_closed(s->arg, s);
	}
	free(s->text);
	free(s);
}

static size_t
times(const char *text, const char *what)
{
	size_t n = 0;

	while ((text = strstr(text, what)) != NULL) {
		text++;
		n++;
	}
	return n;
}

static void
a_stream_begins_now_with_a_heartbeat_and_is_told_each_change(void **state)
{
	struct scene *s = *state;
	struct http_stream *http;

	state_tell(s->board, (struct state){.id = 1, .sequence = 1});
	http = open_stream(s, &s->all, "");
	tick(s);
	assert_string_equal(news(http), "retry: 1000\n\nevent: heartbeat\nid: " EPOCH
					"-1\ndata: {\"deskConnected\":true}\n\n");
	tick(s);
	assert_string_equal(news(http), "");
	state_tell(s->board, (struct state){.id = 2, .sequence = 2});
	tick(s);
	assert_int_equal(times(news(http), "{\"id\":\"2\""), 1);
	go(http);
	assert_int_equal(hub_count(s->hub), 0);
	tick(s);
}

static void
silence_is_broken_by_heartbeats_and_by_the_desks_going(void **state)
{
	struct scene *s = *state;
	struct http_stream *http = open_stream(s, &s->all, "");

	tick(s);
	(void)news(http);
	for (int64_t ms = 0; ms < LIMIT_STREAM_HEARTBEAT_MS - LIMIT_STREAM_TICK_MS;
		ms += LIMIT_STREAM_TICK_MS) {
		tick(s);
	}
	assert_string_equal(news(http), "");
	tick(s);
	assert_int_equal(times(news(http), "event: heartbeat"), 1);
	hub_tick(s->hub, false, s->now_ms);
	assert_int_equal(times(news(http), "{\"deskConnected\":false}"), 1);
	go(http);
}

static void
who_comes_back_is_told_what_changed_since_and_then_lives_on(void **state)
{
	struct scene *s = *state;
	struct http_stream *http;

	for (uint64_t i = 1; i <= 5; i++) {
		state_tell(s->board, (struct state){.id = i, .sequence = i});
	}
	http = open_stream(s, &s->all, EPOCH "-3");
	tick(s);
	const char *text = news(http);

	assert_int_equal(times(text, "{\"id\":\"3\""), 0);
	assert_int_equal(times(text, "{\"id\":\"4\""), 1);
	assert_int_equal(times(text, "{\"id\":\"5\""), 1);
	state_tell(s->board, (struct state){.id = 6, .sequence = 6});
	tick(s);
	text = news(http);
	assert_int_equal(times(text, "{\"id\":"), 1);
	assert_int_equal(times(text, "\nid: " EPOCH "-6\n"), 1);
	go(http);
}

static void
a_long_way_is_gone_in_pieces_as_they_are_read(void **state)
{
	enum { N = 3000 };
	struct scene *s = *state;
	struct http_stream *http;
	size_t seen = 0;
	int ticks = 0;

	for (uint64_t i = 1; i <= N; i++) {
		state_tell(s->board, (struct state){.id = i, .sequence = i});
	}
	http = open_stream(s, &s->all, EPOCH "-0");
	tick(s);
	tick(s);
	/* It does not read: it is not cut, since nothing more is given to it. */
	assert_false(http->closed);
	assert_true(http_stream_queued_bytes(http) < LIMIT_STREAM_QUEUE_BYTES);
	for (; seen < N && ticks < 100; ticks++) {
		seen += times(news(http), "{\"id\":");
		tick(s);
	}
	assert_int_equal(seen, N);
	go(http);
}

/*
 * The group has long removed an incident that one who comes back still shows.
 * It changes once more, far ahead of a group that takes a burst in pieces.
 */
static void
who_comes_back_into_a_burst_loses_no_removal(void **state)
{
	enum { N = 9000 }; /* more removals than one tick tells */
	struct scene *s = *state;
	struct filter open = s->all;
	struct http_stream *other, *http;
	size_t removed = 0;

	open.status = VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_OPEN;
	for (uint64_t i = 1; i <= N; i++) {
		state_tell(s->board, (struct state){.id = i, .sequence = i});
	}
	other = open_stream(s, &open, "");
	tick(s);
	state_tell(
		s->board, (struct state){.id = 1, .sequence = N + 1, .closed = true});
	tick(s);
	assert_int_equal(times(news(other), "\"removed\":[\"1\"]"), 1);
	for (uint64_t i = 2; i <= N; i++) {
		state_tell(s->board,
			(struct state){.id = i, .sequence = N + i, .closed = true});
	}
	state_tell(s->board,
		(struct state){.id = 1, .sequence = 2 * N + 1, .closed = true});
	http = open_stream(s, &open, EPOCH "-9000");
	for (int i = 0; i < 5; i++) {
		const char *text;

		tick(s);
		text = news(http);
		removed += times(text, "[\"1\"") + times(text, ",\"1\"");
		assert_false(http->closed);
	}
	assert_int_equal(removed, 1);
	go(http);
	go(other);
}

static void
who_does_not_read_is_cut_and_nobody_else(void **state)
{
	struct scene *s = *state;
	struct http_stream *slow = open_stream(s, &s->all, "");
	struct http_stream *quick = open_stream(s, &s->all, "");

	for (uint64_t i = 1; i < 3000 && !slow->closed; i++) {
		state_tell(s->board, (struct state){.id = i, .sequence = i});
		tick(s);
		assert_true(http_stream_queued_bytes(slow) <= LIMIT_STREAM_QUEUE_BYTES);
		quick->bytes = quick->read = 0; /* it reads, and we forget */
	}
	assert_true(slow->closed);
	assert_false(quick->closed);
	assert_int_equal(hub_count(s->hub), 1);
	go(slow);
	go(quick);
}

static void
an_unknown_epoch_is_answered_with_a_reset(void **state)
{
	struct scene *s = *state;
	struct http_stream *http;

	state_tell(s->board, (struct state){.id = 1, .sequence = 1});
	http = open_stream(s, &s->all, "fedcba9876543210-1");
	tick(s);
	assert_int_equal(
		times(news(http), "event: reset\nid: " EPOCH
				  "-1\ndata: {\"sequence\":\"" EPOCH "-1\"}\n\n"),
		1);
	state_tell(s->board, (struct state){.id = 2, .sequence = 2});
	tick(s);
	assert_int_equal(times(news(http), "{\"id\":\"2\""), 1);
	go(http);
}

static void
a_new_epoch_resets_every_stream_once_it_is_whole(void **state)
{
	struct scene *s = *state;
	struct http_stream *http = open_stream(s, &s->all, "");
	struct state half = {.id = 1, .sequence = 9};
	const char *text;

	tick(s);
	(void)news(http);
	board_reset(s->board, "fedcba9876543210");
	assert_int_equal(state_put(s->board, &half), 0);
	board_told(s->board, 9, false);
	tick(s);
	assert_string_equal(news(http), "");
	board_told(s->board, 9, true);
	tick(s);
	text = news(http);
	assert_int_equal(times(text, "event: reset\nid: fedcba9876543210-9\n"), 1);
	assert_int_equal(times(text, "event: change"), 0);
	tick(s);
	assert_string_equal(news(http), "");
	go(http);
}

static void
a_stream_opened_while_the_board_loads_waits_for_it(void **state)
{
	struct scene *s = *state;
	struct http_stream *http;

	board_reset(s->board, "fedcba9876543210");
	http = open_stream(s, &s->all, "fedcba9876543210-0");
	tick(s);
	/* Alive, but without an id: it has been told nothing yet. */
	assert_string_equal(news(http),
		"retry: 1000\n\nevent: heartbeat\ndata: {\"deskConnected\":true}\n\n");
	state_tell(s->board, (struct state){.id = 1, .sequence = 1});
	tick(s);
	assert_int_equal(times(news(http), "{\"id\":\"1\""), 1);
	go(http);
}

static void
a_sequence_ahead_of_this_front_waits_without_a_reset(void **state)
{
	struct scene *s = *state;
	struct http_stream *http;
	const char *text;

	state_tell(s->board, (struct state){.id = 1, .sequence = 1});
	http = open_stream(s, &s->all, EPOCH "-3");
	tick(s);
	assert_int_equal(times(news(http), "event: change"), 0);
	state_tell(s->board, (struct state){.id = 3, .sequence = 3});
	tick(s);
	assert_int_equal(times(news(http), "event: change"), 0);
	state_tell(s->board, (struct state){.id = 4, .sequence = 4});
	tick(s);
	text = news(http);
	assert_int_equal(times(text, "{\"id\":"), 1);
	assert_int_equal(times(text, "{\"id\":\"4\""), 1);
	assert_int_equal(times(text, "reset"), 0);
	go(http);
}

/* An older copy of the folder was put back: its epoch is the same. */
static void
a_sequence_that_never_comes_is_answered_with_a_reset(void **state)
{
	struct scene *s = *state;
	struct http_stream *http;
	const char *text;

	state_tell(s->board, (struct state){.id = 1, .sequence = 1});
	http = open_stream(s, &s->all, EPOCH "-3");
	tick(s);
	/* While there is no desk nothing can come: that proves nothing. */
	s->now_ms += LIMIT_STREAM_AHEAD_MS;
	hub_tick(s->hub, false, s->now_ms);
	s->now_ms += LIMIT_STREAM_AHEAD_MS - 1;
	hub_tick(s->hub, true, s->now_ms);
	assert_int_equal(times(news(http), "event: reset"), 0);
	s->now_ms += 1;
	hub_tick(s->hub, true, s->now_ms);
	text = news(http);
	assert_int_equal(times(text, "event: reset\nid: " EPOCH "-1\n"), 1);
	state_tell(s->board, (struct state){.id = 2, .sequence = 2});
	tick(s);
	assert_int_equal(times(news(http), "{\"id\":\"2\""), 1);
	go(http);
}

static void
each_filter_is_told_its_own(void **state)
{
	struct scene *s = *state;
	struct filter urgent = s->all;
	struct http_stream *all, *some;

	urgent.class_max = 1;
	all = open_stream(s, &s->all, "");
	some = open_stream(s, &urgent, "");
	tick(s);
	(void)news(all);
	(void)news(some);
	state_tell(s->board, (struct state){.id = 1, .sequence = 1, .class_no = 1});
	state_tell(s->board, (struct state){.id = 2, .sequence = 2, .class_no = 3});
	tick(s);
	assert_int_equal(times(news(all), "{\"id\":"), 2);
	assert_int_equal(times(news(some), "{\"id\":"), 1);
	state_tell(s->board, (struct state){.id = 1, .sequence = 3, .class_no = 2});
	tick(s);
	assert_int_equal(times(news(all), "\"removed\""), 0);
	assert_int_equal(times(news(some), "\"removed\":[\"1\"]"), 1);
	go(all);
	go(some);
}

static void
a_stream_that_cannot_begin_leaves_nothing_behind(void **state)
{
	struct scene *s = *state;
	struct asker asker = {0};

	begin_fails = 1;
	assert_int_equal(
		hub_open(s->hub, &asker, &s->all, "", NULL, s->now_ms), -ENOMEM);
	begin_fails = 0;
	assert_int_equal(hub_count(s->hub), 0);
	tick(s);
	for (unsigned long n = 1;; n++) {
		int r;

		alloc_fail_at(n);
		r = hub_open(s->hub, &asker, &s->all, "", NULL, s->now_ms);
		if (!alloc_failed() || newest != NULL) {
			alloc_fail_at(0);
			assert_int_equal(r, 0);
			break;
		}
		assert_int_equal(r, -ENOMEM);
		assert_int_equal(hub_count(s->hub), 0);
	}
	go(newest);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_stream_begins_now_with_a_heartbeat_and_is_told_each_change),
		T(silence_is_broken_by_heartbeats_and_by_the_desks_going),
		T(who_comes_back_is_told_what_changed_since_and_then_lives_on),
		T(a_long_way_is_gone_in_pieces_as_they_are_read),
		T(who_comes_back_into_a_burst_loses_no_removal),
		T(who_does_not_read_is_cut_and_nobody_else),
		T(an_unknown_epoch_is_answered_with_a_reset),
		T(a_new_epoch_resets_every_stream_once_it_is_whole),
		T(a_stream_opened_while_the_board_loads_waits_for_it),
		T(a_sequence_ahead_of_this_front_waits_without_a_reset),
		T(a_sequence_that_never_comes_is_answered_with_a_reset),
		T(each_filter_is_told_its_own),
		T(a_stream_that_cannot_begin_leaves_nothing_behind),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
