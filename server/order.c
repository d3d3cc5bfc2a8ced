#include "server/order.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

union control {
	struct cmsghdr align;
	uint8_t bytes[CMSG_SPACE(sizeof(int) * ORDER_FDS_MAX)];
};

int
order_send(int line, enum frame_kind kind, const ProtobufCMessage *message,
	const int *fds, size_t n_fds)
{
	size_t body_bytes = protobuf_c_message_get_packed_size(message);
	struct frame_head head = {
		.body_bytes = (uint32_t)body_bytes, .kind = (uint16_t)kind};
	union control control = {0};
	struct msghdr msg = {0};
	struct iovec iov;
	uint8_t *bytes;
	int fault = 0;

	if (body_bytes > ORDER_BODY_MAX || n_fds > ORDER_FDS_MAX) {
		return -EMSGSIZE;
	}
	bytes = malloc(FRAME_HEAD_BYTES + body_bytes);
	if (bytes == NULL) {
		return -ENOMEM;
	}
	frame_write_head(&head, bytes);
	(void)protobuf_c_message_pack(message, bytes + FRAME_HEAD_BYTES);
	iov.iov_base = bytes;
	iov.iov_len = FRAME_HEAD_BYTES + body_bytes;
	msg.msg_iov = &iov;
	msg.msg_iovlen = 1;
	if (n_fds > 0) {
		msg.msg_control = control.bytes;
		msg.msg_controllen = CMSG_SPACE(sizeof(int) * n_fds);
		control.align.cmsg_level = SOL_SOCKET;
		control.align.cmsg_type = SCM_RIGHTS;
		control.align.cmsg_len = CMSG_LEN(sizeof(int) * n_fds);
		memcpy(CMSG_DATA(&control.align), fds, sizeof(int) * n_fds);
	}
	if (sendmsg(line, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) < 0) {
		fault = -errno;
	}
	/* A Setup holds a key. */
	explicit_bzero(bytes, FRAME_HEAD_BYTES + body_bytes);
	free(bytes);
	return fault;
}

static void
take_fds(struct msghdr *msg, struct order *out)
{
	struct cmsghdr *c;

	out->n_fds = 0;
	for (c = CMSG_FIRSTHDR(msg); c != NULL; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS) {
			size_t bytes = c->cmsg_len - CMSG_LEN(0);

			memcpy(out->fds, CMSG_DATA(c), bytes);
			out->n_fds = bytes / sizeof(int);
		}
	}
}

static int
read_message(const uint8_t *bytes, size_t n, enum frame_kind kind,
	const ProtobufCMessageDescriptor *type, struct arena *arena, struct order *out)
{
	struct frame_head head;

	if (n < FRAME_HEAD_BYTES || frame_read_head(bytes, &head) != 0 ||
		head.kind != (uint16_t)kind ||
		head.body_bytes != n - FRAME_HEAD_BYTES) {
		return ORDER_BAD;
	}
	out->message = protobuf_c_message_unpack(type, arena_allocator(arena),
		head.body_bytes, bytes + FRAME_HEAD_BYTES);
	return out->message == NULL ? ORDER_BAD : 0;
}

int
order_receive(int line, int flags, enum frame_kind kind,
	const ProtobufCMessageDescriptor *type, struct arena *arena, struct order *out)
{
	static uint8_t bytes[FRAME_HEAD_BYTES + ORDER_BODY_MAX];
	union control control;
	struct iovec iov = {.iov_base = bytes, .iov_len = sizeof(bytes)};
	struct msghdr msg = {.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes)};
	ssize_t got;
	int answer;

	do {
		got = recvmsg(line, &msg, flags | MSG_CMSG_CLOEXEC);
	} while (got < 0 && errno == EINTR);
	if (got < 0) {
		if (errno == ECONNRESET) {
			return ORDER_CLOSED;
		}
		return errno == EAGAIN ? ORDER_NONE : -errno;
	}
	if (got == 0) {
		return ORDER_CLOSED;
	}
	take_fds(&msg, out);
	answer = (msg.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0
			 ? ORDER_BAD
			 : read_message(bytes, (size_t)got, kind, type, arena, out);
	explicit_bzero(bytes, (size_t)got);
	if (answer != 0) {
		order_close_fds(out);
	}
	return answer;
}

void
order_close_fds(struct order *o)
{
	size_t i;

	for (i = 0; i < o->n_fds; i++) {
		(void)close(o->fds[i]);
	}
	o->n_fds = 0;
}
