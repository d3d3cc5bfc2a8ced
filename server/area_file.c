#include "server/area_file.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/area_property.h"

enum {
	RINGS_MOST = POLYGON_RINGS_MOST,
	POINTS_MOST = POLYGON_CORNERS_MOST,
};

/* What is being read; its arrays grow and serve one feature after another. */
struct reading {
	const struct area_mapping *mapping;
	area_file_visit visit;
	void *arg;
	size_t points_room;
	size_t rings_room;
	struct area_feature feature;

	/* TopoJSON's */
	const json_t *arcs;
	bool is_scaled;
	double scale[2];
	double translate[2];
};

static int
refuse(struct reading *r, const char *why)
{
	if (r->feature.refused[0] == '\0') {
		(void)snprintf(
			r->feature.refused, sizeof(r->feature.refused), "%s", why);
	}
	return 1;
}

/* ---- rings */

static int
add_point(struct reading *r, struct geo_point at)
{
	struct area_shape *s = &r->feature.shape;

	if (s->n_points == POINTS_MOST) {
		return refuse(r, "it has too many corners");
	}
	if (s->n_points == r->points_room) {
		size_t room = r->points_room == 0 ? 1024 : 2 * r->points_room;
		struct geo_point *points = realloc(s->points, room * sizeof(*points));

		if (points == NULL) {
			return -ENOMEM;
		}
		s->points = points;
		r->points_room = room;
	}
	s->points[s->n_points++] = at;
	return 0;
}

static int
begin_ring(struct reading *r, bool is_outer)
{
	struct area_shape *s = &r->feature.shape;

	if (s->n_rings == RINGS_MOST) {
		return refuse(r, "it has too many rings");
	}
	if (s->n_rings == r->rings_room) {
		size_t room = r->rings_room == 0 ? 64 : 2 * r->rings_room;
		uint32_t *sizes = realloc(s->ring_sizes, room * sizeof(*sizes));
		bool *outer;

		if (sizes == NULL) {
			return -ENOMEM;
		}
		s->ring_sizes = sizes;
		outer = realloc(s->ring_is_outer, room * sizeof(*outer));
		if (outer == NULL) {
			return -ENOMEM;
		}
		s->ring_is_outer = outer;
		r->rings_room = room;
	}
	s->ring_is_outer[s->n_rings] = is_outer;
	s->ring_sizes[s->n_rings++] = (uint32_t)s->n_points;
	return 0;
}

/* Twice the area, counterclockwise positive; the shorter way around the earth. */
static double
signed_area(const struct geo_point *ring, size_t n)
{
	double sum = 0;

	for (size_t i = 1; i + 1 < n; i++) {
		double ax = remainder(ring[i].lon_deg - ring[0].lon_deg, 360);
		double bx = remainder(ring[i + 1].lon_deg - ring[0].lon_deg, 360);

		sum += ax * (ring[i + 1].lat_deg - ring[0].lat_deg) -
		       bx * (ring[i].lat_deg - ring[0].lat_deg);
	}
	return sum;
}

static void
turn(struct geo_point *ring, size_t n)
{
	for (size_t i = 0; i < n / 2; i++) {
		struct geo_point swap = ring[i];

		ring[i] = ring[n - 1 - i];
		ring[n - 1 - i] = swap;
	}
}

/* Until here ring_sizes holds where the ring begins. */
static int
end_ring(struct reading *r)
{
	struct area_shape *s = &r->feature.shape;
	size_t ring = s->n_rings - 1;
	struct geo_point *first = s->points + s->ring_sizes[ring];
	size_t n = s->n_points - s->ring_sizes[ring];
	double area;

	if (n > 1 && first[0].lat_deg == first[n - 1].lat_deg &&
		first[0].lon_deg == first[n - 1].lon_deg) {
		n--;
		s->n_points--;
	} else {
		r->feature.n_closed++;
	}
	if (n < 3) {
		return refuse(r, "a ring has less than three corners");
	}
	area = signed_area(first, n);
	if (s->ring_is_outer[ring] ? area < 0 : area > 0) {
		turn(first, n);
		r->feature.n_turned++;
	}
	s->ring_sizes[ring] = (uint32_t)n;
	return 0;
}

/* A position of GeoJSON: longitude first; a height is passed over. */
static int
read_position(struct reading *r, const json_t *position, struct geo_point *at)
{
	const json_t *lon = json_array_get(position, 0);
	const json_t *lat = json_array_get(position, 1);

	if (!json_is_number(lon) || !json_is_number(lat)) {
		return refuse(r, "a position is not two numbers");
	}
	at->lon_deg = json_number_value(lon);
	at->lat_deg = json_number_value(lat);
	return 0;
}

static int
check_point(struct reading *r, struct geo_point *at)
{
	if (!isfinite(at->lat_deg) || !isfinite(at->lon_deg) ||
		fabs(at->lat_deg) > 90 || fabs(at->lon_deg) > 360) {
		return refuse(r, "a position is no place on earth; is it projected?");
	}
	if (fabs(at->lon_deg) > 180) {
		at->lon_deg = remainder(at->lon_deg, 360);
	}
	return 0;
}

static int
read_plain_ring(struct reading *r, const json_t *ring)
{
	int e = json_is_array(ring) ? 0 : refuse(r, "a ring is not a list");

	for (size_t i = 0; e == 0 && i < json_array_size(ring); i++) {
		struct geo_point at = {0, 0};

		e = read_position(r, json_array_get(ring, i), &at);
		if (e == 0) {
			e = check_point(r, &at);
		}
		if (e == 0) {
			e = add_point(r, at);
		}
	}
	return e;
}

/* ---- TopoJSON's arcs */

static int
find_arc(struct reading *r, const json_t *number, const json_t **arc, bool *backwards)
{
	json_int_t n = json_is_integer(number) ? json_integer_value(number) : INT64_MAX;

	*backwards = n < 0;
	n = n < 0 ? -(n + 1) : n;
	*arc = n <= INT32_MAX ? json_array_get(r->arcs, (size_t)n) : NULL;
	if (!json_is_array(*arc)) {
		return refuse(r, "it names an arc that is not there");
	}
	return 0;
}

/* Each position tells how far it is from the one before. */
static int
read_arc(struct reading *r, const json_t *arc)
{
	struct geo_point sum = {0, 0};
	int e = 0;

	for (size_t i = 0; e == 0 && i < json_array_size(arc); i++) {
		struct geo_point at = {0, 0};

		e = read_position(r, json_array_get(arc, i), &at);
		if (e == 0 && r->is_scaled) {
			sum.lat_deg += at.lat_deg;
			sum.lon_deg += at.lon_deg;
			at.lat_deg = sum.lat_deg * r->scale[1] + r->translate[1];
			at.lon_deg = sum.lon_deg * r->scale[0] + r->translate[0];
		}
		if (e == 0) {
			e = check_point(r, &at);
		}
		if (e == 0) {
			e = add_point(r, at);
		}
	}
	return e;
}

static int
read_topo_ring(struct reading *r, const json_t *numbers)
{
	struct area_shape *s = &r->feature.shape;
	int e = json_is_array(numbers) ? 0 : refuse(r, "a ring is not a list");

	for (size_t i = 0; e == 0 && i < json_array_size(numbers); i++) {
		const json_t *arc = NULL;
		bool backwards = false;
		size_t first;

		/* The end of one arc is the beginning of the next. */
		if (i > 0 && s->n_points > s->ring_sizes[s->n_rings - 1]) {
			s->n_points--;
		}
		first = s->n_points;
		e = find_arc(r, json_array_get(numbers, i), &arc, &backwards);
		if (e == 0) {
			e = read_arc(r, arc);
		}
		if (e == 0 && backwards) {
			turn(s->points + first, s->n_points - first);
		}
	}
	return e;
}

/* ---- features */

static int
read_part(struct reading *r, const json_t *rings)
{
	int e = json_is_array(rings) ? 0 : refuse(r, "a polygon is not a list");

	for (size_t i = 0; e == 0 && i < json_array_size(rings); i++) {
		e = begin_ring(r, i == 0);
		if (e == 0) {
			e = r->arcs != NULL
				    ? read_topo_ring(r, json_array_get(rings, i))
				    : read_plain_ring(r, json_array_get(rings, i));
		}
		if (e == 0) {
			e = end_ring(r);
		}
	}
	return e;
}

static int
read_geometry(struct reading *r, const json_t *geometry)
{
	const char *type = json_string_value(json_object_get(geometry, "type"));
	const json_t *parts =
		json_object_get(geometry, r->arcs != NULL ? "arcs" : "coordinates");
	int e = 0;

	if (type == NULL) {
		return refuse(r, "it has no geometry");
	}
	if (strcmp(type, "Polygon") == 0) {
		e = read_part(r, parts);
	} else if (strcmp(type, "MultiPolygon") != 0) {
		char why[AREA_WHY_BYTES];

		(void)snprintf(why, sizeof(why),
			"it is a %.40s, an area needs a polygon", type);
		return refuse(r, why);
	} else {
		for (size_t i = 0; e == 0 && i < json_array_size(parts); i++) {
			e = read_part(r, json_array_get(parts, i));
		}
	}
	if (e == 0 && r->feature.shape.n_rings == 0) {
		e = refuse(r, "its geometry is empty");
	}
	return e;
}

static int
read_feature(struct reading *r, const json_t *properties, const json_t *geometry)
{
	struct area_feature *f = &r->feature;
	int e;

	f->number++;
	f->area = (struct area){.residents = -1};
	f->n_ancestors = 0;
	f->shape.n_points = 0;
	f->shape.n_rings = 0;
	f->n_turned = 0;
	f->n_closed = 0;
	f->refused[0] = '\0';
	area_property_read(properties, r->mapping, f);
	e = f->refused[0] != '\0' ? 1 : read_geometry(r, geometry);
	return e < 0 ? e : r->visit(r->arg, f);
}

static int
read_collection(struct reading *r, const json_t *file)
{
	const json_t *features = json_object_get(file, "features");
	int e = 0;

	for (size_t i = 0; e == 0 && i < json_array_size(features); i++) {
		const json_t *feature = json_array_get(features, i);

		e = read_feature(r, json_object_get(feature, "properties"),
			json_object_get(feature, "geometry"));
	}
	return e;
}

static bool
read_pair(const json_t *list, double pair[2])
{
	const json_t *x = json_array_get(list, 0);
	const json_t *y = json_array_get(list, 1);

	pair[0] = json_number_value(x);
	pair[1] = json_number_value(y);
	return json_is_number(x) && json_is_number(y);
}

static int
read_topology(struct reading *r, const json_t *file, char why[AREA_WHY_BYTES])
{
	const json_t *transform = json_object_get(file, "transform");
	const char *name;
	json_t *object;
	int e = 0;

	r->arcs = json_object_get(file, "arcs");
	r->is_scaled = json_is_object(transform);
	if (!json_is_array(r->arcs) ||
		(r->is_scaled &&
			(!read_pair(json_object_get(transform, "scale"), r->scale) ||
				!read_pair(json_object_get(transform, "translate"),
					r->translate)))) {
		(void)snprintf(why, AREA_WHY_BYTES,
			"it is a topology without arcs, or with a bad transform");
		return -EINVAL;
	}
	json_object_foreach(json_object_get(file, "objects"), name, object)
	{
		const json_t *list = json_object_get(object, "geometries");

		for (size_t i = 0; e == 0 && i < json_array_size(list); i++) {
			const json_t *one = json_array_get(list, i);

			e = read_feature(r, json_object_get(one, "properties"), one);
		}
	}
	return e;
}

int
area_file_read(const char *text, size_t n_bytes, const struct area_mapping *mapping,
	area_file_visit visit, void *arg, char why[AREA_WHY_BYTES])
{
	struct reading r = {.mapping = mapping, .visit = visit, .arg = arg};
	json_error_t error;
	json_t *file = json_loadb(text, n_bytes, 0, &error);
	const char *type;
	int e;

	if (file == NULL && error.text[0] == '\0') {
		return -ENOMEM; /* of which jansson says nothing */
	}
	if (file == NULL) {
		(void)snprintf(
			why, AREA_WHY_BYTES, "line %d: %.120s", error.line, error.text);
		return -EINVAL;
	}
	type = json_string_value(json_object_get(file, "type"));
	if (type != NULL && strcmp(type, "FeatureCollection") == 0) {
		e = read_collection(&r, file);
	} else if (type != NULL && strcmp(type, "Topology") == 0) {
		e = read_topology(&r, file, why);
	} else {
		(void)snprintf(why, AREA_WHY_BYTES,
			"it is neither a GeoJSON FeatureCollection nor a TopoJSON "
			"Topology");
		e = -EINVAL;
	}
	free(r.feature.shape.points);
	free(r.feature.shape.ring_sizes);
	free(r.feature.shape.ring_is_outer);
	json_decref(file);
	return e;
}
