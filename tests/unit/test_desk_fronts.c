/* desk_fronts - fronts that die, hang and come back, as the desk sees them */
#include "unit.h"

#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "desk_folder.h"
#include "server/clock.h"
#include "server/desk_fronts.h"
#include "server/limits.h"
#include "server/order.h"

enum {
	NOW_MS = 1000000,
	INPUTS = 600, /* more than a line gives in one turn */
	FILL_BYTES = 512 * 1024,
	READ_BYTES = 64 * 1024,
};

static struct desk_folder desk;
static struct event_base *base;
static struct desk_fronts *fronts;
static struct arena *arena;
static int supervisor; /* the other end of ROLE_FD */
static int front;
static unsigned inputs;

static void
on_input(void *arg, uint64_t line, const struct frame_head *head, const uint8_t *body)
{
	Vedetta__V1__InputAnswer answer = VEDETTA__V1__INPUT_ANSWER__INIT;

	(void)arg;
	(void)body;
	inputs++;
	desk_fronts_answer(fronts, line, head->ref, &answer);
}

static void
on_turn_end(void *arg)
{
	(void)arg;
}

static int
add_front(uint32_t index, bool console)
{
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	desk_fronts_add(fronts, index, console, fds[0]);
	return fds[1];
}

static int
open_all(void **state)
{
	static const struct desk_fronts_events events = {
		on_input, on_turn_end, NULL, NULL};

	(void)state;
	inputs = 0;
	desk_folder_make(&desk);
	desk_folder_open(&desk);
	base = event_base_new();
	arena = arena_new(ORDER_ARENA_BYTES);
	fronts = base == NULL ? NULL : desk_fronts_new(NULL, base, &events, NULL);
	if (fronts == NULL || arena == NULL) {
		return -1;
	}
	desk_fronts_use(fronts, desk.keeper);
	desk_fronts_use_areas(fronts, NULL, 1);
	front = add_front(1, false);
	return 0;
}

static int
close_all(void **state)
{
	(void)state;
	desk_fronts_free(fronts);
	event_base_free(base);
	arena_free(arena);
	if (front >= 0) {
		(void)close(front);
	}
	desk_folder_remove(&desk);
	return 0;
}

static void
turn(void)
{
	(void)event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
}

/* Which front the supervisor was told to end; 0: none. */
static uint32_t
blamed(void)
{
	const Vedetta__V1__RoleNews *news;
	struct order order;

	arena_reset(arena);
	if (order_receive(supervisor, MSG_DONTWAIT, FRAME_NEWS,
		    &vedetta__v1__role_news__descriptor, arena, &order) != 0) {
		return 0;
	}
	news = (const Vedetta__V1__RoleNews *)order.message;
	assert_int_equal(news->what_case, VEDETTA__V1__ROLE_NEWS__WHAT_STUCK_FRONT);
	return news->stuck_front;
}

static void
say(int fd, enum frame_kind kind, const ProtobufCMessage *message)
{
	size_t n = protobuf_c_message_get_packed_size(message);
	const struct frame_head head = {
		.body_bytes = (uint32_t)n, .kind = (uint16_t)kind, .ref = 1};
	uint8_t bytes[FRAME_HEAD_BYTES + 64];

	assert_true(n <= 64);
	frame_write_head(&head, bytes);
	(void)protobuf_c_message_pack(message, bytes + FRAME_HEAD_BYTES);
	assert_int_equal(write(fd, bytes, FRAME_HEAD_BYTES + n), FRAME_HEAD_BYTES + n);
}

static void
drink(int fd)
{
	static uint8_t bytes[READ_BYTES];

	while (recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT) > 0) {
	}
}

/* So many answers that the kernel takes only some. */
static void
fill(uint64_t line)
{
	Vedetta__V1__InputAnswer answer = VEDETTA__V1__INPUT_ANSWER__INIT;
	size_t bytes = 0;

	while (bytes < FILL_BYTES) {
		desk_fronts_answer(fronts, line, 1, &answer);
		bytes += FRAME_HEAD_BYTES;
	}
	turn();
}

static void
a_front_that_died_with_inputs_unread_blames_nobody(void **state)
{
	static uint8_t bytes[INPUTS][FRAME_HEAD_BYTES];
	const struct frame_head head = {.kind = FRAME_INPUT_REPORT, .ref = 1};
	int i;

	(void)state;
	for (i = 0; i < INPUTS; i++) {
		frame_write_head(&head, bytes[i]);
	}
	assert_int_equal(write(front, bytes, sizeof(bytes)), sizeof(bytes));
	(void)close(front);
	front = -1;
	for (i = 0; i < INPUTS; i++) {
		turn();
	}
	assert_int_equal(inputs, INPUTS);
	assert_int_equal(blamed(), 0);
}

static void
a_front_that_reads_nothing_is_named_to_the_supervisor(void **state)
{
	int64_t later_ms = clock_mono_ms() + LIMIT_LINE_STUCK_MS + 1000;

	(void)state;
	fill(1);
	desk_fronts_cut_stuck(fronts, later_ms);
	turn();
	desk_fronts_cut_stuck(fronts, later_ms + 1000);
	assert_int_equal(blamed(), 1);
	turn();
	drink(front);
	assert_int_equal(recv(front, &later_ms, 1, MSG_DONTWAIT), 0); /* cut */
}

/* A commit may take seconds; the front has read all it was given meanwhile. */
static void
a_front_is_not_blamed_for_the_pause_of_the_desk(void **state)
{
	int64_t later_ms = clock_mono_ms() + LIMIT_LINE_STUCK_MS + 1000;
	int i;

	(void)state;
	fill(1);
	drink(front);
	desk_fronts_cut_stuck(fronts, later_ms);
	for (i = 0; i < 100; i++) {
		turn();
		drink(front);
	}
	desk_fronts_cut_stuck(fronts, later_ms + 1000);
	assert_int_equal(blamed(), 0);
}

/* Did a Duty frame say so? The last one counts. */
static bool
staffed(int fd)
{
	static uint8_t bytes[READ_BYTES];
	ssize_t n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);
	ssize_t at = 0;
	bool answer = false;

	while (n - at >= FRAME_HEAD_BYTES) {
		Vedetta__V1__Duty *duty;
		struct frame_head head;

		assert_int_equal(frame_read_head(bytes + at, &head), 0);
		at += FRAME_HEAD_BYTES;
		assert_int_equal(head.kind, FRAME_DUTY);
		arena_reset(arena);
		duty = vedetta__v1__duty__unpack(
			arena_allocator(arena), head.body_bytes, bytes + at);
		answer = duty->staffed;
		at += head.body_bytes;
	}
	assert_true(n > 0);
	return answer;
}

/* Else who is answered by one front asks the next one before it has heard of it. */
static void
an_answer_leaves_behind_what_the_other_fronts_were_told(void **state)
{
	Vedetta__V1__InputAnswer answer = VEDETTA__V1__INPUT_ANSWER__INIT;
	uint8_t byte;

	(void)state;
	turn();
	drink(front);
	for (uint32_t i = 2; i <= 3; i++) {
		int other = add_front(i, true);

		turn();
		turn();
		drink(front);
		drink(other);
		desk_fronts_tell_duty(fronts);
		desk_fronts_answer_behind(fronts, 1, 1, &answer);
		assert_int_equal(recv(other, &byte, 1, MSG_DONTWAIT), 1);
		assert_int_equal(recv(front, &byte, 1, MSG_DONTWAIT), -1);
		turn();
		assert_int_equal(recv(front, &byte, 1, MSG_DONTWAIT), 1);
		(void)close(other);
		turn();
		drink(front);
	}
}

static void
nobody_is_on_duty_once_the_only_console_front_was_cut_off(void **state)
{
	int64_t later_ms = clock_mono_ms() + LIMIT_LINE_STUCK_MS + 1000;
	Vedetta__V1__Presence presence = VEDETTA__V1__PRESENCE__INIT;
	int console = add_front(2, true);

	(void)state;
	presence.streams = 1;
	say(console, FRAME_PRESENCE, &presence.base);
	turn();
	turn();
	assert_true(staffed(front));
	fill(2);
	desk_fronts_cut_stuck(fronts, later_ms);
	turn();
	desk_fronts_cut_stuck(fronts, later_ms + 1000);
	assert_int_equal(blamed(), 2);
	turn();
	turn();
	assert_false(staffed(front));
	(void)close(console);
}

static void
without_memory_there_are_none(void **state)
{
	static const struct desk_fronts_events events = {
		on_input, on_turn_end, NULL, NULL};
	struct desk_fronts *more = NULL;
	unsigned long n;

	(void)state;
	for (n = 1; more == NULL; n++) {
		alloc_fail_at(n);
		more = desk_fronts_new(NULL, base, &events, NULL);
		assert_true(more == NULL || !alloc_failed());
	}
	alloc_fail_at(0);
	assert_true(n > 2);
	desk_fronts_free(more);
}

int
main(void)
{
#define WITH_A_FRONT(f) cmocka_unit_test_setup_teardown(f, open_all, close_all)
	const struct CMUnitTest tests[] = {
		WITH_A_FRONT(a_front_that_died_with_inputs_unread_blames_nobody),
		WITH_A_FRONT(a_front_that_reads_nothing_is_named_to_the_supervisor),
		WITH_A_FRONT(a_front_is_not_blamed_for_the_pause_of_the_desk),
		WITH_A_FRONT(an_answer_leaves_behind_what_the_other_fronts_were_told),
		WITH_A_FRONT(nobody_is_on_duty_once_the_only_console_front_was_cut_off),
		WITH_A_FRONT(without_memory_there_are_none),
	};
	int fds[2];

	cmocka_set_message_output(CM_OUTPUT_TAP);
	(void)signal(SIGPIPE, SIG_IGN);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds) != 0 ||
		dup2(fds[0], ROLE_FD) < 0) {
		return 1;
	}
	supervisor = fds[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
