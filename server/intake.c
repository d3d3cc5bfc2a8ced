#include "server/intake.h"

#include "dispatch/hazard.h"
#include "proto/validate.h"

/* Did the sender's own device say where it is? */
static bool
is_own_position(Vedetta__V1__PlaceKind kind)
{
	return kind == VEDETTA__V1__PLACE_KIND__PLACE_KIND_BROWSER_FIX ||
	       kind == VEDETTA__V1__PLACE_KIND__PLACE_KIND_LIVE_PIN;
}

static void
drop_own_position(Vedetta__V1__Report *report)
{
	Vedetta__V1__Place *place = report->place;

	if (report->about != VEDETTA__V1__ABOUT__ABOUT_OTHER || place == NULL ||
		!is_own_position(place->kind)) {
		return;
	}
	if (place->words[0] == '\0') {
		report->place = NULL;
		return;
	}
	place->point = NULL;
	place->accuracy_case = VEDETTA__V1__PLACE__ACCURACY__NOT_SET;
	place->age_case = VEDETTA__V1__PLACE__AGE__NOT_SET;
	place->kind = VEDETTA__V1__PLACE_KIND__PLACE_KIND_PLACE_NAME;
}

int
intake_check(Vedetta__V1__Report *report, struct trouble *trouble)
{
	static char other[] = "other";

	if (validate_report(report, trouble) != 0) {
		return INTAKE_REFUSED;
	}
	if (report->hazard[0] == '\0') {
		report->hazard = other;
	} else if (hazard_by_code(report->hazard) == NULL) {
		trouble_add(trouble, "hazard", "is not a code of the hazard table");
		return INTAKE_REFUSED;
	}
	drop_own_position(report);
	return 0;
}
