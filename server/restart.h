/*
 * restart - when to start a dead role again, and what to hold against its input
 *
 * Waits double from 200 ms to 10 s and begin anew after a minute of health.
 * For the desk also: an input that was being stepped in two crashes is put in
 * quarantine; three crashes within a minute that nobody can explain lead to
 * raw mode. Pure: time is an argument.
 */
#ifndef SERVER_RESTART_H
#define SERVER_RESTART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	RESTART_WAIT_LEAST_MS = 200,
	RESTART_WAIT_MOST_MS = 10 * 1000,
	RESTART_HEALTHY_MS = 60 * 1000,
	RESTART_KEY_BYTES = 16,
	RESTART_BLAMED_MAX = 64, /* the oldest is forgotten */
	RESTART_CRASHES_TO_QUARANTINE = 2,
	RESTART_CRASHES_TO_RAW = 3,
};

/* Zeroed is one that never failed. */
struct restart {
	int64_t started_ms;
	int64_t wait_ms; /* the last one; 0 after health */
};

void restart_started(struct restart *r, int64_t now_ms);

/* It ended unasked. Returns how long to wait before the next start. */
int64_t restart_ended(struct restart *r, int64_t now_ms);

/* Who crashed the desk, and how often. Zeroed is nobody. */
struct blame {
	size_t n;
	struct {
		uint8_t key[RESTART_KEY_BYTES];
		unsigned crashes;
	} inputs[RESTART_BLAMED_MAX];
	/* The last crashes without a key; 0: none. */
	int64_t unexplained_ms[RESTART_CRASHES_TO_RAW];
};

/* The desk crashed; key is what it was stepping, all zero: nothing. */
void blame_crash(struct blame *b, const uint8_t key[RESTART_KEY_BYTES], int64_t now_ms);

/* Should the next desk take inputs raw? */
bool blame_wants_raw(const struct blame *b, int64_t now_ms);

/* Keys that have earned quarantine; returns how many were written. */
size_t blame_quarantine(
	const struct blame *b, uint8_t keys[RESTART_BLAMED_MAX][RESTART_KEY_BYTES]);

#endif
