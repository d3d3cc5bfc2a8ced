/*
 * desk_internal - what the files of desk.h share
 *
 *	desk.c           loading, steps, the board
 *	desk_duty.c      people on duty, and those who are woken
 *	desk_exercise.c  what an exercise left open is closed
 *	desk_umbrella.c  what rows mean for the umbrellas, and for who is silent
 */
#ifndef DISPATCH_DESK_INTERNAL_H
#define DISPATCH_DESK_INTERNAL_H

#include "dispatch/desk.h"
#include "dispatch/memory.h"
#include "dispatch/no_news.h"
#include "dispatch/relook.h"

/* What an exercise left open, on its way to being closed. */
struct clearing {
	uint64_t row; /* that said so; 0: none was gathered for */
	uint64_t *ids;
	size_t n;
	size_t next;
	uint32_t closed;
};

struct desk {
	struct memory memory;
	struct receipt_keys *receipts;
	struct relook relook;
	struct umbrellas *umbrellas;
	struct no_news *no_news;
	struct clearing clearing;
	int64_t last_at_ms; /* of the row that was loaded last */
};

/*
 * What a step means for the umbrellas: its rows into an incident do, or the last, if
 * any. When they cannot take it yet it is read from the log later, and counts then. 0
 * or -ENOMEM.
 */
int desk_take_step(struct desk *d, const struct desk_input *input, int64_t now_ms,
	const struct desk_out *out);

/*
 * What somebody says of duty is so from now on: its row, applied, and its record. 0
 * or -ENOMEM.
 */
int desk_keep_duty(struct desk *d, const Vedetta__V1__DutyRecord *said,
	struct arena *arena, struct desk_out *out, struct store_record *record);

/*
 * When an exercise is about to be kept: how many of its incidents are to be closed,
 * into it. None is on and none is left: not found. 0 or -ENOMEM.
 */
int desk_count_drills(struct desk *d, Vedetta__V1__DutyAnswered *said, int64_t now_ms);

/* Who works here can be reached by what their accounts say. */
void desk_connect_duty(struct desk *d);

/* The incidents of its rows have changed. */
void desk_note_incidents(struct desk *d, const struct desk_out *out);

#endif
