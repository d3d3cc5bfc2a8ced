#include "dispatch/relook.h"

#include "dispatch/memory_internal.h"
#include "dispatch/record.h"
#include "vedetta/v1/action.pb-c.h"
#include "vedetta/v1/log.pb-c.h"

/* What counts of a report that moved, in rows older than those read. */
static char gone;   /* nothing: it left */
static char placed; /* nothing: a newer place holds */
static char wanted; /* all, also in other incidents' chains */

void
relook_fini(struct relook *r)
{
	areas_fini(&r->found);
	table_fini(&r->reports);
	*r = (struct relook){0};
}

void
relook_restart(struct relook *r)
{
	bool tells = r->tells;

	relook_fini(r);
	r->tells = tells;
}

/* The one whose row is the newest of all, or NULL: all were walked. */
static struct relook_chain *
newest_of(struct relook *r)
{
	struct relook_chain *newest = NULL;

	for (size_t i = 0; i < r->n_chains; i++) {
		struct relook_chain *c = &r->chains[i];

		if (c->next != 0 && (newest == NULL || c->next > newest->next)) {
			newest = c;
		}
	}
	return newest;
}

static void
begin_round(struct relook *r)
{
	uint64_t top = r->incident->seq;

	r->chains[0] = (struct relook_chain){r->incident->id, top, top, r->walked};
	r->n_chains = 1;
}

uint64_t
relook_want(struct relook *r, struct memory *m)
{
	if (m->areas == NULL) {
		return 0;
	}
	if (r->incident == NULL) {
		r->incident = memory_next_stale(m);
		if (r->incident == NULL) {
			r->tells = false;
			return 0;
		}
		begin_round(r);
	}
	return newest_of(r)->next;
}

/* ---- chains */

/* That one's rows from there back are read, too. */
static void
add_chain(struct relook *r, uint64_t subject, uint64_t top)
{
	uint64_t stop = 0;

	for (size_t i = 0; i < r->n_chains; i++) {
		const struct relook_chain *c = &r->chains[i];

		if (c->subject == subject && c->top >= top) {
			return;
		}
		if (c->subject == subject && c->top > stop) {
			stop = c->top;
		}
	}
	if (r->n_chains == RELOOK_CHAINS_MOST) {
		r->is_blind = true;
		return;
	}
	r->chains[r->n_chains++] = (struct relook_chain){subject, top, top, stop};
}

static void
step_on(struct relook_chain *c, const struct store_row *row)
{
	c->next = row->prev > c->stop ? row->prev : 0;
}

/* The place a row tells of; left alone when it has none, now or ever. */
static void
place_of(const struct incident *i, const struct ground *ground,
	const struct store_row *row, struct arena *arena, struct place *place)
{
	const struct record_parts parts = {
		row->body, row->body_bytes, row->personal, row->personal_bytes};
	const struct hazard *hazard;
	struct record record;

	if (row->body_bytes > 0 && record_read(&parts, arena, &record) == 0) {
		hazard = hazard_by_code(record.report->hazard);
		place_judge(record.report, hazard != NULL ? hazard : i->hazard, ground,
			place);
	}
}

/* The place an operator gave a report of this incident. */
static void
given_place(const struct store_row *row, struct arena *arena, struct place *place)
{
	const Vedetta__V1__PlaceAction *said =
		row->personal == NULL
			? NULL
			: vedetta__v1__place_action__unpack(arena_allocator(arena),
				  row->personal_bytes, row->personal);

	if (said == NULL || said->point == NULL) {
		return;
	}
	place->unplaced = false;
	place->has_point = true;
	place->point = (struct geo_point){said->point->lat_deg, said->point->lon_deg};
	place->kind = VEDETTA__V1__PLACE_KIND__PLACE_KIND_MAP_PICK;
	if (said->accuracy_case == VEDETTA__V1__PLACE_ACTION__ACCURACY_ACCURACY_M) {
		place->accuracy_m = said->accuracy_m;
	}
}

/* ---- what a row says */

/* The newest row about a report decides. 0 or -ENOMEM. */
static int
note(struct relook *r, uint64_t report, char *what)
{
	return table_find(&r->reports, report) != NULL
		       ? 0
		       : table_put(&r->reports, report, what);
}

static int
take_out(struct relook *r, const struct store_row *row, struct arena *arena)
{
	const Vedetta__V1__LogMove *move;
	int fault = 0;

	if (row->about != 0) {
		return note(r, row->about, &gone);
	}
	move = vedetta__v1__log_move__unpack(
		arena_allocator(arena), row->body_bytes, row->body);
	r->is_blind = r->is_blind || move == NULL;
	for (size_t n = 0; fault == 0 && move != NULL && n < move->n_reports; n++) {
		fault = note(r, move->reports[n], &gone);
	}
	return fault;
}

/* What it brought along is told in the incident it came from. */
static int
follow(struct relook *r, const struct store_row *row, const Vedetta__V1__LogMove *move)
{
	bool any = false;
	int fault = 0;

	for (size_t n = 0; fault == 0 && n < move->n_members; n++) {
		fault = note(r, move->members[n]->report, &wanted);
		any = any ||
		      table_find(&r->reports, move->members[n]->report) == &wanted;
	}
	if (any && move->from != row->subject) {
		/* The row out of it: behind the decision, or before this one. */
		add_chain(r, move->from,
			move->decision != 0 ? move->decision + 1 : row->seq - 1);
	}
	return fault;
}

static int
take_in(struct relook *r, struct memory *m, const struct store_row *row,
	struct arena *arena)
{
	const Vedetta__V1__LogMove *move = vedetta__v1__log_move__unpack(
		arena_allocator(arena), row->body_bytes, row->body);
	struct place place = {.unplaced = true, .accuracy_m = -1};
	bool changed;
	int fault;

	if (move == NULL) {
		r->is_blind = true;
		return 0;
	}
	if (move->keeps_place) {
		fault = note(r, row->about, &wanted);
		return fault == 0 ? follow(r, row, move) : fault;
	}
	r->is_blind = r->is_blind || row->personal == NULL;
	given_place(row, arena, &place);
	fault = areas_grow(&r->found, m->areas, &place, &changed);
	if (fault == 0) {
		fault = table_put(&r->reports, row->about, &placed);
	}
	return fault == 0 ? follow(r, row, move) : fault;
}

static int
take_said(struct relook *r, struct memory *m, const struct store_row *row,
	struct arena *arena)
{
	struct place place = {.unplaced = true, .accuracy_m = -1};
	bool changed;

	r->is_blind = r->is_blind || row->erased;
	if (row->kind != STORE_QUARANTINED) {
		place_of(r->incident, &m->ground, row, arena, &place);
	}
	return areas_grow(&r->found, m->areas, &place, &changed);
}

static int
look(struct relook *r, struct memory *m, bool is_own, const struct store_row *row,
	struct arena *arena)
{
	struct facts facts = facts_unpack(row->facts);
	const void *is;

	if (row->kind == STORE_MOVED_OUT) {
		return is_own ? take_out(r, row, arena) : 0;
	}
	if ((row->kind > STORE_INTERPRETED && row->kind != STORE_MOVED_IN) ||
		facts.repeat) {
		return 0; /* says nothing of a place */
	}
	is = r->reports.n == 0 ? NULL
			       : table_find(&r->reports, memory_number(row, &facts));
	if (is == &gone || is == &placed || (!is_own && is != &wanted)) {
		return 0;
	}
	return row->kind == STORE_MOVED_IN ? take_in(r, m, row, arena)
					   : take_said(r, m, row, arena);
}

static bool
is_move(const struct store_row *row)
{
	return row->kind == STORE_MOVED_OUT || row->kind == STORE_MOVED_IN;
}

/* ---- the end */

/* What was found is the incident's now. */
static int
settle(struct relook *r, struct memory *m, struct incident **done, bool *changed)
{
	struct incident *i = r->incident;
	int fault = 0;

	if (r->is_blind) {
		fault = areas_join(&r->found, m->areas, &i->areas);
	}
	if (r->found.fit == 0) {
		r->found.fit = VEDETTA__V1__AREA_FIT__AREA_FIT_UNASSIGNED;
	}
	*done = i;
	*changed = r->tells || !areas_equal(&i->areas, &r->found);
	if (fault == 0 && *changed) {
		fault = areas_set(&i->areas, r->found.codes, r->found.fit);
	}
	i->is_stale = false;
	relook_restart(r);
	return fault;
}

int
relook_take(struct relook *r, struct memory *m, const struct store_row *row,
	struct arena *arena, struct incident **done, bool *changed)
{
	struct relook_chain *c = newest_of(r);
	int fault = 0;

	*done = NULL;
	*changed = false;
	if (row == NULL || row->subject != c->subject) {
		r->is_blind = true;
		c->next = 0;
	} else if (r->walked > 0 && is_move(row)) {
		relook_restart(r); /* it is stale still */
		return 0;
	} else {
		step_on(c, row);
		fault = look(r, m, c == r->chains, row, arena);
	}
	if (fault != 0 || newest_of(r) != NULL) {
		return fault;
	}
	if (r->incident->seq != r->chains[0].top) {
		r->walked = r->chains[0].top;
		begin_round(r);
		return 0;
	}
	return settle(r, m, done, changed);
}
