/* api_action - POST /v1/incidents/{id}/actions: what an operator does */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "proto/scan.h"
#include "proto/validate.h"
#include "server/clock.h"
#include "server/front.h"
#include "server/limits.h"
#include "server/metrics.h"
#include "server/origin.h"
#include "server/reply.h"

enum {
	CLIENT_KEY_BYTES = 255,
	FINE = -1, /* beside enum problem_kind */
};

static bool
read_id(const char *text, uint64_t *out)
{
	char *end;

	if (text[0] < '0' || text[0] > '9') {
		return false;
	}
	*out = strtoull(text, &end, 10);
	return *end == '\0' && *out > 0 && *out <= INT64_MAX;
}

/* Returns FINE, or the problem it is; trouble says more. */
static int
read_action(struct front *f, const struct http_request *request,
	struct trouble *trouble, Vedetta__V1__Action **out)
{
	const char *type = http_header(request, "Content-Type");
	ProtobufCMessage *message = NULL;
	int r;

	if (type != NULL && strncasecmp(type, "application/json", 16) == 0) {
		r = json_read(&vedetta__v1__action__descriptor,
			(const char *)request->body, request->body_bytes, f->arena,
			trouble, &message);
	} else if (type != NULL &&
		   strncasecmp(type, "application/x-protobuf", 22) == 0) {
		r = scan_unpack(&vedetta__v1__action__descriptor, request->body,
			request->body_bytes, &scan_default_limits, f->arena, trouble,
			&message);
	} else {
		return PROBLEM_MEDIA_TYPE;
	}
	*out = (Vedetta__V1__Action *)message;
	if (r != 0 && trouble_is_empty(trouble)) {
		return PROBLEM_TOO_LARGE;
	}
	if (r != 0 || validate_action(*out, trouble) != 0) {
		return PROBLEM_INVALID;
	}
	return FINE;
}

/* Keeps it until the desk answers. FINE, or the problem it is. */
static int
put(struct front *f, const struct call *call, const char *client_key,
	Vedetta__V1__ActionInput *action)
{
	struct pending_input input = {.since_us = clock_mono_us(),
		.asker = call->asker,
		.kind = FRAME_INPUT_ACTION};
	size_t bytes = vedetta__v1__action_input__get_packed_size(action);
	uint8_t *body = arena_alloc(f->arena, bytes + sizeof(action->print) + 1);
	int r;

	if (body == NULL) {
		return PROBLEM_FAULT;
	}
	bytes = vedetta__v1__action_input__pack(action, body);
	action->print = source_print(&f->keys, body, bytes);
	input.body_bytes = vedetta__v1__action_input__pack(action, body);
	input.body = body;
	source_input_key("action", client_key, input.key);
	r = pending_add(f->pending, &input);
	metrics_set(METRIC_INTAKE_QUEUE, pending_count(f->pending));
	return r == PENDING_FULL ? PROBLEM_FULL : r != 0 ? PROBLEM_FAULT : FINE;
}

static void
refuse(struct front *f, const struct asker *asker, int kind, struct trouble *trouble)
{
	metrics_add(kind == PROBLEM_FULL    ? METRIC_INTAKE_REFUSED_FULL
		    : kind == PROBLEM_FAULT ? METRIC_INTAKE_REFUSED_FAULT
					    : METRIC_INTAKE_REFUSED_INVALID,
		1);
	reply_problem(f, asker, (enum problem_kind)kind, trouble, NULL);
}

void
api_action_post(struct front *f, const struct call *call)
{
	Vedetta__V1__ActionInput input = VEDETTA__V1__ACTION_INPUT__INIT;
	const struct http_request *request = call->request;
	const char *client_key = http_header(request, "Idempotency-Key");
	const struct who *who = call_who(f, call);
	struct trouble trouble;
	int kind;

	trouble_init(&trouble);
	metrics_add(METRIC_INTAKE_IN, 1);
	if (!read_id(call->parameter, &input.incident)) {
		refuse(f, &call->asker, PROBLEM_NOT_FOUND, NULL);
		return;
	}
	if (origin_is_foreign(http_header(request, "Origin"),
		    http_header(request, "Host"),
		    http_header(request, "Sec-Fetch-Site"))) {
		refuse(f, &call->asker, PROBLEM_FOREIGN, NULL);
		return;
	}
	kind = read_action(f, request, &trouble, &input.action);
	if (kind == FINE && client_key != NULL &&
		(client_key[0] == '\0' || strlen(client_key) > CLIENT_KEY_BYTES)) {
		trouble_add(&trouble, "Idempotency-Key", "is not 1 to %d bytes long",
			CLIENT_KEY_BYTES);
		kind = PROBLEM_INVALID;
	}
	if (kind == FINE) {
		input.author = arena_printf(f->arena, "%s", who->name);
		input.account = who->account;
		kind = input.author == NULL ? PROBLEM_FAULT : FINE;
	}
	if (kind == FINE) {
		kind = put(f, call, client_key, &input);
	}
	if (kind != FINE) {
		refuse(f, &call->asker, kind, &trouble);
		return;
	}
	front_flush(f);
}

/* ---- what the desk said */

static enum problem_kind
refusal(const Vedetta__V1__InputAnswer *answer, struct trouble *trouble)
{
	switch (answer->refusal) {
	case VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_NO_INCIDENT:
		return PROBLEM_NOT_FOUND;
	case VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_CLOSED:
	case VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_OUTDATED:
		return PROBLEM_OUTDATED;
	case VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_SEVERAL:
		trouble_add(trouble, "place.report",
			"is required: the incident has several reports");
		return PROBLEM_INVALID;
	case VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_NO_REPORT:
		trouble_add(trouble, "place.report", "is not in this incident");
		return PROBLEM_INVALID;
	case VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_COARSE:
		trouble_add(trouble, "place.accuracyM",
			"is worse than the radius of the report's hazard");
		return PROBLEM_INVALID;
	case VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_ODD_POINT:
		trouble_add(trouble, "place.point",
			"is 0,0, or has latitude and longitude changed");
		return PROBLEM_INVALID;
	case VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_NOT_NOW:
	case VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_UNSPECIFIED:
	case _VEDETTA__V1__ACTION_REFUSAL_IS_INT_SIZE:
		break;
	}
	return PROBLEM_NOT_NOW;
}

static void
answer_done(struct front *f, const struct asker *asker,
	const Vedetta__V1__InputAnswer *answer, bool repeated)
{
	Vedetta__V1__ActionResult result = VEDETTA__V1__ACTION_RESULT__INIT;

	metrics_add(METRIC_INTAKE_OUT, 1);
	result.outcome = answer->action;
	result.report = answer->report_id;
	result.incident = answer->incident;
	result.repeated = repeated;
	reply_message(f, asker, 200, &result.base, JSON_CANONICAL, NULL);
}

void
api_action_answered(struct front *f, const struct asker *asker,
	const Vedetta__V1__InputAnswer *answer)
{
	struct trouble trouble;

	trouble_init(&trouble);
	switch (answer->outcome) {
	case VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_ACTED:
		answer_done(f, asker, answer, false);
		return;
	case VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_REPEATED:
		answer_done(f, asker, answer, true);
		return;
	case VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_REFUSED:
		metrics_add(METRIC_INTAKE_REFUSED_INVALID, 1);
		reply_problem(f, asker, refusal(answer, &trouble), &trouble, NULL);
		return;
	case VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_CONFLICT:
		metrics_add(METRIC_INTAKE_REFUSED_INVALID, 1);
		reply_problem(f, asker, PROBLEM_OTHER_ACTION, NULL, NULL);
		return;
	case VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_NO_ROOM:
		metrics_add(METRIC_INTAKE_REFUSED_NO_ROOM, 1);
		reply_problem(f, asker, PROBLEM_NO_ROOM, NULL, NULL);
		return;
	case VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_STORE_FAULT:
	case VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_STORED:
	case VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_ADDED:
	case VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_UNSPECIFIED:
	case _VEDETTA__V1__INPUT_OUTCOME_IS_INT_SIZE:
		metrics_add(METRIC_INTAKE_REFUSED_FAULT, 1);
		reply_problem(f, asker, PROBLEM_STORE, NULL, NULL);
	}
}
