#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "dispatch/umbrella_internal.h"

enum {
	LONGEST_WINDOW_H = 72,
};

/* ---- records and marks */

int
umbrellas_load(struct umbrellas *u, const struct store_umbrella *record)
{
	struct umbrella *umbrella;
	struct umbrella_field *f;

	if (record->event_group < EVENT_GROUP_SEISMIC ||
		record->event_group >= EVENT_GROUPS) {
		return 0; /* of a later program; it has nothing here */
	}
	f = umbrella_field_for(
		u, (enum event_group)record->event_group, record->exercise);
	umbrella = f == NULL ? NULL : calloc(1, sizeof(*umbrella));
	if (umbrella == NULL) {
		return -ENOMEM;
	}
	umbrella->field = f;
	umbrella->id = record->id;
	umbrella->seq = record->seq;
	umbrella->component = CLUSTER_NONE;
	umbrella->anchor = record->anchor;
	umbrella->anchor_point = NO_POINT;
	umbrella->merged_into = record->merged_into;
	umbrella->opened_ms = record->opened_ms;
	umbrella->ended_ms = record->ended_ms;
	umbrella->status = record->status;
	if (record->seq > u->last_record) {
		u->last_record = record->seq;
	}
	umbrella->members = (struct umbrella_members){NO_MEMBER, NO_MEMBER};
	TAILQ_INSERT_TAIL(&u->umbrellas, umbrella, link);
	if (umbrella->status != IS_OPEN) {
		umbrella_is_gone(umbrella);
		return 0;
	}
	return table_put(&u->by_anchor, umbrella->anchor, umbrella);
}

void
umbrellas_load_row(struct umbrellas *u, const struct store_row *row)
{
	size_t n = u->n_pasts;

	u->mark_seq = row->about;
	u->mark_ms = (int64_t)row->print;
	while (n > 0 && u->pasts[n - 1].ms <= u->mark_ms) {
		n--;
	}
	if (n < UMBRELLA_PASTS_MOST) {
		n++;
	}
	u->pasts[n - 1] = (struct umbrella_past){u->mark_seq, u->mark_ms};
	u->n_pasts = n;
}

uint64_t
umbrellas_next_mark(const struct umbrellas *u)
{
	return u->mark_seq == 0 ? u->last_record : 0;
}

int64_t
umbrella_past_ms(const struct umbrellas *u, uint64_t seq)
{
	for (size_t i = 0; i < u->n_pasts; i++) {
		if (u->pasts[i].seq >= seq) {
			return u->pasts[i].ms;
		}
	}
	return u->clock_ms;
}

void
umbrellas_loaded(struct umbrellas *u, uint64_t last_seq, int64_t last_ms)
{
	if (u->mark_seq == 0) {
		u->mark_seq = last_seq;
		u->mark_ms = last_ms;
	}
	u->clock_ms = u->mark_ms;
	u->followed_seq = u->mark_seq;
}

int64_t
umbrellas_wanted_ms(const struct umbrellas *u)
{
	return u->mark_ms - (int64_t)LONGEST_WINDOW_H * 3600000;
}

/* ---- anchors find their components */

/* The component of a loaded umbrella's anchor; two of one component are one. */
static int
find_again(struct umbrella *umbrella)
{
	struct umbrella_field *f = umbrella->field;
	struct cluster_place place = {false, CLUSTER_NONE};

	if (umbrella->anchor_point != NO_POINT) {
		place = cluster_of(f->cluster, (uint32_t)umbrella->anchor_point);
	}
	if (!place.is_core) {
		f->all->n_lost++;
		return umbrella_end(umbrella, EVENT(LOST), NULL);
	}
	if ((uint32_t)place.component < f->room_slots &&
		*umbrella_of_component(f, place.component) != NULL) {
		f->all->n_lost++;
		return umbrella_end(umbrella, EVENT(MERGED),
			*umbrella_of_component(f, place.component));
	}
	umbrella_is_stale(umbrella);
	return umbrella_give_component(f, place.component, umbrella);
}

/* Components that no anchor has found: every point is looked at, newest first. */
static int
bear_unknown(struct umbrella_field *f)
{
	int fault = 0;

	for (int64_t at = f->newest; fault == 0 && at != NO_POINT;
		at = point_of(f, at)->older) {
		struct cluster_place place = cluster_of(f->cluster, (uint32_t)at);

		if (place.is_core &&
			((uint32_t)place.component >= f->room_slots ||
				*umbrella_of_component(f, place.component) == NULL)) {
			fault = umbrella_bear(f, place.component, at, EVENT(BORN), 0);
		}
	}
	return fault;
}

static int
settle_field(struct umbrella_field *f)
{
	struct umbrella *umbrella;
	size_t n = 0;
	int fault = 0;

	TAILQ_FOREACH (umbrella, &f->all->umbrellas, link) {
		if (fault == 0 && umbrella->field == f && umbrella->status == IS_OPEN &&
			umbrella->component == CLUSTER_NONE) {
			fault = find_again(umbrella);
			n += umbrella->status == IS_OPEN;
		}
	}
	if (fault == 0 && n < cluster_components(f->cluster)) {
		fault = bear_unknown(f);
	}
	return fault;
}

static int
settle(struct umbrellas *u)
{
	int fault = 0;

	u->stage = UMBRELLA_REPLAYING;
	for (int k = 0; fault == 0 && k < 2 * EVENT_GROUPS; k++) {
		if (u->fields[k / 2][k % 2] != NULL) {
			fault = settle_field(u->fields[k / 2][k % 2]);
		}
	}
	table_fini(&u->by_anchor);
	for (uint32_t i = 0; fault == 0 && i < u->members.top; i++) {
		umbrella_relabel(member_of(u, i));
	}
	return fault;
}

int
umbrellas_follow(struct umbrellas *u, const struct umbrella_report *report,
	int64_t now_ms, uint64_t last_seq)
{
	int fault = 0;

	assert(u->stage != UMBRELLA_CURRENT);
	u->now_ms = now_ms;
	u->last_seq = last_seq;
	u->cause_seq = u->mark_seq;
	if (report->seq <= u->mark_seq) {
		return umbrella_add_report(u, report);
	}
	if (u->stage == UMBRELLA_FILLING) {
		fault = settle(u);
	}
	u->cause_seq = u->followed_seq;
	if (fault == 0) {
		fault = umbrella_expire(u, report->at_ms);
	}
	if (fault != 0) {
		return fault;
	}
	u->cause_seq = u->followed_seq = report->seq;
	return umbrella_add_report(u, report);
}

int
umbrellas_catch_up(struct umbrellas *u, int64_t now_ms, uint64_t last_seq)
{
	int fault = 0;

	u->now_ms = now_ms;
	u->last_seq = last_seq;
	u->cause_seq = u->mark_seq;
	if (u->stage == UMBRELLA_FILLING) {
		fault = settle(u);
	}
	u->cause_seq = last_seq;
	if (fault == 0) {
		fault = umbrella_expire(u, now_ms);
	}
	if (fault == 0) {
		u->stage = UMBRELLA_CURRENT;
	}
	return fault;
}

bool
umbrellas_are_current(const struct umbrellas *u)
{
	return u->stage == UMBRELLA_CURRENT;
}
