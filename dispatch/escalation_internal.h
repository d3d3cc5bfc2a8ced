/* escalation_internal - what the files of escalation.h share */
#ifndef DISPATCH_ESCALATION_INTERNAL_H
#define DISPATCH_ESCALATION_INTERNAL_H

#include <sys/queue.h>

#include "dispatch/due.h"
#include "dispatch/escalation.h"
#include "dispatch/table.h"

#define PHASE(name) VEDETTA__V1__ESCALATION_PHASE__ESCALATION_PHASE_##name
#define CAUSE(name) VEDETTA__V1__ESCALATION_CAUSE__ESCALATION_CAUSE_##name
#define TO(name) VEDETTA__V1__POLICY_TARGET__POLICY_TARGET_##name
#define BIT(means) (1u << VEDETTA__V1__DUTY_MEANS__DUTY_MEANS_##means)

/* Of one incident. Phase UNSPECIFIED: begun, nobody was told yet. */
struct escalation {
	struct due_at due; /* its id is the incident's */
	uint64_t cause_seq;
	int64_t since_ms;
	int64_t told_ms;  /* from when its wait counts */
	int64_t acked_ms; /* of the acknowledgement it counts from */
	uint8_t *said;    /* owned: packed, of its rows; NULL: there is none */
	uint32_t said_bytes;
	uint32_t round;  /* this and the next two as said has them */
	uint16_t step;   /* from 1; 0: from the beginning */
	uint16_t place;  /* in the on-call list */
	uint16_t n_last; /* told by its last row; the first of said */
	uint8_t phase;
	uint8_t cause;
	uint8_t class_no;
	bool nobody_answered : 1;
	bool nobody_to_tell : 1;
	bool exercise : 1;
	bool again : 1;   /* it rose while going on: tell all up to this step */
	bool hurried : 1; /* nobody of the last row was reached */
};

/* One that began when its incident opened, and nothing happened to since. */
struct escalation_fresh {
	int64_t at_ms; /* since then; due, too */
	uint64_t id : 59;
	uint64_t class_no : 3;
	uint64_t exercise : 1;
	uint64_t is_gone : 1; /* a whole one took its place */
};

_Static_assert(sizeof(struct escalation_fresh) == 16, "there may be a million");

/* What waits to be told to one person in one message. */
struct escalation_pile {
	TAILQ_ENTRY(escalation_pile) link;
	char key[DUTY_KEY_BYTES];
	bool exercise;
	unsigned means;
	int64_t first_ms; /* when the first of these was put */
	int64_t last_ms;  /* of the last message; INT64_MIN: none */
	int64_t wait_ms;
	int64_t interval_ms;
	uint64_t *incidents;
	size_t n;
	size_t room;
};

struct escalations {
	struct table by_id;
	struct due due;
	struct escalation_fresh *fresh; /* by id, and by time */
	size_t first_fresh;
	size_t n_fresh; /* behind the last */
	size_t room_fresh;
	TAILQ_HEAD(, escalation_pile) piles;
	size_t n_sent; /* ever; the last ones are in sent[] */
	struct escalation_sent sent[ESCALATION_SENT_MOST];
	int64_t now_ms; /* of the last look; INT64_MIN: none since it was loaded */
};

bool escalation_goes_on(const struct escalation *x);

/* Of an incident that has none. NULL when memory is short. */
struct escalation *escalation_make(struct escalations *e, uint64_t incident);

/* Also one that was fresh: it is whole then. 0, also with NULL for none; or -ENOMEM. */
int escalation_find(struct escalations *e, uint64_t incident, struct escalation **x);

/* ---- escalation_said.c */

/*
 * What its rows said, of one that has any; without its times, which are its own.
 * NULL when memory is short.
 */
Vedetta__V1__Escalation *escalation_said(
	const struct escalation *x, ProtobufCAllocator *from);

/* From now on. 0 or -ENOMEM. */
int escalation_say(struct escalation *x, const Vedetta__V1__Escalation *said);

/* ---- escalation_fresh.c */

/* May it stand behind all the others? */
bool escalation_fresh_fits(
	const struct escalations *e, uint64_t incident, int64_t at_ms);

/* One that fits. 0 or -ENOMEM. */
int escalation_fresh_add(struct escalations *e, uint64_t incident, int64_t at_ms,
	const struct escalation_facts *facts);

/* NULL when there is none. */
struct escalation_fresh *escalation_fresh_find(
	const struct escalations *e, uint64_t incident);

/* The next that is due; NULL: none. */
struct escalation_fresh *escalation_fresh_first(struct escalations *e);

/* Puts a whole one in its place. 0 or -ENOMEM. */
int escalation_fresh_end(
	struct escalations *e, struct escalation_fresh *f, struct escalation **whole);

/* The clock was set back: those that are later than now are whole. 0 or -ENOMEM. */
int escalation_fresh_pull_back(struct escalations *e, int64_t now_ms);

/* ---- escalation_page.c; escalation_sent.c has what escalation.h says of messages */

/*
 * Puts the incident of a row on the piles of those it says were told. x is as it was
 * before the row.
 */
int escalation_pile_up(struct escalations *e, const struct escalation *x, int64_t at_ms,
	const Vedetta__V1__LogEscalation *body, const Vedetta__V1__Escalation *told);

/* It ends, and is as it was before: nobody is told of it who was not yet. */
void escalation_take_off(struct escalations *e, const struct escalation *x);

/* The clock was set back: also those that are empty wait from now on. */
void escalation_pull_piles_back(struct escalations *e, int64_t now_ms);

/* A row about a message. 0 or -ENOMEM. */
int escalation_take_page(struct escalations *e, const struct store_row *row);

void escalation_free_piles(struct escalations *e);

#endif
