#include "dispatch/fold.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "dispatch/hazard.h"
#include "dispatch/rank.h"
#include "geo/measure.h"

enum {
	EXPIRE_AT_ONCE = 4, /* more than come, so it catches up */
};

struct fold_first {
	TAILQ_ENTRY(fold_first) of_all;
	TAILQ_ENTRY(fold_first) of_incident;
	struct fold_firsts *of; /* borrowed: the incident outlives its firsts */
	bool is_asked;          /* filled, or there was nothing to fill it with */
	struct fold_report report;
};

void
fold_read(struct fold_report *out, const Vedetta__V1__Report *said)
{
	out->is_filled = false;
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
	sketch_text(said->text, &out->words);
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
		out->distance_m = measure_distance_m(first->point, report->point);
		out->likeness = likeness_of(&first->words, &report->words);
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

bool
fold_fits(const struct fold_report *first, const struct fold_report *report)
{
	struct fold_reason reason;
	int64_t after_ms = report->arrival_ms - first->arrival_ms;

	if (!first->is_filled || !report->is_filled ||
		hazard_of(first)->family != hazard_of(report)->family ||
		first->facts.exercise != report->facts.exercise || after_ms < 0 ||
		after_ms > FOLD_WITHIN_MS || is_worse(report, first) ||
		is_trusted_less(first, report) ||
		sketch_alarms_more(&report->words, &first->words)) {
		return false;
	}
	fold_compare(first, report, &reason);
	return reason.distance_m <= reach_m(first, report) &&
	       (likeness_is_enough(reason.likeness) ||
		       (reason.same_source && !reason.likeness.contradicts));
}

/* ---- the firsts */

void
fold_firsts_init(struct fold_firsts *firsts)
{
	TAILQ_INIT(&firsts->list);
	firsts->n = 0;
}

void
fold_init(struct fold *f)
{
	TAILQ_INIT(&f->list);
	f->n = 0;
	f->unfilled = NULL;
}

static void
pass_filled(struct fold *f)
{
	while (f->unfilled != NULL && f->unfilled->is_asked) {
		f->unfilled = TAILQ_NEXT(f->unfilled, of_all);
	}
}

static void
drop(struct fold *f, struct fold_first *first)
{
	if (f->unfilled == first) {
		first->is_asked = true;
		pass_filled(f);
	}
	TAILQ_REMOVE(&f->list, first, of_all);
	f->n--;
	TAILQ_REMOVE(&first->of->list, first, of_incident);
	first->of->n--;
	free(first);
}

void
fold_fini(struct fold *f)
{
	while (f->n > 0) {
		drop(f, TAILQ_FIRST(&f->list));
	}
}

static void
make_room(struct fold *f, struct fold_firsts *of, int64_t now_ms)
{
	int i;

	for (i = 0; i < EXPIRE_AT_ONCE && f->n > 0; i++) {
		struct fold_first *oldest = TAILQ_FIRST(&f->list);

		if (now_ms - oldest->report.arrival_ms <= FOLD_WITHIN_MS) {
			break;
		}
		drop(f, oldest);
	}
	if (f->n >= FOLD_FIRSTS_MAX) {
		drop(f, TAILQ_FIRST(&f->list));
	}
	if (of->n >= FOLD_PER_INCIDENT) {
		drop(f, TAILQ_FIRST(&of->list));
	}
}

int
fold_add(struct fold *f, struct fold_firsts *of, const struct fold_report *numbers)
{
	struct fold_first *first;

	make_room(f, of, numbers->arrival_ms);
	first = malloc(sizeof(*first));
	if (first == NULL) {
		return -ENOMEM;
	}
	first->of = of;
	first->is_asked = false;
	first->report.seq = numbers->seq;
	first->report.source = numbers->source;
	first->report.arrival_ms = numbers->arrival_ms;
	first->report.facts = numbers->facts;
	first->report.is_filled = false;
	TAILQ_INSERT_TAIL(&f->list, first, of_all);
	f->n++;
	TAILQ_INSERT_TAIL(&of->list, first, of_incident);
	of->n++;
	if (f->unfilled == NULL) {
		f->unfilled = first;
	}
	return 0;
}

uint64_t
fold_next_unfilled(const struct fold *f)
{
	return f->unfilled == NULL ? 0 : f->unfilled->report.seq;
}

void
fold_fill(struct fold *f, const struct fold_report *report)
{
	struct fold_first *first = f->unfilled;

	if (first == NULL || first->report.seq != report->seq) {
		first = TAILQ_LAST(&f->list, fold_list);
	}
	if (first != NULL && first->report.seq == report->seq) {
		first->report = *report;
		first->is_asked = true;
		pass_filled(f);
	}
}

uint64_t
fold_find(const struct fold_firsts *of, const struct fold_report *report)
{
	const struct fold_first *first;

	if (!report->is_filled) {
		return 0;
	}
	TAILQ_FOREACH (first, &of->list, of_incident) {
		if (fold_fits(&first->report, report)) {
			return first->report.seq;
		}
	}
	return 0;
}

void
fold_forget(struct fold *f, struct fold_firsts *of)
{
	while (of->n > 0) {
		drop(f, TAILQ_FIRST(&of->list));
	}
}
