/*
 * place - is this position good enough to act on?
 *
 * A report is placed when its point is trusted within the radius of its
 * hazard. Otherwise it is unplaced: it still has its incident, and what rough
 * place and words it came with, but nothing is matched by distance with it.
 *
 * Where no accuracy was said, one is assumed by how the point was obtained,
 * for this question only (it is never shown as if somebody had said it):
 *
 *	chat_pin, live_pin, browser_fix, map_pick, typed_coordinates     50 m
 *	photo_exif, third_party, not said                               100 m
 *	place_name: a geocoder's answer, trusted by its own accuracy only
 *
 * A place is loose when no device stood there and measured: words, taps, typed
 * numbers, what a third party says, and fixes that say themselves that they are
 * off by 50 m or more. Loose places are not believed on a municipality's central
 * point (centroid.h) nor where many gave the same one (pile.h).
 *
 * Nothing said is changed here. A point that makes sense only with its axes
 * changed is unplaced at the point that was said, and the other is offered.
 */
#ifndef DISPATCH_PLACE_H
#define DISPATCH_PLACE_H

#include <stdbool.h>
#include <stdint.h>

#include "dispatch/centroid.h"
#include "dispatch/hazard.h"
#include "geo/area.h"
#include "geo/point.h"
#include "vedetta/v1/report.pb-c.h"

/* Why a report is unplaced; numbers are for ever (they are in the log). */
enum place_why {
	PLACE_IS_PLACED = 0,
	PLACE_NO_POINT = 1,
	PLACE_ZERO = 2,
	PLACE_SWAPPED = 3,
	PLACE_COARSE = 4,
	PLACE_CENTROID = 5,
	PLACE_PILE = 6,
	PLACE_SENDERS_OWN = 7,
};

/* What is known of the ground the desk serves; all zero: nothing is. */
struct ground {
	struct area_map *areas; /* borrowed; without any no point is called swapped */
	struct centroids centroids;
};

struct place {
	bool unplaced;
	bool has_point; /* of an unplaced one: the middle of a rough circle */
	bool loose;
	uint8_t why; /* enum place_why */
	struct geo_point point;
	double accuracy_m; /* < 0: not said */
	uint8_t kind;      /* enum PlaceKind */
	const char *words; /* borrowed from the report; NULL: none */
};

/*
 * Near 0,0 (0.01 degrees) is the missing value of some client, not the Gulf of
 * Guinea: no point. With about = other the sender's own position (browser_fix,
 * live_pin) is not the place either, rough or not.
 */
void place_judge(const Vedetta__V1__Report *report, const struct hazard *hazard,
	const struct ground *ground, struct place *out);

/* It is unplaced after all (or PLACE_IS_PLACED: it is placed). */
void place_doubt(struct place *place, enum place_why why);

/* The point with its axes changed. */
struct geo_point place_swapped(struct geo_point said);

/* Radius of the circle the true place lies in, as far as anybody knows. */
double place_reach_m(const struct place *place);

#endif
