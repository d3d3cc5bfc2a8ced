#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "dispatch/umbrella_internal.h"
#include "geo/measure.h"
#include "proto/stamp.h"
#include "vedetta/v1/umbrella.pb-c.h"

enum {
	COUNTED_A_TICK = 50000, /* incidents */
	TAGGED_A_TICK = 5000,
	UMBRELLAS_A_TIME = 128, /* of one message */
	LABELS_A_TIME = 1024,
	/* Of the limits that made it maxi, below which it is that no longer. */
	MAXI_KEPT_PERCENT = 80,
};

/* ---- what happened */

void
umbrella_is_stale(struct umbrella *umbrella)
{
	if (!umbrella->is_stale && umbrella->status == IS_OPEN) {
		umbrella->is_stale = true;
		TAILQ_INSERT_TAIL(&umbrella->field->all->to_count, umbrella, other);
	}
}

static void
is_new(struct umbrella *umbrella)
{
	struct umbrellas *u = umbrella->field->all;

	if (umbrella->is_counted) {
		TAILQ_REMOVE(&u->told, umbrella, told);
	}
	umbrella->is_counted = true;
	umbrella->version = ++u->version;
	TAILQ_INSERT_TAIL(&u->told, umbrella, told);
}

/* The one that is gone longest. */
static void
forget_gone(struct umbrellas *u)
{
	struct umbrella *umbrella = TAILQ_FIRST(&u->gone);

	TAILQ_REMOVE(&u->gone, umbrella, other);
	TAILQ_REMOVE(&u->told, umbrella, told);
	TAILQ_REMOVE(&u->umbrellas, umbrella, link);
	free(umbrella);
	u->n_gone--;
}

void
umbrella_is_gone(struct umbrella *umbrella)
{
	struct umbrellas *u = umbrella->field->all;

	if (umbrella->is_stale) {
		umbrella->is_stale = false;
		TAILQ_REMOVE(&u->to_count, umbrella, other);
	}
	is_new(umbrella);
	TAILQ_INSERT_TAIL(&u->gone, umbrella, other);
	u->n_gone++;
}

void
umbrella_member_is_new(struct umbrella_member *m)
{
	struct umbrellas *u = m->field->all;

	if (m->version != 0) {
		umbrella_members_take(u, &u->told_members, UMBRELLA_TOLD, m);
	}
	m->version = ++u->version;
	umbrella_members_put(u, &u->told_members, UMBRELLA_TOLD, m);
}

/* ---- figures */

/* A box that grows, in degrees east of its first point. */
struct bounds {
	struct geo_point first;
	double south, north, west, east;
	double sum_lat, sum_lon;
	size_t n;
};

static void
take_in(struct bounds *b, struct geo_point at)
{
	double lon;

	if (b->n++ == 0) {
		*b = (struct bounds){.first = at,
			.south = at.lat_deg,
			.north = at.lat_deg,
			.sum_lat = at.lat_deg,
			.n = 1};
		return;
	}
	lon = remainder(at.lon_deg - b->first.lon_deg, 360);
	b->south = fmin(b->south, at.lat_deg);
	b->north = fmax(b->north, at.lat_deg);
	b->west = fmin(b->west, lon);
	b->east = fmax(b->east, lon);
	b->sum_lat += at.lat_deg;
	b->sum_lon += lon;
}

static void
set_box(struct umbrella *umbrella, const struct bounds *b)
{
	double lon = b->first.lon_deg;
	double n = (double)b->n;

	umbrella->has_box = b->n > 0;
	umbrella->span_m = 0;
	if (b->n == 0) {
		return;
	}
	umbrella->south_west =
		(struct geo_point){b->south, remainder(lon + b->west, 360)};
	umbrella->north_east =
		(struct geo_point){b->north, remainder(lon + b->east, 360)};
	umbrella->centre = (struct geo_point){
		b->sum_lat / n, remainder(lon + b->sum_lon / n, 360)};
	umbrella->span_m =
		measure_distance_m(umbrella->south_west, umbrella->north_east);
}

static bool
is_maxi(const struct umbrella *umbrella)
{
	double part = umbrella->maxi ? MAXI_KEPT_PERCENT / 100.0 : 1;

	return umbrella->n_incidents > part * UMBRELLA_MAXI_INCIDENTS ||
	       umbrella->span_m > part * UMBRELLA_MAXI_SPAN_M;
}

static size_t
count(struct umbrella *umbrella)
{
	const struct umbrellas *u = umbrella->field->all;
	const struct umbrella_member *m;
	struct bounds bounds = {.n = 0};
	size_t n = 0;

	umbrella->n_incidents = umbrella->n_reports = 0;
	for (int class_no = 0; class_no < 6; class_no++) {
		umbrella->n_by_class[class_no] = 0;
	}
	umbrella->first_ms = INT64_MAX;
	umbrella->last_ms = umbrella->opened_ms;
	for (m = member_of(u, umbrella->members.first); m != NULL;
		m = member_of(u, m->links[UMBRELLA_ITS_OWN].next)) {
		int64_t last_ms = point_of(umbrella->field, m->newest)->arrival_ms;
		const struct incident *i = m->incident;

		n++;
		if (!umbrella_member_is_open(m)) {
			continue;
		}
		umbrella->n_incidents++;
		umbrella->n_reports += m->n_reports;
		umbrella->n_by_class[i->class_no < 6 ? i->class_no : 0]++;
		umbrella->first_ms = i->opened_ms < umbrella->first_ms
					     ? i->opened_ms
					     : umbrella->first_ms;
		umbrella->last_ms =
			last_ms > umbrella->last_ms ? last_ms : umbrella->last_ms;
		if (umbrella_member_has_place(m)) {
			take_in(&bounds, i->point);
		}
	}
	if (umbrella->first_ms == INT64_MAX) {
		umbrella->first_ms = umbrella->opened_ms;
	}
	set_box(umbrella, &bounds);
	umbrella->maxi = is_maxi(umbrella);
	return n;
}

static void
count_some(struct umbrellas *u)
{
	struct umbrella *umbrella;
	size_t n = 0;

	while (u->n_gone > UMBRELLA_GONE_MOST) {
		forget_gone(u);
	}
	while (n < COUNTED_A_TICK && (umbrella = TAILQ_FIRST(&u->to_count)) != NULL) {
		TAILQ_REMOVE(&u->to_count, umbrella, other);
		umbrella->is_stale = false;
		n += 1 + count(umbrella);
		is_new(umbrella);
	}
}

/* Goes round all incidents, a part of them each time. */
static void
tag_some(struct umbrellas *u)
{
	for (size_t i = 0; i < TAGGED_A_TICK; i++) {
		if (u->next_to_tag == u->members.top) {
			u->next_to_tag = 0;
			if (i > 0 || u->members.top == 0) {
				return; /* all of them, in this tick */
			}
		}
		umbrella_tag(member_of(u, u->next_to_tag++));
	}
}

void
umbrellas_tick(struct umbrellas *u)
{
	if (u->stage == UMBRELLA_CURRENT) {
		count_some(u);
		tag_some(u);
		u->tellable = u->version;
	}
}

/* ---- telling */

/* All that one umbrella is told with: one allocation. */
struct told_umbrella {
	Vedetta__V1__Umbrella umbrella;
	Vedetta__V1__ClassCount counts[5];
	Vedetta__V1__ClassCount *count_list[5];
	Google__Protobuf__Timestamp since, first_at, last_at, ended_at;
	Vedetta__V1__Box box;
	Vedetta__V1__Point centre;
};

static void
write_figures(const struct umbrella *from, struct told_umbrella *t)
{
	Vedetta__V1__Umbrella *to = &t->umbrella;

	to->maxi = from->maxi;
	to->grouped = from->maxi;
	to->incidents = from->n_incidents;
	to->reports = from->n_reports;
	to->classes = t->count_list;
	for (uint32_t class_no = 1; class_no <= 5; class_no++) {
		Vedetta__V1__ClassCount *one = &t->counts[to->n_classes];

		if (from->n_by_class[class_no] > 0) {
			*one = (Vedetta__V1__ClassCount)VEDETTA__V1__CLASS_COUNT__INIT;
			one->class_ = class_no;
			one->incidents = from->n_by_class[class_no];
			t->count_list[to->n_classes++] = one;
		}
	}
	t->first_at = stamp_of_ms(from->first_ms);
	to->first_at = &t->first_at;
	t->last_at = stamp_of_ms(from->last_ms);
	to->last_report_at = &t->last_at;
	if (from->has_box) {
		t->box = (Vedetta__V1__Box)VEDETTA__V1__BOX__INIT;
		t->box.south_deg = from->south_west.lat_deg;
		t->box.west_deg = from->south_west.lon_deg;
		t->box.north_deg = from->north_east.lat_deg;
		t->box.east_deg = from->north_east.lon_deg;
		to->box = &t->box;
		t->centre = (Vedetta__V1__Point)VEDETTA__V1__POINT__INIT;
		t->centre.lat_deg = from->centre.lat_deg;
		t->centre.lon_deg = from->centre.lon_deg;
		to->centre = &t->centre;
		to->span_m = from->span_m;
	}
}

static Vedetta__V1__Umbrella *
write_umbrella(const struct umbrella *from, struct arena *arena)
{
	struct told_umbrella *t = arena_alloc(arena, sizeof(*t));
	Vedetta__V1__Umbrella *to;

	if (t == NULL) {
		return NULL;
	}
	to = &t->umbrella;
	*to = (Vedetta__V1__Umbrella)VEDETTA__V1__UMBRELLA__INIT;
	to->id = from->id;
	to->event_group = (char *)event_group_name(from->field->group);
	to->exercise = from->field->exercise;
	to->status = (Vedetta__V1__UmbrellaStatus)from->status;
	to->merged_into = from->merged_into;
	t->since = stamp_of_ms(from->opened_ms);
	to->since = &t->since;
	if (from->status == IS_OPEN) {
		write_figures(from, t);
	} else {
		t->ended_at = stamp_of_ms(from->ended_ms);
		to->ended_at = &t->ended_at;
	}
	return to;
}

static Vedetta__V1__UmbrellaLabel *
write_label(const struct umbrella_member *m, struct arena *arena)
{
	struct told_label {
		Vedetta__V1__UmbrellaLabel label;
		uint64_t tags[UMBRELLA_TAGS_MOST];
	} *t = arena_alloc(arena, sizeof(*t));

	if (t == NULL) {
		return NULL;
	}
	t->label = (Vedetta__V1__UmbrellaLabel)VEDETTA__V1__UMBRELLA_LABEL__INIT;
	t->label.incident_id = m->incident->id;
	t->label.umbrella_id = m->label == NULL ? 0 : m->label->id;
	t->label.n_tags = m->tags == NULL ? 0 : m->tags->n;
	t->label.tags = t->tags;
	for (size_t i = 0; i < t->label.n_tags; i++) {
		t->tags[i] = m->tags->ids[i];
	}
	return &t->label;
}

/* Umbrellas behind the cursor, from the end back to where it stands. */
static int
tell_umbrellas(const struct umbrellas *u, struct umbrella_cursor *c,
	struct arena *arena, Vedetta__V1__UmbrellaStates *out)
{
	const struct umbrella *at = TAILQ_LAST(&u->told, umbrella_list);

	while (at != NULL && at->version > c->umbrellas) {
		const struct umbrella *before = TAILQ_PREV(at, umbrella_list, told);

		if (before == NULL || before->version <= c->umbrellas) {
			break;
		}
		at = before;
	}
	for (; at != NULL && at->version > c->umbrellas && at->version <= u->tellable &&
		out->n_umbrellas < UMBRELLAS_A_TIME;
		at = TAILQ_NEXT(at, told)) {
		out->umbrellas[out->n_umbrellas] = write_umbrella(at, arena);
		if (out->umbrellas[out->n_umbrellas] == NULL) {
			return -ENOMEM;
		}
		out->n_umbrellas++;
		c->umbrellas = at->version;
	}
	return 0;
}

/*
 * The first label behind the cursor. Mostly the one told last stands where it
 * stood; or else it is looked for from the end.
 */
static const struct umbrella_member *
next_label(const struct umbrellas *u, const struct umbrella_cursor *c)
{
	const struct umbrella_member *at;

	if (c->labels == 0) {
		return member_of(u, u->told_members.first);
	}
	at = member_of(u, c->label);
	if (at->version == c->labels) {
		return member_of(u, at->links[UMBRELLA_TOLD].next);
	}
	at = member_of(u, u->told_members.last);
	while (at != NULL && at->version > c->labels) {
		const struct umbrella_member *before =
			member_of(u, at->links[UMBRELLA_TOLD].prev);

		if (before == NULL || before->version <= c->labels) {
			break;
		}
		at = before;
	}
	return at;
}

static int
tell_labels(const struct umbrellas *u, struct umbrella_cursor *c, struct arena *arena,
	Vedetta__V1__UmbrellaStates *out)
{
	const struct umbrella_member *at = next_label(u, c);

	for (; at != NULL && at->version > c->labels && at->version <= u->tellable &&
		out->n_labels < LABELS_A_TIME;
		at = member_of(u, at->links[UMBRELLA_TOLD].next)) {
		out->labels[out->n_labels] = write_label(at, arena);
		if (out->labels[out->n_labels] == NULL) {
			return -ENOMEM;
		}
		out->n_labels++;
		c->labels = at->version;
		c->label = member_number(u, at);
	}
	return 0;
}

int
umbrellas_tell(const struct umbrellas *u, struct umbrella_cursor *c,
	struct arena *arena, Vedetta__V1__UmbrellaStates *out)
{
	struct umbrella_cursor next = *c;
	bool current = u->stage == UMBRELLA_CURRENT;
	int fault = 0;

	*out = (Vedetta__V1__UmbrellaStates)VEDETTA__V1__UMBRELLA_STATES__INIT;
	out->umbrellas = arena_alloc(arena, UMBRELLAS_A_TIME * sizeof(*out->umbrellas));
	out->labels = arena_alloc(arena, LABELS_A_TIME * sizeof(*out->labels));
	if (out->umbrellas == NULL || out->labels == NULL) {
		return -ENOMEM;
	}
	out->full = !c->began;
	out->rebuilding = !current;
	if (current) {
		fault = tell_umbrellas(u, &next, arena, out);
	}
	if (current && fault == 0) {
		fault = tell_labels(u, &next, arena, out);
	}
	if (fault < 0) {
		return fault;
	}
	next.began = true;
	next.current = current;
	if (c->began && c->current == current && out->n_umbrellas == 0 &&
		out->n_labels == 0) {
		return 0;
	}
	*c = next;
	return 1;
}
