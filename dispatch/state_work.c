#include "dispatch/state_work.h"

#include <errno.h>
#include <string.h>

#include "dispatch/rank.h"
#include "proto/stamp.h"

/* Being made; `fails` once the arena is full. */
struct making {
	struct arena *arena;
	bool fails;
};

/* Zeroed room for one of them, or NULL. */
static void *
make(struct making *m, size_t bytes)
{
	void *room = m->fails ? NULL : arena_alloc(m->arena, bytes);

	m->fails = room == NULL;
	return room;
}

static char *
text(struct making *m, const char *from)
{
	char *copy = m->fails ? NULL : arena_copy(m->arena, from, strlen(from));

	m->fails = copy == NULL;
	return copy;
}

static Google__Protobuf__Timestamp *
time_of(struct making *m, int64_t at_ms)
{
	Google__Protobuf__Timestamp *t = make(m, sizeof(*t));

	if (t != NULL) {
		*t = stamp_of_ms(at_ms);
	}
	return t;
}

static bool
is_open(const struct incident *i)
{
	return i->status == VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_OPEN;
}

/* ---- one field each */

static void
put_acknowledged(struct making *m, const struct work *w, Vedetta__V1__Incident *out)
{
	const struct decision *d = work_last(w, VEDETTA__V1__ACTION__WHAT_ACKNOWLEDGE);
	Vedetta__V1__Acknowledged *to = d == NULL ? NULL : make(m, sizeof(*to));

	if (to == NULL) {
		return;
	}
	vedetta__v1__acknowledged__init(to);
	to->by = text(m, d->said->author);
	to->at = time_of(m, d->at_ms);
	to->sequence = work_acknowledged(w);
	out->acknowledged = to;
}

static void
put_assigned(struct making *m, const struct work *w, Vedetta__V1__Incident *out)
{
	const struct decision *d = work_last(w, VEDETTA__V1__ACTION__WHAT_ASSIGN);
	const Vedetta__V1__Assign *said = d == NULL ? NULL : d->said->action->assign;
	Vedetta__V1__Assigned *to;

	if (said == NULL || said->to_case == VEDETTA__V1__ASSIGN__TO_NOBODY) {
		return;
	}
	to = make(m, sizeof(*to));
	if (to == NULL) {
		return;
	}
	vedetta__v1__assigned__init(to);
	if (said->to_case == VEDETTA__V1__ASSIGN__TO_TEAM) {
		to->team = said->team;
		to->team_name = text(m, said->team_name);
	} else {
		to->person = text(m, said->person);
	}
	to->by = text(m, d->said->author);
	to->at = time_of(m, d->at_ms);
	out->assigned = to;
}

static Vedetta__V1__HandedOver *
handed_over(struct making *m, const struct work *w, const struct decision *d)
{
	const Vedetta__V1__Action *said = d->said->action;
	Vedetta__V1__HandedOver *to = make(m, sizeof(*to));

	if (to == NULL) {
		return NULL;
	}
	vedetta__v1__handed_over__init(to);
	to->decision = d->seq;
	to->by = text(m, d->said->author);
	to->at = time_of(m, d->at_ms);
	to->before_worse = said->sequence < w->worsened.seq;
	to->refused = said->what_case == VEDETTA__V1__ACTION__WHAT_REFUSE_HAND_OVER;
	if (to->refused) {
		to->reason = text(m, said->refuse_hand_over->reason);
		return to;
	}
	to->to = text(m, said->hand_over->to);
	to->reference = text(m, said->hand_over->reference);
	to->taken_by = text(m, said->hand_over->taken_by);
	to->reason = text(m, said->hand_over->note);
	return to;
}

static void
put_handed_over(struct making *m, const struct work *w, Vedetta__V1__Incident *out)
{
	uint32_t n;

	out->handed_over = make(m, w->n * sizeof(out->handed_over[0]) + 1);
	for (n = 0; n < w->n && !m->fails; n++) {
		const struct decision *d = &w->decisions[n];
		int what = (int)d->said->action->what_case;

		if (d->undone_by == 0 &&
			(what == VEDETTA__V1__ACTION__WHAT_HAND_OVER ||
				what == VEDETTA__V1__ACTION__WHAT_REFUSE_HAND_OVER)) {
			out->handed_over[out->n_handed_over++] = handed_over(m, w, d);
		}
	}
}

static void
put_class(struct making *m, const struct incident *i, Vedetta__V1__Incident *out)
{
	const struct decision *d =
		work_last(i->rare->work, VEDETTA__V1__ACTION__WHAT_SET_CLASS);
	Vedetta__V1__ClassSet *to;

	if (work_class(i->rare->work) == 0) {
		return;
	}
	to = make(m, sizeof(*to));
	if (to == NULL) {
		return;
	}
	vedetta__v1__class_set__init(to);
	to->class_ = i->class_no;
	to->by_rule = i->rule_class;
	to->by = text(m, d->said->author);
	to->reason = text(m, d->said->action->set_class->reason);
	to->at = time_of(m, d->at_ms);
	out->class_set = to;
}

/* Of the whole incident; that of one report stands in its history. */
static void
put_marked(struct making *m, const struct work *w, Vedetta__V1__Incident *out)
{
	const struct decision *d = work_mark(w);
	Vedetta__V1__Marked *to = d == NULL ? NULL : make(m, sizeof(*to));

	if (to == NULL) {
		return;
	}
	vedetta__v1__marked__init(to);
	to->kind = d->said->action->mark->kind;
	to->of = d->said->action->mark->of;
	to->reason = text(m, d->said->action->mark->reason);
	to->by = text(m, d->said->author);
	to->at = time_of(m, d->at_ms);
	out->marked = to;
}

static Vedetta__V1__Closed *
closed(struct making *m, const struct incident *i)
{
	const struct decision *d = is_open(i) ? NULL : work_closing(i->rare->work);
	Vedetta__V1__Closed *to = d == NULL ? NULL : make(m, sizeof(*to));

	if (to == NULL) {
		return NULL;
	}
	vedetta__v1__closed__init(to);
	to->outcome = d->said->action->close->outcome;
	to->by = text(m, d->said->author);
	to->text = text(m, d->said->action->close->text);
	to->at = time_of(m, d->at_ms);
	return to;
}

static void
put_worse(struct making *m, const struct work *w, Vedetta__V1__Incident *out)
{
	Vedetta__V1__Worse *to;

	if (!work_is_worse(w)) {
		return;
	}
	to = make(m, sizeof(*to));
	if (to == NULL) {
		return;
	}
	vedetta__v1__worse__init(to);
	to->sequence = w->worsened.seq;
	to->class_before = w->worsened.class_before;
	to->class_now = w->worsened.class_now;
	to->reason = text(m, w->worsened.reason);
	to->report = w->worsened.report;
	to->at = time_of(m, w->worsened.at_ms);
	out->worse = to;
}

static uint32_t
count_notes(const struct work *w)
{
	uint32_t notes = 0;
	uint32_t n;

	for (n = 0; n < w->n; n++) {
		notes += w->decisions[n].said->action->what_case ==
			 VEDETTA__V1__ACTION__WHAT_NOTE;
	}
	return notes;
}

static void
put_merged(struct making *m, const struct work *w, Vedetta__V1__Incident *out)
{
	size_t bytes = w->n_merged_from * sizeof(w->merged_from[0]);

	out->merged_from = make(m, bytes + 1);
	if (out->merged_from != NULL && bytes > 0) {
		memcpy(out->merged_from, w->merged_from, bytes);
		out->n_merged_from = w->n_merged_from;
	}
}

int
state_put_work(
	const struct incident *i, struct arena *arena, Vedetta__V1__Incident *out)
{
	struct making m = {.arena = arena};
	const struct work *w = i->rare->work;

	out->alarming =
		is_open(i) && i->class_no == CLASS_LIVES_NOW && !work_is_given(w);
	if (w == NULL) {
		return 0;
	}
	put_acknowledged(&m, w, out);
	put_assigned(&m, w, out);
	put_handed_over(&m, w, out);
	put_class(&m, i, out);
	put_marked(&m, w, out);
	out->closed = closed(&m, i);
	put_worse(&m, w, out);
	put_merged(&m, w, out);
	out->notes = count_notes(w);
	out->asked = w->asked;
	out->answers = w->answers;
	return m.fails ? -ENOMEM : 0;
}

int
state_put_linked(
	const struct incident *linked, struct arena *arena, Vedetta__V1__Incident *out)
{
	struct making m = {.arena = arena};

	if (linked != NULL) {
		out->linked_closed = closed(&m, linked);
	}
	return m.fails ? -ENOMEM : 0;
}
