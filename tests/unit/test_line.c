/* line - frames over a socket pair, with a peer that tears, floods and dies */
#include "unit.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/limits.h"
#include "server/line.h"

struct told {
	unsigned frames;
	unsigned turns;
	unsigned drained;
	unsigned closed;
	uint64_t last_ref;
	uint32_t last_bytes;
	uint8_t last_first;
};

static struct event_base *base;
static int peer;
static struct line *line;
static struct told told;

static void
on_frame(void *arg, const struct frame_head *head, const uint8_t *body)
{
	struct told *t = arg;

	t->frames++;
	t->last_ref = head->ref;
	t->last_bytes = head->body_bytes;
	t->last_first = head->body_bytes > 0 ? body[0] : 0;
}

static void
on_turn_end(void *arg)
{
	((struct told *)arg)->turns++;
}

static void
on_drained(void *arg)
{
	((struct told *)arg)->drained++;
}

/* The contract allows freeing here. */
static void
on_closed(void *arg)
{
	((struct told *)arg)->closed++;
	line_free(line);
	line = NULL;
}

static const struct line_events events = {on_frame, on_turn_end, on_drained, on_closed};

static int
open_pair(void **state)
{
	int fds[2];

	(void)state;
	(void)signal(SIGPIPE, SIG_IGN);
	memset(&told, 0, sizeof(told));
	base = event_base_new();
	if (base == NULL || socketpair(AF_UNIX, SOCK_STREAM, 0, fds) != 0) {
		return -1;
	}
	peer = fds[1];
	line = line_new(base, fds[0], &events, &told);
	return line == NULL ? -1 : 0;
}

static int
close_pair(void **state)
{
	(void)state;
	line_free(line);
	line = NULL;
	if (peer >= 0) {
		(void)close(peer);
	}
	event_base_free(base);
	return 0;
}

static void
turn(void)
{
	(void)event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
}

static size_t
make_frame(uint8_t *out, uint64_t ref, uint32_t body_bytes, uint8_t fill)
{
	const struct frame_head head = {
		.body_bytes = body_bytes, .kind = FRAME_DUTY, .ref = ref};

	frame_write_head(&head, out);
	memset(out + FRAME_HEAD_BYTES, fill, body_bytes);
	return FRAME_HEAD_BYTES + body_bytes;
}

static void
a_frame_torn_into_single_bytes_arrives_once_and_whole(void **state)
{
	uint8_t bytes[FRAME_HEAD_BYTES + 5];
	size_t n = make_frame(bytes, 77, 5, 'x');
	size_t i;

	(void)state;
	for (i = 0; i < n; i++) {
		assert_int_equal(told.frames, 0);
		assert_int_equal(write(peer, bytes + i, 1), 1);
		turn();
	}
	assert_int_equal(told.frames, 1);
	assert_int_equal(told.last_ref, 77);
	assert_int_equal(told.last_bytes, 5);
	assert_int_equal(told.last_first, 'x');
}

static void
the_largest_frame_arrives_and_one_byte_more_closes_the_line(void **state)
{
	uint8_t *bytes = malloc(FRAME_HEAD_BYTES + FRAME_BODY_MAX + 1);
	size_t n = make_frame(bytes, 1, FRAME_BODY_MAX, 'y');
	size_t sent = 0;

	(void)state;
	while (sent < n) {
		ssize_t got = send(peer, bytes + sent, n - sent, MSG_DONTWAIT);

		if (got > 0) {
			sent += (size_t)got;
		}
		turn();
	}
	turn();
	assert_int_equal(told.frames, 1);
	assert_int_equal(told.last_bytes, FRAME_BODY_MAX);
	(void)make_frame(bytes, 2, FRAME_BODY_MAX + 1, 'z');
	assert_int_equal(write(peer, bytes, FRAME_HEAD_BYTES), FRAME_HEAD_BYTES);
	turn();
	assert_int_equal(told.closed, 1);
	assert_int_equal(told.frames, 1);
	free(bytes);
}

static void
nonsense_closes_the_line_once_and_gives_nothing(void **state)
{
	uint8_t bytes[2 * FRAME_HEAD_BYTES];

	(void)state;
	memset(bytes, 0xFF, sizeof(bytes));
	assert_int_equal(write(peer, bytes, sizeof(bytes)), sizeof(bytes));
	turn();
	turn();
	assert_int_equal(told.closed, 1);
	assert_int_equal(told.frames, 0);
}

static void
frames_of_one_turn_are_bounded_and_the_rest_comes_later(void **state)
{
	enum { N = 1000 };
	uint8_t bytes[N * FRAME_HEAD_BYTES];
	size_t n = 0;
	unsigned i;

	(void)state;
	for (i = 1; i <= N; i++) {
		n += make_frame(bytes + n, i, 0, 0);
	}
	assert_int_equal(write(peer, bytes, n), n);
	turn();
	assert_true(told.frames > 0);
	assert_true(told.frames < N);
	assert_int_equal(told.turns, 1);
	while (told.frames < N && told.turns < N) {
		turn();
	}
	assert_int_equal(told.frames, N);
	assert_int_equal(told.last_ref, N);
	assert_true(told.turns > 1);
}

static void
what_a_dead_peer_said_is_given_before_the_line_closes(void **state)
{
	enum { N = 700 };
	uint8_t bytes[N * FRAME_HEAD_BYTES];
	const struct frame_head head = {.kind = FRAME_DUTY};
	size_t n = 0;
	unsigned i;

	(void)state;
	for (i = 1; i <= N; i++) {
		n += make_frame(bytes + n, i, 0, 0);
	}
	assert_int_equal(write(peer, bytes, n), n);
	(void)close(peer);
	peer = -1;
	/* Writing finds the peer gone first; reading goes on all the same. */
	assert_int_equal(line_send(line, &head, NULL), 0);
	for (i = 0; i < 20 && told.closed == 0; i++) {
		turn();
	}
	assert_int_equal(told.frames, N);
	assert_int_equal(told.closed, 1);
	assert_null(line);
}

static void
a_full_queue_says_no_and_queues_nothing(void **state)
{
	static const uint8_t body[FRAME_BODY_MAX];
	const struct frame_head head = {.body_bytes = sizeof(body), .kind = FRAME_DUTY};
	size_t before;
	int answer = 0;
	unsigned n = 0;

	(void)state;
	while (answer == 0 && n < 1000) {
		before = line_queued_bytes(line);
		answer = line_send(line, &head, body);
		n++;
	}
	assert_int_equal(answer, LINE_FULL);
	assert_int_equal(line_queued_bytes(line), before);
	assert_true(before <= LIMIT_LINE_QUEUE_BYTES);
	turn();
	assert_true(line_queued_bytes(line) < before);
	assert_true(line_stuck_since_ms(line) > 0);
	assert_int_equal(told.drained, 0);
}

static void
a_queue_that_empties_says_so_and_is_not_stuck(void **state)
{
	uint8_t bytes[FRAME_HEAD_BYTES + 3];
	const struct frame_head head = {.body_bytes = 3, .kind = FRAME_DUTY, .ref = 9};
	struct frame_head got;

	(void)state;
	assert_int_equal(line_stuck_since_ms(line), 0);
	assert_int_equal(line_send(line, &head, (const uint8_t *)"abc"), 0);
	assert_true(line_stuck_since_ms(line) > 0);
	turn();
	assert_int_equal(told.drained, 1);
	assert_int_equal(line_queued_bytes(line), 0);
	assert_int_equal(line_stuck_since_ms(line), 0);
	assert_int_equal(read(peer, bytes, sizeof(bytes)), sizeof(bytes));
	assert_int_equal(frame_read_head(bytes, &got), 0);
	assert_int_equal(got.ref, 9);
	assert_memory_equal(bytes + FRAME_HEAD_BYTES, "abc", 3);
}

static void
what_is_flushed_leaves_before_the_turn_ends_and_once(void **state)
{
	uint8_t bytes[2 * FRAME_HEAD_BYTES];
	const struct frame_head head = {.kind = FRAME_DUTY, .ref = 9};

	(void)state;
	line_flush(line);
	assert_int_equal(line_send(line, &head, NULL), 0);
	line_flush(line);
	assert_int_equal(
		recv(peer, bytes, sizeof(bytes), MSG_DONTWAIT), FRAME_HEAD_BYTES);
	assert_int_equal(line_queued_bytes(line), 0);
	turn();
	assert_int_equal(told.drained, 1);
	assert_int_equal(recv(peer, bytes, sizeof(bytes), MSG_DONTWAIT), -1);
	/* What follows leaves at the end of its own turn, as ever. */
	assert_int_equal(line_send(line, &head, NULL), 0);
	turn();
	assert_int_equal(
		recv(peer, bytes, sizeof(bytes), MSG_DONTWAIT), FRAME_HEAD_BYTES);
	/* A peer that is gone is found at the end of the turn. */
	(void)close(peer);
	peer = -1;
	assert_int_equal(line_send(line, &head, NULL), 0);
	line_flush(line);
	assert_false(line_is_gone(line));
	turn();
	turn();
	assert_int_equal(told.closed, 1);
}

static void
without_memory_there_is_no_line_and_the_descriptor_stays_ours(void **state)
{
	struct line *l = NULL;
	unsigned long n;
	int fds[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	for (n = 1;; n++) {
		alloc_fail_at(n);
		l = line_new(base, fds[0], &events, &told);
		if (!alloc_failed()) {
			break;
		}
		assert_null(l);
		assert_int_equal(send(fds[0], "x", 1, 0), 1);
	}
	alloc_fail_at(0);
	assert_non_null(l);
	assert_true(n > 1);
	line_free(l);
	line_free(NULL);
	(void)close(fds[1]);
}

int
main(void)
{
#define ON_A_PAIR(f) cmocka_unit_test_setup_teardown(f, open_pair, close_pair)
	const struct CMUnitTest tests[] = {
		ON_A_PAIR(a_frame_torn_into_single_bytes_arrives_once_and_whole),
		ON_A_PAIR(the_largest_frame_arrives_and_one_byte_more_closes_the_line),
		ON_A_PAIR(nonsense_closes_the_line_once_and_gives_nothing),
		ON_A_PAIR(frames_of_one_turn_are_bounded_and_the_rest_comes_later),
		ON_A_PAIR(what_a_dead_peer_said_is_given_before_the_line_closes),
		ON_A_PAIR(a_full_queue_says_no_and_queues_nothing),
		ON_A_PAIR(a_queue_that_empties_says_so_and_is_not_stuck),
		ON_A_PAIR(what_is_flushed_leaves_before_the_turn_ends_and_once),
		ON_A_PAIR(
			without_memory_there_is_no_line_and_the_descriptor_stays_ours),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
