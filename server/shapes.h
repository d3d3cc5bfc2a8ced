/*
 * shapes - what the index draws beside incidents: umbrellas and borders
 *
 * Umbrellas: the desk's records say which there are and by which report each is
 * found; the reports of the windows, read back out of the index, say where it is
 * (dispatch/footprint.h). So it follows the index and is rebuilt with it. One
 * that changed is drawn again after a second, a large one less often; one that
 * merged or ended leaves with the next look at the records, a second later.
 *
 * Borders: once for each map of areas.
 *
 * Each turn is one bounded piece of work.
 */
#ifndef SERVER_SHAPES_H
#define SERVER_SHAPES_H

#include <stdbool.h>
#include <stdint.h>

#include "geo/area.h"
#include "geo/index.h"

enum {
	SHAPES_AGAIN_MS = 1000,
};

struct shapes;

/* NULL when memory is short. */
struct shapes *shapes_new(void);

/* Accepts NULL. */
void shapes_free(struct shapes *s);

/* Another index from now on, or none. */
void shapes_forget(struct shapes *s);

/* The report in this row of the index stands elsewhere, or in another incident. */
void shapes_note_moved(struct shapes *s, uint64_t seq);

struct shapes_from {
	struct index_writer *index;
	struct store *store;
	struct area_map *areas; /* NULL: none */
};

/*
 * wall_ms: by which windows end; mono_ms: by which it is a second later. *more:
 * at once again. 0, an answer of the index, -errno.
 */
int shapes_turn(struct shapes *s, const struct shapes_from *from, int64_t wall_ms,
	int64_t mono_ms, bool *more);

#endif
