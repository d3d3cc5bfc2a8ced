/*
 * index_ask - questions to the index, read only
 *
 * Each question stands between index_ask_begin() and index_ask_end(): it sees
 * the file at one moment, and is told how far that reaches. What is above is
 * the asker's to look for in the log. The file may be missing, of another log
 * or damaged: then it reaches to 0, and the asker says so or looks longer.
 *
 * A listing gives reports from the newest down and can be stopped and gone on
 * with anywhere; a deadline is a place to stop like any other. A tree is used
 * only to leave out what cannot match: search.h decides.
 */
#ifndef GEO_INDEX_ASK_H
#define GEO_INDEX_ASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "geo/search.h"

struct index_asker;

enum index_ask_answer {
	INDEX_ASK_NONE = 1, /* no index, or none of this log's */
	INDEX_ASK_LATE = 2, /* the deadline passed first */
	INDEX_ASK_BAD = 3,  /* it is damaged: ask without it */
};

enum {
	INDEX_NEAR_MOST = 128,
};

/* NULL when memory is short. Opens nothing yet. */
struct index_asker *index_asker_new(const char *path);
void index_asker_free(struct index_asker *a);

/* Called between rows; late(arg) ends a question. */
void index_asker_set_deadline(
	struct index_asker *a, bool (*late)(const void *arg), const void *arg);

/* Opens the file that stands at the path, when there is one. */
void index_asker_open(struct index_asker *a);

/* Does another file stand at the path than the one that is open? */
bool index_asker_is_outdated(const struct index_asker *a);

/*
 * Before index_asker_open() and any sandbox: what is found damaged is said in a
 * file beside the index, by its inode, and the index's writer makes it anew.
 */
void index_asker_tell(struct index_asker *a);

/* An answer was INDEX_ASK_BAD: tells, when it may. */
void index_ask_tell_bad(struct index_asker *a);

/* *seq: it holds the log up to there. 0, or an answer (*seq is 0 then). */
int index_ask_begin(struct index_asker *a, const char *epoch, uint64_t *seq);
void index_ask_end(struct index_asker *a);

/* The row of a report, by its number; 0: it holds none. 0 or an answer. */
int index_ask_row(struct index_asker *a, uint64_t number, uint64_t *seq);

/* Which areas its rows were given; during a question. */
uint64_t index_ask_areas(const struct index_asker *a);

/*
 * Those with seq < before, the newest first, until visit returns other than 0,
 * which is returned. *at: rows from there up have been looked at (0: all).
 * 0, INDEX_ASK_LATE, INDEX_ASK_BAD, or visit's.
 */
int index_ask_reports(struct index_asker *a, const struct search *s, uint64_t before,
	int (*visit)(void *arg, const struct index_entry *e), void *arg, uint64_t *at);

/* The nearest of those behind (from_m, from_seq) in order of distance, then seq. */
struct index_near {
	double distance_m;
	uint64_t seq;
};

struct index_nearest {
	size_t n, most; /* most <= INDEX_NEAR_MOST */
	double from_m;  /* < 0: from the first */
	uint64_t from_seq;
	uint64_t upto; /* rows above do not count */
	struct index_near at[INDEX_NEAR_MOST];
};

/* Puts one in its place, or leaves it out. */
void index_nearest_add(struct index_nearest *n, double distance_m, uint64_t seq);

/* 0, INDEX_ASK_LATE, or INDEX_ASK_BAD. */
int index_ask_nearest(
	struct index_asker *a, const struct search *s, struct index_nearest *out);

struct index_count {
	const char *area; /* NULL: not by area; "": in none */
	int64_t hour_ms;  /* beginning of the hour; INT64_MIN: not by hour */
	uint64_t reports;
};

/*
 * Counts by what is asked for, of hazards, class, exercise, area and whole
 * hours of the search alone. In order of area, then hour.
 */
int index_ask_counts(struct index_asker *a, const struct search *s, bool by_area,
	bool by_hour, int (*visit)(void *arg, const struct index_count *count),
	void *arg);

struct index_outline {
	uint64_t id;         /* the incident's or the umbrella's */
	uint8_t event_group; /* of an umbrella; 0: an incident's */
	uint8_t hazard;
	uint8_t class_no;
	uint8_t status;
	bool exercise;
	uint64_t reports; /* it is drawn from these: the newest, or the core ones */
	size_t n_ring;
	const double *ring; /* longitude, latitude; past 180 when it crosses it */
};

enum {
	INDEX_OF_INCIDENTS = 1,
	INDEX_OF_UMBRELLAS = 2,
};

/* Those of the kinds (bits) that touch the box of the search, by id, from `from` on. */
int index_ask_outlines(struct index_asker *a, const struct search *s, unsigned kinds,
	uint64_t from, int (*visit)(void *arg, const struct index_outline *outline),
	void *arg);

struct index_border {
	uint64_t id; /* to go on from */
	const char *code;
	const char *name;
	uint8_t level;  /* enum area_level */
	size_t n_rings; /* of each: its number of corners, then longitude, latitude */
	size_t n_numbers;
	const double *numbers;
};

/*
 * Borders in the box, as fine as a map of it can show: from the nation down to
 * the lowest level that makes INDEX_BORDERS_MOST in all, by id, from `from` on.
 */
enum {
	INDEX_BORDERS_MOST = 160,
};

int index_ask_borders(struct index_asker *a, const struct search *s, uint64_t from,
	int (*visit)(void *arg, const struct index_border *border), void *arg);

#endif
