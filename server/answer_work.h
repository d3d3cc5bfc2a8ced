/*
 * answer_work - what operators did, as those read it who have only the file
 *
 * A decision or a message of a history; which decisions were taken back; and what
 * the sender of a report may know of it: that somebody has seen it, where it was
 * handed over to, that it is closed, and what the desk asks. All of it is found in
 * the rows of the log, which are proven, by the desk's own functions (work.h).
 */
#ifndef SERVER_ANSWER_WORK_H
#define SERVER_ANSWER_WORK_H

#include "geo/store.h"
#include "proto/arena.h"
#include "vedetta/v1/incident.pb-c.h"
#include "vedetta/v1/receipt.pb-c.h"

/* Of a STORE_DECISION or STORE_MESSAGE row, into the arena. 0 or -ENOMEM. */
int answer_work_read(const struct store_row *row, struct arena *arena,
	Vedetta__V1__IncidentReport *out);

/*
 * Marks those of one incident's decisions that were taken back. Those that are no
 * decisions are passed over. 0, a store answer or -errno.
 */
int answer_work_mark(struct store *store, uint64_t incident,
	Vedetta__V1__IncidentReport **reports, size_t n);

/*
 * The state of a report that is in this incident now; with a view also where it was
 * handed over to and what was written, in the arena. moved: an operator put it
 * there. 0, a store answer or -errno.
 */
int answer_work_state(struct store *store, uint64_t report,
	const struct store_incident *incident, bool moved, struct arena *arena,
	Vedetta__V1__ReportState *state, Vedetta__V1__ReceiptView *view);

#endif
