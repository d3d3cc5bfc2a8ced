#include "server/search_reply.h"

#include <string.h>

#include "server/fields.h"
#include "server/reply.h"

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
		search_query_read(&query, about, f->arena, &trouble, out) == 0) {
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
