#include "server/umbrella_scope.h"

#include <errno.h>
#include <stdlib.h>

#include "geo/measure.h"
#include "proto/stamp.h"

enum {
	CLASSES = 5,
};

/* One umbrella, as it is counted. */
struct seen {
	uint64_t id;
	size_t index; /* among those given */
	uint32_t incidents, reports;
	uint32_t classes[CLASSES + 1];
	int64_t first_ms, last_ms;
	size_t n_points;
	double south, west, north, east; /* west of 0 after 180 when it `turns` */
	bool turns;
};

/* What is told of one, in one piece. */
struct copy {
	Vedetta__V1__Umbrella umbrella;
	Vedetta__V1__ClassCount counts[CLASSES];
	Vedetta__V1__ClassCount *list[CLASSES];
	Vedetta__V1__Box box;
	Vedetta__V1__Point centre;
	Google__Protobuf__Timestamp first, last;
};

static int
compare(const void *a, const void *b)
{
	const struct seen *left = a, *right = b;

	return left->id < right->id ? -1 : left->id > right->id;
}

static void
take_point(struct seen *s, struct geo_point at)
{
	double lon = s->turns && at.lon_deg < 0 ? at.lon_deg + 360 : at.lon_deg;

	if (s->n_points++ == 0) {
		s->south = s->north = at.lat_deg;
		s->west = s->east = lon;
		return;
	}
	s->south = at.lat_deg < s->south ? at.lat_deg : s->south;
	s->north = at.lat_deg > s->north ? at.lat_deg : s->north;
	s->west = lon < s->west ? lon : s->west;
	s->east = lon > s->east ? lon : s->east;
}

static void
count(struct seen *s, const struct filter_facts *facts)
{
	s->incidents++;
	s->reports += facts->reports;
	s->classes[facts->class_no <= CLASSES ? facts->class_no : CLASSES]++;
	if (s->first_ms == 0 || facts->opened_ms < s->first_ms) {
		s->first_ms = facts->opened_ms;
	}
	if (facts->last_report_ms > s->last_ms) {
		s->last_ms = facts->last_report_ms;
	}
	if (facts->has_point && !facts->unplaced) {
		take_point(s, facts->point);
	}
}

bool
umbrella_scope_shows(const struct scope *scope, const struct filter_facts *facts)
{
	return facts->umbrella != 0 && facts->silent_of == 0 &&
	       (scope == NULL ||
		       scope_sees(scope, facts->areas, facts->wide, facts->unassigned));
}

static void
count_all(const struct board *board, const struct scope *scope, struct seen *seen,
	size_t n)
{
	for (size_t i = 0; n > 0 && i < board_count(board); i++) {
		const struct filter_facts *facts = &board_at(board, i)->facts;
		const struct seen key = {.id = facts->umbrella};
		struct seen *s;

		if (!umbrella_scope_shows(scope, facts)) {
			continue;
		}
		s = bsearch(&key, seen, n, sizeof(seen[0]), compare);
		if (s != NULL) {
			count(s, facts);
		}
	}
}

/* ---- the copies */

static double
wrapped(double lon)
{
	return lon > 180 ? lon - 360 : lon;
}

static void
tell_ground(const struct seen *s, struct copy *c)
{
	struct geo_point corner = {s->south, wrapped(s->west)};
	struct geo_point other = {s->north, wrapped(s->east)};

	c->umbrella.box = NULL;
	c->umbrella.centre = NULL;
	c->umbrella.span_m = 0;
	if (s->n_points == 0) {
		return;
	}
	vedetta__v1__box__init(&c->box);
	c->box.south_deg = s->south;
	c->box.north_deg = s->north;
	c->box.west_deg = corner.lon_deg;
	c->box.east_deg = other.lon_deg;
	vedetta__v1__point__init(&c->centre);
	c->centre.lat_deg = (s->south + s->north) / 2;
	c->centre.lon_deg = wrapped((s->west + s->east) / 2);
	c->umbrella.box = &c->box;
	c->umbrella.centre = &c->centre;
	c->umbrella.span_m = measure_distance_m(corner, other);
}

static void
tell(const struct seen *s, struct copy *c)
{
	c->umbrella.incidents = s->incidents;
	c->umbrella.reports = s->reports;
	c->umbrella.classes = c->list;
	c->umbrella.n_classes = 0;
	for (uint32_t class_no = 1; class_no <= CLASSES; class_no++) {
		size_t n = c->umbrella.n_classes;

		if (s->classes[class_no] > 0) {
			vedetta__v1__class_count__init(&c->counts[n]);
			c->counts[n].class_ = class_no;
			c->counts[n].incidents = s->classes[class_no];
			c->list[n] = &c->counts[n];
			c->umbrella.n_classes++;
		}
	}
	c->first = stamp_of_ms(s->first_ms);
	c->last = stamp_of_ms(s->last_ms);
	c->umbrella.first_at = &c->first;
	c->umbrella.last_report_at = &c->last;
	tell_ground(s, c);
}

int
umbrella_scope_narrow(const struct board *board, const struct scope *scope,
	struct arena *arena, Vedetta__V1__Umbrella **umbrellas, size_t *n)
{
	struct seen *seen;
	size_t kept = 0;

	if (scope == NULL || *n == 0) {
		return 0;
	}
	seen = arena_alloc(arena, *n * sizeof(seen[0]));
	if (seen == NULL) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < *n; i++) {
		const Vedetta__V1__Box *box = umbrellas[i]->box;

		seen[i] = (struct seen){.id = umbrellas[i]->id,
			.index = i,
			.turns = box != NULL && box->east_deg < box->west_deg};
	}
	qsort(seen, *n, sizeof(seen[0]), compare);
	count_all(board, scope, seen, *n);
	for (size_t i = 0; i < *n; i++) {
		const struct seen key = {.id = umbrellas[i]->id};
		const struct seen *s =
			bsearch(&key, seen, *n, sizeof(seen[0]), compare);
		struct copy *c;

		if (s->incidents == 0) {
			continue;
		}
		c = arena_alloc(arena, sizeof(*c));
		if (c == NULL) {
			return -ENOMEM;
		}
		c->umbrella = *umbrellas[i];
		tell(s, c);
		umbrellas[kept++] = &c->umbrella;
	}
	*n = kept;
	return 0;
}
