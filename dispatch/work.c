#include "dispatch/work.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dispatch/action.h"
#include "dispatch/facts.h"

enum {
	FIRST_ROOM = 4,
};

struct work *
work_new(void)
{
	return calloc(1, sizeof(struct work));
}

void
work_free(struct work *w)
{
	uint32_t n;

	if (w == NULL) {
		return;
	}
	for (n = 0; n < w->n; n++) {
		vedetta__v1__log_decision__free_unpacked(w->decisions[n].said, NULL);
	}
	free(w->decisions);
	free(w->merged_from);
	free(w->decider.by);
	free(w);
}

/* ---- rows */

static int
make_room(struct work *w)
{
	uint32_t room = w->room == 0 ? FIRST_ROOM : 2 * w->room;
	struct decision *grown;

	if (w->n < w->room) {
		return 0;
	}
	grown = realloc(w->decisions, room * sizeof(grown[0]));
	if (grown == NULL) {
		return -ENOMEM;
	}
	w->decisions = grown;
	w->room = room;
	return 0;
}

static void
take_back(struct work *w, uint64_t decision, uint64_t by)
{
	uint32_t n;

	for (n = 0; n < w->n; n++) {
		if (w->decisions[n].seq == decision) {
			w->decisions[n].undone_by = by;
		}
	}
}

int
work_take_decision(struct work *w, const struct store_row *row)
{
	Vedetta__V1__LogDecision *said = action_read(row);
	const Vedetta__V1__Action *action;
	int r = 0;

	if (said == NULL) {
		return -ENOMEM; /* the row is proven: it is what was packed */
	}
	action = said->action;
	if (!action_only_adds(action)) {
		r = work_note_decider(w, row, action_what(action), said->author);
	}
	if (r == 0) {
		r = make_room(w);
	}
	if (r < 0) {
		vedetta__v1__log_decision__free_unpacked(said, NULL);
		return r;
	}
	if (action->what_case == VEDETTA__V1__ACTION__WHAT_UNDO) {
		take_back(w, action->undo->decision, row->seq);
	}
	w->decisions[w->n++] =
		(struct decision){.seq = row->seq, .at_ms = row->at_ms, .said = said};
	return 0;
}

int
work_take_message(struct work *w, const struct store_row *row)
{
	Vedetta__V1__LogMessage *said;

	if (facts_unpack(row->facts).adds) {
		w->answers++;
		return 0;
	}
	said = vedetta__v1__log_message__unpack(NULL, row->body_bytes, row->body);
	if (said == NULL) {
		return -ENOMEM;
	}
	w->asked++;
	if (said->sequence > w->asked_seen) {
		w->asked_seen = said->sequence;
	}
	vedetta__v1__log_message__free_unpacked(said, NULL);
	return 0;
}

int
work_note_decider(
	struct work *w, const struct store_row *row, const char *what, const char *by)
{
	char *copy = strdup(by);

	if (copy == NULL) {
		return -ENOMEM;
	}
	free(w->decider.by);
	w->decider = (struct decider){
		.seq = row->seq, .at_ms = row->at_ms, .what = what, .by = copy};
	return 0;
}

int
work_merge(struct work *w, uint64_t from)
{
	uint64_t *grown = realloc(
		w->merged_from, (w->n_merged_from + 1) * sizeof(w->merged_from[0]));

	if (grown == NULL) {
		return -ENOMEM;
	}
	w->merged_from = grown;
	work_unmerge(w, from);
	w->merged_from[w->n_merged_from++] = from;
	return 0;
}

void
work_unmerge(struct work *w, uint64_t from)
{
	uint32_t kept = 0;
	uint32_t n;

	for (n = 0; n < w->n_merged_from; n++) {
		if (w->merged_from[n] != from) {
			w->merged_from[kept++] = w->merged_from[n];
		}
	}
	w->n_merged_from = kept;
}

/* ---- what holds */

const struct decision *
work_find(const struct work *w, uint64_t seq)
{
	uint32_t n;

	for (n = 0; w != NULL && n < w->n; n++) {
		if (w->decisions[n].seq == seq) {
			return &w->decisions[n];
		}
	}
	return NULL;
}

static bool
is_of(const struct decision *d, Vedetta__V1__Action__WhatCase what)
{
	return d->said->action->what_case == what && d->undone_by == 0;
}

const struct decision *
work_last(const struct work *w, Vedetta__V1__Action__WhatCase what)
{
	uint32_t n = w == NULL ? 0 : w->n;

	while (n > 0) {
		if (is_of(&w->decisions[--n], what)) {
			return &w->decisions[n];
		}
	}
	return NULL;
}

uint8_t
work_class(const struct work *w)
{
	const struct decision *d = work_last(w, VEDETTA__V1__ACTION__WHAT_SET_CLASS);

	return d == NULL ? 0 : (uint8_t)d->said->action->set_class->class_;
}

const struct decision *
work_closing(const struct work *w)
{
	const struct decision *closed = work_last(w, VEDETTA__V1__ACTION__WHAT_CLOSE);
	const struct decision *reopened =
		work_last(w, VEDETTA__V1__ACTION__WHAT_REOPEN);

	return closed != NULL && reopened != NULL && reopened->seq > closed->seq
		       ? NULL
		       : closed;
}

bool
work_was_closed(const struct work *w)
{
	uint32_t n = w == NULL ? 0 : w->n;

	while (n > 0 && w->decisions[n - 1].said->action->what_case !=
				VEDETTA__V1__ACTION__WHAT_CLOSE) {
		n--;
	}
	return n > 0;
}

/* Whoever decides anything has looked at it; who takes that back has not. */
uint64_t
work_seen(const struct work *w)
{
	uint64_t seen = w == NULL ? 0 : w->asked_seen;
	uint32_t n;

	for (n = 0; w != NULL && n < w->n; n++) {
		const struct decision *d = &w->decisions[n];

		if (d->undone_by == 0 && d->said->action->sequence > seen) {
			seen = d->said->action->sequence;
		}
	}
	return seen;
}

/* The highest: two may have looked at different states of it. */
uint64_t
work_acknowledged(const struct work *w)
{
	uint64_t upto = 0;
	uint32_t n;

	for (n = 0; w != NULL && n < w->n; n++) {
		const struct decision *d = &w->decisions[n];

		if (is_of(d, VEDETTA__V1__ACTION__WHAT_ACKNOWLEDGE) &&
			d->said->action->sequence > upto) {
			upto = d->said->action->sequence;
		}
	}
	return upto;
}

const struct decision *
work_mark(const struct work *w)
{
	uint32_t n = w == NULL ? 0 : w->n;

	while (n > 0) {
		const struct decision *d = &w->decisions[--n];

		if (is_of(d, VEDETTA__V1__ACTION__WHAT_MARK) &&
			d->said->action->mark->report == 0) {
			return d->said->action->mark->kind ==
					       VEDETTA__V1__MARK_KIND__MARK_KIND_NONE
				       ? NULL
				       : d;
		}
	}
	return NULL;
}

bool
work_is_given(const struct work *w)
{
	uint32_t n;

	for (n = 0; w != NULL && n < w->n; n++) {
		const struct decision *d = &w->decisions[n];

		if ((is_of(d, VEDETTA__V1__ACTION__WHAT_HAND_OVER) ||
			    is_of(d, VEDETTA__V1__ACTION__WHAT_REFUSE_HAND_OVER)) &&
			d->said->action->sequence >= w->worsened.seq) {
			return true;
		}
	}
	return false;
}

bool
work_is_worse(const struct work *w)
{
	uint64_t upto = work_acknowledged(w);

	return upto > 0 && w->worsened.seq > upto;
}
