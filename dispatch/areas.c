#include "dispatch/areas.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "geo/store.h"

enum {
	/* Of one incident; a list of them is narrowed to AREA_LEAVES_MOST. */
	BOTH_MOST = 2 * AREA_LEAVES_MOST,
	CHAINS_MOST = BOTH_MOST * AREA_CHAIN_MOST,
	NAMES_MOST = 3,
};

_Static_assert((AREA_CODE_BYTES + 1) * AREA_LEAVES_MOST <= STORE_AREAS_BYTES,
	"the longest list fits a record");

/* Leaves as a text has them; those that are not on the map are left out. */
struct list {
	size_t n;
	struct area_leaf at[BOTH_MOST];
};

void
areas_fini(struct areas *a)
{
	free(a->codes);
	*a = (struct areas){NULL, 0};
}

int
areas_set(struct areas *a, const char *codes, uint8_t fit)
{
	char *copy = NULL;

	if (codes != NULL && codes[0] != '\0') {
		size_t bytes = strlen(codes) + 1;

		copy = malloc(bytes);
		if (copy == NULL) {
			return -ENOMEM;
		}
		memcpy(copy, codes, bytes);
	}
	free(a->codes);
	*a = (struct areas){copy, fit};
	return 0;
}

const char *
areas_text(const struct areas *a)
{
	return a->codes != NULL ? a->codes : "";
}

bool
areas_equal(const struct areas *a, const struct areas *b)
{
	return a->fit == b->fit && strcmp(areas_text(a), areas_text(b)) == 0;
}

/* The next code of a text, without its mark; false at the end. */
static bool
next_code(const char **text, char code[AREA_CODE_BYTES], bool *is_wide)
{
	size_t n;

	*is_wide = **text == '*';
	*text += *is_wide;
	n = strcspn(*text, " ");
	if (n == 0 || n >= AREA_CODE_BYTES) {
		return false;
	}
	memcpy(code, *text, n);
	code[n] = '\0';
	*text += n + ((*text)[n] == ' ');
	return true;
}

/* ---- lists */

static void
put(struct list *l, const struct area *area, bool is_wide)
{
	for (size_t i = 0; i < l->n; i++) {
		if (l->at[i].area == area) {
			l->at[i].is_wide = l->at[i].is_wide || is_wide;
			return;
		}
	}
	if (l->n < BOTH_MOST) {
		l->at[l->n++] = (struct area_leaf){area, is_wide};
	}
}

/*
 * A leaf that lies above another of the list was a report's own smallest area:
 * it stays, so that the text says what was looked up.
 */
static void
read_list(struct list *l, const struct area_map *map, const char *text)
{
	char code[AREA_CODE_BYTES];
	bool is_wide;

	while (next_code(&text, code, &is_wide)) {
		const struct area *area = area_map_by_code(map, code);

		if (area != NULL) {
			put(l, area, is_wide);
		}
	}
}

/* *changed is set when the text is another. */
static int
write_list(struct areas *a, struct list *l, bool *changed)
{
	char text[STORE_AREAS_BYTES];
	size_t bytes = 0;

	l->n = area_narrow(l->at, l->n);
	for (size_t i = 0; i < l->n; i++) {
		size_t n = strlen(l->at[i].area->code);

		if (i > 0) {
			text[bytes++] = ' ';
		}
		if (l->at[i].is_wide) {
			text[bytes++] = '*';
		}
		memcpy(text + bytes, l->at[i].area->code, n);
		bytes += n;
	}
	text[bytes] = '\0';
	if (strcmp(text, areas_text(a)) == 0) {
		return 0;
	}
	*changed = true;
	return areas_set(a, text, a->fit);
}

/* ---- growing */

static bool
is_above(const char *code, const struct area *area)
{
	while (area->parent != NULL) {
		area = area->parent;
		if (strcmp(code, area->code) == 0) {
			return true;
		}
	}
	return false;
}

/* By its own code, or in what is visible to all parts of an area above it. */
static bool
has_leaf(const struct areas *a, const struct area_leaf *leaf)
{
	const char *text = areas_text(a);
	char code[AREA_CODE_BYTES];
	bool is_wide;

	while (next_code(&text, code, &is_wide)) {
		if ((is_wide >= leaf->is_wide && strcmp(code, leaf->area->code) == 0) ||
			(is_wide && is_above(code, leaf->area))) {
			return true;
		}
	}
	return false;
}

static Vedetta__V1__AreaFit
fit_of(enum area_fit fit)
{
	switch (fit) {
	case AREA_INSIDE:
		return VEDETTA__V1__AREA_FIT__AREA_FIT_INSIDE;
	case AREA_NEAR:
		return VEDETTA__V1__AREA_FIT__AREA_FIT_NEAR;
	case AREA_UNASSIGNED:
		break;
	}
	return VEDETTA__V1__AREA_FIT__AREA_FIT_UNASSIGNED;
}

/* The better one; the numbers fall from unassigned to inside, and 0 is none. */
static void
better_fit(struct areas *a, uint8_t fit, bool *changed)
{
	if (fit != 0 && (a->fit == 0 || fit < a->fit)) {
		a->fit = fit;
		*changed = true;
	}
}

int
areas_grow(
	struct areas *a, struct area_map *map, const struct place *place, bool *changed)
{
	struct area_leaf leaves[AREA_LEAVES_MOST];
	enum area_fit fit = AREA_UNASSIGNED;
	struct list all = {0};
	bool is_new = false;
	size_t n = 0;

	if (map == NULL) {
		*changed = *changed || a->fit != 0;
		a->fit = 0;
		return 0;
	}
	if (place->has_point) {
		n = area_map_leaves(
			map, place->point, place_reach_m(place), &fit, leaves);
	}
	better_fit(a, (uint8_t)fit_of(fit), changed);
	for (size_t i = 0; i < n; i++) {
		is_new = is_new || !has_leaf(a, &leaves[i]);
	}
	if (!is_new) {
		return 0;
	}
	read_list(&all, map, areas_text(a));
	for (size_t i = 0; i < n; i++) {
		put(&all, leaves[i].area, leaves[i].is_wide);
	}
	return write_list(a, &all, changed);
}

int
areas_join(struct areas *a, const struct area_map *map, const struct areas *other)
{
	struct list all = {0};
	bool changed;

	read_list(&all, map, areas_text(a));
	read_list(&all, map, areas_text(other));
	better_fit(a, other->fit, &changed);
	return write_list(a, &all, &changed);
}

/* ---- telling */

/* All that are above the leaves, the smallest first: as the map has them. */
struct chains {
	size_t n;
	const struct area *at[CHAINS_MOST];
};

static int
compare(const void *a, const void *b)
{
	const struct area *x = *(const struct area *const *)a;
	const struct area *y = *(const struct area *const *)b;

	return x < y ? -1 : x > y;
}

static void
gather(const struct list *l, struct chains *c)
{
	size_t n = 0;

	c->n = 0;
	for (size_t i = 0; i < l->n; i++) {
		for (const struct area *a = l->at[i].area; a != NULL; a = a->parent) {
			c->at[c->n++] = a;
		}
	}
	if (c->n > 1) {
		qsort(c->at, c->n, sizeof(c->at[0]), compare);
	}
	for (size_t i = 0; i < c->n; i++) {
		if (i == 0 || c->at[i] != c->at[n - 1]) {
			c->at[n++] = c->at[i];
		}
	}
	c->n = n;
}

static int
tell_from_map(const struct list *l, struct arena *arena, Vedetta__V1__Incident *state)
{
	struct chains chains;
	char **texts;

	gather(l, &chains);
	texts = arena_alloc(
		arena, (chains.n + l->n + NAMES_MOST + 1) * sizeof(texts[0]));
	if (texts == NULL) {
		return -ENOMEM;
	}
	state->areas = texts;
	state->wide_areas = texts + chains.n;
	state->area_names = texts + chains.n + l->n;
	for (size_t i = 0; i < chains.n; i++) {
		state->areas[state->n_areas++] = (char *)chains.at[i]->code;
	}
	for (size_t i = 0; i < l->n; i++) {
		if (l->at[i].is_wide) {
			state->wide_areas[state->n_wide_areas++] =
				(char *)l->at[i].area->code;
		}
		if (i < NAMES_MOST) {
			state->area_names[state->n_area_names++] =
				(char *)l->at[i].area->name;
		}
	}
	return 0;
}

/* Without a map the codes are all there is. */
static int
tell_codes(const struct areas *a, struct arena *arena, Vedetta__V1__Incident *state)
{
	const char *text = areas_text(a);
	char code[AREA_CODE_BYTES];
	bool is_wide;

	state->areas = arena_alloc(arena, 2 * BOTH_MOST * sizeof(char *));
	if (state->areas == NULL) {
		return -ENOMEM;
	}
	state->wide_areas = state->areas + BOTH_MOST;
	while (state->n_areas < BOTH_MOST && next_code(&text, code, &is_wide)) {
		char *copy = arena_copy(arena, code, strlen(code));

		if (copy == NULL) {
			return -ENOMEM;
		}
		state->areas[state->n_areas++] = copy;
		if (is_wide) {
			state->wide_areas[state->n_wide_areas++] = copy;
		}
	}
	return 0;
}

int
areas_tell(const struct areas *a, const struct area_map *map, struct arena *arena,
	Vedetta__V1__Incident *state)
{
	struct list list = {0};

	state->area_fit = (Vedetta__V1__AreaFit)a->fit;
	if (a->codes == NULL) {
		return 0;
	}
	if (map == NULL) {
		return tell_codes(a, arena, state);
	}
	read_list(&list, map, a->codes);
	return tell_from_map(&list, arena, state);
}
