/* What operators do besides saying a place: each kind, ready to be filled in. */
#ifndef TESTS_ACT_KIT_H
#define TESTS_ACT_KIT_H

#include "desk_kit.h"

struct act {
	Vedetta__V1__Acknowledge acknowledge;
	Vedetta__V1__Assign assign;
	Vedetta__V1__HandOver hand_over;
	Vedetta__V1__Refuse refuse;
	Vedetta__V1__Note note;
	Vedetta__V1__SetClass set_class;
	Vedetta__V1__Ask ask;
	Vedetta__V1__Merge merge;
	Vedetta__V1__Split split;
	Vedetta__V1__MoveReport move;
	Vedetta__V1__Mark mark;
	Vedetta__V1__Close close;
	Vedetta__V1__Reopen reopen;
	Vedetta__V1__Undo undo;
	uint64_t reports[8];
	Vedetta__V1__Action action;
	Vedetta__V1__ActionInput input;
	struct desk_input step;
};

/* Somebody who sees all there is does this to the incident. */
static inline void
act_init(struct act *a, uint64_t incident, Vedetta__V1__Action__WhatCase what)
{
	*a = (struct act){
		.acknowledge = VEDETTA__V1__ACKNOWLEDGE__INIT,
		.assign = VEDETTA__V1__ASSIGN__INIT,
		.hand_over = VEDETTA__V1__HAND_OVER__INIT,
		.refuse = VEDETTA__V1__REFUSE__INIT,
		.note = VEDETTA__V1__NOTE__INIT,
		.set_class = VEDETTA__V1__SET_CLASS__INIT,
		.ask = VEDETTA__V1__ASK__INIT,
		.merge = VEDETTA__V1__MERGE__INIT,
		.split = VEDETTA__V1__SPLIT__INIT,
		.move = VEDETTA__V1__MOVE_REPORT__INIT,
		.mark = VEDETTA__V1__MARK__INIT,
		.close = VEDETTA__V1__CLOSE__INIT,
		.reopen = VEDETTA__V1__REOPEN__INIT,
		.undo = VEDETTA__V1__UNDO__INIT,
		.action = VEDETTA__V1__ACTION__INIT,
		.input = VEDETTA__V1__ACTION_INPUT__INIT,
		.step = {.kind = DESK_ACT},
	};
	a->hand_over.to = (char *)"115";
	a->refuse.reason = (char *)"all are out";
	a->note.text = (char *)"a note";
	a->set_class.class_ = 4;
	a->set_class.reason = (char *)"seen from the air";
	a->ask.text = (char *)"Quanti siete?";
	a->merge.into_sequence = UINT64_MAX;
	a->split.reports = a->reports;
	a->split.n_reports = 1;
	a->move.into_sequence = UINT64_MAX;
	a->mark.kind = VEDETTA__V1__MARK_KIND__MARK_KIND_HOAX;
	a->mark.reason = (char *)"the same voice";
	a->close.outcome = VEDETTA__V1__CLOSE_OUTCOME__CLOSE_OUTCOME_RESOLVED;
	a->close.text = (char *)"pumped out";
	a->assign.to_case = VEDETTA__V1__ASSIGN__TO_PERSON;
	a->assign.person = (char *)"anna";
	a->action.sequence = UINT64_MAX;
	a->action.what_case = what;
	a->input.incident = incident;
	a->input.action = &a->action;
	a->input.author = (char *)"bruno";
	a->input.account = 7;
	a->step.action = &a->input;
}

/* Points into itself: after it was filled in and is where it stays. */
static inline const struct desk_input *
act_step(struct act *a)
{
	const struct {
		Vedetta__V1__Action__WhatCase what;
		void *said;
	} parts[] = {
		{VEDETTA__V1__ACTION__WHAT_ACKNOWLEDGE, &a->acknowledge},
		{VEDETTA__V1__ACTION__WHAT_ASSIGN, &a->assign},
		{VEDETTA__V1__ACTION__WHAT_HAND_OVER, &a->hand_over},
		{VEDETTA__V1__ACTION__WHAT_REFUSE_HAND_OVER, &a->refuse},
		{VEDETTA__V1__ACTION__WHAT_NOTE, &a->note},
		{VEDETTA__V1__ACTION__WHAT_SET_CLASS, &a->set_class},
		{VEDETTA__V1__ACTION__WHAT_ASK, &a->ask},
		{VEDETTA__V1__ACTION__WHAT_MERGE, &a->merge},
		{VEDETTA__V1__ACTION__WHAT_SPLIT, &a->split},
		{VEDETTA__V1__ACTION__WHAT_MOVE, &a->move},
		{VEDETTA__V1__ACTION__WHAT_MARK, &a->mark},
		{VEDETTA__V1__ACTION__WHAT_CLOSE, &a->close},
		{VEDETTA__V1__ACTION__WHAT_REOPEN, &a->reopen},
		{VEDETTA__V1__ACTION__WHAT_UNDO, &a->undo},
	};
	size_t n;

	for (n = 0; n < sizeof(parts) / sizeof(parts[0]); n++) {
		if (parts[n].what == a->action.what_case) {
			a->action.acknowledge = parts[n].said; /* a union */
		}
	}
	return &a->step;
}

/* Makes the step, which is done; the answer. */
static inline const Vedetta__V1__InputAnswer *
act_do(struct kit *k, struct act *a)
{
	const Vedetta__V1__InputAnswer *answer = kit_step(k, act_step(a));

	if (answer->outcome != VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_ACTED) {
		fail_msg("refused: %d", answer->refusal);
	}
	return answer;
}

/* With nothing to fill in. Its decision. */
static inline uint64_t
act_simply(struct kit *k, uint64_t incident, Vedetta__V1__Action__WhatCase what)
{
	struct act a;

	act_init(&a, incident, what);
	return act_do(k, &a)->decision;
}

static inline uint64_t
act_undo(struct kit *k, uint64_t incident, uint64_t decision)
{
	struct act a;

	act_init(&a, incident, VEDETTA__V1__ACTION__WHAT_UNDO);
	a.undo.decision = decision;
	return act_do(k, &a)->incident;
}

static inline const Vedetta__V1__InputAnswer *
act_refused(struct kit *k, struct act *a, Vedetta__V1__ActionRefusal why)
{
	size_t before = k->n_rows;
	const Vedetta__V1__InputAnswer *answer = kit_step(k, act_step(a));

	assert_int_equal(
		answer->outcome, VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_REFUSED);
	assert_int_equal(answer->refusal, why);
	assert_int_equal(k->n_rows, before);
	return answer;
}

#endif
