#include "server/command.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "proto/frame.h"

enum {
	BACKLOG = 16,
};

/* A socket's path holds 107 bytes; a folder's may be longer. */
static void
address_of(int folder, struct sockaddr_un *out)
{
	memset(out, 0, sizeof(*out));
	out->sun_family = AF_UNIX;
	(void)snprintf(out->sun_path, sizeof(out->sun_path),
		"/proc/self/fd/%d/" COMMAND_SOCKET, folder);
}

int
command_listen(int folder)
{
	struct sockaddr_un address;
	mode_t mask;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int r;

	if (fd < 0) {
		return -errno;
	}
	address_of(folder, &address);
	/* We hold the folder's lock: who made this one is no more. */
	if (unlinkat(folder, COMMAND_SOCKET, 0) != 0 && errno != ENOENT) {
		r = -errno;
		(void)close(fd);
		return r;
	}
	mask = umask(0177);
	r = bind(fd, (const struct sockaddr *)&address, sizeof(address)) == 0 &&
			    listen(fd, BACKLOG) == 0
		    ? 0
		    : -errno;
	(void)umask(mask);
	if (r != 0) {
		(void)close(fd);
		return r;
	}
	return fd;
}

int
command_connect(const char *data_dir, int *out)
{
	struct sockaddr_un address;
	int folder = open(data_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int fd, r = 0;

	if (folder < 0) {
		return errno == ENOENT ? COMMAND_NOBODY : -errno;
	}
	address_of(folder, &address);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 ||
		connect(fd, (const struct sockaddr *)&address, sizeof(address)) != 0) {
		r = errno == ENOENT || errno == ECONNREFUSED ? COMMAND_NOBODY : -errno;
	}
	(void)close(folder);
	if (r == 0) {
		*out = fd;
	} else if (fd >= 0) {
		(void)close(fd);
	}
	return r;
}

static int
send_all(int fd, const uint8_t *bytes, size_t n)
{
	while (n > 0) {
		ssize_t sent = send(fd, bytes, n, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR) {
			continue;
		}
		if (sent < 0) {
			return errno == EPIPE || errno == ECONNRESET ? COMMAND_GONE
								     : -errno;
		}
		bytes += sent;
		n -= (size_t)sent;
	}
	return 0;
}

static int
receive_all(int fd, uint8_t *bytes, size_t n)
{
	while (n > 0) {
		ssize_t got = recv(fd, bytes, n, 0);

		if (got < 0 && errno == EINTR) {
			continue;
		}
		if (got == 0 || (got < 0 && errno == ECONNRESET)) {
			return COMMAND_GONE;
		}
		if (got < 0) {
			return -errno;
		}
		bytes += got;
		n -= (size_t)got;
	}
	return 0;
}

static int
send_command(int fd, const Vedetta__V1__Command *command, struct arena *arena)
{
	size_t bytes = vedetta__v1__command__get_packed_size(command);
	const struct frame_head head = {
		.body_bytes = (uint32_t)bytes, .kind = FRAME_COMMAND};
	uint8_t *whole;

	if (bytes > FRAME_BODY_MAX) {
		return -EMSGSIZE;
	}
	whole = arena_alloc(arena, FRAME_HEAD_BYTES + bytes);
	if (whole == NULL) {
		return -ENOMEM;
	}
	frame_write_head(&head, whole);
	(void)vedetta__v1__command__pack(command, whole + FRAME_HEAD_BYTES);
	return send_all(fd, whole, FRAME_HEAD_BYTES + bytes);
}

int
command_ask(int fd, const Vedetta__V1__Command *command, struct arena *arena,
	Vedetta__V1__CommandAnswer **answer)
{
	uint8_t bytes[FRAME_HEAD_BYTES];
	struct frame_head head;
	uint8_t *body;
	int r = send_command(fd, command, arena);

	if (r == 0) {
		r = receive_all(fd, bytes, sizeof(bytes));
	}
	if (r != 0) {
		return r;
	}
	if (frame_read_head(bytes, &head) != 0 || head.kind != FRAME_COMMAND_ANSWER) {
		return -EPROTO;
	}
	body = arena_alloc(arena, head.body_bytes + 1);
	if (body == NULL) {
		return -ENOMEM;
	}
	r = receive_all(fd, body, head.body_bytes);
	if (r == 0) {
		*answer = vedetta__v1__command_answer__unpack(
			arena_allocator(arena), head.body_bytes, body);
		r = *answer == NULL ? -EPROTO : 0;
	}
	return r;
}
