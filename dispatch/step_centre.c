#include "dispatch/step_internal.h"

#include <string.h>

#include "dispatch/work.h"

/* Some reports of an incident. */
struct some {
	const struct incident *incident; /* NULL: none */
	const uint64_t *reports;         /* NULL with all */
	size_t n;
	bool all;
	bool others; /* those that are not named */
};

static bool
is_named(const struct some *s, uint64_t report)
{
	size_t i = 0;

	if (s->all) {
		return true;
	}
	while (i < s->n && s->reports[i] != report) {
		i++;
	}
	return i < s->n;
}

/* The lowest number among them; placed: of those that have a place. 0: none. */
static uint64_t
first_of(const struct some *s, bool placed)
{
	uint32_t n_members = s->incident == NULL ? 0 : s->incident->members.n;
	uint64_t first = 0;

	for (uint32_t i = 0; i < n_members; i++) {
		const struct member *m = members_at(&s->incident->members, i);
		const struct facts facts = member_facts(m);

		if ((first == 0 || m->report < first) && !facts.adds &&
			(!placed || !facts.unplaced) &&
			is_named(s, m->report) != s->others) {
			first = m->report;
		}
	}
	return first;
}

/* When its first report goes, the first of those that stay says where it is. */
static uint64_t
left_behind(const struct some *going)
{
	const struct some all = {.incident = going->incident, .all = true};
	struct some rest = *going;

	rest.others = true;
	return first_of(&all, false) == first_of(going, false) ? first_of(&rest, true)
							       : 0;
}

/* Into one that had no place, or back to where they were first. */
static uint64_t
brought(const struct some *going, const struct incident *to, bool back)
{
	const struct some there = {.incident = to, .all = true};
	uint64_t placed = first_of(going, true);
	uint64_t own = first_of(&there, true);
	uint64_t first = first_of(&there, false);

	if (to == NULL || (to->unplaced && own == 0)) {
		return placed;
	}
	if (back && first != 0 && first_of(going, false) < first) {
		return own == 0 || (placed != 0 && placed < own) ? placed : own;
	}
	return 0;
}

struct step_centres
step_centres(const struct incident *from, const uint64_t *reports, size_t n,
	const struct incident *to, bool back)
{
	const struct some going = {
		.incident = from, .reports = reports, .n = n, .all = reports == NULL};

	return (struct step_centres){left_behind(&going), brought(&going, to, back)};
}

/* ---- which the keeper has to read */

static struct step_centres
centres_of_undo(
	const struct memory *m, const struct incident *i, const Vedetta__V1__Undo *undo)
{
	const struct decision *d = work_find(i->rare->work, undo->decision);
	const struct incident *from = d == NULL || d->said->n_reports == 0
					      ? NULL
					      : roster_find(&m->roster, d->said->other);

	return from == NULL ? (struct step_centres){0, 0}
			    : step_centres(from, d->said->reports, d->said->n_reports,
				      i, true);
}

static struct step_centres
centres_of(const struct memory *m, const Vedetta__V1__ActionInput *input)
{
	const struct incident *i = roster_find(&m->roster, input->incident);
	const Vedetta__V1__Action *a = input->action;

	if (i == NULL) {
		return (struct step_centres){0, 0};
	}
	switch ((int)a->what_case) {
	case VEDETTA__V1__ACTION__WHAT_SPLIT:
		return step_centres(
			i, a->split->reports, a->split->n_reports, NULL, false);
	case VEDETTA__V1__ACTION__WHAT_MOVE:
		return step_centres(i, &a->move->report, 1,
			roster_find(&m->roster, a->move->into), false);
	case VEDETTA__V1__ACTION__WHAT_MERGE:
		return step_centres(
			i, NULL, 0, roster_find(&m->roster, a->merge->into), false);
	case VEDETTA__V1__ACTION__WHAT_UNDO:
		return centres_of_undo(m, i, a->undo);
	default:
		return (struct step_centres){0, 0};
	}
}

size_t
step_places_wanted(const struct memory *m, const Vedetta__V1__ActionInput *input,
	uint64_t out[DESK_PLACES_MAX])
{
	struct step_centres c = centres_of(m, input);
	size_t n = 0;

	if (c.from != 0) {
		out[n++] = c.from;
	}
	if (c.to != 0 && c.to != c.from) {
		out[n++] = c.to;
	}
	return n;
}

/* ---- where that is */

static const struct desk_place *
find_place(const struct step *s, uint64_t report)
{
	for (size_t i = 0; report != 0 && i < s->input->n_places; i++) {
		if (s->input->places[i].report == report) {
			return &s->input->places[i];
		}
	}
	return NULL;
}

/* As an operator says it; read like any place. */
static void
take_put(const Vedetta__V1__PlaceAction *put, Vedetta__V1__Place *place)
{
	place->point = put->point;
	place->kind = VEDETTA__V1__PLACE_KIND__PLACE_KIND_MAP_PICK;
	place->words = put->words;
	if (put->accuracy_case == VEDETTA__V1__PLACE_ACTION__ACCURACY_ACCURACY_M) {
		place->accuracy_case = VEDETTA__V1__PLACE__ACCURACY_ACCURACY_M;
		place->accuracy_m = put->accuracy_m;
	}
}

bool
step_place_of(const struct step *s, uint64_t report, const struct hazard *hazard,
	struct place *out)
{
	const struct desk_place *found = find_place(s, report);
	Vedetta__V1__Place place = VEDETTA__V1__PLACE__INIT;
	Vedetta__V1__Report put = VEDETTA__V1__REPORT__INIT;

	if (found == NULL || (found->put == NULL && found->said == NULL)) {
		return false;
	}
	if (found->put != NULL) {
		take_put(found->put, &place);
		put.place = &place;
	}
	place_judge(found->put != NULL ? &put : found->said, hazard, &s->memory->ground,
		out);
	if (!out->has_point) {
		return false;
	}
	/* It had a place when it came: a map since does not take it away. */
	place_doubt(out, PLACE_IS_PLACED);
	return true;
}

int
step_recentre(struct step *s, struct incident *i, uint64_t report)
{
	struct place place;

	return i->members.n > 0 && step_place_of(s, report, i->hazard, &place)
		       ? memory_move(s->memory, i, &place)
		       : 0;
}
