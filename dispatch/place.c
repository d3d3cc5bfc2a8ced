#include "dispatch/place.h"

#include <math.h>

#include "geo/measure.h"

static const double near_zero_deg = 0.01;
static const double loose_m = 50;
static const double geocoder_reach_m = 1000; /* when it says nothing */

/* Metres; below zero: no trust without a word on accuracy. By enum PlaceKind. */
static const double assumed_m[] = {
	[VEDETTA__V1__PLACE_KIND__PLACE_KIND_UNSPECIFIED] = 100,
	[VEDETTA__V1__PLACE_KIND__PLACE_KIND_CHAT_PIN] = 50,
	[VEDETTA__V1__PLACE_KIND__PLACE_KIND_LIVE_PIN] = 50,
	[VEDETTA__V1__PLACE_KIND__PLACE_KIND_BROWSER_FIX] = 50,
	[VEDETTA__V1__PLACE_KIND__PLACE_KIND_MAP_PICK] = 50,
	[VEDETTA__V1__PLACE_KIND__PLACE_KIND_PHOTO_EXIF] = 100,
	[VEDETTA__V1__PLACE_KIND__PLACE_KIND_TYPED_COORDINATES] = 50,
	[VEDETTA__V1__PLACE_KIND__PLACE_KIND_PLACE_NAME] = -1,
	[VEDETTA__V1__PLACE_KIND__PLACE_KIND_THIRD_PARTY] = 100,
};

enum {
	KINDS = sizeof(assumed_m) / sizeof(assumed_m[0]),
};

static bool
is_near_zero(struct geo_point p)
{
	return fabs(p.lat_deg) < near_zero_deg && fabs(p.lon_deg) < near_zero_deg;
}

struct geo_point
place_swapped(struct geo_point said)
{
	return (struct geo_point){said.lon_deg, said.lat_deg};
}

/* Beyond the neighbourhood of every area, and in one the other way round. */
static bool
is_swapped(const struct ground *g, struct geo_point said)
{
	struct area_chain chain;

	if (g->areas == NULL) {
		return false;
	}
	area_map_find(g->areas, said, &chain);
	if (chain.fit != AREA_UNASSIGNED || !point_is_valid(place_swapped(said))) {
		return false;
	}
	area_map_find(g->areas, place_swapped(said), &chain);
	return chain.fit == AREA_INSIDE;
}

/* No device stood there and measured, as far as we know. */
static bool
is_loose(const struct place *p)
{
	bool is_fix = p->kind == VEDETTA__V1__PLACE_KIND__PLACE_KIND_CHAT_PIN ||
		      p->kind == VEDETTA__V1__PLACE_KIND__PLACE_KIND_LIVE_PIN ||
		      p->kind == VEDETTA__V1__PLACE_KIND__PLACE_KIND_BROWSER_FIX ||
		      p->kind == VEDETTA__V1__PLACE_KIND__PLACE_KIND_PHOTO_EXIF;

	return !is_fix || p->accuracy_m >= loose_m;
}

static enum place_why
doubt_of(
	const struct place *p, const struct hazard *hazard, const struct ground *ground)
{
	double trusted_m = p->accuracy_m < 0 ? assumed_m[p->kind] : p->accuracy_m;

	if (is_swapped(ground, p->point)) {
		return PLACE_SWAPPED;
	}
	if (!(trusted_m >= 0 && trusted_m <= hazard->radius_m)) {
		return PLACE_COARSE;
	}
	return p->loose && centroids_has(&ground->centroids, p->point)
		       ? PLACE_CENTROID
		       : PLACE_IS_PLACED;
}

static bool
is_senders_own(const Vedetta__V1__Report *report)
{
	return report->about == VEDETTA__V1__ABOUT__ABOUT_OTHER &&
	       (report->place->kind ==
			       VEDETTA__V1__PLACE_KIND__PLACE_KIND_BROWSER_FIX ||
		       report->place->kind ==
			       VEDETTA__V1__PLACE_KIND__PLACE_KIND_LIVE_PIN);
}

void
place_doubt(struct place *place, enum place_why why)
{
	place->unplaced = why != PLACE_IS_PLACED;
	place->why = (uint8_t)why;
}

/* The point, or why there is none. */
static enum place_why
take_point(const Vedetta__V1__Report *report, struct place *out)
{
	const Vedetta__V1__Place *said = report->place;
	struct geo_point point;

	if (said->point == NULL) {
		return PLACE_NO_POINT;
	}
	if (is_senders_own(report)) {
		return PLACE_SENDERS_OWN;
	}
	point = (struct geo_point){said->point->lat_deg, said->point->lon_deg};
	if (!point_is_valid(point)) {
		return PLACE_NO_POINT;
	}
	if (is_near_zero(point)) {
		return PLACE_ZERO;
	}
	out->has_point = true;
	out->point = point;
	if (said->accuracy_case == VEDETTA__V1__PLACE__ACCURACY_ACCURACY_M) {
		out->accuracy_m = said->accuracy_m;
	}
	out->loose = is_loose(out);
	return PLACE_IS_PLACED;
}

void
place_judge(const Vedetta__V1__Report *report, const struct hazard *hazard,
	const struct ground *ground, struct place *out)
{
	const Vedetta__V1__Place *said = report->place;
	enum place_why why = PLACE_NO_POINT;

	*out = (struct place){.accuracy_m = -1};
	if (said != NULL) {
		out->kind = said->kind > 0 && (int)said->kind < KINDS
				    ? (uint8_t)said->kind
				    : 0;
		out->words = said->words != NULL && said->words[0] != '\0' ? said->words
									   : NULL;
		why = take_point(report, out);
	}
	place_doubt(out, why != PLACE_IS_PLACED ? why : doubt_of(out, hazard, ground));
}

double
place_reach_m(const struct place *place)
{
	double assumed = assumed_m[place->kind < KINDS ? place->kind : 0];

	if (place->accuracy_m >= 0) {
		return place->accuracy_m;
	}
	return assumed < 0 ? geocoder_reach_m : assumed;
}
