/* api_search - questions over all reports: pages, counts, outlines */
#include <inttypes.h>
#include <string.h>

#include "dispatch/hazard.h"
#include "server/fields.h"
#include "server/front.h"
#include "server/reply.h"
#include "server/search_query.h"

#define GEOJSON_TYPE "application/geo+json"

/* Says no, and false, when the query is not one. */
static bool
read_query(struct front *f, const struct call *call, enum search_about about,
	struct search_query *out)
{
	const char *text = call->request->query;
	struct trouble trouble;
	struct fields query;

	trouble_init(&trouble);
	if (fields_from_urlencoded(text, strlen(text), f->arena, &trouble, &query) ==
			0 &&
		search_query_read(&query, about, f->arena, &trouble, out) == 0) {
		return true;
	}
	reply_problem(f, &call->asker, PROBLEM_INVALID, &trouble, NULL);
	return false;
}

/* Replies itself, and true, unless there is something to show. */
static bool
reply_unless_found(struct front *f, const struct ask_about *about,
	const Vedetta__V1__Answer *answer)
{
	struct trouble trouble;

	if (answer == NULL) {
		reply_problem(f, &about->asker, PROBLEM_READERS_BUSY, NULL, NULL);
		return true;
	}
	switch (answer->outcome) {
	case VEDETTA__V1__ANSWER_OUTCOME__ANSWER_OUTCOME_FOUND:
		return false;
	case VEDETTA__V1__ANSWER_OUTCOME__ANSWER_OUTCOME_REFUSED:
		trouble_init(&trouble);
		trouble_add(&trouble, answer->refused, "%s", answer->reason);
		reply_problem(f, &about->asker, PROBLEM_INVALID, &trouble, NULL);
		return true;
	case VEDETTA__V1__ANSWER_OUTCOME__ANSWER_OUTCOME_TOO_SLOW:
		reply_problem(f, &about->asker, PROBLEM_TOO_SLOW, NULL, NULL);
		return true;
	case VEDETTA__V1__ANSWER_OUTCOME__ANSWER_OUTCOME_NOT_FOUND:
	case VEDETTA__V1__ANSWER_OUTCOME__ANSWER_OUTCOME_UNSPECIFIED:
	case VEDETTA__V1__ANSWER_OUTCOME__ANSWER_OUTCOME_FAULT:
	case _VEDETTA__V1__ANSWER_OUTCOME_IS_INT_SIZE:
		break;
	}
	reply_problem(f, &about->asker, PROBLEM_READERS_BUSY, NULL, NULL);
	return true;
}

/* ---- GET /v1/reports */

static void
on_page(void *arg, const struct ask_about *about, const Vedetta__V1__Answer *answer)
{
	Vedetta__V1__ReportPage empty = VEDETTA__V1__REPORT_PAGE__INIT;
	struct front *f = arg;

	arena_reset(f->work);
	if (!reply_unless_found(f, about, answer)) {
		reply_message(f, &about->asker, 200,
			answer->search != NULL ? &answer->search->base : &empty.base,
			JSON_CANONICAL, NULL);
	}
}

void
api_reports_get(struct front *f, const struct call *call)
{
	Vedetta__V1__Question question = VEDETTA__V1__QUESTION__INIT;
	struct search_query query;

	if (read_query(f, call, SEARCH_REPORTS, &query)) {
		question.about_case = VEDETTA__V1__QUESTION__ABOUT_SEARCH;
		question.search = &query.question;
		front_ask(f, call, ASK_SHORT, &question, 0, on_page);
	}
}

/* ---- GET /v1/counts */

static void
on_counts(void *arg, const struct ask_about *about, const Vedetta__V1__Answer *answer)
{
	Vedetta__V1__CountList empty = VEDETTA__V1__COUNT_LIST__INIT;
	struct front *f = arg;

	arena_reset(f->work);
	if (!reply_unless_found(f, about, answer)) {
		reply_message(f, &about->asker, 200,
			answer->count != NULL ? &answer->count->base : &empty.base,
			JSON_CANONICAL, NULL);
	}
}

void
api_counts_get(struct front *f, const struct call *call)
{
	Vedetta__V1__CountQuestion count = VEDETTA__V1__COUNT_QUESTION__INIT;
	Vedetta__V1__Question question = VEDETTA__V1__QUESTION__INIT;
	struct search_query query;

	if (read_query(f, call, SEARCH_COUNTS, &query)) {
		count.of = &query.question;
		count.by_area = query.by_area;
		count.by_hour = query.by_hour;
		question.about_case = VEDETTA__V1__QUESTION__ABOUT_COUNT;
		question.count = &count;
		front_ask(f, call, ASK_LONG, &question, 0, on_counts);
	}
}

/* ---- GET /v1/outlines: GeoJSON (RFC 7946) */

static bool
write_outline(struct evbuffer *out, const Vedetta__V1__Outline *o, bool first)
{
	const struct hazard *hazard = hazard_by_number((uint8_t)o->hazard);
	bool ok =
		evbuffer_add_printf(out,
			"%s{\"type\":\"Feature\",\"id\":\"%" PRIu64
			"\",\"properties\":{\"kind\":\"incident\",\"hazard\":\"%s\","
			"\"class\":%u,\"open\":%s,\"exercise\":%s,\"reports\":%" PRIu64
			"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[",
			first ? "" : ",", o->id,
			hazard != NULL ? hazard->code : "other", o->class_,
			o->status == VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_OPEN
				? "true"
				: "false",
			o->exercise ? "true" : "false", o->reports) > 0;

	for (size_t i = 0; ok && i + 1 < o->n_ring; i += 2) {
		ok = evbuffer_add_printf(out, "%s[%.7f,%.7f]", i > 0 ? "," : "",
			     o->ring[i], o->ring[i + 1]) > 0;
	}
	return ok && evbuffer_add_printf(out, "]]}}") > 0;
}

static bool
write_outlines(struct evbuffer *out, const Vedetta__V1__OutlineList *list)
{
	bool ok = evbuffer_add_printf(
			  out, "{\"type\":\"FeatureCollection\",\"features\":[") > 0;

	for (size_t i = 0; ok && i < list->n_outlines; i++) {
		ok = write_outline(out, list->outlines[i], i == 0);
	}
	if (ok && list->next != 0) {
		ok = evbuffer_add_printf(
			     out, "],\"next\":\"%" PRIu64 "\"", list->next) > 0;
	} else {
		ok = ok && evbuffer_add_printf(out, "]") > 0;
	}
	return ok && evbuffer_add_printf(
			     out, ",\"lagRows\":\"%" PRIu64 "\"}", list->lag_rows) > 0;
}

static void
on_outlines(void *arg, const struct ask_about *about, const Vedetta__V1__Answer *answer)
{
	Vedetta__V1__OutlineList empty = VEDETTA__V1__OUTLINE_LIST__INIT;
	const Vedetta__V1__OutlineList *list;
	struct front *f = arg;

	arena_reset(f->work);
	if (reply_unless_found(f, about, answer)) {
		return;
	}
	list = answer->outline != NULL ? answer->outline : &empty;
	if (about->asker.form == ANSWER_PROTOBUF) {
		reply_message(f, &about->asker, 200, &list->base, JSON_CANONICAL, NULL);
	} else if (write_outlines(f->out, list)) {
		reply_out(f, &about->asker, 200, GEOJSON_TYPE, NULL);
	} else {
		(void)evbuffer_drain(f->out, evbuffer_get_length(f->out));
		reply_problem(f, &about->asker, PROBLEM_FAULT, NULL, NULL);
	}
}

void
api_outlines_get(struct front *f, const struct call *call)
{
	Vedetta__V1__OutlineQuestion outline = VEDETTA__V1__OUTLINE_QUESTION__INIT;
	Vedetta__V1__Question question = VEDETTA__V1__QUESTION__INIT;
	struct search_query query;

	if (read_query(f, call, SEARCH_OUTLINES_OF, &query)) {
		outline.of = &query.question;
		outline.from = query.from_id;
		question.about_case = VEDETTA__V1__QUESTION__ABOUT_OUTLINE;
		question.outline = &outline;
		front_ask(f, call, ASK_LONG, &question, 0, on_outlines);
	}
}
