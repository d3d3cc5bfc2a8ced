/*
 * escalation - an incident that nobody acknowledges wakes one after the other
 *
 * It begins when an incident of class 1 or 2 opens, rises to a worse class, or was
 * acknowledged as class 1 and is handed to nobody; and ends with an acknowledgement
 * that has seen the row it began with, or when the incident closes. Nothing else
 * ends it: after the last step all are told again, no more often than the policy
 * says, three times rarer in a large event, and the console says that nobody
 * answered.
 *
 *	(nothing)    opened or got worse                          ──► waiting
 *	waiting      a step is due                                ──► waiting
 *	waiting      no step is left                              ──► repeating
 *	repeating    due                                          ──► repeating
 *	either       acknowledged                                 ──► answered
 *	answered     got worse, or is handed to nobody            ──► waiting
 *	any          closed, or of class 3 now                    ──► over
 *
 * A step tells whom it means (duty.h). Who cannot be reached is passed over by
 * name, a step that means nobody is no step: the next is due at once. Where nobody
 * is on duty it begins with the first on-call step, and tells who stands in the
 * rota besides. When nobody at all has been set whom one could tell, nothing is
 * written.
 *
 * When every message to all whom a step told was refused or given up, the next
 * step is due at once, and names them. Who has a console open was reached.
 *
 * Told means: put on a person's pile. The pile is one message, a moment after its
 * first incident (group_wait), no sooner than group_interval after the one before;
 * a thousand incidents at once are one message each person. Exercises have piles of
 * their own. A message about nothing that goes on any more is wanted by nobody;
 * what has left is followed by no other: who opens it sees who took it on.
 *
 * Each step is a row of its incident (STORE_ESCALATION) that says all that is to
 * be known after a restart, each message one without an incident. Between rows
 * nothing is remembered that the log does not say. Waiting is counted from when
 * somebody was told, so a clock that jumps ahead skips nobody; one that is set
 * back makes no wait longer than it was.
 */
#ifndef DISPATCH_ESCALATION_H
#define DISPATCH_ESCALATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dispatch/duty.h"
#include "geo/store.h"
#include "proto/arena.h"

struct escalations;

enum {
	ESCALATION_CLASS_MOST = 2,
	ESCALATION_TOLD_MOST = 16,   /* remembered of one incident */
	ESCALATION_LISTED_MOST = 50, /* incidents named in one message */
	ESCALATION_DAMPING = 3,
	ESCALATION_SENT_MOST = 256, /* messages remembered */
};

/* What of an incident matters here. */
struct escalation_facts {
	uint8_t class_no;
	bool is_open;
	bool exercise;
	bool alarming;      /* class 1, neither handed over nor refused */
	uint64_t acked_seq; /* what its acknowledger had seen; 0: nobody */
	int64_t acked_ms;
	bool is_damped; /* one of many of a large event; when looked at only */
};

/* NULL when memory is short. */
struct escalations *escalations_new(void);
/* Accepts NULL. */
void escalations_free(struct escalations *e);

/* A row changed the incident; this is how it is now. 0 or -ENOMEM. */
int escalations_note(struct escalations *e, uint64_t incident, uint64_t seq,
	int64_t at_ms, const struct escalation_facts *facts);

/* A STORE_ESCALATION row. What was erased of it was told to nobody known. 0 or -ENOMEM.
 */
int escalations_apply(struct escalations *e, const struct store_row *row);

/* Where decisions find what they are about. */
struct escalation_ground {
	const struct duty *duty;
	/* As it is now; false: it is not known any more. */
	bool (*look)(void *arg, uint64_t incident, struct escalation_facts *facts,
		struct duty_place *place);
	void *arg;
};

/*
 * The next step that is due, as a row's kind, subject, body and personal part (in
 * the arena); the rest is the caller's, who then applies it. Returns 1, 0 when
 * nothing is due, -ENOMEM.
 */
int escalations_step(struct escalations *e, const struct escalation_ground *ground,
	int64_t now_ms, struct arena *arena, struct store_row *row);

/* A message that is due: to whom, by which means, about what. */
struct escalation_page {
	const Vedetta__V1__DutyPerson *person; /* borrowed from the book */
	unsigned means;                        /* bits 1 << DutyMeans */
	bool exercise;
	bool test;       /* about none: does it arrive? */
	size_t n;        /* incidents */
	size_t n_listed; /* the worst first */
	uint64_t incidents[ESCALATION_LISTED_MOST];
	uint8_t classes[ESCALATION_LISTED_MOST];
};

/* Likewise the next message. 1 with its row and *page, 0, or -ENOMEM. */
int escalations_page(struct escalations *e, const struct escalation_ground *ground,
	int64_t now_ms, struct arena *arena, struct store_row *row,
	struct escalation_page *page);

/* The row of a message that its person asked for as a test. 0 or -ENOMEM. */
int escalations_test(
	const struct escalation_page *page, struct arena *arena, struct store_row *row);

/* How it stands with an incident, in the arena; NULL: nobody was told, or it is over.
 */
Vedetta__V1__Escalation *escalations_tell(const struct escalations *e,
	uint64_t incident, struct arena *arena, bool *short_of_memory);

/* A message that was made; its deliveries are the rows behind its own. */
struct escalation_sent {
	uint64_t row; /* 0: none */
	int64_t at_ms;
	bool exercise;
	uint32_t n;
	uint32_t n_listed;
	uint64_t incidents[ESCALATION_LISTED_MOST];
	char account[DUTY_KEY_BYTES];
	char name[DUTY_KEY_BYTES];
	bool test;
	bool over;   /* nothing is to be done about it any more */
	bool failed; /* it reached nobody */
};

/* The nth newest of ESCALATION_SENT_MOST; NULL: there is none. */
const struct escalation_sent *escalations_sent(const struct escalations *e, size_t nth);

/* Does anything that it is about go on? Also when not all of that is remembered. */
bool escalations_want(const struct escalations *e, const struct escalation_sent *sent);

/* Nothing is to be done about the nth any more. */
void escalations_settle(struct escalations *e, size_t nth);

/* The nth reached nobody, and will not: whoever waits for that waits no longer. 0 or
 * -ENOMEM. */
int escalations_fail(struct escalations *e, size_t nth, int64_t now_ms);

struct escalation_figures {
	size_t waiting;    /* going on; real ones, as the next two */
	size_t unanswered; /* at their end, nobody answered */
	size_t nobody;     /* nobody to tell */
	size_t drills;     /* going on in an exercise */
};

void escalations_figures(const struct escalations *e, struct escalation_figures *out);

#endif
