/*
 * hazard - the hazard table: one row per kind of danger
 *
 * Codes and CAP categories go out in the API; numbers go into the log and are
 * for ever: 1 collapse, 2 quake_damage ... 16 other, in the table's order.
 * Radius and window are the table's to tune (HAZARD_TABLE_VERSION rises when
 * they do).
 */
#ifndef DISPATCH_HAZARD_H
#define DISPATCH_HAZARD_H

#include <stddef.h>
#include <stdint.h>

enum {
	HAZARD_TABLE_VERSION = 1,
	HAZARD_RADIUS_MAX_M = 500,
	HAZARD_OTHER = 16, /* what a report without a hazard we know is */
};

enum family {
	FAMILY_STRUCTURAL = 1,
	FAMILY_WATER,
	FAMILY_FIRE,
	FAMILY_ROAD,
	FAMILY_UTILITY,
	FAMILY_HEALTH,
	FAMILY_SEARCH,
	FAMILY_OTHER,
	FAMILIES, /* one past the last */
};

enum event_group {
	EVENT_GROUP_SEISMIC = 1,
	EVENT_GROUP_HYDRO,
	EVENT_GROUP_FIRE,
	EVENT_GROUP_LOCAL,
	EVENT_GROUPS, /* one past the last */
};

/* What makes an umbrella of a group's reports (umbrella.h). */
struct event_group_rule {
	uint16_t eps_m;
	uint16_t min_points;
	uint16_t window_h;
};

struct hazard {
	uint8_t number;
	const char *code; /* "flood": also the key of its texts in the catalogues */
	enum family family;
	enum event_group group;
	uint16_t radius_m;
	uint16_t window_h;
	uint8_t base_class; /* without any sign; 3, 4 or 5 */
	const char *cap_category;
};

/* NULL when there is no such row. */
const struct hazard *hazard_by_code(const char *code);
const struct hazard *hazard_by_number(uint8_t number);

/* The whole table, for forms and documents, in the order to show. */
const struct hazard *hazard_table(size_t *n);

const char *family_name(enum family family);
const char *event_group_name(enum event_group group);
const struct event_group_rule *event_group_rule(enum event_group group);

#endif
