/* api_umbrella - what hangs together: the list, one of them, where it is silent */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "dispatch/hazard.h"
#include "dispatch/no_news_view.h"
#include "server/fields.h"
#include "server/front.h"
#include "server/limits.h"
#include "server/reply.h"
#include "server/umbrella_board.h"
#include "server/umbrella_scope.h"

#define OBSTACLE(name) VEDETTA__V1__SILENCE_OBSTACLE__SILENCE_OBSTACLE_##name

enum {
	PAGE_UMBRELLAS = 100, /* without limit= */
	PAGE_UMBRELLAS_MOST = 500,
	LOCATION_BYTES = 64,
};

struct listing {
	uint64_t limit;
	int exercise; /* -1: both */
};

static void
read_parameter(const char *name, const char *value, struct trouble *trouble,
	struct listing *listing)
{
	if (strcmp(name, "limit") == 0) {
		if (!fields_uint(value, PAGE_UMBRELLAS_MOST, &listing->limit) ||
			listing->limit == 0) {
			trouble_add(trouble, "limit", "is not a number from 1 to %d",
				PAGE_UMBRELLAS_MOST);
		}
	} else if (strcmp(name, "exercise") == 0) {
		listing->exercise = strcmp(value, "true") == 0;
		if (!listing->exercise && strcmp(value, "false") != 0) {
			trouble_add(trouble, "exercise", "is neither true nor false");
		}
	} else {
		trouble_add(trouble, name, "is not a parameter of this path");
	}
}

static bool
read_listing(struct front *f, const struct call *call, struct listing *listing)
{
	const char *text = call->request->query;
	struct trouble trouble;
	struct fields query;

	*listing = (struct listing){PAGE_UMBRELLAS, -1};
	trouble_init(&trouble);
	if (fields_from_urlencoded(text, strlen(text), f->arena, &trouble, &query) ==
		0) {
		for (size_t i = 0; i < query.n; i++) {
			read_parameter(
				query.at[i].name, query.at[i].value, &trouble, listing);
		}
	}
	if (!trouble_is_empty(&trouble)) {
		reply_problem(f, &call->asker, PROBLEM_INVALID, &trouble, NULL);
		return false;
	}
	return true;
}

/*
 * One is seen by who sees any of its incidents, with the figures of these; so there are
 * no more in all than that either.
 */
static int
leave_out_unseen(struct front *f, const struct who *who, uint64_t limit,
	Vedetta__V1__UmbrellaList *list)
{
	int r = umbrella_scope_narrow(
		f->board, who->scope, f->work, list->umbrellas, &list->n_umbrellas);

	if (r == 0 && who->scope != NULL) {
		list->total = (uint32_t)list->n_umbrellas;
		list->n_umbrellas =
			list->n_umbrellas < limit ? list->n_umbrellas : (size_t)limit;
	}
	return r;
}

void
api_umbrellas_get(struct front *f, const struct call *call)
{
	const struct who *who;
	Vedetta__V1__UmbrellaList list;
	struct listing listing;

	if (!board_is_ready(f->board)) {
		reply_problem(f, &call->asker, PROBLEM_BOARD_LOADING, NULL, NULL);
		return;
	}
	if (!read_listing(f, call, &listing)) {
		return;
	}
	who = call_who(f, call);
	if (umbrella_board_list(f->umbrellas, listing.exercise,
		    who->scope == NULL ? listing.limit : PAGE_UMBRELLAS_MOST, f->work,
		    &list) != 0 ||
		leave_out_unseen(f, who, listing.limit, &list) != 0) {
		reply_problem(f, &call->asker, PROBLEM_FAULT, NULL, NULL);
		return;
	}
	reply_message(f, &call->asker, 200, &list.base, JSON_CANONICAL, NULL);
}

/* The umbrella of the path, or what is answered when there is none. */
static Vedetta__V1__Umbrella *
find_umbrella(struct front *f, const struct call *call, uint64_t *id)
{
	Vedetta__V1__Umbrella *state = NULL;
	bool short_of_memory = false;
	uint64_t survivor;
	size_t n;

	if (!board_is_ready(f->board)) {
		reply_problem(f, &call->asker, PROBLEM_BOARD_LOADING, NULL, NULL);
		return NULL;
	}
	if (fields_uint(call->parameter, UINT64_MAX, id)) {
		state = umbrella_board_find(
			f->umbrellas, *id, f->work, &short_of_memory);
	}
	survivor = umbrella_board_survivor(f->umbrellas, *id);
	if (state != NULL && !who_sees_umbrella(f, call_who(f, call), survivor)) {
		state = NULL;
	}
	/* One that merged only says where it lives on. */
	n = state != NULL && survivor == *id;
	if (n > 0 && umbrella_scope_narrow(f->board, call_who(f, call)->scope, f->work,
			     &state, &n) != 0) {
		state = NULL;
		short_of_memory = true;
	}
	if (state == NULL) {
		reply_problem(f, &call->asker,
			short_of_memory ? PROBLEM_FAULT : PROBLEM_NOT_FOUND, NULL,
			NULL);
	}
	return state;
}

/* One that merged answers with where it lives on. */
void
api_umbrella_get(struct front *f, const struct call *call)
{
	char location[LOCATION_BYTES];
	Vedetta__V1__Umbrella *state;
	uint64_t id = 0, survivor;

	state = find_umbrella(f, call, &id);
	if (state == NULL) {
		return;
	}
	survivor = umbrella_board_survivor(f->umbrellas, id);
	if (survivor != id) {
		(void)snprintf(location, sizeof(location),
			"Location: /v1/umbrellas/%" PRIu64 "\r\n", survivor);
		reply_message(
			f, &call->asker, 308, &state->base, JSON_CANONICAL, location);
		return;
	}
	reply_message(f, &call->asker, 200, &state->base, JSON_CANONICAL, NULL);
}

/* Why nobody looks for silent municipalities in it, or has not yet. */
static void
write_obstacle(const Vedetta__V1__Umbrella *u, Vedetta__V1__SilenceView *view)
{
	if (u->status != VEDETTA__V1__UMBRELLA_STATUS__UMBRELLA_STATUS_OPEN) {
		view->obstacle = OBSTACLE(OVER);
		view->note = (char *)"the event is over";
	} else if (strcmp(u->event_group, event_group_name(EVENT_GROUP_LOCAL)) == 0) {
		view->obstacle = OBSTACLE(GROUP);
		view->note =
			(char *)"only seismic, hydro and fire events are looked at";
	} else if (!u->maxi) {
		view->obstacle = OBSTACLE(SMALL);
		view->note = (char *)"only large events are looked at: more than 30 "
				     "incidents, or 3 km";
	} else {
		view->obstacle = OBSTACLE(NOT_YET);
		view->note = (char *)"nobody has looked yet";
	}
}

static void
leave_out_places(struct front *f, const struct who *who, Vedetta__V1__SilenceView *view)
{
	size_t n = 0;

	for (size_t i = 0; i < view->n_places; i++) {
		if (who_sees_area(f, who, view->places[i]->area)) {
			view->places[n++] = view->places[i];
		}
	}
	view->n_places = n;
}

void
api_silence_get(struct front *f, const struct call *call)
{
	Vedetta__V1__SilenceView none = VEDETTA__V1__SILENCE_VIEW__INIT;
	Vedetta__V1__SilenceView *view = &none;
	Vedetta__V1__Umbrella *umbrella;
	char location[LOCATION_BYTES];
	const uint8_t *bytes;
	size_t n_bytes;
	uint64_t id = 0, survivor;

	umbrella = find_umbrella(f, call, &id);
	if (umbrella == NULL) {
		return;
	}
	none.umbrella_id = id;
	write_obstacle(umbrella, &none);
	if (none.obstacle == OBSTACLE(NOT_YET) &&
		no_news_views_find(&f->silence, id, &bytes, &n_bytes)) {
		view = vedetta__v1__silence_view__unpack(
			arena_allocator(f->work), n_bytes, bytes);
	}
	if (view != NULL) {
		leave_out_places(f, call_who(f, call), view);
	}
	survivor = umbrella_board_survivor(f->umbrellas, id);
	(void)snprintf(location, sizeof(location),
		"Location: /v1/umbrellas/%" PRIu64 "/silence\r\n", survivor);
	if (view == NULL) {
		reply_problem(f, &call->asker, PROBLEM_FAULT, NULL, NULL);
	} else if (survivor != id) {
		reply_message(
			f, &call->asker, 308, &view->base, JSON_CANONICAL, location);
	} else {
		reply_message(f, &call->asker, 200, &view->base, JSON_CANONICAL, NULL);
	}
}
