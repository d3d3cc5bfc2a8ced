/*
 * form - a posted form becomes a report
 *
 * Field names are page.h's (hazard, about, lat, lon, ...); what is wrong is
 * said under the report's JSON paths, so that form and JSON clients read the
 * same words. An empty field says nothing. A name that is not ours is refused:
 * a misspelt "trapped" must not be lost in silence.
 */
#ifndef SERVER_FORM_H
#define SERVER_FORM_H

#include "proto/arena.h"
#include "proto/trouble.h"
#include "server/fields.h"
#include "server/page.h"
#include "vedetta/v1/report.pb-c.h"

enum form_answer {
	FORM_REFUSED = 1,   /* see trouble */
	FORM_TOO_LARGE = 2, /* the arena's ceiling was met */
};

/* Strings of the report are those of fields. Returns 0 or an answer. */
int form_to_report(const struct fields *fields, struct arena *arena,
	struct trouble *trouble, Vedetta__V1__Report **out);

/* The fields as the page takes them back. */
void form_values(const struct fields *fields, struct page_form *out);

#endif
