/* Further words to a report, and the place that its sender corrects with them. */
#include "dispatch/step_internal.h"

#include "vedetta/v1/log.pb-c.h"

/*
 * May the addition's place correct the incident's? Only the sender of its one
 * report may (design.md 2.3): where there are more, or where one has put it
 * already, operators decide.
 */
static bool
corrects_place(const struct step *s, const struct incident *i, uint64_t report,
	bool same_source)
{
	const struct place *p = &s->place;

	if (!same_source || i->n_reports != 1 ||
		table_find(&s->memory->moved, report) != NULL) {
		return false;
	}
	if (!p->unplaced) {
		return i->unplaced || p->point.lat_deg != i->point.lat_deg ||
		       p->point.lon_deg != i->point.lon_deg;
	}
	return i->unplaced && ((!i->has_point && p->has_point) ||
				      (i->words == NULL && p->words != NULL));
}

/*
 * A row that puts the report where its sender says now, as an operator's place does: so
 * index, outlines, umbrellas, silence and readers need know of one kind of move.
 */
static int
append_correction(struct step *s, struct incident *i, uint64_t report)
{
	Vedetta__V1__PlaceAction place = VEDETTA__V1__PLACE_ACTION__INIT;
	Vedetta__V1__Point point = VEDETTA__V1__POINT__INIT;
	Vedetta__V1__LogMove move = VEDETTA__V1__LOG_MOVE__INIT;
	struct store_row *row = step_begin_row(s, STORE_MOVED_IN, i, false);
	int r;

	point.lat_deg = s->place.point.lat_deg;
	point.lon_deg = s->place.point.lon_deg;
	place.point = &point;
	if (s->place.words != NULL) {
		place.words = (char *)(uintptr_t)s->place.words;
	}
	if (s->place.accuracy_m >= 0) {
		place.accuracy_case = VEDETTA__V1__PLACE_ACTION__ACCURACY_ACCURACY_M;
		place.accuracy_m = s->place.accuracy_m;
	}
	move.from = move.to = i->id;
	move.corrected = true;
	move.arrival_ms = members_at(&i->members, 0)->arrival_ms;
	row->about = report;
	row->source = s->row->source;
	r = step_pack(s, &place.base, &row->personal, &row->personal_bytes);
	if (r == 0) {
		r = step_pack(s, &move.base, &row->body, &row->body_bytes);
	}
	return r == 0 ? step_end_row(s, row) : r;
}

/* Further words to what came first under the key, in its incident. */
int
step_append_addition(
	struct step *s, struct incident *i, uint64_t report, bool same_source)
{
	bool moves;
	int r;

	s->facts.adds = true;
	place_judge(s->input->report->report, i->hazard, &s->memory->ground, &s->place);
	s->facts.unplaced = s->place.unplaced;
	s->facts.why = s->place.why;
	moves = corrects_place(s, i, report, same_source);
	r = moves ? memory_move(s->memory, i, &s->place) : 0;
	if (r == 0) {
		r = step_append(s, i, moves);
	}
	if (r == 0 && moves && !s->place.unplaced) {
		r = append_correction(s, i, report);
		s->out->n_incidents = 0; /* its record is of the newest row */
		r = r == 0 ? step_put_incident(i, s->arena, s->out) : r;
	}
	return r;
}
