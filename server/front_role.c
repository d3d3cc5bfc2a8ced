#include "server/front_role.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sodium.h>

#include "server/clock.h"
#include "server/front.h"
#include "server/limits.h"
#include "server/log.h"
#include "server/role_loop.h"
#include "server/sandbox.h"

void
front_role_check_ready(struct front *f)
{
	if (f->said_ready || f->desk == NULL || f->n_question_lines < ASK_QUEUES ||
		f->listeners[f->setup->console ? 1 : 0].server == NULL ||
		(f->board != NULL && !board_is_ready(f->board)) ||
		(f->office != NULL && !office_view_is_ready(f->office))) {
		return;
	}
	f->said_ready = true;
	role_say_ready(f->role);
}

static void
on_line(void *arg, Vedetta__V1__LineKind kind, uint32_t peer, bool console, int fd)
{
	struct front *f = arg;

	(void)peer;
	(void)console;
	switch (kind) {
	case VEDETTA__V1__LINE_KIND__LINE_KIND_DESK:
		front_take_desk(f, fd);
		break;
	case VEDETTA__V1__LINE_KIND__LINE_KIND_SHORT:
	case VEDETTA__V1__LINE_KIND__LINE_KIND_LONG:
		if (ask_take_line(f->ask,
			    kind == VEDETTA__V1__LINE_KIND__LINE_KIND_SHORT ? ASK_SHORT
									    : ASK_LONG,
			    fd) != 0) {
			log_event(LOG_WARN, "question.no_line", "reason=no_memory");
			break;
		}
		f->n_question_lines++;
		break;
	case VEDETTA__V1__LINE_KIND__LINE_KIND_EXPORT:
		front_take_export(f, fd);
		break;
	case VEDETTA__V1__LINE_KIND__LINE_KIND_PASSWORD:
	case VEDETTA__V1__LINE_KIND__LINE_KIND_COURIER:
	case VEDETTA__V1__LINE_KIND__LINE_KIND_UNSPECIFIED:
	case _VEDETTA__V1__LINE_KIND_IS_INT_SIZE:
		(void)close(fd);
		break;
	}
	front_role_check_ready(f);
}

static void
on_listener(void *arg, Vedetta__V1__ListenerKind kind, int fd)
{
	struct front *f = arg;

	switch (kind) {
	case VEDETTA__V1__LISTENER_KIND__LISTENER_KIND_PUBLIC:
		front_take_listener(f, ROUTE_PUBLIC, fd);
		break;
	case VEDETTA__V1__LISTENER_KIND__LISTENER_KIND_CONSOLE:
		front_take_listener(f, ROUTE_CONSOLE, fd);
		break;
	case VEDETTA__V1__LISTENER_KIND__LISTENER_KIND_ADMIN:
		front_take_listener(f, ROUTE_ADMIN, fd);
		break;
	case VEDETTA__V1__LISTENER_KIND__LISTENER_KIND_COMMAND:
	case VEDETTA__V1__LISTENER_KIND__LISTENER_KIND_UNSPECIFIED:
	case _VEDETTA__V1__LISTENER_KIND_IS_INT_SIZE:
		(void)close(fd);
		break;
	}
	front_role_check_ready(f);
}

/* ---- the end */

/* Everything in flight is answered: say so and go. */
static void
check_drained(struct front *f)
{
	if (f->draining && f->n_open_servers == 0 && pending_count(f->pending) == 0) {
		role_say_drained(f->role);
		(void)event_base_loopbreak(f->base);
	}
}

static void
on_server_done(void *arg)
{
	struct front *f = arg;

	f->n_open_servers--;
	check_drained(f);
}

static void
on_drain(void *arg, uint32_t within_ms)
{
	struct front *f = arg;

	(void)within_ms; /* the supervisor ends us when it has passed */
	if (f->draining) {
		return;
	}
	f->draining = true;
	for (size_t i = 0; i < FRONT_LISTENERS; i++) {
		f->n_open_servers += f->listeners[i].server != NULL;
	}
	for (size_t i = 0; i < FRONT_LISTENERS; i++) {
		if (f->listeners[i].server != NULL) {
			http_server_drain(f->listeners[i].server, on_server_done, f);
		}
	}
	check_drained(f);
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct front *f = arg;

	(void)fd;
	(void)what;
	front_tick(f);
	check_drained(f);
}

/* ---- the beginning */

/* Beside the build's executables, or where a package puts it. */
static int
load_from_places(struct front *f)
{
	static const char *const places[] = {
		"../web/console", "../../share/vedetta/console"};
	char exe[PATH_MAX], path[PATH_MAX + 64];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	char *slash;
	int r = BUNDLE_ABSENT;

	exe[n > 0 ? n : 0] = '\0';
	slash = strrchr(exe, '/');
	for (size_t i = 0; r == BUNDLE_ABSENT && slash != NULL &&
			   i < sizeof(places) / sizeof(places[0]);
		i++) {
		(void)snprintf(path, sizeof(path), "%.*s/%s", (int)(slash - exe), exe,
			places[i]);
		r = bundle_load(path, &f->bundle);
	}
	return r;
}

/* VEDETTA_WEB names another folder: for those who work on the console. */
static void
load_bundle(struct front *f)
{
	const char *given = getenv("VEDETTA_WEB");
	int r = given != NULL ? bundle_load(given, &f->bundle) : load_from_places(f);

	if (r != 0) {
		log_event(r == BUNDLE_ABSENT ? LOG_INFO : LOG_WARN, "console.no_bundle",
			"reason=%s",
			r == BUNDLE_ABSENT      ? "absent"
			: r == BUNDLE_TOO_LARGE ? "too_large"
						: strerrorname_np(-r));
	}
}

static void
open_basemap(struct front *f)
{
	int r = basemap_open(&f->basemap, f->config->console_basemap);

	if (r != 0) {
		log_event(LOG_WARN, "basemap.not_there", "reason=%s",
			r == BASEMAP_NO_PMTILES ? "no_pmtiles" : strerrorname_np(-r));
	}
}

static int
start_tick(struct front *f)
{
	const struct timeval every = {0, LIMIT_STREAM_TICK_MS * 1000};

	f->tick = event_new(f->base, -1, EV_PERSIST, on_tick, f);
	return f->tick != NULL && event_add(f->tick, &every) == 0 ? 0 : -ENOMEM;
}

static int
run(struct role *role, struct event_base *base)
{
	static const struct role_events events = {
		.on_line = on_line,
		.on_listener = on_listener,
		.on_drain = on_drain,
	};
	struct front *f = front_new(base, role_setup(role));
	int r = -ENOMEM;

	if (f == NULL) {
		return r;
	}
	f->role = role;
	if (f->board != NULL) {
		load_bundle(f);
		open_basemap(f);
	}
	tzset(); /* the last look at a file */
	r = sandbox_enter(NULL, 0);
	if (r == 0) {
		r = start_tick(f);
	}
	if (r == 0) {
		r = role_run(role, base, &events, f);
	}
	if (f->tick != NULL) {
		event_free(f->tick);
	}
	front_free(f);
	return r;
}

int
front_role_main(void)
{
	struct role *role;
	struct event_base *base;
	int r = role_open(&role);

	if (r != 0) {
		return EXIT_FAILURE;
	}
	if (sodium_init() < 0) {
		log_event(LOG_WARN, "front.no_random", NULL);
		return EXIT_FAILURE;
	}
	base = role_base_new();
	r = base != NULL ? run(role, base) : -ENOMEM;
	if (base != NULL) {
		event_base_free(base);
	}
	if (r != 0) {
		log_event(LOG_WARN, "front.failed", "reason=%s", strerrorname_np(-r));
	}
	return r == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
