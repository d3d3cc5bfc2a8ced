/* What holds between the fields of an action; validate.h has the contract. */
#include "proto/validate.h"

/* A text that must say something. */
static void
require(const char *text, const char *field, struct trouble *trouble)
{
	if (validate_says_nothing(text)) {
		trouble_add(trouble, field, "is required");
	}
}

static void
require_number(uint64_t number, const char *field, struct trouble *trouble)
{
	if (number == 0) {
		trouble_add(trouble, field, "is required");
	}
}

static void
check_class(const Vedetta__V1__SetClass *set, struct trouble *trouble)
{
	if (set->class_ > 5) {
		trouble_add(trouble, "setClass.class",
			"must be 1 to 5, or 0 to give it back to the rule");
	}
	if (set->class_ != 0) {
		require(set->reason, "setClass.reason", trouble);
	}
}

static void
check_assign(const Vedetta__V1__Assign *assign, struct trouble *trouble)
{
	bool to_team = assign->to_case == VEDETTA__V1__ASSIGN__TO_TEAM;
	bool to_person = assign->to_case == VEDETTA__V1__ASSIGN__TO_PERSON;
	bool to_nobody = assign->to_case == VEDETTA__V1__ASSIGN__TO_NOBODY;

	if ((to_team && assign->team != 0) || (to_nobody && assign->nobody) ||
		(to_person && !validate_says_nothing(assign->person))) {
		return;
	}
	trouble_add(trouble, "assign", "team, person or nobody is required");
}

static void
check_split(const Vedetta__V1__Split *split, struct trouble *trouble)
{
	if (split->n_reports == 0) {
		trouble_add(trouble, "split.reports", "is required");
	} else if (split->n_reports > ACTION_REPORTS_MAX) {
		trouble_add(trouble, "split.reports", "must have %d numbers at most",
			ACTION_REPORTS_MAX);
	}
}

static void
check_close(const Vedetta__V1__Close *close, struct trouble *trouble)
{
	require_number((uint64_t)close->outcome, "close.outcome", trouble);
	if (close->outcome == VEDETTA__V1__CLOSE_OUTCOME__CLOSE_OUTCOME_EXERCISE) {
		trouble_add(trouble, "close.outcome",
			"is the end of an exercise: POST /v1/exercise");
	}
}

static void
check_mark(const Vedetta__V1__Mark *mark, struct trouble *trouble)
{
	require_number((uint64_t)mark->kind, "mark.kind", trouble);
	require(mark->reason, "mark.reason", trouble);
	if (mark->kind == VEDETTA__V1__MARK_KIND__MARK_KIND_DUPLICATE) {
		require_number(mark->of, "mark.of", trouble);
	}
}

static void
check_move(const Vedetta__V1__MoveReport *move, struct trouble *trouble)
{
	require_number(move->report, "move.report", trouble);
	require_number(move->into, "move.into", trouble);
	require_number(move->into_sequence, "move.intoSequence", trouble);
}

static void
check_merge(const Vedetta__V1__Merge *merge, struct trouble *trouble)
{
	require_number(merge->into, "merge.into", trouble);
	require_number(merge->into_sequence, "merge.intoSequence", trouble);
}

static void
check_what(const Vedetta__V1__Action *a, struct trouble *trouble)
{
	switch (a->what_case) {
	case VEDETTA__V1__ACTION__WHAT_PLACE:
		if (a->place->point == NULL) {
			trouble_add(trouble, "place.point", "is required");
		}
		return;
	case VEDETTA__V1__ACTION__WHAT_ASSIGN:
		check_assign(a->assign, trouble);
		return;
	case VEDETTA__V1__ACTION__WHAT_HAND_OVER:
		require(a->hand_over->to, "handOver.to", trouble);
		return;
	case VEDETTA__V1__ACTION__WHAT_REFUSE_HAND_OVER:
		require(a->refuse_hand_over->reason, "refuseHandOver.reason", trouble);
		return;
	case VEDETTA__V1__ACTION__WHAT_NOTE:
		require(a->note->text, "note.text", trouble);
		return;
	case VEDETTA__V1__ACTION__WHAT_SET_CLASS:
		check_class(a->set_class, trouble);
		return;
	case VEDETTA__V1__ACTION__WHAT_ASK:
		require(a->ask->text, "ask.text", trouble);
		return;
	case VEDETTA__V1__ACTION__WHAT_MERGE:
		check_merge(a->merge, trouble);
		return;
	case VEDETTA__V1__ACTION__WHAT_SPLIT:
		check_split(a->split, trouble);
		return;
	case VEDETTA__V1__ACTION__WHAT_MOVE:
		check_move(a->move, trouble);
		return;
	case VEDETTA__V1__ACTION__WHAT_MARK:
		check_mark(a->mark, trouble);
		return;
	case VEDETTA__V1__ACTION__WHAT_CLOSE:
		check_close(a->close, trouble);
		return;
	case VEDETTA__V1__ACTION__WHAT_UNDO:
		require_number(a->undo->decision, "undo.decision", trouble);
		return;
	case VEDETTA__V1__ACTION__WHAT_ACKNOWLEDGE:
	case VEDETTA__V1__ACTION__WHAT_REOPEN:
		return;
	case VEDETTA__V1__ACTION__WHAT__NOT_SET:
	case _VEDETTA__V1__ACTION__WHAT__CASE_IS_INT_SIZE:
		break;
	}
	trouble_add(trouble, "what",
		"is required: acknowledge, note, close or another action");
}

int
validate_action(const Vedetta__V1__Action *action, struct trouble *trouble)
{
	size_t before = trouble->n_found;

	validate_message(&action->base, trouble);
	if (action->sequence == 0) {
		trouble_add(trouble, "sequence",
			"must be the incident's sequence as you saw it");
	}
	check_what(action, trouble);
	return trouble->n_found > before ? VALIDATE_REFUSED : 0;
}
