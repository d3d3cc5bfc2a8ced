#include "dispatch/step_internal.h"

#include <string.h>

#include "dispatch/rank.h"
#include "dispatch/work.h"

/* The other incident that an action is about, or 0. */
static uint64_t
other_of(const Vedetta__V1__Action *action)
{
	switch ((int)action->what_case) {
	case VEDETTA__V1__ACTION__WHAT_MERGE:
		return action->merge->into;
	case VEDETTA__V1__ACTION__WHAT_MOVE:
		return action->move->into;
	default:
		return 0;
	}
}

/* Whose decision this takes away, or NULL. */
static const struct decision *
decision_taken(const struct incident *i, const Vedetta__V1__Action *action)
{
	const struct decision *set =
		work_last(i->rare->work, VEDETTA__V1__ACTION__WHAT_SET_CLASS);
	unsigned to;

	if (action->what_case == VEDETTA__V1__ACTION__WHAT_UNDO) {
		return work_find(i->rare->work, action->undo->decision);
	}
	if (action->what_case != VEDETTA__V1__ACTION__WHAT_SET_CLASS ||
		work_class(i->rare->work) == 0) {
		return NULL;
	}
	to = action->set_class->class_;
	return to == 0 || (to > CLASS_LIVES_NOW &&
				  work_class(i->rare->work) == CLASS_LIVES_NOW)
		       ? set
		       : NULL;
}

static bool
may(const struct step *s, const struct incident *i, Vedetta__V1__Right right)
{
	return office_may(
		s->memory->office, s->input->action->account, right, &i->areas);
}

Vedetta__V1__ActionRefusal
step_may(const struct step *s, const struct incident *i)
{
	const Vedetta__V1__ActionInput *input = s->input->action;
	const struct incident *other =
		roster_find(&s->memory->roster, other_of(input->action));
	const struct decision *taken = decision_taken(i, input->action);

	if (s->input->own || office_count(s->memory->office) == 0) {
		return VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_UNSPECIFIED;
	}
	if (!may(s, i, VEDETTA__V1__RIGHT__RIGHT_ACT) ||
		(other != NULL && !may(s, other, VEDETTA__V1__RIGHT__RIGHT_ACT))) {
		return VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_NO_RIGHT;
	}
	return taken == NULL || taken->said->account == input->account ||
			       may(s, i, VEDETTA__V1__RIGHT__RIGHT_LEAD)
		       ? VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_UNSPECIFIED
		       : VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_NO_LEAD;
}
