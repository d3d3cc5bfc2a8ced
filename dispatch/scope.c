#include "dispatch/scope.h"

#include <string.h>

#define SEPARATOR " "

static bool
is_listed(char (*list)[AREA_CODE_BYTES], size_t n, const char *code)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(list[i], code) == 0) {
			return true;
		}
	}
	return false;
}

static void
add(char (*list)[AREA_CODE_BYTES], size_t most, size_t *n, const char *code)
{
	size_t bytes = strlen(code);

	if (bytes > 0 && bytes < AREA_CODE_BYTES && *n < most &&
		!is_listed(list, *n, code)) {
		memcpy(list[(*n)++], code, bytes + 1);
	}
}

static void
add_above(struct scope *s, const struct area *area)
{
	for (area = area != NULL ? area->parent : NULL; area != NULL;
		area = area->parent) {
		add(s->above, SCOPE_ABOVE_MOST, &s->n_above, area->code);
	}
}

void
scope_make(struct scope *s, char *const *codes, size_t n, bool unassigned,
	const struct area_map *map)
{
	memset(s, 0, sizeof(*s));
	s->unassigned = unassigned;
	for (size_t i = 0; i < n; i++) {
		if (strcmp(codes[i], SCOPE_ALL) == 0) {
			s->all = true;
			continue;
		}
		add(s->codes, SCOPE_CODES_MOST, &s->n_codes, codes[i]);
		if (map != NULL) {
			add_above(s, area_map_by_code(map, codes[i]));
		}
	}
}

bool
scope_is_everything(const struct scope *s)
{
	return s->all && s->unassigned;
}

/* What has no area. */
static bool
sees_without_area(const struct scope *s, bool unassigned)
{
	return s->unassigned || (s->all && !unassigned);
}

bool
scope_covers(const struct scope *s, const char *code, const struct area_map *map)
{
	const struct area *area;

	if (s->all || is_listed((char(*)[AREA_CODE_BYTES])s->codes, s->n_codes, code)) {
		return true;
	}
	area = map != NULL ? area_map_by_code(map, code) : NULL;
	for (; area != NULL; area = area->parent) {
		if (is_listed((char(*)[AREA_CODE_BYTES])s->codes, s->n_codes,
			    area->code)) {
			return true;
		}
	}
	return false;
}

bool
scope_meets(const struct scope *s, const struct areas *a, const struct area_map *map)
{
	const char *at = areas_text(a);

	if (*at == '\0') {
		return sees_without_area(
			s, a->fit == VEDETTA__V1__AREA_FIT__AREA_FIT_UNASSIGNED);
	}
	while (*at != '\0') {
		bool wide = *at == '*';
		size_t bytes = strcspn(at += wide, SEPARATOR);
		char code[AREA_CODE_BYTES] = "";

		memcpy(code, at, bytes < sizeof(code) ? bytes : sizeof(code) - 1);
		if (scope_covers(s, code, map) ||
			(wide && is_listed((char(*)[AREA_CODE_BYTES])s->above,
					 s->n_above, code))) {
			return true;
		}
		at += bytes + (at[bytes] == ' ');
	}
	return false;
}

/* Codes have no spaces in them: nothing is found across two. */
static bool
has_code(const char *list, const char *code)
{
	char word[AREA_CODE_BYTES + 2] = SEPARATOR;
	size_t n = strlen(code);

	if (list == NULL) {
		return false;
	}
	memcpy(word + 1, code, n);
	memcpy(word + 1 + n, SEPARATOR, 2);
	return strstr(list, word) != NULL;
}

bool
scope_sees(const struct scope *s, const char *codes, const char *wide, bool unassigned)
{
	if (codes == NULL) {
		return sees_without_area(s, unassigned);
	}
	if (s->all) {
		return true;
	}
	for (size_t i = 0; i < s->n_codes; i++) {
		if (has_code(codes, s->codes[i])) {
			return true;
		}
	}
	for (size_t i = 0; i < s->n_above; i++) {
		if (has_code(wide, s->above[i])) {
			return true;
		}
	}
	return false;
}
