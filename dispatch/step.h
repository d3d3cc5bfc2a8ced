/*
 * step - one input, decided: which row, in which incident, with what answer
 *
 * The desk's step without the desk around it; the contract is desk.h's. It
 * makes the row, lets memory_apply() do with it what loading would do, and
 * reads the answer from what memory then knows.
 */
#ifndef DISPATCH_STEP_H
#define DISPATCH_STEP_H

#include "dispatch/desk.h"
#include "dispatch/memory.h"

/* As desk_step(). */
int step_take(struct memory *m, const struct receipt_keys *receipts,
	const struct desk_input *input, int64_t now_ms, struct arena *arena,
	struct desk_out *out);

/* The incident's record, copied into the arena. 0 or -ENOMEM. */
int step_put_incident(
	const struct incident *i, struct arena *arena, struct desk_out *out);

/* desk_places_wanted() of an action (desk.h). */
size_t step_places_wanted(const struct memory *m, const Vedetta__V1__ActionInput *input,
	uint64_t out[DESK_PLACES_MAX]);

#endif
