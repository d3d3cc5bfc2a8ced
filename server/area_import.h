/*
 * area_import - areas into the folder of the data, whoever has it
 *
 * To the running desk in pieces over its socket, or, when nobody serves the
 * folder, into the file under the folder's lock, by the same steps. Whatever
 * happens on the way, afterwards there are the old areas or the new, and this
 * says which.
 */
#ifndef SERVER_AREA_IMPORT_H
#define SERVER_AREA_IMPORT_H

#include "geo/area.h"
#include "server/area_known.h"
#include "server/area_residents.h"
#include "server/config.h"

enum area_import_answer {
	AREA_IMPORT_FAILED = 1, /* told on standard error */
};

/*
 * Brings the map's areas (those that are only named by their parts just when
 * they are new) and the residents. map may be NULL. 0, or AREA_IMPORT_FAILED.
 */
int area_import(const struct config *config, const struct area_map *map,
	const struct area_residents *residents, const struct area_known *known);

#endif
