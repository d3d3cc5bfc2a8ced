/*
 * areas - who sees an incident
 *
 * An incident is visible to every area that the accuracy circle of any of its
 * reports touches, and to all that lie above these: so its areas only grow
 * while reports come, and are made anew when areas are imported (relook.h).
 * Where no accuracy was said the circle is what place.h assumes; a geocoder's
 * answer without one counts as 1 km.
 *
 * Kept are the smallest areas by their codes, in one text, a space between
 * them. A * before a code says that the circle was too large to name every part
 * of that area: then it is visible to all of them.
 *
 * fit is the best of its reports: inside, near (within 2 km outside), or
 * unassigned, which somebody must hold the right to see. 0 means that nobody
 * has looked since a report came: there are no areas, or not yet.
 */
#ifndef DISPATCH_AREAS_H
#define DISPATCH_AREAS_H

#include <stdbool.h>
#include <stdint.h>

#include "dispatch/place.h"
#include "geo/area.h"
#include "proto/arena.h"
#include "vedetta/v1/incident.pb-c.h"

/* Packed: there is one in each incident, which has small things to put behind it. */
struct __attribute__((packed)) areas {
	char *codes; /* owned; NULL: none */
	uint8_t fit; /* enum AreaFit */
};

void areas_fini(struct areas *a);

/* codes may be NULL. 0 or -ENOMEM. */
int areas_set(struct areas *a, const char *codes, uint8_t fit);

/* Never NULL. */
const char *areas_text(const struct areas *a);

bool areas_equal(const struct areas *a, const struct areas *b);

/*
 * Takes in the circle of a report's place. Without a map (NULL) nobody looks: fit
 * becomes 0. *changed is set when anything did, else left. 0 or -ENOMEM.
 */
int areas_grow(struct areas *a, struct area_map *map, const struct place *place,
	bool *changed);

/* Takes in those of other that are on the map. 0 or -ENOMEM. */
int areas_join(struct areas *a, const struct area_map *map, const struct areas *other);

/*
 * Into the state: every code up to the nation, the smallest first, which of them
 * are wide, and names of the smallest. What is not on the map (NULL: nothing
 * is) is told by its code alone. Names are the map's. 0 or -ENOMEM.
 */
int areas_tell(const struct areas *a, const struct area_map *map, struct arena *arena,
	Vedetta__V1__Incident *state);

#endif
