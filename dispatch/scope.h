/*
 * scope - which incidents an account sees
 *
 * An account has codes of areas, or all of them, and perhaps the right to what
 * lies outside every area. It sees an incident when one of the incident's areas
 * is one of its own or lies in one; or when the incident is seen widely (areas.h)
 * somewhere above one of its own. What nobody has looked up yet, for want of areas, is
 * seen by those who see all and by those with the unassigned right: not hidden
 * from everybody, and not shown to everybody.
 */
#ifndef DISPATCH_SCOPE_H
#define DISPATCH_SCOPE_H

#include <stdbool.h>
#include <stddef.h>

#include "dispatch/areas.h"
#include "geo/area.h"

#define SCOPE_ALL "*"

enum {
	SCOPE_CODES_MOST = 64,
	SCOPE_ABOVE_MOST = SCOPE_CODES_MOST * (AREA_CHAIN_MOST - 1),
};

struct scope {
	bool all; /* every area */
	bool unassigned;
	size_t n_codes;
	size_t n_above;
	char codes[SCOPE_CODES_MOST][AREA_CODE_BYTES];
	char above[SCOPE_ABOVE_MOST][AREA_CODE_BYTES];
};

/*
 * From an account's codes; those above come from the map (NULL: none are known).
 * Codes that are too long or too many are left out: less is seen, never more.
 */
void scope_make(struct scope *s, char *const *codes, size_t n, bool unassigned,
	const struct area_map *map);

/* Does it see all there is? */
bool scope_is_everything(const struct scope *s);

/* As the desk has an incident's areas. map may be NULL. */
bool scope_meets(
	const struct scope *s, const struct areas *a, const struct area_map *map);

/*
 * As consoles have them: all codes up to the nation and the wide ones, each with a
 * space before and behind it; NULL: none. unassigned: it lies outside every area.
 */
bool scope_sees(
	const struct scope *s, const char *codes, const char *wide, bool unassigned);

/* Is that code one of its own, or in one? */
bool scope_covers(const struct scope *s, const char *code, const struct area_map *map);

#endif
