#include "places.h"

#include <math.h>

#include "geo/measure.h"

enum {
	TOWNS = 8000, /* as many as Italy has */
};

static const double M_IN_DEG = EARTH_RADIUS_M * M_PI / 180;

static uint64_t seed = 20261122;

static double
draw(void)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return (double)(seed * UINT64_C(2685821657736338717) >> 11) * 0x1p-53;
}

static struct geo_point
offset(struct geo_point from, double north_m, double east_m)
{
	double lat_deg = from.lat_deg + north_m / M_IN_DEG;

	return (struct geo_point){
		lat_deg, from.lon_deg + east_m / M_IN_DEG / cos(lat_deg * M_PI / 180)};
}

static struct geo_point
in_disc(struct geo_point centre, double radius_m)
{
	double angle = 2 * M_PI * draw();
	double r = radius_m * sqrt(draw());

	return offset(centre, r * sin(angle), r * cos(angle));
}

/* Towns over Italy, the larger the rarer, each as wide as it is large. */
static struct geo_point
italy(uint64_t n)
{
	static struct geo_point towns[TOWNS];
	double rank = pow(TOWNS, draw());

	(void)n;
	for (size_t i = 0; towns[TOWNS - 1].lat_deg == 0; i++) {
		towns[i] = (struct geo_point){37 + 10 * draw(), 7 + 11 * draw()};
	}
	return in_disc(towns[(size_t)rank - 1], 20000 / sqrt(rank));
}

/* One town, ever so full. */
static struct geo_point
dense(uint64_t n)
{
	(void)n;
	return in_disc((struct geo_point){42.35, 13.4}, 3000);
}

static struct geo_point
piled(uint64_t n)
{
	return n % 10 < 9 ? (struct geo_point){42.35, 13.4} : italy(n);
}

/* Two crowded neighbouring cells, edge to edge just out of reach (eps 300 m). */
static struct geo_point
two_blobs(uint64_t n)
{
	return in_disc((struct geo_point){0, n % 2 == 0 ? 0 : 381 / M_IN_DEG}, 40);
}

/*
 * The same, but one is an arc around the other at eps and a millimetre: the
 * quadtree cannot leave much of it out.
 */
static struct geo_point
arc(uint64_t n)
{
	struct geo_point origin = {0, 0};
	double angle = (draw() - 0.5) * M_PI / 6;

	return n % 2 == 0 ? in_disc(origin, 0.01)
			  : offset(origin, 300.02 * sin(angle), 300.02 * cos(angle));
}

/*
 * The attack on names, over two windows: links first, a street, houses that hang
 * on it by the links, then newer ones elsewhere. In the second window the links
 * run out, and each takes a house off the street.
 */
size_t street_window;

static struct geo_point
houses(uint64_t n)
{
	static const struct geo_point street = {42.35, 13.4};
	uint64_t at = n % (2 * street_window);
	double east_m = (double)(at % 200) * 800;

	if (at < 200) {
		return offset(street, 250, east_m);
	}
	if (at < 800) {
		return offset(street, 500, east_m);
	}
	return at < street_window / 2 ? offset(street, 0, (double)(at % 800) * 200)
				      : in_disc((struct geo_point){38, 15}, 2000);
}

const struct stream streams[STREAMS] = {
	{"italy", 300, italy, SIZE_MAX},
	{"italy_1000m", 1000, italy, SIZE_MAX},
	{"dense", 300, dense, SIZE_MAX},
	{"piled", 300, piled, SIZE_MAX},
	{"two_blobs", 300, two_blobs, 1000000},
	{"arc", 300, arc, 10000},
	{"houses", 300, houses, 100000},
};

struct geo_point
place_on_ring(size_t n, size_t points)
{
	double radius_m = (double)points * 120 / (2 * M_PI);
	double angle = 2 * M_PI * (double)(n % points) / (double)points;

	return offset(
		(struct geo_point){0, 0}, radius_m * sin(angle), radius_m * cos(angle));
}
