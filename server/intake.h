/*
 * intake - is this a report, and what does it say once it is put straight?
 *
 * The same for JSON, protobuf and forms: form (validate.h), hazard (the
 * table), and that no hazard is "other". Nothing that was said is taken away:
 * whose position it is when `about` is other, dispatch/place.h judges.
 */
#ifndef SERVER_INTAKE_H
#define SERVER_INTAKE_H

#include "proto/trouble.h"
#include "vedetta/v1/report.pb-c.h"

enum intake_answer {
	INTAKE_REFUSED = 1, /* see trouble */
};

/* Changes the report in place. Returns 0 or INTAKE_REFUSED. */
int intake_check(Vedetta__V1__Report *report, struct trouble *trouble);

#endif
