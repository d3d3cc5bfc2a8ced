#include "server/area_list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dispatch/letter.h"
#include "proto/utf8.h"

enum {
	FIRST_ROOM = 256,
};

struct entry {
	char code[FILTER_AREA_BYTES];
	char parent[FILTER_AREA_BYTES];
	unsigned level;
	char *folded; /* the name as it is searched */
	uint8_t *packed;
	size_t packed_bytes;
};

struct set {
	size_t n;
	size_t room;
	struct entry *entries; /* by code, once it counts */
};

struct area_list {
	struct set now;
	struct set coming;
	bool is_broken; /* a piece of what is coming did not fit */
};

struct area_list *
area_list_new(void)
{
	return calloc(1, sizeof(struct area_list));
}

static void
clear(struct set *s)
{
	for (size_t i = 0; i < s->n; i++) {
		free(s->entries[i].folded);
		free(s->entries[i].packed);
	}
	s->n = 0;
}

static void
drop(struct set *s)
{
	clear(s);
	free(s->entries);
	*s = (struct set){0};
}

void
area_list_free(struct area_list *l)
{
	if (l != NULL) {
		drop(&l->now);
		drop(&l->coming);
		free(l);
	}
}

static int
compare(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->code, ((const struct entry *)b)->code);
}

static void
copy(char to[FILTER_AREA_BYTES], const char *from)
{
	size_t n = strnlen(from, FILTER_AREA_BYTES - 1);

	memset(to, 0, FILTER_AREA_BYTES);
	memcpy(to, from, n);
}

static int
make_room(struct set *s)
{
	size_t room = s->room == 0 ? FIRST_ROOM : 2 * s->room;
	struct entry *more;

	if (s->n < s->room) {
		return 0;
	}
	more = realloc(s->entries, room * sizeof(*more));
	if (more == NULL) {
		return -ENOMEM;
	}
	s->entries = more;
	s->room = room;
	return 0;
}

static bool
is_of_other_script(int32_t c)
{
	return c >= 0x0250 && (c < 0x2000 || c >= 0x2c00); /* no sign, no quote */
}

/*
 * Plain small letters and digits; one space between words. Other scripts stay as
 * they are. `to` has room for bytes + 1: nothing grows.
 */
static void
fold(const char *text, size_t bytes, char *to)
{
	size_t n = 0;

	for (size_t at = 0; at < bytes;) {
		size_t from = at;
		int32_t c = utf8_next(text, bytes, &at);
		char letter = letter_plain(c);

		if (c < 0) {
			break;
		}
		if (letter_is_mark(c)) {
			continue;
		}
		if (letter != 0) {
			to[n++] = letter;
		} else if (is_of_other_script(c)) {
			memcpy(to + n, text + from, at - from);
			n += at - from;
		} else if (n > 0 && to[n - 1] != ' ') {
			to[n++] = ' ';
		}
	}
	n -= n > 0 && to[n - 1] == ' ';
	to[n] = '\0';
}

static int
take_one(struct set *s, const Vedetta__V1__Area *area)
{
	size_t bytes = strlen(area->name);
	struct entry *e;

	if (make_room(s) != 0) {
		return -ENOMEM;
	}
	e = &s->entries[s->n];
	copy(e->code, area->code);
	copy(e->parent, area->parent);
	e->level = (unsigned)area->level;
	e->packed_bytes = vedetta__v1__area__get_packed_size(area);
	e->folded = malloc(bytes + 1);
	e->packed = malloc(e->packed_bytes + 1);
	if (e->folded == NULL || e->packed == NULL) {
		free(e->folded);
		free(e->packed);
		return -ENOMEM;
	}
	fold(area->name, bytes, e->folded);
	(void)vedetta__v1__area__pack(area, e->packed);
	s->n++;
	return 0;
}

int
area_list_take(struct area_list *l, const Vedetta__V1__BoardAreas *piece)
{
	struct set *s = &l->coming;

	if (piece->first) {
		clear(s);
		l->is_broken = false;
	}
	for (size_t i = 0; i < piece->n_areas && !l->is_broken; i++) {
		l->is_broken = take_one(s, piece->areas[i]) != 0;
	}
	if (l->is_broken) {
		return -ENOMEM;
	}
	if (piece->last) {
		if (s->n > 1) {
			qsort(s->entries, s->n, sizeof(s->entries[0]), compare);
		}
		drop(&l->now);
		l->now = *s;
		*s = (struct set){0};
	}
	return 0;
}

size_t
area_list_count(const struct area_list *l)
{
	return l->now.n;
}

static const struct entry *
find(const struct area_list *l, const char *code)
{
	struct entry key;

	copy(key.code, code);
	return l->now.n == 0
		       ? NULL
		       : bsearch(&key, l->now.entries, l->now.n, sizeof(key), compare);
}

void
area_list_resolve(
	const struct area_list *l, struct filter *filter, struct trouble *trouble)
{
	const struct entry *at;

	if (filter->area[0] == '\0') {
		return;
	}
	if (l->now.n == 0) {
		trouble_add(trouble, "area", "no areas are loaded");
		return;
	}
	if (strcmp(filter->area, FILTER_UNASSIGNED) == 0) {
		return;
	}
	at = find(l, filter->area);
	if (at == NULL) {
		trouble_add(
			trouble, "area", "%s is not the code of an area", filter->area);
		return;
	}
	for (size_t i = 0; i < FILTER_ABOVE_MOST && at != NULL; i++) {
		memcpy(filter->above[i], at->parent, FILTER_AREA_BYTES);
		at = at->parent[0] == '\0' ? NULL : find(l, at->parent);
	}
}

bool
area_list_has(const struct area_list *l, const char *code)
{
	return strlen(code) < FILTER_AREA_BYTES && find(l, code) != NULL;
}

/* ---- by name */

enum rank {
	RANK_WHOLE, /* also the order of the answer */
	RANK_START,
	RANK_WORD,
	RANK_WITHIN,
	RANK_NOT,
};

/* What is behind the words at the start of `name`, spaces passed over; NULL: not so. */
static const char *
behind_words(const char *name, const char *words)
{
	for (; *words != '\0'; words++) {
		if (*words == ' ') {
			continue;
		}
		name += *name == ' ';
		if (*name++ != *words) {
			return NULL;
		}
	}
	return name;
}

static enum rank
rank_of(const struct entry *e, const char *words, const char *as_typed)
{
	enum rank best = RANK_NOT;
	const char *rest;

	if (words == NULL || strcmp(e->code, as_typed) == 0) {
		return RANK_WHOLE;
	}
	for (const char *at = e->folded; *at != '\0'; at++) {
		enum rank rank = at == e->folded ? RANK_START
				 : at[-1] == ' ' ? RANK_WORD
						 : RANK_WITHIN;

		rest = rank < best && *at != ' ' ? behind_words(at, words) : NULL;
		if (rest != NULL) {
			best = rank == RANK_START && *rest == '\0' ? RANK_WHOLE : rank;
		}
	}
	return best;
}

struct hit {
	const struct entry *entry;
	unsigned rank;
};

static bool
is_before(unsigned rank, unsigned level, const char *code, const struct hit *b)
{
	if (rank != b->rank) {
		return rank < b->rank;
	}
	if (level != b->entry->level) {
		return level < b->entry->level;
	}
	return strcmp(code, b->entry->code) < 0;
}

struct page {
	struct hit at[AREA_LIST_PAGE_MOST + 1]; /* in order; one more tells of more */
	size_t n;
	size_t room;
};

static void
insert(struct page *p, const struct hit *hit)
{
	const struct entry *e = hit->entry;
	size_t at;

	if (p->n == p->room &&
		!is_before(hit->rank, e->level, e->code, &p->at[p->n - 1])) {
		return;
	}
	at = p->n < p->room ? p->n++ : p->n - 1;
	for (; at > 0 && is_before(hit->rank, e->level, e->code, &p->at[at - 1]);
		at--) {
		p->at[at] = p->at[at - 1];
	}
	p->at[at] = *hit;
}

static uint32_t
gather(const struct area_list *l, const struct area_list_query *q, const char *words,
	struct page *page)
{
	uint32_t total = 0;

	for (size_t i = 0; i < l->now.n; i++) {
		const struct entry *e = &l->now.entries[i];
		struct hit hit = {e, RANK_NOT};

		if ((q->level == 0 || e->level == q->level) &&
			(q->parent == NULL || strcmp(e->parent, q->parent) == 0)) {
			hit.rank = rank_of(e, words, q->words);
		}
		if (hit.rank == RANK_NOT) {
			continue;
		}
		total++;
		if (q->behind == NULL || is_before(q->behind->rank, q->behind->level,
						 q->behind->code, &hit)) {
			insert(page, &hit);
		}
	}
	return total;
}

/* Which areas lie above it, with their names. */
static int
name_above(const struct area_list *l, struct arena *arena, Vedetta__V1__Area *area)
{
	char **codes = arena_alloc(arena, FILTER_ABOVE_MOST * sizeof(codes[0]));
	char **names = arena_alloc(arena, FILTER_ABOVE_MOST * sizeof(names[0]));
	char *parent = area->parent;

	if (codes == NULL || names == NULL) {
		return -ENOMEM;
	}
	area->above = codes;
	area->above_names = names;
	while (parent[0] != '\0' && area->n_above < FILTER_ABOVE_MOST) {
		const struct entry *e = find(l, parent);
		Vedetta__V1__Area *at =
			e == NULL ? NULL
				  : vedetta__v1__area__unpack(arena_allocator(arena),
					    e->packed_bytes, e->packed);

		if (e != NULL && at == NULL) {
			return -ENOMEM;
		}
		codes[area->n_above++] = parent;
		names[area->n_above_names++] = at == NULL ? (char *)"" : at->name;
		parent = at == NULL ? (char *)"" : at->parent;
	}
	return 0;
}

static int
unpack(const struct area_list *l, const struct page *page, size_t n,
	struct arena *arena, Vedetta__V1__AreaList *out)
{
	out->areas = arena_alloc(arena, (n + 1) * sizeof(out->areas[0]));
	if (out->areas == NULL) {
		return -ENOMEM;
	}
	for (; out->n_areas < n; out->n_areas++) {
		const struct entry *e = page->at[out->n_areas].entry;
		Vedetta__V1__Area *area = vedetta__v1__area__unpack(
			arena_allocator(arena), e->packed_bytes, e->packed);

		if (area == NULL || name_above(l, arena, area) != 0) {
			return -ENOMEM;
		}
		out->areas[out->n_areas] = area;
	}
	return 0;
}

int
area_list_find(const struct area_list *l, const struct area_list_query *query,
	struct arena *arena, Vedetta__V1__AreaList *out, struct area_list_mark *last,
	bool *more)
{
	size_t bytes = query->words == NULL ? 0 : strlen(query->words);
	char *words = query->words == NULL ? NULL : arena_alloc(arena, bytes + 1);
	struct page page = {.room = query->limit + 1};
	size_t n;

	vedetta__v1__area_list__init(out);
	if (query->words != NULL) {
		if (words == NULL) {
			return -ENOMEM;
		}
		fold(query->words, bytes, words);
	}
	out->total = gather(l, query, words, &page);
	*more = page.n > query->limit;
	n = *more ? query->limit : page.n;
	if (*more) {
		last->rank = page.at[n - 1].rank;
		last->level = page.at[n - 1].entry->level;
		copy(last->code, page.at[n - 1].entry->code);
	}
	return unpack(l, &page, n, arena, out);
}
