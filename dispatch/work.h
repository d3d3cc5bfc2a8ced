/*
 * work - what operators did about an incident
 *
 * A list of their decisions as the rows of the log say them, oldest first. What
 * holds is not kept but found: the last decision of a kind that nobody took
 * back. So an undo needs no memory of what was before, and it comes out the same
 * after a restart, and for a reader who has only the rows. Words that nobody has
 * to see on the board stay in the log.
 *
 * Beside it stands when the incident last got worse (incident.h finds that), since
 * an acknowledgement says up to where somebody has looked.
 */
#ifndef DISPATCH_WORK_H
#define DISPATCH_WORK_H

#include <stdbool.h>
#include <stdint.h>

#include "geo/store.h"
#include "vedetta/v1/log.pb-c.h"

struct decision {
	uint64_t seq;
	uint64_t undone_by; /* 0: it holds */
	int64_t at_ms;
	Vedetta__V1__LogDecision *said; /* owned; with the words that are left */
};

struct worsened {
	uint64_t seq; /* of the row; 0: it never did */
	uint64_t report;
	int64_t at_ms;
	const char *reason; /* static */
	uint8_t class_before;
	uint8_t class_now;
};

/* Who decided last, of those that can be in each other's way. */
struct decider {
	uint64_t seq; /* 0: nobody */
	int64_t at_ms;
	const char *what; /* static; action.h */
	char *by;         /* owned */
};

struct work {
	struct decision *decisions;
	uint32_t n;
	uint32_t room;
	uint32_t asked;
	uint32_t answers;
	uint64_t asked_seen; /* what was seen by who asked last */
	uint64_t *merged_from;
	uint32_t n_merged_from;
	struct worsened worsened;
	struct decider decider;
};

/* All zero. NULL when memory is short. */
struct work *work_new(void);
void work_free(struct work *w);

/*
 * A STORE_DECISION row that can be read. Notes are taken without their words. 0 or
 * -ENOMEM.
 */
int work_take_decision(struct work *w, const struct store_row *row);

/* A STORE_MESSAGE row. 0 or -ENOMEM. */
int work_take_message(struct work *w, const struct store_row *row);

/* 0 or -ENOMEM. */
int work_note_decider(
	struct work *w, const struct store_row *row, const char *what, const char *by);

/* All reports of that one came, or went back there. 0 or -ENOMEM. */
int work_merge(struct work *w, uint64_t from);
void work_unmerge(struct work *w, uint64_t from);

/* w may be NULL in all of these: nobody did anything. */

/* By its row; NULL: there is none. */
const struct decision *work_find(const struct work *w, uint64_t seq);

/* The last of a kind that holds, or NULL. */
const struct decision *work_last(
	const struct work *w, Vedetta__V1__Action__WhatCase what);

/* The operator's class that holds; 0: none. */
uint8_t work_class(const struct work *w);

/* The closing that holds, or NULL; of one that was merged there is none. */
const struct decision *work_closing(const struct work *w);

/* Somebody closed it once, whatever became of that. */
bool work_was_closed(const struct work *w);

/* Up to which sequence somebody has looked at it; 0: nobody. */
uint64_t work_seen(const struct work *w);

/* The highest sequence that an acknowledgement which holds has seen; 0: none. */
uint64_t work_acknowledged(const struct work *w);

/* The mark of the whole incident that holds, or NULL. */
const struct decision *work_mark(const struct work *w);

/* Does it go on: given to somebody since it is what it is, or refused to be? */
bool work_is_given(const struct work *w);

/* Was it acknowledged, and got worse behind that? */
bool work_is_worse(const struct work *w);

#endif
