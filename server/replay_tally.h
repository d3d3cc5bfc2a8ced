/* replay_tally - what became of a replay's reports, and how long it took */
#ifndef SERVER_REPLAY_TALLY_H
#define SERVER_REPLAY_TALLY_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum {
	REPLAY_REASONS = 32,
	REPLAY_REASON_BYTES = 160,
};

struct replay_tally {
	size_t sent;     /* reports that were begun */
	size_t accepted; /* 201 */
	size_t repeated; /* 200: it was there already */
	size_t refused;  /* a final answer that is no receipt */
	size_t given_up; /* no final answer within the patience */
	size_t retries;
	int64_t latest_ms; /* how far the worst start was behind the schedule */
	size_t n_reasons;
	struct {
		char text[REPLAY_REASON_BYTES];
		size_t n;
	} reasons[REPLAY_REASONS]; /* the last one takes what has no place */
	size_t n_latencies;
	size_t room;
	uint32_t *latencies_us; /* first attempt to receipt */
};

/* Room for one latency each of n reports. Returns 0 or -ENOMEM. */
int replay_tally_init(struct replay_tally *tally, size_t n);
void replay_tally_fini(struct replay_tally *tally);

/* Counts a refusal or a give-up under its reason. */
void replay_tally_reason(struct replay_tally *tally, const char *reason);

/* Drops what was not reserved. */
void replay_tally_latency(struct replay_tally *tally, int64_t us);

/* Nearest rank; permille 1000 is the largest; 0 when there is none. Sorts. */
uint32_t replay_tally_percentile_us(struct replay_tally *tally, unsigned permille);

/* n_left: reports whose turn had not come when the user stopped it. */
void replay_tally_print(struct replay_tally *tally, size_t n_bad, size_t n_left,
	int64_t elapsed_ms, FILE *out);

#endif
