#include "dispatch/match.h"

#include <errno.h>
#include <stddef.h>

void
match_fini(struct match *m)
{
	int family;

	for (family = 0; family < FAMILIES; family++) {
		grid_free(m->grids[family][0]);
		grid_free(m->grids[family][1]);
	}
	table_fini(&m->by_source);
	*m = (struct match){.by_source = {.n = 0}};
}

/* The widest circle any hazard of the family draws. */
static double
radius_of(enum family family)
{
	size_t n;
	const struct hazard *table = hazard_table(&n);
	double widest_m = 0;

	while (n-- > 0) {
		if (table[n].family == family && table[n].radius_m > widest_m) {
			widest_m = table[n].radius_m;
		}
	}
	return widest_m;
}

int
match_add(struct match *m, struct incident *i)
{
	struct grid **grid = &m->grids[i->hazard->family][i->exercise];
	int r;

	if (i->unplaced || !i->has_point || incident_is_replaced(i) || i->in_grid ||
		i->rare->merged_into != 0) {
		return 0;
	}
	if (*grid == NULL) {
		*grid = grid_new(radius_of(i->hazard->family));
		if (*grid == NULL) {
			return -ENOMEM;
		}
	}
	r = grid_add(*grid, &i->point);
	i->in_grid = r == 0;
	return r;
}

void
match_remove(struct match *m, struct incident *i)
{
	if (i->in_grid) {
		grid_remove(m->grids[i->hazard->family][i->exercise], &i->point);
		i->in_grid = false;
	}
}

/* Sources are keyed hashes: a name of 64 bits is enough to keep them apart. */
static uint64_t
owner_key(const struct hazard *hazard, bool exercise, uint64_t source)
{
	uint64_t kind = (uint64_t)hazard->family * 2 + exercise;

	return source ^ kind * UINT64_C(0xD6E8FEB86659FD93);
}

int
match_add_owner(struct match *m, struct incident *i, uint64_t source)
{
	return table_put(&m->by_source, owner_key(i->hazard, i->exercise, source), i);
}

struct search {
	struct match_found found;
	double joins_m;
	double linked_m;
	int64_t now_ms;
};

/* What stands in the place of another goes before it; then the nearer one. */
static bool
is_nearer(const struct incident *a, double a_m, const struct incident *b, double b_m)
{
	if (b != NULL && a->superseded != b->superseded) {
		return b->superseded;
	}
	return b == NULL || a_m < b_m || (a_m <= b_m && a->id < b->id);
}

static struct incident *
whose(const struct geo_point *at)
{
	return (struct incident *)((uintptr_t)at - offsetof(struct incident, point));
}

static int
on_candidate(void *arg, const struct geo_point *at, double distance_m)
{
	struct search *s = arg;
	struct incident *i = whose(at);

	if (distance_m > i->hazard->radius_m) {
		return 0;
	}
	if (incident_is_joinable(i, s->now_ms)) {
		if (is_nearer(i, distance_m, s->found.joins, s->joins_m)) {
			s->found.joins = i;
			s->joins_m = distance_m;
		}
	} else if (!i->superseded &&
		   is_nearer(i, distance_m, s->found.linked, s->linked_m)) {
		s->found.linked = i;
		s->linked_m = distance_m;
	}
	return 0;
}

struct match_found
match_near(const struct match *m, const struct hazard *hazard, bool exercise,
	struct geo_point at, int64_t now_ms)
{
	const struct grid *grid = m->grids[hazard->family][exercise];
	struct search s = {.now_ms = now_ms};

	if (grid != NULL) {
		grid_find(grid, at, radius_of(hazard->family), on_candidate, &s);
	}
	return s.found;
}

struct match_found
match_of_owner(const struct match *m, const struct hazard *hazard, bool exercise,
	uint64_t source, int64_t now_ms)
{
	struct incident *i =
		table_find(&m->by_source, owner_key(hazard, exercise, source));

	if (i == NULL || !i->unplaced || i->rare->merged_into != 0) {
		return (struct match_found){NULL, NULL};
	}
	if (incident_is_joinable(i, now_ms)) {
		return (struct match_found){i, NULL};
	}
	return (struct match_found){NULL, i};
}
