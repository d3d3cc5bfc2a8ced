#include "server/shapes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dispatch/footprint.h"
#include "geo/store_umbrella.h"

enum {
	ROWS_A_TURN = 2048,
	EXPIRED_A_TURN = 1024,
	AREAS_A_TURN = 16,
	CORNERS_A_TURN = 4096,
	CORES_A_MS = 50, /* a walk over so many is worth a millisecond of waiting */
	DRAWN_MOST = 16384,
	MOVED_MOST = 256, /* noted; more, and all are read again */
	ASKED_MOST = 256, /* anchors that are looked up with one list */
};

struct drawn {
	struct footprint_of of;
	uint64_t id;
	uint64_t anchor; /* as its record has it: of a move, the move's row */
	uint64_t component;
	uint64_t version;
	int64_t drawn_ms; /* 0: not yet */
	size_t n_core;
};

struct shapes {
	struct footprints *footprints; /* NULL: to be filled anew */
	uint64_t next_row;
	uint64_t moved[MOVED_MOST];
	size_t n_moved;
	struct drawn *drawn; /* by id */
	size_t n_drawn, room_drawn;
	size_t at; /* which is looked at next */
	int64_t listed_ms;
	bool is_listed;
	size_t next_area;
	bool areas_known;
};

struct shapes *
shapes_new(void)
{
	return calloc(1, sizeof(struct shapes));
}

void
shapes_forget(struct shapes *s)
{
	footprints_free(s->footprints);
	free(s->drawn);
	*s = (struct shapes){0};
}

void
shapes_free(struct shapes *s)
{
	if (s != NULL) {
		shapes_forget(s);
		free(s);
	}
}

/* One that is not read yet will be read where it is. */
void
shapes_note_moved(struct shapes *s, uint64_t seq)
{
	if (s->footprints == NULL || seq >= s->next_row) {
		return;
	}
	if (s->n_moved == MOVED_MOST) {
		footprints_free(s->footprints);
		s->footprints = NULL;
		s->n_moved = 0;
		return;
	}
	s->moved[s->n_moved++] = seq;
}

/* ---- borders */

static int
put_areas(struct shapes *s, const struct shapes_from *from, bool *more)
{
	size_t n_areas = from->areas == NULL ? 0 : area_map_count(from->areas);
	size_t n_corners = 0;
	uint64_t next;
	int r = 0;

	if (!s->areas_known) {
		r = index_next_area(from->index, &next);
		s->next_area = (size_t)next;
		s->areas_known = r == 0;
	}
	if (r != 0 || s->next_area >= n_areas) {
		return r;
	}
	r = index_begin(from->index);
	for (size_t i = 0; r == 0 && i < AREAS_A_TURN && n_corners < CORNERS_A_TURN &&
			   s->next_area < n_areas;
		i++) {
		const struct area *area = area_map_get(from->areas, s->next_area);

		n_corners += area->polygon == NULL ? 0 : area->polygon->n_corners;
		r = index_put_area(from->index, s->next_area++, area);
	}
	if (r == 0) {
		r = index_commit(from->index, index_state(from->index));
	}
	if (r != 0) {
		index_rollback(from->index);
		s->areas_known = false;
	}
	*more = true;
	return r;
}

/* ---- the reports of the windows */

static int
on_report(void *arg, const struct index_hanging *h)
{
	const struct footprint_report report = {
		h->seq, h->at_ms, h->hazard, h->exercise, h->at};

	return footprints_add(arg, &report);
}

static int
follow_moves(struct shapes *s, const struct shapes_from *from)
{
	int r = 0;

	while (r == 0 && s->n_moved > 0) {
		uint64_t seq = s->moved[--s->n_moved];

		footprints_drop(s->footprints, seq);
		r = index_read_hanging(from->index, seq, seq, on_report, s->footprints);
	}
	return r;
}

static int
follow(struct shapes *s, const struct shapes_from *from, int64_t wall_ms, bool *more)
{
	uint64_t last = index_state(from->index).seq;
	uint64_t end;
	int r = 0;

	if (s->footprints == NULL) {
		s->footprints = footprints_new();
		r = s->footprints == NULL
			    ? -ENOMEM
			    : index_first_since(from->index,
				      wall_ms - FOOTPRINT_WINDOW_H * INT64_C(3600000),
				      &s->next_row);
	}
	if (r == 0) {
		r = follow_moves(s, from);
	}
	if (r == 0 && s->next_row <= last) {
		end = last - s->next_row < ROWS_A_TURN ? last
						       : s->next_row + ROWS_A_TURN - 1;
		r = index_read_hanging(
			from->index, s->next_row, end, on_report, s->footprints);
		s->next_row = end + 1;
		*more |= end < last;
	}
	if (r == 0) {
		*more |= footprints_expire(s->footprints, wall_ms, EXPIRED_A_TURN);
	}
	return r;
}

/* ---- which umbrellas there are */

struct list {
	const struct shapes *shapes;
	struct drawn *drawn;
	size_t n, room;
};

static struct drawn *
find(const struct shapes *s, uint64_t id)
{
	size_t low = 0, high = s->n_drawn;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (s->drawn[middle].id < id) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low < s->n_drawn && s->drawn[low].id == id ? &s->drawn[low] : NULL;
}

static int
on_umbrella(void *arg, const struct store_umbrella *u)
{
	struct list *l = arg;
	const struct drawn *known = find(l->shapes, u->id);

	if (u->damaged || u->event_group < EVENT_GROUP_SEISMIC ||
		u->event_group >= EVENT_GROUPS || l->n == DRAWN_MOST) {
		return 0;
	}
	if (l->n == l->room) {
		size_t room = l->room == 0 ? 64 : 2 * l->room;
		struct drawn *drawn = realloc(l->drawn, room * sizeof(drawn[0]));

		if (drawn == NULL) {
			return -ENOMEM;
		}
		l->drawn = drawn;
		l->room = room;
	}
	l->drawn[l->n] = known != NULL ? *known : (struct drawn){.id = u->id};
	if (known == NULL || known->anchor != u->anchor) {
		l->drawn[l->n].anchor = u->anchor;
		l->drawn[l->n].of = (struct footprint_of){
			(enum event_group)u->event_group, u->exercise, u->anchor};
	}
	l->n++;
	return 0;
}

/* What an index that was not made by this process has of umbrellas that are gone. */
static int
drop_unknown(struct shapes *s, struct index_writer *index)
{
	uint64_t *ids = calloc(DRAWN_MOST, sizeof(*ids));
	size_t n = 0;
	int r = ids == NULL ? -ENOMEM
			    : index_read_umbrellas(index, ids, DRAWN_MOST, &n);

	for (size_t i = 0; r == 0 && i < n; i++) {
		if (find(s, ids[i]) == NULL) {
			r = index_drop_umbrella(index, ids[i]);
		}
	}
	free(ids);
	return r;
}

static int
drop_gone(const struct shapes *now, const struct drawn *before, size_t n,
	struct index_writer *index)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++) {
		if (before[i].drawn_ms != 0 && find(now, before[i].id) == NULL) {
			r = index_drop_umbrella(index, before[i].id);
		}
	}
	return r;
}

/* The row of the index behind an anchor that is a move's row; else the anchor. */
static int
find_anchor(const struct shapes_from *from, uint64_t anchor, uint64_t *seq)
{
	struct index_entry report;
	struct store_row row;
	bool found = false;
	int r = 0;

	*seq = anchor;
	/* The log may be slow, or the index behind it: next time. */
	if (store_read_row(from->store, anchor, &row) == 0 &&
		row.kind == STORE_MOVED_IN) {
		r = index_read_report(from->index, row.about, &report, &found);
	}
	if (found) {
		*seq = report.seq;
	}
	return r;
}

static int
find_anchors(struct shapes *s, const struct shapes_from *from)
{
	struct footprint shape;
	int asked = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < s->n_drawn && asked < ASKED_MOST; i++) {
		struct drawn *d = &s->drawn[i];

		if (d->of.anchor == d->anchor &&
			!footprints_find(s->footprints, &d->of, &shape)) {
			asked++;
			r = find_anchor(from, d->anchor, &d->of.anchor);
		}
	}
	return r;
}

static int
list_umbrellas(struct shapes *s, const struct shapes_from *from)
{
	struct list l = {.shapes = s};
	struct drawn *before = s->drawn;
	size_t n_before = s->n_drawn;
	int r = store_load_umbrellas(from->store, INT64_MAX, on_umbrella, &l);

	if (r != 0) {
		free(l.drawn);
		return r == -ENOMEM ? r : 0; /* the log was slow: next time */
	}
	s->drawn = l.drawn;
	s->n_drawn = l.n;
	s->room_drawn = l.room;
	r = drop_gone(s, before, n_before, from->index);
	free(before);
	if (r == 0) {
		r = find_anchors(s, from);
	}
	if (r == 0 && !s->is_listed) {
		r = drop_unknown(s, from->index);
		s->is_listed = r == 0;
	}
	return r;
}

/* ---- drawing */

static bool
is_due(const struct drawn *d, const struct footprint *now, int64_t mono_ms)
{
	int64_t wait_ms = SHAPES_AGAIN_MS + (int64_t)(now->n_core / CORES_A_MS);

	return d->drawn_ms == 0 ||
	       ((d->component != now->component || d->version != now->version ||
			d->n_core != now->n_core) &&
		       mono_ms - d->drawn_ms >= wait_ms);
}

static int
draw(struct shapes *s, struct drawn *d, struct index_writer *index,
	struct footprint *shape, int64_t mono_ms)
{
	struct index_umbrella umbrella = {
		.id = d->id,
		.event_group = (uint8_t)d->of.group,
		.exercise = d->of.exercise,
		.reports = shape->n_core,
		.points = shape->points,
	};
	int r;

	footprints_draw(s->footprints, &d->of, shape);
	umbrella.n_points = shape->n_points;
	umbrella.margin_m = shape->margin_m;
	r = index_draw_umbrella(index, &umbrella);
	if (r == 0) {
		d->component = shape->component;
		d->version = shape->version;
		d->n_core = shape->n_core;
		d->drawn_ms = mono_ms;
	}
	return r;
}

/* The next one that is due, if any. */
static int
draw_one(struct shapes *s, struct index_writer *index, int64_t mono_ms, bool *more)
{
	struct footprint shape;

	for (size_t i = 0; i < s->n_drawn; i++) {
		struct drawn *d = &s->drawn[(s->at + i) % s->n_drawn];

		/* Its anchor may be above what the index holds: next time. */
		if (footprints_find(s->footprints, &d->of, &shape) &&
			is_due(d, &shape, mono_ms)) {
			s->at = (s->at + i + 1) % s->n_drawn;
			*more = true;
			return draw(s, d, index, &shape, mono_ms);
		}
	}
	return 0;
}

int
shapes_turn(struct shapes *s, const struct shapes_from *from, int64_t wall_ms,
	int64_t mono_ms, bool *more)
{
	int r;

	*more = false;
	r = put_areas(s, from, more);
	if (r == 0) {
		r = follow(s, from, wall_ms, more);
		if (r == -ENOMEM) {
			shapes_forget(s);
		}
	}
	if (r != 0 || s->next_row <= index_state(from->index).seq) {
		return r;
	}
	if (!s->is_listed || mono_ms - s->listed_ms >= SHAPES_AGAIN_MS) {
		s->listed_ms = mono_ms;
		r = list_umbrellas(s, from);
	}
	return r == 0 ? draw_one(s, from->index, mono_ms, more) : r;
}
