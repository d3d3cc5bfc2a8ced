/*
 * Umbrellas against brute force, and against themselves after restarts. Longer
 * than 500 lines: histories, and what is told of them, share one kit.
 */
#include "umbrella_kit.h"

#include <errno.h>

enum {
	HOUR_MS = 3600000,
	MINUTE_MS = 60000,
};

static uint64_t seed = 20261122;

static uint64_t
draw_bits(void)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return seed * 2685821657736338717u;
}

static size_t
draw_below(size_t n)
{
	return (size_t)(draw_bits() % n);
}

static double
draw_in(double from, double to)
{
	return from + (to - from) * (double)(draw_bits() >> 11) * 0x1p-53;
}

struct region {
	double lat_deg, lon_deg;
};

static const struct region regions[] = {{42.35, 13.4}, {-33.4, -70.6}, {51.5, 0},
	{-17, 180}, {65.8, -180}, {90, 0}, {-90, 100}, {89.9995, 12}};

enum {
	REGIONS = sizeof(regions) / sizeof(regions[0]),
};

/* Within spread times 500 m, to a metre: many are in one place. */
static struct geo_point
draw_place(const struct region *region, double spread)
{
	double reach_m = spread * 500;
	double deg = 180 / M_PI / EARTH_RADIUS_M;
	double north_m = round(draw_in(-reach_m, reach_m) / 50) * 50;
	double east_m = round(draw_in(-reach_m, reach_m) / 50) * 50;
	struct geo_point at = {region->lat_deg + north_m * deg, region->lon_deg};

	if (fabs(region->lat_deg) > 89) {
		at.lon_deg = draw_in(-180, 180);
	} else {
		at.lon_deg += east_m * deg / cos(at.lat_deg * (M_PI / 180));
	}
	if (fabs(at.lat_deg) > 90) {
		at.lat_deg = copysign(180, at.lat_deg) - at.lat_deg;
	}
	at.lon_deg = remainder(at.lon_deg, 360);
	return cluster_round(at);
}

/* One step of a history: a report, or time that passes. */
struct happening {
	int64_t pass_ms; /* first; 0: none */
	bool restarts;
	struct geo_point at;
	const char *hazard;
	int64_t late_ms;
	bool joins; /* the incident of an earlier report, if there is one */
	bool placed;
	bool moves; /* the report of an earlier row, in the incident it has or joins */
	bool stays;
	size_t joins_row;
	size_t moves_row;
};

static struct happening
draw_happening(const struct region *region, double spread, const char *hazard)
{
	struct happening h = {.at = draw_place(region, spread),
		.hazard = hazard,
		.joins = draw_below(3) == 0,
		.joins_row = draw_below(1000),
		.placed = draw_below(12) != 0,
		.moves = draw_below(5) == 0,
		.stays = draw_below(2) == 0,
		.moves_row = draw_below(1000)};

	if (draw_below(3) == 0) {
		h.pass_ms = (int64_t)draw_below(4 * HOUR_MS);
	}
	if (draw_below(10) == 0) {
		h.late_ms = (int64_t)draw_below(6 * HOUR_MS);
	}
	return h;
}

/* What came before in the log, of the same hazard; NOBODY when it did not. */
static uint64_t
incident_to_join(const struct line *l, const struct happening *h)
{
	const struct log_row *row;

	if (!h->joins || l->n_rows == 0) {
		return NOBODY;
	}
	row = &l->rows[h->joins_row % l->n_rows];
	return row->report.seq == 0 ||
			       strcmp(roster_find(&l->roster, row->report.incident)
					       ->hazard->code,
				       h->hazard) != 0
		       ? NOBODY
		       : row->report.incident;
}

/* The row that says where its report is now; NULL: it does not. */
static struct log_row *
row_to_move(struct line *l, const struct happening *h)
{
	struct log_row *row =
		l->n_rows == 0 ? NULL : &l->rows[h->moves_row % l->n_rows];

	return row == NULL || row->report.seq == 0 || row->is_past ? NULL : row;
}

static void
happen(struct line *l, const struct happening *h)
{
	struct log_row *row;

	if (h->pass_ms > 0) {
		line_pass(l, h->pass_ms);
	}
	row = row_to_move(l, h);
	if (h->moves && row != NULL) {
		(void)line_move(l, row, h->hazard,
			h->stays ? row->report.incident : incident_to_join(l, h),
			h->at);
		return;
	}
	(void)line_report(
		l, h->hazard, incident_to_join(l, h), h->at, h->late_ms, h->placed);
}

static void
umbrellas_are_the_components_after_every_change_and_expiry(void **state)
{
	static const struct {
		const char *hazard;
		enum event_group group;
	} kinds[] = {{"collapse", EVENT_GROUP_SEISMIC}, {"flood", EVENT_GROUP_HYDRO},
		{"fire", EVENT_GROUP_FIRE}, {"medical", EVENT_GROUP_LOCAL}};
	struct brute *b = calloc(1, sizeof(*b));

	(void)state;
	for (size_t round = 0; round < 160; round++) {
		struct line *l = line_new();
		const char *hazard = kinds[round % 4].hazard;
		double spread = draw_in(0.4, 3);

		for (int step = 0; step < 90; step++) {
			struct happening h = draw_happening(
				&regions[(round / 4) % REGIONS], spread, hazard);

			happen(l, &h);
			line_check(l, b, kinds[round % 4].group);
		}
		for (int step = 0; step < 40; step++) {
			line_pass(l, 2 * HOUR_MS);
			line_check(l, b, kinds[round % 4].group);
		}
		line_free(l);
	}
	free(b);
}

static void
assert_same_rows(const struct line *a, const struct line *b)
{
	assert_int_equal(a->n_rows, b->n_rows);
	for (size_t i = 0; i < a->n_rows; i++) {
		const struct log_row *x = &a->rows[i];
		const struct log_row *y = &b->rows[i];

		assert_int_equal(x->report.seq, y->report.seq);
		assert_int_equal(x->own.row.seq, y->own.row.seq);
		assert_int_equal(x->own.row.at_ms, y->own.row.at_ms);
		assert_int_equal(x->own.row.subject, y->own.row.subject);
		assert_int_equal(x->own.row.prev, y->own.row.prev);
		assert_int_equal(x->own.row.about, y->own.row.about);
		assert_int_equal(x->own.row.print, y->own.row.print);
		assert_int_equal(x->event, y->event);
		assert_int_equal(x->anchor, y->anchor);
		assert_int_equal(x->other, y->other);
		assert_int_equal(x->own.record.status, y->own.record.status);
	}
}

static void
assert_same_labels(const struct line *a, const struct line *b)
{
	for (size_t i = 0; i < a->n_rows; i++) {
		uint64_t incident = a->rows[i].report.incident;

		assert_int_equal(umbrellas_of(a->umbrellas, incident),
			umbrellas_of(b->umbrellas, incident));
	}
}

/* Of the rows there are, as many as each event has. */
static void
count_events(const struct line *l, size_t n[8])
{
	for (size_t i = 0; i < l->n_rows; i++) {
		n[l->rows[i].event] += l->rows[i].report.seq == 0;
	}
}

/*
 * The same history twice: one line lives on, the other is restarted again and
 * again, also just before time passes. Both write the same log.
 */
static void
restarts_change_nothing_that_is_ever_written(void **state)
{
	size_t n_events[8] = {0};

	(void)state;
	for (size_t round = 0; round < 240; round++) {
		struct line *lives = line_new();
		struct line *dies = line_new();
		double spread = draw_in(0.5, 4);
		size_t every = 1 + draw_below(9);

		for (size_t step = 0; step < 120; step++) {
			struct happening h = draw_happening(
				&regions[round % REGIONS], spread, "fire");

			/* Moved, some are of another group with another window. */
			if (h.moves && draw_below(4) == 0) {
				h.hazard = "medical";
			}
			if (step % every == 0) {
				line_restart(dies);
				assert_same_rows(lives, dies);
				assert_same_labels(lives, dies);
			}
			happen(lives, &h);
			happen(dies, &h);
			assert_same_rows(lives, dies);
			assert_same_labels(lives, dies);
		}
		line_restart(dies);
		line_pass(lives, 30 * HOUR_MS);
		line_pass(dies, 30 * HOUR_MS);
		assert_same_rows(lives, dies);
		count_events(lives, n_events);
		line_free(lives);
		line_free(dies);
	}
	/* The histories are such that all of it happens, and often. */
	assert_true(n_events[VEDETTA__V1__UMBRELLA_EVENT__UMBRELLA_EVENT_BORN] > 300);
	assert_true(n_events[VEDETTA__V1__UMBRELLA_EVENT__UMBRELLA_EVENT_MERGED] > 200);
	assert_true(
		n_events[VEDETTA__V1__UMBRELLA_EVENT__UMBRELLA_EVENT_SPLIT_OFF] > 100);
	assert_true(n_events[VEDETTA__V1__UMBRELLA_EVENT__UMBRELLA_EVENT_ENDED] > 300);
	assert_true(
		n_events[VEDETTA__V1__UMBRELLA_EVENT__UMBRELLA_EVENT_ANCHORED] > 700);
	assert_int_equal(n_events[VEDETTA__V1__UMBRELLA_EVENT__UMBRELLA_EVENT_LOST], 0);
}

static struct geo_point
east_of(struct geo_point from, double metres)
{
	from.lon_deg += metres / EARTH_RADIUS_M * (180 / M_PI) /
			cos(from.lat_deg * (M_PI / 180));
	return from;
}

static const struct geo_point aquila = {42.35, 13.4};

static const struct log_row *
last_row(const struct line *l)
{
	return &l->rows[l->n_rows - 1];
}

static void
the_order_of_arrival_does_not_change_the_labels(void **state)
{
	struct brute *b = calloc(1, sizeof(*b));
	struct geo_point places[60];

	(void)state;
	for (size_t i = 0; i < 60; i++) {
		places[i] = draw_place(&regions[0], 4);
	}
	for (size_t order = 0; order < 20; order++) {
		struct line *l = line_new();

		for (size_t i = 59; i > 0; i--) {
			size_t k = draw_below(i + 1);
			struct geo_point at = places[i];

			places[i] = places[k];
			places[k] = at;
		}
		for (size_t i = 0; i < 60; i++) {
			(void)line_report(l, "collapse", NOBODY, places[i], 0, true);
		}
		line_check(l, b, EVENT_GROUP_SEISMIC);
		line_free(l);
	}
	free(b);
}

static void
of_equals_the_older_lives_on_and_the_larger_part_keeps_the_id(void **state)
{
	struct line *l = line_new();
	uint64_t older, younger;

	(void)state;
	for (int i = 0; i < 3; i++) {
		(void)line_report(l, "medical", NOBODY, aquila, 0, true);
	}
	older = last_row(l)->own.row.subject;
	line_pass(l, HOUR_MS);
	/* What comes late leaves early. */
	(void)line_report(
		l, "medical", NOBODY, east_of(aquila, 290), 11 * HOUR_MS, true);
	for (int i = 0; i < 4; i++) {
		(void)line_report(l, "medical", NOBODY, east_of(aquila, 870), 0, true);
	}
	younger = umbrellas_of(l->umbrellas, l->last_seq);
	assert_true(older != 0 && younger > older);
	/* Four core points here, four there. */
	(void)line_report(
		l, "medical", NOBODY, east_of(aquila, 580), 11 * HOUR_MS, true);
	assert_int_equal(
		last_row(l)->event, VEDETTA__V1__UMBRELLA_EVENT__UMBRELLA_EVENT_MERGED);
	assert_int_equal(last_row(l)->own.row.subject, younger);
	assert_int_equal(last_row(l)->other, older);
	assert_int_equal(umbrellas_of(l->umbrellas, l->last_seq - 1), older);
	/* Of what is left, four are there and three here. */
	line_pass(l, HOUR_MS + 1);
	assert_int_equal(l->rows[l->n_rows - 2].event,
		VEDETTA__V1__UMBRELLA_EVENT__UMBRELLA_EVENT_SPLIT_OFF);
	assert_int_equal(l->rows[l->n_rows - 2].other, older);
	assert_int_equal(
		umbrellas_of(l->umbrellas, 1), l->rows[l->n_rows - 2].own.row.subject);
	assert_int_equal(last_row(l)->event,
		VEDETTA__V1__UMBRELLA_EVENT__UMBRELLA_EVENT_ANCHORED);
	assert_int_equal(last_row(l)->own.row.subject, older);
	line_free(l);
}

/* ---- moves */

static void
a_moved_report_leaves_one_umbrella_and_joins_another(void **state)
{
	struct line *l = line_new();
	struct geo_point there = east_of(aquila, 5000);
	uint64_t here_id, there_id, mover;

	(void)state;
	for (int i = 0; i < 3; i++) {
		(void)line_report(l, "collapse", NOBODY, aquila, 0, true);
	}
	here_id = umbrellas_of(l->umbrellas, 1);
	for (int i = 0; i < 3; i++) {
		(void)line_report(l, "collapse", NOBODY, there, 0, true);
	}
	there_id = umbrellas_of(l->umbrellas, l->last_seq - 1);
	assert_true(here_id != 0 && there_id != 0);
	line_pass(l, MINUTE_MS);
	mover = line_report(l, "collapse", 1, aquila, 0, true);
	(void)line_move(l, &l->rows[0], "collapse", NOBODY, there);
	/* It took its own label along; the later one of its old incident stays. */
	assert_int_equal(umbrellas_of(l->umbrellas, l->last_seq), there_id);
	assert_int_equal(umbrellas_of(l->umbrellas, 1), here_id);
	(void)line_move(l, &l->rows[l->n_rows - 1], "collapse", 1, there);
	assert_int_equal(umbrellas_of(l->umbrellas, 1), here_id);
	for (size_t i = 0; i < l->n_rows; i++) {
		if (l->rows[i].report.seq == mover) {
			(void)line_move(l, &l->rows[i], "collapse", NOBODY, there);
		}
	}
	assert_int_equal(umbrellas_of(l->umbrellas, 1), there_id);
	/* Two are not enough to hang together. */
	assert_int_equal(
		last_row(l)->event, VEDETTA__V1__UMBRELLA_EVENT__UMBRELLA_EVENT_ENDED);
	assert_int_equal(last_row(l)->own.row.subject, here_id);
	assert_int_equal(umbrellas_of(l->umbrellas, 2), 0);
	line_free(l);
}

static void
what_is_moved_a_little_keeps_the_umbrella(void **state)
{
	struct line *l = line_new();
	uint64_t id;

	(void)state;
	for (int i = 0; i < 3; i++) {
		(void)line_report(l, "collapse", NOBODY, aquila, 0, true);
	}
	id = umbrellas_of(l->umbrellas, 1);
	(void)line_move(l, &l->rows[2], "collapse", 3, east_of(aquila, 30));
	assert_int_equal(umbrellas_of(l->umbrellas, 3), id);
	assert_int_equal(umbrellas_of(l->umbrellas, 1), id);
	line_restart(l);
	assert_int_equal(umbrellas_of(l->umbrellas, 3), id);
	line_free(l);
}

static void
a_report_that_ran_out_is_moved_to_no_umbrella(void **state)
{
	struct line *l = line_new();
	struct umbrella_figures figures;

	(void)state;
	(void)line_report(l, "medical", NOBODY, aquila, 0, true);
	(void)line_report(l, "medical", NOBODY, aquila, 0, false);
	line_pass(l, 12 * HOUR_MS + 1);
	(void)line_report(l, "medical", NOBODY, aquila, 0, true);
	(void)line_report(l, "medical", NOBODY, aquila, 0, true);
	(void)line_move(l, &l->rows[0], "medical", NOBODY, aquila);
	(void)line_move(l, &l->rows[1], "medical", 2, aquila);
	umbrellas_figures(l->umbrellas, &figures);
	assert_int_equal(figures.points, 2);
	assert_int_equal(figures.open, 0);
	line_free(l);
}

static void
a_place_makes_an_unplaced_report_hang_together(void **state)
{
	struct line *l = line_new();

	(void)state;
	for (int i = 0; i < 3; i++) {
		(void)line_report(l, "medical", NOBODY, aquila, 0, i < 2);
	}
	assert_int_equal(umbrellas_of(l->umbrellas, 1), 0);
	(void)line_move(l, &l->rows[2], "medical", 3, aquila);
	assert_int_equal(umbrellas_of(l->umbrellas, 1), l->last_seq);
	assert_int_equal(umbrellas_of(l->umbrellas, 3), l->last_seq);
	/* A place that was erased is no place. */
	l->rows[l->n_rows - 2].report.placed = false;
	line_restart(l);
	assert_int_equal(umbrellas_of(l->umbrellas, 3), 0);
	line_free(l);
}

static void
a_hundred_thousand_reports_at_one_place_are_one_umbrella(void **state)
{
	struct line *l = line_new();
	struct umbrella_report r = {.incident = 1, .placed = true, .at = aquila};
	struct umbrella_figures figures;
	struct umbrella_row own;
	size_t n_rows = 0;

	(void)state;
	line_add_incident(l, 1, "collapse", aquila, 1);
	for (uint64_t i = 1; i <= 100000; i++) {
		l->now_ms++;
		r.seq = ++l->last_seq;
		r.at_ms = r.arrival_ms = l->now_ms;
		assert_int_equal(
			umbrellas_take(l->umbrellas, &r, l->now_ms, l->last_seq), 0);
		while (umbrellas_next_row(l->umbrellas, l->arena, &own) == 1) {
			l->last_seq++;
			n_rows++;
		}
		arena_reset(l->arena);
	}
	assert_int_equal(n_rows, 1);
	l->now_ms += 73 * HOUR_MS;
	while (umbrellas_take(l->umbrellas, NULL, l->now_ms, l->last_seq) == 1) {
	}
	/* Its anchor left first, then its newest, then itself. */
	while (umbrellas_next_row(l->umbrellas, l->arena, &own) == 1) {
		n_rows++;
	}
	assert_int_equal(n_rows, 3);
	umbrellas_figures(l->umbrellas, &figures);
	assert_int_equal(figures.points, 0);
	assert_int_equal(figures.open, 0);
	line_free(l);
}

/* ---- what is lost */

static void
an_umbrella_whose_anchor_is_gone_ends_and_what_is_left_is_born_anew(void **state)
{
	struct line *l = line_new();
	struct umbrella_figures figures;
	uint64_t old;

	(void)state;
	for (int i = 0; i < 6; i++) {
		(void)line_report(l, "collapse", NOBODY, aquila, 0, true);
	}
	old = umbrellas_of(l->umbrellas, 1);
	for (size_t i = 0; i < l->n_rows; i++) {
		if (l->rows[i].report.seq == l->records[0].anchor) {
			l->rows[i].report.placed = false; /* erased meanwhile */
		}
	}
	line_restart(l);
	assert_int_equal(l->rows[l->n_rows - 2].event,
		VEDETTA__V1__UMBRELLA_EVENT__UMBRELLA_EVENT_LOST);
	assert_int_equal(
		last_row(l)->event, VEDETTA__V1__UMBRELLA_EVENT__UMBRELLA_EVENT_BORN);
	assert_true(umbrellas_of(l->umbrellas, 1) > old);
	umbrellas_figures(l->umbrellas, &figures);
	assert_int_equal(figures.lost, 1);
	assert_int_equal(figures.open, 1);
	/* The next restart has nothing to mend. */
	old = l->last_seq;
	line_restart(l);
	assert_int_equal(l->last_seq, old);
	line_free(l);
}

static void
two_records_with_one_component_become_one(void **state)
{
	struct line *l = line_new();
	struct store_umbrella twin;

	(void)state;
	for (int i = 0; i < 3; i++) {
		(void)line_report(l, "fire", NOBODY, aquila, 0, true);
	}
	twin = l->records[0];
	twin.id = 2;
	twin.anchor = 1;
	l->records[l->n_records++] = twin;
	line_restart(l);
	assert_int_equal(
		last_row(l)->event, VEDETTA__V1__UMBRELLA_EVENT__UMBRELLA_EVENT_MERGED);
	assert_int_equal(last_row(l)->own.row.subject, 2);
	assert_int_equal(last_row(l)->other, l->records[0].id);
	line_free(l);
}

static void
a_record_of_an_unknown_group_is_left_alone(void **state)
{
	struct line *l = line_new();

	(void)state;
	l->records[l->n_records++] = (struct store_umbrella){.id = 1,
		.event_group = 99,
		.status = VEDETTA__V1__UMBRELLA_STATUS__UMBRELLA_STATUS_OPEN};
	line_restart(l);
	assert_int_equal(l->n_rows, 0);
	line_free(l);
}

/* ---- what is told */

struct told {
	struct umbrella_cursor cursor;
	size_t n_messages;
	Vedetta__V1__UmbrellaStates last;
};

static void
tell(struct line *l, struct told *t)
{
	Vedetta__V1__UmbrellaStates states;

	arena_reset(l->arena);
	umbrellas_tick(l->umbrellas);
	t->n_messages = 0;
	while (umbrellas_tell(l->umbrellas, &t->cursor, l->arena, &states) == 1) {
		t->last = states;
		t->n_messages++;
	}
}

static void
figures_are_those_of_the_incidents_and_told_when_they_change(void **state)
{
	struct line *l = line_new();
	struct told t = {.n_messages = 0};
	const Vedetta__V1__Umbrella *u;
	uint64_t first;

	(void)state;
	tell(l, &t);
	assert_int_equal(t.n_messages, 1);
	assert_true(t.last.full && !t.last.rebuilding && t.last.n_umbrellas == 0);
	first = line_report(l, "collapse", NOBODY, aquila, 0, true);
	line_pass(l, MINUTE_MS);
	(void)line_report(l, "collapse", first, aquila, 0, true);
	(void)line_report(l, "collapse", NOBODY, east_of(aquila, 400), 0, true);
	tell(l, &t);
	assert_int_equal(t.n_messages, 1);
	assert_false(t.last.full);
	assert_int_equal(t.last.n_umbrellas, 1);
	assert_int_equal(t.last.n_labels, 2);
	u = t.last.umbrellas[0];
	assert_int_equal(u->incidents, 2);
	assert_int_equal(u->reports, 3);
	assert_int_equal(u->n_classes, 2);
	assert_int_equal(u->classes[0]->class_, 2);
	assert_int_equal(u->classes[0]->incidents, 1);
	assert_int_equal(u->last_report_at->seconds - u->first_at->seconds, 60);
	assert_float_equal(u->span_m, 400, 1);
	assert_float_equal(u->centre->lon_deg, east_of(aquila, 200).lon_deg, 1e-6);
	assert_false(u->maxi);
	assert_int_equal(t.last.labels[0]->umbrella_id, u->id);
	tell(l, &t);
	assert_int_equal(t.n_messages, 0);
	line_pass(l, 80 * HOUR_MS);
	tell(l, &t);
	assert_int_equal(t.last.n_umbrellas, 1);
	assert_int_equal(t.last.umbrellas[0]->status,
		VEDETTA__V1__UMBRELLA_STATUS__UMBRELLA_STATUS_ENDED);
	assert_int_equal(t.last.labels[0]->umbrella_id, 0);
	line_free(l);
}

static void
the_box_goes_over_the_antimeridian(void **state)
{
	struct line *l = line_new();
	struct geo_point west = {-17, 179.998};
	struct told t = {.n_messages = 0};

	(void)state;
	(void)line_report(l, "collapse", NOBODY, west, 0, true);
	(void)line_report(
		l, "collapse", NOBODY, (struct geo_point){-17, -179.998}, 0, true);
	(void)line_report(l, "collapse", NOBODY, west, 0, true);
	tell(l, &t);
	assert_float_equal(t.last.umbrellas[0]->box->west_deg, 179.998, 1e-9);
	assert_float_equal(t.last.umbrellas[0]->box->east_deg, -179.998, 1e-9);
	assert_true(t.last.umbrellas[0]->span_m < 500);
	line_free(l);
}

static void
it_is_maxi_over_three_kilometres_with_few_incidents_too(void **state)
{
	static const double step_m = 495; /* eps is 500 */
	struct line *l = line_new();
	struct told t = {.n_messages = 0};

	(void)state;
	for (int i = 0; i <= 6; i++) {
		(void)line_report(
			l, "collapse", NOBODY, east_of(aquila, i * step_m), 0, true);
	}
	tell(l, &t);
	assert_in_range(t.last.umbrellas[0]->span_m, 2900, 2999);
	assert_false(t.last.umbrellas[0]->maxi);
	(void)line_report(l, "collapse", NOBODY, east_of(aquila, 7 * step_m), 0, true);
	tell(l, &t);
	assert_int_equal(t.last.umbrellas[0]->incidents, 8);
	assert_true(t.last.umbrellas[0]->maxi);
	line_free(l);
}

static void
it_is_maxi_over_thirty_incidents_and_stays_it_a_while(void **state)
{
	struct line *l = line_new();
	struct told t = {.n_messages = 0};

	(void)state;
	for (int i = 0; i < 30; i++) {
		line_pass(l, MINUTE_MS);
		(void)line_report(l, "collapse", NOBODY, aquila, 0, true);
	}
	tell(l, &t);
	assert_false(t.last.umbrellas[0]->maxi);
	line_pass(l, MINUTE_MS);
	(void)line_report(l, "collapse", NOBODY, aquila, 0, true);
	tell(l, &t);
	assert_true(t.last.umbrellas[0]->maxi && t.last.umbrellas[0]->grouped);
	line_pass(l, 72 * HOUR_MS - 31 * MINUTE_MS + 5 * MINUTE_MS);
	tell(l, &t);
	assert_int_equal(t.last.umbrellas[0]->incidents, 27);
	assert_true(t.last.umbrellas[0]->maxi);
	line_pass(l, 3 * MINUTE_MS);
	tell(l, &t);
	assert_int_equal(t.last.umbrellas[0]->incidents, 24);
	assert_false(t.last.umbrellas[0]->maxi);
	line_free(l);
}

static void
an_incident_in_another_groups_footprint_is_tagged(void **state)
{
	struct line *l = line_new();
	struct told t = {.n_messages = 0};
	uint64_t umbrella;

	(void)state;
	for (int i = 0; i < 3; i++) {
		(void)line_report(l, "collapse", NOBODY, aquila, 0, true);
	}
	umbrella = umbrellas_of(l->umbrellas, 1);
	(void)line_report(l, "gas_leak", NOBODY, east_of(aquila, 499), 0, true);
	(void)line_report(l, "gas_leak", NOBODY, east_of(aquila, 501), 0, true);
	tell(l, &t);
	assert_int_equal(t.last.n_labels, 4);
	assert_int_equal(t.last.labels[3]->n_tags, 1);
	assert_int_equal(t.last.labels[3]->tags[0], umbrella);
	assert_int_equal(t.last.labels[3]->umbrella_id, 0);
	line_free(l);
}

static void
a_closed_incident_and_a_worse_class_are_counted_anew(void **state)
{
	struct line *l = line_new();
	struct told t = {.n_messages = 0};
	struct incident *i;

	(void)state;
	for (int n = 0; n < 3; n++) {
		(void)line_report(l, "collapse", NOBODY, aquila, 0, true);
	}
	tell(l, &t);
	i = roster_find(&l->roster, 2);
	i->class_no = 1;
	umbrellas_note(l->umbrellas, i);
	i = roster_find(&l->roster, 3);
	i->status = VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_CLOSED;
	umbrellas_note(l->umbrellas, i);
	tell(l, &t);
	assert_int_equal(t.last.umbrellas[0]->incidents, 2);
	assert_int_equal(t.last.umbrellas[0]->classes[0]->class_, 1);
	line_free(l);
}

/* ---- memory */

static void
what_lacks_memory_says_so(void **state)
{
	struct roster roster;

	(void)state;
	roster_init(&roster);
	for (unsigned long n = 1;; n++) {
		struct umbrellas *u;

		alloc_fail_at(n);
		u = umbrellas_new(&roster);
		if (!alloc_failed()) {
			alloc_fail_at(0);
			assert_non_null(u);
			umbrellas_free(u);
			break;
		}
		assert_null(u);
	}
	for (unsigned long n = 1;; n++) {
		struct line *l = line_new();
		int fault = 0;

		for (uint64_t id = 1; id <= 40; id++) {
			line_add_incident(l, id, "collapse",
				east_of(aquila, 40.0 * (double)id), 1);
		}
		alloc_fail_at(n);
		for (uint64_t id = 1; fault == 0 && id <= 40; id++) {
			struct umbrella_report r = {.seq = id,
				.incident = id,
				.at_ms = l->now_ms,
				.arrival_ms = l->now_ms + (int64_t)id,
				.placed = true,
				.at = east_of(aquila, 40.0 * (double)(id * 7 % 41))};

			fault = umbrellas_take(l->umbrellas, &r, l->now_ms, 100 + id);
		}
		if (fault == 0) {
			fault = umbrellas_take(
				l->umbrellas, NULL, l->now_ms + 72 * HOUR_MS + 20, 200);
		}
		if (!alloc_failed()) {
			alloc_fail_at(0);
			assert_int_equal(fault, 0);
			line_free(l);
			break;
		}
		alloc_fail_at(0);
		assert_int_equal(fault, -ENOMEM);
		line_free(l);
	}
	roster_fini(&roster);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			umbrellas_are_the_components_after_every_change_and_expiry),
		cmocka_unit_test(restarts_change_nothing_that_is_ever_written),
		cmocka_unit_test(the_order_of_arrival_does_not_change_the_labels),
		cmocka_unit_test(
			of_equals_the_older_lives_on_and_the_larger_part_keeps_the_id),
		cmocka_unit_test(a_moved_report_leaves_one_umbrella_and_joins_another),
		cmocka_unit_test(what_is_moved_a_little_keeps_the_umbrella),
		cmocka_unit_test(a_report_that_ran_out_is_moved_to_no_umbrella),
		cmocka_unit_test(a_place_makes_an_unplaced_report_hang_together),
		cmocka_unit_test(
			a_hundred_thousand_reports_at_one_place_are_one_umbrella),
		cmocka_unit_test(
			an_umbrella_whose_anchor_is_gone_ends_and_what_is_left_is_born_anew),
		cmocka_unit_test(two_records_with_one_component_become_one),
		cmocka_unit_test(a_record_of_an_unknown_group_is_left_alone),
		cmocka_unit_test(
			figures_are_those_of_the_incidents_and_told_when_they_change),
		cmocka_unit_test(the_box_goes_over_the_antimeridian),
		cmocka_unit_test(it_is_maxi_over_thirty_incidents_and_stays_it_a_while),
		cmocka_unit_test(
			it_is_maxi_over_three_kilometres_with_few_incidents_too),
		cmocka_unit_test(an_incident_in_another_groups_footprint_is_tagged),
		cmocka_unit_test(a_closed_incident_and_a_worse_class_are_counted_anew),
		cmocka_unit_test(what_lacks_memory_says_so),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
