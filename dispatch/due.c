#include "dispatch/due.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

enum {
	FIRST_ROOM = 64,
};

void
due_fini(struct due *d)
{
	free(d->heap);
	*d = (struct due){.heap = NULL};
}

static bool
is_before(const struct due_at *a, const struct due_at *b)
{
	return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->id < b->id;
}

/* Places count from 1. */
static void
set(struct due *d, size_t place, struct due_at *what)
{
	d->heap[place - 1] = what;
	what->place = (uint32_t)place; /* never so many */
}

static void
rise(struct due *d, struct due_at *what)
{
	size_t at = what->place;

	while (at > 1 && is_before(what, d->heap[at / 2 - 1])) {
		set(d, at, d->heap[at / 2 - 1]);
		at /= 2;
	}
	set(d, at, what);
}

static void
sink(struct due *d, struct due_at *what)
{
	size_t at = what->place;

	while (2 * at <= d->n) {
		size_t child = 2 * at;

		if (child < d->n && is_before(d->heap[child], d->heap[child - 1])) {
			child++;
		}
		if (!is_before(d->heap[child - 1], what)) {
			break;
		}
		set(d, at, d->heap[child - 1]);
		at = child;
	}
	set(d, at, what);
}

int
due_reserve(struct due *d)
{
	size_t room = d->room == 0 ? FIRST_ROOM : d->room + d->room / 4;
	void *grown;

	if (d->n < d->room) {
		return 0;
	}
	grown = realloc(d->heap, room * sizeof(d->heap[0]));
	if (grown == NULL) {
		return -ENOMEM;
	}
	d->heap = grown;
	d->room = room;
	return 0;
}

int
due_put(struct due *d, struct due_at *what, int64_t at_ms)
{
	if (what->place == 0) {
		if (due_reserve(d) < 0) {
			return -ENOMEM;
		}
		set(d, ++d->n, what);
	}
	what->at_ms = at_ms;
	rise(d, what);
	sink(d, what);
	return 0;
}

void
due_remove(struct due *d, struct due_at *what)
{
	struct due_at *last;

	if (what->place == 0) {
		return;
	}
	last = d->heap[--d->n];
	if (last != what) {
		set(d, what->place, last);
		rise(d, last);
		sink(d, last);
	}
	what->place = 0;
}

struct due_at *
due_first(const struct due *d)
{
	return d->n == 0 ? NULL : d->heap[0];
}
