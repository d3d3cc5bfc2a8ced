/*
 * desk_courier_internal - what the files of desk_courier.h share; nobody else
 * includes it
 *
 * desk_courier.c has the line and the batches, desk_courier_ask.c the commands,
 * desk_courier_login.c the identity provider.
 */
#ifndef SERVER_DESK_COURIER_INTERNAL_H
#define SERVER_DESK_COURIER_INTERNAL_H

#include "server/desk_courier.h"
#include "server/line.h"

enum {
	/* That wait to be written; more are asked for again. */
	DESK_COURIER_OUTCOMES = 128,
	DESK_COURIER_WHY_BYTES = 256,
};

struct desk_courier {
	struct event_base *base; /* borrowed */
	struct desk_courier_events events;
	void *arg;
	struct keeper *keeper; /* borrowed */
	struct line *line;     /* NULL: no courier */
	struct line *dead;     /* freed from the loop */
	struct event *turn;
	struct event *sweep;
	struct arena *arena;
	bool settled;                     /* nobody else has what is on the way */
	bool crashed;                     /* the courier went away by itself */
	Vedetta__V1__CourierHello *hello; /* NULL: not heard yet */
	size_t n_outcomes;
	Vedetta__V1__DeliveryOutcome outcomes[DESK_COURIER_OUTCOMES];
	/* of the batch */
	size_t n_handed;
	struct store_delivery handed[OUTBOX_AT_ONCE];
	/* of the last command */
	Vedetta__V1__CourierState state;
	char why[DESK_COURIER_WHY_BYTES];
};

/* Frames of these kinds. */
void desk_courier_take_login(
	struct desk_courier *c, const struct frame_head *head, const uint8_t *body);
void desk_courier_take_provider(
	struct desk_courier *c, const struct frame_head *head, const uint8_t *body);

#endif
