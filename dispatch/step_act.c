#include "dispatch/step_internal.h"

#include <errno.h>
#include <string.h>

#include "dispatch/action.h"
#include "dispatch/work.h"
#include "vedetta/v1/log.pb-c.h"

/* ---- answers */

int
step_refuse(struct step *s, Vedetta__V1__ActionRefusal why, const struct incident *i)
{
	Vedetta__V1__InputAnswer *a = &s->out->answer;
	const struct decider *by =
		i == NULL || i->rare->work == NULL ? NULL : &i->rare->work->decider;

	a->outcome = VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_REFUSED;
	a->refusal = why;
	a->what = (char *)action_what(s->input->action->action);
	if (i != NULL) {
		a->sequence = i->seq;
	}
	if (by != NULL && by->seq != 0) {
		a->decided_by = by->by;
		a->decided_what = (char *)by->what;
		a->decided_ms = by->at_ms;
	}
	return 0;
}

static int
answer(struct step *s, Vedetta__V1__InputOutcome outcome,
	Vedetta__V1__ActionOutcome what, uint64_t report, const struct incident *now_in)
{
	Vedetta__V1__InputAnswer *a = &s->out->answer;

	a->outcome = outcome;
	a->action = what;
	a->report_id = report;
	a->received_ms = s->now_ms;
	a->copies = 1;
	if (now_in != NULL) {
		a->incident = now_in->id;
		a->class_ = now_in->class_no;
		a->sequence = now_in->seq;
	}
	return 0;
}

int
step_answer_acted(struct step *s, Vedetta__V1__ActionOutcome what, uint64_t report,
	const struct incident *now_in)
{
	return answer(s, VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_ACTED, what, report,
		now_in);
}

/* The same action came before: what it did, and how the incident is now. */
static int
answer_known(struct step *s, const struct seen_entry *first)
{
	const struct incident *was = roster_find(&s->memory->roster, first->incident);
	const struct incident *is =
		memory_where(s->memory, first->row, first->incident);
	const struct decision *d =
		was == NULL ? NULL : work_find(was->rare->work, first->row);
	Vedetta__V1__InputOutcome outcome =
		first->print == s->input->action->print
			? VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_REPEATED
			: VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_CONFLICT;

	if (d != NULL && action_has_undo(d->said->action)) {
		s->out->answer.decision = d->seq;
	}
	return answer(s, outcome,
		VEDETTA__V1__ACTION_OUTCOME__ACTION_OUTCOME_UNSPECIFIED,
		d == NULL ? first->row : 0, is);
}

/* ---- rows */

struct store_row *
step_begin_row(
	struct step *s, enum store_kind kind, const struct incident *i, bool keyed)
{
	struct store_row *row = &s->out->rows[s->out->n_rows];
	const struct facts facts = {
		.hazard = s->hazard->number, .exercise = i->exercise};

	*row = (struct store_row){
		.seq = s->memory->last_seq + 1,
		.at_ms = s->now_ms,
		.kind = kind,
		.subject = i->id,
		.prev = i->id == s->memory->last_seq + 1 ? 0 : i->seq,
		.facts = facts_pack(&facts),
	};
	if (keyed) {
		row->print = s->input->action->print;
		row->has_key = s->input->has_key;
		memcpy(row->key, s->input->key, STORE_KEY_BYTES);
	}
	return row;
}

int
step_end_row(struct step *s, const struct store_row *row)
{
	int r = memory_apply(s->memory, row);

	s->out->n_rows += r == 0;
	return r;
}

int
step_pack(struct step *s, const ProtobufCMessage *message, const uint8_t **out,
	size_t *bytes)
{
	uint8_t *to;

	*bytes = protobuf_c_message_get_packed_size(message);
	to = arena_alloc(s->arena, *bytes > 0 ? *bytes : 1);
	if (to == NULL) {
		return -ENOMEM;
	}
	(void)protobuf_c_message_pack(message, to);
	*out = to;
	return 0;
}

static int
decide_as(struct step *s, struct incident *i, const Vedetta__V1__Action *action,
	Vedetta__V1__LogDecision *decision)
{
	const Vedetta__V1__ActionInput *input = s->input->action;
	struct store_row *row = step_begin_row(s, STORE_DECISION, i, true);
	int r;

	decision->author = input->author;
	decision->account = input->account;
	if (action->what_case == VEDETTA__V1__ACTION__WHAT_UNDO) {
		row->about = action->undo->decision;
	}
	r = action_write(action, i->seq, decision, s->arena, row);
	if (r < 0) {
		return r;
	}
	if (action_has_undo(action)) {
		s->out->answer.decision = row->seq;
	}
	r = incident_count_decision(i);
	return r < 0 ? r : step_end_row(s, row);
}

int
step_decide(struct step *s, struct incident *i, Vedetta__V1__LogDecision *decision)
{
	return decide_as(s, i, s->input->action->action, decision);
}

/* ---- the kinds that move nothing */

static int
decided(struct step *s, struct incident *i)
{
	int r = step_put_incident(i, s->arena, s->out);

	return r < 0 ? r
		     : step_answer_acted(s,
			       VEDETTA__V1__ACTION_OUTCOME__ACTION_OUTCOME_DECIDED, 0,
			       i);
}

static int
decide(struct step *s, struct incident *i)
{
	Vedetta__V1__LogDecision decision = VEDETTA__V1__LOG_DECISION__INIT;
	int r = step_decide(s, i, &decision);

	return r < 0 ? r : decided(s, i);
}

/* To a team with the name it has today: it is told as that when the team is gone. */
static int
assign(struct step *s, struct incident *i)
{
	Vedetta__V1__LogDecision decision = VEDETTA__V1__LOG_DECISION__INIT;
	Vedetta__V1__Action action = *s->input->action->action;
	Vedetta__V1__Assign assign = *action.assign;
	const Vedetta__V1__DutyRecord *record;
	int r;

	assign.team_name = (char *)"";
	if (assign.to_case == VEDETTA__V1__ASSIGN__TO_TEAM) {
		record = duty_find(s->memory->duty, assign.team);
		if (record == NULL ||
			record->what_case != VEDETTA__V1__DUTY_RECORD__WHAT_TEAM) {
			return step_refuse(s,
				VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_NO_TEAM,
				NULL);
		}
		assign.team_name = record->team->name;
	}
	action.assign = &assign;
	r = decide_as(s, i, &action, &decision);
	return r < 0 ? r : decided(s, i);
}

static int
close_it(struct step *s, struct incident *i)
{
	Vedetta__V1__LogDecision decision = VEDETTA__V1__LOG_DECISION__INIT;
	int r = step_decide(s, i, &decision);

	if (r < 0) {
		return r;
	}
	memory_close(s->memory, i, 0);
	return decided(s, i);
}

static int
open_again(struct step *s, struct incident *i)
{
	Vedetta__V1__LogDecision decision = VEDETTA__V1__LOG_DECISION__INIT;
	int r = step_decide(s, i, &decision);

	if (r == 0) {
		r = memory_reopen(s->memory, i);
	}
	return r < 0 ? r : decided(s, i);
}

static int
reopen(struct step *s, struct incident *i)
{
	return i->status == VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_OPEN
		       ? step_refuse(s,
				 VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_OPEN, NULL)
		       : open_again(s, i);
}

static int
mark(struct step *s, struct incident *i)
{
	const Vedetta__V1__Mark *mark = s->input->action->action->mark;
	const struct incident *of = roster_find(&s->memory->roster, mark->of);

	if (mark->report != 0 && !members_has(&i->members, mark->report)) {
		return step_refuse(
			s, VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_NO_REPORT, NULL);
	}
	if (mark->of != 0 && of == NULL) {
		return step_refuse(
			s, VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_NO_INTO, NULL);
	}
	if (of == i) {
		return step_refuse(
			s, VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_INTO_SAME, NULL);
	}
	if (of != NULL && of->exercise != i->exercise) {
		return step_refuse(
			s, VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_EXERCISE, NULL);
	}
	return decide(s, i);
}

/* A row of its own kind, so that the page of whoever is asked finds it. */
static int
ask(struct step *s, struct incident *i)
{
	const Vedetta__V1__ActionInput *input = s->input->action;
	const Vedetta__V1__Ask *ask = input->action->ask;
	Vedetta__V1__LogMessage log = VEDETTA__V1__LOG_MESSAGE__INIT;
	Vedetta__V1__Note note = VEDETTA__V1__NOTE__INIT;
	struct store_row *row;
	int r;

	/* Merged away meanwhile, say: who did it, not that there is nobody to be asked.
	 */
	if (i->members.n == 0 &&
		i->status != VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_OPEN) {
		return step_refuse(
			s, VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_CLOSED, i);
	}
	if (i->members.n == 0 ||
		(ask->report != 0 && !members_has(&i->members, ask->report))) {
		return step_refuse(s,
			ask->report == 0
				? VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_NO_REPORTS
				: VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_NO_REPORT,
			NULL);
	}
	row = step_begin_row(s, STORE_MESSAGE, i, true);
	row->about = ask->report;
	log.author = input->author;
	log.account = input->account;
	log.sequence =
		input->action->sequence < i->seq ? input->action->sequence : i->seq;
	note.text = ask->text;
	r = step_pack(s, &log.base, &row->body, &row->body_bytes);
	if (r == 0) {
		r = step_pack(s, &note.base, &row->personal, &row->personal_bytes);
	}
	if (r == 0) {
		r = incident_count_decision(i);
	}
	if (r == 0) {
		r = step_end_row(s, row);
	}
	return r < 0 ? r : decided(s, i);
}

/* ---- taking back */

static int
undo(struct step *s, struct incident *i)
{
	uint64_t seq = s->input->action->action->undo->decision;
	const struct decision *d = work_find(i->rare->work, seq);
	const Vedetta__V1__Action *undone = d == NULL ? NULL : d->said->action;

	if (d == NULL) {
		return step_refuse(s,
			VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_NO_DECISION, NULL);
	}
	if (d->undone_by != 0) {
		return step_refuse(
			s, VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_UNDONE, NULL);
	}
	if (!action_has_undo(undone)) {
		return step_refuse(
			s, VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_NO_UNDO, NULL);
	}
	switch ((int)undone->what_case) {
	case VEDETTA__V1__ACTION__WHAT_CLOSE:
		return work_closing(i->rare->work) != d || i->rare->merged_into != 0
			       ? step_refuse(s,
					 VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_UNDONE,
					 NULL)
			       : open_again(s, i);
	case VEDETTA__V1__ACTION__WHAT_MERGE:
	case VEDETTA__V1__ACTION__WHAT_SPLIT:
	case VEDETTA__V1__ACTION__WHAT_MOVE:
		return step_move_back(s, i, d);
	default:
		return decide(s, i);
	}
}

/* ---- may it be done at all? */

/* Of a closed incident one may still learn and write, and take back. */
static bool
needs_open(const Vedetta__V1__Action *action)
{
	switch ((int)action->what_case) {
	case VEDETTA__V1__ACTION__WHAT_ACKNOWLEDGE:
	case VEDETTA__V1__ACTION__WHAT_NOTE:
	case VEDETTA__V1__ACTION__WHAT_ASK:
	case VEDETTA__V1__ACTION__WHAT_MARK:
	case VEDETTA__V1__ACTION__WHAT_REOPEN:
	case VEDETTA__V1__ACTION__WHAT_UNDO:
		return false;
	default:
		return true;
	}
}

/* What took something back that only adds is in nobody's way either. */
static bool
is_outdated(const struct incident *i, const Vedetta__V1__Action *action)
{
	const struct decision *d;

	if (action_only_adds(action) || i->rare->decided_seq <= action->sequence) {
		return false;
	}
	d = action->what_case == VEDETTA__V1__ACTION__WHAT_UNDO
		    ? work_find(i->rare->work, action->undo->decision)
		    : NULL;
	return d == NULL || !action_only_adds(d->said->action);
}

static int
do_it(struct step *s, struct incident *i)
{
	const Vedetta__V1__Action *action = s->input->action->action;

	switch (action->what_case) {
	case VEDETTA__V1__ACTION__WHAT_PLACE:
		return step_place(s, i);
	case VEDETTA__V1__ACTION__WHAT_ASSIGN:
		return assign(s, i);
	case VEDETTA__V1__ACTION__WHAT_ACKNOWLEDGE:
	case VEDETTA__V1__ACTION__WHAT_HAND_OVER:
	case VEDETTA__V1__ACTION__WHAT_REFUSE_HAND_OVER:
	case VEDETTA__V1__ACTION__WHAT_NOTE:
	case VEDETTA__V1__ACTION__WHAT_SET_CLASS:
		return decide(s, i);
	case VEDETTA__V1__ACTION__WHAT_ASK:
		return ask(s, i);
	case VEDETTA__V1__ACTION__WHAT_MERGE:
		return step_merge(s, i);
	case VEDETTA__V1__ACTION__WHAT_SPLIT:
		return step_split(s, i);
	case VEDETTA__V1__ACTION__WHAT_MOVE:
		return step_move(s, i);
	case VEDETTA__V1__ACTION__WHAT_MARK:
		return mark(s, i);
	case VEDETTA__V1__ACTION__WHAT_CLOSE:
		return close_it(s, i);
	case VEDETTA__V1__ACTION__WHAT_REOPEN:
		return reopen(s, i);
	case VEDETTA__V1__ACTION__WHAT_UNDO:
		return undo(s, i);
	case VEDETTA__V1__ACTION__WHAT__NOT_SET:
	case _VEDETTA__V1__ACTION__WHAT__CASE_IS_INT_SIZE:
		break;
	}
	return step_refuse(
		s, VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_NOT_NOW, NULL);
}

/* The one way to every action: here is who may and whether it still can. */
int
step_act(struct step *s)
{
	const Vedetta__V1__ActionInput *input = s->input->action;
	struct seen_entry known;
	const struct seen_entry *first =
		s->input->has_key
			? memory_known(s->memory, s->input->key, s->now_ms, &known)
			: NULL;
	struct incident *i = roster_find(&s->memory->roster, input->incident);
	Vedetta__V1__ActionRefusal why;

	if (first != NULL) {
		return answer_known(s, first);
	}
	if (i == NULL) {
		return step_refuse(s,
			VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_NO_INCIDENT, NULL);
	}
	why = step_may(s, i);
	if (why != 0) {
		return step_refuse(s, why, NULL);
	}
	s->hazard = i->hazard;
	if (i->status != VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_OPEN &&
		(needs_open(input->action) ||
			(i->rare->merged_into != 0 &&
				input->action->what_case ==
					VEDETTA__V1__ACTION__WHAT_REOPEN))) {
		return step_refuse(
			s, VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_CLOSED, i);
	}
	if (is_outdated(i, input->action)) {
		return step_refuse(
			s, VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_OUTDATED, i);
	}
	return do_it(s, i);
}
