#include "server/conn_io.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

static int
plain_accept(struct conn_line *line)
{
	(void)line;
	return 0;
}

static ssize_t
result(ssize_t n)
{
	if (n >= 0) {
		return n;
	}
	return errno == EINTR ? -EAGAIN : -errno;
}

static ssize_t
plain_read(struct conn_line *line, void *out, size_t bytes)
{
	return result(recv(line->fd, out, bytes, 0));
}

static ssize_t
plain_write(struct conn_line *line, const struct iovec *iov, int n_iov)
{
	struct msghdr message = {
		.msg_iov = (struct iovec *)iov,
		.msg_iovlen = (size_t)n_iov,
	};

	return result(sendmsg(line->fd, &message, MSG_NOSIGNAL));
}

static int
plain_shutdown(struct conn_line *line)
{
	return shutdown(line->fd, SHUT_WR) == 0 ? 0 : -errno;
}

static void
plain_free(struct conn_line *line)
{
	close(line->fd);
	line->fd = -1;
}

const struct conn_io conn_io_plain = {
	.accept = plain_accept,
	.read = plain_read,
	.write = plain_write,
	.shutdown = plain_shutdown,
	.free = plain_free,
};
