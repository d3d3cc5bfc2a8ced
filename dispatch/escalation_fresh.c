/*
 * escalation_fresh - those that began as their incident opened, and no more
 *
 * Where nobody is in the book, that is each incident of class 1 and 2 there is, so
 * one takes 16 bytes. They come in the order in which they are due, and stand in it:
 * no heap, and found by halves. One to which something happens becomes a whole one.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dispatch/escalation_internal.h"

enum {
	FIRST_ROOM = 64,
};

static const uint64_t ID_MOST = (UINT64_C(1) << 59) - 1;

bool
escalation_fresh_fits(const struct escalations *e, uint64_t incident, int64_t at_ms)
{
	const struct escalation_fresh *last =
		e->n_fresh == 0 ? NULL : &e->fresh[e->n_fresh - 1];

	return incident <= ID_MOST &&
	       (last == NULL || (last->id < incident && last->at_ms <= at_ms));
}

/* What went from the front leaves room for as many. */
static void
move_up(struct escalations *e)
{
	e->n_fresh -= e->first_fresh;
	memmove(e->fresh, e->fresh + e->first_fresh, e->n_fresh * sizeof(e->fresh[0]));
	e->first_fresh = 0;
}

int
escalation_fresh_add(struct escalations *e, uint64_t incident, int64_t at_ms,
	const struct escalation_facts *facts)
{
	if (e->n_fresh == e->room_fresh && e->first_fresh > e->n_fresh / 2) {
		move_up(e);
	}
	if (e->n_fresh == e->room_fresh) {
		size_t room = e->room_fresh == 0 ? FIRST_ROOM
						 : e->room_fresh + e->room_fresh / 4;
		void *grown = realloc(e->fresh, room * sizeof(e->fresh[0]));

		if (grown == NULL) {
			return -ENOMEM;
		}
		e->fresh = grown;
		e->room_fresh = room;
	}
	e->fresh[e->n_fresh++] = (struct escalation_fresh){
		.at_ms = at_ms,
		.id = incident & ID_MOST,
		.class_no = facts->class_no & 7u,
		.exercise = facts->exercise,
	};
	return 0;
}

struct escalation_fresh *
escalation_fresh_find(const struct escalations *e, uint64_t incident)
{
	size_t low = e->first_fresh;
	size_t high = e->n_fresh;

	/* A new incident's number is above all of them. */
	if (low == high || e->fresh[high - 1].id < incident) {
		return NULL;
	}
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (e->fresh[middle].id < incident) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return e->fresh[low].id == incident && !e->fresh[low].is_gone ? &e->fresh[low]
								      : NULL;
}

struct escalation_fresh *
escalation_fresh_first(struct escalations *e)
{
	while (e->first_fresh < e->n_fresh && e->fresh[e->first_fresh].is_gone) {
		e->first_fresh++;
	}
	return e->first_fresh == e->n_fresh ? NULL : &e->fresh[e->first_fresh];
}

int
escalation_fresh_end(
	struct escalations *e, struct escalation_fresh *f, struct escalation **whole)
{
	struct escalation *x =
		due_reserve(&e->due) < 0 ? NULL : escalation_make(e, f->id);

	if (x == NULL) {
		return -ENOMEM; /* it stays fresh */
	}
	x->phase = PHASE(UNSPECIFIED);
	x->cause = CAUSE(OPENED);
	x->cause_seq = f->id;
	x->since_ms = x->told_ms = f->at_ms;
	x->class_no = f->class_no;
	x->exercise = f->exercise;
	f->is_gone = true;
	*whole = x;
	return due_put(&e->due, &x->due, f->at_ms);
}

int
escalation_fresh_pull_back(struct escalations *e, int64_t now_ms)
{
	struct escalation *x;
	int r = 0;

	for (size_t n = e->n_fresh;
		r == 0 && n > e->first_fresh && e->fresh[n - 1].at_ms > now_ms; n--) {
		if (!e->fresh[n - 1].is_gone) {
			r = escalation_fresh_end(e, &e->fresh[n - 1], &x);
		}
	}
	return r;
}
