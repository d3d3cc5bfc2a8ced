#include "server/search_reply.h"

#include <string.h>

#include "server/fields.h"
#include "server/reply.h"

/*
 * Who sees some areas looks in one of them: in the only one there is, when none is
 * said. Who sees all areas and nothing outside them looks in all. A code on a receipt
 * is looked up anywhere, and its report judged then.
 */
static bool
stay_within(struct front *f, const struct who *who, struct search_query *query,
	struct trouble *trouble)
{
	Vedetta__V1__SearchQuestion *q = &query->question;

	if (who->scope == NULL || q->code[0] != '\0') {
		return true;
	}
	if (q->area[0] == '\0' && !who->scope->all && !who->scope->unassigned &&
		who->scope->n_codes == 1) {
		q->area = (char *)who->scope->codes[0];
		return true;
	}
	if (q->area[0] == '\0' && who->scope->all) {
		q->area = (char *)FILTER_ASSIGNED;
		return true;
	}
	if (strcmp(q->area, FILTER_UNASSIGNED) == 0
			? who->scope->unassigned
			: q->area[0] != '\0' && who_sees_area(f, who, q->area)) {
		return true;
	}
	trouble_add(trouble, "area",
		q->area[0] == '\0' ? "is required: say which of your areas"
				   : "is not one of your areas");
	return false;
}

bool
search_reply_read(struct front *f, const struct call *call, enum search_about about,
	struct search_query *out)
{
	const char *text = call->request->query;
	struct trouble trouble;
	struct fields query;

	trouble_init(&trouble);
	if (fields_from_urlencoded(text, strlen(text), f->arena, &trouble, &query) ==
			0 &&
		search_query_read(&query, about, f->arena, &trouble, out) == 0 &&
		(about == SEARCH_OUTLINES_OF ||
			stay_within(f, call_who(f, call), out, &trouble))) {
		return true;
	}
	reply_problem(f, &call->asker, PROBLEM_INVALID, &trouble, NULL);
	return false;
}

bool
search_reply_unless_found(struct front *f, const struct ask_about *about,
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
