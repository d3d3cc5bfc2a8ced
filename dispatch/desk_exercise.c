/* desk_exercise - what an exercise left open is closed, one decision each */
#include <errno.h>
#include <stdlib.h>

#include "dispatch/desk_internal.h"
#include "dispatch/duty_internal.h"
#include "proto/stamp.h"

#define CASE(name) VEDETTA__V1__DUTY_RECORD__WHAT_##name

/* Who ended one on the machine itself; no account has a name with a space. */
static char machine[] = "vedetta exercise";

/* ---- which ones */

/* Of this exercise, and as it was when that was said. */
static bool
is_left(const struct incident *i, const Vedetta__V1__Exercise *e, uint64_t said_in,
	int64_t said_ms)
{
	return i->exercise &&
	       i->status == VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_OPEN &&
	       i->rare->decided_seq < said_in && i->last_report_ms <= said_ms &&
	       (e->with_earlier || i->last_report_ms >= stamp_ms(e->from));
}

/* Whoever ends it closes what he may close by hand. Without accounts all may. */
static bool
may_close(const struct desk *d, const Vedetta__V1__Account *by, const char *name,
	const struct incident *i)
{
	return name[0] == '\0' || office_count(d->memory.office) == 0 ||
	       (by != NULL && office_may(d->memory.office, by->id,
				      VEDETTA__V1__RIGHT__RIGHT_ACT, &i->areas));
}

/* The newest change stands last, where an exercise that ends now has its own. */
static int
gather(struct desk *d, const Vedetta__V1__DutyRecord *said, int64_t said_ms)
{
	const Vedetta__V1__Account *by = office_by_name(d->memory.office, said->by);
	struct memory *m = &d->memory;
	struct clearing *c = &d->clearing;
	uint64_t seen = 0;
	const struct incident *i;

	free(c->ids);
	*c = (struct clearing){.row = said->sequence,
		.ids = calloc(m->n_drills + 1, sizeof(c->ids[0]))};
	if (c->ids == NULL) {
		return -ENOMEM;
	}
	for (i = TAILQ_LAST(&m->roster.incidents, incident_list);
		i != NULL && seen < m->n_drills;
		i = TAILQ_PREV(i, incident_list, link)) {
		seen += i->exercise &&
			i->status == VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_OPEN;
		if (is_left(i, said->exercise, said->sequence, said_ms) &&
			may_close(d, by, said->by, i)) {
			c->ids[c->n++] = i->id;
		}
	}
	return 0;
}

int
desk_count_drills(struct desk *d, Vedetta__V1__DutyAnswered *said, int64_t now_ms)
{
	Vedetta__V1__DutyRecord *record = said->record;
	Vedetta__V1__Exercise *e;
	int r;

	if (record == NULL || record->what_case != CASE(EXERCISE) ||
		!record->exercise->closing) {
		return 0;
	}
	e = record->exercise;
	r = gather(d, record, now_ms);
	if (r < 0) {
		return r;
	}
	e->to_close = (uint32_t)d->clearing.n;
	e->closing = e->to_close > 0;
	e->closed = 0;
	if (e->with_earlier && e->to_close == 0) {
		said->record = NULL;
		said->not_found = true;
	}
	return 0;
}

/* ---- one by one */

bool
desk_is_clearing(const struct desk *d)
{
	return duty_exercise_closing(d->memory.duty) != NULL;
}

/* The next that is still as it was; NULL: all are through. */
static const struct incident *
next_left(struct desk *d, const Vedetta__V1__DutyRecord *said)
{
	struct clearing *c = &d->clearing;

	while (c->next < c->n) {
		const struct incident *i =
			roster_find(&d->memory.roster, c->ids[c->next++]);

		if (i != NULL && is_left(i, said->exercise, said->sequence,
					 stamp_ms(said->at))) {
			return i;
		}
	}
	return NULL;
}

static int
close_one(struct desk *d, const Vedetta__V1__DutyRecord *said, const struct incident *i,
	int64_t now_ms, struct arena *arena, struct desk_out *out)
{
	const Vedetta__V1__Account *by = office_by_name(d->memory.office, said->by);
	Vedetta__V1__Close close = VEDETTA__V1__CLOSE__INIT;
	Vedetta__V1__Action action = VEDETTA__V1__ACTION__INIT;
	Vedetta__V1__ActionInput input = VEDETTA__V1__ACTION_INPUT__INIT;
	const struct desk_input in = {.kind = DESK_ACT, .action = &input, .own = true};
	int r;

	close.outcome = VEDETTA__V1__CLOSE_OUTCOME__CLOSE_OUTCOME_EXERCISE;
	close.text = said->exercise->name;
	action.what_case = VEDETTA__V1__ACTION__WHAT_CLOSE;
	action.close = &close;
	action.sequence = i->seq;
	input.incident = i->id;
	input.author = said->by[0] != '\0' ? said->by : machine;
	input.account = by != NULL ? by->id : 0;
	input.action = &action;
	r = desk_step(d, &in, now_ms, arena, out);
	d->clearing.closed += r == 0 && out->n_rows > 0;
	return r;
}

/* It is done, and how many it were. */
static int
end_clearing(struct desk *d, const Vedetta__V1__DutyRecord *said, int64_t now_ms,
	struct arena *arena, struct desk_out *out, struct store_record *record)
{
	Vedetta__V1__DutyAnswered *answered = arena_alloc(arena, sizeof(*answered));
	Vedetta__V1__DutyRecord now = *said;
	Vedetta__V1__Exercise e = *said->exercise;

	if (answered == NULL) {
		return -ENOMEM;
	}
	vedetta__v1__duty_answered__init(answered);
	*out = (struct desk_out){.n_rows = 0};
	out->rows = out->few;
	out->answer = (Vedetta__V1__InputAnswer)VEDETTA__V1__INPUT_ANSWER__INIT;
	out->answer.duty = answered;
	e.closing = false;
	e.closed = d->clearing.closed;
	now.sequence = d->memory.last_seq + 1;
	now.exercise = &e;
	out->rows[0] = (struct store_row){.seq = now.sequence, .at_ms = now_ms};
	return desk_keep_duty(d, &now, arena, out, record);
}

int
desk_clear_next(struct desk *d, int64_t now_ms, struct arena *arena,
	struct desk_out *out, struct store_record *record)
{
	const Vedetta__V1__DutyRecord *said = duty_exercise_closing(d->memory.duty);
	struct clearing *c = &d->clearing;
	const struct incident *i;
	int r = 0;

	if (said == NULL) {
		return 0;
	}
	if (c->row != said->sequence) {
		r = gather(d, said, stamp_ms(said->at));
		/* A restart came between: the others were closed before it. */
		c->closed = r == 0 && said->exercise->to_close > c->n
				    ? said->exercise->to_close - (uint32_t)c->n
				    : 0;
	}
	if (r < 0) {
		return r;
	}
	i = next_left(d, said);
	r = i != NULL ? close_one(d, said, i, now_ms, arena, out)
		      : end_clearing(d, said, now_ms, arena, out, record);
	return r < 0 ? r : i != NULL ? DESK_CLEARED_ONE : DESK_CLEARED_ALL;
}
