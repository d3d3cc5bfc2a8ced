/*
 * drill_plan - the reports of an exercise, as they are being thought up
 *
 * A list in memory, then a CSV in the form `vedetta replay` reads (sender and
 * part among its columns): the drill is sent by the same code as anybody's
 * file, and --dry-run shows exactly what would be. part says what a report is
 * there for; it is not sent.
 */
#ifndef SERVER_DRILL_PLAN_H
#define SERVER_DRILL_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/drill_place.h"

enum {
	DRILL_TEXT_BYTES = 600,
	DRILL_WORDS_BYTES = 120,
	DRILL_REPORTS_MAX = 1000,
};

struct drill_report {
	const char *part;
	uint32_t at_cmin; /* hundredths of a minute after the shock */
	uint32_t sender;  /* who: equal numbers are one person */
	const char *hazard;
	bool has_point;
	struct drill_point point;
	uint32_t accuracy_m; /* 0: not said */
	const char *kind;    /* "" leaves it open */
	const char *about;   /* "self", "other", "" */
	const char *signs;   /* with spaces between */
	const char *people;  /* "" or as in the CSV */
	const char *lang;
	char words[DRILL_WORDS_BYTES];
	char text[DRILL_TEXT_BYTES];
};

struct drill_plan {
	size_t n;
	uint32_t n_senders;
	struct drill_report reports[DRILL_REPORTS_MAX];
};

/* Room for one more, zeroed with "" for texts; asserts that there is room. */
struct drill_report *drill_plan_add(struct drill_plan *plan, const char *part);

/* In order of time, then of making; for equal plans equal bytes. Free it; NULL:
 * memory is short. */
char *drill_plan_csv(const struct drill_plan *plan, size_t *bytes);

#endif
