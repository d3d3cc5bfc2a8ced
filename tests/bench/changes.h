/*
 * changes - what reports coming and going cost, for whatever keeps them
 *
 * The same points go through the floor (floor.h: what no clustering can do
 * without), a bare cluster and umbrellas, each with a full window of as many. All
 * times are CPU time.
 */
#ifndef TESTS_CHANGES_H
#define TESTS_CHANGES_H

#include <stddef.h>

#include "places.h"

enum {
	CHANGES = 200000, /* of a measurement, or a whole window if that is more */
};

/*
 * Seconds of a change. A whole window is replaced: its oldest points were there alone
 * and hold it together, so the first of them cost twice what an average one does.
 */
struct costs {
	double both_s;   /* an insertion and, before it, the oldest point's expiry */
	double insert_s; /* apart: a hundredth of the window goes before as many come */
	double expire_s;
	/* Of both, one by one in a run of their own: the clock costs 0.3 us. */
	double p999_s;
	double worst_s;
	double bytes; /* of a point */
};

/* What goes through the same changes. An expiry is of the oldest point. */
struct subject {
	void *on;
	void (*insert)(void *on, size_t i, struct geo_point at);
	void (*expire)(void *on, size_t i, struct geo_point at);
};

double cpu_now(void);

/* How many points a measurement takes, those of the full window among them. */
size_t changes_points(size_t window);

/* Those of a stream from the beginning, to be freed. */
struct geo_point *changes_draw(const struct stream *stream, size_t window);

/* The window is full. It is replaced turn about, once more apart, then one by one. */
struct costs time_changes(
	const struct subject *subject, const struct geo_point *points, size_t window);

void print_costs(
	const char *what, const char *name, size_t window, const struct costs *c);

/* Measured and printed. */
struct costs bench_floor(
	const struct stream *stream, const struct geo_point *points, size_t window);
struct costs bench_bare(
	const struct stream *stream, const struct geo_point *points, size_t window);

#endif
