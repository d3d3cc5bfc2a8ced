#include "server/move_view.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	READ_AT_ONCE = 256,
	ROOM_FIRST = 64,
};

void
move_view_fini(struct move_view *v)
{
	free(v->at);
	*v = (struct move_view){0};
}

static int
compare(const void *a, const void *b)
{
	const struct move_view_one *x = a, *y = b;

	if (x->move.number != y->move.number) {
		return x->move.number < y->move.number ? -1 : 1;
	}
	return (x->seq > y->seq) - (x->seq < y->seq);
}

static int
keep(struct move_view *v, const struct move_view_one *one)
{
	if (v->n == v->room) {
		size_t room = v->room == 0 ? ROOM_FIRST : 2 * v->room;
		struct move_view_one *at = realloc(v->at, room * sizeof(at[0]));

		if (at == NULL) {
			return -ENOMEM;
		}
		v->at = at;
		v->room = room;
	}
	v->at[v->n++] = *one;
	v->seq = one->seq;
	return 0;
}

static int
read_some(struct move_view *v, struct store *store, struct arena *arena, size_t *n)
{
	uint64_t seqs[READ_AT_ONCE];
	int r = store_read_moves(store, v->seq, seqs, READ_AT_ONCE, n);

	for (size_t i = 0; r == 0 && i < *n; i++) {
		struct move_view_one one = {.seq = seqs[i]};
		struct store_row row;

		arena_reset(arena);
		r = store_read_row(store, seqs[i], &row);
		if (r == -EUCLEAN) {
			r = 0; /* that report is where its other rows say */
			v->seq = seqs[i];
			continue;
		}
		if (r == 0 && entry_move_of_row(&row, arena, &one.move) == 0) {
			r = keep(v, &one);
		}
	}
	return r;
}

int
move_view_refresh(struct move_view *v, struct store *store, struct arena *arena)
{
	size_t before, n = READ_AT_ONCE;
	int r = 0;

	if (strcmp(v->epoch, store_epoch(store)) != 0) {
		move_view_fini(v);
		(void)snprintf(v->epoch, sizeof(v->epoch), "%s", store_epoch(store));
	}
	before = v->n;
	while (r == 0 && n == READ_AT_ONCE) {
		r = read_some(v, store, arena, &n);
	}
	if (v->n != before) {
		qsort(v->at, v->n, sizeof(v->at[0]), compare);
	}
	return r;
}

/* Of those before `end`: the last that has a place, in the incident of the last. */
static void
put_where_last_said(const struct move_view *v, size_t end, struct index_entry *e)
{
	size_t i = end;

	while (i > 0 && v->at[i - 1].move.number == e->number) {
		if (v->at[--i].move.has_point) {
			entry_put_elsewhere(&v->at[i].move, e);
			break;
		}
	}
	if (end > 0 && v->at[end - 1].move.number == e->number) {
		entry_put_elsewhere(&v->at[end - 1].move, e);
	}
}

/* Behind the last of its moves that is not above `upto`. */
static size_t
end_of(const struct move_view *v, uint64_t upto, uint64_t report)
{
	size_t low = 0, high = v->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct move_view_one *one = &v->at[middle];

		if (one->move.number < report ||
			(one->move.number == report && one->seq <= upto)) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low;
}

uint64_t
move_view_where(
	const struct move_view *v, uint64_t upto, uint64_t report, uint64_t incident)
{
	size_t end = end_of(v, upto, report);

	return end > 0 && v->at[end - 1].move.number == report
		       ? v->at[end - 1].move.incident
		       : incident;
}

void
move_view_apply(const struct move_view *v, uint64_t upto, struct index_entry *e)
{
	put_where_last_said(v, end_of(v, upto, e->number), e);
}
