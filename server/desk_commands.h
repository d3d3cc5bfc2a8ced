/*
 * desk_commands - commands of this machine, to the running desk
 *
 * `vedetta area` and others that write speak to the desk over a Unix socket in
 * the data folder, which only its owner can open: the supervisor makes it, the
 * desk is handed it as a descriptor. A command sends one frame (Command) and
 * waits for its answer (CommandAnswer) before the next; a few may be connected
 * at once, the others wait in the kernel's queue.
 */
#ifndef SERVER_DESK_COMMANDS_H
#define SERVER_DESK_COMMANDS_H

#include <stdint.h>

#include <event2/event.h>

#include "vedetta/v1/frame.pb-c.h"

struct desk_commands;

struct desk_commands_events {
	/* command lives until it returns; peer: give it back with the answer. */
	void (*on_command)(
		void *arg, uint64_t peer, const Vedetta__V1__Command *command);
	void (*on_gone)(void *arg, uint64_t peer);
};

/* base is borrowed. NULL when memory is short. */
struct desk_commands *desk_commands_new(
	struct event_base *base, const struct desk_commands_events *events, void *arg);
void desk_commands_free(struct desk_commands *c);

/* Takes over fd. */
void desk_commands_listen(struct desk_commands *c, int fd);

/* Whole. Forgotten when that peer is gone. */
void desk_commands_send(struct desk_commands *c, uint64_t peer,
	const Vedetta__V1__CommandAnswer *answer);

/* The same: refused, or NULL for done. */
void desk_commands_answer(struct desk_commands *c, uint64_t peer, const char *refused);

#endif
