#include <math.h>

#include "dispatch/umbrella_internal.h"

/* Two incidents nearer to each other than this are one place. */
static const double thin_lat_deg = 0.018;
static const double thin_lon_deg = 0.025;

static const struct umbrella *
find(const struct umbrellas *u, uint64_t id)
{
	const struct umbrella *umbrella;

	TAILQ_FOREACH (umbrella, &u->umbrellas, link) {
		if (umbrella->id == id) {
			return umbrella;
		}
	}
	return NULL;
}

uint64_t
umbrellas_survivor(const struct umbrellas *u, uint64_t id)
{
	const struct umbrella *umbrella = find(u, id);

	while (umbrella != NULL && umbrella->status == IS_MERGED) {
		umbrella = find(u, umbrella->merged_into);
	}
	return umbrella != NULL && umbrella->status == IS_OPEN ? umbrella->id : 0;
}

static void
add_place(struct umbrella_extent *e, struct geo_point at)
{
	for (size_t i = 0; i < e->n_places; i++) {
		double lon = remainder(e->places[i].lon_deg - at.lon_deg, 360);

		if (fabs(e->places[i].lat_deg - at.lat_deg) < thin_lat_deg &&
			fabs(lon) < thin_lon_deg) {
			return;
		}
	}
	if (e->n_places < UMBRELLA_PLACES_MOST) {
		e->places[e->n_places++] = at;
	}
}

bool
umbrellas_next_maxi(
	const struct umbrellas *u, uint64_t after, struct umbrella_extent *out)
{
	const struct umbrella *next = NULL;
	const struct umbrella *umbrella;
	const struct umbrella_member *m;

	TAILQ_FOREACH (umbrella, &u->umbrellas, link) {
		if (umbrella->status == IS_OPEN && umbrella->maxi &&
			umbrella->id > after &&
			(next == NULL || umbrella->id < next->id)) {
			next = umbrella;
		}
	}
	if (next == NULL) {
		return false;
	}
	out->id = next->id;
	out->group = next->field->group;
	out->exercise = next->field->exercise;
	out->opened_ms = next->opened_ms;
	out->n_places = 0;
	for (m = member_of(u, next->members.first); m != NULL;
		m = member_of(u, m->links[UMBRELLA_ITS_OWN].next)) {
		if (umbrella_member_is_open(m) && umbrella_member_has_place(m)) {
			add_place(out, m->incident->point);
		}
	}
	return true;
}
