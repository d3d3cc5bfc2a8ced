#include <errno.h>

#include "dispatch/desk_internal.h"
#include "dispatch/record.h"
#include "vedetta/v1/log.pb-c.h"

/* ---- rows as reports */

/* Is it a report in its own right, with a place one can trust? Without the place. */
static struct umbrella_report
report_of(const struct store_row *row)
{
	struct facts facts = facts_unpack(row->facts);

	return (struct umbrella_report){
		.seq = row->seq,
		.number = row->kind == STORE_INTERPRETED ? row->about : row->seq,
		.incident = row->subject,
		.at_ms = row->at_ms,
		.arrival_ms = memory_arrival_ms(row->at_ms, row->facts),
		.placed =
			(row->kind == STORE_REPORT || row->kind == STORE_INTERPRETED) &&
			!facts.unplaced && !facts.unreadable && !facts.repeat &&
			!facts.adds,
		.is_spot = facts.spot,
		.piles = facts.piles,
	};
}

/* The report of a row STORE_MOVED_IN, where an operator put it. 0 or -ENOMEM. */
static int
read_move(const struct store_row *row, struct umbrella_report *out)
{
	Vedetta__V1__LogMove *move =
		vedetta__v1__log_move__unpack(NULL, row->body_bytes, row->body);
	Vedetta__V1__PlaceAction *said =
		row->personal == NULL ? NULL
				      : vedetta__v1__place_action__unpack(NULL,
						row->personal_bytes, row->personal);
	int r = move == NULL || (said == NULL && row->personal != NULL) ? -ENOMEM : 0;

	if (r == 0) {
		out->number = row->about;
		out->from = move->from;
		out->arrival_ms = move->arrival_ms;
		out->placed = said != NULL && said->point != NULL;
		out->keeps_place = move->keeps_place;
	}
	if (r == 0 && out->placed) {
		out->at =
			(struct geo_point){said->point->lat_deg, said->point->lon_deg};
	}
	vedetta__v1__log_move__free_unpacked(move, NULL);
	vedetta__v1__place_action__free_unpacked(said, NULL);
	return r;
}

void
desk_note_incidents(struct desk *d, const struct desk_out *out)
{
	for (size_t n = 0; n < out->n_rows; n++) {
		const struct incident *i =
			roster_find(&d->memory.roster, out->rows[n].subject);

		if (i != NULL) {
			umbrellas_note(d->umbrellas, i);
		}
	}
}

/* The row as the umbrellas see it. 0 or -ENOMEM. */
static int
read_step(const struct desk_input *input, const struct store_row *row,
	struct umbrella_report *out)
{
	*out = report_of(row);
	if (out->placed) {
		const Vedetta__V1__Point *said = input->report->report->place->point;

		out->at = (struct geo_point){said->lat_deg, said->lon_deg};
	}
	return row->kind == STORE_MOVED_IN ? read_move(row, out) : 0;
}

/* For who is silent one that keeps its place counts as before. */
static bool
find_moved(const struct desk *d, const struct umbrella_report *report,
	struct umbrella_spot *left)
{
	return !report->keeps_place && umbrellas_find_moved(d->umbrellas, report, left);
}

/* 1: not yet, it is read from the log; 0, or -ENOMEM. */
static int
take_row(struct desk *d, const struct store_row *row,
	const struct umbrella_report *report, int64_t now_ms)
{
	bool matters = report->placed || report->from != 0;
	struct umbrella_spot left;
	bool leaves = find_moved(d, report, &left);
	int r = umbrellas_take(
		d->umbrellas, matters ? report : NULL, now_ms, d->memory.last_seq);

	d->memory.last_seq = umbrellas_last_seq(d->umbrellas);
	return r == 0 && matters ? no_news_take(d->no_news, &d->memory, row, report,
					   leaves ? &left : NULL)
				 : r;
}

int
desk_take_step(struct desk *d, const struct desk_input *input, int64_t now_ms,
	const struct desk_out *out)
{
	const struct umbrella_report nothing = {.placed = false};
	struct umbrella_report report;
	size_t n;
	int r = 0;

	if (out->n_rows == 0) {
		r = take_row(d, NULL, &nothing, now_ms);
	}
	for (n = 0; r == 0 && n < out->n_rows; n++) {
		const struct store_row *row = &out->rows[n];

		if (row->kind != STORE_MOVED_IN && n + 1 < out->n_rows) {
			continue;
		}
		r = read_step(input, row, &report);
		if (r == 0) {
			r = take_row(d, row, &report, now_ms);
		}
	}
	return r < 0 ? r : 0;
}

/* ---- starting and following */

int
desk_load_umbrella(struct desk *d, const struct store_umbrella *umbrella)
{
	return umbrellas_load(d->umbrellas, umbrella);
}

uint64_t
desk_next_mark(const struct desk *d)
{
	return umbrellas_next_mark(d->umbrellas);
}

void
desk_load_mark(struct desk *d, const struct store_row *row)
{
	umbrellas_load_row(d->umbrellas, row);
}

int64_t
desk_umbrellas_wanted_ms(const struct desk *d)
{
	return umbrellas_wanted_ms(d->umbrellas);
}

int
desk_umbrellas_follow(struct desk *d, const struct store_row *row, int64_t now_ms,
	struct arena *arena)
{
	struct umbrella_report report = report_of(row);
	struct umbrella_spot left;
	bool leaves;
	int r;

	report.placed =
		report.placed && record_point(row->personal, row->personal_bytes, arena,
					 &report.at) == 0;
	r = row->kind == STORE_MOVED_IN ? read_move(row, &report) : 0;
	if (r < 0) {
		return r;
	}
	leaves = find_moved(d, &report, &left);
	r = umbrellas_follow(d->umbrellas, &report, now_ms, d->memory.last_seq);
	d->memory.last_seq = umbrellas_last_seq(d->umbrellas);
	return r == 0 ? no_news_take(d->no_news, &d->memory, row, &report,
				leaves ? &left : NULL)
		      : r;
}

int
desk_umbrellas_catch_up(struct desk *d, int64_t now_ms)
{
	int r = umbrellas_catch_up(d->umbrellas, now_ms, d->memory.last_seq);

	d->memory.last_seq = umbrellas_last_seq(d->umbrellas);
	return r;
}

uint64_t
desk_umbrellas_followed(const struct desk *d)
{
	return umbrellas_followed(d->umbrellas);
}

bool
desk_umbrellas_are_current(const struct desk *d)
{
	return umbrellas_are_current(d->umbrellas);
}

bool
desk_umbrellas_have_more(const struct desk *d)
{
	return umbrellas_have_more(d->umbrellas);
}

int
desk_pass_time(struct desk *d, int64_t now_ms)
{
	int r = 0;

	if (umbrellas_are_current(d->umbrellas)) {
		r = umbrellas_take(d->umbrellas, NULL, now_ms, d->memory.last_seq);
		d->memory.last_seq = umbrellas_last_seq(d->umbrellas);
	}
	return r;
}

int
desk_own_next(struct desk *d, struct arena *arena, struct umbrella_row *out)
{
	return umbrellas_next_row(d->umbrellas, arena, out);
}

struct umbrellas *
desk_umbrellas(struct desk *d)
{
	return d->umbrellas;
}
