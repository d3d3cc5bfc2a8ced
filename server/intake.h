/*
 * intake - is this a report, and what does it say once it is put straight?
 *
 * The same for JSON, protobuf and forms: form (validate.h), hazard (the
 * table), and two sentences of design.md 2 that everybody behind us may then
 * lean on: no hazard is "other", and with `about: other` a position taken from
 * the sender's own device is not the place, so it is not kept as one.
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
