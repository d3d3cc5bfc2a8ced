/* api_umbrella - what hangs together: the list, and one of them */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "server/fields.h"
#include "server/front.h"
#include "server/limits.h"
#include "server/reply.h"
#include "server/umbrella_board.h"

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

void
api_umbrellas_get(struct front *f, const struct call *call)
{
	Vedetta__V1__UmbrellaList list;
	struct listing listing;

	if (!board_is_ready(f->board)) {
		reply_problem(f, &call->asker, PROBLEM_BOARD_LOADING, NULL, NULL);
		return;
	}
	if (!read_listing(f, call, &listing)) {
		return;
	}
	if (umbrella_board_list(f->umbrellas, listing.exercise, listing.limit, f->work,
		    &list) != 0) {
		reply_problem(f, &call->asker, PROBLEM_FAULT, NULL, NULL);
		return;
	}
	reply_message(f, &call->asker, 200, &list.base, JSON_CANONICAL, NULL);
}

/* One that merged answers with where it lives on. */
void
api_umbrella_get(struct front *f, const struct call *call)
{
	char location[LOCATION_BYTES];
	Vedetta__V1__Umbrella *state = NULL;
	bool short_of_memory = false;
	uint64_t id = 0, survivor;

	if (!board_is_ready(f->board)) {
		reply_problem(f, &call->asker, PROBLEM_BOARD_LOADING, NULL, NULL);
		return;
	}
	if (fields_uint(call->parameter, UINT64_MAX, &id)) {
		state = umbrella_board_find(
			f->umbrellas, id, f->work, &short_of_memory);
	}
	if (state == NULL) {
		reply_problem(f, &call->asker,
			short_of_memory ? PROBLEM_FAULT : PROBLEM_NOT_FOUND, NULL,
			NULL);
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
