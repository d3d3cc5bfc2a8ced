/* A little over 500 lines: what goes, where to, and back again are one journey. */
#include "dispatch/step_internal.h"

#include <errno.h>
#include <stdlib.h>

#include "dispatch/work.h"
#include "vedetta/v1/log.pb-c.h"

enum {
	REPORTS_MAX = 2000, /* at once: their rows fit an input's arena */
};

/* Reports on their way from one incident to another, where they are. */
struct trip {
	struct step *step;
	struct incident *from;
	struct incident *to; /* NULL: a new one */
	uint64_t *reports;   /* ascending, each once */
	size_t n;
	bool whole; /* all that `from` has, which is merged */
	bool back;  /* to where they were before */
	struct step_centres centres;
	Vedetta__V1__LogDecision decision;
	Vedetta__V1__LogMove log;
};

static int
compare(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a;
	uint64_t right = *(const uint64_t *)b;

	return left < right ? -1 : left > right;
}

static bool
is_going(const struct trip *t, uint64_t report)
{
	return bsearch(&report, t->reports, t->n, sizeof(report), compare) != NULL;
}

static int
begin(struct trip *t, struct step *s, struct incident *from, size_t most)
{
	*t = (struct trip){
		.step = s,
		.from = from,
		.decision = VEDETTA__V1__LOG_DECISION__INIT,
		.log = VEDETTA__V1__LOG_MOVE__INIT,
	};
	t->reports = arena_alloc(s->arena, (most + 1) * sizeof(t->reports[0]));
	return t->reports == NULL ? -ENOMEM : 0;
}

/* Ascending and each once. */
static void
put_in_order(struct trip *t)
{
	size_t kept = 0;
	size_t n;

	qsort(t->reports, t->n, sizeof(t->reports[0]), compare);
	for (n = 0; n < t->n; n++) {
		if (kept == 0 || t->reports[kept - 1] != t->reports[n]) {
			t->reports[kept++] = t->reports[n];
		}
	}
	t->n = kept;
}

/* Every number its members have; further words may be there without their report. */
static int
take_all(struct trip *t, struct step *s, struct incident *from)
{
	const struct members *members = &from->members;
	int r = begin(t, s, from, members->n);
	uint32_t n;

	for (n = 0; r == 0 && n < members->n; n++) {
		t->reports[t->n++] = members_at(members, n)->report;
	}
	if (r == 0) {
		put_in_order(t);
	}
	return r;
}

/* ---- rows */

/* The members of one report, as they go. */
static int
list_members(struct trip *t, uint64_t report)
{
	const struct members *members = &t->from->members;
	Vedetta__V1__LogMember *all;
	size_t room = 0;
	uint32_t n;

	for (n = 0; n < members->n; n++) {
		room += members_at(members, n)->report == report;
	}
	t->log.n_members = 0;
	t->log.members = arena_alloc(t->step->arena, room * sizeof(t->log.members[0]));
	all = arena_alloc(t->step->arena, room * sizeof(all[0]));
	if (t->log.members == NULL || all == NULL) {
		return -ENOMEM;
	}
	for (n = 0; n < members->n; n++) {
		const struct member *m = members_at(members, n);
		struct facts facts = member_facts(m);
		Vedetta__V1__LogMember *to = &all[t->log.n_members];

		if (m->report != report) {
			continue;
		}
		/* What it did as it came stays there. */
		facts.spot = facts.piles = facts.folded = false;
		vedetta__v1__log_member__init(to);
		to->report = m->report;
		to->source = m->source;
		to->facts = facts_pack(&facts);
		to->arrival_ms = m->arrival_ms;
		t->log.members[t->log.n_members++] = to;
	}
	return 0;
}

/* A body for each row into, before the members are given up. */
struct load {
	uint64_t source;
	uint64_t facts; /* of the first member */
	int64_t arrival_ms;
	const uint8_t *body;
	size_t body_bytes;
};

static int
pack_loads(struct trip *t, struct load *loads)
{
	size_t n;
	int r = 0;

	for (n = 0; r == 0 && n < t->n; n++) {
		r = list_members(t, t->reports[n]);
		if (r == 0) {
			t->log.arrival_ms = t->log.members[0]->arrival_ms;
			loads[n] = (struct load){
				.source = t->log.members[0]->source,
				.facts = t->log.members[0]->facts,
				.arrival_ms = t->log.arrival_ms,
			};
			r = step_pack(t->step, &t->log.base, &loads[n].body,
				&loads[n].body_bytes);
		}
	}
	t->log.n_members = 0;
	return r;
}

static int
move_out(struct trip *t)
{
	struct store_row *row =
		step_begin_row(t->step, STORE_MOVED_OUT, t->from, false);
	int r;

	t->log.reports = t->reports;
	t->log.n_reports = t->n;
	r = step_pack(t->step, &t->log.base, &row->body, &row->body_bytes);
	return r < 0 ? r : step_end_row(t->step, row);
}

/*
 * Where its first report is; where the old one is when nobody can say. Whoever saw the
 * old one sees it until it was looked up again (relook.h).
 */
static int
open_new(struct trip *t, const struct load *first)
{
	struct facts facts = facts_unpack(first->facts);
	const struct incident *from = t->from;
	const struct hazard *hazard = hazard_by_number(facts.hazard);
	struct store_incident record = {
		.id = t->log.to,
		.seq = t->log.to,
		.hazard = hazard == NULL ? from->hazard->number : hazard->number,
		.status = VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_OPEN,
		.class_no = CLASS_NONE,
		.unplaced = from->unplaced,
		.quarantined = facts.unreadable,
		.exercise = from->exercise,
		.has_point = from->has_point,
		.point = from->point,
		.accuracy_m = incident_accuracy_m(from),
		.place_kind = from->place_kind,
		.words = from->words,
		.opened_ms = first->arrival_ms,
		.areas = areas_text(&from->areas),
		.area_fit = from->areas.fit,
	};

	struct place place;

	if (step_place_of(t->step, t->centres.to,
		    hazard == NULL ? from->hazard : hazard, &place)) {
		record.unplaced = false;
		record.has_point = true;
		record.point = place.point;
		record.accuracy_m = place.accuracy_m;
		record.place_kind = place.kind;
		record.words = place.words;
	}
	return memory_open(t->step->memory, &record, &t->to);
}

static int
move_in(struct trip *t, const struct load *loads)
{
	size_t n;
	int r = 0;

	for (n = 0; r == 0 && n < t->n; n++) {
		struct store_row *row =
			step_begin_row(t->step, STORE_MOVED_IN, t->to, false);

		row->about = t->reports[n];
		row->source = loads[n].source;
		row->body = loads[n].body;
		row->body_bytes = loads[n].body_bytes;
		r = step_end_row(t->step, row);
	}
	return r;
}

/* What sees them there sees them here, until it was looked up again. */
static int
join_areas(struct trip *t)
{
	struct memory *m = t->step->memory;

	return areas_join(&t->to->areas, m->areas, &t->from->areas);
}

/*
 * Out of the one, then into the other, which is open; the decision is written
 * already. The one that is left empty closes and says where they went.
 */
static int
travel(struct trip *t)
{
	struct step *s = t->step;
	struct load *loads = arena_alloc(s->arena, (t->n + 1) * sizeof(loads[0]));
	int r;

	t->log.from = t->from->id;
	t->log.author = s->input->action->author;
	t->log.account = s->input->action->account;
	t->log.sequence = s->input->action->action->sequence;
	t->log.keeps_place = true;
	t->log.whole = t->whole;
	t->centres = step_centres(
		t->from, t->whole ? NULL : t->reports, t->n, t->to, t->back);
	r = loads == NULL ? -ENOMEM : pack_loads(t, loads);
	if (r == 0) {
		r = move_out(t);
	}
	if (r == 0 && t->to == NULL) {
		r = open_new(t, &loads[0]);
	} else if (r == 0) {
		r = join_areas(t);
	}
	if (r == 0) {
		r = incident_count_decision(t->to);
	}
	if (r == 0) {
		r = move_in(t, loads);
	}
	if (r == 0) {
		r = step_recentre(s, t->from, t->centres.from);
	}
	if (r == 0) {
		r = step_recentre(s, t->to, t->centres.to);
	}
	if (r == 0 && t->from->members.n == 0 &&
		t->from->status == VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_OPEN) {
		memory_close(s->memory, t->from, t->to->id);
	}
	if (r == 0) {
		r = step_put_incident(t->from, s->arena, s->out);
	}
	if (r == 0) {
		r = step_put_incident(t->to, s->arena, s->out);
	}
	return r;
}

/* Room for all rows, and the decision, which is the first, in `about`. */
static int
write_decision(struct trip *t, struct incident *about)
{
	struct step *s = t->step;
	size_t room = t->n + 2;
	uint64_t seq = s->memory->last_seq + 1;

	s->out->rows = arena_alloc(s->arena, room * sizeof(s->out->rows[0]));
	if (s->out->rows == NULL) {
		return -ENOMEM;
	}
	/* Behind the decision and the row out of it, what opens a new one. */
	t->log.to = t->to != NULL ? t->to->id : seq + 2;
	t->log.decision = seq;
	t->decision.other = t->to == about ? t->from->id : t->log.to;
	t->decision.reports = t->reports;
	t->decision.n_reports = t->n;
	return step_decide(s, about, &t->decision);
}

static int
go(struct trip *t, Vedetta__V1__ActionOutcome what, const struct incident *now_in)
{
	struct step *s = t->step;
	int r = write_decision(t, t->from);

	if (r == 0) {
		r = travel(t);
	}
	return r < 0 ? r
		     : step_answer_acted(s, what, t->n == 1 ? t->reports[0] : 0,
			       now_in != NULL ? now_in : t->to);
}

/* ---- which */

/* The other incident of a merge or move; 0, or why it cannot be. */
static Vedetta__V1__ActionRefusal
find_into(const struct step *s, const struct incident *i, uint64_t id,
	uint64_t sequence, struct incident **out)
{
	struct incident *into = roster_find(&s->memory->roster, id);

	*out = into;
	if (into == NULL || into->rare->silence != NULL) {
		return VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_NO_INTO;
	}
	if (into == i) {
		return VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_INTO_SAME;
	}
	if (into->exercise != i->exercise) {
		return VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_EXERCISE;
	}
	if (into->status != VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_OPEN) {
		return VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_INTO_CLOSED;
	}
	return into->rare->decided_seq > sequence
		       ? VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_INTO_OUTDATED
		       : VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_UNSPECIFIED;
}

static int
refuse(struct step *s, Vedetta__V1__ActionRefusal why, const struct incident *into)
{
	bool is_outdated =
		why == VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_INTO_OUTDATED;

	return step_refuse(s, why, is_outdated ? into : NULL);
}

int
step_merge(struct step *s, struct incident *i)
{
	const Vedetta__V1__Merge *said = s->input->action->action->merge;
	struct incident *into;
	struct trip t;
	Vedetta__V1__ActionRefusal why =
		find_into(s, i, said->into, said->into_sequence, &into);
	int r;

	if (why == 0 && i->members.n == 0) {
		why = VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_NO_REPORTS;
	}
	if (why != 0) {
		return refuse(s, why, into);
	}
	r = take_all(&t, s, i);
	if (r < 0) {
		return r;
	}
	if (t.n > REPORTS_MAX) {
		return refuse(
			s, VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_TOO_MANY, NULL);
	}
	t.to = into;
	t.whole = true;
	return go(&t, VEDETTA__V1__ACTION_OUTCOME__ACTION_OUTCOME_JOINED, into);
}

int
step_split(struct step *s, struct incident *i)
{
	const Vedetta__V1__Split *said = s->input->action->action->split;
	struct trip t;
	size_t n;
	int r = begin(&t, s, i, said->n_reports);

	if (r < 0) {
		return r;
	}
	for (n = 0; n < said->n_reports; n++) {
		if (!members_has(&i->members, said->reports[n])) {
			return refuse(s,
				VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_NO_REPORT,
				NULL);
		}
		t.reports[t.n++] = said->reports[n];
	}
	put_in_order(&t);
	if (t.n >= members_reports(&i->members)) {
		return refuse(s,
			VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_ALL_REPORTS, NULL);
	}
	return go(&t, VEDETTA__V1__ACTION_OUTCOME__ACTION_OUTCOME_OPENED, NULL);
}

int
step_move(struct step *s, struct incident *i)
{
	const Vedetta__V1__MoveReport *said = s->input->action->action->move;
	struct incident *into;
	struct trip t;
	Vedetta__V1__ActionRefusal why =
		find_into(s, i, said->into, said->into_sequence, &into);
	int r;

	if (why == 0 && !members_has(&i->members, said->report)) {
		why = VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_NO_REPORT;
	}
	if (why != 0) {
		return refuse(s, why, into);
	}
	r = begin(&t, s, i, 1);
	if (r < 0) {
		return r;
	}
	t.reports[t.n++] = said->report;
	t.to = into;
	return go(&t, VEDETTA__V1__ACTION_OUTCOME__ACTION_OUTCOME_JOINED, into);
}

/* ---- and back */

/* Those of a decision that are still where it brought them. */
static int
take_those_left(struct trip *t, struct step *s, struct incident *from,
	const struct decision *undone)
{
	struct trip all;
	size_t n;
	int r = take_all(&all, s, from);

	if (r == 0) {
		r = begin(t, s, from, undone->said->n_reports);
	}
	for (n = 0; r == 0 && n < undone->said->n_reports; n++) {
		if (is_going(&all, undone->said->reports[n])) {
			t->reports[t->n++] = undone->said->reports[n];
		}
	}
	return r;
}

int
step_move_back(struct step *s, struct incident *i, const struct decision *undone)
{
	struct incident *from = roster_find(&s->memory->roster, undone->said->other);
	struct trip t;
	int r;

	/* Closed since by something else, that is to be taken back first. */
	if (i->status != VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_OPEN &&
		(from == NULL || i->rare->merged_into != from->id)) {
		return step_refuse(
			s, VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_CLOSED, i);
	}
	if (from == NULL) {
		return refuse(
			s, VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_NO_UNDO, NULL);
	}
	r = take_those_left(&t, s, from, undone);
	if (r < 0) {
		return r;
	}
	if (t.n == 0 || t.n > REPORTS_MAX) {
		return refuse(
			s, VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_NO_UNDO, NULL);
	}
	t.to = i;
	t.back = true;
	r = write_decision(&t, i);
	if (r == 0 && i->status != VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_OPEN) {
		r = memory_reopen(s->memory, i);
	}
	if (r == 0) {
		r = travel(&t);
	}
	return r < 0 ? r
		     : step_answer_acted(s,
			       VEDETTA__V1__ACTION_OUTCOME__ACTION_OUTCOME_DECIDED, 0,
			       i);
}
