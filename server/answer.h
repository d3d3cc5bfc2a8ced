/*
 * answer - what a reader says to a question
 *
 * Rows come back as people read them: the body and what is left of the personal
 * part put together again. A history is a walk from the newest row backwards,
 * cut where the next report would not fit into a frame. Bytes that crashed the
 * desk are given as they came; they are never parsed here.
 *
 * The state of a report is that of its incident; what only a front knows
 * (who is on duty, guidance) is left to it.
 */
#ifndef SERVER_ANSWER_H
#define SERVER_ANSWER_H

#include "dispatch/receipt.h"
#include "geo/store.h"
#include "proto/arena.h"
#include "vedetta/v1/frame.pb-c.h"

struct answerer;

/* store is borrowed. NULL when memory is short. */
struct answerer *answerer_new(
	struct store *store, const uint8_t key[RECEIPT_KEY_BYTES]);
void answerer_free(struct answerer *a);

/*
 * Always makes an answer, in the arena. Returns 0, or the store's fault (the
 * answer then says so): the store should be opened anew.
 */
int answer_question(struct answerer *a, const Vedetta__V1__Question *question,
	struct arena *arena, Vedetta__V1__Answer *out);

/*
 * The report that stands in a row of the log. 0, STORE_NONE, STORE_TOO_SLOW, or
 * -errno.
 */
int answer_read_report(struct answerer *a, uint64_t seq, struct arena *arena,
	Vedetta__V1__IncidentReport **out);

/* The number of the report with this code. 0, or STORE_NONE: it is no code. */
int answer_read_code(struct answerer *a, const char *code, uint64_t *number);

#endif
