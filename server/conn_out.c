#include "server/conn_out.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

/* Appends the buffer's pieces to iov, from its nth on; returns how many there are. */
static int
line_up(struct iovec *iov, int n, struct evbuffer *buffer)
{
	struct evbuffer_iovec pieces[CONN_OUT_PIECES];
	int n_pieces = evbuffer_peek(buffer, -1, NULL, pieces, CONN_OUT_PIECES - n);

	for (int i = 0; i < n_pieces && n < CONN_OUT_PIECES; i++, n++) {
		iov[n].iov_base = pieces[i].iov_base;
		iov[n].iov_len = pieces[i].iov_len;
	}
	return n;
}

static ssize_t
write_some(struct conn_line *line, const struct iovec *iov, int n)
{
	ssize_t written = line->io->write(line, iov, n);

	return written == -EAGAIN ? 0 : written;
}

/* Queues what of the pieces lies behind the first skip bytes. */
static int
queue_rest(struct evbuffer **queue, const struct iovec *iov, int n, size_t skip)
{
	if (*queue == NULL && (*queue = evbuffer_new()) == NULL) {
		return -ENOMEM;
	}
	for (int i = 0; i < n; i++) {
		size_t passed = skip < iov[i].iov_len ? skip : iov[i].iov_len;
		skip -= passed;
		if (evbuffer_add(*queue, (const char *)iov[i].iov_base + passed,
			    iov[i].iov_len - passed) < 0) {
			return -ENOMEM;
		}
	}
	return 0;
}

int
conn_out_send(struct conn_line *line, struct evbuffer **queue, const struct iovec *head,
	int n_head, struct evbuffer *body)
{
	size_t head_bytes = 0,
	       body_bytes = body == NULL ? 0 : evbuffer_get_length(body);
	struct iovec iov[CONN_OUT_PIECES];
	size_t written = 0;

	assert(n_head <= CONN_OUT_HEAD_PIECES);
	for (int i = 0; i < n_head; i++) {
		iov[i] = head[i];
		head_bytes += head[i].iov_len;
	}
	if (*queue == NULL) {
		int n = body_bytes == 0 ? n_head : line_up(iov, n_head, body);
		ssize_t r = write_some(line, iov, n);
		if (r < 0) {
			return (int)r;
		}
		written = (size_t)r;
	}
	if (written < head_bytes + body_bytes) {
		int r = queue_rest(queue, head, n_head, written);
		if (r < 0) {
			return r;
		}
	}
	if (body_bytes > 0) {
		evbuffer_drain(body, written > head_bytes ? written - head_bytes : 0);
		if (evbuffer_get_length(body) > 0 &&
			evbuffer_add_buffer(*queue, body) < 0) {
			return -ENOMEM;
		}
	}
	return 0;
}

ssize_t
conn_out_flush(struct conn_line *line, struct evbuffer **queue)
{
	struct iovec iov[CONN_OUT_PIECES];
	ssize_t written = write_some(line, iov, line_up(iov, 0, *queue));

	if (written < 0) {
		return written;
	}
	evbuffer_drain(*queue, (size_t)written);
	if (evbuffer_get_length(*queue) == 0) {
		conn_out_forget(queue);
	}
	return written;
}

void
conn_out_forget(struct evbuffer **queue)
{
	if (*queue != NULL) {
		evbuffer_free(*queue);
		*queue = NULL;
	}
}
