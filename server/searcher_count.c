/* Counts: what the index keeps ready, with the log above it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "proto/stamp.h"
#include "server/searcher_internal.h"

enum {
	COUNTS_MOST = 2000, /* in one answer: it must fit a frame */
	HOUR_MS = 3600 * 1000,
	TOO_MANY = 41,
};

struct one {
	const char *area;
	int64_t hour_ms;
	uint64_t reports;
};

struct counting {
	struct asking asking;
	bool by_area, by_hour;
	struct arena *arena;
	uint64_t each; /* 1; or less one, as numbers go round */
	size_t n;
	struct one counts[2 * COUNTS_MOST];
};

static int
compare(const void *a, const void *b)
{
	const struct one *x = a, *y = b;
	int order = strcmp(x->area, y->area);

	return order != 0 ? order
			  : (x->hour_ms > y->hour_ms) - (x->hour_ms < y->hour_ms);
}

/* Sorts, and makes one of those that are the same. */
static void
merge(struct counting *c)
{
	size_t kept = 0;

	qsort(c->counts, c->n, sizeof(c->counts[0]), compare);
	for (size_t i = 0; i < c->n; i++) {
		if (kept > 0 && compare(&c->counts[kept - 1], &c->counts[i]) == 0) {
			c->counts[kept - 1].reports += c->counts[i].reports;
		} else {
			c->counts[kept++] = c->counts[i];
		}
	}
	c->n = kept;
}

static int
add(struct counting *c, const char *area, int64_t hour_ms, uint64_t reports)
{
	struct one new = {area, hour_ms, reports};

	if (c->n > 0 && compare(&c->counts[c->n - 1], &new) == 0) {
		c->counts[c->n - 1].reports += reports;
		return 0;
	}
	if (c->n == 2 * COUNTS_MOST) {
		merge(c);
	}
	if (c->n >= 2 * COUNTS_MOST - 1) {
		return TOO_MANY;
	}
	new.area = arena_copy(c->arena, area, strlen(area));
	if (new.area == NULL) {
		return -ENOMEM;
	}
	c->counts[c->n++] = new;
	return 0;
}

static int
on_count(void *arg, const struct index_count *count)
{
	struct counting *c = arg;

	return add(c, count->area != NULL ? count->area : "",
		count->hour_ms != INT64_MIN ? count->hour_ms : 0, count->reports);
}

static int
on_entry(void *arg, const struct index_entry *e)
{
	struct counting *c = arg;
	int64_t hour_ms = 0;
	int r = 0;

	if (c->by_hour) {
		hour_ms = e->at_ms / HOUR_MS * HOUR_MS;
	}
	if (!c->by_area || e->n_areas == 0) {
		return add(c, "", hour_ms, c->each);
	}
	for (size_t i = 0; r == 0 && i < e->n_areas; i++) {
		if (c->asking.search.area[0] == '\0' ||
			strcmp(c->asking.search.area, e->areas[i]) == 0) {
			r = add(c, e->areas[i], hour_ms, c->each);
		}
	}
	return r;
}

static int
write_counts(const struct counting *c, Vedetta__V1__CountList *list)
{
	list->counts = arena_alloc(c->arena, (c->n + 1) * sizeof(list->counts[0]));
	for (size_t i = 0; list->counts != NULL && i < c->n; i++) {
		if (c->counts[i].reports == 0) {
			continue; /* moved away */
		}
		Vedetta__V1__Count *one = arena_alloc(c->arena, sizeof(*one));
		Google__Protobuf__Timestamp *hour =
			c->by_hour ? stamp_new(c->arena, c->counts[i].hour_ms) : NULL;

		if (one == NULL || (c->by_hour && hour == NULL)) {
			return -ENOMEM;
		}
		vedetta__v1__count__init(one);
		one->hour = hour;
		one->area = (char *)(uintptr_t)c->counts[i].area;
		one->reports = c->counts[i].reports;
		list->counts[list->n_counts++] = one;
	}
	return list->counts == NULL ? -ENOMEM : 0;
}

/* Each was counted where the index has it, and is where the log says. */
static int
count_moved(struct searcher *s, struct counting *c)
{
	int r = 0;

	for (size_t i = 0; r == 0 && c->asking.by_area && i < c->asking.n_moved; i++) {
		uint64_t seq = c->asking.moved[i];

		c->asking.upto = c->asking.indexed;
		c->each = UINT64_MAX;
		r = searcher_scan(s, &c->asking, seq, seq, on_entry, c);
		c->asking.upto = c->asking.last;
		c->each = 1;
		if (r == 0) {
			r = searcher_scan(s, &c->asking, seq, seq, on_entry, c);
		}
	}
	return r;
}

static int
count(struct searcher *s, struct counting *c, Vedetta__V1__CountList *list)
{
	uint64_t first;
	int r = 0;

	if (c->asking.indexed > 0) {
		r = index_ask_counts(s->index, &c->asking.search, c->by_area,
			c->by_hour, on_count, c);
		if (r == INDEX_ASK_LATE) {
			return SEARCHER_LATE;
		}
		if (r == INDEX_ASK_BAD) {
			searcher_index_is_bad(s);
			c->asking.indexed = 0;
			c->n = 0;
			r = 0;
		}
	}
	list->lag_rows = c->asking.last > c->asking.indexed
				 ? c->asking.last - c->asking.indexed
				 : 0;
	if (r == 0 && c->asking.indexed > 0) {
		r = count_moved(s, c);
		if (r == SEARCHER_LATE) {
			return r; /* half of it would be wrong, not too little */
		}
	}
	for (first = c->asking.indexed + 1; r == 0 && first <= c->asking.last;
		first += CHUNK_ROWS) {
		uint64_t end = first + CHUNK_ROWS - 1;

		r = searcher_scan(s, &c->asking, first,
			end < c->asking.last ? end : c->asking.last, on_entry, c);
	}
	if (r == SEARCHER_LATE) {
		list->partial = true;
		r = 0;
	}
	merge(c);
	return r == 0 && c->n > COUNTS_MOST ? TOO_MANY : r;
}

int
searcher_count(struct searcher *s, const Vedetta__V1__CountQuestion *asked,
	struct arena *arena, Vedetta__V1__CountList **out,
	struct searcher_refusal *refusal)
{
	struct counting *c = arena_alloc(arena, sizeof(*c));
	Vedetta__V1__CountList *list = arena_alloc(arena, sizeof(*list));
	int r;

	if (c == NULL || list == NULL) {
		return -ENOMEM;
	}
	vedetta__v1__count_list__init(list);
	c->by_area = asked->by_area;
	c->by_hour = asked->by_hour;
	c->arena = arena;
	c->each = 1;
	r = searcher_begin(
		s, asked->of, asked->by_area, SEARCHER_LONG_MS, &c->asking, refusal);
	if (r != 0) {
		return r;
	}
	r = count(s, c, list);
	searcher_end(s, &c->asking);
	if (r == TOO_MANY) {
		*refusal = (struct searcher_refusal){"by",
			"gives more than 2,000 counts: ask for an area or fewer hours"};
		return SEARCHER_REFUSED;
	}
	*out = list;
	return r == 0 ? write_counts(c, list) : r;
}
