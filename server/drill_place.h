/*
 * drill_place - the municipalities a drill is played in
 *
 * Read from the table of residents the demonstration imports too (ISTAT code,
 * name, residents, latitude and longitude of a central point). Places are
 * millionths of a degree and distances metres, in whole numbers: on the few
 * tens of kilometres of a province a flat map at its own latitude is enough.
 */
#ifndef SERVER_DRILL_PLACE_H
#define SERVER_DRILL_PLACE_H

#include <stddef.h>
#include <stdint.h>

enum {
	DRILL_NAME_BYTES = 40,
	DRILL_CODE_BYTES = 7,
};

struct drill_point {
	int32_t lat_udeg;
	int32_t lon_udeg;
};

struct drill_town {
	char code[DRILL_CODE_BYTES];
	char name[DRILL_NAME_BYTES];
	uint32_t residents;
	struct drill_point at;
};

/*
 * The rows of a CSV (header: istat,comune,residenti,lat,lon) whose code begins
 * with province, in the file's order. Returns how many, at most max; a row
 * that cannot be read ends it with 0.
 */
size_t drill_place_read(const char *csv, size_t bytes, const char *province,
	struct drill_town *out, size_t max);

/* Metres, at the latitude of L'Aquila. */
uint32_t drill_place_distance(struct drill_point a, struct drill_point b);

struct drill_point drill_place_shift(
	struct drill_point from, int32_t north_m, int32_t east_m);

/* The largest whole number whose square is not above n. */
uint32_t drill_place_root(uint64_t n);

#endif
