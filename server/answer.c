/* Longer than our files should be: each kind of row goes into one history. */
#include "server/answer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "dispatch/facts.h"
#include "dispatch/memory.h"
#include "dispatch/record.h"
#include "proto/frame.h"
#include "proto/scan.h"
#include "proto/stamp.h"
#include "proto/trouble.h"
#include "server/answer_audit.h"
#include "server/answer_move.h"
#include "server/answer_place.h"
#include "server/answer_work.h"
#include "server/explain.h"
#include "server/limits.h"

enum {
	PAGE_BYTES_MAX = FRAME_BODY_MAX - 1024, /* the rest of the answer */
	COPIES = 1,
};

struct answerer {
	struct store *store; /* borrowed */
	struct receipt_keys *receipts;
	struct explain_first first; /* of the question being answered */
	uint8_t name_key[crypto_auth_hmacsha256_KEYBYTES];
};

struct answerer *
answerer_new(struct store *store, const uint8_t key[RECEIPT_KEY_BYTES])
{
	static const char label[] = "vedetta sender names";
	struct answerer *a = calloc(1, sizeof(*a));

	if (a == NULL) {
		return NULL;
	}
	a->store = store;
	a->receipts = receipt_keys_new(key);
	if (a->receipts == NULL) {
		answerer_free(a);
		return NULL;
	}
	(void)crypto_auth_hmacsha256(
		a->name_key, (const unsigned char *)label, sizeof(label) - 1, key);
	return a;
}

void
answerer_free(struct answerer *a)
{
	if (a != NULL) {
		receipt_keys_free(a->receipts);
		explicit_bzero(a, sizeof(*a));
		free(a);
	}
}

/* ---- pieces */

/* Equal for equal senders of one incident, and not comparable between two. */
static char *
sender_name(const struct answerer *a, const struct store_row *row, struct arena *arena)
{
	const uint64_t who[] = {row->subject, row->source};
	uint8_t hash[crypto_auth_hmacsha256_BYTES];

	(void)crypto_auth_hmacsha256(
		hash, (const unsigned char *)who, sizeof(who), a->name_key);
	return arena_printf(arena, "%02x%02x%02x%02x%02x%02x", hash[0], hash[1],
		hash[2], hash[3], hash[4], hash[5]);
}

static char *
code_of(const struct answerer *a, uint64_t number, struct arena *arena)
{
	char *code = arena_alloc(arena, RECEIPT_CODE_BYTES);

	if (code != NULL) {
		receipt_code(a->receipts, number, code);
	}
	return code;
}

/* The number its receipt has: a row read late speaks for the raw one. */
static uint64_t
number_of(const struct store_row *row)
{
	return row->kind == STORE_INTERPRETED ? row->about : row->seq;
}

/* Into the arena, cut to what a frame holds: it must be shown, not lost. */
static int
keep_raw(const struct store_row *row, struct arena *arena,
	Vedetta__V1__IncidentReport *out)
{
	size_t bytes = row->personal_bytes;

	if (row->personal == NULL || bytes == 0) {
		return 0;
	}
	if (bytes > PAGE_BYTES_MAX - 1024) {
		bytes = PAGE_BYTES_MAX - 1024;
	}
	out->raw.data = (uint8_t *)arena_copy(arena, row->personal, bytes);
	out->raw.len = bytes;
	return out->raw.data == NULL ? -ENOMEM : 0;
}

/* ---- one report */

/*
 * A row of raw mode: nobody has found fault with its bytes, so its sender may
 * see what it says. What crashed the desk is never parsed here.
 */
static bool
read_raw(const struct store_row *row, struct arena *arena,
	Vedetta__V1__IncidentReport *out)
{
	const Vedetta__V1__ReportInput *input;
	ProtobufCMessage *message;
	struct trouble trouble;

	trouble_init(&trouble);
	if (row->personal == NULL ||
		scan_unpack(&vedetta__v1__report_input__descriptor, row->personal,
			row->personal_bytes, &scan_default_limits, arena, &trouble,
			&message) != 0) {
		return false;
	}
	input = (const Vedetta__V1__ReportInput *)message;
	out->report = input->report;
	out->channel = input->channel;
	out->cross_site = input->cross_site;
	return out->report != NULL;
}

static int
read_record(const struct store_row *row, struct arena *arena,
	Vedetta__V1__IncidentReport *out)
{
	const struct record_parts parts = {
		row->body, row->body_bytes, row->personal, row->personal_bytes};
	struct record record;
	size_t n;

	if (row->body == NULL || record_read(&parts, arena, &record) != 0) {
		return 0; /* shown without words rather than not at all */
	}
	out->report = record.report;
	out->cross_site = record.cross_site;
	out->folded_into = record.folded_into;
	out->taken_by = arena_copy(arena, record.author, strlen(record.author));
	n = strlen(record.channel);
	out->channel = arena_copy(arena, record.channel, n);
	return out->channel == NULL || out->taken_by == NULL ? -ENOMEM : 0;
}

static bool
is_move(const struct store_row *row)
{
	return row->kind == STORE_MOVED_OUT || row->kind == STORE_MOVED_IN;
}

static bool
is_work(const struct store_row *row)
{
	return row->kind == STORE_DECISION || row->kind == STORE_MESSAGE;
}

/* It has no code and no sender of its own. */
static int
work_of(const struct store_row *row, struct arena *arena,
	Vedetta__V1__IncidentReport *r)
{
	r->id = row->seq;
	r->erased = row->erased;
	r->received_at = stamp_new(arena, row->at_ms);
	return r->received_at == NULL ? -ENOMEM : answer_work_read(row, arena, r);
}

/* The row is good until the next read. 0, STORE_NONE, or a fault. */
static int
report_of(struct answerer *a, const struct store_row *row, struct arena *arena,
	Vedetta__V1__IncidentReport **out)
{
	Vedetta__V1__IncidentReport *r = arena_alloc(arena, sizeof(*r));
	int fault = 0;

	if (r == NULL) {
		return -ENOMEM;
	}
	vedetta__v1__incident_report__init(r);
	*out = r;
	if (is_work(row)) {
		return work_of(row, arena, r);
	}
	r->id = number_of(row);
	r->erased = row->erased;
	r->adds_to = row->kind == STORE_ADDITION ? row->about : 0;
	r->code = code_of(a, r->id, arena);
	r->received_at = stamp_new(arena, memory_arrival_ms(row->at_ms, row->facts));
	r->source = sender_name(a, row, arena);
	if (r->code == NULL || r->received_at == NULL || r->source == NULL) {
		return -ENOMEM;
	}
	if (is_move(row)) {
		fault = answer_move_read(row, arena, &r->move);
	} else if (row->kind == STORE_QUARANTINED ||
		   (row->kind == STORE_RAW && !read_raw(row, arena, r))) {
		fault = keep_raw(row, arena, r);
	} else if (row->kind != STORE_RAW) {
		fault = read_record(row, arena, r);
	}
	return fault;
}

/* The words of the report that was moved, as it was sent. */
static int
add_moved_report(
	struct answerer *a, struct arena *arena, Vedetta__V1__IncidentReport *r)
{
	Vedetta__V1__IncidentReport *said;
	struct store_row row;
	int answer = store_read_row(a->store, r->move->report, &row);

	if (answer == 0) {
		answer = report_of(a, &row, arena, &said);
	}
	if (answer != 0) {
		return answer == STORE_NONE || answer == -EUCLEAN ? 0 : answer;
	}
	r->code = said->code; /* as its sender has it, wherever it is */
	r->report = said->report;
	r->channel = said->channel;
	r->cross_site = said->cross_site;
	r->raw = said->raw;
	r->erased = r->erased || said->erased;
	if (r->report != NULL) {
		answer_move_measure(r->move, r->report);
	}
	return 0;
}

/* Where the report is, if no longer in the incident whose row this is. */
static int
add_now_in(struct answerer *a, uint64_t subject, Vedetta__V1__IncidentReport *r)
{
	struct store_row row;
	int answer = store_read_move(a->store, r->id, &row);

	if (answer == 0 && row.subject != subject) {
		r->now_in = row.subject;
	}
	return answer == STORE_NONE || answer == -EUCLEAN ? 0 : answer;
}

/* A raw row that stayed unreadable: its bytes stand in the row it speaks of. */
static int
add_raw_bytes(struct answerer *a, const struct store_row *row, struct arena *arena,
	Vedetta__V1__IncidentReport *r)
{
	struct store_row raw;
	int answer;

	if (row->kind != STORE_INTERPRETED || r->report != NULL) {
		return 0;
	}
	answer = store_read_row(a->store, row->about, &raw);
	if (answer != 0) {
		r->damaged = true; /* or gone */
		return answer == STORE_NONE || answer == -EUCLEAN ? 0 : answer;
	}
	r->erased = raw.erased;
	return keep_raw(&raw, arena, r);
}

static int
add_fold(struct answerer *a, const struct store_row *row, struct arena *arena,
	Vedetta__V1__IncidentReport *r)
{
	/* One that was read late has it in its body, which read_record() has seen. */
	uint64_t into = row->kind == STORE_REPORT        ? row->about
			: row->kind == STORE_INTERPRETED ? r->folded_into
							 : 0;
	int answer = explain_fold(a->store, &a->first, row, into, arena, r);

	if (answer != 0 || r->fold == NULL) {
		return answer;
	}
	r->fold->code = code_of(a, r->folded_into, arena);
	return r->fold->code == NULL ? -ENOMEM : 0;
}

/* seq may be anything a stranger wrote. */
static int
read_row(struct answerer *a, uint64_t seq, struct store_row *row)
{
	return seq == 0 || seq > INT64_MAX ? STORE_NONE
					   : store_read_row(a->store, seq, row);
}

static int
read_report(struct answerer *a, uint64_t seq, struct arena *arena,
	struct store_row *row, Vedetta__V1__IncidentReport **out)
{
	int answer = read_row(a, seq, row);

	if (answer == 0) {
		answer = report_of(a, row, arena, out);
	}
	/* From here on the row's numbers are good, its bytes are not. */
	if (answer == 0) {
		answer = is_move(row) ? add_moved_report(a, arena, *out)
				      : add_raw_bytes(a, row, arena, *out);
	}
	if (answer == 0 && !is_move(row) && !is_work(row)) {
		answer = add_now_in(a, row->subject, *out);
	}
	if (answer == 0) {
		answer = add_fold(a, row, arena, *out);
	}
	return answer;
}

/* Is it a row of the incident, or one that is damaged, too? */
static bool
leads_on(struct answerer *a, uint64_t incident, uint64_t seq)
{
	struct store_row row;
	int answer = read_row(a, seq, &row);

	return answer == -EUCLEAN || (answer == 0 && row.subject == incident);
}

/*
 * What is not what was written is told with its number alone; *row leads on to the one
 * before, if that can still be found.
 */
static int
read_or_tell_damaged(struct answerer *a, uint64_t incident, uint64_t seq,
	struct arena *arena, struct store_row *row, Vedetta__V1__IncidentReport **out)
{
	int answer = read_report(a, seq, arena, row, out);
	uint64_t prev = 0;

	if (answer != -EUCLEAN) {
		return answer;
	}
	*out = arena_alloc(arena, sizeof(**out));
	if (*out == NULL) {
		return -ENOMEM;
	}
	vedetta__v1__incident_report__init(*out);
	(*out)->id = seq;
	(*out)->damaged = true;
	answer = store_read_unproven_prev(a->store, seq, &prev);
	if (answer != 0 || prev >= seq || !leads_on(a, incident, prev)) {
		prev = 0;
	}
	*row = (struct store_row){
		.seq = seq, .kind = STORE_REPORT, .subject = incident, .prev = prev};
	return answer == STORE_TOO_SLOW ? answer : 0;
}

/* Did somebody say it, or did the desk note something for itself? */
static bool
is_said(const struct store_row *row)
{
	return row->kind <= STORE_INTERPRETED || is_move(row) || is_work(row);
}

static int
answer_report(
	struct answerer *a, uint64_t seq, struct arena *arena, Vedetta__V1__Answer *out)
{
	struct store_row row;
	int answer = read_report(a, seq, arena, &row, &out->report);

	if (answer == 0) {
		answer = is_said(&row) ? answer_work_mark(
						 a->store, row.subject, &out->report, 1)
				       : STORE_NONE;
	}
	if (answer == 0) {
		out->report_in =
			out->report->now_in != 0 ? out->report->now_in : row.subject;
	}
	return answer;
}

int
answer_read_report(struct answerer *a, uint64_t seq, struct arena *arena,
	Vedetta__V1__IncidentReport **out)
{
	struct store_row row;

	return read_report(a, seq, arena, &row, out);
}

/* ---- the history of an incident */

static int
answer_incident(struct answerer *a, const Vedetta__V1__IncidentQuestion *asked,
	struct arena *arena, Vedetta__V1__Answer *out)
{
	size_t most =
		asked->limit < LIMIT_PAGE_REPORTS ? asked->limit : LIMIT_PAGE_REPORTS;
	Vedetta__V1__IncidentPage *page = arena_alloc(arena, sizeof(*page));
	uint64_t seq = asked->before;
	struct store_row row;
	size_t bytes = 0;

	if (page == NULL) {
		return -ENOMEM;
	}
	vedetta__v1__incident_page__init(page);
	page->sequence = seq;
	page->reports = arena_alloc(arena, (most + 1) * sizeof(page->reports[0]));
	if (page->reports == NULL) {
		return -ENOMEM;
	}
	while (seq != 0 && page->n_reports < most) {
		Vedetta__V1__IncidentReport *report;
		int answer =
			read_or_tell_damaged(a, asked->id, seq, arena, &row, &report);

		if (answer == -ENOMEM && page->n_reports > 0) {
			break; /* the arena is full: the rest is another page */
		}
		if (answer != 0) {
			return answer;
		}
		if (row.subject != asked->id) {
			return STORE_NONE;
		}
		if (!is_said(&row)) {
			seq = row.prev;
			continue;
		}
		bytes += vedetta__v1__incident_report__get_packed_size(report) + 8;
		if (bytes > PAGE_BYTES_MAX && page->n_reports > 0) {
			break;
		}
		page->reports[page->n_reports++] = report;
		seq = row.prev;
	}
	if (seq != 0) {
		page->next = arena_printf(arena, "%" PRIu64, seq);
	}
	out->incident = page;
	return page->next == NULL ? -ENOMEM
				  : answer_work_mark(a->store, asked->id, page->reports,
					    page->n_reports);
}

/* ---- a citizen's receipt */

/* Back to the front that asked, with what only we can read of the token. */
static int
add_reply(const Vedetta__V1__ReceiptQuestion *asked, uint64_t number, uint64_t incident,
	struct arena *arena, Vedetta__V1__Answer *out)
{
	out->reply = arena_alloc(arena, sizeof(*out->reply));
	if (out->reply == NULL) {
		return -ENOMEM;
	}
	vedetta__v1__receipt_reply__init(out->reply);
	out->reply->report = number;
	out->reply->incident = incident;
	out->reply->text = asked->text;
	out->reply->key = asked->key;
	out->reply->token = asked->token;
	return 0;
}

/* What became of it, and with a link what was written about it. */
static int
add_state(struct answerer *a, uint64_t number, uint64_t subject, bool by_link,
	struct arena *arena, Vedetta__V1__ReceiptView *view)
{
	struct store_incident incident;
	bool moved;
	int answer = answer_move_incident(a->store, number, subject, &incident, &moved);

	view->receipt->state = VEDETTA__V1__REPORT_STATE__REPORT_STATE_RECEIVED;
	if (answer != 0) {
		return answer == STORE_NONE ? 0 : answer;
	}
	return answer_work_state(a->store, number, &incident, moved, arena,
		&view->receipt->state, by_link ? view : NULL);
}

/* The code alone says the state in one word, the link says everything. */
static int
answer_receipt(struct answerer *a, const Vedetta__V1__ReceiptQuestion *asked,
	struct arena *arena, Vedetta__V1__Answer *out)
{
	bool by_link = asked->token[0] != '\0';
	Vedetta__V1__ReceiptView *view = arena_alloc(arena, sizeof(*view));
	Vedetta__V1__Receipt *receipt = arena_alloc(arena, sizeof(*receipt));
	Vedetta__V1__IncidentReport *report = NULL;
	struct store_row row;
	uint64_t number;
	int answer;

	if (view == NULL || receipt == NULL) {
		return -ENOMEM;
	}
	if ((by_link ? receipt_read_token(a->receipts, asked->token, &number)
		     : receipt_read_code(a->receipts, asked->code, &number)) != 0) {
		return STORE_NONE;
	}
	answer = read_row(a, number, &row);
	if (answer == 0) {
		answer = report_of(a, &row, arena, &report);
	}
	if (answer != 0) {
		return answer;
	}
	vedetta__v1__receipt_view__init(view);
	vedetta__v1__receipt__init(receipt);
	view->receipt = receipt;
	receipt->code = report->code;
	answer = add_state(a, number, row.subject, by_link, arena, view);
	out->receipt = view;
	if (answer != 0 || !by_link) {
		return answer;
	}
	view->report = report->report;
	if (asked->text[0] != '\0') {
		answer = add_reply(asked, number, row.subject, arena, out);
		if (answer != 0) {
			return answer;
		}
	}
	receipt->exercise = facts_unpack(row.facts).exercise;
	receipt->received_at = report->received_at;
	receipt->copies = COPIES;
	receipt->link = arena_printf(arena, "/r/%s", asked->token);
	return receipt->link == NULL ? -ENOMEM
				     : answer_place(a->store, number, row.subject,
					       arena, &out->place);
}

/* ---- a question */

static Vedetta__V1__AnswerOutcome
outcome_of(int answer)
{
	if (answer == 0) {
		return VEDETTA__V1__ANSWER_OUTCOME__ANSWER_OUTCOME_FOUND;
	}
	if (answer == STORE_NONE) {
		return VEDETTA__V1__ANSWER_OUTCOME__ANSWER_OUTCOME_NOT_FOUND;
	}
	return answer == STORE_TOO_SLOW
		       ? VEDETTA__V1__ANSWER_OUTCOME__ANSWER_OUTCOME_TOO_SLOW
		       : VEDETTA__V1__ANSWER_OUTCOME__ANSWER_OUTCOME_FAULT;
}

int
answer_question(struct answerer *a, const Vedetta__V1__Question *question,
	struct arena *arena, Vedetta__V1__Answer *out)
{
	int answer = STORE_NONE;

	a->first.report.seq = 0; /* it may have been erased since */
	vedetta__v1__answer__init(out);
	switch (question->about_case) {
	case VEDETTA__V1__QUESTION__ABOUT_INCIDENT:
		answer = answer_incident(a, question->incident, arena, out);
		break;
	case VEDETTA__V1__QUESTION__ABOUT_RECEIPT:
		answer = answer_receipt(a, question->receipt, arena, out);
		break;
	case VEDETTA__V1__QUESTION__ABOUT_REPORT:
		answer = answer_report(a, question->report, arena, out);
		break;
	case VEDETTA__V1__QUESTION__ABOUT_AUDIT:
		answer = answer_audit(a->store, question->audit, arena, &out->audit);
		break;
	case VEDETTA__V1__QUESTION__ABOUT_SEARCH:
	case VEDETTA__V1__QUESTION__ABOUT_COUNT:
	case VEDETTA__V1__QUESTION__ABOUT_OUTLINE: /* answer_search()'s */
	case VEDETTA__V1__QUESTION__ABOUT__NOT_SET:
	case _VEDETTA__V1__QUESTION__ABOUT__CASE_IS_INT_SIZE:
		break;
	}
	if (answer != 0) {
		out->incident = NULL;
		out->receipt = NULL;
		out->report = NULL;
		out->audit = NULL;
	}
	out->outcome = outcome_of(answer);
	return answer < 0 && answer != -ENOMEM ? answer : 0;
}

int
answer_read_code(struct answerer *a, const char *code, uint64_t *number)
{
	return receipt_read_code(a->receipts, code, number) == 0 ? 0 : STORE_NONE;
}
