/*
 * Longer than 500 lines: counting and judging share the cells and nothing else is to.
 */
#include "dispatch/silence.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "dispatch/senders.h"
#include "dispatch/table.h"
#include "geo/measure.h"

enum {
	HOUR_MS = 3600000,
	WAITING_FIRST = 256,
	E7 = 10000000,
};

static const double degree_m = M_PI * EARTH_RADIUS_M / 180;
static const double ground_unknown_m = 5000;

/* One municipality in one hour. */
struct cell {
	TAILQ_ENTRY(cell) link;
	struct senders senders;
};

struct hour {
	TAILQ_ENTRY(hour) link;
	int64_t number; /* since 1970 */
	struct table by_code;
	TAILQ_HEAD(, cell) cells;
};

TAILQ_HEAD(hours, hour); /* the newest last */

/*
 * What of a silence_report counts: while there is no map there can be one for each
 * report. Areas know no places finer than this.
 */
struct waiting {
	uint64_t source;
	int32_t hour;
	int32_t lat_e7;
	int32_t lon_e7;
	uint8_t group;
	bool exercise;
	bool leaves;
};

_Static_assert(sizeof(struct waiting) == 24, "three words");

struct silence {
	struct hours hours[EVENT_GROUPS][2];
	size_t n_cells;
	size_t n_senders;
	uint64_t n_left_out;
	/* In a ring, while there is no map. */
	struct waiting *waiting;
	size_t room;
	size_t first;
	size_t n_waiting;
};

static int64_t
hour_of(int64_t at_ms)
{
	return at_ms / HOUR_MS - (at_ms % HOUR_MS < 0);
}

int64_t
silence_since_ms(int64_t event_since_ms)
{
	return hour_of(event_since_ms) * HOUR_MS;
}

bool
silence_is_judged(enum event_group group)
{
	return group == EVENT_GROUP_SEISMIC || group == EVENT_GROUP_HYDRO ||
	       group == EVENT_GROUP_FIRE;
}

/* ---- coming and going */

struct silence *
silence_new(void)
{
	struct silence *s = calloc(1, sizeof(*s));

	for (int k = 0; s != NULL && k < 2 * EVENT_GROUPS; k++) {
		TAILQ_INIT(&s->hours[k / 2][k % 2]);
	}
	return s;
}

static void
drop_hour(struct silence *s, struct hours *hours, struct hour *hour)
{
	struct cell *cell;

	while ((cell = TAILQ_FIRST(&hour->cells)) != NULL) {
		TAILQ_REMOVE(&hour->cells, cell, link);
		s->n_cells--;
		s->n_senders -= cell->senders.n;
		senders_fini(&cell->senders);
		free(cell);
	}
	table_fini(&hour->by_code);
	TAILQ_REMOVE(hours, hour, link);
	free(hour);
}

void
silence_free(struct silence *s)
{
	for (int k = 0; s != NULL && k < 2 * EVENT_GROUPS; k++) {
		struct hours *hours = &s->hours[k / 2][k % 2];

		while (!TAILQ_EMPTY(hours)) {
			drop_hour(s, hours, TAILQ_FIRST(hours));
		}
	}
	if (s != NULL) {
		free(s->waiting);
	}
	free(s);
}

void
silence_expire(struct silence *s, int64_t now_ms)
{
	for (int k = 0; k < 2 * EVENT_GROUPS; k++) {
		struct hours *hours = &s->hours[k / 2][k % 2];
		struct hour *hour;
		int64_t oldest;

		if (!silence_is_judged((enum event_group)(k / 2))) {
			continue;
		}
		oldest = hour_of(now_ms) -
			 event_group_rule((enum event_group)(k / 2))->window_h;
		while ((hour = TAILQ_FIRST(hours)) != NULL && hour->number < oldest) {
			drop_hour(s, hours, hour);
		}
	}
}

void
silence_figures(const struct silence *s, struct silence_figures *out)
{
	*out = (struct silence_figures){
		s->n_cells, s->n_senders, s->n_waiting, s->n_left_out};
}

/* ---- counting */

/* FNV-1a; codes come from whoever runs the desk. */
static uint64_t
key_of(const struct area *area)
{
	uint64_t key = UINT64_C(0xcbf29ce484222325);

	for (const char *c = area->code; *c != '\0'; c++) {
		key = (key ^ (unsigned char)*c) * UINT64_C(0x100000001b3);
	}
	return key;
}

/* The hour, made when it is new. NULL: no memory. */
static struct hour *
hour_for(struct hours *hours, int64_t number)
{
	struct hour *before = TAILQ_LAST(hours, hours);
	struct hour *hour;

	while (before != NULL && before->number > number) {
		before = TAILQ_PREV(before, hours, link);
	}
	if (before != NULL && before->number == number) {
		return before;
	}
	hour = calloc(1, sizeof(*hour));
	if (hour == NULL) {
		return NULL;
	}
	hour->number = number;
	TAILQ_INIT(&hour->cells);
	if (before == NULL) {
		TAILQ_INSERT_HEAD(hours, hour, link);
	} else {
		TAILQ_INSERT_AFTER(hours, before, hour, link);
	}
	return hour;
}

/* The cell, made when there is room; NULL with *fault 0: there is none. */
static struct cell *
cell_for(struct silence *s, struct hour *hour, const struct area *area, int *fault)
{
	uint64_t key = key_of(area);
	struct cell *cell = table_find(&hour->by_code, key);

	if (cell != NULL || s->n_cells >= SILENCE_CELLS_MOST) {
		return cell;
	}
	cell = calloc(1, sizeof(*cell));
	if (cell == NULL || table_put(&hour->by_code, key, cell) < 0) {
		free(cell);
		*fault = -ENOMEM;
		return NULL;
	}
	TAILQ_INSERT_TAIL(&hour->cells, cell, link);
	s->n_cells++;
	return cell;
}

static const struct area *
municipality_of(struct area_map *map, struct geo_point at)
{
	struct area_chain chain;

	area_map_find(map, at, &chain);
	for (size_t i = 0; i < chain.n; i++) {
		if (chain.areas[i]->level == AREA_MUNICIPALITY) {
			return chain.areas[i];
		}
	}
	return NULL;
}

/* What had no room when it came is not there to be taken out. */
static void
uncount(struct silence *s, const struct silence_report *r, const struct area *area)
{
	struct hour *hour;

	TAILQ_FOREACH (hour, &s->hours[r->group][r->exercise], link) {
		struct cell *cell = hour->number == hour_of(r->arrival_ms)
					    ? table_find(&hour->by_code, key_of(area))
					    : NULL;

		s->n_senders -=
			cell != NULL && senders_remove(&cell->senders, r->source);
	}
}

static int
count(struct silence *s, const struct silence_report *r, struct area_map *map)
{
	const struct area *area = municipality_of(map, r->at);
	struct hour *hour;
	struct cell *cell;
	bool added = false;
	int fault = 0;

	if (area == NULL) {
		return 0;
	}
	if (r->leaves) {
		uncount(s, r, area);
		return 0;
	}
	hour = hour_for(&s->hours[r->group][r->exercise], hour_of(r->arrival_ms));
	if (hour == NULL) {
		return -ENOMEM;
	}
	cell = cell_for(s, hour, area, &fault);
	if (cell == NULL || s->n_senders >= SILENCE_SENDERS_MOST) {
		s->n_left_out += fault == 0;
		return fault;
	}
	fault = senders_add(&cell->senders, r->source, &added);
	s->n_senders += added;
	return fault;
}

/* ---- waiting for a map */

static struct waiting
pack(const struct silence_report *r)
{
	return (struct waiting){
		.source = r->source,
		.hour = (int32_t)hour_of(r->arrival_ms),
		.lat_e7 = (int32_t)lround(r->at.lat_deg * E7),
		.lon_e7 = (int32_t)lround(r->at.lon_deg * E7),
		.group = (uint8_t)r->group,
		.exercise = r->exercise,
		.leaves = r->leaves,
	};
}

static struct silence_report
unpack(const struct waiting *w)
{
	return (struct silence_report){
		.source = w->source,
		.arrival_ms = (int64_t)w->hour * HOUR_MS,
		.group = (enum event_group)w->group,
		.exercise = w->exercise,
		.leaves = w->leaves,
		.at = {(double)w->lat_e7 / E7, (double)w->lon_e7 / E7},
	};
}

static int
grow(struct silence *s)
{
	size_t room = s->room == 0 ? WAITING_FIRST : s->room + s->room / 2;
	struct waiting *grown;

	room = room < SILENCE_WAITING_MOST ? room : SILENCE_WAITING_MOST;
	grown = malloc(room * sizeof(*grown));
	if (grown == NULL) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < s->n_waiting; i++) {
		grown[i] = s->waiting[(s->first + i) % s->room];
	}
	free(s->waiting);
	s->waiting = grown;
	s->room = room;
	s->first = 0;
	return 0;
}

static int
keep_waiting(struct silence *s, const struct silence_report *report)
{
	if (s->n_waiting == s->room && s->room < SILENCE_WAITING_MOST && grow(s) < 0) {
		return -ENOMEM;
	}
	if (s->n_waiting == s->room) {
		s->first = (s->first + 1) % s->room;
		s->n_waiting--;
		s->n_left_out++;
	}
	s->waiting[(s->first + s->n_waiting++) % s->room] = pack(report);
	return 0;
}

int
silence_take(
	struct silence *s, const struct silence_report *report, struct area_map *map)
{
	if (!silence_is_judged(report->group) || report->source == 0) {
		return 0;
	}
	return map != NULL && s->n_waiting == 0 ? count(s, report, map)
						: keep_waiting(s, report);
}

int
silence_count_some(struct silence *s, struct area_map *map, size_t most)
{
	int fault = 0;

	while (map != NULL && fault == 0 && s->n_waiting > 0 && most-- > 0) {
		struct silence_report oldest = unpack(&s->waiting[s->first]);

		fault = count(s, &oldest, map);
		s->first = (s->first + 1) % s->room;
		s->n_waiting--;
	}
	if (s->n_waiting == 0) {
		free(s->waiting);
		s->waiting = NULL;
		s->room = s->first = 0;
	}
	return fault;
}

/* ---- which municipalities */

/* In the plane around b; good to a percent within 100 km. */
static double
distance_m(struct geo_point a, struct geo_point b)
{
	double x = remainder(a.lon_deg - b.lon_deg, 360) * cos(b.lat_deg * M_PI / 180);

	return hypot(x, a.lat_deg - b.lat_deg) * degree_m;
}

static double
side_m(const struct polygon *p, struct geo_point at)
{
	struct geo_point south_west = {
		(double)p->south_e7 / E7, (double)p->west_e7 / E7};
	struct geo_point north_east = {
		(double)p->north_e7 / E7, (double)p->east_e7 / E7};

	return fmax(distance_m(south_west, at), distance_m(north_east, at));
}

bool
silence_where(const struct area *area, struct geo_point *at, double *radius_m)
{
	const struct polygon *p = area->polygon;

	if (area->has_center) {
		*at = area->center;
	} else if (p != NULL) {
		at->lat_deg = ((double)p->south_e7 + (double)p->north_e7) / 2 / E7;
		at->lon_deg = remainder(
			((double)p->west_e7 + (double)p->east_e7) / 2 / E7, 360);
	} else {
		return false;
	}
	*radius_m = p == NULL ? ground_unknown_m : side_m(p, *at);
	return true;
}

/* The box around an event, wider by what is near; degrees from its first place. */
struct reach {
	struct geo_point first;
	double south, north, west, east;
};

static struct reach
reach_of(const struct silence_event *e)
{
	struct reach r = {.first = e->places[0]};
	double widest = 0.01;

	for (size_t i = 0; i < e->n_places; i++) {
		double lat = e->places[i].lat_deg - r.first.lat_deg;
		double lon = remainder(e->places[i].lon_deg - r.first.lon_deg, 360);

		r.south = fmin(r.south, lat);
		r.north = fmax(r.north, lat);
		r.west = fmin(r.west, lon);
		r.east = fmax(r.east, lon);
	}
	widest = fmax(widest, cos(r.first.lat_deg * M_PI / 180));
	r.south -= SILENCE_NEAR_M / degree_m;
	r.north += SILENCE_NEAR_M / degree_m;
	r.west -= SILENCE_NEAR_M / degree_m / widest;
	r.east += SILENCE_NEAR_M / degree_m / widest;
	return r;
}

static bool
is_within(const struct reach *r, struct geo_point at)
{
	double lat = at.lat_deg - r->first.lat_deg;
	double lon = remainder(at.lon_deg - r->first.lon_deg, 360);

	return lat >= r->south && lat <= r->north && lon >= r->west && lon <= r->east;
}

static uint32_t
senders_of(
	const struct silence *s, const struct silence_event *e, const struct area *area)
{
	int64_t since = hour_of(e->since_ms);
	uint64_t key = key_of(area);
	const struct hour *hour;
	uint32_t n = 0;

	TAILQ_FOREACH (hour, &s->hours[e->group][e->exercise], link) {
		const struct cell *cell =
			hour->number < since ? NULL : table_find(&hour->by_code, key);

		n += cell == NULL ? 0 : cell->senders.n;
	}
	return n;
}

static double
far_from(const struct silence_event *e, struct geo_point at)
{
	double nearest = INFINITY;

	for (size_t i = 0; i < e->n_places; i++) {
		nearest = fmin(nearest, distance_m(e->places[i], at));
	}
	return nearest;
}

/* When there is no more room the farthest gives way. */
static size_t
keep(struct silence_place *places, size_t n, const struct silence_place *place)
{
	size_t farthest = 0;

	if (n < SILENCE_PLACES_MOST) {
		places[n] = *place;
		return n + 1;
	}
	for (size_t i = 1; i < n; i++) {
		farthest = places[i].far_m > places[farthest].far_m ? i : farthest;
	}
	if (place->far_m < places[farthest].far_m) {
		places[farthest] = *place;
	}
	return n;
}

static size_t
gather(const struct silence *s, const struct area_map *map,
	const struct silence_event *e, struct silence_place *places)
{
	struct reach reach = reach_of(e);
	size_t n = 0;

	for (size_t i = 0; i < area_map_count(map); i++) {
		struct silence_place place = {.area = area_map_get(map, i)};
		double radius_m;

		if (place.area->level != AREA_MUNICIPALITY ||
			!silence_where(place.area, &place.at, &radius_m) ||
			!is_within(&reach, place.at)) {
			continue;
		}
		place.senders = senders_of(s, e, place.area);
		place.far_m = far_from(e, place.at);
		if (place.senders > 0 || place.far_m <= SILENCE_NEAR_M) {
			n = keep(places, n, &place);
		}
	}
	return n;
}

/* ---- how likely is it? */

double
silence_chance(uint64_t x, double expected)
{
	double k = fmin((double)x, floor(expected));
	double largest, term, sum;

	if (!(expected > 0)) {
		return 1;
	}
	/* From the largest term up and down, as parts of it: nothing overflows. */
	largest = k * log(expected) - expected - lgamma(k + 1);
	sum = term = 1;
	for (double i = k; i > 0 && term > sum * 1e-17; i--) {
		term *= i / expected;
		sum += term;
	}
	term = 1;
	for (double i = k + 1; i <= (double)x && term > sum * 1e-17; i++) {
		term *= expected / i;
		sum += term;
	}
	return fmin(1, exp(largest + log(sum)));
}

struct peer {
	const struct silence_place *place;
	double far_m;
};

/* The nearest others whose residents are known, into `peers`. */
static size_t
find_peers(const struct silence_place *places, size_t n, const struct silence_place *of,
	struct peer peers[SILENCE_PEERS])
{
	size_t n_peers = 0;

	for (size_t i = 0; i < n; i++) {
		struct peer peer = {&places[i], 0};
		size_t at;

		if (peer.place == of || peer.place->area->residents <= 0) {
			continue;
		}
		peer.far_m = distance_m(peer.place->at, of->at);
		if (n_peers == SILENCE_PEERS &&
			peer.far_m >= peers[n_peers - 1].far_m) {
			continue;
		}
		at = n_peers < SILENCE_PEERS ? n_peers++ : n_peers - 1;
		for (; at > 0 && peer.far_m < peers[at - 1].far_m; at--) {
			peers[at] = peers[at - 1];
		}
		peers[at] = peer;
	}
	return n_peers;
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Of an even number the lower one. */
static double
median(double *of, size_t n)
{
	qsort(of, n, sizeof(of[0]), by_size);
	return of[(n - 1) / 2];
}

/* The same peers in every hour: the sum over hours is one of senders. */
static void
expect(const struct silence_place *places, size_t n, struct silence_place *p)
{
	struct peer peers[SILENCE_PEERS];
	size_t n_peers = find_peers(places, n, p, peers);
	double rates[SILENCE_PEERS], counts[SILENCE_PEERS];
	double came;

	for (size_t i = 0; i < n_peers; i++) {
		int64_t residents = peers[i].place->area->residents;

		p->peer_residents += (uint64_t)residents;
		p->peer_senders += peers[i].place->senders;
		counts[i] = peers[i].place->senders;
		rates[i] = counts[i] / (double)residents;
	}
	p->n_peers = (uint32_t)n_peers;
	p->is_expected = n_peers > 0 && p->area->residents >= 0;
	if (!p->is_expected) {
		return;
	}
	p->peer_rate = median(rates, n_peers);
	came = (double)n_peers * median(counts, n_peers);
	if (came > 0) {
		p->expected =
			p->peer_rate *
			fmin((double)p->area->residents, (double)p->peer_residents) *
			(double)n_peers / (double)(n_peers + 1) * (1 - 1 / sqrt(came));
	}
	p->chance = silence_chance(p->senders, p->expected);
}

bool
silence_is_silent(const struct silence_place *place)
{
	return place->is_expected && place->chance < SILENCE_BELOW &&
	       place->senders <= SILENCE_PART * place->expected;
}

bool
silence_has_news(const struct silence_place *place, uint32_t senders_then)
{
	return place->is_expected && place->senders > senders_then &&
	       (place->chance > SILENCE_OVER ||
		       place->senders > SILENCE_PART_OVER * place->expected);
}

static int
by_chance(const void *a, const void *b)
{
	const struct silence_place *x = a;
	const struct silence_place *y = b;

	if (x->is_expected != y->is_expected) {
		return x->is_expected ? -1 : 1;
	}
	if (x->is_expected && x->chance != y->chance) {
		return x->chance < y->chance ? -1 : 1;
	}
	return strcmp(x->area->code, y->area->code);
}

size_t
silence_judge(const struct silence *s, const struct area_map *map,
	const struct silence_event *event,
	struct silence_place places[SILENCE_PLACES_MOST])
{
	size_t n = event->n_places == 0 ? 0 : gather(s, map, event, places);

	for (size_t i = 0; i < n; i++) {
		expect(places, n, &places[i]);
	}
	qsort(places, n, sizeof(places[0]), by_chance);
	return n;
}
