/*
 * drill_scene - what an exercise has to have in it
 *
 * Each adds its reports to the plan under its own `part`, so that a test, and
 * whoever holds the exercise, can count them and find them again.
 */
#ifndef SERVER_DRILL_SCENE_H
#define SERVER_DRILL_SCENE_H

#include "server/drill.h"

/* again: the same people; neighbour: others, in like words; out: additions. */
void drill_scene_people(struct drill *d);

/* worst: a block of flats in Poggio Picenze, trapped, unresponsive, rising. */
void drill_scene_worst(struct drill *d);

/* valley: houses along the roads between three villages, so that it is one event. */
void drill_scene_valley(struct drill *d);

/* zero, swapped, centroid, rough, name, nowhere: places that are none. */
void drill_scene_places(struct drill *d);

/* gas, fire, utility, health, missing, road, hospital. */
void drill_scene_dangers(struct drill *d);

/* english, romanian, albanian, dialect; abroad: relatives far away. */
void drill_scene_tongues(struct drill *d);

/* hoax, and chain: one text forwarded by many. */
void drill_scene_rumours(struct drill *d);

#endif
