#include "dispatch/state.h"

#include <string.h>

#include "dispatch/rank.h"
#include "dispatch/state_work.h"
#include "proto/stamp.h"

/* Everything one state is made of but its words: one allocation. */
struct whole {
	Vedetta__V1__Incident incident;
	Vedetta__V1__Rank rank;
	Vedetta__V1__Term terms[RANK_TERMS_MAX];
	Vedetta__V1__Term *term_list[RANK_TERMS_MAX];
	Vedetta__V1__Place place;
	Vedetta__V1__Point point;
	Vedetta__V1__Point suggested;
	Vedetta__V1__Signs signs;
	Google__Protobuf__Timestamp opened_at;
	Google__Protobuf__Timestamp last_report_at;
};

static void
write_rank(const struct incident *i, struct whole *w)
{
	const struct rank_facts facts = {
		.hazard = i->hazard,
		.signs = i->signs,
		.sources = i->n_sources,
		.people = i->people,
		.trend = i->trend.step,
		.opened_ms = i->opened_ms,
	};
	struct rank rank;
	size_t t;

	rank_key(&facts, &rank);
	w->rank = (Vedetta__V1__Rank)VEDETTA__V1__RANK__INIT;
	w->rank.class_ = i->class_no;
	w->rank.key = rank.key;
	w->rank.table = RANK_TABLE_VERSION;
	w->rank.reason = (char *)(work_class(i->rare->work) != 0 ? "operator"
				  : i->reason != 0 ? rank_reason(i->reason)
						   : "hazard");
	w->rank.n_terms = rank.n_terms;
	w->rank.terms = w->term_list;
	for (t = 0; t < rank.n_terms; t++) {
		w->terms[t] = (Vedetta__V1__Term)VEDETTA__V1__TERM__INIT;
		w->terms[t].name = (char *)rank.terms[t].name;
		w->terms[t].value = rank.terms[t].value;
		w->terms[t].points = rank.terms[t].points;
		w->term_list[t] = &w->terms[t];
	}
	w->incident.rank = &w->rank;
}

static int
write_place(const struct incident *i, struct whole *w, struct arena *arena)
{
	if (!i->has_point && i->words == NULL) {
		return 0;
	}
	w->place = (Vedetta__V1__Place)VEDETTA__V1__PLACE__INIT;
	w->place.kind = (Vedetta__V1__PlaceKind)i->place_kind;
	if (i->has_point) {
		w->point = (Vedetta__V1__Point)VEDETTA__V1__POINT__INIT;
		w->point.lat_deg = i->point.lat_deg;
		w->point.lon_deg = i->point.lon_deg;
		w->place.point = &w->point;
	}
	if (i->has_point && incident_accuracy_m(i) >= 0) {
		w->place.accuracy_case = VEDETTA__V1__PLACE__ACCURACY_ACCURACY_M;
		w->place.accuracy_m = incident_accuracy_m(i);
	}
	if (i->words != NULL) {
		w->place.words = arena_copy(arena, i->words, strlen(i->words));
		if (w->place.words == NULL) {
			return -1;
		}
	}
	w->incident.place = &w->place;
	return 0;
}

static void
write_doubt(const struct incident *i, struct whole *w)
{
	enum place_why why = incident_why(i);
	struct geo_point other;

	w->incident.unplaced = i->unplaced && i->rare->silence == NULL;
	w->incident.unplaced_why = (Vedetta__V1__UnplacedWhy)why;
	w->incident.at_centroid = incident_is_at_centroid(i);
	if (why == PLACE_SWAPPED) {
		other = place_swapped(i->point);
		w->suggested = (Vedetta__V1__Point)VEDETTA__V1__POINT__INIT;
		w->suggested.lat_deg = other.lat_deg;
		w->suggested.lon_deg = other.lon_deg;
		w->incident.suggested = &w->suggested;
	}
}

static void
write_signs(const struct incident *i, struct whole *w)
{
	w->signs = (Vedetta__V1__Signs)VEDETTA__V1__SIGNS__INIT;
	w->signs.trapped = (i->signs & SIGN_TRAPPED) != 0;
	w->signs.unresponsive = (i->signs & SIGN_UNRESPONSIVE) != 0;
	w->signs.injured = (i->signs & SIGN_INJURED) != 0;
	w->signs.danger_rising = (i->signs & SIGN_DANGER_RISING) != 0;
	w->signs.vulnerable = (i->signs & SIGN_VULNERABLE) != 0;
	w->signs.way_out_blocked = (i->signs & SIGN_WAY_OUT_BLOCKED) != 0;
	w->signs.needs = (i->signs & SIGN_NEEDS) != 0;
	w->signs.people = (Vedetta__V1__People)i->people;
	w->incident.signs = &w->signs;
}

Vedetta__V1__Incident *
state_of(const struct incident *i, const struct area_map *map, struct arena *arena)
{
	struct whole *w = arena_alloc(arena, sizeof(*w));

	if (w == NULL) {
		return NULL;
	}
	w->incident = (Vedetta__V1__Incident)VEDETTA__V1__INCIDENT__INIT;
	w->incident.id = i->id;
	w->incident.sequence = i->seq;
	w->incident.hazard = (char *)i->hazard->code;
	w->incident.family = (char *)family_name(i->hazard->family);
	w->incident.event_group = (char *)event_group_name(i->hazard->group);
	w->incident.status = (Vedetta__V1__IncidentStatus)i->status;
	w->incident.radius_m = i->rare->silence == NULL ? i->hazard->radius_m : 0;
	w->incident.silent = i->rare->silence;
	w->incident.reports = i->n_reports;
	w->incident.sources = i->n_sources;
	w->incident.folded = i->n_folded;
	w->incident.linked_id = i->rare->linked;
	w->incident.quarantined = i->quarantined;
	w->incident.exercise = i->exercise;
	w->incident.version = i->rare->version;
	w->incident.merged_into = i->rare->merged_into;
	write_rank(i, w);
	write_signs(i, w);
	write_doubt(i, w);
	w->opened_at = stamp_of_ms(i->opened_ms);
	w->incident.opened_at = &w->opened_at;
	w->last_report_at = stamp_of_ms(i->last_report_ms);
	w->incident.last_report_at = &w->last_report_at;
	if (write_place(i, w, arena) < 0 ||
		state_put_work(i, arena, &w->incident) < 0 ||
		areas_tell(&i->areas, map, arena, &w->incident) < 0) {
		return NULL;
	}
	return &w->incident;
}
