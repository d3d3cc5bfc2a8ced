/*
 * answer_move - an operator's move of a report, as its history shows it
 *
 * Who and from where to where stands in the row's body, the place and the reason
 * in its personal part, which may be erased.
 */
#ifndef SERVER_ANSWER_MOVE_H
#define SERVER_ANSWER_MOVE_H

#include "geo/store.h"
#include "proto/arena.h"
#include "vedetta/v1/incident.pb-c.h"

/* Of a STORE_MOVED_OUT or STORE_MOVED_IN row, into the arena. 0 or -ENOMEM. */
int answer_move_read(const struct store_row *row, struct arena *arena,
	Vedetta__V1__ReportMove **out);

/* How far from what the sender said, where both said a point. */
void answer_move_measure(
	Vedetta__V1__ReportMove *move, const Vedetta__V1__Report *said);

/*
 * The incident a report is in now, which is not the one it came into when an
 * operator moved it there (*moved) or merged that one. 0, STORE_NONE, or a fault.
 */
int answer_move_incident(struct store *store, uint64_t number, uint64_t incident,
	struct store_incident *out, bool *moved);

#endif
