#include "dispatch/memory_internal.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dispatch/derive.h"
#include "dispatch/rank.h"
#include "dispatch/record.h"
#include "dispatch/wake.h"
#include "vedetta/v1/incident.pb-c.h"

enum {
	EXPIRE_AT_ONCE = 8, /* keys a row; more than come, so it catches up */
};

void
memory_fini(struct memory *m)
{
	fold_fini(&m->fold); /* before the incidents whose firsts these are */
	match_fini(&m->match);
	roster_detach(&m->roster, &m->stale);
	roster_fini(&m->roster);
	free(m->silent);
	waiting_fini(&m->waiting);
	table_fini(&m->moved);
	seen_free(m->seen);
	piles_free(m->piles);
	outbox_free(m->outbox);
	office_free(m->office);
	duty_free(m->duty);
	escalations_free(m->escalations);
	centroids_fini(&m->ground.centroids);
}

int
memory_init(
	struct memory *m, size_t keys_max, const uint8_t hash_key[SEEN_HASH_KEY_BYTES])
{
	*m = (struct memory){.seen = seen_new(keys_max, hash_key),
		.piles = piles_new(),
		.outbox = outbox_new(),
		.office = office_new(),
		.duty = duty_new(),
		.escalations = escalations_new()};
	fold_init(&m->fold);
	roster_init(&m->roster);
	waiting_init(&m->waiting);
	roster_attach(&m->roster, &m->stale);
	if (m->seen == NULL || m->piles == NULL || m->outbox == NULL ||
		m->office == NULL || m->duty == NULL || m->escalations == NULL) {
		memory_fini(m);
		return -ENOMEM;
	}
	return 0;
}

/* Adds the incident to the figures, or takes it out of them (sign -1). */
static void
count(struct memory *m, const struct incident *i, int sign)
{
	uint64_t one = (uint64_t)sign; /* wraps as it must */

	if (i->status != VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_OPEN) {
		return;
	}
	if (i->exercise) {
		m->n_drills += one;
		m->n_drill_reports += one * i->n_reports;
		return;
	}
	m->n_open += one;
	m->n_unplaced += i->unplaced && i->rare->silence == NULL ? one : 0;
	m->n_reports += one * i->n_reports;
	m->n_by_class[i->class_no] += one;
}

static int
take_in(struct memory *m, const struct store_incident *record, struct incident **out)
{
	struct incident *i = incident_new(record);
	int r;

	if (i == NULL) {
		return -ENOMEM;
	}
	r = roster_take(&m->roster, i);
	if (r < 0) {
		incident_free(i);
		return r;
	}
	count(m, i, 1);
	*out = i;
	return 0;
}

/* Where a placed one stands, the older it is linked to is no longer found. */
static void
supersede(struct memory *m, const struct incident *by)
{
	struct incident *older = roster_find(&m->roster, by->rare->linked);

	if (older != NULL && !by->unplaced) {
		older->superseded = true;
		if (incident_is_replaced(older)) {
			match_remove(&m->match, older);
		}
	}
}

int
memory_load(struct memory *m, const struct store_incident *record)
{
	struct incident *i;

	return take_in(m, record, &i);
}

int
memory_load_damaged(struct memory *m, uint64_t id)
{
	const struct store_incident record = {
		.id = id,
		.seq = id,
		.hazard = HAZARD_OTHER,
		.status = VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_OPEN,
		.class_no = CLASS_LIVES_SOON, /* as what nobody can read */
		.unplaced = true,
		.quarantined = true,
		.accuracy_m = -1,
		.areas = "",
	};

	return roster_find(&m->roster, id) != NULL ? 0 : memory_load(m, &record);
}

/* Where its first report says; an operator's place since then is in its history. */
static int
put_where_it_began(
	struct memory *m, struct incident *i, const Vedetta__V1__Report *said)
{
	struct place place;

	if (said == NULL) {
		return 0;
	}
	place_judge(said, i->hazard, &m->ground, &place);
	return incident_move(i, &place);
}

int
memory_remake(struct memory *m, const struct store_row *row, struct arena *arena)
{
	const struct facts facts = facts_unpack(row->facts);
	struct incident *i = roster_find(&m->roster, row->seq);
	const struct hazard *hazard = hazard_by_number(facts.hazard);
	int r;

	if (i == NULL || row->subject != i->id) {
		return 0; /* it stays as it is, in sight */
	}
	count(m, i, -1);
	i->hazard = hazard != NULL ? hazard : i->hazard;
	i->exercise = facts.exercise;
	i->opened_ms = memory_arrival_ms(row->at_ms, row->facts);
	r = put_where_it_began(
		m, i, record_personal(row->personal, row->personal_bytes, arena));
	if (work_closing(i->rare->work) != NULL) {
		i->status = VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_CLOSED;
	}
	count(m, i, 1);
	return r;
}

int
memory_loaded(struct memory *m)
{
	struct incident *i;
	int r = 0;

	TAILQ_FOREACH (i, &m->roster.incidents, link) {
		count(m, i, -1);
		incident_loaded(i);
		count(m, i, 1);
		supersede(m, i);
	}
	TAILQ_FOREACH (i, &m->roster.incidents, link) {
		r = match_add(&m->match, i);
		if (r < 0) {
			break;
		}
	}
	return r;
}

int
memory_open(
	struct memory *m, const struct store_incident *record, struct incident **out)
{
	int r = take_in(m, record, out);

	if (r < 0) {
		return r;
	}
	supersede(m, *out);
	return match_add(&m->match, *out);
}

int
memory_move(struct memory *m, struct incident *i, const struct place *place)
{
	int r;

	count(m, i, -1);
	match_remove(&m->match, i);
	r = incident_move(i, place);
	count(m, i, 1);
	if (r < 0) {
		return r;
	}
	supersede(m, i);
	return match_add(&m->match, i);
}

void
memory_close(struct memory *m, struct incident *i, uint64_t into)
{
	count(m, i, -1);
	if (into != 0) {
		struct incident_rare *rare = incident_rare(i);

		assert(rare != NULL); /* it is there since its last report went */
		rare->merged_into = into;
	}
	i->status = VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_CLOSED;
	if (into != 0 || incident_is_replaced(i)) {
		match_remove(&m->match, i);
	}
	(void)wake_note(m, i, 0); /* one that is closed needs no memory */
}

int
memory_reopen(struct memory *m, struct incident *i)
{
	int r;

	i->status = VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_OPEN;
	if (i->rare->merged_into != 0) {
		incident_rare(i)->merged_into = 0; /* it has one: no fault */
	}
	count(m, i, 1);
	if (i->rare->silence == NULL) {
		memory_look_again(m, i); /* another map may have come meanwhile */
		roster_detach(&m->roster, &m->stale);
		roster_attach(&m->roster, &m->stale);
	}
	r = match_add(&m->match, i);
	return r < 0 ? r : wake_note(m, i, m->last_at_ms);
}

struct incident *
memory_where(const struct memory *m, uint64_t report, uint64_t incident)
{
	struct incident *i = table_find(&m->moved, report);

	if (i == NULL) {
		i = roster_find(&m->roster, incident);
	}
	while (i != NULL && i->rare->merged_into != 0) {
		i = roster_find(&m->roster, i->rare->merged_into);
	}
	return i;
}

int64_t
memory_arrival_ms(int64_t row_at_ms, uint64_t facts)
{
	return row_at_ms - (int64_t)facts_unpack(facts).late_s * 1000;
}

/* Remembers what the row says about its key. */
static int
remember(struct memory *m, const struct store_row *row, const struct facts *facts)
{
	struct seen_entry known;
	struct seen_entry entry = {
		.row = row->kind == STORE_INTERPRETED || row->kind == STORE_MOVED_IN
			       ? row->about
			       : row->seq,
		.incident = row->subject,
		.print = row->print,
		.sender = seen_sender(row->source),
		.at_ms = memory_arrival_ms(row->at_ms, row->facts),
		.raw = row->kind == STORE_RAW || facts->unreadable,
	};

	if (!row->has_key) {
		return 0;
	}
	memcpy(entry.key, row->key, STORE_KEY_BYTES);
	if (row->kind == STORE_RAW &&
		memory_known(m, row->key, row->at_ms, &known) != NULL) {
		derive_key(row->key, row->print, entry.key);
	}
	return seen_put(m->seen, &entry);
}

/* A report folds into an earlier one, or later ones may fold into it. */
static int
note_first(struct memory *m, const struct store_row *row, const struct facts *facts,
	struct incident *i)
{
	const struct fold_report numbers = {
		.seq = row->seq,
		.source = row->source,
		.arrival_ms = memory_arrival_ms(row->at_ms, row->facts),
		.facts = *facts,
	};

	if (facts->unplaced || facts->repeat || facts->adds ||
		memory_is_folded(row, facts) ||
		(row->kind != STORE_REPORT && row->kind != STORE_INTERPRETED)) {
		return 0;
	}
	return fold_add(&m->fold, &i->firsts, &numbers, row->at_ms);
}

static int
apply_to_incident(struct memory *m, const struct store_row *row,
	const struct facts *facts, struct incident *i)
{
	int r;

	count(m, i, -1);
	r = memory_take_row(m, row, facts, i);
	count(m, i, 1);
	if (r < 0) {
		return r;
	}
	i->seq = row->seq;
	roster_touch(&m->roster, i);
	r = note_first(m, row, facts, i);
	if (r == 0 && row->seq == row->subject && facts->unplaced && facts->tokened) {
		r = match_add_owner(&m->match, i, row->source);
	}
	return r;
}

int
memory_apply(struct memory *m, const struct store_row *row)
{
	const struct facts facts = facts_unpack(row->facts);
	struct incident *i = roster_find(&m->roster, row->subject);
	int r;

	seen_expire(m->seen, row->at_ms - MEMORY_KEYS_KEPT_MS, EXPIRE_AT_ONCE);
	m->last_seq = row->seq;
	m->last_at_ms = row->at_ms;
	r = remember(m, row, &facts);
	if (r < 0) {
		return r;
	}
	if (row->kind == STORE_RAW) {
		return waiting_add(&m->waiting, row);
	}
	if (row->kind == STORE_INTERPRETED) {
		waiting_remove(&m->waiting, row->about);
	}
	if (row->kind == STORE_REAREA && i != NULL) {
		i->is_stale = false;
		i->seq = row->seq;
		roster_touch(&m->roster, i);
		return 0;
	}
	if (row->kind == STORE_DUTY) {
		return row->personal == NULL
			       ? 0
			       : duty_take(m->duty, row->personal, row->personal_bytes);
	}
	if (row->kind == STORE_ESCALATION) {
		return wake_apply(m, i, row);
	}
	if (facts.spot || facts.piles) {
		pile_take(m->piles, row->seq, row->source,
			memory_arrival_ms(row->at_ms, row->facts), facts.exercise,
			facts.piles);
	}
	r = i == NULL ? 0 : apply_to_incident(m, row, &facts, i);
	return i == NULL || r < 0 ? r : wake_note(m, i, row->at_ms);
}

/* Rows that say how the machine or its people are, not what happened. */
static bool
is_about_incidents(enum store_kind kind)
{
	switch ((int)kind) {
	case STORE_AREAS:
	case STORE_REAREA:
	case STORE_UMBRELLA:
	case STORE_DELIVERY:
	case STORE_DUTY:
	case STORE_ESCALATION:
	case STORE_ACCOUNT:
	case STORE_SESSION:
	case STORE_AUDIT:
		return false;
	default:
		return true; /* also one that nobody knows */
	}
}

int
memory_lose_row(struct memory *m, const struct store_row *row)
{
	m->last_seq = row->seq;
	return is_about_incidents(row->kind) ? waiting_add(&m->waiting, row) : 0;
}

/*
 * Central points are those of municipalities: the square of a village in a large
 * one is a place. Short of memory fewer are known, which loses no report.
 */
static void
know_ground(struct memory *m, struct area_map *map)
{
	size_t n = map == NULL ? 0 : area_map_count(map);
	size_t i;

	m->ground.areas = map;
	centroids_fini(&m->ground.centroids);
	for (i = 0; i < n; i++) {
		const struct area *area = area_map_get(map, i);

		if (area->level == AREA_MUNICIPALITY && area->has_center &&
			centroids_add(&m->ground.centroids, area->center) != 0) {
			break;
		}
	}
}

void
memory_use_areas(struct memory *m, struct area_map *map, bool all)
{
	struct incident *i;

	m->areas = map;
	know_ground(m, map);
	if (map == NULL) {
		return;
	}
	TAILQ_FOREACH (i, &m->roster.incidents, link) {
		if (i->status == VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_OPEN &&
			i->rare->silence == NULL && (all || i->areas.fit == 0)) {
			i->is_stale = true;
		}
	}
	m->has_stale = true;
	roster_detach(&m->roster, &m->stale);
	roster_attach(&m->roster, &m->stale);
}

void
memory_look_again(struct memory *m, struct incident *i)
{
	i->is_stale = true;
	m->has_stale = true;
}

/* Who sees a closed one is as it was. */
static bool
wants_look(const struct incident *i)
{
	return i->is_stale &&
	       i->status == VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_OPEN;
}

struct incident *
memory_next_stale(struct memory *m)
{
	while (m->stale.next != NULL && !wants_look(m->stale.next)) {
		roster_advance(&m->stale);
	}
	m->has_stale = m->stale.next != NULL;
	return m->stale.next;
}

const struct seen_entry *
memory_known(const struct memory *m, const uint8_t key[STORE_KEY_BYTES], int64_t now_ms,
	struct seen_entry *out)
{
	const struct seen_entry *entry = seen_find(m->seen, key, out);

	if (entry == NULL || now_ms - entry->at_ms > MEMORY_KEYS_KEPT_MS) {
		return NULL;
	}
	return entry;
}
