#include "server/reader.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "proto/arena.h"
#include "proto/frame.h"
#include "proto/scan.h"
#include "proto/trouble.h"
#include "server/answer_search.h"
#include "server/clock.h"
#include "server/hooks.h"
#include "server/limits.h"
#include "server/log.h"
#include "server/sandbox.h"

enum {
	QUEUES_MAX = 2 * ROLE_PAGES_MAX,
	DEADLINE_MS = LIMIT_QUESTION_MS * 3 / 4, /* an answer must still be in time */
	ARENA_BYTES = 2 * 1024 * 1024,
	WHY_BYTES = 512,
	QUOTED_BYTES = 600,
	INDEX_WAIT_MS = 500,
	INDEX_LOOK_MS = 20,
};

struct queue {
	int fd;
	bool is_long;
};

struct reader {
	struct store *store;
	struct answerer *answerer;
	struct searcher *searcher;
	struct arena *arena;
	size_t n; /* short queues stand before long ones */
	struct queue queues[QUEUES_MAX];
	bool over;
	int status;
	uint8_t in[FRAME_HEAD_BYTES + FRAME_BODY_MAX];
	uint8_t out[FRAME_HEAD_BYTES + FRAME_BODY_MAX];
};

/* ---- queues */

static void
add_queue(struct reader *r, int fd, bool is_long)
{
	size_t at = r->n;

	if (r->n == QUEUES_MAX) {
		log_event(LOG_WARN, "reader.too_many_queues", NULL);
		(void)close(fd);
		return;
	}
	if (!is_long) {
		for (at = 0; at < r->n && !r->queues[at].is_long; at++) {
		}
	}
	memmove(&r->queues[at + 1], &r->queues[at], (r->n - at) * sizeof(r->queues[0]));
	r->queues[at] = (struct queue){fd, is_long};
	r->n++;
}

/* Takes out those that were closed. */
static void
close_ranks(struct reader *r)
{
	size_t kept = 0;
	size_t i;

	for (i = 0; i < r->n; i++) {
		if (r->queues[i].fd >= 0) {
			r->queues[kept++] = r->queues[i];
		}
	}
	r->n = kept;
}

static void
close_queue(struct queue *q)
{
	(void)close(q->fd);
	q->fd = -1;
}

/* ---- one question */

static void
answer(struct reader *r, int fd, const struct frame_head *asked,
	const Vedetta__V1__Question *question)
{
	struct frame_head head = {.kind = FRAME_ANSWER, .ref = asked->ref};
	Vedetta__V1__Answer answer;
	size_t bytes;
	int fault;

	store_set_deadline(r->store, DEADLINE_MS);
	hooks_ask();
	fault = answer_search_is(question)
			? answer_search(
				  r->answerer, r->searcher, question, r->arena, &answer)
			: answer_question(r->answerer, question, r->arena, &answer);
	bytes = vedetta__v1__answer__get_packed_size(&answer);
	if (bytes > FRAME_BODY_MAX) {
		vedetta__v1__answer__init(&answer);
		answer.outcome = VEDETTA__V1__ANSWER_OUTCOME__ANSWER_OUTCOME_FAULT;
		bytes = vedetta__v1__answer__get_packed_size(&answer);
		log_event(LOG_WARN, "reader.too_large", NULL);
	}
	head.body_bytes = (uint32_t)bytes;
	frame_write_head(&head, r->out);
	(void)vedetta__v1__answer__pack(&answer, r->out + FRAME_HEAD_BYTES);
	if (send(fd, r->out, FRAME_HEAD_BYTES + bytes, MSG_NOSIGNAL) < 0) {
		log_event(LOG_WARN, "reader.unheard", "reason=\"%s\"", strerror(errno));
	}
	if (fault != 0) {
		log_event(LOG_WARN, "reader.fault", "reason=\"%s\"", strerror(-fault));
	}
	if (fault != 0 && fault != -EUCLEAN) { /* a new one finds the same damage */
		r->over = true;
		r->status = 1;
	}
}

/* Returns whether the queue lives on. */
static bool
take_question(struct reader *r, int fd)
{
	ssize_t got = recv(fd, r->in, sizeof(r->in), MSG_DONTWAIT);
	ProtobufCMessage *message;
	struct frame_head head;
	struct trouble trouble;

	if (got < 0) {
		/* Another reader was faster; or the front died unread. */
		return errno == EAGAIN || errno == EINTR;
	}
	if (got == 0) {
		return false;
	}
	arena_reset(r->arena);
	trouble_init(&trouble);
	if (got < FRAME_HEAD_BYTES || frame_read_head(r->in, &head) != 0 ||
		head.kind != FRAME_QUESTION ||
		head.body_bytes != (size_t)got - FRAME_HEAD_BYTES ||
		scan_unpack(&vedetta__v1__question__descriptor,
			r->in + FRAME_HEAD_BYTES, head.body_bytes, &scan_default_limits,
			r->arena, &trouble, &message) != 0) {
		log_event(LOG_WARN, "reader.bad_question", "bytes=%zd", got);
		return true;
	}
	answer(r, fd, &head, (const Vedetta__V1__Question *)message);
	return true;
}

/* ---- orders */

static void
on_line(void *arg, Vedetta__V1__LineKind kind, uint32_t peer, bool console, int fd)
{
	(void)peer;
	(void)console;
	add_queue(arg, fd, kind == VEDETTA__V1__LINE_KIND__LINE_KIND_LONG);
}

static void
on_drain(void *arg, uint32_t within_ms)
{
	(void)within_ms; /* the fronts are gone: nobody waits for an answer */
	((struct reader *)arg)->over = true;
}

/* ---- the role */

static void
one_turn(struct reader *r, struct role *role, const struct role_events *orders)
{
	struct pollfd polled[QUEUES_MAX + 1];
	size_t n = r->n;
	size_t i;

	polled[0] = (struct pollfd){.fd = role_fd(role), .events = POLLIN};
	for (i = 0; i < n; i++) {
		polled[i + 1] =
			(struct pollfd){.fd = r->queues[i].fd, .events = POLLIN};
	}
	if (poll(polled, (nfds_t)n + 1, ROLE_ALIVE_EVERY_MS) < 0) {
		return;
	}
	role_say_alive(role);
	for (i = 0; i < n; i++) {
		if (polled[i + 1].revents != 0 && !take_question(r, r->queues[i].fd)) {
			close_queue(&r->queues[i]);
		}
		role_say_alive(role); /* a question may take its two seconds */
	}
	close_ranks(r);
	if (polled[0].revents != 0) {
		/* Nobody but us opens descriptors here: there is one. */
		(void)role_take_orders(role, orders, r);
	}
	if (searcher_is_outdated(r->searcher)) {
		/* The sandbox opens no file: the next reader does, before it. */
		log_event(LOG_INFO, "reader.another_index", NULL);
		r->over = true;
	}
}

/* It is made beside us at the first start; nobody must have it. */
static void
wait_for_index(struct reader *r)
{
	const struct timespec pause = {0, INDEX_LOOK_MS * 1000000L};
	int64_t until_ms = clock_mono_ms() + INDEX_WAIT_MS;

	while (!searcher_open_index(r->searcher) && clock_mono_ms() < until_ms) {
		(void)nanosleep(&pause, NULL);
	}
}

static int
open_store(struct reader *r, const struct role_setup *setup)
{
	char path[CONFIG_TEXT_BYTES + 16];
	char why[WHY_BYTES] = "";
	char quoted[QUOTED_BYTES];
	struct store_row row;
	int answer;

	(void)snprintf(path, sizeof(path), "%s/desk.sqlite", setup->config.data_dir);
	answer = store_open_reader(&r->store, path, why, sizeof(why));
	if (answer == 0) {
		/* Opens what SQLite opens late, before the sandbox. */
		store_set_deadline(r->store, DEADLINE_MS);
		answer = store_read_row(r->store, 1, &row);
		answer = answer == STORE_NONE || answer == -EUCLEAN ? 0 : answer;
	}
	if (answer == 0) {
		(void)snprintf(
			path, sizeof(path), "%s/index.sqlite", setup->config.data_dir);
		r->searcher = searcher_new(r->store, path);
		answer = r->searcher == NULL ? -ENOMEM : 0;
	}
	if (answer == 0) {
		searcher_tell_damage(r->searcher);
		wait_for_index(r);
		answer = sandbox_enter(NULL, 0);
	}
	if (answer != 0) {
		log_event(LOG_WARN, "reader.no_store", "reason=\"%s\"",
			why[0] != '\0' ? log_quote(why, quoted, sizeof(quoted))
				       : strerror(answer < 0 ? -answer : EIO));
	}
	return answer;
}

int
reader_run(struct role *role)
{
	static const struct role_events orders = {on_line, NULL, on_drain};
	const struct role_setup *setup = role_setup(role);
	struct reader *r = calloc(1, sizeof(*r));
	int status;

	if (r == NULL) {
		return 1;
	}
	r->arena = arena_new(ARENA_BYTES);
	if (r->arena == NULL || open_store(r, setup) != 0) {
		return 1;
	}
	r->answerer = answerer_new(r->store, setup->key);
	if (r->answerer == NULL) {
		return 1;
	}
	(void)role_take_orders(role, &orders, r);
	role_say_ready(role);
	while (!r->over) {
		one_turn(r, role, &orders);
	}
	status = r->status;
	while (r->n > 0) {
		close_queue(&r->queues[--r->n]);
	}
	answerer_free(r->answerer);
	searcher_free(r->searcher);
	store_close(r->store);
	arena_free(r->arena);
	free(r);
	if (status == 0) {
		role_say_drained(role);
	}
	return status;
}
