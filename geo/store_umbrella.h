/*
 * store_umbrella - the umbrellas' records, and the log read for them in slices
 *
 * A record is written with the row that changed it and carries a sum of itself,
 * as an incident's does. What is between two slices is the reader's to remember;
 * nothing is open then.
 */
#ifndef GEO_STORE_UMBRELLA_H
#define GEO_STORE_UMBRELLA_H

#include "geo/store.h"

/* What hangs together; see dispatch/umbrella.h. */
struct store_umbrella {
	uint64_t id;         /* seq of the row that opened it */
	uint64_t seq;        /* row that last changed this record */
	uint8_t event_group; /* enum event_group */
	uint8_t status;      /* enum UmbrellaStatus */
	bool exercise;
	uint64_t anchor;      /* row that says where one of its core reports is */
	uint64_t merged_into; /* 0: not merged */
	int64_t opened_ms;
	int64_t ended_ms; /* 0: open */
	bool damaged;     /* when read: it is not what was written */
};

/* In a batch. 0 or -errno (broken), but -EINVAL for a record that cannot be. */
int store_put_umbrella(struct store *s, const struct store_umbrella *umbrella);

/*
 * Those that are open and those that ended since, in order of their ids. Stops
 * with what the visitor returns.
 */
int store_load_umbrellas(struct store *s, int64_t ended_since_ms,
	int (*visit)(void *arg, const struct store_umbrella *umbrella), void *arg);

/*
 * The first row of the log that is not older than this, or one behind its end;
 * as store_load() looks for it.
 */
int store_first_since(struct store *s, int64_t since_ms, uint64_t *seq);

/*
 * Shows rows first..last with their personal parts, each proven like by
 * store_read_row(); one that is not what was written is left out and counted. The
 * visitor must not call the store. Stops with what it returns; 0 at the end.
 */
int store_visit_log(struct store *s, uint64_t first, uint64_t last, uint64_t *n_bad,
	int (*visit)(void *arg, const struct store_row *row), void *arg);

#endif
