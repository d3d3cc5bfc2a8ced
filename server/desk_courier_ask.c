#include <stdio.h>

#include "server/clock.h"
#include "server/desk_courier_internal.h"

struct putting {
	const Vedetta__V1__Delivery *delivery;
	struct trouble trouble;
	uint64_t id;
	int answer;
};

static int
write_put(void *arg, const struct keeper_own *own)
{
	const struct outbox_turn turn =
		desk_outbox_turn(own->desk, own->now_ms, own->arena);
	struct putting *p = arg;
	struct outbox_row row;

	p->answer = outbox_put(
		desk_outbox(own->desk), p->delivery, &turn, &p->trouble, &row, &p->id);
	if (p->answer < 0) {
		return p->answer;
	}
	return p->answer == OUTBOX_ROW ? keeper_write_delivery(own, &row)
				       : KEEPER_NOTHING;
}

/* Returns the end of a sentence, or NULL: it is queued. */
static const char *
put(struct desk_courier *c, struct putting *p)
{
	int r = keeper_do(c->keeper, clock_wall_ms(), write_put, p);

	if (r != 0 && r != KEEPER_NOTHING) {
		return "the desk cannot write now";
	}
	switch (p->answer) {
	case OUTBOX_ROW:
	case OUTBOX_KNOWN:
		return NULL;
	case OUTBOX_FULL:
		return "too many deliveries wait already";
	case OUTBOX_NOT_JOINED:
		return "this target has not joined exercises";
	case OUTBOX_LATE:
		return "it is too late for it";
	default:
		(void)snprintf(c->why, sizeof(c->why), "%s %s", p->trouble.at[0].field,
			p->trouble.at[0].reason);
		return c->why;
	}
}

static void
fill_state(struct desk_courier *c, uint64_t id)
{
	struct desk *desk = keeper_desk(c->keeper);
	const struct store_delivery *d = NULL;
	struct outbox_figures f = {0};

	vedetta__v1__courier_state__init(&c->state);
	if (desk != NULL) {
		outbox_figures(desk_outbox(desk), clock_wall_ms(), &f);
		d = outbox_find(desk_outbox(desk), id);
	}
	c->state.connected = c->line != NULL;
	c->state.hello = c->hello;
	c->state.open = (uint32_t)f.open;
	if (d != NULL) {
		c->state.delivery = id;
		c->state.state = (Vedetta__V1__DeliveryState)d->state;
		c->state.reason = (Vedetta__V1__DeliveryReason)d->reason;
		c->state.status = d->status;
		c->state.attempts = d->attempts;
	}
}

void
desk_courier_command(struct desk_courier *c, const Vedetta__V1__Command *command,
	Vedetta__V1__CommandAnswer *answer)
{
	struct putting p = {.id = 0};
	const char *refused = NULL;

	if (command->what_case == VEDETTA__V1__COMMAND__WHAT_DELIVER) {
		p.delivery = command->deliver;
		refused = put(c, &p);
		desk_courier_wake(c);
	} else {
		p.id = command->courier->delivery;
	}
	fill_state(c, p.id);
	answer->refused = (char *)(refused == NULL ? "" : refused);
	answer->courier = &c->state;
}
