/* api_answer - what the desk said to a report, on its way back to the sender */
#include <string.h>

#include "dispatch/hazard.h"
#include "proto/stamp.h"
#include "server/clock.h"
#include "server/fields.h"
#include "server/form.h"
#include "server/front.h"
#include "server/limits.h"
#include "server/log.h"
#include "server/metrics.h"
#include "server/reply.h"

/* Three texts as one. printf would cost a report as much as its JSON does. */
static char *
joined(struct arena *arena, const char *a, const char *b, const char *c)
{
	const char *const parts[] = {a, b, c};
	size_t bytes = strlen(a) + strlen(b) + strlen(c), at = 0;
	char *out = arena_alloc(arena, bytes + 1);

	for (size_t i = 0; out != NULL && i < 3; i++) {
		size_t n = strlen(parts[i]);

		memcpy(out + at, parts[i], n);
		at += n;
	}
	return out;
}

static bool
make_receipt(struct front *f, const struct pending_input *input,
	const Vedetta__V1__InputAnswer *answer, Vedetta__V1__Receipt *receipt)
{
	const char *guidance[PAGE_GUIDANCE_MAX];
	Google__Protobuf__Timestamp *at = stamp_new(f->work, answer->received_ms);
	size_t n = page_guidance(f->page, input->asker.language,
		hazard_by_number(input->hazard)->code, guidance);

	vedetta__v1__receipt__init(receipt);
	receipt->guidance = arena_alloc(f->work, n * sizeof(receipt->guidance[0]));
	if (answer->token[0] != '\0') {
		receipt->link = joined(f->work, "/r/", answer->token, "");
	}
	if (at == NULL || receipt->guidance == NULL || receipt->link == NULL) {
		return false;
	}
	memcpy(receipt->guidance, guidance, n * sizeof(receipt->guidance[0]));
	receipt->n_guidance = n;
	receipt->code = answer->code;
	receipt->state = answer->state;
	receipt->received_at = at;
	receipt->copies = answer->copies;
	receipt->staffed = front_is_staffed(f) && answer->staffed;
	receipt->unserved = answer->unserved;
	receipt->emergency_number = (char *)f->config->emergency_number;
	receipt->repeated =
		answer->outcome == VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_REPEATED;
	receipt->added =
		answer->outcome == VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_ADDED;
	receipt->exercise = input->exercise;
	receipt->unseen = api_is_unseen(f, receipt, answer->class_);
	return true;
}

/* A browser: on to the report's own page, or a page here when it has no link. */
static void
answer_form(struct front *f, const struct pending_input *input, int status,
	Vedetta__V1__Receipt *receipt)
{
	Vedetta__V1__ReceiptView view = VEDETTA__V1__RECEIPT_VIEW__INIT;
	Vedetta__V1__ReportInput *sent;
	const struct asker *asker = &input->asker;

	if (receipt->link[0] != '\0') {
		reply_page(f, asker, 303,
			joined(f->work, "Location: ", receipt->link, "\r\n"));
		return;
	}
	sent = vedetta__v1__report_input__unpack(
		arena_allocator(f->work), input->body_bytes, input->body);
	view.receipt = receipt;
	view.report = sent != NULL ? sent->report : NULL;
	if (view.report == NULL ||
		page_receipt(f->page, asker->language,
			receipt->staffed ? PAGE_STAFFED : PAGE_UNSTAFFED,
			clock_wall_ms(), &view, f->out) != 0) {
		/* It is stored: never say otherwise. */
		reply_message(
			f, asker, status, &receipt->base, JSON_EMIT_IMPLICIT, NULL);
		return;
	}
	reply_page(f, asker, status, NULL);
}

static void
answer_receipt(struct front *f, const struct pending_input *input, int status,
	Vedetta__V1__Receipt *receipt)
{
	const char *location = NULL;

	if (input->asker.form == ANSWER_HTML && input->form_bytes > 0) {
		answer_form(f, input, status, receipt);
		return;
	}
	if (receipt->link[0] != '\0' && status == 201) {
		location = joined(f->work, "Location: ", receipt->link, "\r\n");
	}
	reply_message(
		f, &input->asker, status, &receipt->base, JSON_EMIT_IMPLICIT, location);
}

static void
answer_conflict(struct front *f, const struct pending_input *input,
	Vedetta__V1__Receipt *receipt)
{
	Vedetta__V1__Problem *problem = problem_new(
		f->work, PROBLEM_CONFLICT, NULL, f->config->emergency_number);

	if (problem != NULL) {
		problem->receipt = receipt;
	}
	reply_problem_message(f, &input->asker, problem);
}

/* 503 or 500 to an input; a form is given back filled. */
static void
answer_no(struct front *f, const struct pending_input *input, enum problem_kind kind)
{
	struct fields fields;
	struct page_form form;

	fields_unpack(input->form, input->form_bytes, &fields);
	form_values(&fields, &form);
	reply_problem_form(
		f, &input->asker, kind, input->form_bytes > 0 ? &form : NULL);
}

static void
answer_yes(struct front *f, const struct pending_input *input,
	const Vedetta__V1__InputAnswer *answer)
{
	Vedetta__V1__Receipt receipt;

	metrics_add(METRIC_INTAKE_OUT, 1);
	if (!make_receipt(f, input, answer, &receipt)) {
		reply_problem(f, &input->asker, PROBLEM_FAULT, NULL, NULL);
		return;
	}
	if (answer->outcome == VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_CONFLICT) {
		answer_conflict(f, input, &receipt);
		return;
	}
	answer_receipt(f, input,
		answer->outcome == VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_REPEATED
			? 200
			: 201,
		&receipt);
}

void
api_report_answered(
	struct front *f, uint64_t ref, const Vedetta__V1__InputAnswer *answer)
{
	const struct pending_input *input = pending_take(f->pending, ref);

	if (input == NULL) {
		return; /* given up meanwhile */
	}
	if (input->kind == FRAME_INPUT_OFFICE) {
		api_office_answered(f, input, answer->office);
		return;
	}
	metrics_set(METRIC_INTAKE_QUEUE, pending_count(f->pending));
	metrics_observe_us(
		LATENCY_REQUEST, (uint64_t)(clock_mono_us() - input->since_us));
	if (input->kind == FRAME_INPUT_DUTY) {
		api_duty_answered(f, &input->asker, answer);
		return;
	}
	if (input->kind == FRAME_INPUT_ACTION) {
		api_action_answered(f, &input->asker, answer);
		return;
	}
	switch (answer->outcome) {
	case VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_STORED:
	case VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_REPEATED:
	case VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_ADDED:
	case VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_CONFLICT:
		answer_yes(f, input, answer);
		return;
	case VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_NO_ROOM:
		metrics_add(METRIC_INTAKE_REFUSED_NO_ROOM, 1);
		answer_no(f, input, PROBLEM_NO_ROOM);
		return;
	case VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_STORE_FAULT:
	case VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_ACTED:
	case VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_REFUSED:
	case VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_UNSPECIFIED:
	case _VEDETTA__V1__INPUT_OUTCOME_IS_INT_SIZE:
		metrics_add(METRIC_INTAKE_REFUSED_FAULT, 1);
		answer_no(f, input, PROBLEM_STORE);
		return;
	}
}

static void
give_up(struct front *f, const struct pending_input *input)
{
	if (input->kind == FRAME_INPUT_OFFICE) {
		api_office_answered(f, input, NULL);
		return;
	}
	metrics_add(METRIC_INTAKE_REFUSED_TIMEOUT, 1);
	answer_no(f, input, PROBLEM_DESK_AWAY);
}

void
api_report_give_up(struct front *f, int64_t now_us)
{
	const struct pending_input *input;
	size_t n = 0;

	while ((input = pending_late(f->pending, now_us,
			(int64_t)LIMIT_INPUT_RESEND_MS * 1000)) != NULL) {
		arena_reset(f->work);
		give_up(f, pending_take(f->pending, input->ref));
		n++;
	}
	if (n > 0) {
		metrics_set(METRIC_INTAKE_QUEUE, pending_count(f->pending));
		log_event(LOG_WARN, "intake.given_up", "inputs=%zu", n);
	}
}
