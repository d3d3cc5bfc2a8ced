/*
 * desk_silence - municipalities without news, in the running desk
 *
 * Looks at one large event at most (dispatch/no_news.h), some milliseconds, and
 * writes what comes of it in a batch of its own.
 */
#ifndef SERVER_DESK_SILENCE_H
#define SERVER_DESK_SILENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "server/keeper.h"

/* Call it once a second. Returns whether incidents were opened or closed. */
bool desk_silence_look(struct keeper *k, int64_t now_ms, int64_t wait_ms);

#endif
