/*
 * desk_duty - duty and escalation on the desk's loop
 *
 * What a console front says about duty is stepped at once and committed by itself.
 * Once a second the desk takes the steps and messages that are due, so many at
 * a time that reports do not wait for them: a message is a row of its own and a
 * delivery for each way its person can be reached, in one batch. And it looks
 * whether all who will have to come can be reached, says so once a day and
 * whenever their number changes.
 */
#ifndef SERVER_DESK_DUTY_H
#define SERVER_DESK_DUTY_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/frame.h"
#include "server/duty_feed.h"
#include "server/keeper.h"
#include "vedetta/v1/frame.pb-c.h"

struct desk_duty;

struct desk_duty_events {
	void (*on_answer)(void *arg, uint64_t line, uint64_t ref,
		const Vedetta__V1__InputAnswer *answer);
	/* Rows were written: boards, books and the courier have something to hear. */
	void (*on_change)(void *arg);
};

/* NULL when memory is short. */
struct desk_duty *desk_duty_new(const struct desk_duty_events *events, void *arg);
/* Accepts NULL. */
void desk_duty_free(struct desk_duty *d);

/* Borrowed. language: of messages to those who have none; console: desk_page.h. */
void desk_duty_use(struct desk_duty *d, struct keeper *keeper, const char *language,
	const char *console);

/* FRAME_INPUT_DUTY; line and ref come back with the answer. */
void desk_duty_take(struct desk_duty *d, uint64_t line, const struct frame_head *head,
	const uint8_t *body);

/* Somebody has acted: what waits to be sent may be wanted by nobody now. */
void desk_duty_settle(struct desk_duty *d);

/*
 * A few of the incidents that an exercise left open are closed, in a commit of their
 * own. Call it when idle until it says false, and once a second.
 */
bool desk_duty_clear(struct desk_duty *d);

/* From the machine itself; the answer lives until the next one. */
void desk_duty_command(struct desk_duty *d, const Vedetta__V1__ExerciseChange *change,
	Vedetta__V1__CommandAnswer *answer);

/* Once a second. map may be NULL; courier: what it said of itself, or NULL. */
void desk_duty_tick(struct desk_duty *d, const struct area_map *map,
	const Vedetta__V1__CourierHello *courier, int64_t now_ms);

/* How it stands now is how it stands, before the second is over. */
void desk_duty_look(struct desk_duty *d, const struct area_map *map,
	const Vedetta__V1__CourierHello *courier, int64_t now_ms);

/* How it stands, as of the last look or tick; good until the next. */
const struct duty_view *desk_duty_view(const struct desk_duty *d);

#endif
