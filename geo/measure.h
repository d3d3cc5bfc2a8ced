/*
 * measure - distances on the earth
 *
 * Haversine on a sphere of 6,371,008.8 m (mean radius of GRS 80, what the
 * DBSCAN oracle uses). Good across the antimeridian and at the poles.
 */
#ifndef GEO_MEASURE_H
#define GEO_MEASURE_H

#include <stdbool.h>

#include "geo/point.h"

#define EARTH_RADIUS_M 6371008.8

/* Finite, -90..90 and -180..180. */
bool point_is_valid(struct geo_point p);

double measure_distance_m(struct geo_point a, struct geo_point b);

#endif
