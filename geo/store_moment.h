/*
 * store_moment - everything in the desk's file that changes, as of one row
 *
 * Rows of the log never change, so who knows the end of the log at the same
 * moment reads them afterwards, as slowly as he likes.
 */
#ifndef GEO_STORE_MOMENT_H
#define GEO_STORE_MOMENT_H

#include "geo/store.h"
#include "geo/store_umbrella.h"

struct store_moment {
	int (*incident)(void *arg, const struct store_incident *incident);
	int (*umbrella)(void *arg, const struct store_umbrella *umbrella);
};

/*
 * Shows every incident and every umbrella by id, damaged ones too; *seq is the end of
 * the log then. Holds a read transaction meanwhile: some 5 us for each. A question like
 * those of store.h; a visitor must not call the store. Stops with what it returns.
 */
int store_read_moment(
	struct store *s, uint64_t *seq, const struct store_moment *visitor, void *arg);

#endif
