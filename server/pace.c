#include "server/pace.h"

#include <stdbool.h>

int64_t
pace_wait_ms(struct pace *p, const struct pace_turn *turn, uint64_t slice_rows)
{
	uint64_t left = turn->last_seq - turn->indexed_seq;
	bool grows = turn->last_seq != p->last_seq;
	int64_t kept_ms =
		turn->took_ms > turn->ran_ms ? turn->took_ms - turn->ran_ms : 0;
	int64_t rest_ms = turn->ran_ms + kept_ms * PACE_RESTS;

	p->last_seq = turn->last_seq;
	if (turn->wait_ms > 0 || !grows || turn->waited_ms > PACE_WAITED_MS) {
		return turn->wait_ms;
	}
	if (rest_ms > PACE_REST_MOST_MS) {
		rest_ms = PACE_REST_MOST_MS;
	}
	return left < slice_rows && rest_ms < PACE_GATHER_MS ? PACE_GATHER_MS : rest_ms;
}
