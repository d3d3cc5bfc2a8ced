/* api_incident - the board as lists, one incident with its reports, events */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/clock.h"
#include "server/fields.h"
#include "server/filter.h"
#include "server/front.h"
#include "server/group.h"
#include "server/limits.h"
#include "server/office_ask.h"
#include "server/reply.h"
#include "server/umbrella_board.h"
#include "vedetta/v1/incident.pb-c.h"

enum {
	PAGE_INCIDENTS = 100, /* without limit= */
	PAGE_REPORTS = 50,
	CURSOR_BYTES = 128,
	PIECE_BYTES = 24,
};

/* limit=, or what is usual. */
static bool
read_limit(const struct fields *query, uint64_t usual, uint64_t max,
	struct trouble *trouble, uint64_t *out)
{
	const char *text = fields_get(query, "limit");

	*out = usual;
	if (text != NULL && (!fields_uint(text, max, out) || *out == 0)) {
		trouble_add(
			trouble, "limit", "is not a number from 1 to %" PRIu64, max);
		return false;
	}
	return true;
}

/* Says no, and false, when the query cannot be read at all. */
static bool
read_query(struct front *f, const struct call *call, struct trouble *trouble,
	struct fields *query)
{
	const char *text = call->request->query;

	trouble_init(trouble);
	if (fields_from_urlencoded(text, strlen(text), f->arena, trouble, query) == 0) {
		return true;
	}
	reply_problem(f, &call->asker, PROBLEM_INVALID, trouble, NULL);
	return false;
}

/* ---- GET /v1/incidents */

struct listing {
	struct filter filter;
	bool has_mark;
	struct board_mark mark;
	uint64_t sequence; /* of the board at the first page */
	uint64_t limit;
};

/* Moves *at behind the next '.'; what stood before it, in out. */
static bool
cut_piece(const char **at, char out[PIECE_BYTES])
{
	size_t bytes = strcspn(*at, ".");

	if ((*at)[bytes] == '\0' || bytes >= PIECE_BYTES) {
		return false;
	}
	memcpy(out, *at, bytes);
	out[bytes] = '\0';
	*at += bytes + 1;
	return true;
}

/* class.key.id.epoch-sequence: opaque to others, plain to us. */
static bool
read_cursor(const struct board *b, const char *text, struct listing *l)
{
	char class_no[PIECE_BYTES], key[PIECE_BYTES], id[PIECE_BYTES];
	uint64_t number, size;
	bool same_epoch;

	if (!cut_piece(&text, class_no) || !cut_piece(&text, key) ||
		!cut_piece(&text, id) || !fields_uint(class_no, UINT8_MAX, &number) ||
		!fields_uint(key + (key[0] == '-'), INT64_MAX, &size) ||
		!fields_uint(id, UINT64_MAX, &l->mark.id) ||
		!group_read_id(b, text, &l->sequence, &same_epoch)) {
		return false;
	}
	l->mark.class_no = (uint8_t)number;
	l->mark.key = key[0] == '-' ? -(int64_t)size : (int64_t)size;
	l->has_mark = true;
	return same_epoch;
}

static bool
read_listing(struct front *f, const struct who *who, const struct fields *query,
	struct trouble *trouble, struct listing *l)
{
	static const char *const others[] = {"cursor", "limit", "umbrella", NULL};
	const char *umbrella = fields_get(query, "umbrella");
	const char *cursor = fields_get(query, "cursor");
	uint64_t id;

	l->has_mark = false;
	l->sequence = board_sequence(f->board);
	(void)filter_read(&l->filter, query, others, trouble);
	l->filter.scope = who->scope;
	area_list_resolve(f->areas, &l->filter, trouble);
	(void)read_limit(
		query, PAGE_INCIDENTS, LIMIT_PAGE_INCIDENTS, trouble, &l->limit);
	if (umbrella != NULL && (!fields_uint(umbrella, UINT64_MAX, &id) || id == 0)) {
		trouble_add(trouble, "umbrella", "is not the id of an umbrella");
	} else if (umbrella != NULL) {
		/* One that merged is asked for by its old name, too. */
		l->filter.umbrella = umbrella_board_survivor(f->umbrellas, id);
		l->filter.umbrella = l->filter.umbrella == 0 ? id : l->filter.umbrella;
	}
	if (cursor != NULL && !read_cursor(f->board, cursor, l)) {
		trouble_add(trouble, "cursor",
			"is not one of this board: begin again without it");
	}
	return trouble_is_empty(trouble);
}

static void
write_cursor(const struct front *f, const struct listing *l,
	const struct board_entry *last, char out[CURSOR_BYTES])
{
	char id[GROUP_ID_BYTES];

	group_event_id(f->board, l->sequence, id);
	(void)snprintf(out, CURSOR_BYTES, "%u.%" PRId64 ".%" PRIu64 ".%s",
		(unsigned)last->facts.class_no, last->key, last->id, id);
}

/* IncidentList as JSON, from the states' ready JSON. */
static bool
write_json(struct front *f, const struct listing *l, const struct board_entry **entries,
	const struct board_selection *s, const char *next)
{
	char id[GROUP_ID_BYTES];
	bool ok = evbuffer_add(f->out, "{\"incidents\":[", 14) == 0;

	for (size_t i = 0; ok && i < s->n; i++) {
		ok = (i == 0 || evbuffer_add(f->out, ",", 1) == 0) &&
		     board_json(f->board, entries[i], f->work) != NULL &&
		     evbuffer_add(f->out, entries[i]->json, entries[i]->json_bytes) ==
			     0;
	}
	group_event_id(f->board, l->sequence, id);
	return ok &&
	       evbuffer_add_printf(f->out, "],\"sequence\":\"%s\",%s%s%s\"total\":%zu}",
		       id, next[0] != '\0' ? "\"next\":\"" : "", next,
		       next[0] != '\0' ? "\"," : "", s->n_matching) > 0;
}

static void
reply_protobuf(struct front *f, const struct asker *asker, const struct listing *l,
	const struct board_entry **entries, const struct board_selection *s, char *next)
{
	Vedetta__V1__IncidentList list = VEDETTA__V1__INCIDENT_LIST__INIT;
	char id[GROUP_ID_BYTES];

	list.incidents = arena_alloc(f->work, s->n * sizeof(list.incidents[0]));
	for (size_t i = 0; list.incidents != NULL && i < s->n; i++) {
		list.incidents[i] = board_state(entries[i], f->work);
		if (list.incidents[i] == NULL) {
			list.incidents = NULL;
		}
	}
	if (list.incidents == NULL) {
		reply_problem(f, asker, PROBLEM_FAULT, NULL, NULL);
		return;
	}
	group_event_id(f->board, l->sequence, id);
	list.n_incidents = s->n;
	list.sequence = id;
	list.next = next;
	list.total = (uint32_t)s->n_matching;
	reply_message(f, asker, 200, &list.base, JSON_CANONICAL, NULL);
}

void
api_incidents_get(struct front *f, const struct call *call)
{
	const struct board_entry *entries[LIMIT_PAGE_INCIDENTS];
	struct board_selection s;
	struct trouble trouble;
	struct fields query;
	struct listing l;
	char next[CURSOR_BYTES] = "";

	if (!board_is_ready(f->board)) {
		reply_problem(f, &call->asker, PROBLEM_BOARD_LOADING, NULL, NULL);
		return;
	}
	if (!read_query(f, call, &trouble, &query)) {
		return;
	}
	if (!read_listing(f, call_who(f, call), &query, &trouble, &l)) {
		reply_problem(f, &call->asker, PROBLEM_INVALID, &trouble, NULL);
		return;
	}
	/* Of a front that is ahead: what lies behind the mark there may not lie here.
	 */
	if (l.sequence > board_sequence(f->board)) {
		reply_problem(f, &call->asker, PROBLEM_BOARD_LOADING, NULL, NULL);
		return;
	}
	board_select(
		f->board, &l.filter, l.has_mark ? &l.mark : NULL, l.limit, entries, &s);
	if (s.more) {
		write_cursor(f, &l, entries[s.n - 1], next);
	}
	if (call->asker.form == ANSWER_PROTOBUF) {
		reply_protobuf(f, &call->asker, &l, entries, &s, next);
	} else if (write_json(f, &l, entries, &s, next)) {
		reply_out(f, &call->asker, 200, REPLY_JSON_TYPE, NULL);
	} else {
		(void)evbuffer_drain(f->out, evbuffer_get_length(f->out));
		reply_problem(f, &call->asker, PROBLEM_FAULT, NULL, NULL);
	}
}

/* ---- GET /v1/incidents/{id}, GET /v1/reports/{id} */

static bool
reply_unless_found(struct front *f, const struct ask_about *about,
	const Vedetta__V1__Answer *answer)
{
	if (answer != NULL &&
		answer->outcome == VEDETTA__V1__ANSWER_OUTCOME__ANSWER_OUTCOME_FOUND) {
		return false;
	}
	reply_problem(f, &about->asker,
		answer != NULL &&
				answer->outcome ==
					VEDETTA__V1__ANSWER_OUTCOME__ANSWER_OUTCOME_NOT_FOUND
			? PROBLEM_NOT_FOUND
			: PROBLEM_READERS_BUSY,
		NULL, NULL);
	return true;
}

static void
on_incident(void *arg, const struct ask_about *about, const Vedetta__V1__Answer *answer)
{
	struct front *f = arg;
	Vedetta__V1__IncidentPage empty = VEDETTA__V1__INCIDENT_PAGE__INIT,
				  *page = &empty;
	const struct board_entry *e = board_find(f->board, about->number);
	struct who who;

	arena_reset(f->work);
	/* It may have left the areas of who asked meanwhile, or who asked may have. */
	if (e != NULL &&
		(!who_asked(f, &about->asker, &who) || !who_sees(&who, &e->facts))) {
		e = NULL;
	}
	if (reply_unless_found(f, about, answer)) {
		return;
	}
	if (answer->incident != NULL) {
		page = answer->incident;
	}
	/* The state is the board's: the reader knows the rows only. */
	page->incident = e != NULL ? board_state(e, f->work) : NULL;
	if (page->incident == NULL) {
		reply_problem(f, &about->asker,
			e == NULL ? PROBLEM_NOT_FOUND : PROBLEM_FAULT, NULL, NULL);
		return;
	}
	for (size_t i = 0; i < page->n_reports; i++) {
		who_conceal(&who, page->reports[i]);
	}
	reply_message(f, &about->asker, 200, &page->base, JSON_CANONICAL, NULL);
	office_note_seen(f, &about->asker,
		VEDETTA__V1__AUDIT_KIND__AUDIT_KIND_INCIDENT_SEEN, about->number, 0,
		"");
}

static void
refuse_strangers(
	const struct fields *query, const char *const *names, struct trouble *trouble)
{
	for (size_t i = 0; i < query->n; i++) {
		size_t j = 0;

		while (names[j] != NULL && strcmp(names[j], query->at[i].name) != 0) {
			j++;
		}
		if (names[j] == NULL) {
			trouble_add(trouble, query->at[i].name,
				"is not a parameter of this path");
		}
	}
}

void
api_incident_get(struct front *f, const struct call *call)
{
	static const char *const names[] = {"before", "limit", NULL};
	Vedetta__V1__IncidentQuestion incident = VEDETTA__V1__INCIDENT_QUESTION__INIT;
	Vedetta__V1__Question question = VEDETTA__V1__QUESTION__INIT;
	const struct board_entry *e = NULL;
	struct trouble trouble;
	struct fields query;
	const char *before;
	uint64_t id, limit;

	if (!board_is_ready(f->board)) {
		reply_problem(f, &call->asker, PROBLEM_BOARD_LOADING, NULL, NULL);
		return;
	}
	if (fields_uint(call->parameter, UINT64_MAX, &id)) {
		e = board_find(f->board, id);
	}
	if (e == NULL || !who_sees(call_who(f, call), &e->facts)) {
		reply_problem(f, &call->asker, PROBLEM_NOT_FOUND, NULL, NULL);
		return;
	}
	if (!read_query(f, call, &trouble, &query)) {
		return;
	}
	refuse_strangers(&query, names, &trouble);
	incident.id = id;
	incident.before = e->sequence;
	before = fields_get(&query, "before");
	if (before != NULL && !fields_uint(before, UINT64_MAX, &incident.before)) {
		trouble_add(&trouble, "before", "is not what next said");
	}
	(void)read_limit(&query, PAGE_REPORTS, LIMIT_PAGE_REPORTS, &trouble, &limit);
	if (!trouble_is_empty(&trouble)) {
		reply_problem(f, &call->asker, PROBLEM_INVALID, &trouble, NULL);
		return;
	}
	incident.limit = (uint32_t)limit;
	question.about_case = VEDETTA__V1__QUESTION__ABOUT_INCIDENT;
	question.incident = &incident;
	front_ask(f, call, ASK_LONG, &question, id, on_incident);
}

static void
on_report(void *arg, const struct ask_about *about, const Vedetta__V1__Answer *answer)
{
	struct front *f = arg;
	struct who who;

	arena_reset(f->work);
	if (reply_unless_found(f, about, answer)) {
		return;
	}
	if (!who_asked(f, &about->asker, &who) ||
		!who_sees_incident(f, &who, answer->report_in)) {
		reply_problem(f, &about->asker, PROBLEM_NOT_FOUND, NULL, NULL);
		return;
	}
	if (answer->report == NULL) {
		reply_problem(f, &about->asker, PROBLEM_FAULT, NULL, NULL);
		return;
	}
	who_conceal(&who, answer->report);
	reply_message(
		f, &about->asker, 200, &answer->report->base, JSON_CANONICAL, NULL);
	office_note_seen(f, &about->asker,
		VEDETTA__V1__AUDIT_KIND__AUDIT_KIND_REPORT_SEEN, answer->report_in,
		answer->report->id, "");
}

void
api_stored_report_get(struct front *f, const struct call *call)
{
	Vedetta__V1__Question question = VEDETTA__V1__QUESTION__INIT;
	uint64_t id;

	if (!fields_uint(call->parameter, INT64_MAX, &id) || id == 0) {
		reply_problem(f, &call->asker, PROBLEM_NOT_FOUND, NULL, NULL);
		return;
	}
	question.about_case = VEDETTA__V1__QUESTION__ABOUT_REPORT;
	question.report = id;
	front_ask(f, call, ASK_SHORT, &question, id, on_report);
}

/* ---- GET /v1/events */

void
api_events_get(struct front *f, const struct call *call)
{
	static const char *const others[] = {"after", NULL};
	static const char headers[] = "Cache-Control: no-store\r\n"
				      "X-Accel-Buffering: no\r\n"
				      "X-Content-Type-Options: nosniff\r\n";
	/* A browser that comes back says in the header how far it got. */
	const char *after = http_header(call->request, "Last-Event-ID");
	struct filter filter;
	struct trouble trouble;
	struct fields query;
	uint64_t sequence;
	bool same_epoch;

	if (!read_query(f, call, &trouble, &query)) {
		return;
	}
	(void)filter_read(&filter, &query, others, &trouble);
	filter.scope = call_who(f, call)->scope;
	area_list_resolve(f->areas, &filter, &trouble);
	if (after == NULL || after[0] == '\0') {
		after = fields_get(&query, "after");
	}
	if (after != NULL && !group_read_id(f->board, after, &sequence, &same_epoch)) {
		trouble_add(
			&trouble, "after", "is not a sequence of ours (epoch-number)");
	}
	if (!trouble_is_empty(&trouble)) {
		reply_problem(f, &call->asker, PROBLEM_INVALID, &trouble, NULL);
		return;
	}
	if (hub_open(f->hub, &call->asker, &filter, after != NULL ? after : "", headers,
		    clock_mono_ms()) != 0 &&
		http_is_waiting(call->asker.server, call->asker.handle)) {
		reply_problem(f, &call->asker, PROBLEM_FAULT, NULL, NULL);
	}
}
