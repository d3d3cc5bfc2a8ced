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
 */
#ifndef DISPATCH_PLACE_H
#define DISPATCH_PLACE_H

#include <stdbool.h>
#include <stdint.h>

#include "dispatch/hazard.h"
#include "geo/point.h"
#include "vedetta/v1/report.pb-c.h"

struct place {
	bool unplaced;
	bool has_point; /* of an unplaced one: the middle of a rough circle */
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
	struct place *out);

#endif
