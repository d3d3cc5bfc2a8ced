/*
 * admin - what is ready and what is not, in words
 *
 * For an administrator at three in the morning and for a script that reads the
 * status alone. Raw mode is told but is no reason to send reports elsewhere:
 * they are kept and acknowledged.
 */
#ifndef SERVER_ADMIN_H
#define SERVER_ADMIN_H

#include <stdbool.h>
#include <stdint.h>

#include "server/front.h"

struct admin_state {
	bool desk_connected;
	bool board_ready;
	bool raw_mode;
	bool refusing;
	bool draining;
	bool umbrellas_rebuilding;
	int64_t desk_lost_s;
	int64_t desk_silent_ms; /* since its last frame */
	size_t board_incidents;
	bool index_waits;
	uint64_t index_lag_rows; /* log rows the index does not hold yet */
	uint64_t damaged_rows;   /* found since the roles started, records too */
	bool courier_missing;    /* nothing leaves the desk */
	uint64_t deliveries;     /* that did not end */
	uint64_t unreachable;    /* people in rota, lists and teams */
	uint64_t steps_lacking;  /* of policies: their means is not set up */
};

/* How often something read was not what was written. */
uint64_t admin_damaged_rows(const struct front *f);

void admin_state(const struct front *f, int64_t now_ms, struct admin_state *out);

/* Writes it out; returns whether that is ready. */
bool admin_write_ready(const struct admin_state *s, struct evbuffer *out);

#endif
