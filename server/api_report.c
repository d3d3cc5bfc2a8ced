/* api_report - POST /v1/reports, and what the desk says to it */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "dispatch/hazard.h"
#include "proto/scan.h"
#include "server/accept.h"
#include "server/clock.h"
#include "server/fields.h"
#include "server/form.h"
#include "server/front.h"
#include "server/intake.h"
#include "server/limits.h"
#include "server/log.h"
#include "server/metrics.h"
#include "server/origin.h"
#include "server/reply.h"
#include "vedetta/v1/report.pb-c.h"

enum {
	CLIENT_KEY_BYTES = 255,
	LINK_BYTES = 64,
	LOCATION_BYTES = LINK_BYTES + 16,
};

/* A report on its way from the request to the desk. */
struct draft {
	struct front *f;
	const struct call *call;
	struct asker asker;
	struct trouble trouble;
	bool is_form;
	struct fields fields; /* with is_form */
	const char *client_key;
	Vedetta__V1__Report *report;
};

enum read_answer {
	READ_REFUSED = 1, /* see trouble */
	READ_TOO_LARGE,
	READ_UNKNOWN_TYPE,
};

static bool
is_type(const char *content_type, const char *type)
{
	size_t bytes = strlen(type);

	return content_type != NULL && strncasecmp(content_type, type, bytes) == 0 &&
	       strchr("; \t", content_type[bytes]) != NULL;
}

static int
read_form(struct draft *d, const char *content_type)
{
	const struct http_request *request = d->call->request;
	int r;

	d->is_form = true;
	if (is_type(content_type, "multipart/form-data")) {
		r = fields_from_multipart(content_type, request->body,
			request->body_bytes, d->f->arena, &d->trouble, &d->fields);
	} else {
		r = fields_from_urlencoded((const char *)request->body,
			request->body_bytes, d->f->arena, &d->trouble, &d->fields);
	}
	if (r != 0) {
		return r == FIELDS_REFUSED ? READ_REFUSED : READ_TOO_LARGE;
	}
	r = form_to_report(&d->fields, d->f->arena, &d->trouble, &d->report);
	if (r != 0) {
		return r == FORM_REFUSED ? READ_REFUSED : READ_TOO_LARGE;
	}
	return 0;
}

static int
read_body(struct draft *d)
{
	const struct http_request *request = d->call->request;
	const char *type = http_header(request, "Content-Type");
	ProtobufCMessage *message = NULL;
	int r;

	if (is_type(type, "application/json")) {
		r = json_read(&vedetta__v1__report__descriptor,
			(const char *)request->body, request->body_bytes, d->f->arena,
			&d->trouble, &message);
		r = r == JSON_REFUSED ? READ_REFUSED : r != 0 ? READ_TOO_LARGE : 0;
	} else if (is_type(type, "application/x-protobuf") ||
		   is_type(type, "application/protobuf")) {
		r = scan_unpack(&vedetta__v1__report__descriptor, request->body,
			request->body_bytes, &scan_default_limits, d->f->arena,
			&d->trouble, &message);
		r = r == SCAN_REFUSED ? READ_REFUSED : r != 0 ? READ_TOO_LARGE : 0;
	} else if (is_type(type, "application/x-www-form-urlencoded") ||
		   is_type(type, "multipart/form-data")) {
		return read_form(d, type);
	} else {
		return READ_UNKNOWN_TYPE;
	}
	d->report = (Vedetta__V1__Report *)message;
	return r;
}

/* The client's own key: the form's hidden one, or the header. */
static bool
read_key(struct draft *d)
{
	const char *field = "Idempotency-Key";

	d->client_key = NULL;
	if (d->is_form) {
		d->client_key = fields_get(&d->fields, page_field_name(PAGE_KEY));
		field = d->client_key != NULL ? page_field_name(PAGE_KEY) : field;
	}
	if (d->client_key == NULL) {
		d->client_key = http_header(d->call->request, "Idempotency-Key");
	}
	if (d->client_key != NULL &&
		(d->client_key[0] == '\0' ||
			strlen(d->client_key) > CLIENT_KEY_BYTES)) {
		trouble_add(&d->trouble, field, "is not 1 to %d bytes long",
			CLIENT_KEY_BYTES);
		return false;
	}
	return true;
}

/* ---- no */

static void
form_of(const struct draft *d, struct page_form *form)
{
	form_values(&d->fields, form);
	form->trouble = &d->trouble;
}

static void
refuse(struct draft *d, enum problem_kind kind)
{
	struct front *f = d->f;
	struct page_form form;

	if (d->asker.form != ANSWER_HTML || !d->is_form) {
		reply_problem(f, &d->asker, kind, &d->trouble, NULL);
		return;
	}
	form_of(d, &form);
	if (kind != PROBLEM_INVALID) {
		reply_problem_form(f, &d->asker, kind, &form);
		return;
	}
	if (page_form(f->page, d->asker.language, front_is_staffed(f), &form, f->out) !=
		0) {
		reply_problem(f, &d->asker, PROBLEM_FAULT, NULL, NULL);
		return;
	}
	reply_page(f, &d->asker, 400, NULL);
}

/* ---- to the desk */

static void
set_source(struct draft *d, Vedetta__V1__ReportInput *input)
{
	struct front *f = d->f;
	const struct http_request *request = d->call->request;
	char token[SOURCE_TOKEN_BYTES];

	input->tokened = source_from_cookie(
		&f->keys, http_header(request, "Cookie"), token, &input->source);
	if (!input->tokened && d->is_form) {
		input->tokened = source_from_token(&f->keys,
			fields_get(&d->fields, page_field_name(PAGE_SOURCE)),
			&input->source);
	}
	if (!input->tokened) {
		input->source = source_from_peer(&f->keys, request->peer);
	}
}

/* Packs the report for its print, then the whole input. NULL: past the ceiling. */
static uint8_t *
pack_input(struct draft *d, size_t *bytes)
{
	static char web[] = "web", api[] = "api";
	Vedetta__V1__ReportInput input = VEDETTA__V1__REPORT_INPUT__INIT;
	struct front *f = d->f;
	size_t report_bytes = vedetta__v1__report__get_packed_size(d->report);
	uint8_t *body = arena_alloc(f->arena, report_bytes);

	if (body == NULL) {
		return NULL;
	}
	vedetta__v1__report__pack(d->report, body);
	input.report = d->report;
	input.channel = d->is_form ? web : api;
	input.print = source_print(&f->keys, body, report_bytes);
	input.cross_site = origin_is_foreign(http_header(d->call->request, "Origin"),
		http_header(d->call->request, "Host"),
		http_header(d->call->request, "Sec-Fetch-Site"));
	input.adds = d->is_form;
	set_source(d, &input);
	*bytes = vedetta__v1__report_input__get_packed_size(&input);
	body = arena_alloc(f->arena, *bytes);
	if (body != NULL) {
		vedetta__v1__report_input__pack(&input, body);
	}
	return body;
}

/* Keeps it until the desk answers. */
static int
put(struct draft *d, int64_t now_us)
{
	struct front *f = d->f;
	struct pending_input input = {.since_us = now_us, .asker = d->asker};
	int r;

	input.body = pack_input(d, &input.body_bytes);
	if (d->is_form) {
		input.form = fields_pack(&d->fields, f->arena, &input.form_bytes);
	}
	if (input.body == NULL || (d->is_form && input.form == NULL)) {
		return READ_TOO_LARGE;
	}
	input.hazard = hazard_by_code(d->report->hazard)->number;
	source_input_key(d->is_form ? "web" : "api", d->client_key, input.key);
	r = pending_add(f->pending, &input);
	metrics_set(METRIC_INTAKE_QUEUE, pending_count(f->pending));
	return r;
}

static bool
is_desk_away(const struct front *f, int64_t now_us)
{
	return f->desk == NULL &&
	       now_us / 1000 - f->desk_lost_ms > LIMIT_INPUT_RESEND_MS;
}

static void
take_in(struct draft *d)
{
	struct front *f = d->f;
	int64_t now_us = clock_mono_us();

	if (is_desk_away(f, now_us)) {
		metrics_add(METRIC_INTAKE_REFUSED_TIMEOUT, 1);
		refuse(d, PROBLEM_DESK_AWAY);
		return;
	}
	switch (put(d, now_us)) {
	case 0:
		front_flush(f);
		return;
	case PENDING_FULL:
		metrics_add(METRIC_INTAKE_REFUSED_FULL, 1);
		refuse(d, PROBLEM_FULL);
		return;
	default:
		metrics_add(METRIC_INTAKE_REFUSED_FAULT, 1);
		refuse(d, PROBLEM_FAULT);
		return;
	}
}

static enum problem_kind
kind_of(int read_answer)
{
	return read_answer == READ_UNKNOWN_TYPE ? PROBLEM_MEDIA_TYPE
	       : read_answer == READ_TOO_LARGE  ? PROBLEM_TOO_LARGE
						: PROBLEM_INVALID;
}

void
api_report_post(struct front *f, const struct call *call)
{
	struct draft d;
	int r;

	d.f = f;
	d.call = call;
	d.asker = call->asker;
	d.is_form = false;
	d.fields.n = 0;
	d.report = NULL;
	trouble_init(&d.trouble);
	metrics_add(METRIC_INTAKE_IN, 1);
	r = read_body(&d);
	if (!d.is_form && d.asker.form == ANSWER_HTML) {
		d.asker.form = ANSWER_JSON; /* pages are for forms */
	}
	d.asker.language = (uint8_t)front_language(f, call,
		d.is_form          ? fields_get(&d.fields, page_field_name(PAGE_LANG))
		: d.report != NULL ? d.report->lang
				   : NULL);
	if (r == 0 && (!read_key(&d) || intake_check(d.report, &d.trouble) != 0)) {
		r = READ_REFUSED;
	}
	if (r != 0) {
		metrics_add(METRIC_INTAKE_REFUSED_INVALID, 1);
		refuse(&d, kind_of(r));
		return;
	}
	take_in(&d);
}

/* ---- the desk's answer */

static bool
make_receipt(struct front *f, const struct pending_input *input,
	const Vedetta__V1__InputAnswer *answer, Vedetta__V1__Receipt *receipt)
{
	const char *guidance[PAGE_GUIDANCE_MAX];
	Google__Protobuf__Timestamp *at = arena_alloc(f->work, sizeof(*at));
	size_t n = page_guidance(f->page, input->asker.language,
		hazard_by_number(input->hazard)->code, guidance);

	vedetta__v1__receipt__init(receipt);
	receipt->guidance = arena_alloc(f->work, n * sizeof(receipt->guidance[0]));
	if (answer->token[0] != '\0') {
		receipt->link = arena_printf(f->work, "/r/%s", answer->token);
	}
	if (at == NULL || receipt->guidance == NULL || receipt->link == NULL) {
		return false;
	}
	google__protobuf__timestamp__init(at);
	at->seconds = answer->received_ms / 1000;
	at->nanos = (int32_t)(answer->received_ms % 1000) * 1000000;
	memcpy(receipt->guidance, guidance, n * sizeof(receipt->guidance[0]));
	receipt->n_guidance = n;
	receipt->code = answer->code;
	receipt->state = answer->state;
	receipt->received_at = at;
	receipt->copies = answer->copies;
	receipt->staffed = front_is_staffed(f);
	receipt->emergency_number = (char *)f->config->emergency_number;
	receipt->repeated =
		answer->outcome == VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_REPEATED;
	receipt->added =
		answer->outcome == VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_ADDED;
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
	char location[LOCATION_BYTES];

	if (receipt->link[0] != '\0') {
		(void)snprintf(
			location, sizeof(location), "Location: %s\r\n", receipt->link);
		reply_page(f, asker, 303, location);
		return;
	}
	sent = vedetta__v1__report_input__unpack(
		arena_allocator(f->work), input->body_bytes, input->body);
	view.receipt = receipt;
	view.report = sent != NULL ? sent->report : NULL;
	if (view.report == NULL ||
		page_receipt(f->page, asker->language, receipt->staffed,
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
	char location[LOCATION_BYTES] = "";

	if (input->asker.form == ANSWER_HTML && input->form_bytes > 0) {
		answer_form(f, input, status, receipt);
		return;
	}
	if (receipt->link[0] != '\0' && status == 201) {
		(void)snprintf(
			location, sizeof(location), "Location: %s\r\n", receipt->link);
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
	metrics_set(METRIC_INTAKE_QUEUE, pending_count(f->pending));
	metrics_observe_us(
		LATENCY_REQUEST, (uint64_t)(clock_mono_us() - input->since_us));
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
	case VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_UNSPECIFIED:
	case _VEDETTA__V1__INPUT_OUTCOME_IS_INT_SIZE:
		metrics_add(METRIC_INTAKE_REFUSED_FAULT, 1);
		answer_no(f, input, PROBLEM_STORE);
		return;
	}
}

void
api_report_give_up(struct front *f, int64_t now_us)
{
	const struct pending_input *input;
	size_t n = 0;

	while ((input = pending_oldest(f->pending)) != NULL &&
		now_us - input->since_us >= (int64_t)LIMIT_INPUT_RESEND_MS * 1000) {
		arena_reset(f->work);
		metrics_add(METRIC_INTAKE_REFUSED_TIMEOUT, 1);
		answer_no(f, pending_take(f->pending, input->ref), PROBLEM_DESK_AWAY);
		n++;
	}
	if (n > 0) {
		metrics_set(METRIC_INTAKE_QUEUE, pending_count(f->pending));
		log_event(LOG_WARN, "intake.given_up", "inputs=%zu", n);
	}
}
