#include "dispatch/escalation.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dispatch/escalation_internal.h"
#include "proto/stamp.h"

struct escalations *
escalations_new(void)
{
	struct escalations *e = calloc(1, sizeof(*e));

	if (e != NULL) {
		TAILQ_INIT(&e->piles);
		e->now_ms = INT64_MIN;
	}
	return e;
}

void
escalations_free(struct escalations *e)
{
	struct escalation *x;
	size_t at = 0;

	if (e == NULL) {
		return;
	}
	while ((x = table_next(&e->by_id, &at)) != NULL) {
		free(x->said);
		free(x);
	}
	escalation_free_piles(e);
	due_fini(&e->due);
	table_fini(&e->by_id);
	free(e->fresh);
	free(e);
}

bool
escalation_goes_on(const struct escalation *x)
{
	return x->phase == PHASE(UNSPECIFIED) || x->phase == PHASE(WAITING) ||
	       x->phase == PHASE(REPEATING);
}

struct escalation *
escalation_make(struct escalations *e, uint64_t incident)
{
	struct escalation *x = calloc(1, sizeof(*x));

	if (x == NULL || table_put(&e->by_id, incident, x) < 0) {
		free(x);
		return NULL;
	}
	x->due.id = incident;
	x->phase = PHASE(OVER);
	return x;
}

int
escalation_find(struct escalations *e, uint64_t incident, struct escalation **x)
{
	struct escalation_fresh *f;

	*x = table_find(&e->by_id, incident);
	f = *x != NULL ? NULL : escalation_fresh_find(e, incident);
	return f == NULL ? 0 : escalation_fresh_end(e, f, x);
}

/* ---- what happens to the incident */

static int
begin(struct escalations *e, struct escalation *x, uint64_t seq, int64_t at_ms,
	Vedetta__V1__EscalationCause cause)
{
	x->again = x->phase == PHASE(WAITING) || x->phase == PHASE(REPEATING);
	if (!x->again) {
		x->phase = PHASE(UNSPECIFIED);
		x->step = 0;
		x->place = 0;
	}
	x->hurried = false;
	x->cause = (uint8_t)cause;
	x->cause_seq = seq;
	x->since_ms = at_ms;
	x->told_ms = at_ms;
	return due_put(&e->due, &x->due, at_ms);
}

static void
end(struct escalations *e, struct escalation *x, Vedetta__V1__EscalationPhase phase)
{
	escalation_take_off(e, x);
	x->phase = (uint8_t)phase;
	x->again = false;
	x->step = 0;
	x->place = 0;
	due_remove(&e->due, &x->due);
}

/* It is somebody's now; a class 1 that stays here is looked at again. */
static int
be_answered(struct escalations *e, struct escalation *x,
	const struct escalation_facts *facts)
{
	bool is_same = x->phase == PHASE(ANSWERED) && x->due.place != 0 &&
		       x->acked_ms == facts->acked_ms;

	if (x->phase != PHASE(ANSWERED)) {
		end(e, x, PHASE(ANSWERED));
	}
	if (!facts->alarming) {
		due_remove(&e->due, &x->due);
		return 0;
	}
	if (!is_same) { /* else it may have been pulled back since */
		x->told_ms = x->acked_ms = facts->acked_ms;
	}
	return due_put(&e->due, &x->due, x->told_ms);
}

static int
note(struct escalations *e, struct escalation *x, uint64_t seq, int64_t at_ms,
	const struct escalation_facts *facts)
{
	int r = 0;

	if (x->phase == PHASE(OVER)) {
		r = begin(e, x, seq, at_ms,
			seq == x->due.id || x->cause_seq != 0 ? CAUSE(OPENED)
							      : CAUSE(WORSE));
	} else if (facts->class_no < x->class_no) {
		r = begin(e, x, seq, at_ms, CAUSE(WORSE));
	}
	if (r == 0 && x->phase == PHASE(ANSWERED) && facts->acked_seq < x->cause_seq) {
		/* The acknowledgement was taken back. */
		r = begin(e, x, x->cause_seq, at_ms,
			(Vedetta__V1__EscalationCause)x->cause);
	}
	x->class_no = facts->class_no;
	x->exercise = facts->exercise;
	if (r == 0 && facts->acked_seq >= x->cause_seq) {
		r = be_answered(e, x, facts);
	}
	return r;
}

/* It is fresh, and as it was. */
static bool
changes_nothing(const struct escalations *e, uint64_t incident,
	const struct escalation_facts *facts)
{
	const struct escalation_fresh *f = escalation_fresh_find(e, incident);

	return f != NULL && facts->class_no == f->class_no &&
	       facts->exercise == f->exercise && facts->acked_seq < incident;
}

int
escalations_note(struct escalations *e, uint64_t incident, uint64_t seq, int64_t at_ms,
	const struct escalation_facts *facts)
{
	bool matters = facts->is_open && facts->class_no <= ESCALATION_CLASS_MOST;
	struct escalation *x = NULL;
	int r;

	if (matters && changes_nothing(e, incident, facts)) {
		return 0;
	}
	r = escalation_find(e, incident, &x);
	if (r < 0 || (x == NULL && !matters)) {
		return r;
	}
	if (x == NULL && seq == incident && facts->acked_seq < seq &&
		escalation_fresh_fits(e, incident, at_ms)) {
		return escalation_fresh_add(e, incident, at_ms, facts);
	}
	if (x == NULL) {
		x = escalation_make(e, incident);
	}
	if (x == NULL) {
		return -ENOMEM;
	}
	if (!matters) {
		if (x->phase != PHASE(OVER)) {
			end(e, x, PHASE(OVER));
		}
		x->class_no = facts->class_no;
		return 0;
	}
	return note(e, x, seq, at_ms, facts);
}

/* ---- its rows */

/* Takes up to so many from the front of a list, which frees what it keeps. */
static void
move_told(Vedetta__V1__Escalation *from, Vedetta__V1__Escalation *to)
{
	size_t n = 0;

	while (n < from->n_told && to->n_told < ESCALATION_TOLD_MOST) {
		to->told[to->n_told++] = from->told[n++];
	}
	for (size_t i = n; i < from->n_told; i++) {
		from->told[i - n] = from->told[i];
	}
	from->n_told -= n;
}

/* What the row says, with who was told before behind it. 0 or -ENOMEM. */
static int
put_said(struct escalation *x, Vedetta__V1__Escalation *state,
	Vedetta__V1__Escalation *personal)
{
	Vedetta__V1__Escalation *before = NULL;

	state->told = calloc(ESCALATION_TOLD_MOST, sizeof(state->told[0]));
	if (state->told == NULL ||
		(x->said != NULL && (before = escalation_said(x, NULL)) == NULL)) {
		return -ENOMEM;
	}
	if (personal != NULL) {
		move_told(personal, state);
		state->n_skipped = personal->n_skipped;
		state->skipped = personal->skipped;
		personal->n_skipped = 0;
		personal->skipped = NULL;
		state->n_unreached = personal->n_unreached;
		state->unreached = personal->unreached;
		personal->n_unreached = 0;
		personal->unreached = NULL;
	}
	if (before != NULL) {
		move_told(before, state);
	}
	vedetta__v1__escalation__free_unpacked(before, NULL);
	return escalation_say(x, state);
}

static int
take_step(struct escalations *e, struct escalation *x, const struct store_row *row,
	Vedetta__V1__LogEscalation *body, Vedetta__V1__Escalation *personal)
{
	Vedetta__V1__Escalation *state = body->state;
	int r = personal == NULL ? 0
				 : escalation_pile_up(e, x, row->at_ms, body, personal);

	if (r < 0) {
		return r;
	}
	x->phase = (uint8_t)state->phase;
	x->cause = (uint8_t)state->cause;
	x->cause_seq = body->cause_sequence != 0 ? body->cause_sequence : row->seq;
	x->since_ms = stamp_ms(state->since);
	x->told_ms = row->at_ms;
	x->step = (uint16_t)state->step;
	x->place = (uint16_t)body->place;
	x->n_last = personal == NULL ? 0 : (uint16_t)personal->n_told;
	x->again = x->hurried = false;
	r = due_put(&e->due, &x->due, stamp_ms(state->next_at));
	return r < 0 ? r : put_said(x, state, personal);
}

int
escalations_apply(struct escalations *e, const struct store_row *row)
{
	Vedetta__V1__LogEscalation *body;
	Vedetta__V1__Escalation *personal = NULL;
	struct escalation *x = NULL;
	int r;

	if (row->subject == 0) {
		return escalation_take_page(e, row);
	}
	r = escalation_find(e, row->subject, &x);
	if (r < 0) {
		return r;
	}
	r = -ENOMEM;
	body = vedetta__v1__log_escalation__unpack(NULL, row->body_bytes, row->body);
	if (row->personal != NULL) {
		personal = vedetta__v1__escalation__unpack(
			NULL, row->personal_bytes, row->personal);
	}
	if (x == NULL) {
		x = escalation_make(e, row->subject);
	}
	if (body != NULL && (personal != NULL || row->personal == NULL) && x != NULL) {
		/* One that is closed now may be loaded as such. */
		r = x->phase == PHASE(OVER) || body->state == NULL
			    ? 0
			    : take_step(e, x, row, body, personal);
	}
	vedetta__v1__log_escalation__free_unpacked(body, NULL);
	vedetta__v1__escalation__free_unpacked(personal, NULL);
	return r;
}

/* ---- telling */

Vedetta__V1__Escalation *
escalations_tell(const struct escalations *e, uint64_t incident, struct arena *arena,
	bool *short_of_memory)
{
	const struct escalation *x = table_find(&e->by_id, incident);
	Vedetta__V1__Escalation *out;

	*short_of_memory = false;
	if (x == NULL || x->said == NULL || x->phase == PHASE(OVER)) {
		return NULL;
	}
	out = escalation_said(x, arena_allocator(arena));
	if (out == NULL) {
		*short_of_memory = true;
		return NULL;
	}
	out->phase = (Vedetta__V1__EscalationPhase)x->phase;
	out->cause = (Vedetta__V1__EscalationCause)x->cause;
	out->since = stamp_new(arena, x->since_ms);
	if (x->phase == PHASE(ANSWERED)) {
		out->nobody_answered = out->nobody_to_tell = false;
	} else if (x->due.place != 0) {
		out->next_at = stamp_new(arena, x->due.at_ms);
	}
	*short_of_memory = out->since == NULL;
	return out;
}

void
escalations_figures(const struct escalations *e, struct escalation_figures *out)
{
	const struct escalation *x;
	size_t at = 0;

	*out = (struct escalation_figures){.waiting = 0};
	while ((x = table_next(&e->by_id, &at)) != NULL) {
		if (escalation_goes_on(x) && x->exercise) {
			out->drills++;
		} else if (escalation_goes_on(x)) {
			out->waiting++;
			out->unanswered += x->nobody_answered;
			out->nobody += x->nobody_to_tell;
		}
	}
	for (at = e->first_fresh; at < e->n_fresh; at++) {
		const struct escalation_fresh *f = &e->fresh[at];

		out->drills += !f->is_gone && f->exercise;
		out->waiting += !f->is_gone && !f->exercise;
	}
}
