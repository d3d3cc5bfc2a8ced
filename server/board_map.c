#include "server/board_map.h"

#include <assert.h>
#include <string.h>

#include "vedetta/v1/incident.pb-c.h"

enum {
	/* Each doubles the kinds before it. */
	MAP_EXERCISE = BOARD_MAP_CLASSES,
	MAP_CLOSED = 2 * BOARD_MAP_CLASSES,
};

static_assert(2 * MAP_CLOSED == PYRAMID_KINDS, "all kinds are used");

static bool
is_closed(uint8_t status)
{
	return status == VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_CLOSED;
}

/* What is without a class stands with the last. */
unsigned
board_map_kind(const struct filter_facts *facts)
{
	unsigned class_no = facts->class_no >= 1 && facts->class_no <= BOARD_MAP_CLASSES
				    ? facts->class_no
				    : BOARD_MAP_CLASSES;

	return class_no - 1 + (facts->exercise ? MAP_EXERCISE : 0) +
	       (is_closed(facts->status) ? MAP_CLOSED : 0);
}

uint32_t
board_map_kinds(const struct filter *filter)
{
	uint32_t kinds = 0;

	for (unsigned k = 0; k < PYRAMID_KINDS; k++) {
		unsigned class_no = k % BOARD_MAP_CLASSES + 1;
		bool exercise = k / MAP_EXERCISE % 2 == 1, closed = k >= MAP_CLOSED;

		if ((filter->status == 0 || is_closed(filter->status) == closed) &&
			(filter->class_max == 0 || class_no <= filter->class_max) &&
			(filter->classes == 0 || (filter->classes >> class_no & 1)) &&
			(filter->exercise < 0 || (filter->exercise == 1) == exercise)) {
			kinds |= UINT32_C(1) << k;
		}
	}
	return kinds;
}

void
board_map_count(const struct pyramid_cell *cell, uint32_t classes[BOARD_MAP_CLASSES],
	uint32_t *exercises)
{
	memset(classes, 0, BOARD_MAP_CLASSES * sizeof(classes[0]));
	*exercises = 0;
	for (unsigned k = 0; k < PYRAMID_KINDS; k++) {
		classes[k % BOARD_MAP_CLASSES] += cell->counts[k];
		*exercises += k / MAP_EXERCISE % 2 == 1 ? cell->counts[k] : 0;
	}
}
