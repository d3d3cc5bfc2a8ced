#include "dispatch/hazard.h"

#include <string.h>

/* clang-format off */
static const struct hazard hazards[] = {
	/* no  code                 family             group                  R   h  cl CAP */
	{  1, "collapse",          FAMILY_STRUCTURAL, EVENT_GROUP_SEISMIC, 150, 72, 3, "Rescue" },
	{  2, "quake_damage",      FAMILY_STRUCTURAL, EVENT_GROUP_SEISMIC, 150, 72, 4, "Geo" },
	{  3, "landslide",         FAMILY_STRUCTURAL, EVENT_GROUP_HYDRO,   250, 72, 3, "Geo" },
	{  4, "flood",             FAMILY_WATER,      EVENT_GROUP_HYDRO,   500, 24, 4, "Met" },
	{  5, "coastal_flood",     FAMILY_WATER,      EVENT_GROUP_HYDRO,   500, 24, 4, "Met" },
	{  6, "storm_damage",      FAMILY_STRUCTURAL, EVENT_GROUP_HYDRO,   250, 24, 4, "Met" },
	{  7, "isolated_by_snow",  FAMILY_ROAD,       EVENT_GROUP_HYDRO,   500, 72, 4, "Met" },
	{  8, "fire",              FAMILY_FIRE,       EVENT_GROUP_FIRE,    150, 12, 3, "Fire" },
	{  9, "wildfire",          FAMILY_FIRE,       EVENT_GROUP_FIRE,    500, 48, 3, "Fire" },
	{ 10, "gas_leak",          FAMILY_FIRE,       EVENT_GROUP_LOCAL,   150, 12, 3, "CBRNE" },
	{ 11, "hazmat",            FAMILY_FIRE,       EVENT_GROUP_LOCAL,   150, 12, 3, "CBRNE" },
	{ 12, "road_blocked",      FAMILY_ROAD,       EVENT_GROUP_LOCAL,   150, 12, 3, "Transport" },
	{ 13, "utility_out",       FAMILY_UTILITY,    EVENT_GROUP_HYDRO,   500, 24, 4, "Infra" },
	{ 14, "medical",           FAMILY_HEALTH,     EVENT_GROUP_LOCAL,   100,  6, 3, "Health" },
	{ 15, "missing_person",    FAMILY_SEARCH,     EVENT_GROUP_LOCAL,   500, 72, 3, "Rescue" },
	{ 16, "other",             FAMILY_OTHER,      EVENT_GROUP_LOCAL,   250, 24, 5, "Other" },
};
/* clang-format on */

/* clang-format off */
static const struct event_group_rule group_rules[EVENT_GROUPS] = {
	/*                       eps m  minPts  window h */
	[EVENT_GROUP_SEISMIC] = {  500,      3,       72 },
	[EVENT_GROUP_HYDRO]   = { 1000,      3,       48 },
	[EVENT_GROUP_FIRE]    = { 1000,      3,       24 },
	[EVENT_GROUP_LOCAL]   = {  300,      3,       12 },
};
/* clang-format on */

enum {
	HAZARDS = sizeof(hazards) / sizeof(hazards[0]),
};

const struct hazard *
hazard_by_code(const char *code)
{
	size_t i;

	for (i = 0; i < HAZARDS; i++) {
		if (strcmp(hazards[i].code, code) == 0) {
			return &hazards[i];
		}
	}
	return NULL;
}

const struct hazard *
hazard_by_number(uint8_t number)
{
	/* Numbers are dense and in order; a unit test holds the table to it. */
	return number >= 1 && number <= HAZARDS ? &hazards[number - 1] : NULL;
}

const struct hazard *
hazard_table(size_t *n)
{
	*n = HAZARDS;
	return hazards;
}

const char *
family_name(enum family family)
{
	static const char *const names[FAMILIES] = {
		[FAMILY_STRUCTURAL] = "structural",
		[FAMILY_WATER] = "water",
		[FAMILY_FIRE] = "fire",
		[FAMILY_ROAD] = "road",
		[FAMILY_UTILITY] = "utility",
		[FAMILY_HEALTH] = "health",
		[FAMILY_SEARCH] = "search",
		[FAMILY_OTHER] = "other",
	};

	return names[family];
}

const char *
event_group_name(enum event_group group)
{
	static const char *const names[] = {
		[EVENT_GROUP_SEISMIC] = "seismic",
		[EVENT_GROUP_HYDRO] = "hydro",
		[EVENT_GROUP_FIRE] = "fire",
		[EVENT_GROUP_LOCAL] = "local",
	};

	return names[group];
}

const struct event_group_rule *
event_group_rule(enum event_group group)
{
	return &group_rules[group];
}
