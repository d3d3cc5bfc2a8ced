/* duty_internal - what the files of the book share; nobody else includes it */
#ifndef DISPATCH_DUTY_INTERNAL_H
#define DISPATCH_DUTY_INTERNAL_H

#include <sys/queue.h>

#include "dispatch/duty.h"
#include "dispatch/table.h"

struct duty_item {
	TAILQ_ENTRY(duty_item) link; /* in order of change */
	uint64_t id;
	Vedetta__V1__DutyRecord *record; /* owned */
};

enum {
	DUTY_KEPT = 256,
};

struct duty {
	TAILQ_HEAD(duty_items, duty_item) items;
	struct duty_items husks; /* of records that are over, without them */
	struct table by_id;      /* an item stays in it: removed, it says so */
	size_t n;
	Vedetta__V1__PresenceOf **present;   /* owned, as its elements */
	Vedetta__V1__DutyPerson *at_console; /* owned: the nth present as a person */
	size_t n_present;
	struct duty_accounts accounts;
	unsigned means; /* that are set up, as bits; the console's is */
	struct duty_kept {
		uint64_t of; /* print of the areas; 0: nothing is kept */
		int64_t second;
		struct duty_standing standing;
	} kept[DUTY_KEPT];
};

/* Areas that anybody answers for, some of them more than once. All zero: begins. */
struct duty_area_cursor {
	bool has_begun;
	const struct duty_item *item;
	size_t n;
	size_t account;
};

const char *duty_next_area(const struct duty *d, struct duty_area_cursor *c);

/* All people in the book. All zero: begins. */
struct duty_person_cursor {
	bool has_begun;
	const struct duty_item *item;
	const Vedetta__V1__DutyPerson *person;
	size_t n;
};

bool duty_next_person(const struct duty *d, struct duty_person_cursor *c);

bool duty_said(const char *text);

/* It asks for a means that is not set up: that one, else 0. */
Vedetta__V1__DutyMeans duty_step_lacks(
	const struct duty *d, const Vedetta__V1__PolicyStep *step);

/* Into the view, whose lists have room. 0 or -ENOMEM. */
int duty_tell_unreachable(const struct duty *d, int64_t now_ms, struct arena *arena,
	Vedetta__V1__DutyNow *out);
int duty_tell_steps(
	const struct duty *d, struct arena *arena, Vedetta__V1__DutyNow *out);

/* The record's shift that is not removed; NULL: it is something else. */
const Vedetta__V1__Shift *duty_shift(const struct duty_item *item);

/* Stands in the rota now, from a little before it begins when that was answered. */
bool duty_is_now(const Vedetta__V1__Shift *shift, int64_t now_ms);
/* And said so. */
bool duty_is_answered(const Vedetta__V1__Shift *shift, int64_t now_ms);

#endif
