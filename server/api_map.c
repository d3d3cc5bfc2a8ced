/* api_map - GET /v1/map: what is in view, in squares or one by one */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dispatch/hazard.h"
#include "geo/pyramid.h"
#include "server/board_map.h"
#include "server/fields.h"
#include "server/filter.h"
#include "server/front.h"
#include "server/group.h"
#include "server/limits.h"
#include "server/reply.h"
#include "vedetta/v1/map.pb-c.h"

/* From here on a square is some 200 m wide: incidents stand apart by themselves. */
#define NEAR_ZOOM 14
#define ZOOM_MOST 24

struct look {
	const struct board *board;
	struct filter filter;
};

static bool
matches(void *arg, uint32_t slot)
{
	const struct look *look = arg;

	return filter_matches(&look->filter, &board_at(look->board, slot)->facts);
}

/* zoom=: a plain number. */
static bool
read_zoom(const char *text, double *out)
{
	char *end;

	/* strtod alone would take hex, "inf" and leading spaces. */
	if (text == NULL || text[strspn(text, "0123456789.")] != '\0') {
		return false;
	}
	*out = strtod(text, &end);
	return end != text && *end == '\0' && *out <= ZOOM_MOST;
}

static bool
read_view(struct front *f, const struct call *call, struct trouble *trouble,
	struct look *look, double *zoom)
{
	static const char *const others[] = {"zoom", NULL};
	const char *text = call->request->query;
	struct fields query;

	trouble_init(trouble);
	if (fields_from_urlencoded(text, strlen(text), f->arena, trouble, &query) !=
		0) {
		return false;
	}
	look->board = f->board;
	(void)filter_read(&look->filter, &query, others, trouble);
	look->filter.scope = call_who(f, call)->scope;
	area_list_resolve(f->areas, &look->filter, trouble);
	if (!look->filter.has_box && fields_get(&query, "bbox") == NULL) {
		trouble_add(trouble, "bbox", "is missing: west,south,east,north");
	}
	if (!read_zoom(fields_get(&query, "zoom"), zoom)) {
		trouble_add(trouble, "zoom", "is not a number from 0 to %d", ZOOM_MOST);
	}
	return trouble_is_empty(trouble);
}

static struct pyramid_view
view_of(struct look *look, double zoom)
{
	const struct filter *filter = &look->filter;

	return (struct pyramid_view){
		.west_deg = filter->west_deg,
		.south_deg = filter->south_deg,
		.east_deg = filter->east_deg,
		.north_deg = filter->north_deg,
		.zoom = zoom,
		.kinds = board_map_kinds(filter),
		.matches = filter_is_countable(filter) ? NULL : matches,
		.arg = look,
		.looks_most = LIMIT_MAP_LOOKS,
	};
}

/* ---- the answer */

struct telling {
	struct front *f;
	Vedetta__V1__MapView view;
};

static bool
tell_mark(struct telling *t, uint32_t slot)
{
	const struct board_entry *e = board_at(t->f->board, slot);
	ProtobufCAllocator *allocator = arena_allocator(t->f->work);
	const Vedetta__V1__Incident *state =
		vedetta__v1__incident__unpack(allocator, e->packed_bytes, e->packed);
	Vedetta__V1__MapMark *mark = arena_alloc(t->f->work, sizeof(*mark));

	if (state == NULL || mark == NULL) {
		return false;
	}
	vedetta__v1__map_mark__init(mark);
	mark->id = e->id;
	mark->class_ = e->facts.class_no;
	mark->hazard = state->hazard;
	mark->point = state->place->point;
	if (state->place->accuracy_case == VEDETTA__V1__PLACE__ACCURACY_ACCURACY_M) {
		mark->accuracy_case = VEDETTA__V1__MAP_MARK__ACCURACY_ACCURACY_M;
		mark->accuracy_m = state->place->accuracy_m;
	}
	mark->status = state->status;
	mark->exercise = state->exercise;
	mark->reports = state->reports;
	mark->silent = state->silent != NULL;
	t->view.marks[t->view.n_marks++] = mark;
	t->view.incidents++;
	return true;
}

static bool
tell_cell(struct telling *t, const struct pyramid_cell *of)
{
	struct cell {
		Vedetta__V1__MapCell cell;
		Vedetta__V1__Point point;
		uint32_t classes[BOARD_MAP_CLASSES];
	} *c = arena_alloc(t->f->work, sizeof(*c));

	if (c == NULL) {
		return false;
	}
	vedetta__v1__map_cell__init(&c->cell);
	vedetta__v1__point__init(&c->point);
	c->point.lat_deg = of->centre.lat_deg;
	c->point.lon_deg = of->centre.lon_deg;
	board_map_count(of, c->classes, &c->cell.exercises);
	c->cell.point = &c->point;
	c->cell.incidents = of->n;
	c->cell.n_classes = BOARD_MAP_CLASSES;
	c->cell.classes = c->classes;
	while (c->cell.worst < BOARD_MAP_CLASSES && c->classes[c->cell.worst++] == 0) {
	}
	t->view.cells[t->view.n_cells++] = &c->cell;
	t->view.incidents += of->n;
	return true;
}

/* All in the box one by one. false: memory, or (too_many) they are too many. */
static bool
tell_each(struct telling *t, const struct pyramid_view *view, bool *too_many)
{
	uint32_t slots[LIMIT_MAP_MARKS];
	struct pyramid_view each = *view;
	struct pyramid_found found;

	each.matches = matches; /* the box to the last digit */
	pyramid_slots(
		board_pyramid(t->f->board), &each, slots, LIMIT_MAP_MARKS, &found);
	*too_many = found.incomplete;
	t->view.marks = arena_alloc(t->f->work, LIMIT_MAP_MARKS * sizeof(void *));
	if (*too_many || t->view.marks == NULL) {
		return false;
	}
	for (size_t i = 0; i < found.n; i++) {
		if (!tell_mark(t, slots[i])) {
			return false;
		}
	}
	return true;
}

static bool
tell_cells(struct telling *t, struct look *look, struct pyramid_view view)
{
	struct pyramid_cell *cells =
		arena_alloc(t->f->work, LIMIT_MAP_CELLS * sizeof(cells[0]));
	struct pyramid_found found;

	t->view.marks = arena_alloc(t->f->work, LIMIT_MAP_CELLS * sizeof(void *));
	t->view.cells = arena_alloc(t->f->work, LIMIT_MAP_CELLS * sizeof(void *));
	if (cells == NULL || t->view.marks == NULL || t->view.cells == NULL) {
		return false;
	}
	look->filter.has_box = false; /* squares are told whole */
	pyramid_cells(
		board_pyramid(t->f->board), &view, cells, LIMIT_MAP_CELLS, &found);
	t->view.incomplete = found.incomplete;
	for (size_t i = 0; i < found.n; i++) {
		if (cells[i].lone != PYRAMID_NO_SLOT ? !tell_mark(t, cells[i].lone)
						     : !tell_cell(t, &cells[i])) {
			return false;
		}
	}
	return true;
}

void
api_map_get(struct front *f, const struct call *call)
{
	struct telling t = {f, VEDETTA__V1__MAP_VIEW__INIT};
	struct pyramid_view view;
	struct trouble trouble;
	struct look look;
	char id[GROUP_ID_BYTES];
	double zoom = 0;
	bool too_many = true, ok;

	if (!board_is_ready(f->board)) {
		reply_problem(f, &call->asker, PROBLEM_BOARD_LOADING, NULL, NULL);
		return;
	}
	if (!read_view(f, call, &trouble, &look, &zoom)) {
		reply_problem(f, &call->asker, PROBLEM_INVALID, &trouble, NULL);
		return;
	}
	view = view_of(&look, zoom);
	ok = zoom >= NEAR_ZOOM && tell_each(&t, &view, &too_many);
	if (too_many) {
		ok = tell_cells(&t, &look, view);
	}
	if (!ok) {
		reply_problem(f, &call->asker, PROBLEM_FAULT, NULL, NULL);
		return;
	}
	group_event_id(f->board, board_sequence(f->board), id);
	t.view.sequence = id;
	t.view.scanned = view.matches != NULL;
	reply_message(f, &call->asker, 200, &t.view.base, JSON_CANONICAL, NULL);
}
