/*
 * report_place - where a report is, read from the log for a step
 *
 * What its sender said, or what an operator or the sender said later. Two rows, by
 * their numbers; only what moves reports from one incident to another asks.
 */
#ifndef SERVER_REPORT_PLACE_H
#define SERVER_REPORT_PLACE_H

#include "dispatch/desk.h"
#include "geo/store.h"
#include "proto/arena.h"

/*
 * Into the arena. What cannot be read, or was erased, is not there. 0, or a fault of
 * the store.
 */
int report_place_read(struct store *store, uint64_t report, struct arena *arena,
	struct desk_place *out);

#endif
