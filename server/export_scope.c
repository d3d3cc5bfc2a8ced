#include "server/export_scope.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dispatch/scope.h"
#include "geo/area.h"
#include "geo/store_area.h"
#include "geo/store_moment.h"
#include "server/export_order.h"

enum {
	AREAS_AT_ONCE = 50,
	FIRST_ROOM = 256,
};

struct export_scope {
	char codes[SCOPE_CODES_MOST][AREA_CODE_BYTES];
	char *list[SCOPE_CODES_MOST];
	size_t n_codes;
	bool unassigned;
	struct scope scope;
	struct area_map *map; /* owned; without ground */
	uint64_t area_at;
	uint64_t *incidents; /* owned; ascending */
	size_t n, room;
	size_t n_umbrellas;
	uint64_t umbrellas[EXPORT_ORDER_UMBRELLAS_MOST]; /* ascending */
};

void
export_scope_free(struct export_scope *s)
{
	if (s != NULL) {
		area_map_free(s->map);
		free(s->incidents);
		free(s);
	}
}

/* ---- the order */

static bool
read_number(char **rest, uint64_t most, uint64_t *out)
{
	const char *word = strtok_r(NULL, " ", rest);
	char *end = NULL;

	*out = word == NULL ? 0 : strtoull(word, &end, 10);
	return word != NULL && *word != '\0' && *end == '\0' && *out <= most;
}

static bool
read_codes(struct export_scope *s, char **rest)
{
	uint64_t n;

	if (!read_number(rest, SCOPE_CODES_MOST, &n)) {
		return false;
	}
	for (; s->n_codes < n; s->n_codes++) {
		const char *word = strtok_r(NULL, " ", rest);

		if (word == NULL || strlen(word) >= AREA_CODE_BYTES) {
			return false;
		}
		(void)snprintf(s->codes[s->n_codes], AREA_CODE_BYTES, "%s", word);
		s->list[s->n_codes] = s->codes[s->n_codes];
	}
	return true;
}

static bool
read_all(struct export_scope *s, const char *first, char **rest)
{
	uint64_t n;

	if (strcmp(first, "0") != 0 && strcmp(first, "1") != 0) {
		return false;
	}
	s->unassigned = first[0] == '1';
	if (!read_codes(s, rest) ||
		!read_number(rest, EXPORT_ORDER_UMBRELLAS_MOST, &n)) {
		return false;
	}
	for (; s->n_umbrellas < n; s->n_umbrellas++) {
		if (!read_number(rest, UINT64_MAX, &s->umbrellas[s->n_umbrellas])) {
			return false;
		}
	}
	return strtok_r(NULL, " ", rest) == NULL;
}

int
export_scope_read(struct export_scope **out, char *rest)
{
	const char *first = strtok_r(rest, " ", &rest);
	struct export_scope *s;

	*out = NULL;
	if (first == NULL) {
		return -EINVAL;
	}
	if (strcmp(first, "*") == 0) {
		return strtok_r(NULL, " ", &rest) == NULL ? 0 : -EINVAL;
	}
	s = calloc(1, sizeof(*s));
	if (s == NULL) {
		return -ENOMEM;
	}
	if (!read_all(s, first, &rest)) {
		export_scope_free(s);
		return -EINVAL;
	}
	*out = s;
	return 0;
}

/* ---- what lies in what */

static int
on_area(void *arg, const struct store_area *from)
{
	struct export_scope *s = arg;
	struct area area = {.level = from->level, .residents = -1};
	int r;

	s->area_at = from->number;
	(void)snprintf(area.code, sizeof(area.code), "%s", from->code);
	(void)snprintf(area.name, sizeof(area.name), "%s", from->code);
	(void)snprintf(area.parent_code, sizeof(area.parent_code), "%s", from->parent);
	r = area_map_take(s->map, &area);
	return r > 0 ? 0 : r; /* one that cannot be is in nobody's scope */
}

static int
read_areas(struct export_scope *s, struct store *store)
{
	const char *wrong;
	unsigned n = AREAS_AT_ONCE;
	int r = 0;

	s->map = area_map_new();
	if (s->map == NULL) {
		return -ENOMEM;
	}
	while (r == 0 && n == AREAS_AT_ONCE) {
		r = store_read_areas(
			store, 0, s->area_at, AREAS_AT_ONCE, on_area, s, &n);
	}
	if (r == 0) {
		r = area_map_seal(s->map, &wrong);
		r = r > 0 ? -EUCLEAN : r; /* it was imported as whole */
	}
	return r;
}

static int
on_incident(void *arg, const struct store_incident *incident)
{
	struct export_scope *s = arg;

	if (!export_scope_sees(s, incident)) {
		return 0;
	}
	if (s->n == s->room) {
		size_t room = s->room == 0 ? FIRST_ROOM : 2 * s->room;
		uint64_t *grown = realloc(s->incidents, room * sizeof(grown[0]));

		if (grown == NULL) {
			return -ENOMEM;
		}
		s->incidents = grown;
		s->room = room;
	}
	s->incidents[s->n++] = incident->id;
	return 0;
}

static int
on_umbrella(void *arg, const struct store_umbrella *umbrella)
{
	(void)arg;
	(void)umbrella;
	return 0;
}

static int
compare(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a;
	uint64_t right = *(const uint64_t *)b;

	return left < right ? -1 : left > right;
}

int
export_scope_look(struct export_scope *s, struct store *store)
{
	static const struct store_moment visitor = {on_incident, on_umbrella};
	uint64_t seq;
	int r = read_areas(s, store);

	if (r != 0) {
		return r;
	}
	scope_make(&s->scope, s->list, s->n_codes, s->unassigned, s->map);
	r = store_read_moment(store, &seq, &visitor, s);
	qsort(s->umbrellas, s->n_umbrellas, sizeof(s->umbrellas[0]), compare);
	if (s->n > 0) {
		qsort(s->incidents, s->n, sizeof(s->incidents[0]), compare);
	}
	return r;
}

/* ---- questions */

bool
export_scope_sees(const struct export_scope *s, const struct store_incident *i)
{
	const struct areas areas = {
		.codes = i->areas == NULL || i->areas[0] == '\0'
				 ? NULL
				 : (char *)(uintptr_t)i->areas,
		.fit = (uint8_t)i->area_fit,
	};

	return s == NULL || scope_meets(&s->scope, &areas, s->map);
}

static bool
is_among(const uint64_t *list, size_t n, uint64_t id)
{
	return n > 0 && bsearch(&id, list, n, sizeof(list[0]), compare) != NULL;
}

bool
export_scope_has(const struct export_scope *s, uint64_t incident)
{
	return s == NULL || is_among(s->incidents, s->n, incident);
}

bool
export_scope_sees_area(const struct export_scope *s, const char *code)
{
	return s == NULL || scope_covers(&s->scope, code, s->map);
}

bool
export_scope_sees_umbrella(const struct export_scope *s, uint64_t id)
{
	return s == NULL || is_among(s->umbrellas, s->n_umbrellas, id);
}

void
export_scope_text(const struct export_scope *s, char *out, size_t bytes)
{
	export_order_text(s == NULL ? NULL : &s->scope, out, bytes);
}
