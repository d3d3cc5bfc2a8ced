/*
 * desk_office - accounts and sessions on the desk's loop
 *
 * What a console front asks is stepped at once and committed by itself, or waits for
 * a helper that looks at a password first (password.h): two run at once, sixteen
 * wait, one more is answered that it is too much now. A helper that says nothing for
 * ten seconds is given up. A login by the identity provider waits for the courier
 * (desk_provider.h). Commands of this machine come ready: they hash by
 * themselves. Once a second sessions that have run out end, and once a minute it is
 * written which were used.
 *
 * Answers leave after the commit, as all do.
 */
#ifndef SERVER_DESK_OFFICE_H
#define SERVER_DESK_OFFICE_H

#include <stdbool.h>
#include <stdint.h>

#include <event2/event.h>

#include "proto/frame.h"
#include "server/keeper.h"
#include "vedetta/v1/frame.pb-c.h"

struct desk_office;

struct desk_office_events {
	void (*on_answer)(void *arg, uint64_t line, uint64_t ref,
		const Vedetta__V1__OfficeAnswer *answer);
	/* A helper is wanted: its line comes to desk_office_take_helper(). */
	void (*on_want)(void *arg);
	/* Fronts have something to hear. */
	void (*on_change)(void *arg);
	/* For the courier; 0, or there is none. */
	int (*on_order)(void *arg, const Vedetta__V1__LoginOrder *order, uint64_t ref);
};

/* base is borrowed. NULL when memory is short. */
struct desk_office *desk_office_new(
	struct event_base *base, const struct desk_office_events *events, void *arg);
void desk_office_free(struct desk_office *o);

/* Borrowed. config: a digest of what the desk runs with; another one is a row. */
void desk_office_use(struct desk_office *o, struct keeper *keeper,
	const uint8_t *config, size_t config_bytes);

/* FRAME_INPUT_OFFICE; line and ref come back with the answer. */
void desk_office_take(struct desk_office *o, uint64_t line,
	const struct frame_head *head, const uint8_t *body);

/* Takes over fd. */
void desk_office_take_helper(struct desk_office *o, int fd);

/* What the courier answered to an order; and that there is none any more. */
void desk_office_take_login(
	struct desk_office *o, uint64_t ref, const Vedetta__V1__LoginResult *said);
void desk_office_lose_courier(struct desk_office *o);

/* The answer lives until the next call of any of these. */
void desk_office_command(struct desk_office *o,
	const Vedetta__V1__OfficeCommand *command, Vedetta__V1__CommandAnswer *answer);

/* Once a second; both clocks, in ms. */
void desk_office_tick(struct desk_office *o, int64_t now_ms, int64_t mono_ms);

#endif
