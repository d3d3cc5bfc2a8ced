/*
 * store_area - the areas in the desk's file
 *
 * An import is written in as many batches as it takes, under a number of its
 * own that nobody looks at yet. The batch that ends it adds the one row that
 * makes all of it count, beside its row in the log: so there is the old map or
 * the new, whatever happens in between. What an unfinished import leaves
 * behind, and rows that later ones stand for, is swept out a little at a time.
 *
 * Residents and the central point lie apart from the ground and outlive it: an
 * area that comes anew keeps them until it is told others.
 */
#ifndef GEO_STORE_AREA_H
#define GEO_STORE_AREA_H

#include "geo/area.h"
#include "geo/store.h"

/* An area as the file has it; strings and bytes are valid during the call. */
struct store_area {
	uint64_t number; /* when read: place in the order of reading */
	const char *code;
	const char *name;
	const char *parent; /* "": none */
	enum area_level level;
	int64_t residents; /* -1: not known; not written by store_put_area() */
	bool has_center;
	struct geo_point center;
	const uint8_t *polygon; /* polygon_pack()'s; NULL: none */
	size_t polygon_bytes;
};

struct store_residents {
	const char *code;
	int64_t residents;
	bool has_center;
	struct geo_point center;
};

/* What counts now. */
struct store_area_state {
	uint64_t import; /* the newest; 0: there are no areas */
	bool is_looked;  /* open incidents were looked up again since */
};

/* ---- the writer */

/* A number for a new import. 0 or -errno. */
int store_area_next(struct store *s, uint64_t *import);

/*
 * In a batch. 0, -EINVAL for what cannot be or came before in this import
 * (nothing was done then), or -errno (broken).
 */
int store_put_area(struct store *s, uint64_t import, const struct store_area *area);
int store_put_residents(
	struct store *s, uint64_t import, const struct store_residents *r);

/* In a batch, beside its log row: from its commit on the import counts. */
int store_end_areas(struct store *s, uint64_t import, uint64_t seq, uint64_t ticket);

/* In a batch: all open incidents have been looked up in the import's areas. */
int store_areas_looked(struct store *s, uint64_t import);

/*
 * Between batches, a batch of its own: removes at most `most` rows that do not
 * count and are not of the import `except` (0: none is being written). *more
 * says whether there may be others. 0, STORE_NO_ROOM, or -errno.
 */
int store_sweep_areas(struct store *s, uint64_t except, unsigned most, bool *more);

/* ---- readers too; each is a question like those of store.h */

int store_read_area_state(struct store *s, struct store_area_state *state);

/*
 * The code of the area above; "" above the highest. `parent` may be `code`.
 * 0, STORE_NONE: no such area counts.
 */
int store_read_area_parent(
	struct store *s, const char *code, char parent[AREA_CODE_BYTES]);

/* 0: an import with this ticket counts; STORE_NONE: it does not. */
int store_read_ticket(struct store *s, uint64_t ticket);

/*
 * Shows up to `most` areas behind the number `after` (0: from the first) in
 * order, as if the import `with` counted too (0: none). *n tells how many. Stops
 * with what visit returns.
 */
int store_read_areas(struct store *s, uint64_t with, uint64_t after, unsigned most,
	int (*visit)(void *arg, const struct store_area *area), void *arg, unsigned *n);

#endif
