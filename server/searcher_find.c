/* Pages of reports: the newest, or the nearest, first. */
#include <errno.h>

#include "geo/measure.h"
#include "server/searcher_internal.h"

enum {
	FULL = 31, /* what a visitor says to end */
};

struct finding {
	struct searcher *searcher;
	struct asking asking;
	struct searcher_page *page;
	size_t limit;
	size_t n; /* of a chunk, oldest first */
	struct searcher_hit chunk[CHUNK_ROWS];
};

static struct searcher_hit
hit_of(const struct index_entry *e)
{
	return (struct searcher_hit){e->seq, e->incident, -1, e->class_no, e->exercise};
}

/* ---- newest first */

static int
keep_in_chunk(void *arg, const struct index_entry *e)
{
	struct finding *f = arg;

	f->chunk[f->n++] = hit_of(e);
	return 0;
}

static int
keep_on_page(void *arg, const struct index_entry *e)
{
	struct finding *f = arg;

	f->page->hits[f->page->n++] = hit_of(e);
	return f->page->n == f->limit ? FULL : 0;
}

/* Rows of the log below `before`, down to `down_to`, chunk by chunk. */
static int
scan_down(struct finding *f, uint64_t before, uint64_t down_to)
{
	struct searcher_page *page = f->page;

	while (before > down_to) {
		uint64_t first =
			before - down_to > CHUNK_ROWS ? before - CHUNK_ROWS : down_to;
		int r;

		f->n = 0;
		r = searcher_scan(
			f->searcher, &f->asking, first, before - 1, keep_in_chunk, f);
		if (r != 0) {
			return r;
		}
		while (f->n > 0) {
			page->hits[page->n++] = f->chunk[--f->n];
			if (page->n == f->limit) {
				page->before = page->hits[page->n - 1].seq;
				return FULL;
			}
		}
		before = page->before = first;
	}
	return 0;
}

static int
find_newest(struct finding *f, uint64_t before)
{
	struct searcher_page *page = f->page;
	struct searcher *s = f->searcher;
	uint64_t start =
		before == 0 || before > f->asking.last ? f->asking.last + 1 : before;
	int r;

	page->before = start;
	r = scan_down(f, start, f->asking.indexed + 1);
	if (r == 0 && f->asking.indexed > 0) {
		uint64_t at;

		r = index_ask_reports(s->index, &f->asking.search,
			page->before < f->asking.indexed + 1 ? page->before
							     : f->asking.indexed + 1,
			keep_on_page, f, &at);
		if (r == INDEX_ASK_BAD) {
			searcher_index_is_bad(s);
			/* What it said so far is right; the log says the rest. */
			r = scan_down(f, at, 1);
		} else if (r == 0) {
			page->before = 0;
		} else if (r != INDEX_ASK_LATE || at < page->before) {
			page->before = at;
		}
	}
	if (r == 0 || (r == FULL && page->before <= 1)) {
		page->before = 0;
	}
	if (r == SEARCHER_LATE || r == INDEX_ASK_LATE) {
		page->partial = true;
		r = page->before == start ? SEARCHER_LATE : 0;
	}
	return r == FULL ? 0 : r;
}

/* ---- nearest first */

struct nearing {
	struct finding *finding;
	struct index_nearest nearest;
};

static int
measure(void *arg, const struct index_entry *e)
{
	struct nearing *n = arg;

	index_nearest_add(&n->nearest,
		measure_distance_m(n->finding->asking.search.near, e->point), e->seq);
	return 0;
}

static int
scan_up(struct finding *f, uint64_t first, uint64_t last, struct nearing *n)
{
	int r = 0;

	for (; r == 0 && first <= last; first += CHUNK_ROWS) {
		uint64_t end =
			last - first >= CHUNK_ROWS ? first + CHUNK_ROWS - 1 : last;

		r = searcher_scan(f->searcher, &f->asking, first, end, measure, n);
	}
	return r;
}

/* The row behind each place: class and incident. */
static int
look_up(struct finding *f, const struct nearing *n)
{
	struct searcher_page *page = f->page;

	for (size_t i = 0; i < n->nearest.n; i++) {
		uint64_t seq = n->nearest.at[i].seq;
		int r;

		f->n = 0;
		r = searcher_scan(f->searcher, &f->asking, seq, seq, keep_in_chunk, f);
		if (r != 0) {
			return r;
		}
		if (f->n == 1) {
			page->hits[page->n] = f->chunk[0];
			page->hits[page->n++].distance_m = n->nearest.at[i].distance_m;
		}
	}
	return 0;
}

static int
find_nearest(struct finding *f, const Vedetta__V1__SearchQuestion *asked)
{
	struct nearing n = {.finding = f,
		.nearest = {.most = f->limit,
			.from_m = asked->upto > 0 ? asked->from_m : -1,
			.from_seq = asked->from_row,
			.upto = asked->upto > 0 ? asked->upto : f->asking.last}};
	struct index_nearest *nearest = &n.nearest;
	int r = 0;

	f->page->upto = nearest->upto;
	if (f->asking.indexed > 0) {
		r = index_ask_nearest(f->searcher->index, &f->asking.search, nearest);
		if (r == INDEX_ASK_LATE) {
			return SEARCHER_LATE;
		}
		if (r == INDEX_ASK_BAD) {
			searcher_index_is_bad(f->searcher);
			f->asking.indexed = 0;
			nearest->n = 0;
		}
	}
	r = scan_up(f, f->asking.indexed + 1, nearest->upto, &n);
	if (r == SEARCHER_LATE) {
		f->page->partial = true;
		r = 0;
	}
	store_set_deadline(f->searcher->store, SEARCHER_FINISH_MS);
	return r == 0 ? look_up(f, &n) : r;
}

int
searcher_find(struct searcher *s, const Vedetta__V1__SearchQuestion *asked,
	struct arena *arena, struct searcher_page *page,
	struct searcher_refusal *refusal)
{
	struct finding *f = arena_alloc(arena, sizeof(*f));
	int r;

	if (f == NULL) {
		return -ENOMEM;
	}
	*page = (struct searcher_page){0};
	f->searcher = s;
	f->page = page;
	f->limit = asked->limit > 0 && asked->limit <= INDEX_NEAR_MOST
			   ? asked->limit
			   : INDEX_NEAR_MOST;
	r = searcher_begin(s, asked, false, SEARCHER_WITHIN_MS - SEARCHER_FINISH_MS,
		&f->asking, refusal);
	if (r != 0) {
		return r;
	}
	page->lag_rows = f->asking.last > f->asking.indexed
				 ? f->asking.last - f->asking.indexed
				 : 0;
	r = f->asking.search.has_near ? find_nearest(f, asked)
				      : find_newest(f, asked->before);
	searcher_end(s, &f->asking);
	return r;
}
