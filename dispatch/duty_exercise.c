/* duty_exercise - the exercise that is on: begun, ended, forgotten, cleared away */
#include <errno.h>

#include "dispatch/duty_decide.h"
#include "dispatch/duty_internal.h"
#include "proto/stamp.h"

#define CASE(name) VEDETTA__V1__DUTY_RECORD__WHAT_##name

const Vedetta__V1__Exercise *
duty_exercise(const struct duty *d, int64_t now_ms)
{
	const struct duty_item *item;

	TAILQ_FOREACH_REVERSE(item, &d->items, duty_items, link)
	{
		const Vedetta__V1__DutyRecord *r = item->record;

		if (r->what_case == CASE(EXERCISE) && r->exercise->ended_at == NULL &&
			now_ms < stamp_ms(r->exercise->until)) {
			return r->exercise;
		}
	}
	return NULL;
}

static const Vedetta__V1__DutyRecord *
last_one(const struct duty *d, bool is_closing)
{
	const struct duty_item *item;

	TAILQ_FOREACH_REVERSE(item, &d->items, duty_items, link)
	{
		if (item->record->what_case == CASE(EXERCISE) &&
			(!is_closing || item->record->exercise->closing)) {
			return item->record;
		}
	}
	return NULL;
}

const Vedetta__V1__DutyRecord *
duty_exercise_last(const struct duty *d)
{
	return last_one(d, false);
}

const Vedetta__V1__DutyRecord *
duty_exercise_closing(const struct duty *d)
{
	return last_one(d, true);
}

static void
begin(Vedetta__V1__Exercise *e, const struct duty_exercise_ask *ask,
	struct arena *arena)
{
	int64_t minutes = ask->change->minutes != 0 ? ask->change->minutes
						    : DUTY_EXERCISE_MINUTES;

	e->id = ask->seq;
	e->name = ask->change->name;
	e->by = (char *)(uintptr_t)ask->by;
	e->from = stamp_new(arena, ask->now_ms);
	e->until = stamp_new(arena, ask->now_ms + minutes * 60000);
}

/* It is over now; what it left open is closed unless that was not wanted. */
static void
end(Vedetta__V1__Exercise *e, const Vedetta__V1__Exercise *on,
	const struct duty_exercise_ask *ask, struct arena *arena)
{
	*e = *on;
	e->ended_at = stamp_new(arena, ask->now_ms);
	e->ended_by = (char *)(uintptr_t)ask->by;
	e->closing = !ask->change->leave_open;
}

/* None is on: what is open of any is left from one that is over. */
static void
clear(Vedetta__V1__Exercise *e, const Vedetta__V1__Exercise *last)
{
	*e = *last;
	e->closing = true;
	e->with_earlier = true;
}

/* Somebody ended the one that was meant, and another has begun since. */
static bool
is_another(const Vedetta__V1__ExerciseChange *change, const Vedetta__V1__Exercise *e)
{
	return !change->on && change->id != 0 && change->id != e->id;
}

int
duty_exercise_decide(const struct duty *d, const struct duty_exercise_ask *ask,
	struct arena *arena, Vedetta__V1__DutyRecord *record,
	Vedetta__V1__DutyAnswered *out)
{
	static char on[] = "on",
		    is_on[] = "is said while one is on: end that one first",
		    id[] = "id",
		    another[] = "is not that of the one that is on or was the last";
	const Vedetta__V1__Exercise *now = duty_exercise(d, ask->now_ms);
	const Vedetta__V1__DutyRecord *last = duty_exercise_last(d);
	Vedetta__V1__Exercise *e = arena_alloc(arena, sizeof(*e));

	if (e == NULL) {
		return -ENOMEM;
	}
	if (ask->change->on && now != NULL) {
		out->field = on;
		out->reason = is_on;
		return 0;
	}
	if (!ask->change->on && now == NULL &&
		(last == NULL || ask->change->leave_open)) {
		out->not_found = true;
		return 0;
	}
	if ((now != NULL || last != NULL) &&
		is_another(ask->change, now != NULL ? now : last->exercise)) {
		out->field = id;
		out->reason = another;
		return 0;
	}
	vedetta__v1__exercise__init(e);
	if (ask->change->on) {
		begin(e, ask, arena);
	} else if (now != NULL) {
		end(e, now, ask, arena);
	} else {
		clear(e, last->exercise);
	}
	if (e->from == NULL || e->until == NULL ||
		(now != NULL && e->ended_at == NULL)) {
		return -ENOMEM;
	}
	record->what_case = CASE(EXERCISE);
	record->exercise = e;
	out->record = record;
	return 0;
}
