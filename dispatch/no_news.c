/*
 * Longer than 500 lines: what opens, what closes and what is shown are one look at
 * the same places.
 */
#include "dispatch/no_news.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dispatch/no_news_view.h"
#include "dispatch/rank.h"
#include "dispatch/step.h"
#include "proto/stamp.h"
#include "vedetta/v1/silence.pb-c.h"

#define OBSTACLE(name) VEDETTA__V1__SILENCE_OBSTACLE__SILENCE_OBSTACLE_##name

enum {
	COUNTED_AT_ONCE = 20000, /* of those that waited for a map; some 50 ms */
};

#define OUTCOME(name) VEDETTA__V1__SILENCE_OUTCOME__SILENCE_OUTCOME_##name

struct no_news {
	struct silence *silence;
	struct no_news_views views;
	int64_t wait_ms;
	uint64_t after; /* of the round: the umbrella looked at last */
	int64_t round_ms;
	bool has_begun;
	/* What is being looked at; id 0: only what is open, at the round's end. */
	struct umbrella_extent event;
	bool is_early;
	size_t n_places;
	struct silence_place places[SILENCE_PLACES_MOST];
	size_t next_place;
	size_t next_open;
};

struct no_news *
no_news_new(void)
{
	struct no_news *n = calloc(1, sizeof(*n));

	if (n == NULL) {
		return NULL;
	}
	no_news_views_init(&n->views);
	n->silence = silence_new();
	if (n->silence == NULL) {
		no_news_free(n);
		return NULL;
	}
	return n;
}

void
no_news_free(struct no_news *n)
{
	if (n == NULL) {
		return;
	}
	no_news_views_fini(&n->views);
	silence_free(n->silence);
	free(n);
}

/* A move's row says little of the report: it stands among those of its incident. */
static bool
is_cross_site(const struct memory *m, const struct store_row *row,
	const struct umbrella_report *report)
{
	const struct incident *i =
		row->kind == STORE_MOVED_IN
			? memory_where(m, report->number, report->incident)
			: NULL;
	uint32_t n = 0;

	if (i == NULL) {
		return facts_unpack(row->facts).cross_site;
	}
	while (n < i->members.n &&
		members_at(&i->members, n)->report != report->number) {
		n++;
	}
	return n < i->members.n && member_facts(members_at(&i->members, n)).cross_site;
}

int
no_news_take(struct no_news *n, const struct memory *m, const struct store_row *row,
	const struct umbrella_report *report, const struct umbrella_spot *left)
{
	const struct incident *i = roster_find(&m->roster, report->incident);
	struct silence_report said = {
		.arrival_ms = report->arrival_ms, .source = row->source};
	int r = 0;

	if (i == NULL || (!report->placed && left == NULL) ||
		is_cross_site(m, row, report)) {
		return 0;
	}
	said.exercise = i->exercise;
	if (left != NULL) {
		said.leaves = true;
		said.group = left->group;
		said.at = left->at;
		r = silence_take(n->silence, &said, m->areas);
	}
	if (r == 0 && report->placed) {
		said.leaves = false;
		said.group = i->hazard->group;
		said.at = report->at;
		r = silence_take(n->silence, &said, m->areas);
	}
	return r;
}

/* ---- looking */

static void
judge(struct no_news *n, const struct memory *m)
{
	const struct silence_event event = {
		.group = n->event.group,
		.exercise = n->event.exercise,
		.since_ms = n->event.opened_ms,
		.places = n->event.places,
		.n_places = n->event.n_places,
	};

	n->n_places = m->areas == NULL
			      ? 0
			      : silence_judge(n->silence, m->areas, &event, n->places);
}

/* The next one whose group is judged. */
static bool
next_event(struct no_news *n, const struct umbrellas *u)
{
	do {
		if (!umbrellas_next_maxi(u, n->after, &n->event)) {
			n->event.id = 0;
			return false;
		}
		n->after = n->event.id;
	} while (!silence_is_judged(n->event.group));
	return true;
}

int
no_news_look(struct no_news *n, struct memory *m, const struct umbrellas *u,
	int64_t now_ms, int64_t wait_ms)
{
	int fault = silence_count_some(n->silence, m->areas, COUNTED_AT_ONCE);

	if (fault < 0) {
		return fault;
	}
	if (!umbrellas_are_current(u)) {
		return 0;
	}
	if (n->after == 0) {
		if (n->has_begun && now_ms >= n->round_ms &&
			now_ms - n->round_ms < NO_NEWS_EVERY_MS) {
			return 0;
		}
		n->has_begun = true;
		n->round_ms = now_ms;
		silence_expire(n->silence, now_ms);
		memory_forget_silent(m, now_ms - NO_NEWS_AGAIN_MS);
	}
	n->n_places = n->next_place = 0;
	n->next_open = 0;
	if (next_event(n, u)) {
		n->is_early = now_ms - n->event.opened_ms < wait_ms;
		n->wait_ms = wait_ms;
		judge(n, m);
	} else {
		n->after = 0;
	}
	return 1;
}

/* ---- what is known already */

static bool
is_open(const struct incident *i)
{
	return i->status == VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_OPEN;
}

/* The first incident about this municipality in the umbrella, as it goes on. */
static struct incident *
find_known(const struct memory *m, const struct umbrellas *u, uint64_t umbrella,
	const char *area, int64_t now_ms)
{
	for (size_t k = 0; k < m->n_silent; k++) {
		struct incident *i = m->silent[k];

		if (strcmp(i->rare->silence->area, area) == 0 &&
			(is_open(i) || now_ms - i->opened_ms < NO_NEWS_AGAIN_MS) &&
			umbrellas_survivor(u, i->rare->silence->umbrella_id) ==
				umbrella) {
			return i;
		}
	}
	return NULL;
}

static size_t
count_open(const struct memory *m, const struct umbrellas *u, uint64_t umbrella)
{
	size_t n = 0;

	for (size_t k = 0; k < m->n_silent; k++) {
		const struct incident *i = m->silent[k];

		n += is_open(i) &&
		     umbrellas_survivor(u, i->rare->silence->umbrella_id) == umbrella;
	}
	return n;
}

static const struct silence_place *
find_place(const struct no_news *n, const char *area)
{
	for (size_t i = 0; i < n->n_places; i++) {
		if (strcmp(n->places[i].area->code, area) == 0) {
			return &n->places[i];
		}
	}
	return NULL;
}

/* ---- rows */

/* What is known of the place now. */
static void
fill(Vedetta__V1__Silence *to, const struct silence_place *from)
{
	to->senders = from->senders;
	to->expected = from->expected;
	to->chance = from->chance;
	to->peers = from->n_peers;
	to->peer_residents = from->peer_residents;
	to->peer_senders = from->peer_senders;
	to->peer_rate = from->peer_rate;
	if (from->area->residents >= 0) {
		to->residents = (uint64_t)from->area->residents;
	}
}

/* A row of the desk's own about the incident (0: it opens one), applied. */
static int
append(struct memory *m, uint64_t incident, uint64_t prev, const struct facts *facts,
	int64_t now_ms, const Vedetta__V1__Silence *said, struct arena *arena,
	struct desk_out *out)
{
	struct store_row *row = &out->few[0];
	uint8_t *body =
		arena_alloc(arena, vedetta__v1__silence__get_packed_size(said) + 1);

	out->rows = out->few;
	if (body == NULL) {
		return -ENOMEM;
	}
	*row = (struct store_row){
		.seq = m->last_seq + 1,
		.at_ms = now_ms,
		.kind = STORE_SILENCE,
		.subject = incident,
		.prev = prev,
		.facts = facts_pack(facts),
		.body = body,
		.body_bytes = vedetta__v1__silence__pack(said, body),
	};
	out->n_rows = 1;
	return memory_apply(m, row);
}

static int
close_one(struct memory *m, struct incident *i, Vedetta__V1__SilenceOutcome outcome,
	const struct silence_place *place, uint64_t into, int64_t now_ms,
	struct arena *arena, struct desk_out *out)
{
	const struct facts facts = {
		.hazard = i->hazard->number, .exercise = i->exercise};
	Vedetta__V1__Silence said = *i->rare->silence; /* borrows its strings */
	int r;

	if (place != NULL && place->is_expected) {
		fill(&said, place);
	}
	said.outcome = outcome;
	r = append(m, i->id, i->seq, &facts, now_ms, &said, arena, out);
	if (r < 0) {
		return r;
	}
	if (into != 0) {
		incident_rare(i)->merged_into = into; /* what is silent has one */
	}
	r = step_put_incident(i, arena, out);
	return r < 0 ? r : 1;
}

static const struct hazard *
hazard_of(enum event_group group)
{
	return hazard_by_code(group == EVENT_GROUP_SEISMIC ? "quake_damage"
			      : group == EVENT_GROUP_HYDRO ? "flood"
							   : "wildfire");
}

static int
open_one(const struct no_news *n, struct memory *m, const struct silence_place *place,
	int64_t now_ms, struct arena *arena, struct desk_out *out)
{
	const struct facts facts = {.hazard = hazard_of(n->event.group)->number,
		.exercise = n->event.exercise};
	struct store_incident record = {
		.id = m->last_seq + 1,
		.seq = m->last_seq + 1,
		.hazard = facts.hazard,
		.status = VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_OPEN,
		.class_no = CLASS_NONE,
		.unplaced = true, /* no report is to join it by its place */
		.exercise = n->event.exercise,
		.has_point = true,
		.place_kind = VEDETTA__V1__PLACE_KIND__PLACE_KIND_PLACE_NAME,
		.words = place->area->name,
		.opened_ms = now_ms,
		.areas = place->area->code,
		.area_fit = VEDETTA__V1__AREA_FIT__AREA_FIT_INSIDE,
	};
	Google__Protobuf__Timestamp since;
	Vedetta__V1__Silence said = VEDETTA__V1__SILENCE__INIT;
	struct incident *i;
	int r;

	(void)silence_where(place->area, &record.point, &record.accuracy_m);
	since = stamp_of_ms(silence_since_ms(n->event.opened_ms));
	said.umbrella_id = n->event.id;
	said.area = (char *)place->area->code;
	said.name = (char *)place->area->name;
	said.since = &since;
	fill(&said, place);
	r = memory_open(m, &record, &i);
	if (r == 0) {
		r = append(m, i->id, 0, &facts, now_ms, &said, arena, out);
	}
	if (r == 0) {
		r = step_put_incident(i, arena, out);
	}
	return r < 0 ? r : 1;
}

/* ---- what changes */

/* Is an older open one about the same? After a merger there may be two. */
static uint64_t
older_twin(const struct memory *m, const struct umbrellas *u, const struct incident *i,
	uint64_t umbrella)
{
	for (size_t k = 0; m->silent[k] != i; k++) {
		const struct incident *other = m->silent[k];

		if (is_open(other) &&
			strcmp(other->rare->silence->area, i->rare->silence->area) ==
				0 &&
			umbrellas_survivor(u, other->rare->silence->umbrella_id) ==
				umbrella) {
			return other->id;
		}
	}
	return 0;
}

static bool
has_news(const struct incident *i, const struct silence_place *place)
{
	return place != NULL && silence_has_news(place, i->rare->silence->senders);
}

/* 1: it was closed. */
static int
look_at_open(const struct no_news *n, struct memory *m, const struct umbrellas *u,
	struct incident *i, int64_t now_ms, struct arena *arena, struct desk_out *out)
{
	uint64_t umbrella = umbrellas_survivor(u, i->rare->silence->umbrella_id);
	const struct silence_place *place;
	uint64_t twin;

	if (umbrella == 0) {
		return close_one(
			m, i, OUTCOME(EVENT_ENDED), NULL, 0, now_ms, arena, out);
	}
	twin = older_twin(m, u, i, umbrella);
	if (twin != 0) {
		return close_one(m, i, OUTCOME(MERGED), NULL, twin, now_ms, arena, out);
	}
	if (umbrella != n->event.id) {
		return 0;
	}
	place = find_place(n, i->rare->silence->area);
	return has_news(i, place)
		       ? close_one(m, i, OUTCOME(NEWS), place, 0, now_ms, arena, out)
		       : 0;
}

/* ---- the view */

/* What stands in the way, if anything. The sentence is NULL when memory is short. */
static void
write_obstacle(const struct no_news *n, const struct memory *m, struct arena *arena,
	Vedetta__V1__SilenceView *view)
{
	const char *note = "";

	if (m->areas == NULL) {
		view->obstacle = OBSTACLE(NO_AREAS);
		note = "no areas are loaded: import them with vedetta area import";
	} else if (view->n_places == 0) {
		view->obstacle = OBSTACLE(NOWHERE);
		note = "no municipality is in or near it";
	} else if (!view->residents_known) {
		view->obstacle = OBSTACLE(NO_RESIDENTS);
		note = "residents are not known: import them with vedetta area "
		       "import --residents";
	} else if (n->is_early) {
		view->obstacle = OBSTACLE(EARLY);
		view->wait_minutes = (uint32_t)((n->wait_ms + 59999) / 60000);
		view->note = arena_printf(arena,
			"it is early: municipalities are judged from %u minutes after "
			"it became an umbrella",
			view->wait_minutes);
		return;
	}
	view->note = arena_printf(arena, "%s", note);
}

static void
write_place(const struct silence_place *from, const struct incident *known,
	Vedetta__V1__SilencePlace *to)
{
	*to = (Vedetta__V1__SilencePlace)VEDETTA__V1__SILENCE_PLACE__INIT;
	to->area = (char *)from->area->code;
	to->name = (char *)from->area->name;
	to->senders = from->senders;
	to->peers = from->n_peers;
	to->peer_residents = from->peer_residents;
	to->peer_senders = from->peer_senders;
	to->peer_rate = from->peer_rate;
	if (from->area->residents >= 0) {
		to->known_case = VEDETTA__V1__SILENCE_PLACE__KNOWN_RESIDENTS;
		to->residents = (uint64_t)from->area->residents;
	}
	if (from->is_expected) {
		to->expectation_case = VEDETTA__V1__SILENCE_PLACE__EXPECTATION_EXPECTED;
		to->expected = from->expected;
		to->chance = from->chance;
	}
	to->silent = silence_is_silent(from);
	to->incident_id = known != NULL ? known->id : 0;
}

static int
put_view(struct no_news *n, const struct memory *m, const struct umbrellas *u,
	int64_t now_ms, struct arena *arena)
{
	Vedetta__V1__SilenceView view = VEDETTA__V1__SILENCE_VIEW__INIT;
	Vedetta__V1__SilencePlace *places;
	Google__Protobuf__Timestamp since, judged_at;

	if (n->event.id == 0) {
		return 0;
	}
	view.places = arena_alloc(arena, (n->n_places + 1) * sizeof(view.places[0]));
	places = arena_alloc(arena, (n->n_places + 1) * sizeof(places[0]));
	if (view.places == NULL || places == NULL) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < n->n_places; i++) {
		write_place(&n->places[i],
			find_known(m, u, n->event.id, n->places[i].area->code, now_ms),
			&places[i]);
		view.places[view.n_places++] = &places[i];
		view.residents_known =
			view.residents_known || n->places[i].area->residents >= 0;
	}
	view.umbrella_id = n->event.id;
	write_obstacle(n, m, arena, &view);
	view.since = &since;
	view.judged_at = &judged_at;
	since = stamp_of_ms(silence_since_ms(n->event.opened_ms));
	judged_at = stamp_of_ms(now_ms);
	return view.note == NULL ? -ENOMEM : no_news_views_put(&n->views, &view);
}

int
no_news_next(struct no_news *n, struct memory *m, const struct umbrellas *u,
	int64_t now_ms, struct arena *arena, struct desk_out *out)
{
	int r = 0;

	*out = (struct desk_out){.n_rows = 0};
	out->answer = (Vedetta__V1__InputAnswer)VEDETTA__V1__INPUT_ANSWER__INIT;
	while (r == 0 && n->next_open < m->n_silent) {
		struct incident *i = m->silent[n->next_open++];

		if (is_open(i)) {
			r = look_at_open(n, m, u, i, now_ms, arena, out);
		}
	}
	while (r == 0 && !n->is_early && n->event.id != 0 &&
		n->next_place < n->n_places) {
		const struct silence_place *place = &n->places[n->next_place++];

		if (silence_is_silent(place) &&
			find_known(m, u, n->event.id, place->area->code, now_ms) ==
				NULL &&
			count_open(m, u, n->event.id) < NO_NEWS_OPEN_MOST) {
			r = open_one(n, m, place, now_ms, arena, out);
		}
	}
	return r != 0 ? r : put_view(n, m, u, now_ms, arena);
}

bool
no_news_tell(
	const struct no_news *n, uint64_t *cursor, const uint8_t **view, size_t *bytes)
{
	return no_news_views_tell(&n->views, cursor, view, bytes);
}

void
no_news_figures(const struct no_news *n, struct silence_figures *out)
{
	silence_figures(n->silence, out);
}
