#include "server/desk_courier.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/clock.h"
#include "server/delivery_note.h"
#include "server/desk_courier_internal.h"
#include "server/hooks.h"
#include "server/limits.h"
#include "server/line.h"
#include "server/log.h"
#include "server/metrics.h"

enum {
	WAKE_LEAST_MS = 10,
	WAKE_MOST_MS = 1000,
	WIRE_ID_BYTES = STORE_EPOCH_BYTES + 24,
};

/* ---- what happened, in the counters */

static void
measure(const struct desk_courier *c)
{
	struct desk *desk = keeper_desk(c->keeper);
	int64_t now_ms = clock_wall_ms();
	struct outbox_figures f;

	metrics_set(METRIC_COURIER_UP, c->line != NULL);
	if (desk == NULL) {
		return;
	}
	outbox_figures(desk_outbox(desk), now_ms, &f);
	metrics_set(METRIC_DELIVERIES_QUEUE, f.open);
	metrics_set(METRIC_DELIVERIES_BREAKERS, f.breakers_open);
	metrics_set(METRIC_DELIVERIES_OLDEST_S,
		f.oldest_ms == 0 || now_ms < f.oldest_ms
			? 0
			: (uint64_t)(now_ms - f.oldest_ms) / 1000);
}

/* ---- rows */

static int
write_row(const struct keeper_own *own, const struct outbox_row *row)
{
	int fault = keeper_write_delivery(own, row);

	arena_reset(own->arena);
	return fault == 0 ? OUTBOX_ROW : fault;
}

/* Each call of the outbox gives one row at most: until there is none. */
static int
write_lost(const struct desk_courier *c, const struct keeper_own *own)
{
	const struct outbox_turn turn =
		desk_outbox_turn(own->desk, own->now_ms, own->arena);
	struct outbox_row row;
	int r = OUTBOX_ROW;

	while (r == OUTBOX_ROW) {
		r = outbox_lost_next(desk_outbox(own->desk), c->crashed, &turn, &row);
		if (r == OUTBOX_ROW) {
			delivery_note(&row.record);
			r = write_row(own, &row);
		}
	}
	return r;
}

static int
write_outcomes(const struct desk_courier *c, const struct keeper_own *own)
{
	const struct outbox_turn turn =
		desk_outbox_turn(own->desk, own->now_ms, own->arena);
	struct outbox_row row;
	int r = 0;

	for (size_t i = 0; r >= 0 && i < c->n_outcomes; i++) {
		r = outbox_outcome(
			desk_outbox(own->desk), &c->outcomes[i], &turn, &row);
		if (r == OUTBOX_ROW) {
			delivery_note(&row.record);
			r = write_row(own, &row);
		}
	}
	return r < 0 ? r : 0;
}

static int
write_handed(struct desk_courier *c, const struct keeper_own *own)
{
	const struct outbox_turn turn =
		desk_outbox_turn(own->desk, own->now_ms, own->arena);
	struct outbox_row row;
	int r = OUTBOX_ROW;

	while (r == OUTBOX_ROW && c->n_handed < OUTBOX_AT_ONCE) {
		r = outbox_hand_next(desk_outbox(own->desk), &turn, &row);
		if (r == OUTBOX_ROW) {
			c->handed[c->n_handed++] = row.record;
			r = write_row(own, &row);
		}
	}
	return r < 0 ? r : 0;
}

static int
write_turn(void *arg, const struct keeper_own *own)
{
	struct desk_courier *c = arg;
	uint64_t before = desk_last_seq(own->desk);
	int r;

	c->n_handed = 0;
	r = write_outcomes(c, own);
	if (r == 0 && !c->settled) {
		r = write_lost(c, own);
	}
	if (r == 0 && c->line != NULL) {
		r = write_handed(c, own);
	}
	if (r == 0 && desk_last_seq(own->desk) == before) {
		return KEEPER_NOTHING;
	}
	return r;
}

/* ---- sending */

static Vedetta__V1__Delivery *
unpack(struct arena *arena, const uint8_t *bytes, size_t n)
{
	return bytes == NULL ? NULL
			     : vedetta__v1__delivery__unpack(
				       arena_allocator(arena), n, bytes);
}

/* The two parts of the row, as they were put; NULL when one is gone. */
static Vedetta__V1__Delivery *
read_delivery(struct desk_courier *c, uint64_t id)
{
	Vedetta__V1__LogDelivery *said;
	Vedetta__V1__Delivery *personal;
	struct store_row row;

	if (store_read_row(keeper_store(c->keeper), id, &row) != 0) {
		return NULL;
	}
	personal = unpack(c->arena, row.personal, row.personal_bytes);
	said = vedetta__v1__log_delivery__unpack(
		arena_allocator(c->arena), row.body_bytes, row.body);
	if (personal == NULL || said == NULL || said->delivery == NULL) {
		return NULL;
	}
	said->delivery->target = personal->target;
	said->delivery->title = personal->title;
	said->delivery->text = personal->text;
	said->delivery->link = personal->link;
	said->delivery->id = id;
	return said->delivery;
}

static int
write_unreadable(void *arg, const struct keeper_own *own)
{
	const struct outbox_turn turn =
		desk_outbox_turn(own->desk, own->now_ms, own->arena);
	struct outbox_row row;
	int r = outbox_unreadable(
		desk_outbox(own->desk), *(const uint64_t *)arg, &turn, &row);

	if (r == OUTBOX_ROW) {
		delivery_note(&row.record);
		r = keeper_write_delivery(own, &row);
		return r;
	}
	return r == 0 ? KEEPER_NOTHING : r;
}

/* false: the courier does not take it; it goes with the next one. */
static bool
send_one(struct desk_courier *c, const struct store_delivery *d)
{
	Vedetta__V1__DeliveryOrder order = VEDETTA__V1__DELIVERY_ORDER__INIT;
	struct frame_head head = {.kind = FRAME_DELIVERY, .ref = d->id};
	char wire_id[WIRE_ID_BYTES];
	uint64_t id = d->id;
	uint8_t *body;

	arena_reset(c->arena);
	order.delivery = read_delivery(c, d->id);
	if (order.delivery == NULL) {
		(void)keeper_do(c->keeper, clock_wall_ms(), write_unreadable, &id);
		return true;
	}
	(void)snprintf(wire_id, sizeof(wire_id), "%s-%llu", keeper_epoch(c->keeper),
		(unsigned long long)d->id);
	order.attempt = d->attempts;
	order.wire_id = wire_id;
	head.body_bytes =
		(uint32_t)vedetta__v1__delivery_order__get_packed_size(&order);
	body = arena_alloc(c->arena, head.body_bytes + 1);
	if (body == NULL) {
		return false;
	}
	(void)vedetta__v1__delivery_order__pack(&order, body);
	hooks_pass("delivery_handed");
	return line_send(c->line, &head, body) == 0;
}

/* A courier that does not take what is its own is of no use: another will. */
static void
drop_line(struct desk_courier *c)
{
	line_free(c->dead);
	c->dead = c->line;
	c->line = NULL;
	c->settled = false;
	event_active(c->sweep, EV_TIMEOUT, 0);
	if (c->events.on_provider != NULL) {
		c->events.on_provider(c->arg, NULL);
	}
}

static void
send_handed(struct desk_courier *c)
{
	for (size_t i = 0; i < c->n_handed && c->line != NULL; i++) {
		if (!send_one(c, &c->handed[i])) {
			drop_line(c);
		}
	}
	c->n_handed = 0;
}

/* ---- turns */

static void
schedule(struct desk_courier *c, int64_t wait_ms)
{
	struct timeval wait;

	wait_ms = wait_ms < WAKE_LEAST_MS ? WAKE_LEAST_MS : wait_ms;
	wait_ms = wait_ms > WAKE_MOST_MS ? WAKE_MOST_MS : wait_ms;
	wait = (struct timeval){wait_ms / 1000, wait_ms % 1000 * 1000};
	(void)event_add(c->turn, &wait);
}

static bool
has_work(const struct desk_courier *c, const struct outbox *o, int64_t now_ms)
{
	struct outbox_figures f;

	if (c->n_outcomes > 0) {
		return true;
	}
	if (!c->settled) {
		outbox_figures(o, now_ms, &f);
		if (f.with_courier > 0) {
			return true;
		}
	}
	return c->line != NULL && outbox_due_ms(o, now_ms) <= now_ms;
}

static void
run_turn(struct desk_courier *c)
{
	struct desk *desk = keeper_desk(c->keeper);
	int64_t now_ms = clock_wall_ms();
	int r = KEEPER_NOTHING;

	if (desk == NULL) {
		return; /* the next second tries again */
	}
	if (has_work(c, desk_outbox(desk), now_ms)) {
		r = keeper_do(c->keeper, now_ms, write_turn, c);
	}
	if (r != 0 && r != KEEPER_NOTHING) {
		return;
	}
	c->n_outcomes = 0;
	c->settled = true;
	c->crashed = false;
	if (r == 0) {
		hooks_pass("delivery_trying");
		send_handed(c);
	}
	desk = keeper_desk(c->keeper);
	if (desk != NULL && c->line != NULL) {
		int64_t due_ms = outbox_due_ms(desk_outbox(desk), now_ms);

		if (due_ms < INT64_MAX) {
			schedule(c, due_ms - now_ms);
		}
	}
}

static void
on_turn(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	run_turn(arg);
}

void
desk_courier_wake(struct desk_courier *c)
{
	event_active(c->turn, EV_TIMEOUT, 0);
}

static int
write_expired(void *arg, const struct keeper_own *own)
{
	const struct outbox_turn turn =
		desk_outbox_turn(own->desk, own->now_ms, own->arena);
	struct outbox_row row;
	size_t n = 0;
	int r = OUTBOX_ROW;

	(void)arg;
	while (r == OUTBOX_ROW) {
		r = outbox_expire_next(desk_outbox(own->desk), &turn, &row);
		if (r == OUTBOX_ROW) {
			n++;
			delivery_note(&row.record);
			r = write_row(own, &row);
		}
	}
	return r == 0 && n == 0 ? KEEPER_NOTHING : r;
}

void
desk_courier_tick(struct desk_courier *c)
{
	struct desk *desk = keeper_desk(c->keeper);
	struct outbox_figures f = {0};

	if (desk != NULL) {
		outbox_figures(desk_outbox(desk), clock_wall_ms(), &f);
	}
	if (f.known > 0) {
		(void)keeper_do(c->keeper, clock_wall_ms(), write_expired, NULL);
	}
	measure(c);
	desk_courier_wake(c);
}

/* ---- the line */

static void
take_hello(struct desk_courier *c, const struct frame_head *head, const uint8_t *body)
{
	Vedetta__V1__CourierHello *hello =
		vedetta__v1__courier_hello__unpack(NULL, head->body_bytes, body);

	if (hello != NULL) {
		vedetta__v1__courier_hello__free_unpacked(c->hello, NULL);
		c->hello = hello;
		log_event(LOG_INFO, "courier.connected", "means=%zu", hello->n_means);
	}
}

const Vedetta__V1__CourierHello *
desk_courier_hello(const struct desk_courier *c)
{
	return c->hello;
}

static void
take_outcome(struct desk_courier *c, const struct frame_head *head, const uint8_t *body)
{
	Vedetta__V1__DeliveryOutcome *o;

	arena_reset(c->arena);
	o = vedetta__v1__delivery_outcome__unpack(
		arena_allocator(c->arena), head->body_bytes, body);
	if (o == NULL) {
		return;
	}
	if (c->n_outcomes == DESK_COURIER_OUTCOMES) {
		c->settled = false; /* what is not taken is asked for again */
		return;
	}
	c->outcomes[c->n_outcomes++] = *o; /* numbers only: it holds no pointer */
}

static void
on_frame(void *arg, const struct frame_head *head, const uint8_t *body)
{
	if (head->kind == FRAME_LOGIN_RESULT) {
		desk_courier_take_login(arg, head, body);
	} else if (head->kind == FRAME_PROVIDER) {
		desk_courier_take_provider(arg, head, body);
	} else if (head->kind == FRAME_DELIVERY_OUTCOME) {
		hooks_pass("delivery_outcome");
		take_outcome(arg, head, body);
	} else if (head->kind == FRAME_COURIER_HELLO) {
		take_hello(arg, head, body);
	}
}

static void
on_turn_end(void *arg)
{
	desk_courier_wake(arg);
}

static void
on_closed(void *arg)
{
	struct desk_courier *c = arg;

	c->crashed = true;
	drop_line(c);
	log_event(LOG_WARN, "courier.gone", NULL);
	desk_courier_wake(c);
}

static void
on_sweep(evutil_socket_t fd, short what, void *arg)
{
	struct desk_courier *c = arg;

	(void)fd;
	(void)what;
	line_free(c->dead);
	c->dead = NULL;
}

void
desk_courier_add(struct desk_courier *c, int fd)
{
	static const struct line_events events = {
		on_frame, on_turn_end, NULL, on_closed};

	if (c->line != NULL) {
		drop_line(c);
	}
	c->line = line_new(c->base, fd, &events, c);
	if (c->line == NULL) {
		(void)close(fd);
	}
	desk_courier_wake(c);
}

struct desk_courier *
desk_courier_new(
	struct event_base *base, const struct desk_courier_events *events, void *arg)
{
	struct desk_courier *c = calloc(1, sizeof(*c));

	if (c == NULL) {
		return NULL;
	}
	c->base = base;
	c->events = *events;
	c->arg = arg;
	c->turn = evtimer_new(base, on_turn, c);
	c->sweep = evtimer_new(base, on_sweep, c);
	c->arena = arena_new(LIMIT_INPUT_ARENA_BYTES);
	if (c->turn == NULL || c->sweep == NULL || c->arena == NULL) {
		desk_courier_free(c);
		return NULL;
	}
	return c;
}

void
desk_courier_free(struct desk_courier *c)
{
	if (c == NULL) {
		return;
	}
	line_free(c->line);
	line_free(c->dead);
	if (c->turn != NULL) {
		event_free(c->turn);
	}
	if (c->sweep != NULL) {
		event_free(c->sweep);
	}
	vedetta__v1__courier_hello__free_unpacked(c->hello, NULL);
	arena_free(c->arena);
	free(c);
}

void
desk_courier_use(struct desk_courier *c, struct keeper *keeper)
{
	c->keeper = keeper;
}
