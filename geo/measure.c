#include "geo/measure.h"

#include <math.h>

static double
radians(double deg)
{
	return deg * (M_PI / 180.0);
}

bool
point_is_valid(struct geo_point p)
{
	return isfinite(p.lat_deg) && isfinite(p.lon_deg) && fabs(p.lat_deg) <= 90.0 &&
	       fabs(p.lon_deg) <= 180.0;
}

double
measure_distance_m(struct geo_point a, struct geo_point b)
{
	/* remainder() is exact: two sides of +-180 lose no digits here. */
	double lat = radians(b.lat_deg - a.lat_deg);
	double lon = radians(remainder(b.lon_deg - a.lon_deg, 360.0));
	double sin_lat = sin(lat / 2);
	double sin_lon = sin(lon / 2);
	double h = sin_lat * sin_lat + cos(radians(a.lat_deg)) *
					       cos(radians(b.lat_deg)) * sin_lon *
					       sin_lon;

	return 2 * EARTH_RADIUS_M * asin(sqrt(fmin(h, 1.0)));
}
