/*
 * umbrella_board - umbrellas, as a console front knows them
 *
 * Filled by the desk (FRAME_UMBRELLAS): all there are when the desk or this front
 * begins, then what changed, once a second at most. Labels go on into the board,
 * where each incident carries its umbrella. One that merged or ended is kept to
 * say so, the oldest of them go when there are too many.
 */
#ifndef SERVER_UMBRELLA_BOARD_H
#define SERVER_UMBRELLA_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/arena.h"
#include "server/board.h"
#include "vedetta/v1/umbrella.pb-c.h"

enum {
	UMBRELLA_BOARD_GONE_MOST = 10000,
	UMBRELLA_BOARD_LABELS = 500, /* changed last, told to a new stream */
	UMBRELLA_BOARD_FULL = 100,   /* umbrellas told to a new stream */
};

struct umbrella_board;

/* NULL when memory is short. */
struct umbrella_board *umbrella_board_new(void);
void umbrella_board_free(struct umbrella_board *u);

/* What the desk tells, also to the board. 0 or -ENOMEM. */
int umbrella_board_take(struct umbrella_board *u,
	const Vedetta__V1__UmbrellaStates *states, struct board *board);

/*
 * An incident that tells of no news has no report that could lie in an umbrella:
 * its label is the one that lives on of what it was opened for. Any other
 * incident is passed over.
 */
void umbrella_board_label_silent(
	const struct umbrella_board *u, struct board *board, uint64_t incident);

/* Is the desk still reading the windows? Until it has spoken it is. */
bool umbrella_board_is_rebuilding(const struct umbrella_board *u);

/* Rises with whatever it takes. */
uint64_t umbrella_board_version(const struct umbrella_board *u);

/* The one that lives on under this id: itself, or into which it merged; 0: none. */
uint64_t umbrella_board_survivor(const struct umbrella_board *u, uint64_t id);

/* In the arena; NULL: no such umbrella, or no memory (*short_of_memory). */
Vedetta__V1__Umbrella *umbrella_board_find(const struct umbrella_board *u, uint64_t id,
	struct arena *arena, bool *short_of_memory);

/*
 * Open ones, maxi first, then those with most incidents, at most `most`; exercise
 * -1: both. In the arena. 0 or -ENOMEM.
 */
int umbrella_board_list(const struct umbrella_board *u, int exercise, size_t most,
	struct arena *arena, Vedetta__V1__UmbrellaList *out);

/* What a new stream is told, as UmbrellaStates. 0 or -ENOMEM. */
int umbrella_board_full(const struct umbrella_board *u, struct arena *arena,
	Vedetta__V1__UmbrellaStates *out);

#endif
