#include "geo/area.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "geo/area_grid.h"

enum {
	FIRST_ROOM = 256,
};

struct area_map {
	size_t n, room;
	struct area *areas;
	struct area_grid *grid;    /* NULL until sealed, and when nobody has ground */
	bool is_sealed, is_joined; /* joined: sealing has begun */
	size_t n_added;            /* areas whose polygons are in the grid */
	uint32_t question; /* counts them, so that `asked` need not be cleared */
	uint32_t *asked;   /* the last question that looked at each area */
	uint32_t *hit;     /* and the last whose circle touched it */
	size_t n_hits;
	uint32_t *hits; /* those touched by this question */
	struct area_leaf *leaves;
};

/* ---- making a map */

struct area_map *
area_map_new(void)
{
	return calloc(1, sizeof(struct area_map));
}

void
area_map_free(struct area_map *m)
{
	if (m == NULL) {
		return;
	}
	for (size_t i = 0; i < m->n; i++) {
		polygon_free(m->areas[i].polygon);
	}
	free(m->areas);
	area_grid_free(m->grid);
	free(m->asked);
	free(m->hit);
	free(m->hits);
	free(m->leaves);
	free(m);
}

static bool
is_text(const char *text, size_t room)
{
	return text[0] != '\0' && memchr(text, '\0', room) != NULL;
}

int
area_map_take(struct area_map *m, const struct area *area)
{
	assert(!m->is_joined);
	if (!is_text(area->code, sizeof(area->code)) ||
		!is_text(area->name, sizeof(area->name)) ||
		memchr(area->parent_code, '\0', sizeof(area->parent_code)) == NULL) {
		return AREA_BAD_NAME;
	}
	if (m->n == AREA_MOST) {
		return AREA_TOO_MANY;
	}
	if (m->n == m->room) {
		size_t room = m->room == 0 ? FIRST_ROOM : 2 * m->room;
		struct area *areas = realloc(m->areas, room * sizeof(*areas));

		if (areas == NULL) {
			return -ENOMEM;
		}
		m->areas = areas;
		m->room = room;
	}
	m->areas[m->n] = *area;
	m->areas[m->n++].parent = NULL;
	return 0;
}

/* The smallest first: so the first that holds a point is the one. */
static int
compare(const void *a, const void *b)
{
	const struct area *x = a;
	const struct area *y = b;

	if (x->level != y->level) {
		return x->level > y->level ? -1 : 1;
	}
	return strcmp(x->code, y->code);
}

static int
check_codes(const struct area_map *m, const char **wrong)
{
	for (size_t i = 0; i < m->n; i++) {
		const struct area *other = area_map_by_code(m, m->areas[i].code);

		if (other != &m->areas[i]) {
			*wrong = m->areas[i].code;
			return AREA_TWICE;
		}
	}
	return 0;
}

static int
join(struct area_map *m, const char **wrong)
{
	for (size_t i = 0; i < m->n; i++) {
		struct area *a = &m->areas[i];

		if (a->parent_code[0] == '\0') {
			continue;
		}
		a->parent = area_map_by_code(m, a->parent_code);
		if (a->parent != NULL && a->parent->level >= a->level) {
			*wrong = a->code;
			return AREA_BAD_PARENT;
		}
	}
	return 0;
}

/* The box of all ground; false when there is none. */
static bool
find_bounds(const struct area_map *m, struct polygon *box)
{
	bool is_first = true;

	memset(box, 0, sizeof(*box));
	for (size_t i = 0; i < m->n; i++) {
		const struct polygon *p = m->areas[i].polygon;

		if (p == NULL) {
			continue;
		}
		if (is_first || p->west_e7 < box->west_e7) {
			box->west_e7 = p->west_e7;
		}
		if (is_first || p->east_e7 > box->east_e7) {
			box->east_e7 = p->east_e7;
		}
		if (is_first || p->south_e7 < box->south_e7) {
			box->south_e7 = p->south_e7;
		}
		if (is_first || p->north_e7 > box->north_e7) {
			box->north_e7 = p->north_e7;
		}
		is_first = false;
	}
	return !is_first;
}

static int
begin_seal(struct area_map *m, const char **wrong)
{
	struct polygon bounds;
	int r;

	m->is_joined = true;
	if (m->n > 0) {
		qsort(m->areas, m->n, sizeof(*m->areas), compare);
	}
	m->asked = calloc(m->n + 1, sizeof(*m->asked));
	m->hit = calloc(m->n + 1, sizeof(*m->hit));
	m->hits = calloc(m->n + 1, sizeof(*m->hits));
	m->leaves = calloc(m->n + 1, sizeof(*m->leaves));
	if (m->asked == NULL || m->hit == NULL || m->hits == NULL ||
		m->leaves == NULL) {
		return -ENOMEM;
	}
	r = check_codes(m, wrong);
	if (r == 0) {
		r = join(m, wrong);
	}
	if (r == 0 && find_bounds(m, &bounds)) {
		m->grid = area_grid_new(&bounds);
		r = m->grid == NULL ? -ENOMEM : 0;
	}
	return r;
}

int
area_map_seal_some(struct area_map *m, size_t n_corners, bool *done, const char **wrong)
{
	size_t n = 0;

	assert(!m->is_sealed);
	*done = false;
	if (!m->is_joined) {
		return begin_seal(m, wrong);
	}
	for (; m->n_added < m->n && n < n_corners; m->n_added++) {
		const struct polygon *p = m->areas[m->n_added].polygon;

		if (p == NULL) {
			continue;
		}
		n += p->n_corners;
		if (area_grid_add(m->grid, (uint32_t)m->n_added, p) != 0) {
			return -ENOMEM;
		}
	}
	if (m->n_added < m->n || n > 0) {
		return 0; /* the end has a slice of its own */
	}
	if (m->grid != NULL && area_grid_seal(m->grid) != 0) {
		return -ENOMEM;
	}
	m->is_sealed = true;
	*done = true;
	return 0;
}

int
area_map_seal(struct area_map *m, const char **wrong)
{
	bool done = false;
	int r = 0;

	while (r == 0 && !done) {
		r = area_map_seal_some(m, SIZE_MAX, &done, wrong);
	}
	return r;
}

size_t
area_map_count(const struct area_map *m)
{
	return m->n;
}

const struct area *
area_map_get(const struct area_map *m, size_t i)
{
	assert(i < m->n);
	return &m->areas[i];
}

const struct area *
area_map_by_code(const struct area_map *m, const char *code)
{
	struct area key;

	if (strlen(code) >= sizeof(key.code)) {
		return NULL;
	}
	memcpy(key.code, code, strlen(code) + 1);
	for (int level = AREA_SECTOR; level >= AREA_NATION; level--) {
		const struct area *found;

		key.level = (enum area_level)level;
		found = m->n == 0 ? NULL
				  : bsearch(&key, m->areas, m->n, sizeof(*m->areas),
					    compare);
		if (found != NULL) {
			return found;
		}
	}
	return NULL;
}

/* ---- questions */

static const struct area *
find_holder(const struct area_map *m, struct geo_point at)
{
	const struct area_grid_entry *entries;
	size_t n;

	entries = area_grid_at(m->grid, at, &n);
	for (size_t i = 0; i < n; i++) {
		const struct area *a = &m->areas[entries[i].number];

		if (entries[i].is_whole ||
			polygon_side(a->polygon, at) != POLYGON_OUTSIDE) {
			return a;
		}
	}
	return NULL;
}

static void
next_question(struct area_map *m)
{
	m->question++;
	if (m->question == 0) {
		memset(m->asked, 0, m->n * sizeof(*m->asked));
		memset(m->hit, 0, m->n * sizeof(*m->hit));
		m->question = 1;
	}
}

static bool
is_below(const struct area *a, const struct area *above)
{
	while (a != NULL && a != above) {
		a = a->parent;
	}
	return a != NULL;
}

struct nearest {
	struct area_map *map;
	struct geo_point at;
	const struct area *holder; /* only what lies in it; NULL: anything */
	const struct area *found;
	double distance_m;
};

/*
 * The smallest level that has one near; of that level the nearest, of equals
 * the one with the lower code.
 */
static void
try_nearest(void *arg, struct area_grid_entry entry)
{
	struct nearest *w = arg;
	const struct area *a = &w->map->areas[entry.number];
	double within_m = AREA_NEAR_M;
	double distance_m;

	if (w->map->asked[entry.number] == w->map->question) {
		return;
	}
	w->map->asked[entry.number] = w->map->question;
	if (w->found != NULL && a->level < w->found->level) {
		return;
	}
	if (w->holder != NULL &&
		(a->level != AREA_MUNICIPALITY || !is_below(a, w->holder))) {
		return;
	}
	if (w->found != NULL && a->level == w->found->level) {
		within_m = w->distance_m;
	}
	distance_m = polygon_distance_m(a->polygon, w->at, within_m);
	if (isinf(distance_m)) {
		return;
	}
	if (w->found == NULL || a->level > w->found->level ||
		distance_m < w->distance_m || a < w->found) {
		w->found = a;
		w->distance_m = distance_m;
	}
}

/* Municipalities cover a province; sectors need not cover a municipality. */
static bool
is_small_enough(const struct area *holder)
{
	return holder != NULL && holder->level >= AREA_MUNICIPALITY;
}

void
area_map_find(struct area_map *m, struct geo_point at, struct area_chain *chain)
{
	struct nearest nearest = {.map = m, .at = at};
	const struct area *holder = NULL;

	assert(m->is_sealed);
	*chain = (struct area_chain){.fit = AREA_UNASSIGNED};
	if (m->grid == NULL) {
		return;
	}
	holder = find_holder(m, at);
	if (!is_small_enough(holder)) {
		nearest.holder = holder;
		next_question(m);
		area_grid_around(m->grid, at, AREA_NEAR_M, try_nearest, &nearest);
	}
	if (nearest.found != NULL) {
		chain->fit = AREA_NEAR;
		chain->distance_m = nearest.distance_m;
		holder = nearest.found;
	} else if (holder != NULL) {
		chain->fit = AREA_INSIDE;
	}
	for (; holder != NULL; holder = holder->parent) {
		assert(chain->n < AREA_CHAIN_MOST);
		chain->areas[chain->n++] = holder;
	}
}

struct circle {
	struct area_map *map;
	struct geo_point at;
	double radius_m;
};

static void
hit_chain(struct area_map *m, const struct area *a)
{
	for (; a != NULL && m->hit[a - m->areas] != m->question; a = a->parent) {
		m->hit[a - m->areas] = m->question;
		m->hits[m->n_hits++] = (uint32_t)(a - m->areas);
	}
}

static void
try_circle(void *arg, struct area_grid_entry entry)
{
	struct circle *w = arg;
	struct area_map *m = w->map;
	const struct area *a = &m->areas[entry.number];

	if (m->asked[entry.number] == m->question) {
		return;
	}
	m->asked[entry.number] = m->question;
	if (w->radius_m > AREA_EXACT_MOST_M ||
		polygon_side(a->polygon, w->at) != POLYGON_OUTSIDE ||
		!isinf(polygon_distance_m(a->polygon, w->at, w->radius_m))) {
		hit_chain(m, a);
	}
}

static int
compare_numbers(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a;
	uint32_t y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

size_t
area_map_touching(struct area_map *m, struct geo_point at, double radius_m,
	enum area_fit *fit, const struct area **out, size_t room)
{
	struct circle circle = {m, at, fmin(fmax(radius_m, 0), AREA_RADIUS_MOST_M)};
	struct area_chain chain;

	area_map_find(m, at, &chain);
	*fit = chain.fit;
	m->n_hits = 0;
	next_question(m);
	for (size_t i = 0; i < chain.n; i++) {
		hit_chain(m, chain.areas[i]);
	}
	if (m->grid != NULL) {
		area_grid_around(m->grid, at, circle.radius_m, try_circle, &circle);
	}
	qsort(m->hits, m->n_hits, sizeof(*m->hits), compare_numbers);
	for (size_t i = 0; i < m->n_hits && i < room; i++) {
		out[i] = &m->areas[m->hits[i]];
	}
	if (m->n_hits > chain.n && *fit == AREA_UNASSIGNED) {
		*fit = AREA_INSIDE;
	}
	return m->n_hits;
}

static size_t
drop_parents(struct area_map *m, struct area_leaf *leaves)
{
	size_t n = 0;

	/* A new question: then `asked` marks those that have a part among them. */
	next_question(m);
	for (size_t i = 0; i < m->n_hits; i++) {
		const struct area *parent = m->areas[m->hits[i]].parent;

		if (parent != NULL) {
			m->asked[parent - m->areas] = m->question;
		}
	}
	for (size_t i = 0; i < m->n_hits; i++) {
		if (m->asked[m->hits[i]] != m->question) {
			leaves[n++].area = &m->areas[m->hits[i]];
			leaves[n - 1].is_wide = false;
		}
	}
	return n;
}

size_t
area_map_leaves(struct area_map *m, struct geo_point at, double radius_m,
	enum area_fit *fit, struct area_leaf out[AREA_LEAVES_MOST])
{
	size_t n = area_map_touching(m, at, radius_m, fit, NULL, 0);

	if (n > 0) {
		n = area_narrow(m->leaves, drop_parents(m, m->leaves));
		memcpy(out, m->leaves, n * sizeof(*out));
	}
	return n;
}
