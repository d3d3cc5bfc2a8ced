#include "dispatch/step_internal.h"

#include <errno.h>

#include "vedetta/v1/log.pb-c.h"

enum {
	MEMBERS_MAX = 8192, /* that fit an input's arena */
};

/* An operator's place for one report, being decided. */
struct move {
	struct step *step;
	const Vedetta__V1__PlaceAction *said;
	struct incident *from;
	struct incident *to; /* NULL: a new one */
	uint64_t report;
	bool alone; /* it is the only report of `from` */
	const struct member *member;
	Vedetta__V1__LogMove log; /* body of the rows */
};

/* ---- may it be done? */

static Vedetta__V1__ActionRefusal
find_report(struct move *v)
{
	const struct members *members = &v->from->members;
	uint64_t only = members_only_report(members);
	uint32_t n;

	v->report = v->said->report != 0 ? v->said->report : only;
	v->alone = v->report == only;
	if (v->report == 0 && members->n > 0) {
		return VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_SEVERAL;
	}
	if (!members_has(members, v->report)) {
		return VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_NO_REPORT;
	}
	if (members->n > MEMBERS_MAX) {
		return VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_NOT_NOW;
	}
	for (n = 0; members_at(members, n)->report != v->report; n++) {
	}
	v->member = members_at(members, n);
	v->step->facts = member_facts(v->member);
	v->step->hazard =
		v->alone ? v->from->hazard : hazard_by_number(v->step->facts.hazard);
	if (v->step->hazard == NULL) {
		v->step->hazard = hazard_by_number(HAZARD_OTHER);
	}
	return VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_UNSPECIFIED;
}

/* Somebody who knows may say the square in front of the town hall. */
static Vedetta__V1__ActionRefusal
judge_place(struct move *v)
{
	Vedetta__V1__Place place = VEDETTA__V1__PLACE__INIT;
	Vedetta__V1__Report report = VEDETTA__V1__REPORT__INIT;
	struct step *s = v->step;

	place.point = v->said->point;
	place.kind = VEDETTA__V1__PLACE_KIND__PLACE_KIND_MAP_PICK;
	place.words = v->said->words;
	if (v->said->accuracy_case == VEDETTA__V1__PLACE_ACTION__ACCURACY_ACCURACY_M) {
		place.accuracy_case = VEDETTA__V1__PLACE__ACCURACY_ACCURACY_M;
		place.accuracy_m = v->said->accuracy_m;
	}
	report.place = &place;
	place_judge(&report, s->hazard, &s->memory->ground, &s->place);
	if (s->place.why == PLACE_CENTROID) {
		place_doubt(&s->place, PLACE_IS_PLACED);
	}
	if (!s->place.unplaced) {
		return VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_UNSPECIFIED;
	}
	return s->place.why == PLACE_COARSE
		       ? VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_COARSE
		       : VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_ODD_POINT;
}

/*
 * Will whoever says it see the report there? A place that is wrong can be mended by
 * those alone who see it, so nobody sends a report away without saying so.
 */
static Vedetta__V1__ActionRefusal
judge_sight(const struct move *v)
{
	const struct memory *m = v->step->memory;
	struct areas there = {NULL, 0};
	bool sees = v->said->leaves || office_count(m->office) == 0;
	bool changed;

	if (sees) {
		return VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_UNSPECIFIED;
	}
	if (areas_grow(&there, m->areas, &v->step->place, &changed) < 0) {
		return VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_NOT_NOW;
	}
	sees = office_may(m->office, v->step->input->action->account,
		VEDETTA__V1__RIGHT__RIGHT_ACT, &there);
	areas_fini(&there);
	return sees ? VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_UNSPECIFIED
		    : VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_LEAVES;
}

/* ---- the rows */

static int
list_members(struct move *v)
{
	const struct members *members = &v->from->members;
	struct arena *arena = v->step->arena;
	Vedetta__V1__LogMember *all;
	uint32_t n;

	v->log.members = arena_alloc(arena, members->n * sizeof(v->log.members[0]));
	all = arena_alloc(arena, members->n * sizeof(all[0]));
	if (v->log.members == NULL || all == NULL) {
		return -ENOMEM;
	}
	for (n = 0; n < members->n; n++) {
		const struct member *m = members_at(members, n);
		struct facts facts = member_facts(m);
		Vedetta__V1__LogMember *to = &all[v->log.n_members];

		if (m->report != v->report && !v->alone) {
			continue;
		}
		/* It has a place now, and what it did as it came stays there. */
		facts.unplaced = facts.spot = facts.piles = facts.folded = false;
		facts.why = PLACE_IS_PLACED;
		vedetta__v1__log_member__init(to);
		to->report = m->report;
		to->source = m->source;
		to->facts = facts_pack(&facts);
		to->arrival_ms = m->arrival_ms;
		v->log.members[v->log.n_members++] = to;
	}
	return 0;
}

/* The next row, about the report. */
static struct store_row *
begin_row(struct move *v, enum store_kind kind, const struct incident *i)
{
	struct store_row *row =
		step_begin_row(v->step, kind, i, kind == STORE_MOVED_IN);

	row->about = v->report;
	row->source = v->member->source;
	return row;
}

static int
end_row(struct move *v, struct store_row *row)
{
	int r = step_pack(v->step, &v->log.base, &row->body, &row->body_bytes);

	return r < 0 ? r : step_end_row(v->step, row);
}

/* Out of the incident it was in, which closes when it is empty. */
static int
move_out(struct move *v)
{
	struct step *s = v->step;
	bool empties = v->alone;
	int r = incident_count_decision(v->from);

	if (r == 0) {
		r = end_row(v, begin_row(v, STORE_MOVED_OUT, v->from));
	}
	if (r == 0 && empties) {
		memory_close(s->memory, v->from, v->log.to);
	}
	return r < 0 ? r : step_put_incident(v->from, s->arena, s->out);
}

static int
open_new(struct move *v, const struct incident *linked)
{
	struct step *s = v->step;
	const struct store_incident record = {
		.id = v->log.to,
		.seq = v->log.to,
		.hazard = s->hazard->number,
		.status = VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_OPEN,
		.class_no = CLASS_NONE,
		.quarantined = s->facts.unreadable,
		.exercise = s->facts.exercise,
		.has_point = true,
		.point = s->place.point,
		.accuracy_m = s->place.accuracy_m,
		.place_kind = s->place.kind,
		.words = s->place.words,
		.opened_ms = v->member->arrival_ms,
		.linked = linked == NULL ? 0 : linked->id,
	};

	return memory_open(s->memory, &record, &v->to);
}

/* Into where it belongs; the row carries the place, and the input's key. */
static int
move_in(struct move *v, bool with_members)
{
	struct step *s = v->step;
	struct store_row *row = begin_row(v, STORE_MOVED_IN, v->to);
	size_t n_members = v->log.n_members;
	bool grown = false;
	int r;

	r = step_pack(s, &v->said->base, &row->personal, &row->personal_bytes);
	if (r == 0) {
		r = incident_count_decision(v->to);
	}
	v->log.n_members = with_members ? n_members : 0;
	if (r == 0) {
		r = end_row(v, row);
	}
	if (r == 0) {
		r = areas_grow(&v->to->areas, s->memory->areas, &s->place, &grown);
	}
	return r < 0 ? r : step_put_incident(v->to, s->arena, s->out);
}

/* ---- where to */

/* A lone report's own incident is no place to find: it moves with it. */
static int
find_target(struct move *v, struct match_found *found)
{
	struct step *s = v->step;
	struct match *match = &s->memory->match;

	if (v->alone) {
		match_remove(match, v->from);
	}
	*found = match_near(match, s->hazard, s->facts.exercise, s->place.point,
		v->member->arrival_ms);
	return v->alone ? match_add(match, v->from) : 0;
}

static int
stay(struct move *v, Vedetta__V1__ActionOutcome what)
{
	struct step *s = v->step;
	int r = 0;

	v->to = v->from;
	v->log.to = v->from->id;
	if (v->alone) {
		r = memory_move(s->memory, v->from, &s->place);
	}
	if (r == 0) {
		r = move_in(v, false);
	}
	return r < 0 ? r : step_answer_acted(s, what, v->report, v->to);
}

static int
leave(struct move *v, const struct match_found *found)
{
	struct step *s = v->step;
	struct member member = *v->member; /* the incident gives it up */
	int r = list_members(v);

	v->member = &member;
	v->to = found->joins;
	/* Two rows: out of the one, and then, for a new one, what opens it. */
	v->log.to = v->to != NULL ? v->to->id : s->memory->last_seq + 2;
	if (r == 0) {
		size_t n_members = v->log.n_members;

		v->log.n_members = 0;
		r = move_out(v);
		v->log.n_members = n_members;
	}
	if (r == 0 && v->to == NULL) {
		r = open_new(v, found->linked);
	}
	if (r == 0) {
		r = move_in(v, true);
	}
	return r < 0 ? r
		     : step_answer_acted(s,
			       found->joins != NULL
				       ? VEDETTA__V1__ACTION_OUTCOME__ACTION_OUTCOME_JOINED
				       : VEDETTA__V1__ACTION_OUTCOME__ACTION_OUTCOME_OPENED,
			       v->report, v->to);
}

int
step_place(struct step *s, struct incident *i)
{
	const Vedetta__V1__ActionInput *input = s->input->action;
	struct move v = {
		.step = s,
		.said = input->action->place,
		.from = i,
		.log = VEDETTA__V1__LOG_MOVE__INIT,
	};
	struct match_found found;
	Vedetta__V1__ActionRefusal why = find_report(&v);
	int r;

	if (why == 0) {
		why = judge_place(&v);
	}
	if (why == 0) {
		why = judge_sight(&v);
	}
	if (why != 0) {
		return step_refuse(s, why, NULL);
	}
	v.log.from = v.from->id;
	v.log.author = input->author;
	v.log.account = input->account;
	v.log.sequence = input->action->sequence;
	v.log.arrival_ms = v.member->arrival_ms;
	r = find_target(&v, &found);
	if (r < 0) {
		return r;
	}
	if (found.joins == NULL && v.alone) {
		return stay(&v, VEDETTA__V1__ACTION_OUTCOME__ACTION_OUTCOME_PLACED);
	}
	if (found.joins == v.from) {
		return stay(&v, VEDETTA__V1__ACTION_OUTCOME__ACTION_OUTCOME_NOTED);
	}
	return leave(&v, &found);
}
