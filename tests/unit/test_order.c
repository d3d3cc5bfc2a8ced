/* order - messages with descriptors beside them */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/order.h"
#include "vedetta/v1/frame.pb-c.h"

static int line[2];
static struct arena *arena;
static struct order got;

static int
open_line(void **state)
{
	(void)state;
	arena = arena_new(ORDER_ARENA_BYTES);
	return arena == NULL || socketpair(AF_UNIX, SOCK_SEQPACKET, 0, line) != 0;
}

static int
close_line(void **state)
{
	(void)state;
	arena_free(arena);
	(void)close(line[0]);
	return line[1] >= 0 ? close(line[1]) : 0;
}

static int
receive(void)
{
	return order_receive(line[0], MSG_DONTWAIT, FRAME_ORDER,
		&vedetta__v1__order__descriptor, arena, &got);
}

static int
send_drain(const int *fds, size_t n_fds)
{
	Vedetta__V1__Drain drain = VEDETTA__V1__DRAIN__INIT;
	Vedetta__V1__Order order = VEDETTA__V1__ORDER__INIT;

	drain.within_ms = 77;
	order.what_case = VEDETTA__V1__ORDER__WHAT_DRAIN;
	order.drain = &drain;
	return order_send(line[1], FRAME_ORDER, &order.base, fds, n_fds);
}

static void
a_message_comes_with_its_descriptors_in_order(void **state)
{
	const Vedetta__V1__Order *order;
	int first[2], second[2];
	char byte = 0;

	(void)state;
	assert_int_equal(pipe(first), 0);
	assert_int_equal(pipe(second), 0);
	assert_int_equal(send_drain((int[]){first[1], second[1]}, 2), 0);
	assert_int_equal(receive(), 0);
	order = (const Vedetta__V1__Order *)got.message;
	assert_int_equal(order->what_case, VEDETTA__V1__ORDER__WHAT_DRAIN);
	assert_int_equal(order->drain->within_ms, 77);
	assert_int_equal(got.n_fds, 2);
	assert_int_equal(write(got.fds[0], "1", 1), 1);
	assert_int_equal(write(got.fds[1], "2", 1), 1);
	assert_int_equal(read(first[0], &byte, 1), 1);
	assert_int_equal(byte, '1');
	assert_int_equal(read(second[0], &byte, 1), 1);
	assert_int_equal(byte, '2');
	assert_true((fcntl(got.fds[0], F_GETFD) & FD_CLOEXEC) != 0);
	order_close_fds(&got);
	assert_int_equal(got.n_fds, 0);
	(void)close(first[0]);
	(void)close(first[1]);
	(void)close(second[0]);
	(void)close(second[1]);
}

static void
an_empty_line_has_none_and_a_dead_one_is_closed(void **state)
{
	(void)state;
	assert_int_equal(receive(), ORDER_NONE);
	(void)close(line[1]);
	line[1] = -1;
	assert_int_equal(receive(), ORDER_CLOSED);
}

static void
nonsense_is_bad_and_leaves_no_descriptor_open(void **state)
{
	Vedetta__V1__RoleNews news = VEDETTA__V1__ROLE_NEWS__INIT;
	int next, after;

	(void)state;
	assert_int_equal(send(line[1], "short", 5, 0), 5);
	assert_int_equal(receive(), ORDER_BAD);
	/* The lowest free descriptor tells whether one was left behind. */
	next = dup(0);
	(void)close(next);
	assert_int_equal(order_send(line[1], FRAME_NEWS, &news.base, &line[0], 1), 0);
	assert_int_equal(receive(), ORDER_BAD);
	after = dup(0);
	(void)close(after);
	assert_int_equal(after, next);
}

static void
sending_to_a_full_line_does_not_wait(void **state)
{
	unsigned n = 0;
	int answer;

	(void)state;
	do {
		answer = send_drain(NULL, 0);
		n++;
	} while (answer == 0 && n < 100000);
	assert_int_equal(answer, -EAGAIN);
}

static void
more_than_a_datagram_holds_is_refused(void **state)
{
	static uint8_t key[ORDER_BODY_MAX + 1];
	Vedetta__V1__Setup setup = VEDETTA__V1__SETUP__INIT;
	int fds[ORDER_FDS_MAX + 1] = {0};

	(void)state;
	setup.key.data = key;
	setup.key.len = sizeof(key);
	assert_int_equal(
		order_send(line[1], FRAME_ORDER, &setup.base, NULL, 0), -EMSGSIZE);
	assert_int_equal(send_drain(fds, ORDER_FDS_MAX + 1), -EMSGSIZE);
}

static void
without_memory_nothing_is_sent(void **state)
{
	(void)state;
	alloc_fail_at(1);
	assert_int_equal(send_drain(NULL, 0), -ENOMEM);
	alloc_fail_at(0);
	assert_int_equal(receive(), ORDER_NONE);
}

int
main(void)
{
#define ON_A_LINE(f) cmocka_unit_test_setup_teardown(f, open_line, close_line)
	const struct CMUnitTest tests[] = {
		ON_A_LINE(a_message_comes_with_its_descriptors_in_order),
		ON_A_LINE(an_empty_line_has_none_and_a_dead_one_is_closed),
		ON_A_LINE(nonsense_is_bad_and_leaves_no_descriptor_open),
		ON_A_LINE(sending_to_a_full_line_does_not_wait),
		ON_A_LINE(more_than_a_datagram_holds_is_refused),
		ON_A_LINE(without_memory_nothing_is_sent),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
