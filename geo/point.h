/* point - a position on the earth, WGS 84 degrees, latitude first */
#ifndef GEO_POINT_H
#define GEO_POINT_H

struct geo_point {
	double lat_deg;
	double lon_deg;
};

#endif
