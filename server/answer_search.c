#include "server/answer_search.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "proto/frame.h"
#include "server/search_query.h"

enum {
	PAGE_BYTES_MAX = FRAME_BODY_MAX - 1024, /* the rest of the answer */
};

bool
answer_search_is(const Vedetta__V1__Question *question)
{
	return question->about_case == VEDETTA__V1__QUESTION__ABOUT_SEARCH ||
	       question->about_case == VEDETTA__V1__QUESTION__ABOUT_COUNT ||
	       question->about_case == VEDETTA__V1__QUESTION__ABOUT_OUTLINE;
}

static int
found(struct answerer *a, struct searcher *s, const struct searcher_hit *hit,
	struct arena *arena, Vedetta__V1__FoundReport **out)
{
	Vedetta__V1__FoundReport *f = arena_alloc(arena, sizeof(*f));
	int r;

	if (f == NULL) {
		return -ENOMEM;
	}
	vedetta__v1__found_report__init(f);
	f->incident_id = hit->incident;
	f->class_ = hit->class_no;
	f->exercise = hit->exercise;
	if (hit->distance_m >= 0) {
		f->distance_case = VEDETTA__V1__FOUND_REPORT__DISTANCE_DISTANCE_M;
		f->distance_m = hit->distance_m;
	}
	*out = f;
	r = answer_read_report(a, hit->seq, arena, &f->report);
	return r == 0 ? searcher_where(s, f->report->id, &f->incident_id) : r;
}

/* A double's bits: what comes back is what was given. */
static uint64_t
bits_of(double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits;
}

/* Where to go on behind the n hits looked at; cut: the others did not fit. */
static char *
cursor_of(const struct searcher_page *page, size_t n, bool near, size_t limit,
	struct arena *arena)
{
	bool cut = n < page->n;

	if (near) {
		const struct searcher_hit *last = &page->hits[n > 0 ? n - 1 : 0];

		return n == 0 || (!cut && n < limit)
			       ? arena_printf(arena, "%s", "")
			       : arena_printf(arena, "%" PRIu64 ".%" PRIx64 ".%" PRIu64,
					 page->upto, bits_of(last->distance_m),
					 last->seq);
	}
	if (!cut && page->before == 0) {
		return arena_printf(arena, "%s", "");
	}
	return arena_printf(
		arena, "%" PRIu64, cut ? page->hits[n - 1].seq : page->before);
}

/* An empty page: a code that could be, of a report that is not here. */
static int
find_by_code(struct answerer *a, struct searcher *s, const char *code,
	struct searcher_page *hits, struct searcher_refusal *refusal)
{
	uint64_t number;
	int r;

	*hits = (struct searcher_page){0};
	if (answer_read_code(a, code, &number) != 0) {
		*refusal = (struct searcher_refusal){"code", SEARCH_CODE_REASON};
		return SEARCHER_REFUSED;
	}
	r = searcher_read(s, number, &hits->hits[0]);
	hits->n = r == 0;
	return r == SEARCHER_NONE ? 0 : r;
}

static int
answer_find(struct answerer *a, struct searcher *s,
	const Vedetta__V1__SearchQuestion *asked, struct arena *arena,
	Vedetta__V1__Answer *out, struct searcher_refusal *refusal)
{
	Vedetta__V1__ReportPage *page = arena_alloc(arena, sizeof(*page));
	struct searcher_page *hits = arena_alloc(arena, sizeof(*hits));
	size_t bytes = 0, looked_at = 0;
	int r;

	if (page == NULL || hits == NULL) {
		return -ENOMEM;
	}
	vedetta__v1__report_page__init(page);
	r = asked->code[0] != '\0' ? find_by_code(a, s, asked->code, hits, refusal)
				   : searcher_find(s, asked, arena, hits, refusal);
	if (r != 0) {
		return r;
	}
	page->reports = arena_alloc(arena, (hits->n + 1) * sizeof(page->reports[0]));
	for (; page->reports != NULL && looked_at < hits->n; looked_at++) {
		Vedetta__V1__FoundReport *report;

		r = found(a, s, &hits->hits[looked_at], arena, &report);
		if (r == -EUCLEAN) {
			continue; /* damaged since the index took it: hides no other */
		}
		if (r == -ENOMEM && looked_at > 0) {
			break; /* the arena is full: the rest is another page */
		}
		if (r != 0) {
			return r == STORE_TOO_SLOW ? SEARCHER_LATE : r;
		}
		bytes += vedetta__v1__found_report__get_packed_size(report) + 8;
		if (bytes > PAGE_BYTES_MAX && looked_at > 0) {
			break;
		}
		page->reports[page->n_reports++] = report;
	}
	page->partial = hits->partial;
	page->lag_rows = hits->lag_rows;
	page->next = cursor_of(hits, looked_at, asked->n_near > 0, asked->limit, arena);
	out->search = page;
	return page->reports == NULL || page->next == NULL ? -ENOMEM : 0;
}

static Vedetta__V1__AnswerOutcome
outcome_of(int answer)
{
	switch (answer) {
	case 0:
		return VEDETTA__V1__ANSWER_OUTCOME__ANSWER_OUTCOME_FOUND;
	case SEARCHER_REFUSED:
		return VEDETTA__V1__ANSWER_OUTCOME__ANSWER_OUTCOME_REFUSED;
	case SEARCHER_LATE:
		return VEDETTA__V1__ANSWER_OUTCOME__ANSWER_OUTCOME_TOO_SLOW;
	default:
		return VEDETTA__V1__ANSWER_OUTCOME__ANSWER_OUTCOME_FAULT;
	}
}

int
answer_search(struct answerer *a, struct searcher *s,
	const Vedetta__V1__Question *question, struct arena *arena,
	Vedetta__V1__Answer *out)
{
	struct searcher_refusal refusal = {NULL, NULL};
	int r = -EINVAL;

	vedetta__v1__answer__init(out);
	if (question->about_case == VEDETTA__V1__QUESTION__ABOUT_SEARCH) {
		r = answer_find(a, s, question->search, arena, out, &refusal);
	} else if (question->about_case == VEDETTA__V1__QUESTION__ABOUT_COUNT &&
		   question->count->of != NULL) {
		r = searcher_count(s, question->count, arena, &out->count, &refusal);
	} else if (question->about_case == VEDETTA__V1__QUESTION__ABOUT_OUTLINE &&
		   question->outline->of != NULL) {
		r = searcher_outlines(
			s, question->outline, arena, &out->outline, &refusal);
	}
	if (r != 0) {
		out->search = NULL;
		out->count = NULL;
		out->outline = NULL;
	}
	out->outcome = outcome_of(r);
	if (r == SEARCHER_REFUSED) {
		out->refused = (char *)(uintptr_t)refusal.parameter;
		out->reason = (char *)(uintptr_t)refusal.reason;
	}
	return r < 0 && r != -ENOMEM && r != -EINVAL ? r : 0;
}
