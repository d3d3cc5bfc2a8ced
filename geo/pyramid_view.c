#include "geo/pyramid_internal.h"

#include <assert.h>
#include <math.h>

struct square {
	uint32_t ref;
	unsigned level;
	uint32_t x, y; /* numbers in that level */
};

struct search {
	const struct pyramid *p;
	const struct pyramid_view *view;
	uint32_t west[2], east[2]; /* parts of the world, both ends inside */
	unsigned n_parts;
	uint32_t north, south;
	struct square stack[STACK_MOST];
	size_t n_stack;
	size_t looks;
	struct pyramid_found *found;
};

static void
begin(struct search *s, const struct pyramid *p, const struct pyramid_view *view,
	struct pyramid_found *found)
{
	uint32_t west = pyramid_x(view->west_deg), east = pyramid_x(view->east_deg);
	uint32_t north = pyramid_y(view->north_deg), south = pyramid_y(view->south_deg);

	*s = (struct search){.p = p, .view = view, .found = found};
	*found = (struct pyramid_found){0};
	/* One to spare on each side: what is on the edge is in. */
	west -= west > 0;
	east += east < WORLD - 1;
	s->north = north - (north > 0);
	s->south = south + (south < WORLD - 1);
	s->n_parts = view->west_deg <= view->east_deg ? 1 : 2;
	s->west[0] = west;
	s->east[0] = s->n_parts == 1 ? east : (uint32_t)(WORLD - 1);
	s->west[1] = 0;
	s->east[1] = east;
	s->stack[s->n_stack++] = (struct square){.ref = ROOT};
}

/* Does the square of a level reach into the view? */
static bool
is_in_view(const struct search *s, unsigned level, uint32_t x, uint32_t y)
{
	unsigned shift = 32 - level;
	uint64_t west = (uint64_t)x << shift, east = west + (UINT64_C(1) << shift) - 1;
	uint64_t north = (uint64_t)y << shift;
	uint64_t south = north + (UINT64_C(1) << shift) - 1;

	if (south < s->north || north > s->south) {
		return false;
	}
	for (unsigned i = 0; i < s->n_parts; i++) {
		if (east >= s->west[i] && west <= s->east[i]) {
			return true;
		}
	}
	return false;
}

/* How many squares of a level reach into the view. */
static uint64_t
squares_at(const struct search *s, unsigned level)
{
	unsigned shift = 32 - level;
	uint64_t across = 0;

	for (unsigned i = 0; i < s->n_parts; i++) {
		across += ((uint64_t)s->east[i] >> shift) -
			  ((uint64_t)s->west[i] >> shift) + 1;
	}
	return across *
	       (((uint64_t)s->south >> shift) - ((uint64_t)s->north >> shift) + 1);
}

static uint32_t
wanted(const struct search *s, const struct node *node)
{
	uint32_t n = 0;

	for (unsigned k = 0; k < PYRAMID_KINDS; k++) {
		n += (s->view->kinds >> k & 1) != 0 ? node->counts[k] : 0;
	}
	return n;
}

static bool
is_wanted(struct search *s, uint32_t slot)
{
	if ((s->view->kinds >> s->p->items[slot].kind & 1) == 0) {
		return false;
	}
	if (s->view->matches == NULL) {
		return true;
	}
	if (s->looks == s->view->looks_most) {
		s->found->incomplete = true;
		return false;
	}
	s->looks++;
	return s->view->matches(s->view->arg, slot);
}

/* The children of a node that hold anything wanted. */
static void
push_children(struct search *s, const struct square *at)
{
	const struct node *node = &s->p->nodes[at->ref];

	for (uint32_t q = 0; q < 4; q++) {
		uint32_t ref = node->child[q];

		if (ref == REF_NONE ||
			((ref & REF_LIST) == 0 && wanted(s, &s->p->nodes[ref]) == 0)) {
			continue;
		}
		assert(s->n_stack < STACK_MOST);
		s->stack[s->n_stack++] = (struct square){
			ref, at->level + 1, 2 * at->x + (q & 1), 2 * at->y + (q >> 1)};
	}
}

/* ---- squares */

struct tally {
	struct pyramid_cell *cell;
	struct sum sum;
	uint32_t x, y;
};

static void
tally_item(struct tally *t, const struct item *i, uint32_t slot)
{
	t->cell->counts[i->kind]++;
	t->cell->lone = t->cell->n == 0 ? slot : PYRAMID_NO_SLOT;
	t->cell->n++;
	t->sum.lat_e7 += i->lat_e7;
	t->sum.lon_e7 += i->lon_e7;
}

static void
set_centre(const struct tally *t)
{
	t->cell->centre.lat_deg = (double)t->sum.lat_e7 / t->cell->n / E7;
	t->cell->centre.lon_deg = (double)t->sum.lon_e7 / t->cell->n / E7;
}

/* The only one wanted below a node. */
static uint32_t
lone_below(struct search *s, uint32_t ref)
{
	while ((ref & REF_LIST) == 0) {
		const struct node *node = &s->p->nodes[ref];
		uint32_t below = REF_NONE;

		for (int q = 0; q < 4; q++) {
			uint32_t at = node->child[q];

			if (at == REF_NONE) {
				continue;
			}
			if ((at & REF_LIST) == 0 && wanted(s, &s->p->nodes[at]) > 0) {
				below = at;
				break;
			}
			for (uint32_t i = at & ~REF_LIST;
				(at & REF_LIST) != 0 && i != PYRAMID_NO_SLOT;
				i = s->p->items[i].next) {
				if (is_wanted(s, i)) {
					return i;
				}
			}
		}
		assert(below != REF_NONE);
		ref = below;
	}
	return PYRAMID_NO_SLOT;
}

/* Looks at each thing below a node. */
static void
tally_below(struct search *s, struct tally *t, uint32_t ref)
{
	uint32_t stack[STACK_MOST];
	size_t n = 0;

	stack[n++] = ref;
	while (n > 0 && !s->found->incomplete) {
		uint32_t at = stack[--n];

		if ((at & REF_LIST) == 0) {
			for (int q = 0; q < 4; q++) {
				if (s->p->nodes[at].child[q] != REF_NONE) {
					assert(n < STACK_MOST);
					stack[n++] = s->p->nodes[at].child[q];
				}
			}
			continue;
		}
		for (at &= ~REF_LIST; at != PYRAMID_NO_SLOT;
			at = s->p->items[at].next) {
			if (is_wanted(s, at)) {
				tally_item(t, &s->p->items[at], at);
			}
		}
	}
}

static void
tally_node(struct search *s, struct pyramid_cell *cell, uint32_t ref)
{
	const struct node *node = &s->p->nodes[ref];
	struct tally t = {.cell = cell};

	*cell = (struct pyramid_cell){.lone = PYRAMID_NO_SLOT};
	if (s->view->matches != NULL) {
		tally_below(s, &t, ref);
	} else {
		for (unsigned k = 0; k < PYRAMID_KINDS; k++) {
			if ((s->view->kinds >> k & 1) != 0) {
				cell->counts[k] = node->counts[k];
				cell->n += node->counts[k];
				t.sum.lat_e7 += node->sums[k].lat_e7;
				t.sum.lon_e7 += node->sums[k].lon_e7;
			}
		}
		cell->lone = cell->n == 1 ? lone_below(s, ref) : PYRAMID_NO_SLOT;
	}
	if (cell->n > 0) {
		set_centre(&t);
		s->found->n++;
	}
}

/* A short list above the level of the squares: each thing into its own. */
static void
tally_list(struct search *s, struct pyramid_cell *out, unsigned level, uint32_t ref)
{
	struct tally tallies[LIST_MOST];
	unsigned n = 0, shift = 32 - level;

	for (uint32_t at = ref & ~REF_LIST; at != PYRAMID_NO_SLOT;
		at = s->p->items[at].next) {
		const struct item *i = &s->p->items[at];
		uint32_t x = (uint32_t)((uint64_t)i->x >> shift);
		uint32_t y = (uint32_t)((uint64_t)i->y >> shift);
		unsigned t = 0;

		if (!is_in_view(s, level, x, y) || !is_wanted(s, at)) {
			continue;
		}
		while (t < n && (tallies[t].x != x || tallies[t].y != y)) {
			t++;
		}
		if (t == n) {
			out[n] = (struct pyramid_cell){0};
			tallies[n] = (struct tally){.cell = &out[n], .x = x, .y = y};
			n++;
		}
		tally_item(&tallies[t], i, at);
	}
	for (unsigned t = 0; t < n; t++) {
		set_centre(&tallies[t]);
	}
	s->found->n += n;
}

/* The level whose squares are wanted: as the zoom says, or as there is room. */
static unsigned
level_of(const struct search *s, size_t room)
{
	double wish = round(s->view->zoom) + SQUARE_LEVELS;
	unsigned level = wish <= 0                ? 0
			 : wish >= PYRAMID_LEVELS ? PYRAMID_LEVELS
						  : (unsigned)wish;

	while (level > 0 && squares_at(s, level) > room) {
		level--;
	}
	return level;
}

void
pyramid_cells(const struct pyramid *p, const struct pyramid_view *view,
	struct pyramid_cell *out, size_t room, struct pyramid_found *found)
{
	struct search s;
	unsigned level;

	assert(room >= 2); /* over ±180 even the whole world is two */
	begin(&s, p, view, found);
	level = level_of(&s, room);
	while (s.n_stack > 0 && !found->incomplete) {
		struct square at = s.stack[--s.n_stack];

		if (!is_in_view(&s, at.level, at.x, at.y)) {
			continue;
		}
		if ((at.ref & REF_LIST) != 0) {
			tally_list(&s, out + found->n, level, at.ref);
		} else if (at.level == level) {
			tally_node(&s, out + found->n, at.ref);
		} else {
			push_children(&s, &at);
		}
	}
}

/* ---- each by itself */

static void
take_list(struct search *s, uint32_t *out, size_t room, uint32_t ref)
{
	for (uint32_t at = ref & ~REF_LIST;
		at != PYRAMID_NO_SLOT && !s->found->incomplete;
		at = s->p->items[at].next) {
		const struct item *i = &s->p->items[at];

		if (!is_in_view(s, 32, i->x, i->y) || !is_wanted(s, at)) {
			continue;
		}
		if (s->found->n == room) {
			s->found->incomplete = true;
			return;
		}
		out[s->found->n++] = at;
	}
}

void
pyramid_slots(const struct pyramid *p, const struct pyramid_view *view, uint32_t *out,
	size_t room, struct pyramid_found *found)
{
	struct search s;

	begin(&s, p, view, found);
	while (s.n_stack > 0 && !found->incomplete) {
		struct square at = s.stack[--s.n_stack];

		if ((at.ref & REF_LIST) != 0) {
			take_list(&s, out, room, at.ref);
		} else if (is_in_view(&s, at.level, at.x, at.y)) {
			push_children(&s, &at);
		}
	}
}
