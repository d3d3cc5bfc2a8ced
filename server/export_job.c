#include "server/export_job.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "server/export_order.h"
#include "server/http.h"
#include "server/reply.h"

enum {
	HELPER_MS = 5 * 1000,
	FETCH_MS = 60 * 1000,
	QUEUE_BYTES = 128 * 1024, /* then the helper waits */
	PART_BYTES = 64 * 1024,
	AGAIN_MS = 10,
	AREAS_BYTES = 64,
	LINE_BYTES = 256,
	HEADERS_BYTES = 512,
};

struct export_job {
	struct event_base *base;
	struct export_job_view view;
	char words[EXPORT_ORDER_LINE_BYTES]; /* "FORMAT LAYER PERSONAL SCOPE\n" */
	int64_t since_ms; /* of waiting, or of being ready; 0: set it */
	int fd;
	struct event *readable;
	struct event *again;
	struct evbuffer *in;
	struct http_stream *stream;
	uint64_t sent;
	bool over;
};

/* The order for the helper, and what it is in one line. */
static bool
write_words(struct export_job *j, const struct export_job_order *o)
{
	bool is_gpkg = strcmp(o->format, "gpkg") == 0;
	char areas[AREAS_BYTES];
	size_t used;

	(void)snprintf(j->words, sizeof(j->words), "%s %s %d", o->format, o->layer,
		o->personal);
	if (!export_order_write(o->scope, o->umbrellas, o->n_umbrellas, j->words,
		    sizeof(j->words) - 1)) {
		return false;
	}
	used = strlen(j->words);
	j->words[used] = '\n';
	j->words[used + 1] = '\0';
	export_order_text(o->scope, areas, sizeof(areas));
	(void)snprintf(j->view.what, sizeof(j->view.what),
		"%s layer=%s areas=%s personal=%s", o->format,
		is_gpkg ? "all" : o->layer, areas, o->personal ? "yes" : "no");
	return true;
}

struct export_job *
export_job_new(struct event_base *base, uint32_t front,
	const struct export_job_order *order, int64_t now_ms)
{
	struct export_job *j = calloc(1, sizeof(*j));
	uint64_t random;

	if (j == NULL) {
		return NULL;
	}
	randombytes_buf(&random, sizeof(random));
	j->base = base;
	j->fd = -1;
	j->since_ms = now_ms;
	(void)snprintf(j->view.id, sizeof(j->view.id), "%02" PRIx32 "%014" PRIx64,
		front & UINT8_MAX, random >> CHAR_BIT);
	j->view.account = order->account;
	j->view.session = order->session;
	j->in = evbuffer_new();
	if (!write_words(j, order) || j->in == NULL) {
		export_job_free(j);
		return NULL;
	}
	return j;
}

uint32_t
export_job_front(const char *id)
{
	size_t digits = strspn(id, "0123456789abcdef");
	unsigned front = 0;

	if (digits != EXPORT_JOB_ID_BYTES - 1 || id[digits] != '\0' ||
		sscanf(id, "%2x", &front) != 1) {
		return 0;
	}
	return front;
}

static void
hang_up(struct export_job *j)
{
	if (j->readable != NULL) {
		event_free(j->readable);
		j->readable = NULL;
	}
	if (j->again != NULL) {
		event_free(j->again);
		j->again = NULL;
	}
	if (j->fd >= 0) {
		(void)close(j->fd);
		j->fd = -1;
	}
}

void
export_job_free(struct export_job *j)
{
	if (j == NULL) {
		return;
	}
	hang_up(j);
	if (j->stream != NULL) {
		http_stream_close(j->stream);
	}
	if (j->in != NULL) {
		evbuffer_free(j->in);
	}
	free(j);
}

static void
fail(struct export_job *j)
{
	hang_up(j);
	j->view.state = EXPORT_JOB_FAILED;
	j->since_ms = 0;
	if (j->stream != NULL) {
		http_stream_close(j->stream); /* short of its length: seen there */
		j->stream = NULL;
		j->over = true;
	}
}

/* ---- what the helper says */

static void
take_words(struct export_job *j, const char *line)
{
	struct export_job_view *v = &j->view;

	if (line[0] == '=' && sscanf(line, "= %" SCNu64 " %" SCNu64 " %95[A-Za-z0-9.-]",
				      &v->bytes, &v->n_rows, v->name) == 3) {
		v->state = EXPORT_JOB_READY;
		v->n_done = v->n_all;
		j->since_ms = 0;
		(void)event_del(j->readable); /* the bytes wait for who fetches them */
	} else if (sscanf(line, "%" SCNu64 " %" SCNu64, &v->n_done, &v->n_all) != 2) {
		fail(j);
	}
}

/* Whole lines, until the bytes begin. */
static void
take_lines(struct export_job *j)
{
	while (j->view.state == EXPORT_JOB_MAKING) {
		size_t n;
		char *line = evbuffer_readln(j->in, &n, EVBUFFER_EOL_LF);

		if (line == NULL) {
			if (evbuffer_get_length(j->in) > LINE_BYTES) {
				fail(j);
			}
			return;
		}
		take_words(j, line);
		free(line);
	}
}

/* ---- the bytes on their way */

static void
go_on(struct export_job *j)
{
	const struct timeval again = {0, AGAIN_MS * 1000};
	size_t queued = http_stream_queued_bytes(j->stream);

	while (queued < QUEUE_BYTES && evbuffer_get_length(j->in) > 0) {
		char part[PART_BYTES];
		int n = evbuffer_remove(j->in, part, sizeof(part));

		if (n <= 0 || http_stream_send(j->stream, part, (size_t)n) != 0) {
			fail(j);
			return;
		}
		j->sent += (uint64_t)n;
		queued += (size_t)n;
	}
	if (j->sent >= j->view.bytes && queued == 0) {
		http_stream_close(j->stream);
		j->stream = NULL;
		hang_up(j);
		j->over = true;
	} else if (queued >= QUEUE_BYTES || j->sent >= j->view.bytes) {
		(void)event_del(j->readable);
		(void)event_add(j->again, &again);
	} else {
		(void)event_add(j->readable, NULL);
	}
}

static void
on_again(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	go_on(arg);
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct export_job *j = arg;
	int n = evbuffer_read(j->in, fd, PART_BYTES);

	(void)what;
	if (n < 0 && errno == EAGAIN) {
		return;
	}
	if (n <= 0) {
		fail(j);
	} else if (j->view.state == EXPORT_JOB_MAKING) {
		take_lines(j);
	} else if (j->view.state == EXPORT_JOB_SENDING) {
		go_on(j);
	}
}

static void
on_closed(void *arg, struct http_stream *stream)
{
	struct export_job *j = arg;

	(void)stream;
	j->stream = NULL;
	j->over = true;
	hang_up(j);
}

void
export_job_take(struct export_job *j, int fd)
{
	size_t n = strlen(j->words);

	if (j->view.state != EXPORT_JOB_WAITING) {
		(void)close(fd);
		return;
	}
	j->fd = fd;
	j->readable = event_new(j->base, fd, EV_READ | EV_PERSIST, on_readable, j);
	j->again = evtimer_new(j->base, on_again, j);
	if (j->readable == NULL || j->again == NULL ||
		evutil_make_socket_nonblocking(fd) != 0 ||
		write(fd, j->words, n) != (ssize_t)n ||
		event_add(j->readable, NULL) != 0) {
		fail(j);
		return;
	}
	j->view.state = EXPORT_JOB_MAKING;
}

struct export_job_view
export_job_view(const struct export_job *j)
{
	return j->view;
}

void
export_job_noted(struct export_job *j)
{
	j->view.noted = true;
}

bool
export_job_is_over(struct export_job *j, int64_t now_ms)
{
	if (j->view.state == EXPORT_JOB_WAITING && now_ms - j->since_ms > HELPER_MS) {
		fail(j);
		j->view.state = EXPORT_JOB_REFUSED;
	}
	if (j->since_ms == 0) {
		j->since_ms = now_ms;
	}
	return j->over || ((j->view.state == EXPORT_JOB_READY ||
				   j->view.state >= EXPORT_JOB_REFUSED) &&
				  now_ms - j->since_ms > FETCH_MS);
}

int
export_job_send(struct export_job *j, const struct asker *asker, const char *type)
{
	static const struct http_stream_events events = {.on_closed = on_closed};
	char headers[HEADERS_BYTES];

	(void)snprintf(headers, sizeof(headers),
		"%sContent-Length: %" PRIu64
		"\r\nContent-Disposition: attachment; filename=\"%s\"\r\n",
		REPLY_HEADERS, j->view.bytes, j->view.name);
	j->stream = http_stream_begin(
		asker->server, asker->handle, type, headers, &events, j);
	if (j->stream == NULL) {
		return http_is_waiting(asker->server, asker->handle) ? -ENOMEM : 0;
	}
	j->view.state = EXPORT_JOB_SENDING;
	go_on(j);
	return 0;
}
