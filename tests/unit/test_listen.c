/* listen - sockets of our own choice and of the kernel's */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/clock.h"
#include "server/listen.h"

static void
a_port_of_the_kernels_choice_is_named(void **state)
{
	char name[LISTEN_NAME_BYTES];
	int fd = listen_open("127.0.0.1:0", 0);
	int listening = 0;
	socklen_t bytes = sizeof(listening);

	(void)state;
	assert_true(fd >= 0);
	listen_name(fd, name);
	assert_int_equal(strncmp(name, "http://127.0.0.1:", 17), 0);
	assert_true(strtol(name + 17, NULL, 10) > 1023);
	assert_int_equal(
		getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &bytes), 0);
	assert_int_equal(listening, 1);
	assert_true((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
	assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
	(void)close(fd);
}

static void
an_address_that_stays_held_is_given_up_in_time(void **state)
{
	char name[LISTEN_NAME_BYTES];
	int fd = listen_open("127.0.0.1:0", 0);
	int64_t since_ms = clock_mono_ms();

	(void)state;
	listen_name(fd, name);
	assert_int_equal(listen_open(name + strlen("http://"), 100), -EADDRINUSE);
	assert_true(clock_mono_ms() - since_ms >= 100);
	assert_true(clock_mono_ms() - since_ms < 5000);
	(void)close(fd);
}

static void
an_ipv6_address_stands_in_brackets(void **state)
{
	char name[LISTEN_NAME_BYTES];
	int fd = listen_open("[::1]:0", 0);

	(void)state;
	if (fd == -EADDRNOTAVAIL || fd == -EAFNOSUPPORT) {
		skip();
	}
	assert_true(fd >= 0);
	listen_name(fd, name);
	assert_int_equal(strncmp(name, "http://[::1]:", 13), 0);
	(void)close(fd);
}

static void
what_is_no_address_is_refused(void **state)
{
	(void)state;
	assert_int_equal(listen_open("localhost:80", 0), -EINVAL);
	assert_int_equal(listen_open("", 0), -EINVAL);
	assert_int_equal(listen_open("127.0.0.1:65536", 0), -EINVAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_port_of_the_kernels_choice_is_named),
		cmocka_unit_test(an_address_that_stays_held_is_given_up_in_time),
		cmocka_unit_test(an_ipv6_address_stands_in_brackets),
		cmocka_unit_test(what_is_no_address_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
