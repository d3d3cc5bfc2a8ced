/* Outlines and borders: what the index has drawn. */
#include <errno.h>
#include <string.h>

#include "dispatch/hazard.h"
#include "server/searcher_internal.h"

enum {
	OUTLINES_BYTES = 100 * 1024, /* in one answer: it must fit a frame */
	ONE_BYTES = 64,              /* beside corners and names */
	FULL = 42,
};

struct drawing {
	struct arena *arena;
	Vedetta__V1__OutlineList *list;
	size_t room;
	size_t bytes;
};

/* *out with a copy of the corners, room for more; 0, FULL, or -ENOMEM. */
static int
next_one(struct drawing *d, uint64_t id, size_t n_doubles, Vedetta__V1__Outline **out)
{
	size_t bytes = n_doubles * sizeof(double) + ONE_BYTES;
	Vedetta__V1__Outline *one;

	if (d->list->n_outlines == d->room ||
		(d->list->n_outlines > 0 && d->bytes + bytes > OUTLINES_BYTES)) {
		d->list->next = id;
		return FULL;
	}
	d->bytes += bytes;
	one = arena_alloc(d->arena, sizeof(*one));
	if (one == NULL) {
		return -ENOMEM;
	}
	vedetta__v1__outline__init(one);
	one->id = id;
	one->ring = arena_alloc(d->arena, n_doubles * sizeof(double));
	*out = one;
	return one->ring == NULL ? -ENOMEM : 0;
}

static int
on_outline(void *arg, const struct index_outline *o)
{
	struct drawing *d = arg;
	Vedetta__V1__Outline *one;
	int r = next_one(d, o->id, 2 * o->n_ring, &one);

	if (r != 0) {
		return r;
	}
	one->n_ring = 2 * o->n_ring;
	memcpy(one->ring, o->ring, one->n_ring * sizeof(double));
	one->exercise = o->exercise;
	one->reports = o->reports;
	if (o->event_group != 0) {
		one->kind = VEDETTA__V1__OUTLINE_KIND__OUTLINE_KIND_UMBRELLA;
		one->event_group = (char *)(uintptr_t)event_group_name(
			(enum event_group)o->event_group);
	} else {
		one->kind = VEDETTA__V1__OUTLINE_KIND__OUTLINE_KIND_INCIDENT;
		one->hazard = o->hazard;
		one->class_ = o->class_no;
		one->status = (Vedetta__V1__IncidentStatus)o->status;
	}
	d->list->outlines[d->list->n_outlines++] = one;
	return 0;
}

static int
on_border(void *arg, const struct index_border *b)
{
	struct drawing *d = arg;
	Vedetta__V1__Outline *one;
	int r = next_one(d, b->id, b->n_numbers - b->n_rings, &one);

	if (r != 0) {
		return r;
	}
	one->kind = VEDETTA__V1__OUTLINE_KIND__OUTLINE_KIND_AREA;
	one->code = arena_copy(d->arena, b->code, strlen(b->code));
	one->name = arena_copy(d->arena, b->name, strlen(b->name));
	one->level = (Vedetta__V1__AreaLevel)b->level;
	one->corners = arena_alloc(d->arena, b->n_rings * sizeof(one->corners[0]));
	if (one->code == NULL || one->name == NULL || one->corners == NULL) {
		return -ENOMEM;
	}
	for (size_t at = 0; at < b->n_numbers;) {
		size_t n = 2 * (size_t)b->numbers[at];

		one->corners[one->n_corners++] = (uint32_t)b->numbers[at++];
		memcpy(one->ring + one->n_ring, b->numbers + at, n * sizeof(double));
		one->n_ring += n;
		at += n;
	}
	d->list->outlines[d->list->n_outlines++] = one;
	return 0;
}

static int
draw(struct searcher *s, const struct asking *a,
	const Vedetta__V1__OutlineQuestion *asked, struct drawing *d)
{
	unsigned kinds = INDEX_OF_INCIDENTS | INDEX_OF_UMBRELLAS;

	switch (asked->kind) {
	case VEDETTA__V1__OUTLINE_KIND__OUTLINE_KIND_AREA:
		return index_ask_borders(
			s->index, &a->search, asked->from, on_border, d);
	case VEDETTA__V1__OUTLINE_KIND__OUTLINE_KIND_INCIDENT:
		kinds = INDEX_OF_INCIDENTS;
		break;
	case VEDETTA__V1__OUTLINE_KIND__OUTLINE_KIND_UMBRELLA:
		kinds = INDEX_OF_UMBRELLAS;
		break;
	case VEDETTA__V1__OUTLINE_KIND__OUTLINE_KIND_UNSPECIFIED:
	case _VEDETTA__V1__OUTLINE_KIND_IS_INT_SIZE:
		break;
	}
	return index_ask_outlines(
		s->index, &a->search, kinds, asked->from, on_outline, d);
}

int
searcher_outlines(struct searcher *s, const Vedetta__V1__OutlineQuestion *asked,
	struct arena *arena, Vedetta__V1__OutlineList **out,
	struct searcher_refusal *refusal)
{
	Vedetta__V1__OutlineList *list = arena_alloc(arena, sizeof(*list));
	struct drawing d = {.arena = arena, .list = list, .room = asked->of->limit};
	struct asking a;
	int r;

	if (list == NULL) {
		return -ENOMEM;
	}
	vedetta__v1__outline_list__init(list);
	list->outlines = arena_alloc(arena, (d.room + 1) * sizeof(list->outlines[0]));
	if (list->outlines == NULL) {
		return -ENOMEM;
	}
	r = searcher_begin(s, asked->of, false, SEARCHER_LONG_MS, &a, refusal);
	if (r != 0) {
		return r;
	}
	list->lag_rows = a.last > a.indexed ? a.last - a.indexed : 0;
	if (a.indexed > 0) {
		r = draw(s, &a, asked, &d);
	}
	if (r == INDEX_ASK_BAD) {
		searcher_index_is_bad(s);
	}
	searcher_end(s, &a);
	*out = list;
	return r == FULL || r == INDEX_ASK_BAD ? 0
	       : r == INDEX_ASK_LATE           ? SEARCHER_LATE
					       : r;
}
