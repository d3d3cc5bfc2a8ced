/*
 * explain - why a report is shown under an earlier one
 *
 * The desk decided once and wrote down only which report it folds into. The
 * reasons are found again from the two rows, by the desk's own functions. What
 * was erased since cannot be a reason any more and is left out.
 */
#ifndef SERVER_EXPLAIN_H
#define SERVER_EXPLAIN_H

#include "dispatch/fold.h"
#include "geo/store.h"
#include "proto/arena.h"
#include "vedetta/v1/incident.pb-c.h"

/* The first read last: reports of a group stand together. */
struct explain_first {
	struct fold_report report; /* seq 0: none */
	uint64_t number;           /* of the report; its row is another if read late */
	bool is_lost;              /* damaged: no reason can be found */
};

/*
 * Fills fold (but its code) and folded_into of a report that folds into that row
 * (0: into none). row's numbers alone are used, what was said is out->report.
 * The store's last row read is another one then. 0, a store answer or -errno.
 */
int explain_fold(struct store *store, struct explain_first *first,
	const struct store_row *row, uint64_t into, struct arena *arena,
	Vedetta__V1__IncidentReport *out);

#endif
