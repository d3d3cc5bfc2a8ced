#include "server/role_loop.h"

#include <errno.h>

enum {
	TURN_MS = 20,
	TURN_CALLBACKS = 64,
};

struct orders {
	struct role *role;
	const struct role_events *events;
	void *arg;
	struct event *readable;
};

static void
on_orders(evutil_socket_t fd, short what, void *arg)
{
	const struct orders *o = arg;

	(void)fd;
	(void)what;
	if (!role_take_orders(o->role, o->events, o->arg)) {
		(void)event_del(o->readable); /* until somebody has gone */
	}
}

static void
on_alive_due(evutil_socket_t fd, short what, void *arg)
{
	const struct orders *o = arg;

	(void)fd;
	(void)what;
	role_say_alive(o->role);
	role_keep_spares(o->role);
	(void)event_add(o->readable, NULL);
}

struct event_base *
role_base_new(void)
{
	const struct timeval turn = {0, TURN_MS * 1000};
	struct event_config *c = event_config_new();
	struct event_base *base = NULL;

	if (c == NULL) {
		return NULL;
	}
	if (event_config_set_flag(c, EVENT_BASE_FLAG_NOLOCK) == 0 &&
		event_config_set_max_dispatch_interval(c, &turn, TURN_CALLBACKS, 0) ==
			0) {
		base = event_base_new_with_config(c);
	}
	event_config_free(c);
	return base;
}

int
role_run(struct role *r, struct event_base *base, const struct role_events *events,
	void *arg)
{
	const struct timeval second = {ROLE_ALIVE_EVERY_MS / 1000, 0};
	struct orders orders = {r, events, arg, NULL};
	struct event *readable =
		event_new(base, role_fd(r), EV_READ | EV_PERSIST, on_orders, &orders);
	struct event *alive = event_new(base, -1, EV_PERSIST, on_alive_due, &orders);
	int fault = 0;

	orders.readable = readable;
	if (readable == NULL || alive == NULL || event_add(readable, NULL) != 0 ||
		event_add(alive, &second) != 0) {
		fault = -ENOMEM;
	} else if (event_base_dispatch(base) < 0) {
		fault = -EIO;
	}
	if (readable != NULL) {
		event_free(readable);
	}
	if (alive != NULL) {
		event_free(alive);
	}
	return fault;
}
