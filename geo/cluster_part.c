#include "geo/cluster_internal.h"

/*
 * A search for the parts of one component that may have lost its wholeness. One
 * party starts from each loose end; a cell is marked by the party that reached
 * it first, and parties that meet become one. A party that has nowhere left to
 * go has walked a whole part. When one party is left, what it did not walk is
 * its part; so the largest part costs no more than the others together.
 */
struct party {
	uint32_t todo_first; /* cells, by queue_next */
	uint32_t todo_last;
	uint32_t done_first;
	uint32_t done_last;
	uint16_t leader; /* itself, or the party it went over to */
	bool is_out;     /* of cells: a whole part */
};

struct search {
	struct cluster *c;
	uint32_t n_parties;
	uint32_t n_going;
	struct party parties[LOOSE_MOST];
};

static void
append(const struct cluster *c, uint32_t *first, uint32_t *last, uint32_t more_first,
	uint32_t more_last)
{
	if (more_first == NONE) {
		return;
	}
	if (*first == NONE) {
		*first = more_first;
	} else {
		cell_at(c, *last)->queue_next = more_first;
	}
	*last = more_last;
}

static uint16_t
leader_of(struct search *s, uint16_t party)
{
	while (s->parties[party].leader != party) {
		party = s->parties[party].leader =
			s->parties[s->parties[party].leader].leader;
	}
	return party;
}

/* A mark is the party's number and one. */
static void
reach(struct search *s, uint16_t party, uint32_t index)
{
	struct cell *cell = cell_at(s->c, index);
	struct party *p = &s->parties[party];

	cell->mark = (uint16_t)(party + 1);
	cell->queue_next = NONE;
	append(s->c, &p->todo_first, &p->todo_last, index, index);
}

static void
meet(struct search *s, uint16_t party, uint16_t other)
{
	struct party *p = &s->parties[party];
	struct party *q = &s->parties[other];

	append(s->c, &p->todo_first, &p->todo_last, q->todo_first, q->todo_last);
	append(s->c, &p->done_first, &p->done_last, q->done_first, q->done_last);
	q->leader = party;
	s->n_going--;
}

/* Looks at all sides of one cell. */
static void
advance(struct search *s, uint16_t party)
{
	struct cluster *c = s->c;
	struct party *p = &s->parties[party];
	uint32_t index = p->todo_first;
	struct cell *cell = cell_at(c, index);
	const struct side *sides = cell_sides(c, cell);

	p->todo_first = cell->queue_next;
	cell->queue_next = NONE;
	append(c, &p->done_first, &p->done_last, index, index);
	for (uint32_t i = 0; i < cell->n_sides; i++) {
		uint16_t mark = cell_at(c, sides[i].cell)->mark;

		if (mark == 0) {
			reach(s, party, sides[i].cell);
		} else if (leader_of(s, (uint16_t)(mark - 1)) != party) {
			meet(s, party, leader_of(s, (uint16_t)(mark - 1)));
		}
	}
	if (p->todo_first == NONE && s->n_going > 1) {
		p->is_out = true;
		s->n_going--;
	}
}

static void
clear_marks(const struct cluster *c, uint32_t index)
{
	while (index != NONE) {
		cell_at(c, index)->mark = 0;
		index = cell_at(c, index)->queue_next;
	}
}

static void
search_parts(struct search *s, uint32_t component)
{
	uint32_t parts[LOOSE_MOST];
	uint32_t n_parts = 0;

	s->n_going = s->n_parties;
	while (s->n_going > 1) {
		for (uint16_t i = 0; i < s->n_parties && s->n_going > 1; i++) {
			if (s->parties[i].leader == i && !s->parties[i].is_out) {
				advance(s, i);
			}
		}
	}
	for (uint32_t i = 0; i < s->n_parties; i++) {
		const struct party *p = &s->parties[i];

		if (p->leader == i && p->is_out) {
			parts[n_parts++] = component_cut_off(s->c, p->done_first);
		}
	}
	for (uint32_t i = 0; i < s->n_parties; i++) {
		if (s->parties[i].leader == i) {
			clear_marks(s->c, s->parties[i].todo_first);
			clear_marks(s->c, s->parties[i].done_first);
		}
	}
	if (n_parts > 0) {
		component_name_parts(s->c, component, parts, n_parts);
	}
}

/* A party for each loose end of the component, which leaves the list. */
static void
gather(struct search *s, uint32_t component)
{
	struct cluster *c = s->c;
	uint32_t n_kept = 0;

	s->n_parties = 0;
	for (uint32_t i = 0; i < c->n_loose; i++) {
		uint32_t index = c->loose[i];

		if (cell_at(c, index)->component != component) {
			c->loose[n_kept++] = index;
			continue;
		}
		s->parties[s->n_parties] = (struct party){
			.todo_first = NONE,
			.todo_last = NONE,
			.done_first = NONE,
			.done_last = NONE,
			.leader = (uint16_t)s->n_parties,
		};
		reach(s, (uint16_t)s->n_parties++, index);
	}
	c->n_loose = n_kept;
}

void
part_loose(struct cluster *c)
{
	struct search search;

	search.c = c;
	for (uint32_t i = 0; i < c->n_loose; i++) {
		cell_at(c, c->loose[i])->mark = 0;
	}
	/* One end is not a cut: something would be loose on the other side, too. */
	while (c->n_loose > 1) {
		uint32_t component = cell_at(c, c->loose[0])->component;

		gather(&search, component);
		search_parts(&search, component);
	}
}
