/*
 * duty - who is there to read, whom one can wake, and how
 *
 * The book of teams, shifts, on-call lists and policies: what was set, by rows of
 * the log (STORE_DUTY) that carry a whole record each, so taking one twice or an
 * older one late changes nothing. Beside it stands what is true only now and is told
 * from outside: whose consoles are open, which contacts an account has.
 *
 * On duty for a place is whoever has a console open that covers it, or stands in
 * the rota now and has said "I am on duty". An area covers all below it, "*"
 * everything, also what lies outside every area; of an account only with the
 * unassigned right. A shift of an exercise counts
 * for the exercise alone, and only who joined is told of one, while it is on: one
 * that was ended, or forgotten past its end, wakes nobody.
 *
 * Somebody whom nothing reaches is never counted on: setting such a person is
 * refused, and who became one since is named (duty_now.h) and passed over. So is a
 * step of a policy that asks for a means which is not set up here; it goes by others.
 *
 * Times are absolute, so no night is shorter or longer here.
 */
#ifndef DISPATCH_DUTY_H
#define DISPATCH_DUTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dispatch/areas.h"
#include "geo/area.h"
#include "proto/arena.h"
#include "vedetta/v1/account.pb-c.h"
#include "vedetta/v1/duty.pb-c.h"
#include "vedetta/v1/frame.pb-c.h"

struct duty;

/* Beside codes and "*", of accounts: every area but nothing outside; and that. */
#define DUTY_EVERY_AREA "+"
#define DUTY_OUTSIDE "unassigned"

enum {
	DUTY_RECORDS_MOST = 20000,
	DUTY_WHO_MOST = 64, /* people told by one step */
	DUTY_LEAVES_MOST = AREA_LEAVES_MOST,
	DUTY_EARLY_MS = 30 * 60 * 1000,  /* before a shift one may be on duty already */
	DUTY_KEPT_MS = 2 * 86400 * 1000, /* a shift that is over is shown */
	DUTY_EXERCISE_DAYS = 30, /* one that is over can still be cleared away */
	DUTY_AD_HOC_MS = 12 * 3600 * 1000,
	DUTY_EXERCISE_MINUTES = 4 * 60, /* when it is not said */
	DUTY_KEY_BYTES = 128,
};

/* Of accounts, by who keeps them. Without (find NULL) there are none. */
struct duty_accounts {
	/* Bits 1 << DutyMeans of its contacts; false: no such account, or disabled. */
	bool (*find)(void *arg, const char *name, unsigned *means);
	/* The next area that any account acts in; NULL at the end. *cursor: from 0. */
	const char *(*area)(void *arg, size_t *cursor);
	void *arg;
};

/* NULL when memory is short. */
struct duty *duty_new(void);
/* Accepts NULL. */
void duty_free(struct duty *d);

/* ---- the book */

/* A record as it is packed in a row or in the file. 0 or -ENOMEM. */
int duty_take(struct duty *d, const uint8_t *record, size_t bytes);

/* The id of what is in a record; 0 for nothing. */
uint64_t duty_record_id(const Vedetta__V1__DutyRecord *record);
bool duty_is_removed(const Vedetta__V1__DutyRecord *record);

/* NULL when there is none, or it was removed. */
const Vedetta__V1__DutyRecord *duty_find(const struct duty *d, uint64_t id);

/* Records in order of change, those removed too; NULL: the first, or at the end. */
const Vedetta__V1__DutyRecord *duty_next(
	const struct duty *d, const Vedetta__V1__DutyRecord *after);

/* The first one that changed after this row; NULL: none. */
const Vedetta__V1__DutyRecord *duty_changed_since(
	const struct duty *d, uint64_t sequence);

size_t duty_count(const struct duty *d);

/* Forgets shifts that ended long ago. */
void duty_expire(struct duty *d, int64_t now_ms);

/* ---- what is true now */

/* Open consoles of all fronts. 0 or -ENOMEM (then none is known). */
int duty_be_present(struct duty *d, Vedetta__V1__PresenceOf *const *who, size_t n);

/* Copied; what it points to outlives the desk. */
void duty_use_accounts(struct duty *d, const struct duty_accounts *accounts);

/*
 * Means that are set up on this machine, as bits 1 << DutyMeans; the console's always
 * is. Until it is told all are: nobody is refused because the courier is late.
 */
void duty_use_means(struct duty *d, unsigned set_up);

/* ---- places */

struct duty_place {
	size_t n;
	bool is_known; /* somebody has looked: where nothing is told, nothing is */
	struct {
		size_t n;
		const char *codes[AREA_CHAIN_MOST]; /* the smallest first */
	} leaves[DUTY_LEAVES_MOST];
	char text[4096]; /* the codes that are on no map */
};

/* map may be NULL: then nothing is known of what lies above. */
void duty_place_of(const struct areas *areas, const struct area_map *map,
	struct duty_place *place);

/* Steps up from one of its smallest areas to this one; -1: it does not cover it. */
int duty_height(const struct duty_place *place, size_t leaf, const char *area);

/* The nth that an account acts in, as duty knows areas; NULL: no more. */
const char *duty_area_of(const Vedetta__V1__Account *account, size_t nth);
bool duty_covers(const struct duty_place *place, const char *area);

/* Is somebody there for it? */
bool duty_is_staffed(
	const struct duty *d, const struct duty_place *place, int64_t now_ms);
bool duty_is_anybody_there(const struct duty *d, int64_t now_ms);

/* Both of these for the areas of an incident, quickly: answers are kept for a second.
 */
struct duty_standing {
	bool staffed;
	bool served;
};

struct duty_standing duty_standing(struct duty *d, const struct areas *areas,
	const struct area_map *map, int64_t now_ms);

/* Will anybody ever be? True while nothing at all was set. */
bool duty_is_served(const struct duty *d, const struct duty_place *place);

/* ---- people */

struct duty_who {
	const Vedetta__V1__DutyPerson *person; /* borrowed */
	unsigned means; /* bits 1 << DutyMeans; 0: nothing reaches this person */
};

/* One name for one person: account, or the name in the book. */
void duty_key(const Vedetta__V1__DutyPerson *person, char out[DUTY_KEY_BYTES]);

/* Somebody with this name in the book, or at a console; NULL: nobody. */
const Vedetta__V1__DutyPerson *duty_person(const struct duty *d, const char *key);

/* What reaches this person, but for a console: of what is set up. */
unsigned duty_means(const struct duty *d, const Vedetta__V1__DutyPerson *person);

struct duty_question {
	const struct duty_place *place;
	Vedetta__V1__PolicyTarget to;
	uint64_t team;
	size_t nth; /* of the on-call list */
	bool exercise;
	int64_t now_ms;
};

/* Whom that means, each once, also those whom nothing reaches. Returns how many. */
size_t duty_whom(const struct duty *d, const struct duty_question *q,
	struct duty_who out[DUTY_WHO_MOST]);

/* How many there are, one after the other, on the lists for a place. */
size_t duty_on_call_length(const struct duty *d, const struct duty_place *place);

/* Has anybody been set whom an escalation could ever reach? */
bool duty_has_people(const struct duty *d);

/* ---- exercises */

/* The one that is on; NULL: none. */
const Vedetta__V1__Exercise *duty_exercise(const struct duty *d, int64_t now_ms);

/* Of those that are remembered the one that changed last; NULL: none is. */
const Vedetta__V1__DutyRecord *duty_exercise_last(const struct duty *d);

/* The one whose incidents are being closed; NULL: none. */
const Vedetta__V1__DutyRecord *duty_exercise_closing(const struct duty *d);

/* Is somebody told of its incidents? Only while one is on. */
bool duty_has_joined(
	const struct duty *d, const Vedetta__V1__DutyPerson *person, int64_t now_ms);

/* ---- policies */

/* The one for a place and class; NULL: nothing happens for such a class. */
const Vedetta__V1__Policy *duty_policy(
	const struct duty *d, const struct duty_place *place, unsigned class_no);

#endif
