#include "dispatch/relook.h"

#include "dispatch/record.h"
#include "vedetta/v1/action.pb-c.h"

void
relook_fini(struct relook *r)
{
	areas_fini(&r->found);
	*r = (struct relook){0};
}

void
relook_restart(struct relook *r)
{
	bool tells = r->tells;

	relook_fini(r);
	r->tells = tells;
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
		r->newest = r->next = r->incident->seq;
	}
	return r->next;
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

static int
look(struct relook *r, struct memory *m, const struct store_row *row,
	struct arena *arena)
{
	struct facts facts = facts_unpack(row->facts);
	struct place place = {.unplaced = true, .accuracy_m = -1};
	bool changed;

	if ((row->kind > STORE_INTERPRETED && row->kind != STORE_MOVED_IN) ||
		facts.repeat) {
		return 0; /* says nothing of a place */
	}
	/* One that moved and kept its place: its own row is another incident's. */
	r->is_blind = r->is_blind || row->erased ||
		      (row->kind == STORE_MOVED_IN && row->personal == NULL);
	if (row->kind == STORE_MOVED_IN) {
		given_place(row, arena, &place);
	} else if (row->kind != STORE_QUARANTINED) {
		place_of(r->incident, &m->ground, row, arena, &place);
	}
	return areas_grow(&r->found, m->areas, &place, &changed);
}

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
	int fault = 0;

	*done = NULL;
	*changed = false;
	if (row == NULL || row->subject != r->incident->id) {
		r->is_blind = true;
		r->next = 0;
	} else {
		fault = look(r, m, row, arena);
		r->next = row->prev > r->walked ? row->prev : 0;
	}
	if (fault != 0 || r->next != 0) {
		return fault;
	}
	if (r->incident->seq != r->newest) {
		r->walked = r->newest;
		r->newest = r->next = r->incident->seq;
		return 0;
	}
	return settle(r, m, done, changed);
}
