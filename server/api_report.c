/* api_report - POST /v1/reports, as far as the desk; api_answer.c is the way back */
#include <string.h>
#include <strings.h>

#include "dispatch/hazard.h"
#include "proto/pack.h"
#include "proto/scan.h"
#include "server/clock.h"
#include "server/fields.h"
#include "server/form.h"
#include "server/front.h"
#include "server/intake.h"
#include "server/limits.h"
#include "server/metrics.h"
#include "server/origin.h"
#include "server/reply.h"
#include "server/who.h"
#include "vedetta/v1/report.pb-c.h"

enum {
	CLIENT_KEY_BYTES = 255,
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
	bool exercise;
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

/*
 * Is it part of an exercise? The token is in the header, or in the form's
 * hidden field; one that is there and does not count is neither yes nor no.
 * 0, or PROBLEM_...
 */
static int
read_exercise(struct draft *d)
{
	const char *const given[] = {http_header(d->call->request, EXERCISE_HEADER),
		d->is_form ? fields_get(&d->fields, page_field_name(PAGE_EXERCISE))
			   : NULL};
	const char *const names[] = {EXERCISE_HEADER, page_field_name(PAGE_EXERCISE)};

	for (size_t i = 0; i < 2; i++) {
		int problem =
			given[i] == NULL ? 0 : front_check_exercise(d->f, given[i]);

		if (problem != 0) {
			trouble_init(&d->trouble); /* nothing else counts */
			trouble_add(&d->trouble, names[i],
				problem == PROBLEM_EXERCISE
					? "is not the exercise token of this desk"
					: "is of no exercise that is on: the console "
					  "begins one, or `vedetta exercise begin`");
			return problem;
		}
		d->exercise = d->exercise || given[i] != NULL;
	}
	return 0;
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
	if (kind == PROBLEM_EXERCISE || kind == PROBLEM_EXERCISE_OVER) {
		/* Given back it would be refused again, or be taken for real. */
		reply_problem_form(f, &d->asker, kind, NULL);
		return;
	}
	if (kind != PROBLEM_INVALID) {
		reply_problem_form(f, &d->asker, kind, &form);
		return;
	}
	if (page_form(f->page, d->asker.language, front_staff(f), &form, f->out) != 0) {
		reply_problem(f, &d->asker, PROBLEM_FAULT, NULL, NULL);
		return;
	}
	reply_page(f, &d->asker, 400, NULL);
}

/* ---- to the desk */

static bool
is_taken_by_operator(const struct draft *d)
{
	return d->call->door == ROUTE_CONSOLE;
}

/*
 * Somebody called. Each call is a sender of its own, so that two of them are never
 * taken for one; and whoever wrote it down was not there.
 */
static void
set_operator(struct draft *d, Vedetta__V1__ReportInput *input)
{
	static char operator[] = "operator";
	const struct who *who = call_who(d->f, d->call);
	Vedetta__V1__Report *report = d->report;
	uint8_t key[FRAME_KEY_BYTES];

	input->channel = operator;
	input->adds = false;
	input->cross_site = false;
	if (who != NULL) {
		input->author = (char *)who->name;
		input->account = who->account;
	}
	source_input_key("operator source", d->client_key, key);
	input->source = source_print(&d->f->keys, key, sizeof(key));
	if (report->about == VEDETTA__V1__ABOUT__ABOUT_UNSPECIFIED) {
		report->about = VEDETTA__V1__ABOUT__ABOUT_OTHER;
	}
	if (report->place != NULL &&
		report->place->kind ==
			VEDETTA__V1__PLACE_KIND__PLACE_KIND_UNSPECIFIED) {
		report->place->kind = VEDETTA__V1__PLACE_KIND__PLACE_KIND_THIRD_PARTY;
	}
}

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

/*
 * What tells one body from another. How old the position is changes with every
 * attempt to send the same words, so it does not count. false: past the ceiling.
 */
static bool
print_of(struct front *f, Vedetta__V1__Report *report, uint64_t *out)
{
	Vedetta__V1__Place *place = report->place;
	int age_case = place != NULL ? (int)place->age_case : 0;
	size_t bytes;
	uint8_t *body;

	if (place != NULL) {
		place->age_case = VEDETTA__V1__PLACE__AGE__NOT_SET;
	}
	body = pack_message(&report->base, f->arena, &bytes);
	if (body != NULL) {
		*out = source_print(&f->keys, body, bytes);
	}
	if (place != NULL) {
		place->age_case = (Vedetta__V1__Place__AgeCase)age_case;
	}
	return body != NULL;
}

/* Packs the whole input. NULL: past the ceiling. */
static uint8_t *
pack_input(struct draft *d, size_t *bytes)
{
	static char web[] = "web", api[] = "api";
	Vedetta__V1__ReportInput input = VEDETTA__V1__REPORT_INPUT__INIT;
	struct front *f = d->f;

	if (!print_of(f, d->report, &input.print)) {
		return NULL;
	}
	input.report = d->report;
	input.channel = d->is_form ? web : api;
	input.cross_site = origin_is_foreign(http_header(d->call->request, "Origin"),
		http_header(d->call->request, "Host"),
		http_header(d->call->request, "Sec-Fetch-Site"));
	input.adds = d->is_form;
	input.exercise = d->exercise;
	if (is_taken_by_operator(d)) {
		set_operator(d, &input);
	} else {
		set_source(d, &input);
	}
	return pack_message(&input.base, f->arena, bytes);
}

/* A key used in an exercise never makes an emergency a repeat, nor the other way. */
static const char *
key_room(const struct draft *d)
{
	if (is_taken_by_operator(d)) {
		return d->exercise ? "operator exercise" : "operator";
	}
	if (d->exercise) {
		return d->is_form ? "web exercise" : "api exercise";
	}
	return d->is_form ? "web" : "api";
}

/* Keeps it until the desk answers. */
static int
put(struct draft *d, int64_t now_us)
{
	struct front *f = d->f;
	struct pending_input input = {
		.since_us = now_us, .asker = d->asker, .kind = FRAME_INPUT_REPORT};
	int r;

	input.body = pack_input(d, &input.body_bytes);
	if (d->is_form) {
		input.form = fields_pack(&d->fields, f->arena, &input.form_bytes);
	}
	if (input.body == NULL || (d->is_form && input.form == NULL)) {
		return READ_TOO_LARGE;
	}
	input.hazard = hazard_by_code(d->report->hazard)->number;
	input.exercise = d->exercise;
	source_input_key(key_room(d), d->client_key, input.key);
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
	int r, problem;

	d.f = f;
	d.call = call;
	d.asker = call->asker;
	d.is_form = false;
	d.exercise = false;
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
	if (is_taken_by_operator(&d) &&
		origin_is_foreign(http_header(call->request, "Origin"),
			http_header(call->request, "Host"),
			http_header(call->request, "Sec-Fetch-Site"))) {
		metrics_add(METRIC_INTAKE_REFUSED_INVALID, 1);
		refuse(&d, PROBLEM_FOREIGN);
		return;
	}
	problem = read_exercise(&d);
	if (problem != 0) {
		metrics_add(problem == PROBLEM_DESK_AWAY
				    ? METRIC_INTAKE_REFUSED_TIMEOUT
				    : METRIC_INTAKE_REFUSED_INVALID,
			1);
		refuse(&d, (enum problem_kind)problem);
		return;
	}
	if (r == 0 && (!read_key(&d) || intake_check(d.report, &d.trouble) != 0)) {
		r = READ_REFUSED;
	}
	if (r != 0) {
		metrics_add(METRIC_INTAKE_REFUSED_INVALID, 1);
		refuse(&d, kind_of(r));
		return;
	}
	metrics_add(METRIC_EXERCISE_REPORTS, d.exercise);
	take_in(&d);
}
