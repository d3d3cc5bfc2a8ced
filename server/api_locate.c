/* api_locate - GET /v1/locate: open incidents that nobody can be sent to yet */
#include <stdlib.h>
#include <string.h>

#include "server/fields.h"
#include "server/filter.h"
#include "server/front.h"
#include "server/group.h"
#include "server/limits.h"
#include "server/reply.h"
#include "vedetta/v1/incident.pb-c.h"

enum {
	USUAL = 100, /* without limit= */
};

/* The worst class first, and in it who has waited longest. */
static bool
is_before(const struct board_entry *a, const struct board_entry *b)
{
	return a->facts.class_no != b->facts.class_no
		       ? a->facts.class_no < b->facts.class_no
		       : a->id < b->id;
}

struct listed {
	const struct board_entry *at[LIMIT_PAGE_INCIDENTS];
	size_t n;
	size_t limit;
	uint32_t total;
};

static void
insert(struct listed *l, const struct board_entry *e)
{
	size_t at;

	if (l->n == l->limit && !is_before(e, l->at[l->n - 1])) {
		return;
	}
	at = l->n < l->limit ? l->n++ : l->n - 1;
	for (; at > 0 && is_before(e, l->at[at - 1]); at--) {
		l->at[at] = l->at[at - 1];
	}
	l->at[at] = e;
}

static void
gather(const struct board *b, const struct filter *filter, struct listed *l)
{
	for (size_t slot = 0; slot < board_count(b); slot++) {
		const struct board_entry *e = board_at(b, slot);

		if (filter_matches(filter, &e->facts)) {
			l->total++;
			insert(l, e);
		}
	}
}

static void
reply_list(struct front *f, const struct asker *asker, const struct listed *l)
{
	Vedetta__V1__IncidentList list = VEDETTA__V1__INCIDENT_LIST__INIT;
	char id[GROUP_ID_BYTES];

	list.incidents = arena_alloc(f->work, (l->n + 1) * sizeof(list.incidents[0]));
	for (size_t i = 0; list.incidents != NULL && i < l->n; i++) {
		list.incidents[i] =
			vedetta__v1__incident__unpack(arena_allocator(f->work),
				l->at[i]->packed_bytes, l->at[i]->packed);
		if (list.incidents[i] == NULL) {
			list.incidents = NULL;
		}
	}
	if (list.incidents == NULL) {
		reply_problem(f, asker, PROBLEM_FAULT, NULL, NULL);
		return;
	}
	group_event_id(f->board, board_sequence(f->board), id);
	list.n_incidents = l->n;
	list.sequence = id;
	list.total = l->total;
	reply_message(f, asker, 200, &list.base, JSON_CANONICAL, NULL);
}

/* limit=, a number from 1 to the most a page has. */
static void
read_limit(const struct fields *query, struct trouble *trouble, size_t *out)
{
	const char *text = fields_get(query, "limit");
	char *end;
	long n;

	*out = USUAL;
	if (text == NULL) {
		return;
	}
	n = strtol(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || n < 1 ||
		n > LIMIT_PAGE_INCIDENTS) {
		trouble_add(trouble, "limit", "is not a number from 1 to %d",
			(int)LIMIT_PAGE_INCIDENTS);
		return;
	}
	*out = (size_t)n;
}

void
api_locate_get(struct front *f, const struct call *call)
{
	static const char *const others[] = {"limit", NULL};
	const char *text = call->request->query;
	struct listed listed = {.n = 0};
	struct trouble trouble;
	struct filter filter;
	struct fields query;

	if (!board_is_ready(f->board)) {
		reply_problem(f, &call->asker, PROBLEM_BOARD_LOADING, NULL, NULL);
		return;
	}
	trouble_init(&trouble);
	if (fields_from_urlencoded(text, strlen(text), f->arena, &trouble, &query) ==
		0) {
		(void)filter_read(&filter, &query, others, &trouble);
		filter.scope = call_who(f, call)->scope;
		area_list_resolve(f->areas, &filter, &trouble);
		read_limit(&query, &trouble, &listed.limit);
	}
	if (!trouble_is_empty(&trouble)) {
		reply_problem(f, &call->asker, PROBLEM_INVALID, &trouble, NULL);
		return;
	}
	filter.unplaced = 1;
	filter.status = VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_OPEN;
	gather(f->board, &filter, &listed);
	reply_list(f, &call->asker, &listed);
}
