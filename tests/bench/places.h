/*
 * places - where the reports of a measurement fall
 *
 * Each stream is the same every time, as long as it is drawn from the beginning.
 */
#ifndef TESTS_PLACES_H
#define TESTS_PLACES_H

#include <stddef.h>
#include <stdint.h>

#include "geo/point.h"

enum {
	STREAMS = 7,
};

struct stream {
	const char *name;
	double eps_m; /* what it is to be measured with */
	struct geo_point (*next)(uint64_t n);
	size_t window_most; /* beyond it the stream means nothing new */
};

extern const struct stream streams[STREAMS];

/* Of the attack on names: its window. */
extern size_t street_window;

/* The nth of so many that are a chain, closed to a ring, 120 m from one to the next. */
struct geo_point place_on_ring(size_t n, size_t points);

#endif
