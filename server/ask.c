#include "server/ask.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proto/arena.h"
#include "proto/frame.h"
#include "server/clock.h"
#include "server/limits.h"
#include "server/log.h"
#include "server/metrics.h"

enum {
	QUESTION_BYTES = 2560, /* the largest question, packed, with its head */
	ANSWERS_A_TURN = 32,
	TRIES = 2,
	ANSWER_ARENA_BYTES = 16 * 1024 * 1024,
};

TAILQ_HEAD(question_list, question);

struct question {
	TAILQ_ENTRY(question) link;
	uint64_t ref;
	struct ask_about about;
	ask_done done;
	int64_t asked_us;
	unsigned tries;
	enum ask_queue queue;
	bool sent; /* in asked, else in its queue's unsent */
	size_t bytes;
	uint8_t datagram[QUESTION_BYTES];
};

struct queue {
	struct ask *ask;
	int fd;
	struct event *readable;
	struct event *writable;
	struct question_list unsent;
};

struct ask {
	struct event_base *base;
	void *arg;
	struct queue queues[ASK_QUEUES];
	struct question_list asked; /* in order of asked_us */
	struct question_list idle;
	uint64_t last_ref;
	size_t n;
	struct arena *arena;
	uint8_t *buffer;
	struct question *questions;
};

struct ask *
ask_new(struct event_base *base, void *arg)
{
	struct ask *a = calloc(1, sizeof(*a));

	if (a == NULL) {
		return NULL;
	}
	a->base = base;
	a->arg = arg;
	TAILQ_INIT(&a->asked);
	TAILQ_INIT(&a->idle);
	for (int i = 0; i < ASK_QUEUES; i++) {
		a->queues[i] = (struct queue){.ask = a, .fd = -1};
		TAILQ_INIT(&a->queues[i].unsent);
	}
	a->arena = arena_new(ANSWER_ARENA_BYTES);
	a->buffer = malloc(FRAME_HEAD_BYTES + FRAME_BODY_MAX);
	a->questions = calloc(LIMIT_QUESTIONS, sizeof(a->questions[0]));
	if (a->arena == NULL || a->buffer == NULL || a->questions == NULL) {
		ask_free(a);
		return NULL;
	}
	for (int i = 0; i < LIMIT_QUESTIONS; i++) {
		TAILQ_INSERT_TAIL(&a->idle, &a->questions[i], link);
	}
	return a;
}

static void
close_line(struct queue *q)
{
	if (q->readable != NULL) {
		event_free(q->readable);
		q->readable = NULL;
	}
	if (q->writable != NULL) {
		event_free(q->writable);
		q->writable = NULL;
	}
	if (q->fd >= 0) {
		(void)close(q->fd);
		q->fd = -1;
	}
}

void
ask_free(struct ask *a)
{
	if (a == NULL) {
		return;
	}
	for (int i = 0; i < ASK_QUEUES; i++) {
		close_line(&a->queues[i]);
	}
	arena_free(a->arena);
	free(a->buffer);
	free(a->questions);
	free(a);
}

static void
take_off(struct ask *a, struct question *q)
{
	if (q->sent) {
		TAILQ_REMOVE(&a->asked, q, link);
	} else {
		TAILQ_REMOVE(&a->queues[q->queue].unsent, q, link);
	}
	TAILQ_INSERT_HEAD(&a->idle, q, link);
	q->ref = 0;
	a->n--;
	metrics_set(METRIC_QUESTIONS_QUEUE, a->n);
}

/* Sends what is unsent; what the kernel has no room for waits for it. */
static void
flush(struct queue *q)
{
	struct question *next;

	while (q->fd >= 0 && (next = TAILQ_FIRST(&q->unsent)) != NULL) {
		ssize_t n = send(q->fd, next->datagram, next->bytes,
			MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n < 0 && (errno == EAGAIN || errno == ENOBUFS)) {
			(void)event_add(q->writable, NULL);
			return;
		}
		/* Another fault is a dead line: its questions run out of time. */
		TAILQ_REMOVE(&q->unsent, next, link);
		TAILQ_INSERT_TAIL(&q->ask->asked, next, link);
		next->sent = true;
	}
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	flush(arg);
}

static struct question *
find(struct ask *a, uint64_t ref)
{
	struct question *q = &a->questions[ref % LIMIT_QUESTIONS];

	return ref != 0 && q->ref == ref ? q : NULL;
}

static void
count_outcome(const Vedetta__V1__Answer *answer)
{
	switch (answer->outcome) {
	case VEDETTA__V1__ANSWER_OUTCOME__ANSWER_OUTCOME_FOUND:
		metrics_add(METRIC_QUESTIONS_OUT, 1);
		break;
	case VEDETTA__V1__ANSWER_OUTCOME__ANSWER_OUTCOME_NOT_FOUND:
		metrics_add(METRIC_QUESTIONS_NOT_FOUND, 1);
		break;
	case VEDETTA__V1__ANSWER_OUTCOME__ANSWER_OUTCOME_TOO_SLOW:
		metrics_add(METRIC_QUESTIONS_TOO_SLOW, 1);
		break;
	case VEDETTA__V1__ANSWER_OUTCOME__ANSWER_OUTCOME_REFUSED:
		metrics_add(METRIC_QUESTIONS_NOT_FOUND, 1);
		break;
	case VEDETTA__V1__ANSWER_OUTCOME__ANSWER_OUTCOME_UNSPECIFIED:
	case VEDETTA__V1__ANSWER_OUTCOME__ANSWER_OUTCOME_FAULT:
	case _VEDETTA__V1__ANSWER_OUTCOME_IS_INT_SIZE:
		metrics_add(METRIC_QUESTIONS_FAULT, 1);
		break;
	}
}

static void
take_answer(struct ask *a, const uint8_t *datagram, size_t bytes)
{
	struct frame_head head;
	Vedetta__V1__Answer *answer;
	struct question *q;

	if (bytes < FRAME_HEAD_BYTES || frame_read_head(datagram, &head) != 0 ||
		head.kind != FRAME_ANSWER ||
		head.body_bytes != bytes - FRAME_HEAD_BYTES) {
		log_event(LOG_WARN, "question.bad_answer", "bytes=%zu", bytes);
		return;
	}
	q = find(a, head.ref);
	if (q == NULL) {
		return; /* asked twice, answered twice; or given up */
	}
	arena_reset(a->arena);
	answer = vedetta__v1__answer__unpack(arena_allocator(a->arena), head.body_bytes,
		datagram + FRAME_HEAD_BYTES);
	if (answer == NULL) {
		log_event(LOG_WARN, "question.bad_answer", "bytes=%zu", bytes);
		return;
	}
	count_outcome(answer);
	metrics_observe_us(
		LATENCY_QUESTION, (uint64_t)(clock_mono_us() - q->about.since_us));
	take_off(a, q);
	q->done(a->arg, &q->about, answer);
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct queue *queue = arg;
	struct ask *a = queue->ask;

	(void)what;
	for (int i = 0; i < ANSWERS_A_TURN; i++) {
		ssize_t n = recv(
			fd, a->buffer, FRAME_HEAD_BYTES + FRAME_BODY_MAX, MSG_DONTWAIT);

		if (n < 0) {
			if (errno != EAGAIN && errno != EINTR) {
				close_line(queue);
			}
			return;
		}
		if (n == 0) {
			close_line(
				queue); /* all readers are gone; a new line will come */
			return;
		}
		take_answer(a, a->buffer, (size_t)n);
	}
}

int
ask_take_line(struct ask *a, enum ask_queue queue, int fd)
{
	struct queue *q = &a->queues[queue];

	close_line(q);
	q->fd = fd;
	q->readable = event_new(a->base, fd, EV_READ | EV_PERSIST, on_readable, q);
	q->writable = event_new(a->base, fd, EV_WRITE, on_writable, q);
	if (q->readable == NULL || q->writable == NULL ||
		event_add(q->readable, NULL) != 0) {
		close_line(q);
		return -ENOMEM;
	}
	flush(q);
	return 0;
}

/* A ref finds its question by its rest, and says by the whole which one it is. */
static uint64_t
new_ref(struct ask *a, const struct question *q)
{
	a->last_ref += LIMIT_QUESTIONS;
	return a->last_ref + (uint64_t)(q - a->questions);
}

int
ask_put(struct ask *a, enum ask_queue queue, const Vedetta__V1__Question *question,
	const struct ask_about *about, ask_done done)
{
	size_t bytes = vedetta__v1__question__get_packed_size(question);
	struct question *q = TAILQ_FIRST(&a->idle);
	struct frame_head head = {.kind = FRAME_QUESTION};

	assert(bytes + FRAME_HEAD_BYTES <= QUESTION_BYTES);
	metrics_add(METRIC_QUESTIONS_IN, 1);
	if (q == NULL) {
		metrics_add(METRIC_QUESTIONS_REFUSED_FULL, 1);
		return ASK_FULL;
	}
	TAILQ_REMOVE(&a->idle, q, link);
	q->ref = new_ref(a, q);
	q->about = *about;
	q->done = done;
	q->asked_us = about->since_us;
	q->tries = 1;
	q->queue = queue;
	q->sent = false;
	head.ref = q->ref;
	head.body_bytes = (uint32_t)bytes;
	frame_write_head(&head, q->datagram);
	vedetta__v1__question__pack(question, q->datagram + FRAME_HEAD_BYTES);
	q->bytes = FRAME_HEAD_BYTES + bytes;
	TAILQ_INSERT_TAIL(&a->queues[queue].unsent, q, link);
	a->n++;
	metrics_set(METRIC_QUESTIONS_QUEUE, a->n);
	flush(&a->queues[queue]);
	return 0;
}

static void
give_up(struct ask *a, struct question *q)
{
	take_off(a, q);
	metrics_add(METRIC_QUESTIONS_REFUSED_TIMEOUT, 1);
	q->done(a->arg, &q->about, NULL);
}

void
ask_expire(struct ask *a, int64_t now_us)
{
	const int64_t wait_us = (int64_t)LIMIT_QUESTION_MS * 1000;
	struct question *q;

	/* What could never be sent is as late as what was. */
	for (int i = 0; i < ASK_QUEUES; i++) {
		while ((q = TAILQ_FIRST(&a->queues[i].unsent)) != NULL &&
			now_us - q->asked_us >= TRIES * wait_us) {
			give_up(a, q);
		}
	}
	while ((q = TAILQ_FIRST(&a->asked)) != NULL &&
		now_us - q->asked_us >= wait_us) {
		if (q->tries == TRIES) {
			give_up(a, q);
			continue;
		}
		q->tries++;
		q->asked_us = now_us;
		q->sent = false;
		TAILQ_REMOVE(&a->asked, q, link);
		TAILQ_INSERT_TAIL(&a->queues[q->queue].unsent, q, link);
		flush(&a->queues[q->queue]);
	}
}

size_t
ask_count(const struct ask *a)
{
	return a->n;
}
