/*
 * footprint - the ground of each umbrella, for those who only draw it
 *
 * Follows the same points as umbrella.h with the same clustering (a report an
 * operator moved is where it was put, in its new incident's group), so the
 * component that holds an umbrella's anchor is that umbrella, and nothing else
 * has to be told but its record. Points go when their window is over; one that
 * lies behind a younger one (taken in raw mode) goes with it.
 *
 * A component is told by at most FOOTPRINT_POINTS of its core reports, one in
 * each square of a grid as fine as that allows: every report of the component
 * lies within a square's diagonal and eps of one of them. Which ones depends on
 * the points that are there, not on how they came.
 */
#ifndef DISPATCH_FOOTPRINT_H
#define DISPATCH_FOOTPRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dispatch/hazard.h"
#include "geo/point.h"

enum {
	FOOTPRINT_POINTS = 256,
	FOOTPRINT_WINDOW_H = 72, /* the longest there is */
};

struct footprints;

struct footprint_report {
	uint64_t seq;
	int64_t at_ms; /* its arrival */
	uint8_t hazard;
	bool exercise;
	struct geo_point at;
};

/* Whose ground: that of the component with this report. */
struct footprint_of {
	enum event_group group;
	bool exercise;
	uint64_t anchor;
};

struct footprint {
	uint64_t component;
	uint64_t version; /* of that component: another one when it changed */
	size_t n_core;
	double margin_m; /* around the points there is all of it */
	size_t n_points; /* of footprints_draw() alone */
	struct geo_point points[FOOTPRINT_POINTS];
};

/* NULL when memory is short. */
struct footprints *footprints_new(void);

/* Accepts NULL. */
void footprints_free(struct footprints *f);

/*
 * In order of seq, but for one that was dropped and stands elsewhere. 0 or
 * -ENOMEM: begin anew then.
 */
int footprints_add(struct footprints *f, const struct footprint_report *report);

/* An operator moved it: it is no point any more, if it was one. */
void footprints_drop(struct footprints *f, uint64_t seq);

/* Takes out at most so many points whose window is over. Returns if there may be more.
 */
bool footprints_expire(struct footprints *f, int64_t now_ms, size_t most);

/* False: it is no core report, or not there (any more). */
bool footprints_find(const struct footprints *f, const struct footprint_of *of,
	struct footprint *out);

/* Of one that was found: its points. */
void footprints_draw(const struct footprints *f, const struct footprint_of *of,
	struct footprint *out);

size_t footprints_points(const struct footprints *f);

#endif
