/*
 * desk_courier - the desk's end of the courier's line
 *
 * Hands out what is due in the outbox (dispatch/outbox.h), and writes what became
 * of it. What is handed out is committed as trying first and sent then; where to
 * and what is said is read from the row that queued it. Outcomes that cannot be
 * written now wait here; a courier asked again answers as it did.
 *
 * Logins by the identity provider go over the same line, as questions and answers:
 * nothing of them is kept.
 *
 * While there is no courier, deliveries wait: after OUTBOX_LIFE_MS at the latest
 * they are given up, which is said.
 */
#ifndef SERVER_DESK_COURIER_H
#define SERVER_DESK_COURIER_H

#include <event2/event.h>

#include "server/keeper.h"
#include "vedetta/v1/frame.pb-c.h"

struct desk_courier;

/* What it says beside deliveries; each may be NULL. */
struct desk_courier_events {
	void (*on_login)(
		void *arg, uint64_t ref, const Vedetta__V1__LoginResult *result);
	/* How it stands with the identity provider; NULL: there is no courier. */
	void (*on_provider)(void *arg, const Vedetta__V1__ProviderState *state);
};

/* base is borrowed. NULL when memory is short. */
struct desk_courier *desk_courier_new(
	struct event_base *base, const struct desk_courier_events *events, void *arg);
void desk_courier_free(struct desk_courier *c);

/* keeper is borrowed. */
void desk_courier_use(struct desk_courier *c, struct keeper *keeper);

/* Takes over fd: the line of a courier that was started. */
void desk_courier_add(struct desk_courier *c, int fd);

/* Is that code good? 0, or -ENOTCONN, or what the line says. */
int desk_courier_ask_login(
	struct desk_courier *c, const Vedetta__V1__LoginOrder *order, uint64_t ref);

/*
 * Something may be due: soon, not now. To be called after a commit that queued
 * something; desk_courier_tick() does it once a second.
 */
void desk_courier_wake(struct desk_courier *c);

/* Once a second: gives up what is too late, and sets the gauges. */
void desk_courier_tick(struct desk_courier *c);

/* What the courier said of itself, also when it is gone; NULL: none was heard. */
const Vedetta__V1__CourierHello *desk_courier_hello(const struct desk_courier *c);

/* `vedetta courier`: queues a delivery, or says how one is and what is set up. */
void desk_courier_command(struct desk_courier *c, const Vedetta__V1__Command *command,
	Vedetta__V1__CommandAnswer *answer);

#endif
