#include "server/role.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/clock.h"
#include "server/descriptors.h"
#include "server/log.h"
#include "server/order.h"

struct role {
	struct role_setup setup;
	struct arena *arena;
	int64_t told_ms; /* when we last said that we live */
	struct spares spares;
};

/* Nothing of this process may be read by others or land in a file. */
static int
make_harmless(void)
{
	const struct rlimit none = {0, 0};

	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 ||
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
		setrlimit(RLIMIT_CORE, &none) != 0 ||
		signal(SIGPIPE, SIG_IGN) == SIG_ERR ||
		signal(SIGINT, SIG_IGN) == SIG_ERR) {
		return -errno;
	}
	return 0;
}

static int
map_page(int fd, size_t bytes, int protection, void **out)
{
	void *page = mmap(NULL, bytes, protection, MAP_SHARED, fd, 0);

	if (page == MAP_FAILED) {
		return -errno;
	}
	*out = page;
	return 0;
}

/* Descriptors of Setup: own page, the desk's crash page, everybody's pages. */
static int
map_pages(struct role_setup *setup, const Vedetta__V1__Setup *told,
	const struct order *order)
{
	size_t first = order->n_fds - told->n_pages;
	void *page = NULL;
	size_t i;
	int fault;

	if (order->n_fds < told->n_pages || told->n_pages > ROLE_PAGES_MAX ||
		first < 1 || first > 2) {
		return -EPROTO;
	}
	fault = map_page(
		order->fds[0], metrics_page_bytes(), PROT_READ | PROT_WRITE, &page);
	if (fault != 0) {
		return fault;
	}
	metrics_use(page);
	if (first == 2) {
		fault = map_page(order->fds[1], ROLE_CRASH_KEY_BYTES,
			PROT_READ | PROT_WRITE, &page);
		setup->crash_key = page;
	}
	for (i = 0; fault == 0 && i < told->n_pages; i++) {
		fault = map_page(
			order->fds[first + i], metrics_page_bytes(), PROT_READ, &page);
		setup->pages[i] = page;
	}
	setup->n_pages = told->n_pages;
	return fault;
}

static int
copy_setup(struct role_setup *setup, const Vedetta__V1__Setup *told)
{
	size_t i;

	(void)snprintf(setup->name, sizeof(setup->name), "%s", told->role);
	setup->index = told->index;
	setup->console = strncmp(told->role, "console-", 8) == 0;
	setup->raw_mode = told->raw_mode;
	config_init(&setup->config);
	for (i = 0; i < told->n_config; i++) {
		if (config_from_line(&setup->config, told->config[i]) != 0) {
			return -EPROTO;
		}
	}
	if (told->key.len != KEYS_BYTES || told->n_quarantine > ROLE_QUARANTINE_MAX) {
		return -EPROTO;
	}
	memcpy(setup->key, told->key.data, KEYS_BYTES);
	if (told->config_digest.len == ROLE_DIGEST_BYTES) {
		memcpy(setup->config_digest, told->config_digest.data,
			ROLE_DIGEST_BYTES);
	}
	if (told->exercise.len == KEYS_BYTES) {
		memcpy(setup->exercise_key, told->exercise.data, KEYS_BYTES);
	} else if (told->exercise.len != 0) {
		return -EPROTO;
	}
	for (i = 0; i < told->n_quarantine; i++) {
		if (told->quarantine[i].len != ROLE_CRASH_KEY_BYTES) {
			return -EPROTO;
		}
		memcpy(setup->quarantine[i], told->quarantine[i].data,
			ROLE_CRASH_KEY_BYTES);
	}
	setup->n_quarantine = told->n_quarantine;
	return 0;
}

static int
take_setup(struct role *r)
{
	const Vedetta__V1__Order *told;
	struct order order;
	int answer = order_receive(ROLE_FD, 0, FRAME_ORDER,
		&vedetta__v1__order__descriptor, r->arena, &order);

	if (answer != 0) {
		return answer < 0 ? answer : -EPROTO;
	}
	told = (const Vedetta__V1__Order *)order.message;
	answer = -EPROTO;
	if (told->what_case == VEDETTA__V1__ORDER__WHAT_SETUP) {
		answer = copy_setup(&r->setup, told->setup);
		if (answer == 0) {
			answer = map_pages(&r->setup, told->setup, &order);
		}
		explicit_bzero(told->setup->key.data, told->setup->key.len);
		explicit_bzero(told->setup->exercise.data, told->setup->exercise.len);
	}
	order_close_fds(&order);
	arena_reset(r->arena);
	return answer;
}

int
role_open(struct role **out)
{
	struct role *r = calloc(1, sizeof(*r));
	int fault = make_harmless();

	if (r != NULL) {
		r->arena = arena_new(ORDER_ARENA_BYTES);
	}
	if (r == NULL || r->arena == NULL) {
		fault = -ENOMEM;
	}
	if (fault == 0) {
		fault = take_setup(r);
	}
	if (fault != 0) {
		fprintf(stderr,
			"This program is started by `vedetta serve`, not by hand "
			"(%s).\n",
			strerror(-fault));
		if (r != NULL) {
			arena_free(r->arena);
		}
		free(r);
		return fault;
	}
	spares_init(&r->spares);
	role_keep_spares(r);
	log_open(r->setup.name, log_level_from(r->setup.config.log_level));
	*out = r;
	return 0;
}

const struct role_setup *
role_setup(const struct role *r)
{
	return &r->setup;
}

int
role_fd(const struct role *r)
{
	(void)r;
	return ROLE_FD;
}

/* Hands the order's one descriptor to the callee, or closes it. */
static void
obey(const Vedetta__V1__Order *told, struct order *order,
	const struct role_events *events, void *arg)
{
	if (told->what_case == VEDETTA__V1__ORDER__WHAT_LINE && order->n_fds == 1 &&
		events->on_line != NULL) {
		order->n_fds = 0;
		events->on_line(arg, told->line->kind, told->line->peer,
			told->line->console, order->fds[0]);
	} else if (told->what_case == VEDETTA__V1__ORDER__WHAT_LISTENER &&
		   order->n_fds == 1 && events->on_listener != NULL) {
		order->n_fds = 0;
		events->on_listener(arg, told->listener->kind, order->fds[0]);
	} else if (told->what_case == VEDETTA__V1__ORDER__WHAT_DRAIN) {
		events->on_drain(arg, told->drain->within_ms);
	} else {
		log_event(LOG_WARN, "role.odd_order", "what=%d fds=%zu",
			(int)told->what_case, order->n_fds);
	}
	order_close_fds(order);
}

void
role_keep_spares(struct role *r)
{
	(void)spares_keep(&r->spares);
}

bool
role_take_orders(struct role *r, const struct role_events *events, void *arg)
{
	struct order order;
	int answer;

	/* What came beside an order is lost when there is no place for it. */
	while (spares_keep(&r->spares)) {
		spares_give(&r->spares);
		answer = order_receive(ROLE_FD, MSG_DONTWAIT, FRAME_ORDER,
			&vedetta__v1__order__descriptor, r->arena, &order);
		if (answer == ORDER_NONE) {
			role_keep_spares(r);
			return true;
		}
		if (answer != 0) {
			/* Nobody is left to serve for; what is on disk is safe. */
			_exit(answer == ORDER_CLOSED ? 0 : 1);
		}
		obey((const Vedetta__V1__Order *)order.message, &order, events, arg);
		arena_reset(r->arena);
	}
	return false;
}

/* A supervisor that takes no news is as good as gone. */
static void
say(const Vedetta__V1__RoleNews *news)
{
	int fault = order_send(ROLE_FD, FRAME_NEWS, &news->base, NULL, 0);

	if (fault != 0) {
		log_event(LOG_WARN, "role.mute", "reason=\"%s\"", strerror(-fault));
	}
}

void
role_say_ready(struct role *r)
{
	Vedetta__V1__RoleNews news = VEDETTA__V1__ROLE_NEWS__INIT;

	(void)r;
	news.what_case = VEDETTA__V1__ROLE_NEWS__WHAT_READY;
	news.ready = true;
	say(&news);
}

void
role_say_alive(struct role *r)
{
	Vedetta__V1__RoleNews news = VEDETTA__V1__ROLE_NEWS__INIT;
	int64_t now_ms = clock_mono_ms();

	if (now_ms - r->told_ms < ROLE_ALIVE_EVERY_MS / 2) {
		return;
	}
	r->told_ms = now_ms;
	news.what_case = VEDETTA__V1__ROLE_NEWS__WHAT_ALIVE;
	news.alive = true;
	say(&news);
}

void
role_say_drained(struct role *r)
{
	Vedetta__V1__RoleNews news = VEDETTA__V1__ROLE_NEWS__INIT;

	(void)r;
	news.what_case = VEDETTA__V1__ROLE_NEWS__WHAT_DRAINED;
	news.drained = true;
	say(&news);
}

void
role_say_export(struct role *r)
{
	Vedetta__V1__RoleNews news = VEDETTA__V1__ROLE_NEWS__INIT;

	(void)r;
	news.what_case = VEDETTA__V1__ROLE_NEWS__WHAT_EXPORT;
	news.export = true;
	say(&news);
}

void
role_say_password(struct role *r)
{
	Vedetta__V1__RoleNews news = VEDETTA__V1__ROLE_NEWS__INIT;

	(void)r;
	news.what_case = VEDETTA__V1__ROLE_NEWS__WHAT_PASSWORD;
	news.password = true;
	say(&news);
}

void
role_say_stuck_front(struct role *r, uint32_t peer)
{
	Vedetta__V1__RoleNews news = VEDETTA__V1__ROLE_NEWS__INIT;

	(void)r;
	news.what_case = VEDETTA__V1__ROLE_NEWS__WHAT_STUCK_FRONT;
	news.stuck_front = peer;
	say(&news);
}
