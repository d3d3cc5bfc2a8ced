/*
 * desk_internal - what the files of desk.h share
 *
 *	desk.c           loading, steps, the board
 *	desk_duty.c      people on duty, and those who are woken
 *	desk_umbrella.c  what rows mean for the umbrellas, and for who is silent
 */
#ifndef DISPATCH_DESK_INTERNAL_H
#define DISPATCH_DESK_INTERNAL_H

#include "dispatch/desk.h"
#include "dispatch/memory.h"
#include "dispatch/no_news.h"
#include "dispatch/relook.h"

struct desk {
	struct memory memory;
	struct receipt_keys *receipts;
	struct relook relook;
	struct umbrellas *umbrellas;
	struct no_news *no_news;
	int64_t last_at_ms; /* of the row that was loaded last */
};

/*
 * What a step means for the umbrellas: its rows into an incident do, or the last, if
 * any. When they cannot take it yet it is read from the log later, and counts then. 0
 * or -ENOMEM.
 */
int desk_take_step(struct desk *d, const struct desk_input *input, int64_t now_ms,
	const struct desk_out *out);

/* Who works here can be reached by what their accounts say. */
void desk_connect_duty(struct desk *d);

/* The incidents of its rows have changed. */
void desk_note_incidents(struct desk *d, const struct desk_out *out);

#endif
