/*
 * memory - all that the desk knows, as the rows of the log make it
 *
 * memory_apply() is the one way a row changes anything here. A step makes a row
 * and applies it; loading applies the rows of the file. So a desk that was
 * restarted knows what it knew, by construction, and nothing here may depend
 * on anything that is not in a row's columns or an incident's record.
 *
 * What the columns of a row mean here, beyond geo/store.h:
 *
 *	facts   facts.h
 *	source  who sent it, 0 when nobody has read it
 *	print   of the report; of the bytes for RAW, QUARANTINED and what turned
 *	        out unreadable
 *	key     what the number on the receipt is found by: the input's own key,
 *	        or for a further body under a known key derive_key(key, print). A
 *	        RAW row always has the input's own: it is compared when it is read
 */
#ifndef DISPATCH_MEMORY_H
#define DISPATCH_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#include "dispatch/duty.h"
#include "dispatch/escalation.h"
#include "dispatch/fold.h"
#include "dispatch/match.h"
#include "dispatch/office.h"
#include "dispatch/outbox.h"
#include "dispatch/pile.h"
#include "dispatch/place.h"
#include "dispatch/roster.h"
#include "dispatch/seen.h"
#include "dispatch/waiting.h"
#include "geo/store.h"

enum {
	MEMORY_KEYS_KEPT_MS = 8 * 86400 * 1000,
};

struct memory {
	struct roster roster;
	struct match match;
	struct seen *seen;
	struct piles *piles;
	struct fold fold;
	struct ground ground; /* told at start; only steps look at it */
	struct waiting waiting;
	struct table moved; /* from a report's number to the incident it is in */
	uint64_t last_seq;
	int64_t last_at_ms;         /* of that row */
	struct area_map *areas;     /* borrowed; NULL: none, or not yet */
	struct roster_cursor stale; /* none that is_stale stands before it */
	bool has_stale;             /* somebody became stale since all were looked up */
	struct incident *
		*silent; /* those without news, open or closed of late, by id */
	size_t n_silent;
	size_t room_silent;
	struct outbox *outbox; /* its rows are numbered by last_seq, too */
	struct duty *duty;
	struct escalations *escalations;
	struct office *office; /* who works here; no row of a report changes it */

	/* Of open incidents, real ones; drills are counted apart. */
	uint64_t n_open;
	uint64_t n_unplaced;
	uint64_t n_reports;
	uint64_t n_by_class[CLASS_NONE + 1];
	uint64_t n_drills;
	uint64_t n_drill_reports;
};

/* 0, or -ENOMEM; then it is empty and need not be finished. */
int memory_init(
	struct memory *m, size_t keys_max, const uint8_t hash_key[SEEN_HASH_KEY_BYTES]);
void memory_fini(struct memory *m);

/* When the file is read back: an incident, not yet found by its place. */
int memory_load(struct memory *m, const struct store_incident *record);
/* All incidents and rows are there: they can be found by their places. */
int memory_loaded(struct memory *m);

/* A new incident. 0 or -ENOMEM. */
int memory_open(
	struct memory *m, const struct store_incident *record, struct incident **out);

/* Moves it. 0 or -ENOMEM. */
int memory_move(struct memory *m, struct incident *i, const struct place *place);

/*
 * Closes it. Its last report went there; or 0: it is over, and what comes near is
 * linked to it.
 */
void memory_close(struct memory *m, struct incident *i, uint64_t into);

/* The closed one is open again. 0 or -ENOMEM. */
int memory_reopen(struct memory *m, struct incident *i);

/*
 * The incident of a report that came into this one: where an operator moved it.
 * NULL when it has none.
 */
struct incident *memory_where(
	const struct memory *m, uint64_t report, uint64_t incident);

/* Closed ones that were opened before that are silent no longer. */
void memory_forget_silent(struct memory *m, int64_t before_ms);

/* 0 or -ENOMEM. */
int memory_apply(struct memory *m, const struct store_row *row);

/*
 * While loading: nothing of the row is known. Where it may have been about what
 * somebody reported or decided it waits as a raw row does, for an incident of its own:
 * somebody must look. 0 or -ENOMEM.
 */
int memory_lose_row(struct memory *m, const struct store_row *row);

/*
 * While loading: nothing of the incident but its id is known. It is open and in sight
 * until memory_remake(). 0 or -ENOMEM.
 */
int memory_load_damaged(struct memory *m, uint64_t id);

/*
 * What the row that opened it says of it, which may be nothing. After all rows, before
 * memory_loaded(). 0 or -ENOMEM.
 */
int memory_remake(struct memory *m, const struct store_row *row, struct arena *arena);

/*
 * Another map from now on. Open incidents that nobody has looked up since a
 * report came are stale, or all of them. The map outlives its use.
 */
void memory_use_areas(struct memory *m, struct area_map *map, bool all);
/* An open incident that is stale, or NULL. */
struct incident *memory_next_stale(struct memory *m);

/* What came under the key in the last eight days, into *out; NULL: nothing. */
const struct seen_entry *memory_known(const struct memory *m,
	const uint8_t key[STORE_KEY_BYTES], int64_t now_ms, struct seen_entry *out);

/* When the input of a row came: raw mode makes rows later than that. */
int64_t memory_arrival_ms(int64_t row_at_ms, uint64_t facts);

#endif
