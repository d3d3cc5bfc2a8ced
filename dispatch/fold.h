/*
 * fold - which reports say what another already said
 *
 * A report folds into the first report of a duplicate group of its incident
 * when all of this holds (design.md 2):
 *
 *	the same family, and both real or both exercise
 *	it came within 30 minutes of the first, before it if it was read late
 *	it is within min(max(25 m, both accuracies), R/2) of the first, R being the
 *	smaller radius of the two hazards; an accuracy nobody stated widens nothing
 *	its words are like the first's (likeness.h), or both are of the same source
 *	(a token's: a network is many people) and do not contradict each other
 *	it is not worse: no sign, not more people, no worse class, and no word of
 *	a danger to people that the first lacks
 *	who is there speaks (about = self) only folds into one who is there too, and
 *	one that came through our own pages never into a cross-site one
 *
 * Of several the oldest takes it. Folding changes what is shown, never a count,
 * a rank or a row's place in the log. A report without a trusted place never
 * folds, neither do additions. In doubt a report stays in sight. The order is the
 * log's: of two of which one was read late (raw mode) the one read first is the
 * first, whichever came first.
 *
 * Which reports are firsts follows from the rows alone; their words and points
 * are filled in, by the step or when the file is read back. Words are kept as
 * they were said and boiled down (sketch.h) when a second report asks, since
 * most firsts stay alone; a text longer than its sketch at once. What is held is
 * bounded, so is what a report costs: it is compared with at most
 * FOLD_PER_INCIDENT firsts, the newest of its incident; of all incidents the
 * oldest are forgotten beyond FOLD_FIRSTS_MAX, of exercises beyond
 * FOLD_DRILL_FIRSTS_MAX: no drill makes real ones be forgotten. Who floods one
 * place with different reports only ends the folding there.
 */
#ifndef DISPATCH_FOLD_H
#define DISPATCH_FOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "dispatch/facts.h"
#include "dispatch/likeness.h"
#include "geo/point.h"
#include "vedetta/v1/report.pb-c.h"

enum {
	FOLD_WITHIN_MS = 30 * 60 * 1000,
	FOLD_NEAR_M = 25,
	FOLD_PER_INCIDENT = 32,
	FOLD_FIRSTS_MAX = 32768, /* 7 MB where most are alone, never above 24 */
	FOLD_DRILL_FIRSTS_MAX = 8192,
};

/* What of a report decides; what most are told apart by comes first. */
struct fold_report {
	bool is_filled; /* point, accuracy and text are known */
	struct geo_point point;
	double accuracy_m; /* < 0: not said */
	int64_t arrival_ms;
	struct facts facts;
	uint64_t seq;
	uint64_t source;
	const char *text;           /* borrowed; NULL: none */
	const struct sketch *words; /* borrowed; NULL: not boiled down */
};

/*
 * said may be NULL: its point and words are gone, it never takes part. Its text
 * is borrowed.
 */
void fold_read(struct fold_report *out, const Vedetta__V1__Report *said);

/* How two reports stand to each other: what an operator is shown as the reason. */
struct fold_reason {
	struct likeness likeness;
	double distance_m; /* < 0: not known */
	int64_t after_ms;
	bool same_source;
};

void fold_compare(const struct fold_report *first, const struct fold_report *report,
	struct fold_reason *out);

/* Does the report fold into the first? */
bool fold_fits(const struct fold_report *first, const struct fold_report *report);

/* ---- the firsts of the last half hour */

struct fold_first;
TAILQ_HEAD(fold_list, fold_first);

/* Those of one incident, all zero is none. */
struct fold_firsts {
	struct fold_row *row; /* NULL: none */
};

/* Those of all real incidents, or of all exercises. */
struct fold_world {
	struct fold_list list; /* oldest first */
	size_t n;
	struct fold_first *unfilled; /* the oldest that wants its words; NULL: none */
};

/* Those of all incidents. */
struct fold {
	struct fold_world worlds[2]; /* [exercise] */
};

void fold_init(struct fold *f);
/* The incidents' firsts are gone then, too. */
void fold_fini(struct fold *f);

/*
 * A new first, of whom only the numbers are known, and when it was read: what is read
 * late finds those that were. Forgets what was read too long ago and what is too
 * many. 0 or -ENOMEM.
 */
int fold_add(struct fold *f, struct fold_firsts *of, const struct fold_report *numbers,
	int64_t read_ms);

/* The sequence of the oldest first that wants to be filled; 0: none does. */
uint64_t fold_next_unfilled(const struct fold *f);
/*
 * Fills that one, or the newest: whichever has the report's sequence, if any. Its
 * text is copied. 0, or -ENOMEM and nothing will fold into it.
 */
int fold_fill(struct fold *f, const struct fold_report *report);

/*
 * The row of the first that this report of the incident folds into, or 0. Where its
 * words had to be boiled down for that, they are in *room, and the report says so.
 */
uint64_t fold_find(
	struct fold_firsts *of, struct fold_report *report, struct sketch *room);

/* Nothing folds into the firsts of an incident any more: it was merged. */
void fold_forget(struct fold *f, struct fold_firsts *of);

#endif
