/* api_search - questions over all reports: pages and counts */
#include "server/front.h"
#include "server/office_ask.h"
#include "server/reply.h"
#include "server/search_reply.h"

/* ---- GET /v1/reports */

enum {
	BY_CODE = 1, /* an ask_about's number: found anywhere */
};

/* By code a report is found anywhere: only what the asker sees stays. */
static void
leave_out_unseen(
	struct front *f, const struct ask_about *about, Vedetta__V1__ReportPage *page)
{
	struct who who;
	size_t n = 0;
	bool is_there = who_asked(f, &about->asker, &who);

	for (size_t i = 0; i < page->n_reports; i++) {
		Vedetta__V1__FoundReport *found = page->reports[i];

		if (is_there &&
			(about->number != BY_CODE ||
				who_sees_incident(f, &who, found->incident_id))) {
			who_conceal(&who, found->report);
			page->reports[n++] = found;
		}
	}
	page->n_reports = n;
}

static void
on_page(void *arg, const struct ask_about *about, const Vedetta__V1__Answer *answer)
{
	Vedetta__V1__ReportPage empty = VEDETTA__V1__REPORT_PAGE__INIT;
	struct front *f = arg;

	arena_reset(f->work);
	if (!search_reply_unless_found(f, about, answer)) {
		if (answer->search != NULL) {
			leave_out_unseen(f, about, answer->search);
		}
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

	if (search_reply_read(f, call, SEARCH_REPORTS, &query)) {
		question.about_case = VEDETTA__V1__QUESTION__ABOUT_SEARCH;
		question.search = &query.question;
		front_ask(f, call, ASK_SHORT, &question,
			query.question.code[0] != '\0' ? BY_CODE : 0, on_page);
		office_note_seen(f, &call->asker,
			VEDETTA__V1__AUDIT_KIND__AUDIT_KIND_SEARCHED, 0, 0,
			query.question.area);
	}
}

/* ---- GET /v1/counts */

static void
on_counts(void *arg, const struct ask_about *about, const Vedetta__V1__Answer *answer)
{
	Vedetta__V1__CountList empty = VEDETTA__V1__COUNT_LIST__INIT;
	struct front *f = arg;

	arena_reset(f->work);
	if (!search_reply_unless_found(f, about, answer)) {
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

	if (search_reply_read(f, call, SEARCH_COUNTS, &query)) {
		count.of = &query.question;
		count.by_area = query.by_area;
		count.by_hour = query.by_hour;
		question.about_case = VEDETTA__V1__QUESTION__ABOUT_COUNT;
		question.count = &count;
		front_ask(f, call, ASK_LONG, &question, 0, on_counts);
	}
}
