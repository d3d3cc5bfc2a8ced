#include "dispatch/footprint.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "geo/cluster.h"

enum {
	SLOTS = 4 * FOOTPRINT_POINTS, /* of the grid's hash; a power of two */
};

static const double metres_a_degree = 6371008.8 * M_PI / 180;
static const double grain_least = 1.0 / 8; /* of eps */

struct point {
	uint64_t seq;
	int64_t at_ms;
	struct geo_point at;
	uint32_t handle;
};

/* One group's reports, exercises apart; points in order of seq. */
struct field {
	const struct event_group_rule *rule;
	struct cluster *cluster;
	struct point *points;
	size_t first, n, room; /* points[first..n) are there */
	uint64_t *versions;    /* by the lower half of a component's id */
	size_t n_versions;
	uint64_t version;
};

struct footprints {
	struct field *fields[EVENT_GROUPS][2];
};

struct footprints *
footprints_new(void)
{
	return calloc(1, sizeof(struct footprints));
}

static void
field_free(struct field *f)
{
	if (f != NULL) {
		cluster_free(f->cluster);
		free(f->points);
		free(f->versions);
		free(f);
	}
}

void
footprints_free(struct footprints *f)
{
	if (f != NULL) {
		for (int i = 0; i < 2 * EVENT_GROUPS; i++) {
			field_free(f->fields[i / 2][i % 2]);
		}
		free(f);
	}
}

static struct field *
field_new(enum event_group group)
{
	struct field *f = calloc(1, sizeof(*f));
	struct cluster_options options = {.arg = f};

	if (f == NULL) {
		return NULL;
	}
	f->rule = event_group_rule(group);
	options.eps_m = f->rule->eps_m;
	options.min_points = f->rule->min_points;
	f->cluster = cluster_new(&options);
	if (f->cluster == NULL) {
		free(f);
		return NULL;
	}
	return f;
}

/* ---- points come and go */

static int
make_room(struct field *f)
{
	size_t room = f->room == 0 ? 64 : 2 * f->room;
	struct point *points;

	if (f->first > f->n / 2) {
		f->n -= f->first;
		memmove(f->points, f->points + f->first, f->n * sizeof(f->points[0]));
		f->first = 0;
	}
	if (f->n < f->room) {
		return 0;
	}
	points = realloc(f->points, room * sizeof(points[0]));
	if (points == NULL) {
		return -ENOMEM;
	}
	f->points = points;
	f->room = room;
	return 0;
}

/* The component of a point that came, or is about to go, changes. */
static int
touch(struct field *f, uint32_t handle)
{
	uint64_t component = cluster_of(f->cluster, handle).component;
	size_t slot = (uint32_t)component;

	if (component == CLUSTER_NONE) {
		return 0;
	}
	if (slot >= f->n_versions) {
		size_t n = 2 * slot + 64;
		uint64_t *versions = realloc(f->versions, n * sizeof(versions[0]));

		if (versions == NULL) {
			return -ENOMEM;
		}
		memset(versions + f->n_versions, 0,
			(n - f->n_versions) * sizeof(versions[0]));
		f->versions = versions;
		f->n_versions = n;
	}
	f->versions[slot] = ++f->version;
	return 0;
}

/* The place of a report in order of seq, there or not. */
static size_t
place_of(const struct field *f, uint64_t seq)
{
	size_t low = f->first, high = f->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (f->points[middle].seq < seq) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low;
}

static const struct point *
find_point(const struct field *f, uint64_t seq)
{
	size_t at = place_of(f, seq);

	return at < f->n && f->points[at].seq == seq ? &f->points[at] : NULL;
}

/* Nearly always the last. */
static void
put_point(struct field *f, const struct point *point)
{
	size_t at = f->n;

	if (at > f->first && f->points[at - 1].seq > point->seq) {
		at = place_of(f, point->seq);
		memmove(f->points + at + 1, f->points + at,
			(f->n - at) * sizeof(f->points[0]));
	}
	f->points[at] = *point;
	f->n++;
}

static void
take_out(struct field *f, uint32_t handle)
{
	(void)touch(f, handle); /* it has a slot since it came */
	cluster_remove(f->cluster, handle);
}

int
footprints_add(struct footprints *f, const struct footprint_report *report)
{
	const struct hazard *hazard = hazard_by_number(report->hazard);
	struct field **field;
	struct point point = {report->seq, report->at_ms, report->at, 0};
	int r;

	if (hazard == NULL) {
		return 0;
	}
	field = &f->fields[hazard->group][report->exercise];
	if (*field == NULL) {
		*field = field_new(hazard->group);
	}
	if (*field == NULL || make_room(*field) != 0) {
		return -ENOMEM;
	}
	r = cluster_add((*field)->cluster, report->seq, report->at, &point.handle);
	if (r == 0) {
		put_point(*field, &point);
		r = touch(*field, point.handle);
	}
	return r;
}

void
footprints_drop(struct footprints *f, uint64_t seq)
{
	for (int i = 0; i < 2 * EVENT_GROUPS; i++) {
		struct field *field = f->fields[i / 2][i % 2];
		const struct point *point =
			field == NULL ? NULL : find_point(field, seq);

		if (point != NULL) {
			size_t at = (size_t)(point - field->points);

			take_out(field, point->handle);
			field->n--;
			memmove(field->points + at, field->points + at + 1,
				(field->n - at) * sizeof(field->points[0]));
		}
	}
}

static bool
expire(struct field *f, int64_t now_ms, size_t *most)
{
	int64_t window_ms = f->rule->window_h * INT64_C(3600000);

	while (f->first < f->n && f->points[f->first].at_ms + window_ms < now_ms) {
		uint32_t handle = f->points[f->first].handle;

		if (*most == 0) {
			return true;
		}
		(*most)--;
		f->first++;
		take_out(f, handle);
	}
	return false;
}

bool
footprints_expire(struct footprints *f, int64_t now_ms, size_t most)
{
	bool left = false;

	for (int i = 0; i < 2 * EVENT_GROUPS; i++) {
		if (f->fields[i / 2][i % 2] != NULL) {
			left |= expire(f->fields[i / 2][i % 2], now_ms, &most);
		}
	}
	return left;
}

size_t
footprints_points(const struct footprints *f)
{
	size_t n = 0;

	for (int i = 0; i < 2 * EVENT_GROUPS; i++) {
		n += f->fields[i / 2][i % 2] == NULL
			     ? 0
			     : cluster_points(f->fields[i / 2][i % 2]->cluster);
	}
	return n;
}

/* ---- finding */

bool
footprints_find(const struct footprints *f, const struct footprint_of *of,
	struct footprint *out)
{
	const struct field *field = f->fields[of->group][of->exercise];
	const struct point *anchor =
		field == NULL ? NULL : find_point(field, of->anchor);
	struct cluster_place place;
	size_t slot;

	if (anchor == NULL) {
		return false;
	}
	place = cluster_of(field->cluster, anchor->handle);
	if (!place.is_core) {
		return false;
	}
	slot = (uint32_t)place.component;
	out->component = place.component;
	out->version = slot < field->n_versions ? field->versions[slot] : 0;
	out->n_core = cluster_size(field->cluster, place.component);
	return true;
}

/* ---- one in each square */

struct square {
	int64_t x, y;
	uint64_t id; /* of the report that stands for it: the smallest; 0: empty */
	struct geo_point at;
};

struct grid {
	struct geo_point zero;
	double shrink;
	double grain_m;
	size_t n;
	struct square squares[SLOTS];
};

static void
put(struct grid *g, uint64_t id, struct geo_point at)
{
	double east_m = remainder(at.lon_deg - g->zero.lon_deg, 360) * metres_a_degree *
			g->shrink;
	double north_m = (at.lat_deg - g->zero.lat_deg) * metres_a_degree;
	int64_t x = (int64_t)floor(east_m / g->grain_m);
	int64_t y = (int64_t)floor(north_m / g->grain_m);
	uint64_t hash = (uint64_t)x * UINT64_C(0x9E3779B97F4A7C15) ^
			(uint64_t)y * UINT64_C(0xBF58476D1CE4E5B9);
	size_t slot = (hash >> 32) & (SLOTS - 1);

	while (g->squares[slot].id != 0 &&
		(g->squares[slot].x != x || g->squares[slot].y != y)) {
		slot = (slot + 1) & (SLOTS - 1);
	}
	if (g->squares[slot].id == 0) {
		g->n++;
	} else if (g->squares[slot].id < id) {
		return;
	}
	g->squares[slot] = (struct square){x, y, id, at};
}

/* Twice as wide: squares of four become one. */
static void
coarsen(struct grid *g)
{
	struct square kept[FOOTPRINT_POINTS + 1];
	size_t n = 0;

	for (size_t i = 0; i < SLOTS; i++) {
		if (g->squares[i].id != 0) {
			kept[n++] = g->squares[i];
		}
	}
	memset(g->squares, 0, sizeof(g->squares));
	g->n = 0;
	g->grain_m *= 2;
	for (size_t i = 0; i < n; i++) {
		put(g, kept[i].id, kept[i].at);
	}
}

static int
on_core(void *arg, uint64_t id, struct geo_point at, uint32_t handle)
{
	struct grid *g = arg;

	(void)handle;
	put(g, id, at);
	while (g->n > FOOTPRINT_POINTS) {
		coarsen(g);
	}
	return 0;
}

static int
compare(const void *a, const void *b)
{
	const struct square *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

/*
 * The plane's zero is a whole degree near the anchor, so that another anchor of
 * the same ground gives, but for the largest grounds, the same squares.
 */
void
footprints_draw(const struct footprints *f, const struct footprint_of *of,
	struct footprint *out)
{
	const struct field *field = f->fields[of->group][of->exercise];
	struct grid g = {.grain_m = field->rule->eps_m * grain_least};
	const struct point *anchor = find_point(field, of->anchor);

	g.zero.lat_deg = floor(anchor->at.lat_deg);
	g.zero.lon_deg = floor(anchor->at.lon_deg);
	g.shrink = fmax(0.01, cos(g.zero.lat_deg * M_PI / 180));
	(void)cluster_walk(field->cluster, out->component, on_core, &g);
	qsort(g.squares, SLOTS, sizeof(g.squares[0]), compare);
	out->n_points = g.n;
	for (size_t i = 0; i < g.n; i++) {
		out->points[i] = g.squares[SLOTS - g.n + i].at;
	}
	out->margin_m = field->rule->eps_m + M_SQRT2 * g.grain_m;
}
