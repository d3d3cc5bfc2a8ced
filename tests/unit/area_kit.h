/*
 * area_kit - a small country: two provinces of two municipalities each
 *
 *	P1: M1 at 9.0 to 9.1 E, M2 to 9.2 E; P2: M3 to 9.3 E, M4 to 9.4 E;
 *	all between 44.0 and 44.1 N, in the nation IT.
 */
#ifndef TESTS_AREA_KIT_H
#define TESTS_AREA_KIT_H

#include "unit.h"

#include <stdio.h>

#include "geo/area.h"

static inline void
area_kit_take(struct area_map *m, const char *code, enum area_level level,
	const char *parent, double west_deg, double east_deg)
{
	const struct geo_point corners[] = {
		{44, west_deg}, {44, east_deg}, {44.1, east_deg}, {44.1, west_deg}};
	const uint32_t sizes[] = {4};
	struct area a = {.level = level, .residents = -1};

	(void)snprintf(a.code, sizeof(a.code), "%s", code);
	(void)snprintf(a.name, sizeof(a.name), "Name of %s", code);
	(void)snprintf(a.parent_code, sizeof(a.parent_code), "%s", parent);
	if (west_deg < east_deg) {
		assert_int_equal(polygon_new(&a.polygon, corners, sizes, 1), 0);
	}
	assert_int_equal(area_map_take(m, &a), 0);
}

/* moved: M2 is called N2 now. */
static inline struct area_map *
area_kit_map(int moved)
{
	struct area_map *m = area_map_new();
	const char *wrong = NULL;

	assert_non_null(m);
	area_kit_take(m, "IT", AREA_NATION, "", 0, 0);
	area_kit_take(m, "P1", AREA_PROVINCE, "IT", 0, 0);
	area_kit_take(m, "P2", AREA_PROVINCE, "IT", 0, 0);
	area_kit_take(m, "M1", AREA_MUNICIPALITY, "P1", 9.0, 9.1);
	area_kit_take(m, moved ? "N2" : "M2", AREA_MUNICIPALITY, "P1", 9.1, 9.2);
	area_kit_take(m, "M3", AREA_MUNICIPALITY, "P2", 9.2, 9.3);
	area_kit_take(m, "M4", AREA_MUNICIPALITY, "P2", 9.3, 9.4);
	assert_int_equal(area_map_seal(m, &wrong), 0);
	return m;
}

#endif
