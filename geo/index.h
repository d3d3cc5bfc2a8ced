/*
 * index - the file that finds reports by place, area, words and time
 *
 * Behind the commit: one process follows the log and writes here, readers ask
 * (index_ask.h). Nothing in it is the only copy of anything: when it is gone,
 * damaged, of another version or of another log's epoch it is deleted and made
 * anew from row 1. Each slice is one transaction that moves `seq`, so at any
 * moment, also after a kill, the file holds exactly the rows up to there.
 *
 * Points and outlines are SpatiaLite geometries in WGS 84; its triggers and
 * metadata tables are not used: they would check each row again and write the
 * clock. The R-trees are SQLite's, kept by hand.
 *
 * synchronous is NORMAL: a power cut may take the last slices, never the order.
 */
#ifndef GEO_INDEX_H
#define GEO_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "geo/index_entry.h"
#include "geo/store.h"

struct index_writer;

enum index_answer {
	INDEX_NO_ROOM = 1, /* on the disk */
	INDEX_DAMAGED = 2, /* delete it, make it anew */
	INDEX_BUSY = 3,    /* another process writes it */
};

enum {
	INDEX_SCALES = 3, /* of borders */
};

struct index_state {
	uint64_t seq;
	uint64_t areas; /* as index_begin() was told */
};

/*
 * Opens it, or makes it for this log. One that is not ours to go on with is
 * deleted first, one that holds nothing begins anew; *why (static) says so, else
 * it is NULL. 0, an answer, -errno.
 */
int index_open(struct index_writer **out, const char *path, const char *epoch,
	const char **why);

/* Accepts NULL. */
void index_close(struct index_writer *x);

struct index_state index_state(const struct index_writer *x);

/*
 * Has its WAL grown so long that it should be moved into the file? That is no
 * commit's business: it takes as long as several. 0, an answer, or -errno.
 */
bool index_wants_home(const struct index_writer *x);
int index_move_home(struct index_writer *x);

/* False when its file was deleted, or another stands in its place. */
bool index_is_there(const struct index_writer *x);

/* A reader has found this very file damaged. */
bool index_is_told_damaged(const struct index_writer *x);

/* What readers have told of the file at this path is forgotten. 0 or -errno. */
int index_untell(const char *path);

/* Deletes the file and what belongs to it. 0 or -errno. */
int index_delete(const char *path);

/*
 * A slice: begin, rows in order, commit with the last row's seq. After anything
 * but 0 roll back; INDEX_NO_ROOM leaves it usable. 0, an answer, or -errno.
 */
int index_begin(struct index_writer *x);
int index_put(struct index_writer *x, const struct index_entry *e);
int index_put_incident(struct index_writer *x, const struct store_incident *incident);
int index_move(struct index_writer *x, uint64_t report, uint64_t incident);

/*
 * The report of that number as it stands, without words, channel and areas.
 * *found: it is there. 0, an answer, or -errno.
 */
int index_read_report(
	struct index_writer *x, uint64_t number, struct index_entry *e, bool *found);

/* In a slice: it stands elsewhere. Of both only place, areas and `hangs` differ. */
int index_place(struct index_writer *x, const struct index_entry *was,
	const struct index_entry *now);

int index_commit(struct index_writer *x, struct index_state state);
void index_rollback(struct index_writer *x);

/*
 * Everything a report's row says of a person leaves the file: words, place,
 * areas. In a slice of its own. The row's number, hazard and hour stay.
 */
int index_forget(struct index_writer *x, uint64_t seq);

/*
 * Draws outlines of incidents whose reports have changed, at most so many, as a
 * slice. *left: there are more. 0, an answer, or -errno.
 */
int index_draw_some(struct index_writer *x, size_t most, bool *left);

/* ---- umbrellas: who is in one is the caller's to know (dispatch/footprint.h) */

/* A report that counts for umbrellas, with what its incident is. */
struct index_hanging {
	uint64_t seq;
	int64_t at_ms;
	uint8_t hazard;
	bool exercise;
	struct geo_point at;
};

/* Shows those of rows first to last, in order; ends with what visit returns. */
int index_read_hanging(struct index_writer *x, uint64_t first, uint64_t last,
	int (*visit)(void *arg, const struct index_hanging *h), void *arg);

/* No row younger than this lies below *seq. */
int index_first_since(struct index_writer *x, int64_t since_ms, uint64_t *seq);

struct index_umbrella {
	uint64_t id;
	uint8_t event_group;
	bool exercise;
	size_t reports;
	double margin_m;
	size_t n_points; /* no outline without any */
	const struct geo_point *points;
};

/* Each a slice. The ids of those that are drawn, `most` at most. */
int index_draw_umbrella(struct index_writer *x, const struct index_umbrella *u);
int index_drop_umbrella(struct index_writer *x, uint64_t id);
int index_read_umbrellas(struct index_writer *x, uint64_t *ids, size_t most, size_t *n);

/* ---- areas */

/*
 * The borders of an area by its place in the map, at INDEX_SCALES scales; in a
 * slice. One without ground of its own has none. 0, an answer, or -errno.
 */
int index_put_area(struct index_writer *x, uint64_t place, const struct area *area);

/* The place behind the last one that was put. */
int index_next_area(struct index_writer *x, uint64_t *place);

#endif
