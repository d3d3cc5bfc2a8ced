/* api_area - GET /v1/areas: who sees what happens somewhere, by name */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "server/fields.h"
#include "server/front.h"
#include "server/limits.h"
#include "server/reply.h"

enum {
	USUAL = 50, /* without limit= */
	WORDS_MOST_BYTES = 200,
	CURSOR_BYTES = FILTER_AREA_BYTES + 8,
};

static bool
read_level(const char *text, unsigned *level)
{
	static const char *const names[] = {
		NULL, "nation", "region", "province", "municipality", "sector"};

	for (unsigned i = 1; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(text, names[i]) == 0) {
			*level = i;
			return true;
		}
	}
	return false;
}

/* A digit for each of rank and level, then the code: opaque to others. */
static bool
read_cursor(const char *text, struct area_list_mark *mark)
{
	size_t bytes = strlen(text);

	if (bytes < 3 || bytes - 2 >= sizeof(mark->code) || text[0] < '0' ||
		text[0] > '9' || text[1] < '0' || text[1] > '9') {
		return false;
	}
	mark->rank = (unsigned)(text[0] - '0');
	mark->level = (unsigned)(text[1] - '0');
	memcpy(mark->code, text + 2, bytes - 1);
	return true;
}

static void
read_parameter(const struct front *f, const char *name, const char *value,
	struct trouble *trouble, struct area_list_query *q, struct area_list_mark *mark)
{
	uint64_t limit;

	if (strcmp(name, "limit") == 0) {
		if (!fields_uint(value, AREA_LIST_PAGE_MOST, &limit) || limit == 0) {
			trouble_add(trouble, name, "is not a number from 1 to %d",
				AREA_LIST_PAGE_MOST);
		} else {
			q->limit = (size_t)limit;
		}
	} else if (strcmp(name, "level") == 0) {
		if (!read_level(value, &q->level)) {
			trouble_add(trouble, name,
				"is none of nation, region, province, municipality, "
				"sector");
		}
	} else if (strcmp(name, "q") == 0) {
		q->words = value[0] == '\0' ? NULL : value;
		if (strlen(value) > WORDS_MOST_BYTES) {
			trouble_add(trouble, name, "is longer than %d bytes",
				WORDS_MOST_BYTES);
		}
	} else if (strcmp(name, "parent") == 0) {
		q->parent = value;
		if (!area_list_has(f->areas, value)) {
			trouble_add(trouble, name, "is not the code of an area");
		}
	} else if (strcmp(name, "cursor") == 0) {
		q->behind = mark;
		if (!read_cursor(value, mark)) {
			trouble_add(trouble, name, "is not one of this list");
		}
	} else {
		trouble_add(trouble, name, "is not a parameter of this path");
	}
}

/* Says no, and false, when the query is not in order. */
static bool
read_query(struct front *f, const struct call *call, struct area_list_query *q,
	struct area_list_mark *mark)
{
	const char *text = call->request->query;
	struct trouble trouble;
	struct fields query;

	*q = (struct area_list_query){.limit = USUAL};
	trouble_init(&trouble);
	if (fields_from_urlencoded(text, strlen(text), f->arena, &trouble, &query) ==
		0) {
		for (size_t i = 0; i < query.n; i++) {
			read_parameter(f, query.at[i].name, query.at[i].value, &trouble,
				q, mark);
		}
	}
	if (!trouble_is_empty(&trouble)) {
		reply_problem(f, &call->asker, PROBLEM_INVALID, &trouble, NULL);
		return false;
	}
	return true;
}

void
api_areas_get(struct front *f, const struct call *call)
{
	struct area_list_mark behind, last;
	struct area_list_query query;
	Vedetta__V1__AreaList list;
	char next[CURSOR_BYTES];
	bool more;

	if (!board_is_ready(f->board)) {
		reply_problem(f, &call->asker, PROBLEM_BOARD_LOADING, NULL, NULL);
		return;
	}
	if (!read_query(f, call, &query, &behind)) {
		return;
	}
	if (area_list_find(f->areas, &query, f->work, &list, &last, &more) != 0) {
		reply_problem(f, &call->asker, PROBLEM_FAULT, NULL, NULL);
		return;
	}
	if (more) {
		(void)snprintf(next, sizeof(next), "%u%u%s", last.rank % 10,
			last.level % 10, last.code);
		list.next = next;
	}
	reply_message(f, &call->asker, 200, &list.base, JSON_CANONICAL, NULL);
}
