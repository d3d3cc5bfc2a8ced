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
	size_t n_moved;   /* of those that are moved, how many are below */
	uint64_t down_to; /* rows from there up are done */
	size_t n;         /* of a chunk, oldest first */
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

/* The moved ones from `from` up, as the log has them: the index does not know. */
static int
put_moved(struct finding *f, uint64_t from)
{
	struct searcher_page *page = f->page;
	const uint64_t *moved = f->asking.moved;

	while (f->n_moved > 0 && moved[f->n_moved - 1] >= from) {
		uint64_t seq = moved[f->n_moved - 1];
		int r = 0;

		f->n = 0;
		if (seq < f->down_to) {
			r = searcher_scan(
				f->searcher, &f->asking, seq, seq, keep_in_chunk, f);
		}
		if (r != 0) {
			return r;
		}
		f->n_moved--;
		if (f->n > 0) {
			f->down_to = seq;
			page->hits[page->n++] = f->chunk[0];
		}
		if (f->n > 0 && page->n == f->limit) {
			return FULL;
		}
	}
	return 0;
}

static int
keep_on_page(void *arg, const struct index_entry *e)
{
	struct finding *f = arg;
	int r = put_moved(f, e->seq);

	if (r == 0) {
		f->page->hits[f->page->n++] = hit_of(e);
		f->down_to = e->seq;
		r = f->page->n == f->limit ? FULL : 0;
	}
	return r;
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

/* Rows of the index below page->before. */
static int
find_below(struct finding *f)
{
	struct searcher_page *page = f->page;
	struct searcher *s = f->searcher;
	uint64_t at, start = page->before < f->asking.indexed + 1
				     ? page->before
				     : f->asking.indexed + 1;
	int r;

	f->down_to = start;
	f->n_moved = f->asking.n_moved;
	r = index_ask_reports(s->index, &f->asking.below, start, keep_on_page, f, &at);
	if (r == FULL || r == SEARCHER_LATE) {
		page->before = f->down_to; /* behind the last hit */
		return r;
	}
	if (r == INDEX_ASK_BAD || r == INDEX_ASK_LATE || r == 0) {
		int more = put_moved(f, at);

		page->before = more == 0 ? at : f->down_to;
		if (more != 0) {
			return more;
		}
	}
	if (r == INDEX_ASK_BAD) {
		searcher_index_is_bad(s);
		/* What it said so far is right; the log says the rest. */
		r = scan_down(f, at, 1);
	}
	return r;
}

static int
find_newest(struct finding *f, uint64_t before)
{
	struct searcher_page *page = f->page;
	uint64_t start =
		before == 0 || before > f->asking.last ? f->asking.last + 1 : before;
	int r;

	page->before = start;
	r = scan_down(f, start, f->asking.indexed + 1);
	if (r == 0 && f->asking.indexed > 0) {
		r = find_below(f);
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

static int
measure_moved(struct finding *f, struct nearing *n)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < f->asking.n_moved; i++) {
		uint64_t seq = f->asking.moved[i];

		r = searcher_scan(f->searcher, &f->asking, seq, seq, measure, n);
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
		r = index_ask_nearest(f->searcher->index, &f->asking.below, nearest);
		if (r == INDEX_ASK_LATE) {
			return SEARCHER_LATE;
		}
		if (r == INDEX_ASK_BAD) {
			searcher_index_is_bad(f->searcher);
			f->asking.indexed = 0;
			nearest->n = 0;
			r = 0;
		}
	}
	if (r == 0 && f->asking.indexed > 0) {
		r = measure_moved(f, &n);
	}
	r = r != 0 ? r : scan_up(f, f->asking.indexed + 1, nearest->upto, &n);
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

static int
keep_hit(void *arg, const struct index_entry *e)
{
	*(struct searcher_hit *)arg = hit_of(e);
	return 0;
}

/* No row that holds a report: one that still waits to be read, or none at all. */
static int
wait_for(struct searcher *s, uint64_t seq, struct searcher_hit *hit)
{
	struct store_row row;
	int r = store_read_row(s->store, seq, &row);

	if (r == 0 && row.kind == STORE_RAW) {
		hit->seq = seq;
		return 0;
	}
	return r == 0 || r == STORE_NONE || r == -EUCLEAN ? SEARCHER_NONE
	       : r == STORE_TOO_SLOW                      ? SEARCHER_LATE
							  : r;
}

int
searcher_read(struct searcher *s, uint64_t number, struct searcher_hit *hit)
{
	const Vedetta__V1__SearchQuestion any = VEDETTA__V1__SEARCH_QUESTION__INIT;
	struct searcher_refusal refusal;
	uint64_t seq = 0;
	struct asking a;
	int r = searcher_begin(s, &any, false, SEARCHER_WITHIN_MS, &a, &refusal);

	if (r != 0) {
		return r;
	}
	if (number == 0 || number > a.last) {
		searcher_end(s, &a);
		return SEARCHER_NONE;
	}
	/* A report taken in raw mode stands in another row than its number's. */
	if (a.indexed > 0 && index_ask_row(s->index, number, &seq) == INDEX_ASK_BAD) {
		searcher_index_is_bad(s);
	}
	seq = seq != 0 ? seq : number;
	*hit = (struct searcher_hit){.distance_m = -1};
	r = searcher_scan(s, &a, seq, seq, keep_hit, hit);
	searcher_end(s, &a);
	return r == 0 && hit->seq == 0 ? wait_for(s, seq, hit) : r;
}
