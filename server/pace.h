/*
 * pace - how much of the machine the index takes
 *
 * Reports come first. What the index does for a row costs less the more rows a
 * slice has, so less than a slice is left to gather for PACE_GATHER_MS. While the
 * log grows it rests after each turn: as long as it ran, and PACE_RESTS times as
 * long as it was kept from running, by the disk or by others. So where there is
 * a processor to spare it follows at half of its speed, and where there is none
 * it takes a few hundredths of one. Two things end the rest: the log stands
 * still, or its oldest row without an index has waited for PACE_WAITED_MS; from
 * then on it takes what its low priority gives it.
 *
 * Pure: times are arguments.
 */
#ifndef SERVER_PACE_H
#define SERVER_PACE_H

#include <stdint.h>

enum {
	PACE_GATHER_MS = 200,
	PACE_RESTS = 8,
	PACE_REST_MOST_MS = 300, /* after a turn of any length */
	PACE_WAITED_MS = 30 * 1000,
};

/* Zeroed is one that never had a turn. */
struct pace {
	uint64_t last_seq; /* of the log, as the last turn saw it */
};

/* What a turn saw and did. */
struct pace_turn {
	uint64_t last_seq;    /* of the log */
	uint64_t indexed_seq; /* of it, in the index now */
	int64_t waited_ms;    /* how old the oldest row was that the turn took */
	int64_t took_ms;
	int64_t ran_ms;  /* of these, on a processor */
	int64_t wait_ms; /* what it asks for; 0: there is more to do */
};

/* How long to wait for the next one. */
int64_t pace_wait_ms(struct pace *p, const struct pace_turn *turn, uint64_t slice_rows);

#endif
