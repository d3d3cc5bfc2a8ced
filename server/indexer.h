/*
 * indexer - follows the log into the index, a slice at a time
 *
 * Each turn does one bounded piece of work: at most INDEXER_SLICE_ROWS rows in
 * one short transaction, some outlines when nothing is behind, or the WAL moved
 * home. Whatever
 * happens to the index is mended by beginning anew: deleted while in use, or
 * damaged, or of another log. A full disk is waited for: the index leaves the
 * room to the desk. No fault here ends anything else.
 */
#ifndef SERVER_INDEXER_H
#define SERVER_INDEXER_H

#include <stdint.h>

enum {
	INDEXER_SLICE_ROWS = 256,
	INDEXER_IDLE_MS = 100,
	INDEXER_PAUSE_MS = 1000, /* after a fault */
};

struct indexer;

struct indexer_figures {
	uint64_t indexed_seq;
	uint64_t last_seq;
	int64_t waited_ms; /* how old the oldest row was that the last turn took */
};

/* NULL when memory is short. Opens nothing yet. */
struct indexer *indexer_new(const char *data_dir, uint64_t reserve_bytes);

/* Accepts NULL. */
void indexer_free(struct indexer *x);

/* Returns how long to wait for the next turn; 0: there is more to do. */
int64_t indexer_turn(struct indexer *x, int64_t now_wall_ms);

struct indexer_figures indexer_figures(const struct indexer *x);

#endif
