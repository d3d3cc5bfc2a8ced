/*
 * desk_fronts - the desk's end of the lines to all fronts
 *
 * One entry per line, as long as it lives; a front that was restarted comes
 * with a new one. Tells the desk whose consoles are open, feeds the boards,
 * and cuts off a front that reads nothing: it is named to the supervisor, which
 * starts it again. Writing never waits.
 */
#ifndef SERVER_DESK_FRONTS_H
#define SERVER_DESK_FRONTS_H

#include <stdbool.h>
#include <stdint.h>

#include <event2/event.h>

#include "geo/area.h"
#include "proto/frame.h"
#include "server/duty_feed.h"
#include "server/keeper.h"
#include "server/role.h"
#include "vedetta/v1/frame.pb-c.h"

struct desk_fronts;

struct desk_fronts_events {
	/* line: give it back with the answer. body lives until it returns. */
	void (*on_input)(void *arg, uint64_t line, const struct frame_head *head,
		const uint8_t *body);
	/* One line has given all it had for this turn. */
	void (*on_turn_end)(void *arg);
	/* What a console front asks of accounts and sessions, as on_input. */
	void (*on_office)(void *arg, uint64_t line, const struct frame_head *head,
		const uint8_t *body);
	/* Likewise what is said about duty. May be NULL. */
	void (*on_duty)(void *arg, uint64_t line, const struct frame_head *head,
		const uint8_t *body);
};

/* role and base are borrowed. NULL when memory is short. */
struct desk_fronts *desk_fronts_new(struct role *role, struct event_base *base,
	const struct desk_fronts_events *events, void *arg);
void desk_fronts_free(struct desk_fronts *f);

/* Where boards and duty come from; borrowed. Before the first line. */
void desk_fronts_use(struct desk_fronts *f, struct keeper *keeper);

/* Takes over fd. */
void desk_fronts_add(struct desk_fronts *f, uint32_t index, bool console, int fd);

/* Forgotten when that line is gone: a re-sent input will find its row. */
void desk_fronts_answer(struct desk_fronts *f, uint64_t line, uint64_t ref,
	const Vedetta__V1__InputAnswer *answer);

/*
 * The same, once all other lines have left with what they were told so far: what it
 * says is true for whoever asks next, whichever front they meet.
 */
void desk_fronts_answer_behind(struct desk_fronts *f, uint64_t line, uint64_t ref,
	const Vedetta__V1__InputAnswer *answer);

/* To all: is somebody on duty and where, are we in raw mode. */
void desk_fronts_tell_duty(struct desk_fronts *f);

/*
 * The desk is another one, or time has passed: tells it whose consoles are open, and
 * fronts who does not look at anything any more. Each second.
 */
void desk_fronts_tell_presence(struct desk_fronts *f);

/* What areas console fronts are told from now on; version 0: nobody knows yet. */
void desk_fronts_use_areas(
	struct desk_fronts *f, const struct area_map *map, uint64_t version);

/* How it stands with duty, from now on; borrowed, until it is told again. */
void desk_fronts_show_duty(struct desk_fronts *f, const struct duty_view *view);

/* How it stands with the identity provider, to console fronts; NULL: nobody knows. */
void desk_fronts_tell_provider(
	struct desk_fronts *f, const Vedetta__V1__ProviderState *state);

/* Goes on with every board. */
void desk_fronts_feed(struct desk_fronts *f);

/* The desk goes away: no board holds on to it. */
void desk_fronts_forget(struct desk_fronts *f);

/* Cuts off those that have read nothing for too long. */
void desk_fronts_cut_stuck(struct desk_fronts *f, int64_t now_ms);

#endif
