#include "dispatch/wake.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "dispatch/derive.h"
#include "dispatch/umbrella.h"

#define STATE(name) VEDETTA__V1__DELIVERY_STATE__DELIVERY_STATE_##name
#define REASON(name) VEDETTA__V1__DELIVERY_REASON__DELIVERY_REASON_##name

/* Somebody takes it on by these, as far as they had seen. */
static bool
takes_on(const Vedetta__V1__Action *said)
{
	return said->what_case == VEDETTA__V1__ACTION__WHAT_ACKNOWLEDGE ||
	       said->what_case == VEDETTA__V1__ACTION__WHAT_HAND_OVER ||
	       said->what_case == VEDETTA__V1__ACTION__WHAT_REFUSE_HAND_OVER;
}

static void
read_work(const struct work *w, struct escalation_facts *facts)
{
	for (uint32_t n = 0; w != NULL && n < w->n; n++) {
		const struct decision *d = &w->decisions[n];

		if (d->undone_by == 0 && takes_on(d->said->action)) {
			if (d->said->action->sequence > facts->acked_seq) {
				facts->acked_seq = d->said->action->sequence;
			}
			facts->acked_ms = d->at_ms;
		}
	}
	facts->alarming = facts->is_open && facts->class_no == 1 && !work_is_given(w);
}

static void
read_facts(const struct incident *i, struct escalation_facts *facts)
{
	*facts = (struct escalation_facts){
		.class_no = i->class_no,
		.is_open =
			i->status == VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_OPEN,
		.exercise = i->exercise,
	};
	read_work(i->rare->work, facts);
}

int
wake_note(struct memory *m, const struct incident *i, int64_t at_ms)
{
	struct escalation_facts facts;

	read_facts(i, &facts);
	return escalations_note(m->escalations, i->id, i->seq, at_ms, &facts);
}

int
wake_apply(struct memory *m, struct incident *i, const struct store_row *row)
{
	if (i != NULL) {
		i->seq = row->seq;
		roster_touch(&m->roster, i);
	}
	return escalations_apply(m->escalations, row);
}

/* ---- what is due */

struct found_in {
	const struct memory *memory;
	const struct umbrellas *umbrellas;
};

/* One of many of a large event; its repeats may be rarer. */
static bool
is_damped(const struct umbrellas *u, uint64_t incident)
{
	uint64_t id = umbrellas_are_current(u) ? umbrellas_of(u, incident) : 0;
	struct umbrella_extent large;

	return id != 0 && umbrellas_next_maxi(u, id - 1, &large) && large.id == id;
}

static bool
look(void *arg, uint64_t incident, struct escalation_facts *facts,
	struct duty_place *place)
{
	const struct found_in *g = arg;
	const struct incident *i = roster_find(&g->memory->roster, incident);

	if (i == NULL) {
		return false;
	}
	read_facts(i, facts);
	facts->is_damped = is_damped(g->umbrellas, incident);
	duty_place_of(&i->areas, g->memory->areas, place);
	return true;
}

/* The row has its number, and is true from now on. */
static int
append(struct memory *m, int64_t now_ms, struct desk_out *out)
{
	struct store_row *row = &out->rows[0];
	const struct incident *i = roster_find(&m->roster, row->subject);

	row->seq = m->last_seq + 1;
	row->at_ms = now_ms;
	row->prev = i != NULL ? i->seq : 0;
	out->n_rows = 1;
	return memory_apply(m, row);
}

int
wake_test(struct memory *m, const struct escalation_page *page, const uint8_t *key,
	uint64_t print, int64_t now_ms, struct arena *arena, struct desk_out *out)
{
	int r;

	out->rows = out->few;
	r = escalations_test(page, arena, &out->rows[0]);
	if (key != NULL) {
		out->rows[0].has_key = true;
		memcpy(out->rows[0].key, key, STORE_KEY_BYTES);
		out->rows[0].print = print;
	}
	return r == 0 ? append(m, now_ms, out) : r;
}

int
wake_next(struct memory *m, const struct umbrellas *u, int64_t now_ms,
	struct arena *arena, struct desk_out *out, struct escalation_page *page)
{
	struct found_in g = {m, u};
	const struct escalation_ground ground = {m->duty, look, &g};
	int answer = WAKE_STEP;
	int r;

	out->rows = out->few;
	out->n_rows = 0;
	out->n_incidents = 0;
	r = escalations_step(m->escalations, &ground, now_ms, arena, &out->rows[0]);
	if (r == 0) {
		answer = WAKE_PAGE;
		r = escalations_page(
			m->escalations, &ground, now_ms, arena, &out->rows[0], page);
	}
	if (r == 1) {
		r = append(m, now_ms, out);
		r = r < 0 ? r : answer;
	}
	return r;
}

/* ---- what became of it */

void
wake_group(uint64_t page_row, char group[WAKE_GROUP_BYTES])
{
	(void)snprintf(group, WAKE_GROUP_BYTES, "page-%" PRIu64, page_row);
}

bool
wake_is_lost(const struct store_delivery *d)
{
	return d->state == STATE(REFUSED) || d->state == STATE(GIVEN_UP) ||
	       (!outbox_has_ended(d) && d->reason == REASON(LOGIN));
}

struct fate {
	bool ended; /* all of them */
	bool lost;
};

/*
 * Deliveries are the rows right behind that of their message. One without any went
 * nowhere, unless it is so long ago that they are forgotten.
 */
static struct fate
fate_of(const struct outbox *o, const struct escalation_sent *sent, const char *group,
	int64_t now_ms)
{
	uint64_t hash = derive_hash("group", group);
	uint64_t id = sent->row + 1;
	struct fate fate = {true, now_ms - sent->at_ms < OUTBOX_KEPT_MS};
	const struct store_delivery *d;

	for (; (d = outbox_find(o, id)) != NULL && d->group_hash == hash; id++) {
		fate.ended = fate.ended && outbox_has_ended(d);
		fate.lost = fate.lost && wake_is_lost(d);
	}
	return fate;
}

/* OUTBOX_ROW, 0 or -ENOMEM. */
static int
settle(struct memory *m, size_t nth, const struct escalation_sent *sent,
	const struct outbox_turn *turn, struct outbox_row *out)
{
	char group[WAKE_GROUP_BYTES];
	struct fate fate;
	int r = 0;

	wake_group(sent->row, group);
	if (!escalations_want(m->escalations, sent)) {
		r = outbox_cancel_next(m->outbox, group, turn, out);
		if (r == 0) {
			escalations_settle(m->escalations, nth);
		}
		return r;
	}
	fate = fate_of(m->outbox, sent, group, turn->now_ms);
	if (fate.lost && !sent->failed) {
		r = escalations_fail(m->escalations, nth, turn->now_ms);
	}
	if (r == 0 && fate.ended) {
		escalations_settle(m->escalations, nth);
	}
	return r;
}

int
wake_settle_next(
	struct memory *m, const struct outbox_turn *turn, struct outbox_row *out)
{
	const struct escalation_sent *sent;
	int r = 0;

	for (size_t nth = 0;
		r == 0 && (sent = escalations_sent(m->escalations, nth)) != NULL;
		nth++) {
		r = sent->over ? 0 : settle(m, nth, sent, turn, out);
	}
	return r;
}
