/* api_reply - POST /r/{token}: what a reporter answers the desk */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "dispatch/hazard.h"
#include "proto/pack.h"
#include "proto/validate.h"
#include "server/clock.h"
#include "server/fields.h"
#include "server/front.h"
#include "server/limits.h"
#include "server/metrics.h"
#include "server/reply.h"

enum {
	TOKEN_MAX = 64,       /* longer cannot be one of ours */
	CLIENT_KEY_MAX = 255, /* bytes */
	KEY_BYTES = TOKEN_MAX + CLIENT_KEY_MAX + 32,
};

/* An answer as it came. */
struct said {
	const char *text;
	const char *key; /* NULL: none */
	struct trouble trouble;
};

static bool
is_type(const char *given, const char *type)
{
	size_t bytes = strlen(type);

	return given != NULL && strncasecmp(given, type, bytes) == 0 &&
	       strchr("; \t", given[bytes]) != NULL;
}

/* false: not understood, or a type that is not taken. */
static bool
read_said(struct front *f, const struct call *call, struct said *out)
{
	const struct http_request *request = call->request;
	const char *type = http_header(request, "Content-Type");
	ProtobufCMessage *message;
	struct fields fields;

	out->key = http_header(request, "Idempotency-Key");
	if (is_type(type, "application/x-www-form-urlencoded")) {
		if (fields_from_urlencoded((const char *)request->body,
			    request->body_bytes, f->arena, &out->trouble,
			    &fields) != 0) {
			return false;
		}
		out->text = fields_get(&fields, "text");
		out->key = fields_get(&fields, "key");
		return true;
	}
	if (!is_type(type, "application/json") ||
		json_read(&vedetta__v1__note__descriptor, (const char *)request->body,
			request->body_bytes, f->arena, &out->trouble, &message) != 0) {
		return false;
	}
	out->text = ((const Vedetta__V1__Note *)message)->text;
	return true;
}

static bool
check_said(struct said *said)
{
	Vedetta__V1__Note note = VEDETTA__V1__NOTE__INIT;

	if (validate_says_nothing(said->text)) {
		trouble_add(&said->trouble, "text", "is required");
		return false;
	}
	if (said->key != NULL && strlen(said->key) > CLIENT_KEY_MAX) {
		trouble_add(&said->trouble, "Idempotency-Key",
			"is more than %d bytes long", CLIENT_KEY_MAX);
		return false;
	}
	note.text = (char *)said->text;
	return validate_message(&note.base, &said->trouble) == 0;
}

/* A browser that finds its words again when they could not be taken. */
static void
keep_form(struct front *f, const char *text, struct pending_input *input)
{
	struct fields fields = {.n = 1};

	fields.at[0].name = page_field_name(PAGE_TEXT);
	fields.at[0].value = text;
	input->form = fields_pack(&fields, f->work, &input->form_bytes);
}

static int
put(struct front *f, const struct ask_about *about,
	const Vedetta__V1__ReceiptReply *reply)
{
	static char web[] = "web";
	Vedetta__V1__ReportInput said = VEDETTA__V1__REPORT_INPUT__INIT;
	Vedetta__V1__Report report = VEDETTA__V1__REPORT__INIT;
	struct pending_input input = {.since_us = clock_mono_us(),
		.asker = about->asker,
		.kind = FRAME_INPUT_REPORT,
		.hazard = HAZARD_OTHER};
	char key[KEY_BYTES];

	report.text = reply->text;
	said.report = &report;
	said.channel = web;
	said.source = about->number;
	said.answers = reply->report;
	said.incident = reply->incident;
	said.print = source_print(&f->keys, reply->text, strlen(reply->text));
	input.body = pack_message(&said.base, f->work, &input.body_bytes);
	if (about->asker.form == ANSWER_HTML) {
		keep_form(f, reply->text, &input);
	}
	if (input.body == NULL) {
		return -1;
	}
	/* Other words under it are another answer, not another body of this one. */
	(void)snprintf(key, sizeof(key), "%s/%s/%016llx", reply->token, reply->key,
		(unsigned long long)said.print);
	source_input_key("answer", reply->key[0] != '\0' ? key : NULL, input.key);
	return pending_add(f->pending, &input);
}

static void
on_token(void *arg, const struct ask_about *about, const Vedetta__V1__Answer *answer)
{
	struct front *f = arg;
	bool found = answer != NULL && answer->reply != NULL;
	int r;

	arena_reset(f->work);
	if (!found) {
		bool unknown =
			answer != NULL &&
			answer->outcome ==
				VEDETTA__V1__ANSWER_OUTCOME__ANSWER_OUTCOME_NOT_FOUND;

		metrics_add(unknown ? METRIC_INTAKE_REFUSED_INVALID
				    : METRIC_INTAKE_REFUSED_FULL,
			1);
		reply_problem(f, &about->asker,
			unknown ? PROBLEM_NOT_FOUND : PROBLEM_READERS_BUSY, NULL, NULL);
		return;
	}
	r = put(f, about, answer->reply);
	metrics_set(METRIC_INTAKE_QUEUE, pending_count(f->pending));
	if (r == 0) {
		front_flush(f);
		return;
	}
	metrics_add(r == PENDING_FULL ? METRIC_INTAKE_REFUSED_FULL
				      : METRIC_INTAKE_REFUSED_FAULT,
		1);
	reply_problem(f, &about->asker,
		r == PENDING_FULL ? PROBLEM_FULL : PROBLEM_FAULT, NULL, NULL);
}

void
api_reply_post(struct front *f, const struct call *call)
{
	Vedetta__V1__Question question = VEDETTA__V1__QUESTION__INIT;
	Vedetta__V1__ReceiptQuestion receipt = VEDETTA__V1__RECEIPT_QUESTION__INIT;
	struct said said = {.text = NULL};

	trouble_init(&said.trouble);
	metrics_add(METRIC_INTAKE_IN, 1);
	if (strlen(call->parameter) > TOKEN_MAX) {
		metrics_add(METRIC_INTAKE_REFUSED_INVALID, 1);
		reply_problem(f, &call->asker, PROBLEM_NOT_FOUND, NULL, NULL);
		return;
	}
	if (!read_said(f, call, &said) || !check_said(&said)) {
		metrics_add(METRIC_INTAKE_REFUSED_INVALID, 1);
		reply_problem(f, &call->asker,
			trouble_is_empty(&said.trouble) ? PROBLEM_MEDIA_TYPE
							: PROBLEM_INVALID,
			&said.trouble, NULL);
		return;
	}
	receipt.token = (char *)call->parameter;
	receipt.text = (char *)said.text;
	receipt.key = (char *)(said.key != NULL ? said.key : "");
	question.about_case = VEDETTA__V1__QUESTION__ABOUT_RECEIPT;
	question.receipt = &receipt;
	/* Whose words: the reader gives back all but that. */
	front_ask(f, call, ASK_SHORT, &question,
		source_from_peer(&f->keys, call->request->peer), on_token);
}
