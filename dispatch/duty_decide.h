/*
 * duty_decide - what is asked about duty, decided
 *
 * From what somebody wants set, or "I am on duty", to the record that is then
 * true, or why not, in words that go with the field. Changes nothing: the record
 * becomes a row, and the row the book's.
 *
 * Refused: an area that is on no map, a team that is not there, and anybody whom
 * nothing reaches. A shift that is changed keeps that its person answered.
 */
#ifndef DISPATCH_DUTY_DECIDE_H
#define DISPATCH_DUTY_DECIDE_H

#include "dispatch/duty.h"

/*
 * seq: of the row that will say it, the id of what is new. *out borrows from the
 * input and the book, or lies in the arena; without a record it says why. map may
 * be NULL: then any code will do. 0 or -ENOMEM.
 */
int duty_decide(const struct duty *d, const Vedetta__V1__DutyInput *input, uint64_t seq,
	int64_t now_ms, const struct area_map *map, struct arena *arena,
	Vedetta__V1__DutyAnswered *out);

struct duty_exercise_ask {
	const Vedetta__V1__ExerciseChange *change;
	const char *by;
	uint64_t seq;
	int64_t now_ms;
};

/* The part of it that begins and ends exercises; record is filled. */
int duty_exercise_decide(const struct duty *d, const struct duty_exercise_ask *ask,
	struct arena *arena, Vedetta__V1__DutyRecord *record,
	Vedetta__V1__DutyAnswered *out);

/* What the record is, in one word. */
const char *duty_what(const Vedetta__V1__DutyRecord *record);

#endif
