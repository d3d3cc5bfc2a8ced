/* board_list - the board in order of rank, a page at a time */
#include "server/board.h"

static struct board_mark
mark_of(const struct board_entry *e)
{
	return (struct board_mark){e->facts.class_no, e->key, e->id};
}

/* Does a stand behind b in the order of rank? */
static bool
is_behind(struct board_mark a, struct board_mark b)
{
	if (a.class_no != b.class_no) {
		return a.class_no > b.class_no;
	}
	if (a.key != b.key) {
		return a.key < b.key;
	}
	return a.id > b.id;
}

/* heap[0] is the last in rank of those kept. */
static void
sift_down(const struct board_entry **heap, size_t n, size_t at)
{
	for (;;) {
		size_t child = 2 * at + 1;
		const struct board_entry *moved = heap[at];

		if (child >= n) {
			return;
		}
		if (child + 1 < n &&
			is_behind(mark_of(heap[child + 1]), mark_of(heap[child]))) {
			child++;
		}
		if (!is_behind(mark_of(heap[child]), mark_of(moved))) {
			return;
		}
		heap[at] = heap[child];
		heap[child] = moved;
		at = child;
	}
}

static void
sift_up(const struct board_entry **heap, size_t at)
{
	while (at > 0) {
		size_t parent = (at - 1) / 2;
		const struct board_entry *moved = heap[at];

		if (!is_behind(mark_of(moved), mark_of(heap[parent]))) {
			return;
		}
		heap[at] = heap[parent];
		heap[parent] = moved;
		at = parent;
	}
}

/* Takes the heap apart from its last in rank on: what is left is in order. */
static void
sort_out(const struct board_entry **heap, size_t n)
{
	while (n > 1) {
		const struct board_entry *last = heap[0];

		n--;
		heap[0] = heap[n];
		heap[n] = last;
		sift_down(heap, n, 0);
	}
}

void
board_select(const struct board *b, const struct filter *filter,
	const struct board_mark *behind, size_t limit, const struct board_entry **out,
	struct board_selection *selection)
{
	*selection = (struct board_selection){0};
	for (size_t i = 0; i < board_count(b); i++) {
		const struct board_entry *e = board_at(b, i);

		if (!filter_matches(filter, &e->facts)) {
			continue;
		}
		selection->n_matching++;
		if (behind != NULL && !is_behind(mark_of(e), *behind)) {
			continue;
		}
		if (selection->n < limit) {
			out[selection->n] = e;
			sift_up(out, selection->n++);
			continue;
		}
		selection->more = true;
		if (limit > 0 && is_behind(mark_of(out[0]), mark_of(e))) {
			out[0] = e;
			sift_down(out, limit, 0);
		}
	}
	sort_out(out, selection->n);
}
