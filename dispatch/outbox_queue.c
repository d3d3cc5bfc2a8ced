/* A binary heap by next_ms; what comes first at the same time does not matter. */
#include <errno.h>
#include <stdlib.h>

#include "dispatch/outbox_internal.h"

enum {
	FIRST_ROOM = 64,
};

static void
set(struct outbox *o, size_t at, struct outbox_item *i)
{
	o->heap[at] = i;
	i->heap_at = at;
}

static void
rise(struct outbox *o, size_t at)
{
	struct outbox_item *i = o->heap[at];

	while (at > 0 && o->heap[(at - 1) / 2]->d.next_ms > i->d.next_ms) {
		set(o, at, o->heap[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	set(o, at, i);
}

static void
sink(struct outbox *o, size_t at)
{
	struct outbox_item *i = o->heap[at];
	size_t below;

	while ((below = 2 * at + 1) < o->n_heap) {
		if (below + 1 < o->n_heap &&
			o->heap[below + 1]->d.next_ms < o->heap[below]->d.next_ms) {
			below++;
		}
		if (o->heap[below]->d.next_ms >= i->d.next_ms) {
			break;
		}
		set(o, at, o->heap[below]);
		at = below;
	}
	set(o, at, i);
}

int
outbox_queue_reserve(struct outbox *o)
{
	size_t room = o->room_heap == 0 ? FIRST_ROOM : 2 * o->room_heap;
	void *grown;

	/* Whoever is open may have to wait again. */
	if (o->n_open < o->room_heap) {
		return 0;
	}
	grown = realloc(o->heap, room * sizeof(o->heap[0]));
	if (grown == NULL) {
		return -ENOMEM;
	}
	o->heap = grown;
	o->room_heap = room;
	return 0;
}

void
outbox_queue_put(struct outbox *o, struct outbox_item *i)
{
	i->where = OUTBOX_WAITING;
	set(o, o->n_heap, i);
	o->n_heap++;
	rise(o, i->heap_at);
}

void
outbox_queue_remove(struct outbox *o, struct outbox_item *i)
{
	struct outbox_item *last = o->heap[--o->n_heap];
	size_t at = i->heap_at;

	i->where = OUTBOX_NOWHERE;
	if (last == i) {
		return;
	}
	set(o, at, last);
	rise(o, at);
	sink(o, last->heap_at);
}
