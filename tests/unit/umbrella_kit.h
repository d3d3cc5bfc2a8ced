/*
 * umbrella_kit - umbrellas with a log beside them, and DBSCAN by brute force
 *
 * A world is a list of reports still to come. A line is one desk's view of it:
 * its umbrellas, its log, and how it is restarted from that log.
 */
#ifndef TESTS_UMBRELLA_KIT_H
#define TESTS_UMBRELLA_KIT_H

#include "unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dispatch/umbrella.h"
#include "geo/cluster.h"
#include "geo/measure.h"
#include "vedetta/v1/incident.pb-c.h"

enum {
	LOG_ROWS = 4096,
	WORLD_INCIDENTS = 400,
	NOBODY = 0,
};

struct log_row {
	struct umbrella_report report; /* seq 0: an umbrella's row */
	bool is_past;                  /* it moved since, or it is the leaving */
	struct umbrella_row own;
	Vedetta__V1__UmbrellaEvent event;
	uint64_t anchor, other;
};

struct line {
	struct roster roster; /* borrowed incidents: the same in all lines */
	struct umbrellas *umbrellas;
	struct arena *arena;
	uint64_t last_seq;
	int64_t now_ms;
	size_t n_slices; /* of starts */
	size_t n_rows;
	struct log_row rows[LOG_ROWS];
	size_t n_records;
	struct store_umbrella records[LOG_ROWS];
};

static inline void
line_add_incident(struct line *l, uint64_t id, const char *hazard, struct geo_point at,
	uint8_t class_no)
{
	const struct store_incident record = {
		.id = id,
		.seq = id,
		.hazard = hazard_by_code(hazard)->number,
		.status = VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_OPEN,
		.class_no = class_no,
		.has_point = true,
		.point = at,
		.accuracy_m = 10,
		.opened_ms = l->now_ms,
	};
	struct incident *i = incident_new(&record);

	assert_non_null(i);
	assert_int_equal(roster_take(&l->roster, i), 0);
}

static inline void
line_keep_record(struct line *l, const struct store_umbrella *record)
{
	size_t i = 0;

	while (i < l->n_records && l->records[i].id != record->id) {
		i++;
	}
	l->n_records = i == l->n_records ? i + 1 : l->n_records;
	l->records[i] = *record;
}

/* Into the log with all that is due. */
static inline void
line_write(struct line *l)
{
	struct umbrella_row own;
	int more;

	while ((more = umbrellas_next_row(l->umbrellas, l->arena, &own)) == 1) {
		struct log_row *row = &l->rows[l->n_rows++];
		Vedetta__V1__LogUmbrella *body = vedetta__v1__log_umbrella__unpack(
			NULL, own.row.body_bytes, own.row.body);

		assert_non_null(body);
		assert_true(l->n_rows < LOG_ROWS);
		assert_int_equal(own.row.seq, ++l->last_seq);
		assert_int_equal(own.row.kind, STORE_UMBRELLA);
		assert_true(own.row.about < own.row.seq);
		*row = (struct log_row){.own = own,
			.event = body->event,
			.anchor = body->anchor,
			.other = body->other};
		row->own.row.body = NULL;
		vedetta__v1__log_umbrella__free_unpacked(body, NULL);
		line_keep_record(l, &own.record);
	}
	assert_int_equal(more, 0);
	arena_reset(l->arena);
}

/* Reads the log behind that row, as far as it is wanted, until it is current. */
static inline void
line_follow(struct line *l, uint64_t after)
{
	struct umbrellas *u = l->umbrellas;

	for (size_t i = 0, n = l->n_rows; i < n; i++) {
		const struct log_row *row = &l->rows[i];

		if (row->report.seq > after &&
			row->report.at_ms >= umbrellas_wanted_ms(u)) {
			int again;

			do {
				again = umbrellas_follow(
					u, &row->report, l->now_ms, l->last_seq);
				line_write(l);
				l->n_slices++;
			} while (again == 1);
			assert_int_equal(again, 0);
		}
	}
	for (int again = 1; again != 0;) {
		again = umbrellas_catch_up(u, l->now_ms, l->last_seq);
		assert_true(again >= 0);
		line_write(l);
		l->n_slices++;
	}
	assert_true(umbrellas_are_current(u));
}

static inline void
line_start(struct line *l)
{
	struct umbrellas *u = umbrellas_new(&l->roster);
	uint64_t last_seq = l->last_seq;
	int64_t last_ms = 0;

	assert_non_null(u);
	for (size_t i = 0; i < l->n_records; i++) {
		assert_int_equal(umbrellas_load(u, &l->records[i]), 0);
	}
	for (size_t i = 0; i < l->n_rows; i++) {
		const struct log_row *row = &l->rows[i];

		if (row->report.seq == 0) {
			umbrellas_load_row(u, &row->own.row);
			last_ms = row->own.row.at_ms;
		} else {
			last_ms = row->report.at_ms;
		}
	}
	umbrellas_loaded(u, last_seq, last_ms);
	l->umbrellas = u;
	line_follow(l, 0);
}

static inline struct line *
line_new(void)
{
	struct line *l = calloc(1, sizeof(*l));

	assert_non_null(l);
	roster_init(&l->roster);
	l->arena = arena_new(1 << 20);
	assert_non_null(l->arena);
	l->now_ms = 1795000000000;
	line_start(l);
	return l;
}

static inline void
line_restart(struct line *l)
{
	umbrellas_free(l->umbrellas);
	line_start(l);
}

static inline void
line_free(struct line *l)
{
	umbrellas_free(l->umbrellas);
	roster_fini(&l->roster);
	arena_free(l->arena);
	free(l);
}

/* A report in an incident; NOBODY: it opens one of its own. Its row; then take it. */
static inline const struct umbrella_report *
line_log_report(struct line *l, const char *hazard, uint64_t incident,
	struct geo_point at, int64_t late_ms, bool placed)
{
	struct umbrella_report report = {.seq = ++l->last_seq,
		/* What was raw for a while is known by another number. */
		.number = late_ms > 0 ? LOG_ROWS + l->last_seq : l->last_seq,
		.incident = incident,
		.at_ms = l->now_ms,
		.arrival_ms = l->now_ms - late_ms,
		.placed = placed,
		.at = at};

	if (incident == NOBODY) {
		report.incident = report.seq;
		line_add_incident(
			l, report.seq, hazard, at, (uint8_t)(1 + report.seq % 5));
	}
	assert_true(l->n_rows < LOG_ROWS);
	l->rows[l->n_rows].report = report;
	return &l->rows[l->n_rows++].report;
}

static inline uint64_t
line_report(struct line *l, const char *hazard, uint64_t incident, struct geo_point at,
	int64_t late_ms, bool placed)
{
	const struct umbrella_report *report =
		line_log_report(l, hazard, incident, at, late_ms, placed);

	assert_int_equal(
		umbrellas_take(l->umbrellas, report, l->now_ms, l->last_seq), 0);
	line_write(l);
	return report->seq;
}

/* The report of a row in the log is put there, into that incident. */
static inline uint64_t
line_move(struct line *l, struct log_row *row, const char *hazard, uint64_t incident,
	struct geo_point at)
{
	struct umbrella_report report = row->report;
	struct log_row *out = &l->rows[l->n_rows];

	row->is_past = true;
	report.from = report.incident;
	if (incident != report.from) {
		l->n_rows++;
		*out = (struct log_row){
			.report = {.seq = ++l->last_seq,
				.incident = report.from,
				.at_ms = l->now_ms,
				.arrival_ms = l->now_ms},
			.is_past = true,
		};
	}
	report.seq = ++l->last_seq;
	report.incident = incident == NOBODY ? report.seq : incident;
	report.at_ms = l->now_ms;
	report.placed = true;
	report.at = at;
	if (incident == NOBODY) {
		line_add_incident(l, report.seq, hazard, at, 2);
	}
	assert_true(l->n_rows < LOG_ROWS);
	l->rows[l->n_rows++].report = report;
	assert_int_equal(
		umbrellas_take(l->umbrellas, &report, l->now_ms, l->last_seq), 0);
	line_write(l);
	return report.seq;
}

static inline void
line_pass(struct line *l, int64_t ms)
{
	l->now_ms += ms;
	assert_int_equal(umbrellas_take(l->umbrellas, NULL, l->now_ms, l->last_seq), 0);
	line_write(l);
}

/* ---- brute force over the log */

struct brute {
	size_t n;
	const struct umbrella_report *reports[LOG_ROWS];
	bool core[LOG_ROWS];
	size_t part[LOG_ROWS]; /* the first of its component; SIZE_MAX: noise */
};

static inline void
brute_list(struct brute *b, const struct line *l, enum event_group group)
{
	int64_t window_ms = (int64_t)event_group_rule(group)->window_h * 3600000;

	b->n = 0;
	for (size_t i = 0; i < l->n_rows; i++) {
		const struct umbrella_report *r = &l->rows[i].report;
		const struct incident *in =
			r->seq == 0 ? NULL : roster_find(&l->roster, r->incident);

		if (in != NULL && !l->rows[i].is_past && r->placed &&
			in->hazard->group == group &&
			r->arrival_ms + window_ms >= l->now_ms) {
			b->reports[b->n++] = r;
		}
	}
}

static inline double
brute_distance_m(const struct brute *b, size_t i, size_t j)
{
	return measure_distance_m(
		cluster_round(b->reports[i]->at), cluster_round(b->reports[j]->at));
}

static inline void
brute_spread(struct brute *b, size_t first, double eps_m)
{
	size_t queue[LOG_ROWS];
	size_t n = 0;

	b->part[first] = first;
	queue[n++] = first;
	while (n > 0) {
		size_t i = queue[--n];

		for (size_t j = 0; j < b->n; j++) {
			if (b->core[j] && b->part[j] == SIZE_MAX &&
				brute_distance_m(b, i, j) <= eps_m) {
				b->part[j] = first;
				queue[n++] = j;
			}
		}
	}
}

static inline void
brute_solve(struct brute *b, const struct line *l, enum event_group group)
{
	double eps_m = event_group_rule(group)->eps_m;

	brute_list(b, l, group);
	for (size_t i = 0; i < b->n; i++) {
		int n_near = 0;

		b->part[i] = SIZE_MAX;
		for (size_t j = 0; j < b->n; j++) {
			n_near += brute_distance_m(b, i, j) <= eps_m;
		}
		b->core[i] = n_near >= event_group_rule(group)->min_points;
	}
	for (size_t i = 0; i < b->n; i++) {
		if (b->core[i] && b->part[i] == SIZE_MAX) {
			brute_spread(b, i, eps_m);
		}
	}
	for (size_t i = 0; i < b->n; i++) {
		double nearest_m = INFINITY;

		for (size_t j = 0; !b->core[i] && j < b->n; j++) {
			double m = brute_distance_m(b, i, j);

			if (b->core[j] && m <= eps_m && m < nearest_m) {
				nearest_m = m;
				b->part[i] = b->part[j];
			}
		}
	}
}

/* The newest report of the incident of report i. */
static inline size_t
brute_newest(const struct brute *b, size_t i)
{
	size_t newest = i;

	for (size_t j = 0; j < b->n; j++) {
		const struct umbrella_report *r = b->reports[j];
		const struct umbrella_report *n = b->reports[newest];

		if (r->incident == n->incident &&
			(r->arrival_ms > n->arrival_ms ||
				(r->arrival_ms == n->arrival_ms && r->seq > n->seq))) {
			newest = j;
		}
	}
	return newest;
}

/* The open record whose anchor is row seq, or NULL. */
static inline const struct store_umbrella *
line_anchored(const struct line *l, uint64_t seq)
{
	for (size_t i = 0; i < l->n_records; i++) {
		if (l->records[i].status ==
				VEDETTA__V1__UMBRELLA_STATUS__UMBRELLA_STATUS_OPEN &&
			l->records[i].anchor == seq) {
			return &l->records[i];
		}
	}
	return NULL;
}

/*
 * Each component has exactly one open umbrella, whose anchor is one of its core
 * reports; each incident is labelled with that of its newest report.
 */
static inline void
line_check(const struct line *l, struct brute *b, enum event_group group)
{
	static uint64_t ids[LOG_ROWS];
	size_t n_parts = 0, n_open = 0;

	brute_solve(b, l, group);
	for (size_t i = 0; i < b->n; i++) {
		n_parts += b->part[i] == i && b->core[i];
		ids[i] = 0;
	}
	for (size_t i = 0; i < b->n; i++) {
		const struct store_umbrella *u =
			b->core[i] ? line_anchored(l, b->reports[i]->seq) : NULL;

		if (u != NULL) {
			assert_int_equal(ids[b->part[i]], 0);
			ids[b->part[i]] = u->id;
		}
	}
	for (size_t i = 0; i < l->n_records; i++) {
		n_open += l->records[i].event_group == group &&
			  l->records[i].status ==
				  VEDETTA__V1__UMBRELLA_STATUS__UMBRELLA_STATUS_OPEN;
	}
	assert_int_equal(n_open, n_parts);
	for (size_t i = 0; i < b->n; i++) {
		size_t newest = brute_newest(b, i);
		uint64_t wanted =
			b->part[newest] == SIZE_MAX ? 0 : ids[b->part[newest]];

		assert_int_equal(
			umbrellas_of(l->umbrellas, b->reports[i]->incident), wanted);
		assert_true(b->part[newest] == SIZE_MAX || wanted != 0);
	}
}

#endif
