/*
 * api_exercise - the exercise that is on: who takes part, its token, its end
 *
 * It is kept by the desk in the book of duty. The token makes a report a drill,
 * so it is shown to those who may act and to nobody else.
 */
#include <string.h>

#include "proto/validate.h"
#include "server/clock.h"
#include "server/front.h"
#include "server/reply.h"
#include "server/who.h"

static char *
name_of(const Vedetta__V1__DutyPerson *person)
{
	return person->name[0] != '\0' ? person->name : person->account;
}

/* Who joined this one. NULL when memory is short. */
static char **
joined(struct front *f, const struct who *who, uint64_t exercise,
	Vedetta__V1__Exercise *out)
{
	char **names = arena_alloc(f->work, (duty_count(f->duty) + 1) * sizeof(*names));
	const Vedetta__V1__DutyRecord *r = NULL;

	while (names != NULL && (r = duty_next(f->duty, r)) != NULL) {
		if (r->what_case != VEDETTA__V1__DUTY_RECORD__WHAT_JOINED ||
			r->joined->removed || r->joined->exercise != exercise) {
			continue;
		}
		names[out->n_joined++] = name_of(r->joined->person);
		out->joined_yourself =
			out->joined_yourself ||
			strcmp(r->joined->person->account, who->name) == 0;
	}
	return names;
}

void
api_exercise_get(struct front *f, const struct call *call)
{
	const struct who *who = call_who(f, call);
	Vedetta__V1__Exercise out = VEDETTA__V1__EXERCISE__INIT;
	char token[EXERCISE_TOKEN_BYTES];
	const Vedetta__V1__DutyRecord *last;
	const Vedetta__V1__Exercise *on;

	if (f->duty == NULL || f->duty_now == NULL || f->desk == NULL) {
		reply_problem(f, &call->asker, PROBLEM_BOARD_LOADING, NULL, NULL);
		return;
	}
	on = duty_exercise(f->duty, clock_wall_ms());
	last = duty_exercise_last(f->duty);
	if (on == NULL && last != NULL) {
		out.id = last->exercise->id;
		out.over_name = last->exercise->name;
		out.closing = last->exercise->closing;
		out.to_close = last->exercise->to_close;
		out.closed = last->exercise->closed;
	} else if (on != NULL) {
		out = *on;
		out.joined = joined(f, who, on->id, &out);
		if (out.joined == NULL) {
			reply_problem(f, &call->asker, PROBLEM_FAULT, NULL, NULL);
			return;
		}
		if (rights_have(who->rights, VEDETTA__V1__RIGHT__RIGHT_ACT)) {
			exercise_token(f->setup->exercise_key, on->id, token);
			out.token = token;
		}
	}
	reply_message(f, &call->asker, 200, &out.base, JSON_EMIT_IMPLICIT, NULL);
}

static int
fill_change(
	Vedetta__V1__DutyInput *said, ProtobufCMessage *body, struct trouble *trouble)
{
	said->what_case = VEDETTA__V1__DUTY_INPUT__WHAT_EXERCISE;
	said->exercise = (Vedetta__V1__ExerciseChange *)body;
	return validate_exercise_change(said->exercise, trouble);
}

void
api_exercise_post(struct front *f, const struct call *call)
{
	api_duty_say(f, call, &vedetta__v1__exercise_change__descriptor, fill_change);
}
