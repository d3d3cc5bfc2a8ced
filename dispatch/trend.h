/*
 * trend - are reports of an incident getting more?
 *
 * Counts new senders in two spans of ten minutes, the running one and the one
 * before. Steps up at 4 and at 16 in them together, down again below 2 and
 * below 8, so that it does not flicker. It moves only when a report comes in:
 * nothing changes place on the board by the mere passing of time.
 */
#ifndef DISPATCH_TREND_H
#define DISPATCH_TREND_H

#include <stdbool.h>
#include <stdint.h>

struct trend {
	int32_t span;    /* number of the running span since 1970 */
	uint8_t running; /* no more are counted than matter */
	uint8_t before;
	uint8_t step; /* 0, 1, 2 */
};

/* A report came in. A clock that steps back counts into the running span. */
void trend_take(struct trend *t, int64_t now_ms, bool new_sender);

#endif
