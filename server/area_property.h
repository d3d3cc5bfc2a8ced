/*
 * area_property - what a feature's properties say about its area
 *
 * By a mapping of names, or by ISTAT's: the smallest of com_istat_code,
 * prov_istat_code and reg_istat_code is the feature's own code and tells its
 * level; the larger ones are its parents, and IT stands above them all. ISTAT's
 * codes of different levels differ in length, so none collides.
 */
#ifndef SERVER_AREA_PROPERTY_H
#define SERVER_AREA_PROPERTY_H

#include <jansson.h>

#include "server/area_file.h"

/* Fills area and ancestors, or refused. properties may be NULL. */
void area_property_read(const json_t *properties, const struct area_mapping *mapping,
	struct area_feature *feature);

#endif
