#include "server/door.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "server/limits.h"

static int
accept_one(const struct door *door, union door_address *address)
{
	socklen_t bytes = sizeof(*address);

	memset(address, 0, sizeof(*address));
	return accept4(
		door->listener, &address->any, &bytes, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

/* Not a file: the sandbox opens none. */
static int
take_reserve(const struct door *door)
{
	return fcntl(door->listener, F_DUPFD_CLOEXEC, 0);
}

static void
tell_one(struct door *door)
{
	union door_address address;

	if (door->reserve >= 0) {
		close(door->reserve);
		int fd = accept_one(door, &address);
		if (fd >= 0) {
			door->events->on_no_room(door->arg, fd);
		}
	}
	door->reserve = take_reserve(door);
}

static void
pause_for(struct door *door, int ms)
{
	const struct timeval pause = {.tv_usec = ms * 1000};

	event_del(door->acceptable);
	event_add(door->resume, &pause);
}

static void
run_out(struct door *door)
{
	int n_closed = 0;

	while (n_closed < LIMIT_ACCEPTS_A_TURN && door->events->make_room(door->arg)) {
		n_closed++;
	}
	door->n_pauses = n_closed > 0 ? 0 : door->n_pauses + 1;
	if (door->n_pauses > LIMIT_ACCEPT_PAUSES) {
		tell_one(door);
	}
	pause_for(door, LIMIT_ACCEPT_PAUSE_MS);
}

static void
on_acceptable(evutil_socket_t listener, short what, void *arg)
{
	struct door *door = arg;
	union door_address address;

	(void)listener;
	(void)what;
	for (int i = 0; i < LIMIT_ACCEPTS_A_TURN; i++) {
		int fd = accept_one(door, &address);
		if (fd >= 0) {
			door->n_pauses = 0;
			door->events->on_guest(door->arg, fd, &address);
			continue;
		}
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
			errno == ENOMEM) {
			run_out(door);
		}
		return;
	}
}

static void
on_resume(evutil_socket_t fd, short what, void *arg)
{
	struct door *door = arg;

	(void)fd;
	(void)what;
	event_add(door->acceptable, NULL);
}

int
door_open(struct door *door, struct event_base *base, int listener,
	const struct door_events *events, void *arg)
{
	door->events = events;
	door->arg = arg;
	door->listener = listener;
	door->n_pauses = 0;
	door->reserve = take_reserve(door);
	door->acceptable =
		event_new(base, listener, EV_READ | EV_PERSIST, on_acceptable, door);
	door->resume = event_new(base, -1, 0, on_resume, door);
	if (door->acceptable == NULL || door->resume == NULL ||
		event_add(door->acceptable, NULL) < 0) {
		return -ENOMEM;
	}
	return 0;
}

void
door_step_aside(struct door *door)
{
	if (door->listener >= 0) {
		pause_for(door, LIMIT_STEP_ASIDE_MS);
	}
}

void
door_close(struct door *door)
{
	if (door->acceptable != NULL) {
		event_free(door->acceptable);
	}
	if (door->resume != NULL) {
		event_free(door->resume);
	}
	if (door->listener >= 0) {
		close(door->listener);
	}
	if (door->reserve >= 0) {
		close(door->reserve);
	}
	door->acceptable = NULL;
	door->resume = NULL;
	door->listener = -1;
	door->reserve = -1;
}
