/* Reports that were taken for somewhere else: moved by operators, and piles. */
#include "dispatch/pile.h"
#include "dispatch/umbrella_internal.h"

/* The point of a report that moved, in the field of where it was, or NO_POINT. */
static int64_t
point_before_move(const struct umbrella_member *m, const struct umbrella_report *report)
{
	const struct umbrella_field *f = m->field;
	uint32_t number = member_number(f->all, m);
	int64_t at = m->n_reports == 0 ? NO_POINT : f->newest;

	/* Only those that came no earlier are looked at: operators are few. */
	while (at != NO_POINT && point_of(f, at)->arrival_ms >= report->arrival_ms) {
		if (point_of(f, at)->member == number &&
			point_of(f, at)->number == report->number) {
			return at;
		}
		at = point_of(f, at)->older;
	}
	return NO_POINT;
}

/* From the newest back, as far as it has any. */
static int64_t
oldest_of(const struct umbrella_field *f, const struct umbrella_member *m)
{
	uint32_t number = member_number(f->all, m);
	uint32_t left = m->n_reports;
	int64_t at = left == 0 ? NO_POINT : f->newest;

	while (at != NO_POINT) {
		left -= point_of(f, at)->member == number;
		if (left == 0) {
			return at;
		}
		at = point_of(f, at)->older;
	}
	return NO_POINT;
}

/* Those of the incident that made the pile, the oldest first: so anchors stay. */
static int
drop_pile(struct umbrellas *u, const struct umbrella_report *report)
{
	const struct umbrella_member *m = umbrella_member_find(u, report->incident);
	uint32_t number = m == NULL ? NO_MEMBER : member_number(u, m);
	struct umbrella_field *f = m == NULL ? NULL : m->field;
	int64_t at = m == NULL ? NO_POINT : oldest_of(f, m);
	int fault = 0;

	while (fault == 0 && at != NO_POINT) {
		int64_t next = point_of(f, at)->newer;

		if (point_of(f, at)->member == number && point_of(f, at)->is_spot &&
			pile_is_same(
				report->at, cluster_at(f->cluster, (uint32_t)at))) {
			fault = umbrella_drop_point(f, at);
		}
		at = next;
	}
	return fault;
}

/*
 * The same point, of another incident. In one of another event group it is none
 * any more: windows differ, and a restart that finds it run out in the one could
 * not tell where it is in the other.
 */
static int
hand_over(struct umbrellas *u, const struct umbrella_report *report)
{
	struct umbrella_member *from = umbrella_member_find(u, report->from);
	int64_t at = from == NULL ? NO_POINT : point_before_move(from, report);
	struct umbrella_member *to;
	struct umbrella_field *f;
	int fault = 0;

	if (at == NO_POINT) {
		return 0; /* it ran out, or never had a place */
	}
	f = from->field; /* `from` itself may move now */
	to = umbrella_member_for(u, report->incident, &fault);
	if (fault < 0) {
		return fault;
	}
	if (to == NULL || to->field != f) {
		return umbrella_drop_point(f, at);
	}
	umbrella_give_point(f, at, to);
	return 0;
}

int
umbrella_add_report(struct umbrellas *u, const struct umbrella_report *report)
{
	struct umbrella_member *from =
		report->from == 0 ? NULL : umbrella_member_find(u, report->from);
	int64_t before = from == NULL ? NO_POINT : point_before_move(from, report);
	struct umbrella_field *f = from == NULL ? NULL : from->field;
	int fault;

	if (report->keeps_place) {
		return hand_over(u, report);
	}
	if (report->piles) {
		return report->placed ? drop_pile(u, report) : 0;
	}
	fault = umbrella_put_report(u, report);
	return fault == 0 && before != NO_POINT ? umbrella_drop_point(f, before)
						: fault;
}

bool
umbrellas_find_moved(const struct umbrellas *u, const struct umbrella_report *move,
	struct umbrella_spot *spot)
{
	const struct umbrella_member *from =
		move->from == 0 ? NULL : umbrella_member_find(u, move->from);
	int64_t before = from == NULL ? NO_POINT : point_before_move(from, move);

	if (before == NO_POINT) {
		return false;
	}
	spot->group = from->field->group;
	spot->at = cluster_at(from->field->cluster, (uint32_t)before);
	return true;
}
