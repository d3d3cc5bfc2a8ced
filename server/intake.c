#include "server/intake.h"

#include "dispatch/hazard.h"
#include "proto/validate.h"

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
	return 0;
}
