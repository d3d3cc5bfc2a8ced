/*
 * replay_plan - which report goes out when
 *
 * From a table and what the user said about its columns comes a list of
 * reports in order of time, each with its due moment after the start. Columns
 * not named by --map are found by their usual names. A row that makes no
 * report (unreadable, no moment, coordinates out of range) is told with its
 * line and reason and counted: it is not sent.
 *
 * A hazard column that holds our codes is used as such; anything else in it
 * ("1. Urgences | Emergency") is words, and becomes the text when there is no
 * other. A row without coordinates is a report without a place.
 *
 * No clock here: the moment of the start is an argument.
 */
#ifndef SERVER_REPLAY_PLAN_H
#define SERVER_REPLAY_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "server/replay_table.h"

/* What a column may mean. */
enum replay_field {
	REPLAY_LAT,
	REPLAY_LON,
	REPLAY_TIME,
	REPLAY_MINUTES, /* after the start, instead of a time */
	REPLAY_HAZARD,
	REPLAY_TEXT,
	REPLAY_ACCURACY, /* metres */
	REPLAY_KIND,     /* of place: browser_fix, place_name, ... */
	REPLAY_WORDS,    /* the place in words */
	REPLAY_ABOUT,    /* self, other */
	REPLAY_SIGNS,    /* names with spaces between: "trapped injured" */
	REPLAY_PEOPLE,   /* none, one, two_to_five, more */
	REPLAY_LANG,
	REPLAY_SENDER, /* any name: equal ones are one person with one web token */
	REPLAY_FIELDS,
};

struct replay_options {
	/* Column for each field, or NULL: look for a usual name. */
	const char *columns[REPLAY_FIELDS];
	const char *hazard;      /* for rows without one of our codes */
	const char *kind;        /* for rows that do not say how the place was found */
	const char *time_format; /* strptime(), or NULL */
	double speed;            /* 1: as it was; 0: all at once */
	double rate;             /* a second, evenly; 0: as the times say */
	size_t limit;            /* rows; 0: all */
};

struct replay_report {
	const struct replay_row *row; /* inside the table */
	int64_t at_ms;                /* in the file's own time */
	int64_t due_ms;               /* after the start */
	size_t sender;                /* from 1; 0: not named */
};

struct replay_plan {
	int columns[REPLAY_FIELDS];           /* -1: the table has none */
	const struct replay_table *table;     /* borrowed: lives longer */
	const struct replay_options *options; /* borrowed: lives longer */
	size_t n_reports;
	struct replay_report *reports; /* by due_ms, then as in the file */
	size_t n_senders;
	size_t n_bad;
};

enum replay_plan_answer {
	REPLAY_PLAN_BAD = 1, /* no column of ours, or not the one --map says: told */
};

/* The word for --map, such as "lat"; REPLAY_FIELDS when there is none such. */
enum replay_field replay_field_by_name(const char *name, size_t bytes);

/* "browser_fix" and its like, as a kind column may hold. */
bool replay_kind_is_known(const char *kind);

/* Makes the plan and tells bad rows to err. 0, REPLAY_PLAN_BAD, or -ENOMEM. */
int replay_plan_make(struct replay_plan *plan, const struct replay_table *table,
	const struct replay_options *options, FILE *err);

void replay_plan_fini(struct replay_plan *plan);

/*
 * The report as the API takes it; free() it. claimed_ms: Unix time it says it
 * happened at; 0: it does not say. NULL when memory is short.
 */
char *replay_plan_body(const struct replay_plan *plan,
	const struct replay_report *report, int64_t claimed_ms);

#endif
