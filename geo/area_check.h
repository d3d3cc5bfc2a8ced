/*
 * area_check - whether a polygon's rings make ground, and a repair when not
 *
 * By SpatiaLite, which asks GEOS: rings must not cross themselves or each
 * other, holes lie in their part, parts side by side. What does not is made
 * valid, keeping all corners; what was wrong and where is said. It is the
 * stored corners that are looked at, rounding included.
 *
 * Only the area tool is linked to this: SpatiaLite brings some fifty libraries
 * along. GEOS may take long over a hostile polygon and cannot be interrupted:
 * what is too tangled is not repaired (polygon_cross.h), and the process that
 * calls this bounds its processor time and its memory.
 */
#ifndef GEO_AREA_CHECK_H
#define GEO_AREA_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "geo/polygon.h"

struct area_check;

enum area_check_answer {
	AREA_CHECK_REPAIRED = 1, /* *repaired is the caller's, why says how */
	AREA_CHECK_HOPELESS = 2, /* why says what is wrong */
};

/* 0 or -errno. */
int area_check_open(struct area_check **out);

/* Accepts NULL. */
void area_check_close(struct area_check *c);

/*
 * ring_is_outer tells for each ring whether it begins a part or is a hole of
 * the part before; the first must be outer. 0 (valid), an answer, or -errno.
 */
int area_check(struct area_check *c, const struct polygon *p, const bool *ring_is_outer,
	struct polygon **repaired, char *why, size_t why_bytes);

#endif
