/*
 * umbrella - what hangs together: the large event above its incidents
 *
 * One exact DBSCAN (geo/cluster.h) for each event group, exercises apart, over
 * the exact places of placed reports in the group's window of arrival time
 * (hazard.h); a report counts in the group of its incident. A component is an
 * umbrella as long as it lives.
 *
 * Identity. An umbrella's id is the sequence of the row that opened it, for ever.
 * Of those that merge the one with most core points lives on, of equals the
 * older; of the parts of a split the one with most core points keeps the id, of
 * equals the one with the anchor. The anchor is one of the umbrella's core
 * reports, the newest when it was chosen; when it leaves or is not core any more,
 * another is. Every birth, merge, split, end and change of an anchor is a row of
 * the log (STORE_UMBRELLA), so after a restart each anchor finds the component
 * that is its umbrella. A row says up to which report and which time all was
 * taken into account (`about`, and `print` as milliseconds): up to there a
 * restart only fills the clusters, from there on it makes the rows that are
 * missing. So nothing that comes of it depends on when the desk was restarted.
 * When the clock is set back what has run out stays away, also then.
 *
 * Slices. No call takes away more than UMBRELLA_SLICE points of a group for being
 * too old. What is left goes before the next report does, or it would matter how
 * much was left: a report that comes before that is read from the log, later.
 *
 * Moves. A report that an operator moved counts where it was put, from the time it
 * came, in the group of its new incident. It is put there first and taken
 * away then, so what lives by it keeps its id; where it joins two only while it
 * is in both places, they merge and one part gets a new id.
 *
 * Piles. Those whose equal coordinate was found to be nobody's place (pile.h) are
 * points no longer, nor is the one that completed it; a move makes it one again.
 *
 * Labels. An incident's umbrella is that of its newest placed report in the
 * window. Figures are those of the incidents under it, counted again when
 * something changed, at most once a second, and for a bounded number of
 * incidents each time. It is maxi with more than 30 incidents or 3 km, and
 * stays it until both are a fifth below that (a restart forgets that it
 * stayed): repeats in a maxi umbrella may be grouped. An incident in the
 * footprint of another group's umbrella (within eps of a core point) is tagged
 * with it; these tags follow behind, so many incidents a second.
 *
 * Nothing here is told twice: who listens has a cursor.
 */
#ifndef DISPATCH_UMBRELLA_H
#define DISPATCH_UMBRELLA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dispatch/hazard.h"
#include "dispatch/roster.h"
#include "geo/store_umbrella.h"
#include "proto/arena.h"
#include "vedetta/v1/umbrella.pb-c.h"

struct umbrellas;

enum {
	UMBRELLA_MAXI_INCIDENTS = 30,
	UMBRELLA_MAXI_SPAN_M = 3000,
	UMBRELLA_GONE_MOST = 10000, /* remembered to redirect */
	UMBRELLA_TAGS_MOST = 4,
	UMBRELLA_PLACES_MOST = 512,
	UMBRELLA_SLICE = 1000, /* points of a group that run out at once */
};

/*
 * The roster is borrowed: its incidents keep the numbers of their members, so only the
 * newest of a roster may be given reports. NULL when memory is short.
 */
struct umbrellas *umbrellas_new(const struct roster *roster);
void umbrellas_free(struct umbrellas *u);

/* ---- starting: records, then marks, then rows in order until they are current */

/* As it was stored. 0 or -ENOMEM. */
int umbrellas_load(struct umbrellas *u, const struct store_umbrella *record);

/* A row of kind STORE_UMBRELLA; the last one tells where to begin. */
void umbrellas_load_row(struct umbrellas *u, const struct store_row *row);

/* All records were told, but no row was: the one to tell, or 0. */
uint64_t umbrellas_next_mark(const struct umbrellas *u);

/* All records and rows of the log were told; the log ends here. */
void umbrellas_loaded(struct umbrellas *u, uint64_t last_seq, int64_t last_ms);

/* Rows younger than this, by their time, are wanted. */
int64_t umbrellas_wanted_ms(const struct umbrellas *u);

/*
 * A report as a row tells it: of rows read from the file and of steps alike.
 * placed: it has a place and is a report in its own right.
 */
struct umbrella_report {
	uint64_t seq;    /* of the row */
	uint64_t number; /* of the report: that on its receipt */
	uint64_t incident;
	uint64_t from;      /* it moved out of that one, or in it; 0: it came */
	int64_t at_ms;      /* the row's time */
	int64_t arrival_ms; /* when it came */
	bool placed;
	bool keeps_place; /* it moved, and is where it was; no point across groups */
	bool is_spot;     /* one of those that can make a pile (pile.h) */
	bool piles;       /* the last of a pile: those of its incident are no points */
	struct geo_point at;
};

/*
 * The next row of the log. While the umbrellas are not current it may be left
 * out when it is no report. now_ms and last_seq are those of the rows that are
 * to be written (umbrellas_next_row). 0, -ENOMEM (load again), or 1: much ran out
 * before it, some of that is gone now; tell the same row again.
 */
int umbrellas_follow(struct umbrellas *u, const struct umbrella_report *report,
	int64_t now_ms, uint64_t last_seq);

/*
 * The log ends at what was followed last: from now on steps are taken. 0, -ENOMEM
 * or 1: not yet, some more has run out; go on with what was logged meanwhile.
 */
int umbrellas_catch_up(struct umbrellas *u, int64_t now_ms, uint64_t last_seq);

bool umbrellas_are_current(const struct umbrellas *u);

/* Where a report counts. */
struct umbrella_spot {
	enum event_group group;
	struct geo_point at;
};

/* Where the report of a move stands before that is taken. False: it is no point. */
bool umbrellas_find_moved(const struct umbrellas *u, const struct umbrella_report *move,
	struct umbrella_spot *spot);

/* ---- current */

/*
 * Time has passed, then there is a report (NULL: none). 0, -ENOMEM, or 1: more has
 * run out than goes at once. Call it again without a report until it says 0. If
 * there was one, it was not taken: they are not current any more and follow the
 * log again, from that report's row on.
 */
int umbrellas_take(struct umbrellas *u, const struct umbrella_report *report,
	int64_t now_ms, uint64_t last_seq);

/* The row followed or taken last when they fell behind; 0: they are starting. */
uint64_t umbrellas_followed(const struct umbrellas *u);

/* They are not current, or what has run out is not gone yet. */
bool umbrellas_have_more(const struct umbrellas *u);

/* The incident has changed. Also while they are not current. */
void umbrellas_note(struct umbrellas *u, const struct incident *incident);

/* ---- what is to be written: in order, right behind what caused it */

struct umbrella_row {
	struct store_row row;
	struct store_umbrella record;
};

/* 1 with the next (body in the arena), 0 at the end, -ENOMEM. */
int umbrellas_next_row(
	struct umbrellas *u, struct arena *arena, struct umbrella_row *out);

/* Sequence of the last row in the queue, or what it was given. */
uint64_t umbrellas_last_seq(const struct umbrellas *u);

/* ---- telling */

/* Counts what has changed, moves tags on; call it once a second. */
void umbrellas_tick(struct umbrellas *u);

/* How far somebody was told; all zero is nothing. */
struct umbrella_cursor {
	uint64_t umbrellas;
	uint64_t labels;
	uint32_t label; /* told last: where to go on, if it is the same still */
	bool current;   /* the last word on that */
	bool began;
};

/*
 * What changed since, as of the last tick, into *out, in the arena. Returns 1, 0 when
 * there is nothing to tell, -ENOMEM. Call it until it says 0.
 */
int umbrellas_tell(const struct umbrellas *u, struct umbrella_cursor *cursor,
	struct arena *arena, Vedetta__V1__UmbrellaStates *out);

/* ---- asking */

/* The umbrella of an incident, 0: none. */
uint64_t umbrellas_of(const struct umbrellas *u, uint64_t incident);

/* Under which id it goes on: its own, or into which it merged; 0: it is over. */
uint64_t umbrellas_survivor(const struct umbrellas *u, uint64_t id);

/* A maxi umbrella, to be looked at as a whole. */
struct umbrella_extent {
	uint64_t id;
	enum event_group group;
	bool exercise;
	int64_t opened_ms;
	size_t n_places;
	/* Of its incidents, those that are not within some 2 km of one before. */
	struct geo_point places[UMBRELLA_PLACES_MOST];
};

/* The next one by id behind this. Returns whether there is one. */
bool umbrellas_next_maxi(
	const struct umbrellas *u, uint64_t after, struct umbrella_extent *out);

struct umbrella_figures {
	uint64_t points; /* real ones, as the next two */
	uint64_t open;
	uint64_t maxi;
	uint64_t drills; /* open, of an exercise */
	uint64_t lost;   /* anchors that were not found again */
};

void umbrellas_figures(const struct umbrellas *u, struct umbrella_figures *out);

#endif
