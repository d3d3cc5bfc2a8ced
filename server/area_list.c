#include "server/area_list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	FIRST_ROOM = 256,
};

struct entry {
	char code[FILTER_AREA_BYTES];
	char parent[FILTER_AREA_BYTES];
};

struct set {
	size_t n;
	size_t room;
	struct entry *entries; /* by code, once it counts */
};

struct area_list {
	struct set now;
	struct set coming;
};

struct area_list *
area_list_new(void)
{
	return calloc(1, sizeof(struct area_list));
}

void
area_list_free(struct area_list *l)
{
	if (l != NULL) {
		free(l->now.entries);
		free(l->coming.entries);
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

int
area_list_take(struct area_list *l, const Vedetta__V1__BoardAreas *piece)
{
	struct set *s = &l->coming;

	s->n = piece->first ? 0 : s->n;
	for (size_t i = 0; i < piece->n_areas; i++) {
		if (make_room(s) != 0) {
			return -ENOMEM;
		}
		copy(s->entries[s->n].code, piece->areas[i]->code);
		copy(s->entries[s->n++].parent, piece->areas[i]->parent);
	}
	if (piece->last) {
		if (s->n > 1) {
			qsort(s->entries, s->n, sizeof(s->entries[0]), compare);
		}
		free(l->now.entries);
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
