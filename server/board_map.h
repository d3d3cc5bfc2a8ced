/*
 * board_map - incidents as the kinds of geo/pyramid.h
 *
 * A kind is class, state and exercise together: what the map is filtered by most
 * is counted beforehand.
 */
#ifndef SERVER_BOARD_MAP_H
#define SERVER_BOARD_MAP_H

#include <stdint.h>

#include "geo/pyramid.h"
#include "server/filter.h"

enum {
	BOARD_MAP_CLASSES = 5,
};

unsigned board_map_kind(const struct filter_facts *facts);

/* Bits of the kinds that a filter lets through. */
uint32_t board_map_kinds(const struct filter *filter);

/* How many incidents of each class a square holds, and how many exercises. */
void board_map_count(const struct pyramid_cell *cell,
	uint32_t classes[BOARD_MAP_CLASSES], uint32_t *exercises);

#endif
