/* api_action - POST /v1/incidents/{id}/actions: what an operator does */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/stamp.h"
#include "proto/validate.h"
#include "server/api_body.h"
#include "server/front.h"
#include "server/metrics.h"
#include "server/origin.h"
#include "server/reply.h"

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

/* API_FINE, or the problem it is; trouble says more. */
static int
read_action(struct front *f, const struct http_request *request,
	struct trouble *trouble, Vedetta__V1__Action **out)
{
	ProtobufCMessage *message = NULL;
	int kind = api_body_read(
		f, request, &vedetta__v1__action__descriptor, trouble, &message);

	*out = (Vedetta__V1__Action *)message;
	if (kind == API_FINE && validate_action(*out, trouble) != 0) {
		kind = PROBLEM_INVALID;
	}
	return kind;
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
	const char *client_key = NULL;
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
	if (kind == API_FINE) {
		kind = api_body_key(request, &trouble, &client_key);
	}
	if (kind == API_FINE) {
		input.author = arena_printf(f->arena, "%s", who->name);
		input.account = who->account;
		kind = input.author == NULL ? PROBLEM_FAULT : API_FINE;
	}
	if (kind == API_FINE) {
		kind = api_body_keep(f, call, FRAME_INPUT_ACTION, "action", client_key,
			&input.base, &input.print);
	}
	if (kind != API_FINE) {
		refuse(f, &call->asker, kind, &trouble);
		return;
	}
	front_flush(f);
}

/* ---- what the desk said */

/* What cannot be, and the field of the action that is to be mended. */
static const struct {
	Vedetta__V1__ActionRefusal refusal;
	const char *field;
	const char *reason;
} wrong[] = {
	{VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_SEVERAL, "report",
		"is required: the incident has several reports"},
	{VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_NO_REPORT, "report",
		"is not in this incident"},
	{VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_COARSE, "accuracyM",
		"is worse than the radius of the report's hazard"},
	{VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_ODD_POINT, "point",
		"is 0,0, or has latitude and longitude changed"},
	{VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_LEAVES, "point",
		"is outside your areas: you would see the report no longer. Say "
		"`leaves` as well if that is meant"},
	{VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_NO_INTO, "into",
		"is no incident of this desk"},
	{VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_INTO_CLOSED, "into",
		"is closed: reopen it first"},
	{VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_INTO_SAME, "into",
		"is this very incident"},
	{VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_EXERCISE, "into",
		"is real and this an exercise, or the other way round"},
	{VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_ALL_REPORTS, "reports",
		"are all that the incident has: one must stay"},
	{VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_TOO_MANY, "reports",
		"are more than can go at once"},
	{VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_OPEN, "reason",
		"there is nothing to reopen: the incident is open"},
	{VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_NO_DECISION, "decision",
		"is no decision about this incident"},
	{VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_UNDONE, "decision",
		"was taken back already"},
	{VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_NO_UNDO, "decision",
		"cannot be taken back"},
	{VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_NO_REPORTS, "report",
		"there is none in this incident"},
	{VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_NO_TEAM, "team",
		"is no team of the duty book, or was removed"},
};

static enum problem_kind
refusal(const Vedetta__V1__InputAnswer *answer, struct trouble *trouble)
{
	char field[TROUBLE_FIELD_BYTES];
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		if (wrong[i].refusal == answer->refusal) {
			/* A mark names the other incident by another word. */
			bool is_of = strcmp(answer->what, "mark") == 0 &&
				     strcmp(wrong[i].field, "into") == 0;

			(void)snprintf(field, sizeof(field), "%s.%s", answer->what,
				is_of ? "of" : wrong[i].field);
			trouble_add(trouble, field, "%s", wrong[i].reason);
			return PROBLEM_INVALID;
		}
	}
	if (answer->refusal ==
		VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_NO_INCIDENT) {
		return PROBLEM_NOT_FOUND;
	}
	if (answer->refusal == VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_CLOSED ||
		answer->refusal ==
			VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_OUTDATED ||
		answer->refusal ==
			VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_INTO_OUTDATED) {
		return PROBLEM_OUTDATED;
	}
	if (answer->refusal == VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_NO_LEAD) {
		return PROBLEM_NO_LEAD;
	}
	return answer->refusal == VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_NO_RIGHT
		       ? PROBLEM_FORBIDDEN
		       : PROBLEM_NOT_NOW;
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
	result.decision = answer->decision;
	result.sequence = answer->sequence;
	reply_message(f, asker, 200, &result.base, JSON_CANONICAL, NULL);
}

/* Nothing was done; with who was first, if somebody was. */
static void
refuse_done(struct front *f, const struct asker *asker,
	const Vedetta__V1__InputAnswer *answer)
{
	Google__Protobuf__Timestamp at = stamp_of_ms(answer->decided_ms);
	Vedetta__V1__Problem *problem;
	struct trouble trouble;
	enum problem_kind kind;

	trouble_init(&trouble);
	metrics_add(METRIC_INTAKE_REFUSED_INVALID, 1);
	kind = refusal(answer, &trouble);
	if (kind != PROBLEM_OUTDATED) {
		reply_problem(f, asker, kind, &trouble, NULL);
		return;
	}
	problem = problem_new(f->work, kind, &trouble, f->config->emergency_number);
	if (problem != NULL) {
		problem->sequence = answer->sequence;
		if (answer->decided_ms != 0) {
			problem->by = answer->decided_by;
			problem->what = answer->decided_what;
			problem->decided_at = &at;
		}
	}
	reply_problem_message(f, asker, problem);
}

void
api_action_answered(struct front *f, const struct asker *asker,
	const Vedetta__V1__InputAnswer *answer)
{
	switch (answer->outcome) {
	case VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_ACTED:
		answer_done(f, asker, answer, false);
		return;
	case VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_REPEATED:
		answer_done(f, asker, answer, true);
		return;
	case VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_REFUSED:
		refuse_done(f, asker, answer);
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
