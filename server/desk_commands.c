#include "server/desk_commands.h"

#include <stdlib.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proto/arena.h"
#include "server/line.h"
#include "server/log.h"

enum {
	PEERS_MOST = 4,
	ARENA_BYTES = 2 * 1024 * 1024,
};

struct peer {
	TAILQ_ENTRY(peer) link;
	struct desk_commands *commands; /* borrowed: owns us */
	uint64_t number;                /* never used again */
	struct line *line;
};

struct desk_commands {
	struct event_base *base; /* borrowed */
	struct desk_commands_events events;
	void *arg;
	struct event *readable; /* NULL until there is a listener */
	struct arena *arena;
	TAILQ_HEAD(, peer) peers;
	unsigned n_peers;
	uint64_t last_number;
};

struct desk_commands *
desk_commands_new(
	struct event_base *base, const struct desk_commands_events *events, void *arg)
{
	struct desk_commands *c = calloc(1, sizeof(*c));

	if (c == NULL) {
		return NULL;
	}
	TAILQ_INIT(&c->peers);
	c->base = base;
	c->events = *events;
	c->arg = arg;
	c->arena = arena_new(ARENA_BYTES);
	if (c->arena == NULL) {
		free(c);
		return NULL;
	}
	return c;
}

static void
free_peer(struct peer *p)
{
	struct desk_commands *c = p->commands;

	TAILQ_REMOVE(&c->peers, p, link);
	c->n_peers--;
	line_free(p->line);
	free(p);
	if (c->readable != NULL) {
		(void)event_add(c->readable, NULL);
	}
}

static void
stop_listening(struct desk_commands *c)
{
	if (c->readable != NULL) {
		int fd = event_get_fd(c->readable);

		event_free(c->readable);
		c->readable = NULL;
		(void)close(fd);
	}
}

void
desk_commands_free(struct desk_commands *c)
{
	if (c == NULL) {
		return;
	}
	stop_listening(c);
	while (!TAILQ_EMPTY(&c->peers)) {
		free_peer(TAILQ_FIRST(&c->peers));
	}
	arena_free(c->arena);
	free(c);
}

static void
on_frame(void *arg, const struct frame_head *head, const uint8_t *body)
{
	struct peer *p = arg;
	struct desk_commands *c = p->commands;
	const Vedetta__V1__Command *command = NULL;

	arena_reset(c->arena);
	if (head->kind == FRAME_COMMAND) {
		command = vedetta__v1__command__unpack(
			arena_allocator(c->arena), head->body_bytes, body);
	}
	if (command == NULL) {
		desk_commands_answer(c, p->number, "the desk does not understand it");
		return;
	}
	c->events.on_command(c->arg, p->number, command);
}

static void
on_closed(void *arg)
{
	struct peer *p = arg;
	struct desk_commands *c = p->commands;
	uint64_t number = p->number;

	free_peer(p);
	c->events.on_gone(c->arg, number);
}

static void
add_peer(struct desk_commands *c, int fd)
{
	static const struct line_events events = {on_frame, NULL, NULL, on_closed};
	struct peer *p = calloc(1, sizeof(*p));

	if (p != NULL) {
		p->line = line_new(c->base, fd, &events, p);
	}
	if (p == NULL || p->line == NULL) {
		(void)close(fd);
		free(p);
		return;
	}
	p->commands = c;
	p->number = ++c->last_number;
	TAILQ_INSERT_TAIL(&c->peers, p, link);
	c->n_peers++;
}

static void
on_knock(evutil_socket_t fd, short what, void *arg)
{
	struct desk_commands *c = arg;
	int peer;

	(void)what;
	while (c->n_peers < PEERS_MOST &&
		(peer = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0) {
		add_peer(c, peer);
	}
	if (c->n_peers == PEERS_MOST) {
		(void)event_del(c->readable); /* until one is gone */
	}
}

void
desk_commands_listen(struct desk_commands *c, int fd)
{
	stop_listening(c);
	c->readable = event_new(c->base, fd, EV_READ | EV_PERSIST, on_knock, c);
	if (c->readable == NULL || event_add(c->readable, NULL) != 0) {
		log_event(LOG_WARN, "command.no_listener", "reason=no_memory");
		(void)close(fd);
	}
}

void
desk_commands_send(struct desk_commands *c, uint64_t number,
	const Vedetta__V1__CommandAnswer *answer)
{
	struct frame_head head = {.kind = FRAME_COMMAND_ANSWER};
	struct peer *p;
	uint8_t *body;

	TAILQ_FOREACH (p, &c->peers, link) {
		if (p->number == number) {
			break;
		}
	}
	if (p == NULL) {
		return;
	}
	head.body_bytes =
		(uint32_t)vedetta__v1__command_answer__get_packed_size(answer);
	body = malloc(head.body_bytes + 1);
	if (body != NULL && head.body_bytes <= FRAME_BODY_MAX) {
		(void)vedetta__v1__command_answer__pack(answer, body);
		(void)line_send(p->line, &head, body); /* or it is gone */
	}
	free(body);
}

void
desk_commands_answer(struct desk_commands *c, uint64_t number, const char *refused)
{
	Vedetta__V1__CommandAnswer answer = VEDETTA__V1__COMMAND_ANSWER__INIT;

	answer.refused = (char *)(refused != NULL ? refused : "");
	desk_commands_send(c, number, &answer);
}
