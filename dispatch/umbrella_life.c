/*
 * What the cluster says of a change becomes the life of umbrellas. The order of
 * all that comes of one change is made here, by rules that need nothing but the
 * points and the umbrellas: the cluster's own order depends on what it went
 * through, and after a restart that is something else.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "dispatch/umbrella_internal.h"

/* A component that is looked at: of a birth or a split. */
struct part {
	uint64_t component;
	size_t size;
	bool has_anchor;
	int64_t newest;     /* of its core points, NO_POINT: never mind; */
	int64_t arrival_ms; /* when that came, */
	uint64_t seq;       /* and its row */
};

void
umbrella_on_news(void *arg, const struct cluster_news *news)
{
	struct umbrella_field *f = arg;

	if (f->all->stage == UMBRELLA_FILLING) {
		return;
	}
	if (umbrella_make_room((void **)&f->news, &f->room_news, f->n_news + 1,
		    sizeof(*f->news)) < 0) {
		f->short_of_memory = true;
		return;
	}
	f->news[f->n_news++] = *news;
}

void
umbrella_on_touch(void *arg, uint32_t handle)
{
	struct umbrella_field *f = arg;

	if (f->all->stage == UMBRELLA_FILLING || point_of(f, handle)->is_touched) {
		return;
	}
	if (umbrella_make_room((void **)&f->touched, &f->room_touched, f->n_touched + 1,
		    sizeof(*f->touched)) < 0) {
		f->short_of_memory = true;
		return;
	}
	point_of(f, handle)->is_touched = true;
	f->touched[f->n_touched++] = handle;
}

/* ---- births and ends */

int
umbrella_give_component(
	struct umbrella_field *f, uint64_t component, struct umbrella *to)
{
	size_t room = f->room_slots;
	int fault = umbrella_make_room((void **)&f->by_slot, &f->room_slots,
		(size_t)(uint32_t)component + 1, sizeof(*f->by_slot));

	if (fault < 0) {
		return fault;
	}
	for (; room < f->room_slots; room++) {
		f->by_slot[room] = NULL;
	}
	*umbrella_of_component(f, component) = to;
	to->component = component;
	return 0;
}

int
umbrella_bear(struct umbrella_field *f, uint64_t component, int64_t anchor,
	Vedetta__V1__UmbrellaEvent event, uint64_t other)
{
	struct umbrellas *u = f->all;
	struct umbrella *umbrella = calloc(1, sizeof(*umbrella));
	int fault;

	if (umbrella == NULL) {
		return -ENOMEM;
	}
	umbrella->field = f;
	umbrella->anchor_point = NO_POINT;
	umbrella->opened_ms = u->clock_ms;
	umbrella->status = IS_OPEN;
	umbrella->members = (struct umbrella_members){NO_MEMBER, NO_MEMBER};
	TAILQ_INSERT_TAIL(&u->umbrellas, umbrella, link);
	umbrella_set_anchor(umbrella, anchor);
	fault = umbrella_give_component(f, component, umbrella);
	if (fault == 0) {
		fault = umbrella_put_row(umbrella, event, other);
	}
	umbrella_is_stale(umbrella);
	return fault;
}

/* Its members are relabelled by whoever ends it. */
int
umbrella_end(struct umbrella *umbrella, Vedetta__V1__UmbrellaEvent event,
	struct umbrella *into)
{
	int fault;

	umbrella->status = into != NULL ? IS_MERGED : IS_ENDED;
	umbrella->merged_into = into != NULL ? into->id : 0;
	umbrella->ended_ms = umbrella->field->all->clock_ms;
	umbrella->component = CLUSTER_NONE;
	umbrella_set_anchor(umbrella, NO_POINT);
	fault = umbrella_put_row(umbrella, event, umbrella->merged_into);
	umbrella_is_gone(umbrella);
	return fault;
}

static void
move_members(struct umbrella *from, struct umbrella *to)
{
	while (from->members.first != NO_MEMBER) {
		umbrella_label(member_of(from->field->all, from->members.first), to);
	}
}

static int
relabel_point(void *arg, uint64_t id, struct geo_point at, uint32_t handle)
{
	const struct umbrella_field *f = arg;
	struct umbrella_member *m = member_of(f->all, point_of(f, handle)->member);

	(void)id;
	(void)at;
	if (m->newest == (int32_t)handle) {
		umbrella_relabel(m);
	}
	return 0;
}

/* Those whose newest report is in a component, or beside it. */
static void
relabel_part(struct umbrella_field *f, uint64_t component)
{
	(void)cluster_walk(f->cluster, component, relabel_point, f);
	(void)cluster_walk_edge(f->cluster, component, relabel_point, f);
}

/* ---- what a change brought: merges, births, ends, splits, in this order */

static int
by_id(const void *a, const void *b)
{
	const struct umbrella *left = *(struct umbrella *const *)a;
	const struct umbrella *right = *(struct umbrella *const *)b;

	return left->id < right->id ? -1 : left->id > right->id;
}

/*
 * Of equals the cluster lets that one live whose id of its own is smaller; here
 * it is the older umbrella. Losers into `lost`, in order of their ids.
 */
static size_t
follow_merges(struct umbrella_field *f, struct umbrella **lost)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n_news; i++) {
		const struct cluster_news *news = &f->news[i];
		struct umbrella *winner, *loser;

		if (news->event != CLUSTER_MERGED) {
			continue;
		}
		winner = *umbrella_of_component(f, news->component);
		loser = *umbrella_of_component(f, news->other);
		if (news->component_size == news->other_size &&
			loser->id < winner->id) {
			struct umbrella *older = loser;

			loser = winner;
			winner = older;
		}
		*umbrella_of_component(f, news->other) = NULL;
		*umbrella_of_component(f, news->component) = winner;
		winner->component = news->component;
		/* To find who has it at last. */
		loser->component = news->component;
		lost[n++] = loser;
		for (size_t k = 0; k < n; k++) {
			if (lost[k]->component == news->other) {
				lost[k]->component = news->component;
			}
		}
	}
	qsort(lost, n, sizeof(*lost), by_id);
	return n;
}

static int
tell_merges(struct umbrella_field *f, struct umbrella **lost, size_t n)
{
	int fault = 0;

	for (size_t i = 0; fault == 0 && i < n; i++) {
		uint64_t component = lost[i]->component;
		struct umbrella *into = *umbrella_of_component(f, component);

		fault = umbrella_end(lost[i], EVENT(MERGED), into);
		move_members(lost[i], into);
	}
	return fault;
}

/* The newest of the points that became core in this component. */
static int64_t
newest_touched(const struct umbrella_field *f, uint64_t component)
{
	int64_t newest = NO_POINT;

	for (size_t i = 0; i < f->n_touched; i++) {
		if (umbrella_has_core(f, f->touched[i], component) &&
			(newest == NO_POINT ||
				umbrella_is_newer(f, f->touched[i], newest))) {
			newest = f->touched[i];
		}
	}
	assert(newest != NO_POINT);
	return newest;
}

/* Births of one change, the newest anchor first. */
static int
follow_births(struct umbrella_field *f)
{
	int fault = 0;

	for (;;) {
		uint64_t component = CLUSTER_NONE;
		int64_t anchor = NO_POINT;

		for (size_t i = 0; i < f->n_news; i++) {
			int64_t newest;

			if (f->news[i].event != CLUSTER_BORN) {
				continue;
			}
			newest = newest_touched(f, f->news[i].component);
			if (point_of(f, newest)->anchors == NULL &&
				(anchor == NO_POINT ||
					umbrella_is_newer(f, newest, anchor))) {
				component = f->news[i].component;
				anchor = newest;
			}
		}
		if (anchor == NO_POINT || fault < 0) {
			return fault;
		}
		fault = umbrella_bear(f, component, anchor, EVENT(BORN), 0);
	}
}

static int
follow_deaths(struct umbrella_field *f, struct umbrella **dead)
{
	size_t n = 0;
	int fault = 0;

	for (size_t i = 0; i < f->n_news; i++) {
		if (f->news[i].event == CLUSTER_DIED) {
			struct umbrella **slot =
				umbrella_of_component(f, f->news[i].component);

			dead[n++] = *slot;
			*slot = NULL;
		}
	}
	qsort(dead, n, sizeof(*dead), by_id);
	for (size_t i = 0; fault == 0 && i < n; i++) {
		fault = umbrella_end(dead[i], EVENT(ENDED), NULL);
		move_members(dead[i], NULL);
	}
	return fault;
}

/* ---- splits */

/* The heir of the name first: most core points, then the anchor, then the newest. */
static int
by_claim(const void *a, const void *b)
{
	const struct part *left = a;
	const struct part *right = b;

	if (left->size != right->size) {
		return left->size > right->size ? -1 : 1;
	}
	if (left->has_anchor != right->has_anchor) {
		return left->has_anchor ? -1 : 1;
	}
	if (left->arrival_ms != right->arrival_ms) {
		return left->arrival_ms > right->arrival_ms ? -1 : 1;
	}
	return left->seq > right->seq ? -1 : 1;
}

static void
note_part(const struct umbrella *whole, uint64_t component, struct part *part)
{
	struct umbrella_field *f = whole->field;

	*part = (struct part){
		.component = component,
		.size = cluster_size(f->cluster, component),
		.has_anchor = whole->anchor_point != NO_POINT &&
			      umbrella_has_core(f, whole->anchor_point, component),
		.newest = NO_POINT,
	};
}

/*
 * Looks for the newest of each part but the largest, when that is only one: it
 * would cost as much as there is in it, for nothing.
 */
static void
find_newest(const struct umbrella_field *f, struct part *parts, size_t n)
{
	size_t most = 0, n_most = 0;

	for (size_t i = 0; i < n; i++) {
		n_most = parts[i].size > most ? 1 : n_most + (parts[i].size == most);
		most = parts[i].size > most ? parts[i].size : most;
	}
	for (size_t i = 0; i < n; i++) {
		struct part *part = &parts[i];

		if (part->size < most || n_most > 1) {
			part->newest = umbrella_newest_core(f, part->component);
			part->arrival_ms = point_of(f, part->newest)->arrival_ms;
			part->seq = umbrella_seq(f, part->newest);
		}
	}
}

static int
split(struct umbrella *whole, struct part *parts, size_t n)
{
	struct umbrella_field *f = whole->field;
	int fault;

	find_newest(f, parts, n);
	qsort(parts, n, sizeof(*parts), by_claim);
	fault = umbrella_give_component(f, parts[0].component, whole);
	for (size_t i = 1; fault == 0 && i < n; i++) {
		/* It may be the whole's own anchor that went with this part. */
		if (point_of(f, parts[i].newest)->anchors == whole) {
			umbrella_set_anchor(whole, NO_POINT);
		}
		fault = umbrella_bear(f, parts[i].component, parts[i].newest,
			EVENT(SPLIT_OFF), whole->id);
	}
	for (size_t i = 1; fault == 0 && i < n; i++) {
		relabel_part(f, parts[i].component);
	}
	umbrella_is_stale(whole);
	whole->is_doubtful = true;
	return fault;
}

/* One whole after the other, as the news bring them; there is hardly ever a second. */
static int
follow_splits(struct umbrella_field *f, struct part *parts)
{
	int fault = 0;

	for (size_t i = 0; fault == 0 && i < f->n_news; i++) {
		uint64_t component = f->news[i].component;
		struct umbrella *whole;
		size_t n = 1;

		if (f->news[i].event != CLUSTER_SPLIT) {
			continue;
		}
		whole = *umbrella_of_component(f, component);
		note_part(whole, component, &parts[0]);
		for (size_t k = i; k < f->n_news; k++) {
			if (f->news[k].event == CLUSTER_SPLIT &&
				f->news[k].component == component) {
				note_part(whole, f->news[k].other, &parts[n++]);
				f->news[k].event = CLUSTER_BORN; /* is followed */
			}
		}
		fault = split(whole, parts, n);
		if (fault == 0) {
			fault = umbrella_mend_anchor(whole);
		}
	}
	return fault;
}

/* ---- the whole change */

/* Umbrellas whose anchor was touched, in order of their ids, each once. */
static int
mend_anchors(struct umbrella_field *f, struct umbrella *lost, struct umbrella **some)
{
	size_t n = 0;
	int fault = 0;

	if (lost != NULL) {
		lost->is_doubtful = true;
		some[n++] = lost;
	}
	for (size_t i = 0; i < f->n_touched; i++) {
		struct umbrella *umbrella = point_of(f, f->touched[i])->anchors;

		if (umbrella != NULL && !umbrella->is_doubtful) {
			umbrella->is_doubtful = true;
			some[n++] = umbrella;
		}
	}
	qsort(some, n, sizeof(*some), by_id);
	for (size_t i = 0; fault == 0 && i < n; i++) {
		fault = umbrella_mend_anchor(some[i]);
	}
	return fault;
}

static void
relabel_touched(struct umbrella_field *f)
{
	for (size_t i = 0; i < f->n_touched; i++) {
		struct umbrella_member *m =
			member_of(f->all, point_of(f, f->touched[i])->member);

		if (m->newest == (int32_t)f->touched[i]) {
			umbrella_relabel(m);
		}
	}
}

static bool
has_news(const struct umbrella_field *f, enum cluster_event event)
{
	for (size_t i = 0; i < f->n_news; i++) {
		if (f->news[i].event == event) {
			return true;
		}
	}
	return false;
}

static int
follow_news(struct umbrella_field *f, struct umbrella **some)
{
	int fault = 0;

	if (has_news(f, CLUSTER_MERGED)) {
		size_t n = follow_merges(f, some);

		fault = tell_merges(f, some, n);
	}
	if (fault == 0 && has_news(f, CLUSTER_BORN)) {
		fault = follow_births(f);
	}
	if (fault == 0 && has_news(f, CLUSTER_DIED)) {
		fault = follow_deaths(f, some);
	}
	if (fault == 0 && has_news(f, CLUSTER_SPLIT)) {
		struct part *parts = calloc(f->n_news + 1, sizeof(*parts));

		fault = parts == NULL ? -ENOMEM : follow_splits(f, parts);
		free(parts);
	}
	return fault;
}

int
umbrella_follow_change(struct umbrella_field *f, struct umbrella *lost)
{
	int fault;

	if (f->n_news == 0 && f->n_touched == 0 && lost == NULL) {
		return 0;
	}
	fault = umbrella_make_room((void **)&f->some, &f->room_some,
		f->n_news + f->n_touched + 1, sizeof(struct umbrella *));
	if (fault == 0 && f->n_news > 0) {
		fault = follow_news(f, f->some);
	}
	if (fault == 0) {
		relabel_touched(f);
		fault = mend_anchors(f, lost, f->some);
	}
	return fault;
}
