#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/frame.h"
#include "server/command.h"

struct fixture {
	char folder[200];
	int fd;
};

/* A long name: a socket's own path could not hold it. */
static int
make_folder(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	(void)snprintf(f->folder, sizeof(f->folder), "/tmp/vedetta-%0120d-XXXXXX", 0);
	assert_non_null(mkdtemp(f->folder));
	f->fd = open(f->folder, O_RDONLY | O_DIRECTORY);
	*state = f;
	return 0;
}

static int
drop_folder(void **state)
{
	struct fixture *f = *state;

	(void)unlinkat(f->fd, COMMAND_SOCKET, 0);
	(void)close(f->fd);
	(void)rmdir(f->folder);
	free(f);
	return 0;
}

static void
nobody_is_there_before_and_after(void **state)
{
	struct fixture *f = *state;
	int listener, fd;

	assert_int_equal(command_connect("/tmp/vedetta-nowhere", &fd), COMMAND_NOBODY);
	assert_int_equal(command_connect(f->folder, &fd), COMMAND_NOBODY);
	listener = command_listen(f->fd);
	assert_true(listener >= 0);
	assert_int_equal(command_connect(f->folder, &fd), 0);
	(void)close(fd);
	(void)close(listener); /* as after a kill: the file is still there */
	assert_int_equal(command_connect(f->folder, &fd), COMMAND_NOBODY);
	listener = command_listen(f->fd);
	assert_true(listener >= 0);
	(void)close(listener);
}

static void
only_the_owner_may_knock(void **state)
{
	struct fixture *f = *state;
	int listener = command_listen(f->fd);
	struct stat socket;

	assert_int_equal(fstatat(f->fd, COMMAND_SOCKET, &socket, 0), 0);
	assert_int_equal(socket.st_mode & 0777, 0600);
	(void)close(listener);
}

static void
an_answer_comes_back_or_the_desk_is_gone(void **state)
{
	struct fixture *f = *state;
	Vedetta__V1__CommandAnswer said = VEDETTA__V1__COMMAND_ANSWER__INIT;
	Vedetta__V1__Command command = VEDETTA__V1__COMMAND__INIT;
	Vedetta__V1__CommandAnswer *answer;
	struct frame_head head = {.kind = FRAME_COMMAND_ANSWER};
	struct arena *arena = arena_new(1 << 16);
	uint8_t bytes[256];
	int listener = command_listen(f->fd);
	int fd, desk;

	assert_int_equal(command_connect(f->folder, &fd), 0);
	desk = accept(listener, NULL, NULL);
	assert_true(desk >= 0);
	said.refused = (char *)"the disk is full";
	head.body_bytes = (uint32_t)vedetta__v1__command_answer__get_packed_size(&said);
	frame_write_head(&head, bytes);
	vedetta__v1__command_answer__pack(&said, bytes + FRAME_HEAD_BYTES);
	assert_int_equal(write(desk, bytes, FRAME_HEAD_BYTES + head.body_bytes),
		FRAME_HEAD_BYTES + head.body_bytes);
	assert_int_equal(command_ask(fd, &command, arena, &answer), 0);
	assert_string_equal(answer->refused, "the disk is full");
	(void)close(desk);
	assert_int_equal(command_ask(fd, &command, arena, &answer), COMMAND_GONE);
	(void)close(fd);
	(void)close(listener);
	arena_free(arena);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, drop_folder)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nobody_is_there_before_and_after),
		TEST(only_the_owner_may_knock),
		TEST(an_answer_comes_back_or_the_desk_is_gone),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
