/*
 * delay - how long until the next try of a password
 *
 * Who guesses is slowed; an account is never locked, since a lock is a way to keep
 * an operator out. So tries are counted per account and network: after three wrong
 * ones each costs twice the wait of the one before, up to five minutes. And
 * many networks together have eight tries a minute at one account; those the account
 * got in from before do not count among them, so a flood of strangers slows strangers.
 *
 * A name that is nobody's is counted like one that is. Bounded: the oldest are
 * forgotten first. Not stored: a restart forgives.
 */
#ifndef DISPATCH_DELAY_H
#define DISPATCH_DELAY_H

#include <stdbool.h>
#include <stdint.h>

enum {
	DELAY_FREE = 3, /* wrong tries before the first wait */
	DELAY_MOST_MS = 5 * 60 * 1000,
	DELAY_FORGET_MS = 60 * 60 * 1000, /* without a try */
	DELAY_STRANGERS = 8,
	DELAY_STRANGERS_MS = 60 * 1000,
	DELAY_PAIRS = 4096,
	DELAY_NAMES = 1024,
};

struct delay;

/* NULL when memory is short. */
struct delay *delay_new(void);
void delay_free(struct delay *d);

/*
 * One try at `name` (a hash) from `network`; known: the account got in from there
 * before. 0: go on, and it counts; else how many milliseconds to wait.
 */
int64_t delay_try(
	struct delay *d, uint64_t name, uint64_t network, bool known, int64_t now_ms);

/*
 * A try is wrong until it is known to be right, so that many at once do not slip
 * through: call wrong() with each that goes on. Right forgets all of them; half right
 * (the password, no code yet) takes back this one.
 */
void delay_wrong(struct delay *d, uint64_t name, uint64_t network, int64_t now_ms);
void delay_half_right(struct delay *d, uint64_t name, uint64_t network);
void delay_right(struct delay *d, uint64_t name, uint64_t network);

#endif
