/*
 * state_work - what operators did about an incident, as a console reads it
 *
 * What holds of work.h, and what follows from it: whether a class 1 incident
 * still has to sound, and whether it got worse behind the back of whoever
 * acknowledged it.
 */
#ifndef DISPATCH_STATE_WORK_H
#define DISPATCH_STATE_WORK_H

#include "dispatch/incident.h"
#include "proto/arena.h"
#include "vedetta/v1/incident.pb-c.h"

/* Into the state, in the arena; all is copied. 0, or -ENOMEM past its ceiling. */
int state_put_work(
	const struct incident *i, struct arena *arena, Vedetta__V1__Incident *out);

/* How the older one it is linked to was closed; linked may be NULL. As above. */
int state_put_linked(
	const struct incident *linked, struct arena *arena, Vedetta__V1__Incident *out);

#endif
