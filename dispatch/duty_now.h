/*
 * duty_now - how it stands with duty, told
 *
 * Who is there and for what, where nobody is, where the rota has gaps, whom
 * nothing reaches, and what those wrote who went: what GET /v1/duty answers.
 */
#ifndef DISPATCH_DUTY_NOW_H
#define DISPATCH_DUTY_NOW_H

#include "dispatch/duty.h"

enum {
	DUTY_AHEAD_MS = 3 * 86400 * 1000, /* gaps are looked for */
	DUTY_GAPS_MOST = 64,
	DUTY_TOLD_MOST = 256, /* of each list */
	DUTY_LEFT_MOST = 8,
	DUTY_AREAS_MOST = 1024,
};

/* All of it but nobody_answered, in the arena. map may be NULL. 0 or -ENOMEM. */
int duty_now(const struct duty *d, const struct area_map *map, int64_t now_ms,
	struct arena *arena, Vedetta__V1__DutyNow *out);

/* What every front is told: for which areas somebody is there, and ever is. */
int duty_tell(const struct duty *d, const struct area_map *map, int64_t now_ms,
	struct arena *arena, Vedetta__V1__Duty *out);

/* How many of those who will have to come have no way to be reached. */
size_t duty_unreachable(const struct duty *d, int64_t now_ms);

/* How many steps of policies ask for a means that is not set up here. */
size_t duty_steps_lacking(const struct duty *d);

#endif
