/*
 * Longer than 500 lines: what decides whether two reports fold, and what is kept of
 * the first for that, belong together.
 */
#include "dispatch/fold.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dispatch/hazard.h"
#include "dispatch/rank.h"
#include "geo/measure.h"

enum {
	EXPIRE_AT_ONCE = 4, /* more than come, so it catches up */
	DEGREE_M = 111000,  /* of latitude, and a hair less */
	ROUNDED_M = 1,      /* what a latitude may lose on its way into a seat */
};

/* What may be compared of a first, packed: there can be one for each live report. */
struct fold_first {
	TAILQ_ENTRY(fold_first) of_all;
	struct fold_firsts *of; /* borrowed: the incident outlives its firsts */
	/* Of the words: as they were said, or what they say. NULL: none were. */
	union {
		char *text;            /* owned: nobody has asked for its sketch */
		struct sketch *sketch; /* owned; no longer than sketch_bytes() */
	};
	uint64_t seq;
	uint64_t source;
	int64_t arrival_ms;
	int64_t read_ms; /* a report of raw mode came before that */
	struct geo_point point;
	float accuracy_m;
	uint32_t facts : 27;   /* the lower bits, which are all that decide */
	uint32_t exercise : 1; /* which world it is in */
	uint32_t is_filled : 1;
	uint32_t is_asked : 1;   /* filled, or there was nothing to fill it with */
	uint32_t has_sketch : 1; /* not text */
};

_Static_assert(sizeof(struct fold_first) <= 88, "96 with its allocation");

/*
 * The firsts of an incident side by side, oldest first. Each of its reports
 * passes all of them, and most are told apart here, by how far north they are.
 */
struct fold_row {
	uint32_t n;
	uint32_t room;
	struct fold_seat {
		float lat_deg;  /* not a number: nothing fits it */
		float stated_m; /* its accuracy, or FOLD_NEAR_M */
		struct fold_first *first;
	} seats[];
};

static const uint32_t FACTS_THAT_DECIDE = (1u << 27) - 1;

/* Without its words. */
static struct fold_report
unpack(const struct fold_first *first)
{
	return (struct fold_report){
		.is_filled = first->is_filled,
		.point = first->point,
		.accuracy_m = first->accuracy_m,
		.arrival_ms = first->arrival_ms,
		.facts = facts_unpack(first->facts),
		.seq = first->seq,
		.source = first->source,
	};
}

void
fold_read(struct fold_report *out, const Vedetta__V1__Report *said)
{
	out->is_filled = false;
	out->words = NULL;
	if (said == NULL || out->facts.unplaced || said->place == NULL ||
		said->place->point == NULL) {
		return;
	}
	out->is_filled = true;
	out->point.lat_deg = said->place->point->lat_deg;
	out->point.lon_deg = said->place->point->lon_deg;
	out->accuracy_m =
		said->place->accuracy_case == VEDETTA__V1__PLACE__ACCURACY_ACCURACY_M
			? said->place->accuracy_m
			: -1;
	out->text = said->text;
}

static const struct hazard *
hazard_of(const struct fold_report *r)
{
	const struct hazard *hazard = hazard_by_number(r->facts.hazard);

	return hazard != NULL ? hazard : hazard_by_number(HAZARD_OTHER);
}

/* A network is many people, and so is a page of another site. */
static bool
is_same_source(const struct fold_report *a, const struct fold_report *b)
{
	return a->source == b->source && a->facts.tokened && b->facts.tokened &&
	       !a->facts.cross_site && !b->facts.cross_site;
}

void
fold_compare(const struct fold_report *first, const struct fold_report *report,
	struct fold_reason *out)
{
	*out = (struct fold_reason){
		.distance_m = -1,
		.after_ms = report->arrival_ms - first->arrival_ms,
		.same_source = is_same_source(first, report),
	};
	if (first->is_filled && report->is_filled) {
		struct sketch words[2];

		sketch_text(first->text, &words[0]);
		sketch_text(report->text, &words[1]);
		out->distance_m = measure_distance_m(first->point, report->point);
		out->likeness = likeness_of(&words[0], &words[1]);
	}
}

static double
reach_m(const struct fold_report *a, const struct fold_report *b)
{
	double radius_m = fmin(hazard_of(a)->radius_m, hazard_of(b)->radius_m);

	return fmin(
		fmax(FOLD_NEAR_M, fmax(a->accuracy_m, b->accuracy_m)), radius_m / 2);
}

/* NONE says no more than not having said. */
static int
people_of(const struct fold_report *r)
{
	return r->facts.people == VEDETTA__V1__PEOPLE__PEOPLE_NONE
		       ? VEDETTA__V1__PEOPLE__PEOPLE_UNKNOWN
		       : r->facts.people;
}

static bool
is_worse(const struct fold_report *r, const struct fold_report *first)
{
	const struct facts *f = &r->facts;
	uint8_t class_no = rank_class(hazard_of(r), f->signs, f->word_class).class_no;
	uint8_t first_class = rank_class(
		hazard_of(first), first->facts.signs, first->facts.word_class)
				      .class_no;

	return (f->signs & ~first->facts.signs) != 0 || class_no < first_class ||
	       people_of(r) > people_of(first) ||
	       (f->word_class != 0 && (first->facts.word_class == 0 ||
					      f->word_class < first->facts.word_class));
}

static bool
is_trusted_less(const struct fold_report *first, const struct fold_report *r)
{
	return (first->facts.cross_site && !r->facts.cross_site) ||
	       (r->facts.about == VEDETTA__V1__ABOUT__ABOUT_SELF &&
		       first->facts.about != VEDETTA__V1__ABOUT__ABOUT_SELF);
}

/* All that their words do not decide. */
static bool
may_fit(const struct fold_report *first, const struct fold_report *report)
{
	int64_t after_ms = report->arrival_ms - first->arrival_ms;

	return first->is_filled && report->is_filled &&
	       hazard_of(first)->family == hazard_of(report)->family &&
	       first->facts.exercise == report->facts.exercise &&
	       after_ms >= (report->facts.late_s > 0 ? -FOLD_WITHIN_MS : 0) &&
	       after_ms <= FOLD_WITHIN_MS && !is_worse(report, first) &&
	       !is_trusted_less(first, report) &&
	       measure_distance_m(first->point, report->point) <=
		       reach_m(first, report);
}

static bool
says_the_same(const struct sketch *first, const struct sketch *report, bool same_source)
{
	struct likeness likeness;

	if (sketch_alarms_more(report, first)) {
		return false;
	}
	likeness = likeness_of(first, report);
	return likeness_is_enough(likeness) || (same_source && !likeness.contradicts);
}

bool
fold_fits(const struct fold_report *first, const struct fold_report *report)
{
	struct sketch words[2];

	if (!may_fit(first, report)) {
		return false;
	}
	sketch_text(first->text, &words[0]);
	sketch_text(report->text, &words[1]);
	return says_the_same(&words[0], &words[1], is_same_source(first, report));
}

/* ---- the firsts */

void
fold_init(struct fold *f)
{
	for (int i = 0; i < 2; i++) {
		TAILQ_INIT(&f->worlds[i].list);
		f->worlds[i].n = 0;
		f->worlds[i].unfilled = NULL;
	}
}

static void
pass_filled(struct fold_world *w)
{
	while (w->unfilled != NULL && w->unfilled->is_asked) {
		w->unfilled = TAILQ_NEXT(w->unfilled, of_all);
	}
}

static void
leave_row(struct fold_first *first)
{
	struct fold_row *row = first->of->row;

	assert(row->seats[0].first == first); /* so is the oldest of all */
	row->n--;
	memmove(row->seats, row->seats + 1, row->n * sizeof(row->seats[0]));
	if (row->n == 0) {
		free(row);
		first->of->row = NULL;
	}
}

static void
drop(struct fold *f, struct fold_first *first)
{
	struct fold_world *w = &f->worlds[first->exercise];

	if (w->unfilled == first) {
		first->is_asked = true;
		pass_filled(w);
	}
	TAILQ_REMOVE(&w->list, first, of_all);
	w->n--;
	leave_row(first);
	free(first->text); /* or the sketch */
	free(first);
}

void
fold_fini(struct fold *f)
{
	for (int i = 0; i < 2; i++) {
		struct fold_world *w = &f->worlds[i];

		while (w->n > 0) {
			drop(f, TAILQ_FIRST(&w->list));
		}
	}
}

static void
make_room(struct fold *f, struct fold_world *w, int64_t now_ms, size_t most)
{
	int i;

	for (i = 0; i < EXPIRE_AT_ONCE && w->n > 0; i++) {
		struct fold_first *oldest = TAILQ_FIRST(&w->list);

		if (now_ms - oldest->read_ms <= FOLD_WITHIN_MS) {
			break;
		}
		drop(f, oldest);
	}
	if (w->n >= most) {
		drop(f, TAILQ_FIRST(&w->list));
	}
}

/* A seat for one more; nothing fits it yet. 0 or -ENOMEM. */
static int
sit_down(struct fold_firsts *of, struct fold_first *first)
{
	struct fold_row *row = of->row;
	uint32_t n = row == NULL ? 0 : row->n;

	if (row == NULL || n == row->room) {
		uint32_t room = n == 0 ? 1 : 2 * n;

		row = realloc(row, sizeof(*row) + room * sizeof(row->seats[0]));
		if (row == NULL) {
			return -ENOMEM;
		}
		row->room = room;
		of->row = row;
	}
	row->seats[n] = (struct fold_seat){NAN, 0, first};
	row->n = n + 1;
	first->of = of;
	return 0;
}

int
fold_add(struct fold *f, struct fold_firsts *of, const struct fold_report *numbers,
	int64_t read_ms)
{
	struct fold_first *first = calloc(1, sizeof(*first));
	struct fold_world *w = &f->worlds[numbers->facts.exercise];

	if (first == NULL) {
		return -ENOMEM;
	}
	make_room(f, w, read_ms,
		numbers->facts.exercise ? FOLD_DRILL_FIRSTS_MAX : FOLD_FIRSTS_MAX);
	if (of->row != NULL && of->row->n >= FOLD_PER_INCIDENT) {
		drop(f, of->row->seats[0].first);
	}
	if (sit_down(of, first) != 0) {
		free(first);
		return -ENOMEM;
	}
	first->exercise = numbers->facts.exercise;
	first->read_ms = read_ms;
	first->seq = numbers->seq;
	first->source = numbers->source;
	first->arrival_ms = numbers->arrival_ms;
	first->facts = (uint32_t)facts_pack(&numbers->facts) & FACTS_THAT_DECIDE;
	TAILQ_INSERT_TAIL(&w->list, first, of_all);
	w->n++;
	if (w->unfilled == NULL) {
		w->unfilled = first;
	}
	return 0;
}

uint64_t
fold_next_unfilled(const struct fold *f)
{
	const struct fold_first *real = f->worlds[0].unfilled;
	const struct fold_first *drill = f->worlds[1].unfilled;

	return real != NULL ? real->seq : drill != NULL ? drill->seq : 0;
}

static void *
copy(const void *of, size_t bytes)
{
	void *to = malloc(bytes);

	return to == NULL ? NULL : memcpy(to, of, bytes);
}

static int
keep_sketch(struct fold_first *first, const struct sketch *words)
{
	first->sketch = copy(words, sketch_bytes(words));
	first->has_sketch = first->sketch != NULL;
	return first->has_sketch ? 0 : -ENOMEM;
}

/*
 * As they were said, unless they were boiled down already; of long ones what
 * they say, which has a limit.
 */
static int
keep_words(struct fold_first *first, const struct fold_report *report)
{
	struct sketch sketch;

	if (report->text == NULL) {
		return 0;
	}
	if (report->words != NULL) {
		return keep_sketch(first, report->words);
	}
	if (strlen(report->text) < sizeof(sketch)) {
		first->text = copy(report->text, strlen(report->text) + 1);
		return first->text == NULL ? -ENOMEM : 0;
	}
	sketch_text(report->text, &sketch);
	return keep_sketch(first, &sketch);
}

/* The oldest that wants to be filled or the newest, or NULL: none has the number. */
static struct fold_first *
find_to_fill(struct fold *f, uint64_t seq)
{
	for (int i = 0; i < 2; i++) {
		struct fold_first *unfilled = f->worlds[i].unfilled;
		struct fold_first *newest = TAILQ_LAST(&f->worlds[i].list, fold_list);

		if (unfilled != NULL && unfilled->seq == seq) {
			return unfilled;
		}
		if (newest != NULL && newest->seq == seq) {
			return newest;
		}
	}
	return NULL;
}

/* Reports may fit it from now on. Mostly it is the newest. */
static void
show(const struct fold_first *first)
{
	struct fold_row *row = first->of->row;
	size_t i = row->n - 1;

	while (row->seats[i].first != first) {
		i--;
	}
	row->seats[i].lat_deg = (float)first->point.lat_deg;
	row->seats[i].stated_m = (float)fmax(FOLD_NEAR_M, first->accuracy_m);
}

int
fold_fill(struct fold *f, const struct fold_report *report)
{
	struct fold_first *first = find_to_fill(f, report->seq);
	int r = 0;

	if (first != NULL) {
		if (report->is_filled) {
			r = keep_words(first, report);
		}
		first->point = report->point;
		first->accuracy_m = (float)report->accuracy_m;
		first->is_filled = report->is_filled && r == 0;
		first->is_asked = true;
		pass_filled(&f->worlds[first->exercise]);
		if (first->is_filled) {
			show(first);
		}
	}
	return r;
}

/* Kept from now on, or made in *room when memory is short. */
static const struct sketch *
sketch_of(struct fold_first *first, struct sketch *room)
{
	struct sketch *kept;

	if (first->has_sketch) {
		return first->sketch;
	}
	sketch_text(first->text, room);
	kept = copy(room, sketch_bytes(room));
	if (kept == NULL) {
		return room;
	}
	free(first->text);
	first->sketch = kept;
	first->has_sketch = true;
	return kept;
}

static bool
is_near(const struct fold_seat *seat, const struct fold_report *report)
{
	double stated_m = fmax(seat->stated_m, report->accuracy_m);

	return fabs(seat->lat_deg - report->point.lat_deg) * DEGREE_M <=
	       stated_m + ROUNDED_M;
}

uint64_t
fold_find(struct fold_firsts *of, struct fold_report *report, struct sketch *room)
{
	size_t n = of->row == NULL || !report->is_filled ? 0 : of->row->n;
	struct sketch other;

	for (size_t i = 0; i < n; i++) {
		struct fold_first *first = of->row->seats[i].first;
		struct fold_report whole;

		if (!is_near(&of->row->seats[i], report)) {
			continue;
		}
		whole = unpack(first);
		if (!may_fit(&whole, report)) {
			continue;
		}
		if (report->words == NULL) {
			sketch_text(report->text, room);
			report->words = room;
		}
		if (says_the_same(sketch_of(first, &other), report->words,
			    is_same_source(&whole, report))) {
			return first->seq;
		}
	}
	return 0;
}

void
fold_forget(struct fold *f, struct fold_firsts *of)
{
	while (of->row != NULL) {
		drop(f, of->row->seats[0].first);
	}
}
