#include "server/area_feed.h"

#include <errno.h>

#include "vedetta/v1/frame.pb-c.h"

enum {
	QUEUED_MOST_BYTES = 256 * 1024, /* past it we wait for the front */
	AREAS_A_FRAME = 256,
};

/* One allocation. */
struct whole {
	Vedetta__V1__Area area;
	Vedetta__V1__Box box;
	Vedetta__V1__Point center;
};

static double
degrees(int64_t e7)
{
	return (double)e7 / POLYGON_DEGREE;
}

Vedetta__V1__Area *
area_feed_area(const struct area *from, struct arena *arena)
{
	const struct polygon *p = from->polygon;
	struct whole *w = arena_alloc(arena, sizeof(*w));

	if (w == NULL) {
		return NULL;
	}
	w->area = (Vedetta__V1__Area)VEDETTA__V1__AREA__INIT;
	w->area.code = (char *)from->code;
	w->area.name = (char *)from->name;
	w->area.level = (Vedetta__V1__AreaLevel)from->level;
	w->area.parent = (char *)from->parent_code;
	if (from->residents >= 0) {
		w->area.known_case = VEDETTA__V1__AREA__KNOWN_RESIDENTS;
		w->area.residents = from->residents;
	}
	if (p != NULL) {
		w->box = (Vedetta__V1__Box)VEDETTA__V1__BOX__INIT;
		w->box.west_deg = degrees(p->west_e7);
		w->box.south_deg = degrees(p->south_e7);
		w->box.east_deg = degrees(p->east_e7);
		w->box.north_deg = degrees(p->north_e7);
		w->box.west_deg -= w->box.west_deg > 180 ? 360 : 0;
		w->box.east_deg -= w->box.east_deg > 180 ? 360 : 0;
		w->area.box = &w->box;
	}
	if (from->has_center) {
		w->center = (Vedetta__V1__Point)VEDETTA__V1__POINT__INIT;
		w->center.lat_deg = from->center.lat_deg;
		w->center.lon_deg = from->center.lon_deg;
		w->area.center = &w->center;
	}
	return &w->area;
}

static int
send_piece(struct area_feed *f, struct line *line, const struct area_map *map,
	struct arena *arena)
{
	Vedetta__V1__BoardAreas piece = VEDETTA__V1__BOARD_AREAS__INIT;
	Vedetta__V1__Area *areas[AREAS_A_FRAME];
	size_t count = map == NULL ? 0 : area_map_count(map);
	struct frame_head head = {.kind = FRAME_AREAS};
	size_t next = f->next;
	uint8_t *body;
	int r;

	arena_reset(arena);
	piece.first = next == 0;
	piece.areas = areas;
	for (; next < count && piece.n_areas < AREAS_A_FRAME; next++) {
		Vedetta__V1__Area *area =
			area_feed_area(area_map_get(map, next), arena);

		if (area == NULL) {
			return -ENOMEM;
		}
		areas[piece.n_areas++] = area;
	}
	piece.last = next == count;
	head.body_bytes = (uint32_t)vedetta__v1__board_areas__get_packed_size(&piece);
	body = arena_alloc(arena, head.body_bytes);
	if (body == NULL) {
		return -ENOMEM;
	}
	(void)vedetta__v1__board_areas__pack(&piece, body);
	r = line_send(line, &head, body);
	if (r == 0) {
		f->next = next;
		f->is_told = piece.last;
	}
	return r == LINE_FULL ? -EPIPE : r;
}

int
area_feed_go_on(struct area_feed *f, struct line *line, const struct area_map *map,
	uint64_t version, struct arena *arena)
{
	int r = 0;

	if (version != f->version) {
		*f = (struct area_feed){.version = version};
	}
	while (r == 0 && version != 0 && !f->is_told &&
		line_queued_bytes(line) < QUEUED_MOST_BYTES) {
		r = send_piece(f, line, map, arena);
	}
	return r;
}
