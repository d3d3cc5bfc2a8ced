#include "server/answer_work.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dispatch/action.h"
#include "dispatch/facts.h"
#include "dispatch/work.h"
#include "proto/stamp.h"
#include "vedetta/v1/log.pb-c.h"

enum {
	READ_AT_ONCE = 64,
	DECISIONS_MOST = 1024, /* of one incident that are looked at */
	MESSAGES_MOST = 40,    /* shown to a citizen: the newest */
};

/* ---- rows of a history */

static int
read_decision(const struct store_row *row, struct arena *arena,
	Vedetta__V1__IncidentReport *out)
{
	Vedetta__V1__LogDecision *said = action_read_all(row, arena);
	Vedetta__V1__Decision *d = arena_alloc(arena, sizeof(*d));

	if (said == NULL || d == NULL) {
		return -ENOMEM;
	}
	vedetta__v1__decision__init(d);
	d->by = said->author;
	d->at = stamp_new(arena, row->at_ms);
	d->action = said->action;
	d->undoable = action_has_undo(said->action);
	d->undoes = row->about;
	out->decision = d;
	return d->at == NULL ? -ENOMEM : 0;
}

static char *
text_of(const struct store_row *row, struct arena *arena)
{
	Vedetta__V1__Note *note =
		row->personal == NULL
			? NULL
			: vedetta__v1__note__unpack(arena_allocator(arena),
				  row->personal_bytes, row->personal);

	return note == NULL ? NULL : note->text;
}

static int
read_message(const struct store_row *row, struct arena *arena,
	Vedetta__V1__IncidentReport *out)
{
	Vedetta__V1__LogMessage *said = vedetta__v1__log_message__unpack(
		arena_allocator(arena), row->body_bytes, row->body);
	Vedetta__V1__Message *m = arena_alloc(arena, sizeof(*m));
	char *text = text_of(row, arena);

	if (said == NULL || m == NULL || (text == NULL && row->personal != NULL)) {
		return -ENOMEM;
	}
	vedetta__v1__message__init(m);
	m->report = row->about;
	m->from_citizen = facts_unpack(row->facts).adds;
	m->by = said->author;
	if (text != NULL) {
		m->text = text;
	}
	m->state = m->from_citizen ? VEDETTA__V1__MESSAGE_STATE__MESSAGE_STATE_RECEIVED
				   : VEDETTA__V1__MESSAGE_STATE__MESSAGE_STATE_WAITING;
	out->message = m;
	return 0;
}

int
answer_work_read(const struct store_row *row, struct arena *arena,
	Vedetta__V1__IncidentReport *out)
{
	return row->kind == STORE_DECISION ? read_decision(row, arena, out)
					   : read_message(row, arena, out);
}

/* ---- all decisions of an incident */

/* Calls with each of them, the oldest first. Stops with what it returns. */
static int
each_decision(struct store *store, uint64_t incident,
	int (*visit)(void *arg, const struct store_row *row), void *arg)
{
	uint64_t seqs[READ_AT_ONCE];
	struct store_row row;
	uint64_t after = 0;
	size_t n_all = 0;
	size_t n, i;
	int r;

	do {
		r = store_read_decisions(
			store, incident, after, seqs, READ_AT_ONCE, &n);
		for (i = 0; r == 0 && i < n; i++) {
			r = store_read_row(store, seqs[i], &row);
			if (r != -EUCLEAN) { /* of that one nothing is known */
				r = r == 0 ? visit(arg, &row) : r;
			} else {
				r = 0;
			}
			after = seqs[i];
		}
		n_all += n;
	} while (r == 0 && n == READ_AT_ONCE && n_all < DECISIONS_MOST);
	return r;
}

struct marking {
	Vedetta__V1__IncidentReport **reports;
	size_t n;
};

static int
mark_undone(void *arg, const struct store_row *row)
{
	const struct marking *m = arg;
	size_t i;

	for (i = 0; row->about != 0 && i < m->n; i++) {
		Vedetta__V1__Decision *d = m->reports[i]->decision;

		if (d != NULL && m->reports[i]->id == row->about) {
			d->undone = true;
			d->undone_by = row->seq;
			d->undoable = false;
		}
	}
	return 0;
}

int
answer_work_mark(struct store *store, uint64_t incident,
	Vedetta__V1__IncidentReport **reports, size_t n)
{
	struct marking m = {reports, n};
	bool any = false;
	size_t i;

	for (i = 0; i < n; i++) {
		any = any || reports[i]->decision != NULL;
	}
	return any ? each_decision(store, incident, mark_undone, &m) : 0;
}

/* ---- what a citizen may know */

static int
take_decision(void *arg, const struct store_row *row)
{
	return work_take_decision(arg, row);
}

/* Where it went, each once, in the order of the first time. */
static int
put_handed_to(const struct work *w, struct arena *arena, Vedetta__V1__ReceiptView *view)
{
	uint32_t n;
	size_t k;

	view->handed_to = arena_alloc(arena, (w->n + 1) * sizeof(view->handed_to[0]));
	for (n = 0; view->handed_to != NULL && n < w->n; n++) {
		const struct decision *d = &w->decisions[n];
		const char *to = d->said->action->what_case ==
						 VEDETTA__V1__ACTION__WHAT_HAND_OVER
					 ? d->said->action->hand_over->to
					 : NULL;

		for (k = 0; to != NULL && k < view->n_handed_to; k++) {
			to = strcmp(view->handed_to[k], to) == 0 ? NULL : to;
		}
		if (to == NULL || d->undone_by != 0) {
			continue;
		}
		view->handed_to[view->n_handed_to] = arena_copy(arena, to, strlen(to));
		if (view->handed_to[view->n_handed_to++] == NULL) {
			return -ENOMEM;
		}
	}
	return view->handed_to == NULL ? -ENOMEM : 0;
}

static int
put_message(struct store *store, uint64_t seq, struct arena *arena,
	Vedetta__V1__ReceiptView *view)
{
	Vedetta__V1__ReceiptMessage *m = arena_alloc(arena, sizeof(*m));
	struct store_row row;
	char *text;
	int r = m == NULL ? -ENOMEM : store_read_row(store, seq, &row);

	if (r != 0) {
		return r == -EUCLEAN ? 0 : r; /* damaged: nothing to show */
	}
	text = text_of(&row, arena);
	if (text == NULL) {
		return row.personal == NULL ? 0 : -ENOMEM; /* erased: nothing to show */
	}
	vedetta__v1__receipt_message__init(m);
	m->from_desk = !facts_unpack(row.facts).adds;
	m->text = text;
	m->at = stamp_new(arena, row.at_ms);
	view->messages[view->n_messages++] = m;
	return m->at == NULL ? -ENOMEM : 0;
}

static int
compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* The sequences of messages to or from the report, the newest MESSAGES_MOST. */
static int
list_messages(struct store *store, uint64_t report, uint64_t incident,
	uint64_t seqs[2 * READ_AT_ONCE], size_t *n)
{
	uint64_t after = 0;
	size_t more;
	int r = 0;

	*n = 0;
	do {
		r = store_read_messages(
			store, report, incident, after, seqs + *n, READ_AT_ONCE, &more);
		*n += more;
		after = *n > 0 ? seqs[*n - 1] : 0;
		if (*n > MESSAGES_MOST) {
			memmove(seqs, seqs + *n - MESSAGES_MOST,
				MESSAGES_MOST * sizeof(seqs[0]));
			*n = MESSAGES_MOST;
		}
	} while (r == 0 && more == READ_AT_ONCE);
	return r;
}

/* asked: the desk has asked since it was sent, so somebody has read it. */
static int
put_messages(struct store *store, uint64_t report, uint64_t incident,
	struct arena *arena, Vedetta__V1__ReceiptView *view, bool *asked)
{
	uint64_t own[2 * READ_AT_ONCE], all[2 * READ_AT_ONCE];
	size_t n, n_all, first, i;
	int r = list_messages(store, report, 0, own, &n);

	if (r == 0) {
		r = list_messages(store, 0, incident, all, &n_all);
	}
	view->messages = arena_alloc(arena, MESSAGES_MOST * sizeof(view->messages[0]));
	if (r != 0 || view->messages == NULL) {
		return r != 0 ? r : -ENOMEM;
	}
	memcpy(own + n, all, n_all * sizeof(all[0]));
	n += n_all;
	qsort(own, n, sizeof(own[0]), compare);
	first = n > MESSAGES_MOST ? n - MESSAGES_MOST : 0;
	for (i = first; r == 0 && i < n; i++) {
		size_t nth = view->n_messages;

		r = put_message(store, own[i], arena, view);
		*asked = *asked || (own[i] > report && view->n_messages > nth &&
					   view->messages[nth]->from_desk);
	}
	return r;
}

static Vedetta__V1__ReportState
state_of(const struct work *w, const struct store_incident *incident, uint64_t report,
	bool moved)
{
	if (incident->status == VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_CLOSED) {
		return VEDETTA__V1__REPORT_STATE__REPORT_STATE_CLOSED;
	}
	if (work_last(w, VEDETTA__V1__ACTION__WHAT_HAND_OVER) != NULL) {
		return VEDETTA__V1__REPORT_STATE__REPORT_STATE_IN_PROGRESS;
	}
	return moved || work_seen(w) >= report
		       ? VEDETTA__V1__REPORT_STATE__REPORT_STATE_SEEN
		       : VEDETTA__V1__REPORT_STATE__REPORT_STATE_RECEIVED;
}

int
answer_work_state(struct store *store, uint64_t report,
	const struct store_incident *incident, bool moved, struct arena *arena,
	Vedetta__V1__ReportState *state, Vedetta__V1__ReceiptView *view)
{
	struct work *w = work_new();
	uint64_t id = incident->id;
	bool asked = false;
	int r;

	if (w == NULL) {
		return -ENOMEM;
	}
	r = each_decision(store, id, take_decision, w);
	*state = state_of(w, incident, report, moved);
	if (r == 0 && view != NULL) {
		r = put_handed_to(w, arena, view);
	}
	if (r == 0 && view != NULL) {
		r = put_messages(store, report, id, arena, view, &asked);
	}
	if (asked && *state == VEDETTA__V1__REPORT_STATE__REPORT_STATE_RECEIVED) {
		*state = VEDETTA__V1__REPORT_STATE__REPORT_STATE_SEEN;
	}
	work_free(w);
	return r;
}
