/*
 * silence_kit - five by five square municipalities, some kilometres across
 *
 *	M00 is the one in the south-west, M44 in the north-east, M22 the middle;
 *	each has 1,000 residents unless they are said not to be known.
 */
#ifndef TESTS_SILENCE_KIT_H
#define TESTS_SILENCE_KIT_H

#include "unit.h"

#include <stdio.h>

#include "geo/area.h"

enum {
	KIT_SIDE = 5,
	KIT_RESIDENTS = 1000,
};

static inline struct geo_point
kit_middle(int row, int column)
{
	return (struct geo_point){44.02 + 0.04 * row, 9.02 + 0.04 * column};
}

static inline void
kit_take_square(struct area_map *m, int row, int column, int64_t residents)
{
	struct geo_point at = kit_middle(row, column);
	const struct geo_point corners[] = {{at.lat_deg - 0.02, at.lon_deg - 0.02},
		{at.lat_deg - 0.02, at.lon_deg + 0.02},
		{at.lat_deg + 0.02, at.lon_deg + 0.02},
		{at.lat_deg + 0.02, at.lon_deg - 0.02}};
	const uint32_t sizes[] = {4};
	struct area a = {.level = AREA_MUNICIPALITY,
		.residents = residents,
		.has_center = true,
		.center = at};

	(void)snprintf(a.code, sizeof(a.code), "M%d%d", row, column);
	(void)snprintf(a.name, sizeof(a.name), "Name %d%d", row, column);
	assert_int_equal(polygon_new(&a.polygon, corners, sizes, 1), 0);
	assert_int_equal(area_map_take(m, &a), 0);
}

/* Those in rows and columns from `first` to `last`. */
static inline struct area_map *
kit_squares(int first, int last, int64_t residents)
{
	struct area_map *m = area_map_new();
	const char *wrong = NULL;

	assert_non_null(m);
	for (int row = first; row <= last; row++) {
		for (int column = first; column <= last; column++) {
			kit_take_square(m, row, column, residents);
		}
	}
	assert_int_equal(area_map_seal(m, &wrong), 0);
	return m;
}

#endif
