/* The life of a front: what it holds, what each tick does, who is there. */
#include "server/front.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "server/clock.h"
#include "server/export_job.h"
#include "server/limits.h"
#include "server/office_ask.h"
#include "server/presence.h"
#include "server/reply.h"

enum {
	/* Answers: a page of states, each with what JSON makes of it. */
	WORK_ARENA_BYTES = 16 * 1024 * 1024,
	/* Frames of states are larger than any request. */
	FRAME_ARENA_BYTES = 8 * 1024 * 1024,
	USED_EVERY_MS = 30 * 1000,
	USED_AT_ONCE = 1000,
};

bool
front_is_staffed(const struct front *f)
{
	return f->desk != NULL && f->staff != NULL && f->staff->staffed;
}

enum page_staff
front_staff(const struct front *f)
{
	return !front_is_staffed(f) ? PAGE_UNSTAFFED
	       : f->staff->partly   ? PAGE_PARTLY
				    : PAGE_STAFFED;
}

/* Is one of the areas told, or where it lies? See duty.h. */
static bool
is_among(char *const *told, size_t n_told, char *const *codes, size_t n, bool is_known)
{
	for (size_t i = 0; i < n_told; i++) {
		if (strcmp(told[i], "*") == 0 ||
			(strcmp(told[i], DUTY_EVERY_AREA) == 0 &&
				(n > 0 || !is_known)) ||
			(strcmp(told[i], DUTY_OUTSIDE) == 0 && n == 0)) {
			return true;
		}
		for (size_t k = 0; k < n; k++) {
			if (strcmp(told[i], codes[k]) == 0) {
				return true;
			}
		}
	}
	return false;
}

bool
front_is_staffed_for(const struct front *f, char *const *codes, size_t n, bool is_known)
{
	return front_is_staffed(f) &&
	       is_among(f->staff->staffed_areas, f->staff->n_staffed_areas, codes, n,
		       is_known);
}

bool
front_is_served(const struct front *f, char *const *codes, size_t n)
{
	return f->staff == NULL || f->staff->n_served_areas == 0 ||
	       is_among(f->staff->served_areas, f->staff->n_served_areas, codes, n,
		       true);
}

void
front_ask(struct front *f, const struct call *call, enum ask_queue queue,
	const Vedetta__V1__Question *question, uint64_t number, ask_done done)
{
	struct ask_about about = {call->asker, number, clock_mono_us()};

	if (ask_put(f->ask, queue, question, &about, done) != 0) {
		reply_problem(f, &call->asker, PROBLEM_READERS_BUSY, NULL, NULL);
	}
}

static void
use_session(void *arg, uint64_t session)
{
	office_view_use(((struct front *)arg)->office, session);
}

/* Who has a stream open, or asked for something, is there: the desk hears of it. */
static void
tell_used(struct front *f, int64_t now_ms)
{
	Vedetta__V1__OfficeInput in = VEDETTA__V1__OFFICE_INPUT__INIT;
	Vedetta__V1__UsedInput used = VEDETTA__V1__USED_INPUT__INIT;
	uint64_t ids[USED_AT_ONCE];

	if (f->desk == NULL || now_ms - f->told_used_ms < USED_EVERY_MS) {
		return;
	}
	f->told_used_ms = now_ms;
	hub_each_session(f->hub, use_session, f);
	used.sessions = ids;
	used.n_sessions = office_view_used(f->office, ids, USED_AT_ONCE);
	if (used.n_sessions > 0) {
		arena_reset(f->arena);
		in.what_case = VEDETTA__V1__OFFICE_INPUT__WHAT_USED;
		in.used = &used;
		office_tell_desk(f, &in);
	}
}

void
front_tick(struct front *f)
{
	int64_t now_us = clock_mono_us();
	size_t connections = 0;

	api_report_give_up(f, now_us);
	ask_expire(f->ask, now_us);
	api_export_tick(f, now_us / 1000);
	if (f->hub != NULL) {
		hub_tick(f->hub, f->desk != NULL, now_us / 1000);
		tell_used(f, now_us / 1000);
		presence_tell(f, now_us / 1000);
	}
	for (size_t i = 0; i < FRONT_LISTENERS; i++) {
		if (f->listeners[i].server != NULL) {
			connections += http_server_connections(f->listeners[i].server);
		}
	}
	metrics_set(METRIC_CONNECTIONS, connections);
}

/* ---- birth */

static int
make_board(struct front *f)
{
	f->board = board_new();
	f->areas = area_list_new();
	f->office = office_view_new();
	if (f->areas == NULL || f->office == NULL) {
		return -ENOMEM;
	}
	f->umbrellas = umbrella_board_new();
	f->looking = looking_view_new();
	f->looked = looking_new();
	f->hub = f->board != NULL && f->umbrellas != NULL && f->looking != NULL &&
				 f->looked != NULL
			 ? hub_new(f->board, f->umbrellas)
			 : NULL;
	if (f->hub == NULL) {
		return -ENOMEM;
	}
	hub_use_looking(f->hub, f->looking, f->office);
	return 0;
}

void
front_free(struct front *f)
{
	if (f == NULL) {
		return;
	}
	hub_free(f->hub);
	for (size_t i = 0; i < FRONT_LISTENERS; i++) {
		http_server_free(f->listeners[i].server);
	}
	line_free(f->desk);
	ask_free(f->ask);
	pending_free(f->pending);
	board_free(f->board);
	area_list_free(f->areas);
	office_view_free(f->office);
	vedetta__v1__provider_state__free_unpacked(f->provider, NULL);
	umbrella_board_free(f->umbrellas);
	looking_view_free(f->looking);
	looking_free(f->looked);
	no_news_views_fini(&f->silence);
	vedetta__v1__duty__free_unpacked(f->staff, NULL);
	vedetta__v1__duty_now__free_unpacked(f->duty_now, NULL);
	duty_free(f->duty);
	bundle_free(f->bundle);
	export_job_free(f->export_job);
	basemap_close(&f->basemap);
	page_free(f->page);
	arena_free(f->arena);
	arena_free(f->work);
	if (f->out != NULL) {
		evbuffer_free(f->out);
	}
	free(f);
}

struct front *
front_new(struct event_base *base, const struct role_setup *setup)
{
	struct front *f = calloc(1, sizeof(*f));
	struct page_options options = {
		.emergency_number = setup->config.emergency_number,
		.desk_name = setup->config.desk_name,
		.language = setup->config.language,
	};

	if (f == NULL) {
		return NULL;
	}
	f->setup = setup;
	f->basemap.fd = -1;
	no_news_views_init(&f->silence);
	f->config = &setup->config;
	f->base = base;
	f->desk_lost_ms = clock_mono_ms();
	source_keys_init(&f->keys, setup->key);
	f->page = page_new(&options);
	f->arena =
		arena_new(setup->console ? FRAME_ARENA_BYTES : LIMIT_INPUT_ARENA_BYTES);
	f->work = arena_new(WORK_ARENA_BYTES);
	f->out = evbuffer_new();
	f->pending = pending_new(LIMIT_PENDING_INPUTS, LIMIT_PENDING_INPUT_BYTES);
	f->ask = ask_new(base, f);
	if (f->page == NULL || f->arena == NULL || f->work == NULL || f->out == NULL ||
		f->pending == NULL || f->ask == NULL ||
		(setup->console && make_board(f) != 0)) {
		front_free(f);
		return NULL;
	}
	return f;
}
