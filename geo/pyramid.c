#include "geo/pyramid_internal.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- birth */

static uint32_t
take_node(struct pyramid *p)
{
	uint32_t at = p->free_node;

	if (at != 0) {
		p->free_node = p->nodes[at].child[0];
		p->n_free--;
	} else {
		assert(p->n_nodes < p->nodes_room);
		at = (uint32_t)p->n_nodes++;
	}
	memset(&p->nodes[at], 0, sizeof(p->nodes[at]));
	return at;
}

static void
give_node(struct pyramid *p, uint32_t at)
{
	p->nodes[at].child[0] = p->free_node;
	p->free_node = at;
	p->n_free++;
}

void
pyramid_clear(struct pyramid *p)
{
	memset(p->items, 0, p->items_room * sizeof(p->items[0]));
	p->free_node = 0;
	p->n_free = 0;
	p->n_nodes = ROOT;
	(void)take_node(p);
}

void
pyramid_free(struct pyramid *p)
{
	if (p == NULL) {
		return;
	}
	free(p->items);
	free(p->nodes);
	free(p);
}

struct pyramid *
pyramid_new(void)
{
	struct pyramid *p = calloc(1, sizeof(*p));

	if (p == NULL) {
		return NULL;
	}
	p->items = calloc(ROOM_FIRST, sizeof(p->items[0]));
	p->nodes = calloc(ROOM_FIRST, sizeof(p->nodes[0]));
	if (p->items == NULL || p->nodes == NULL) {
		pyramid_free(p);
		return NULL;
	}
	p->items_room = ROOM_FIRST;
	p->nodes_room = ROOM_FIRST;
	pyramid_clear(p);
	return p;
}

static int
reserve_items(struct pyramid *p, size_t n_slots)
{
	size_t room = p->items_room;
	struct item *more;

	if (n_slots <= room) {
		return 0;
	}
	while (room < n_slots) {
		room *= 2;
	}
	more = realloc(p->items, room * sizeof(more[0]));
	if (more == NULL) {
		return -ENOMEM;
	}
	memset(more + p->items_room, 0, (room - p->items_room) * sizeof(more[0]));
	p->items = more;
	p->items_room = room;
	return 0;
}

int
pyramid_reserve(struct pyramid *p, size_t n_slots)
{
	assert(n_slots < PYRAMID_NO_SLOT);
	/* The worst: seventeen so near that they part only at the last level. */
	if (p->n_free + p->nodes_room - p->n_nodes < PYRAMID_LEVELS) {
		size_t room = 2 * p->nodes_room;
		struct node *more = realloc(p->nodes, room * sizeof(more[0]));

		if (more == NULL) {
			return -ENOMEM;
		}
		p->nodes = more;
		p->nodes_room = room;
	}
	return reserve_items(p, n_slots);
}

size_t
pyramid_count(const struct pyramid *p)
{
	return p->nodes[ROOT].n;
}

/* ---- where */

static uint32_t
part_of_world(double part)
{
	double at = floor(part * (double)WORLD);

	return at <= 0                     ? 0
	       : at >= (double)(WORLD - 1) ? (uint32_t)(WORLD - 1)
					   : (uint32_t)at;
}

uint32_t
pyramid_x(double lon_deg)
{
	return part_of_world((lon_deg + 180) / 360);
}

uint32_t
pyramid_y(double lat_deg)
{
	double s = sin(lat_deg * M_PI / 180);

	/* At a pole the map has no end: its last row, then. */
	if (fabs(lat_deg) >= 89.9) {
		return lat_deg > 0 ? 0 : (uint32_t)(WORLD - 1);
	}
	return part_of_world(0.5 - log((1 + s) / (1 - s)) / (4 * M_PI));
}

/* Which of the four squares below one of that level. */
static unsigned
quarter(const struct item *i, unsigned level)
{
	unsigned shift = 31 - level;

	return level == PYRAMID_LEVELS ? 0
				       : (i->y >> shift & 1) << 1 | (i->x >> shift & 1);
}

/* ---- coming and going */

static void
count(struct node *node, const struct item *i, int by)
{
	node->n += (uint32_t)by;
	node->counts[i->kind] += (uint32_t)by;
	node->sums[i->kind].lat_e7 += (int64_t)by * i->lat_e7;
	node->sums[i->kind].lon_e7 += (int64_t)by * i->lon_e7;
}

static void
push(struct pyramid *p, uint32_t *ref, uint32_t slot)
{
	struct item *i = &p->items[slot];

	i->prev = PYRAMID_NO_SLOT;
	i->next = *ref != REF_NONE ? *ref & ~REF_LIST : PYRAMID_NO_SLOT;
	if (i->next != PYRAMID_NO_SLOT) {
		p->items[i->next].prev = slot;
	}
	*ref = REF_LIST | slot;
}

static bool
is_full(const struct pyramid *p, uint32_t ref)
{
	unsigned n = 0;

	for (uint32_t at = ref & ~REF_LIST; at != PYRAMID_NO_SLOT && n < LIST_MOST;
		at = p->items[at].next) {
		n++;
	}
	return n == LIST_MOST;
}

/* A list becomes a node of that level. */
static void
split(struct pyramid *p, uint32_t *ref, unsigned level)
{
	uint32_t node = take_node(p);
	uint32_t next;

	for (uint32_t at = *ref & ~REF_LIST; at != PYRAMID_NO_SLOT; at = next) {
		next = p->items[at].next;
		count(&p->nodes[node], &p->items[at], 1);
		push(p, &p->nodes[node].child[quarter(&p->items[at], level)], at);
	}
	*ref = node;
}

static void
add(struct pyramid *p, uint32_t slot)
{
	struct item *i = &p->items[slot];
	uint32_t node = ROOT;

	for (unsigned level = 0;; level++) {
		uint32_t *ref = &p->nodes[node].child[quarter(i, level)];

		count(&p->nodes[node], i, 1);
		if (level < PYRAMID_LEVELS && (*ref & REF_LIST) != 0 &&
			is_full(p, *ref)) {
			split(p, ref, level + 1);
		}
		if (*ref == REF_NONE || (*ref & REF_LIST) != 0) {
			push(p, ref, slot);
			return;
		}
		node = *ref;
	}
}

void
pyramid_put(struct pyramid *p, uint32_t slot, struct geo_point at, unsigned kind)
{
	struct item *i = &p->items[slot];

	assert(slot < p->items_room && kind < PYRAMID_KINDS);
	pyramid_remove(p, slot);
	*i = (struct item){
		.x = pyramid_x(at.lon_deg),
		.y = pyramid_y(at.lat_deg),
		.lat_e7 = (int32_t)lround(at.lat_deg * E7),
		.lon_e7 = (int32_t)lround(at.lon_deg * E7),
		.kind = (uint8_t)kind,
		.is_in = true,
	};
	add(p, slot);
}

/* A node whose things are few becomes a list of them. */
static void
join(struct pyramid *p, uint32_t *ref)
{
	uint32_t stack[STACK_MOST], list = REF_NONE;
	size_t n = 0;

	stack[n++] = *ref;
	while (n > 0) {
		uint32_t at = stack[--n], next;

		if ((at & REF_LIST) == 0) {
			for (int q = 0; q < 4; q++) {
				if (p->nodes[at].child[q] != REF_NONE) {
					assert(n < STACK_MOST);
					stack[n++] = p->nodes[at].child[q];
				}
			}
			give_node(p, at);
			continue;
		}
		for (at &= ~REF_LIST; at != PYRAMID_NO_SLOT; at = next) {
			next = p->items[at].next;
			push(p, &list, at);
		}
	}
	*ref = list;
}

static void
unlink_item(struct pyramid *p, uint32_t *ref, const struct item *i)
{
	if (i->next != PYRAMID_NO_SLOT) {
		p->items[i->next].prev = i->prev;
	}
	if (i->prev != PYRAMID_NO_SLOT) {
		p->items[i->prev].next = i->next;
	} else {
		*ref = i->next != PYRAMID_NO_SLOT ? REF_LIST | i->next : REF_NONE;
	}
}

void
pyramid_remove(struct pyramid *p, uint32_t slot)
{
	struct item *i = slot < p->items_room ? &p->items[slot] : NULL;
	uint32_t *ref, *few = NULL;
	uint32_t node = ROOT;

	if (i == NULL || !i->is_in) {
		return;
	}
	for (unsigned level = 0;; level++) {
		count(&p->nodes[node], i, -1);
		ref = &p->nodes[node].child[quarter(i, level)];
		if ((*ref & REF_LIST) != 0) {
			break;
		}
		node = *ref;
		if (few == NULL && p->nodes[node].n - 1 <= LIST_AGAIN) {
			few = ref;
		}
	}
	unlink_item(p, ref, i);
	i->is_in = false;
	if (few != NULL) {
		join(p, few);
	}
}
