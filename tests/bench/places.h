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
	STREAMS = 4,
};

struct stream {
	const char *name;
	struct geo_point (*next)(uint64_t n);
	size_t window_most;
};

extern const struct stream streams[STREAMS];

/* Of the attack on names: its window. */
extern size_t street_window;

#endif
