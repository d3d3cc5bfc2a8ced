/*
 * filter - which incidents a listing or a stream is about
 *
 * Read from a query, refused by the parameter's name; two filters that say the
 * same are equal byte for byte, so streams share what is built for them.
 */
#ifndef SERVER_FILTER_H
#define SERVER_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "dispatch/scope.h"
#include "geo/point.h"
#include "proto/trouble.h"
#include "server/fields.h"

#define FILTER_UNASSIGNED "unassigned"
#define FILTER_ASSIGNED "*" /* in some area; nobody can ask for it in so many words */

enum {
	FILTER_AREA_BYTES = 32, /* a code, with NUL */
	FILTER_ABOVE_MOST = 4,
};

enum filter_answer {
	FILTER_REFUSED = 1, /* see trouble */
};

/* Made by filter_init(); padding included, since filters are compared whole. */
struct filter {
	uint64_t umbrella;         /* 0: all; a listing's own, no stream has it */
	const struct scope *scope; /* of who asks; NULL: everything (who.h) */
	double west_deg, south_deg, east_deg, north_deg; /* west > east: over ±180 */
	uint32_t hazards;  /* bit of each number; 0: all */
	uint32_t families; /* the same */
	uint8_t status;    /* enum IncidentStatus; 0: all */
	uint8_t class_max; /* 1 to 5; 0: all */
	int8_t unplaced;   /* -1: both, 0, 1 */
	int8_t exercise;   /* the same */
	bool has_box;
	/* Code, or FILTER_UNASSIGNED; "": all. Those above: area_list.h. */
	char area[FILTER_AREA_BYTES];
	char above[FILTER_ABOVE_MOST][FILTER_AREA_BYTES];
	uint8_t classes; /* bit of each, 1 to 5; 0: all */
	uint8_t zero[2];
};

/* What a filter asks of an incident. */
struct filter_facts {
	const char *areas; /* codes with a space before and behind each; NULL: none */
	const char *wide;  /* the same */
	bool unassigned;
	struct geo_point point; /* when has_point */
	uint64_t umbrella;
	uint64_t silent_of; /* umbrella it tells no news of; 0: it is none of those */
	bool has_point;
	bool unplaced;
	bool exercise;
	uint8_t hazard; /* number */
	uint8_t family;
	uint8_t status;
	uint8_t class_no;
	uint32_t reports; /* no filter asks for these three */
	int64_t opened_ms;
	int64_t last_report_ms;
};

/* Lets everything through. */
void filter_init(struct filter *f);

/*
 * Takes the filter's parameters out of a query. Names in others (ends in NULL)
 * are the caller's; any further name is refused. Returns 0 or FILTER_REFUSED.
 */
int filter_read(struct filter *f, const struct fields *query, const char *const *others,
	struct trouble *trouble);

bool filter_matches(const struct filter *f, const struct filter_facts *facts);

/* Does it ask for no more than box, classes, status and exercise? */
bool filter_is_countable(const struct filter *f);

bool filter_equals(const struct filter *a, const struct filter *b);

#endif
