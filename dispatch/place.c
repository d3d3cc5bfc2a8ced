#include "dispatch/place.h"

#include <math.h>

#include "geo/measure.h"

static const double near_zero_deg = 0.01;

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
is_usable(struct geo_point p)
{
	return point_is_valid(p) &&
	       !(fabs(p.lat_deg) < near_zero_deg && fabs(p.lon_deg) < near_zero_deg);
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
place_judge(const Vedetta__V1__Report *report, const struct hazard *hazard,
	struct place *out)
{
	const Vedetta__V1__Place *said = report->place;
	double trusted_m;

	*out = (struct place){.unplaced = true, .accuracy_m = -1};
	if (said == NULL) {
		return;
	}
	out->kind = said->kind > 0 && (int)said->kind < KINDS ? (uint8_t)said->kind : 0;
	out->words = said->words != NULL && said->words[0] != '\0' ? said->words : NULL;
	if (said->point == NULL || is_senders_own(report)) {
		return;
	}
	out->point = (struct geo_point){said->point->lat_deg, said->point->lon_deg};
	if (!is_usable(out->point)) {
		out->point = (struct geo_point){0, 0};
		return;
	}
	out->has_point = true;
	if (said->accuracy_case == VEDETTA__V1__PLACE__ACCURACY_ACCURACY_M) {
		out->accuracy_m = said->accuracy_m;
	}
	trusted_m = out->accuracy_m < 0 ? assumed_m[out->kind] : out->accuracy_m;
	out->unplaced = !(trusted_m >= 0 && trusted_m <= hazard->radius_m);
}
