/* feed - a board told over a line: from the start, by changes, and anew */
#include "unit.h"

#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "desk_folder.h"
#include "server/feed.h"
#include "vedetta/v1/frame.pb-c.h"

enum {
	NOW_MS = 1000000,
	ARENA_BYTES = 4 * 1024 * 1024,
	READ_BYTES = 256 * 1024,
};

static struct desk_folder desk;
static struct event_base *base;
static struct line *line;
static struct feed *feed;
static struct arena *arena;
static int front;

/* What the front has heard so far. */
static struct {
	unsigned resets;
	unsigned umbrellas, offices, since_reset;
	unsigned states;
	unsigned frames;
	bool caught_up;
	uint64_t sequence;
	uint64_t last_id;
} heard;

static void
on_frame(void *arg, const struct frame_head *head, const uint8_t *body)
{
	(void)arg;
	(void)head;
	(void)body;
}

static void
on_closed(void *arg)
{
	(void)arg;
}

static int
open_all(void **state)
{
	static const struct line_events events = {on_frame, NULL, NULL, on_closed};
	int fds[2];

	(void)state;
	(void)signal(SIGPIPE, SIG_IGN);
	memset(&heard, 0, sizeof(heard));
	desk_folder_make(&desk);
	desk_folder_open(&desk);
	base = event_base_new();
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	front = fds[1];
	line = line_new(base, fds[0], &events, NULL);
	feed = feed_new(line);
	arena = arena_new(ARENA_BYTES);
	assert_true(base != NULL && line != NULL && feed != NULL && arena != NULL);
	return 0;
}

static int
close_all(void **state)
{
	(void)state;
	feed_free(feed);
	line_free(line);
	arena_free(arena);
	event_base_free(base);
	(void)close(front);
	desk_folder_remove(&desk);
	return 0;
}

static void
hear_frame(const struct frame_head *head, const uint8_t *body)
{
	Vedetta__V1__BoardStates *states;

	if (head->kind == FRAME_BOARD_RESET) {
		heard.resets++;
		heard.since_reset = 0;
		return;
	}
	if (head->kind == FRAME_UMBRELLAS) {
		heard.umbrellas++;
		return;
	}
	if (head->kind == FRAME_OFFICE) {
		/* Who may see what comes before anything there is to see. */
		assert_int_equal(heard.since_reset, 0);
		heard.offices++;
		return;
	}
	assert_int_equal(head->kind, FRAME_STATES);
	states = vedetta__v1__board_states__unpack(NULL, head->body_bytes, body);
	assert_non_null(states);
	assert_true(states->sequence >= heard.sequence);
	heard.frames++;
	heard.since_reset++;
	heard.states += (unsigned)states->n_incidents;
	heard.sequence = states->sequence;
	heard.caught_up = heard.caught_up || states->caught_up;
	if (states->n_incidents > 0) {
		heard.last_id = states->incidents[states->n_incidents - 1]->id;
	}
	vedetta__v1__board_states__free_unpacked(states, NULL);
}

static void
go_on(void)
{
	assert_int_equal(feed_go_on(feed, keeper_desk(desk.keeper),
				 keeper_epoch(desk.keeper), arena),
		0);
}

/* Lets the line write, and reads it all. */
static void
hear(void)
{
	static uint8_t bytes[READ_BYTES + FRAME_BODY_MAX];
	static size_t have;
	struct frame_head head;
	ssize_t got;

	have = 0;
	do {
		size_t at = 0;

		(void)event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
		got = recv(front, bytes + have, sizeof(bytes) - have, MSG_DONTWAIT);
		have += got > 0 ? (size_t)got : 0;
		while (have - at >= FRAME_HEAD_BYTES &&
			frame_read_head(bytes + at, &head) == 0 &&
			have - at - FRAME_HEAD_BYTES >= head.body_bytes) {
			hear_frame(&head, bytes + at + FRAME_HEAD_BYTES);
			at += FRAME_HEAD_BYTES + head.body_bytes;
		}
		memmove(bytes, bytes + at, have - at);
		have -= at;
	} while (got > 0 || line_queued_bytes(line) > 0);
	assert_int_equal(have, 0);
}

static void
report_at(uint8_t key, double lat_deg)
{
	const struct desk_words words = {.lat_deg = lat_deg};

	desk_folder_add(&desk, key, &words);
	(void)desk_folder_run(&desk, NOW_MS);
}

static void
an_empty_board_is_reset_and_caught_up_at_once(void **state)
{
	(void)state;
	go_on();
	hear();
	assert_int_equal(heard.resets, 1);
	assert_int_equal(heard.states, 0);
	assert_int_equal(heard.umbrellas, 1);
	assert_true(heard.caught_up);
	go_on();
	hear();
	assert_int_equal(heard.frames, 1);
}

static void
an_incident_that_changed_twice_is_told_once(void **state)
{
	(void)state;
	report_at(1, 42);
	report_at(2, 44);
	go_on();
	hear();
	assert_int_equal(heard.states, 2);
	assert_int_equal(heard.sequence, 2);
	report_at(3, 42);
	report_at(4, 42);
	go_on();
	hear();
	assert_int_equal(heard.states, 3);
	assert_int_equal(heard.last_id, 1);
	assert_int_equal(heard.sequence, 4);
	assert_int_equal(heard.resets, 1);
}

static void
a_new_desk_begins_the_board_anew(void **state)
{
	(void)state;
	report_at(1, 42);
	go_on();
	hear();
	feed_forget(feed);
	desk_folder_close(&desk);
	desk_folder_open(&desk);
	heard.sequence = 0;
	go_on();
	hear();
	assert_int_equal(heard.resets, 2);
	assert_int_equal(heard.states, 2);
}

static void
a_front_that_does_not_read_is_told_no_more_than_its_queue_holds(void **state)
{
	unsigned i;
	size_t queued;

	(void)state;
	for (i = 0; i < 64 * 40; i++) {
		const struct desk_words words = {.lat_deg = 30 + 0.01 * i};

		desk_folder_add(&desk, 0, &words);
		if (batch_is_full(desk.batch)) {
			(void)desk_folder_run(&desk, NOW_MS);
		}
	}
	for (i = 0; i < 10; i++) {
		go_on();
	}
	queued = line_queued_bytes(line);
	assert_true(queued > 100 * 1024 && queued < 512 * 1024);
	for (i = 0; i < 100 && !heard.caught_up; i++) {
		hear();
		go_on();
	}
	hear();
	assert_true(heard.caught_up);
	assert_int_equal(heard.states, 64 * 40);
	assert_int_equal(heard.sequence, 64 * 40);
}

int
main(void)
{
#define ON_A_LINE(f) cmocka_unit_test_setup_teardown(f, open_all, close_all)
	const struct CMUnitTest tests[] = {
		ON_A_LINE(an_empty_board_is_reset_and_caught_up_at_once),
		ON_A_LINE(an_incident_that_changed_twice_is_told_once),
		ON_A_LINE(a_new_desk_begins_the_board_anew),
		ON_A_LINE(
			a_front_that_does_not_read_is_told_no_more_than_its_queue_holds),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
