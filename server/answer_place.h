/*
 * answer_place - where a report counts, for whoever tells its sender who reads it
 *
 * The areas that see its incident, with all that lie above them, and its class.
 * Codes alone: which of them somebody is on duty for, a front knows.
 */
#ifndef SERVER_ANSWER_PLACE_H
#define SERVER_ANSWER_PLACE_H

#include "geo/store.h"
#include "proto/arena.h"
#include "vedetta/v1/frame.pb-c.h"

/*
 * number: of the report; incident: of its row, 0 when nobody has interpreted it. In
 * the arena; *out is NULL when there is no incident. 0, a store answer, or -errno.
 */
int answer_place(struct store *store, uint64_t number, uint64_t incident,
	struct arena *arena, Vedetta__V1__ReceiptPlace **out);

#endif
