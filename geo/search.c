#include "geo/search.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "geo/measure.h"

void
search_init(struct search *s)
{
	memset(s, 0, sizeof(*s));
	s->exercise = -1;
	s->to_ms = INT64_MAX;
}

static bool
is_in_box(const struct search *s, struct geo_point p)
{
	if (p.lat_deg < s->south_deg || p.lat_deg > s->north_deg) {
		return false;
	}
	if (s->west_deg <= s->east_deg) {
		return p.lon_deg >= s->west_deg && p.lon_deg <= s->east_deg;
	}
	return p.lon_deg >= s->west_deg || p.lon_deg <= s->east_deg;
}

bool
search_asks_area(const struct search *s)
{
	return s->unassigned || s->assigned || s->area[0] != '\0';
}

static bool
is_in_area(const struct search *s, const struct index_entry *e)
{
	if (s->unassigned) {
		return e->n_areas == 0;
	}
	if (s->assigned) {
		return e->n_areas > 0;
	}
	for (size_t i = 0; i < e->n_areas; i++) {
		if (strcmp(e->areas[i], s->area) == 0) {
			return true;
		}
	}
	return false;
}

static bool
fits_place(const struct search *s, const struct index_entry *e)
{
	if (!s->has_box && s->polygon == NULL && !s->has_near) {
		return true;
	}
	return e->has_point && (!s->has_box || is_in_box(s, e->point)) &&
	       (s->polygon == NULL ||
		       polygon_side(s->polygon, e->point) != POLYGON_OUTSIDE) &&
	       (!s->has_near || measure_distance_m(s->near, e->point) <= s->radius_m);
}

static int
compare_rows(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static bool
is_left_out(const struct search *s, uint64_t seq)
{
	return s->n_without > 0 && bsearch(&seq, s->without, s->n_without, sizeof(seq),
					   compare_rows) != NULL;
}

bool
search_matches(const struct search *s, const struct index_entry *e)
{
	return (s->hazards == 0 ||
		       (e->hazard < 32 && (s->hazards >> e->hazard & 1) != 0)) &&
	       (s->class_max == 0 || e->class_no <= s->class_max) &&
	       (s->exercise < 0 || (s->exercise != 0) == e->exercise) &&
	       e->at_ms >= s->from_ms && e->at_ms < s->to_ms && fits_place(s, e) &&
	       !is_left_out(s, e->seq) && (!search_asks_area(s) || is_in_area(s, e));
}

static size_t
split(double west_deg, double south_deg, double east_deg, double north_deg,
	struct search_box out[2])
{
	if (east_deg - west_deg >= 360) {
		out[0] = (struct search_box){-180, south_deg, 180, north_deg};
		return 1;
	}
	while (west_deg > 180) {
		west_deg -= 360;
		east_deg -= 360;
	}
	while (west_deg < -180) {
		west_deg += 360;
		east_deg += 360;
	}
	if (east_deg < 180) {
		out[0] = (struct search_box){west_deg, south_deg, east_deg, north_deg};
		return 1;
	}
	/* Also when it only touches: 180 and -180 are one meridian. */
	out[0] = (struct search_box){west_deg, south_deg, 180, north_deg};
	out[1] = (struct search_box){-180, south_deg, east_deg - 360, north_deg};
	return 2;
}

static size_t
boxes_near(const struct search *s, struct search_box out[2])
{
	const double metres = 6371008.8 * M_PI / 180;
	double high_deg = s->radius_m / metres * 1.0001 + 1e-7;
	double south_deg = s->near.lat_deg - high_deg;
	double north_deg = s->near.lat_deg + high_deg;
	double wide;

	if (south_deg <= -89 || north_deg >= 89) {
		return split(-180, fmax(south_deg, -90), 180, fmin(north_deg, 90), out);
	}
	wide = high_deg / cos(fmax(fabs(south_deg), fabs(north_deg)) * M_PI / 180);
	if (wide >= 180) {
		return split(-180, south_deg, 180, north_deg, out);
	}
	return split(s->near.lon_deg - wide, south_deg, s->near.lon_deg + wide,
		north_deg, out);
}

static size_t
boxes_of_polygon(const struct polygon *p, struct search_box out[2])
{
	const double e7 = POLYGON_DEGREE;
	double west_deg = (double)p->west_e7 / e7 - 1e-7;
	double east_deg = (double)p->east_e7 / e7 + 1e-7;
	double south_deg = p->south_e7 / e7 - 1e-7;
	double north_deg = p->north_e7 / e7 + 1e-7;

	if (east_deg - west_deg >= 359.99) { /* it may hold a pole */
		return split(-180, -90, 180, 90, out);
	}
	return split(west_deg, south_deg, east_deg, north_deg, out);
}

size_t
search_boxes(const struct search *s, struct search_box out[2])
{
	if (s->has_near) {
		return boxes_near(s, out);
	}
	if (s->polygon != NULL) {
		return boxes_of_polygon(s->polygon, out);
	}
	if (!s->has_box) {
		return 0;
	}
	if (s->west_deg <= s->east_deg) {
		out[0] = (struct search_box){
			s->west_deg, s->south_deg, s->east_deg, s->north_deg};
		return 1;
	}
	out[0] = (struct search_box){s->west_deg, s->south_deg, 180, s->north_deg};
	out[1] = (struct search_box){-180, s->south_deg, s->east_deg, s->north_deg};
	return 2;
}
