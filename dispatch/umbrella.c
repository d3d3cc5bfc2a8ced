#include "dispatch/umbrella.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "dispatch/umbrella_internal.h"

enum {
	ROOM_FIRST = 64,
};

int
umbrella_make_room(void **items, size_t *room, size_t n, size_t item_bytes)
{
	size_t more = *room == 0 ? ROOM_FIRST : *room;
	void *grown;

	if (n <= *room) {
		return 0;
	}
	while (more < n) {
		more *= 2;
	}
	grown = realloc(*items, more * item_bytes);
	if (grown == NULL) {
		return -ENOMEM;
	}
	*items = grown;
	*room = more;
	return 0;
}

struct umbrellas *
umbrellas_new(const struct roster *roster)
{
	struct umbrellas *u = calloc(1, sizeof(*u));

	if (u == NULL) {
		return NULL;
	}
	u->roster = roster;
	u->clock_ms = INT64_MIN;
	TAILQ_INIT(&u->umbrellas);
	TAILQ_INIT(&u->told);
	TAILQ_INIT(&u->to_count);
	TAILQ_INIT(&u->gone);
	pool_init(&u->members, sizeof(struct umbrella_member));
	u->told_members = (struct umbrella_members){NO_MEMBER, NO_MEMBER};
	return u;
}

static void
field_free(struct umbrella_field *f)
{
	if (f == NULL) {
		return;
	}
	cluster_free(f->cluster);
	free(f->by_slot);
	free(f->news);
	free(f->touched);
	free(f->some);
	free(f);
}

void
umbrellas_free(struct umbrellas *u)
{
	struct umbrella *umbrella;

	if (u == NULL) {
		return;
	}
	while ((umbrella = TAILQ_FIRST(&u->umbrellas)) != NULL) {
		TAILQ_REMOVE(&u->umbrellas, umbrella, link);
		free(umbrella);
	}
	umbrella_members_fini(u);
	for (int group = 0; group < EVENT_GROUPS; group++) {
		field_free(u->fields[group][0]);
		field_free(u->fields[group][1]);
	}
	table_fini(&u->by_anchor);
	free(u->due);
	free(u);
}

struct umbrella_field *
umbrella_field_for(struct umbrellas *u, enum event_group group, bool exercise)
{
	struct umbrella_field *f = u->fields[group][exercise];
	struct cluster_options options = {.notify = umbrella_on_news,
		.touch = umbrella_on_touch,
		.extra_bytes = sizeof(struct umbrella_point)};

	if (f != NULL) {
		return f;
	}
	f = calloc(1, sizeof(*f));
	if (f == NULL) {
		return NULL;
	}
	f->all = u;
	f->group = group;
	f->exercise = exercise;
	f->rule = event_group_rule(group);
	f->oldest = f->newest = f->last_late = NO_POINT;
	options.eps_m = f->rule->eps_m;
	options.min_points = f->rule->min_points;
	options.arg = f;
	f->cluster = cluster_new(&options);
	if (f->cluster == NULL) {
		field_free(f);
		return NULL;
	}
	u->fields[group][exercise] = f;
	return f;
}

/* ---- the order of points */

static bool
is_before(const struct umbrella_field *f, int64_t a, int64_t b)
{
	const struct umbrella_point *p = point_of(f, a);
	const struct umbrella_point *q = point_of(f, b);

	return p->arrival_ms != q->arrival_ms ? p->arrival_ms < q->arrival_ms
					      : umbrella_seq(f, a) < umbrella_seq(f, b);
}

/* Links a point in; a late one is looked for from where the last of those went. */
static void
put_in_order(struct umbrella_field *f, int64_t at)
{
	struct umbrella_point *p = point_of(f, at);
	int64_t before = f->newest;

	if (before != NO_POINT && is_before(f, at, before) &&
		f->last_late != NO_POINT) {
		before = f->last_late;
	}
	while (before != NO_POINT && is_before(f, at, before)) {
		before = point_of(f, before)->older;
	}
	while (before != NO_POINT && point_of(f, before)->newer != NO_POINT &&
		!is_before(f, at, point_of(f, before)->newer)) {
		before = point_of(f, before)->newer;
	}
	p->older = (int32_t)before;
	p->newer = before == NO_POINT ? (int32_t)f->oldest : point_of(f, before)->newer;
	if (p->newer == NO_POINT) {
		f->newest = at;
	} else {
		point_of(f, p->newer)->older = (int32_t)at;
		f->last_late = at;
	}
	if (before == NO_POINT) {
		f->oldest = at;
	} else {
		point_of(f, before)->newer = (int32_t)at;
	}
}

static void
take_from_order(struct umbrella_field *f, int64_t at)
{
	struct umbrella_point *p = point_of(f, at);

	if (p->older == NO_POINT) {
		f->oldest = p->newer;
	} else {
		point_of(f, p->older)->newer = p->newer;
	}
	if (p->newer == NO_POINT) {
		f->newest = p->older;
	} else {
		point_of(f, p->newer)->older = p->older;
	}
	if (f->last_late == at) {
		f->last_late = p->newer; /* the oldest go: those behind it stay near */
	}
}

/* ---- points */

static void
begin_change(struct umbrella_field *f)
{
	for (size_t i = 0; i < f->n_touched; i++) {
		point_of(f, f->touched[i])->is_touched = false;
	}
	f->n_news = 0;
	f->n_touched = 0;
	f->short_of_memory = false;
}

static void
give_to_member(struct umbrella_field *f, struct umbrella_member *m, int64_t at)
{
	m->n_reports++;
	if (m->newest == NO_POINT || is_before(f, m->newest, at)) {
		m->newest = (int32_t)at;
	}
	if (m->label != NULL) {
		umbrella_is_stale(m->label);
	}
}

static int
add_point(struct umbrella_field *f, struct umbrella_member *m,
	const struct umbrella_report *report)
{
	struct umbrellas *u = f->all;
	struct umbrella_point *p;
	uint32_t handle;
	int fault;

	begin_change(f);
	fault = cluster_add(f->cluster, report->seq, report->at, &handle);
	if (fault < 0 || f->short_of_memory) {
		return -ENOMEM;
	}
	assert(handle <= INT32_MAX);
	/* It may have been touched already. */
	p = point_of(f, handle);
	p->number = report->number & (UINT64_MAX >> 2);
	p->is_spot = report->is_spot;
	p->arrival_ms = report->arrival_ms;
	p->member = member_number(u, m);
	put_in_order(f, handle);
	give_to_member(f, m, handle);
	if (u->stage == UMBRELLA_FILLING) {
		struct umbrella *anchored = table_find(&u->by_anchor, report->seq);

		if (anchored != NULL && anchored->field == f) {
			anchored->anchor_point = handle;
			p->anchors = anchored;
		}
		return 0;
	}
	fault = umbrella_follow_change(f, NULL);
	/* What was touched has its label by now. */
	if (fault == 0 && (!p->is_touched || m->newest != (int32_t)handle)) {
		umbrella_relabel(m);
	}
	return fault;
}

/* Of those a member still has. */
static int64_t
newest_of(const struct umbrella_field *f, const struct umbrella_member *m)
{
	uint32_t number = member_number(f->all, m);
	int64_t at = m->n_reports == 0 ? NO_POINT : f->newest;

	while (at != NO_POINT && point_of(f, at)->member != number) {
		at = point_of(f, at)->older;
	}
	return at;
}

/* A member without a point of its own any more has no umbrella. */
static void
take_from_member(struct umbrella_field *f, struct umbrella_member *m, int64_t at)
{
	m->n_reports--;
	if (m->label != NULL) {
		umbrella_is_stale(m->label);
	}
	if (m->newest == at) {
		m->newest = (int32_t)newest_of(f, m);
		if (f->all->stage != UMBRELLA_FILLING) {
			umbrella_relabel(m);
		}
	}
}

void
umbrella_give_point(struct umbrella_field *f, int64_t at, struct umbrella_member *to)
{
	struct umbrella_member *from = member_of(f->all, point_of(f, at)->member);

	point_of(f, at)->member = member_number(f->all, to);
	take_from_member(f, from, at);
	give_to_member(f, to, at);
	if (f->all->stage != UMBRELLA_FILLING) {
		umbrella_relabel(to);
	}
}

/* Points go in this order: what the next ones need is fetched meanwhile. */
static void
fetch_next(const struct umbrella_field *f, int64_t at)
{
	const struct umbrellas *u = f->all;

	for (unsigned ahead = 1; ahead <= CLUSTER_AHEAD_MOST; ahead++) {
		at = point_of(f, at)->newer;
		if (at == NO_POINT) {
			break;
		}
		cluster_fetch(f->cluster, (uint32_t)at, ahead);
		if (ahead == CLUSTER_AHEAD_MOST - 1) {
			__builtin_prefetch(member_of(u, point_of(f, at)->member));
		} else if (ahead == CLUSTER_AHEAD_MOST - 2) {
			umbrella_member_fetch(u, point_of(f, at)->member);
		}
	}
}

int
umbrella_drop_point(struct umbrella_field *f, int64_t at)
{
	bool is_filling = f->all->stage == UMBRELLA_FILLING;
	struct umbrella_point *p = point_of(f, at);
	struct umbrella_member *m = member_of(f->all, p->member);
	struct umbrella *lost = p->anchors;

	begin_change(f);
	fetch_next(f, at);
	take_from_order(f, at);
	take_from_member(f, m, at);
	if (lost != NULL) {
		lost->anchor_point = NO_POINT;
	}
	p->member = NO_MEMBER;
	p->anchors = NULL;
	cluster_remove(f->cluster, (uint32_t)at);
	if (is_filling) {
		return 0;
	}
	return f->short_of_memory ? -ENOMEM : umbrella_follow_change(f, lost);
}

/* Until when this field's points may run out: no more than a slice of them does. */
static int64_t
slice_of_field_ms(const struct umbrella_field *f, int64_t now_ms)
{
	int64_t window_ms = umbrella_window_ms(f);
	int64_t at = f->oldest;
	int64_t first_ms, then_ms;

	for (int i = 0;
		at != NO_POINT && point_of(f, at)->arrival_ms + window_ms < now_ms;
		i++) {
		if (i == UMBRELLA_SLICE) {
			/* Those of one moment go together. */
			first_ms = point_of(f, f->oldest)->arrival_ms + window_ms;
			then_ms = point_of(f, at)->arrival_ms + window_ms;
			return then_ms > first_ms ? then_ms : then_ms + 1;
		}
		at = point_of(f, at)->newer;
	}
	return now_ms;
}

static int
expire_field(struct umbrella_field *f, int64_t now_ms)
{
	int fault = 0;

	while (fault == 0 && f->oldest != NO_POINT &&
		point_of(f, f->oldest)->arrival_ms + umbrella_window_ms(f) < now_ms) {
		fault = umbrella_drop_point(f, f->oldest);
	}
	return fault;
}

int
umbrella_expire(struct umbrellas *u, int64_t now_ms)
{
	int64_t slice_ms = now_ms;
	int fault = 0;

	/* Set back: what is gone stays gone, what comes now counts. */
	for (int k = 0; now_ms > u->clock_ms && k < 2 * EVENT_GROUPS; k++) {
		if (u->fields[k / 2][k % 2] != NULL) {
			slice_ms = slice_of_field_ms(u->fields[k / 2][k % 2], slice_ms);
		}
	}
	u->some_left = slice_ms < now_ms;
	if (now_ms <= u->clock_ms) {
		u->clock_ms = now_ms;
		return 0;
	}
	u->clock_ms = slice_ms;
	for (int k = 0; fault == 0 && k < 2 * EVENT_GROUPS; k++) {
		if (u->fields[k / 2][k % 2] != NULL) {
			fault = expire_field(u->fields[k / 2][k % 2], slice_ms);
		}
	}
	return fault < 0 ? fault : u->some_left;
}

int
umbrella_put_report(struct umbrellas *u, const struct umbrella_report *report)
{
	int64_t clock_ms = u->stage == UMBRELLA_FILLING
				   ? umbrella_past_ms(u, report->seq)
				   : u->clock_ms;
	struct umbrella_member *m;
	int fault = 0;

	if (!report->placed) {
		return 0;
	}
	m = umbrella_member_for(u, report->incident, &fault);
	if (m == NULL || report->arrival_ms + umbrella_window_ms(m->field) < clock_ms) {
		return fault;
	}
	return add_point(m->field, m, report);
}

/* ---- current */

int
umbrellas_take(struct umbrellas *u, const struct umbrella_report *report,
	int64_t now_ms, uint64_t last_seq)
{
	int fault;

	assert(u->stage == UMBRELLA_CURRENT);
	u->now_ms = now_ms;
	u->last_seq = last_seq;
	u->cause_seq = report == NULL ? last_seq : report->seq - 1;
	fault = umbrella_expire(u, now_ms);
	if (fault == 1 && report != NULL) {
		u->stage = UMBRELLA_REPLAYING;
		u->followed_seq = u->lapsed_seq = report->seq - 1;
	}
	if (fault == 0 && report != NULL) {
		u->cause_seq = last_seq;
		fault = umbrella_add_report(u, report);
	}
	return fault;
}

uint64_t
umbrellas_followed(const struct umbrellas *u)
{
	return u->lapsed_seq;
}

bool
umbrellas_have_more(const struct umbrellas *u)
{
	return u->stage != UMBRELLA_CURRENT || u->some_left;
}

void
umbrellas_note(struct umbrellas *u, const struct incident *incident)
{
	struct umbrella_member *m = umbrella_member_of(u, incident);

	if (m != NULL && m->label != NULL) {
		umbrella_is_stale(m->label);
	}
}

uint64_t
umbrellas_of(const struct umbrellas *u, uint64_t incident)
{
	const struct umbrella_member *m = umbrella_member_find(u, incident);

	return m == NULL || m->label == NULL ? 0 : m->label->id;
}

void
umbrellas_figures(const struct umbrellas *u, struct umbrella_figures *out)
{
	const struct umbrella *umbrella;

	*out = (struct umbrella_figures){.lost = u->n_lost};
	for (int group = 0; group < EVENT_GROUPS; group++) {
		const struct umbrella_field *f = u->fields[group][false];

		out->points += f == NULL ? 0 : cluster_points(f->cluster);
	}
	TAILQ_FOREACH (umbrella, &u->umbrellas, link) {
		bool is_open = umbrella->status ==
			       VEDETTA__V1__UMBRELLA_STATUS__UMBRELLA_STATUS_OPEN;
		bool is_drill = umbrella->field->exercise;

		out->open += is_open && !is_drill;
		out->maxi += is_open && !is_drill && umbrella->maxi;
		out->drills += is_open && is_drill;
	}
}
