/*
 * office - accounts and sessions, as the desk knows them
 *
 * Pure: what is asked comes in with what a helper found out about passwords, with
 * random bytes and the time; what is to be written comes out. Each change is a
 * row of the chain, without a secret or a contact, and a record that is
 * overwritten (geo/store_record.h). When the batch fails this has seen what never
 * happened, as the desk has: load it anew.
 *
 * Sessions. A token is the front's and the browser's; here is its hash. A session
 * ends 13 hours after the login (a shift of twelve and its handover), after 60
 * minutes without a request or an open stream (a console on the wall is in use; one
 * that was closed is not), when somebody ends it, and when the account is disabled
 * or its password is set by another. Grave changes (accounts, second factors) want
 * a secret shown in the last ten minutes. A token changes at login and when a secret
 * is shown again; the one before holds for 30 seconds more, for what is on
 * its way. It does not change by the clock: browsers share it among tabs.
 *
 * Wrong name, wrong password, no password, disabled: the same answer after the same
 * work (delay.h says how soon again).
 *
 * An account may be bound to an identity of the identity provider (OpenID Connect),
 * by an administrator: nobody's account is opened, bound or given a right by what
 * the provider says. Its word that this is the person stands for password and second
 * factor; the second factor here goes with the password here.
 */
#ifndef DISPATCH_OFFICE_H
#define DISPATCH_OFFICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dispatch/areas.h"
#include "dispatch/right.h"
#include "geo/area.h"
#include "geo/store.h"
#include "geo/store_record.h"
#include "proto/arena.h"
#include "vedetta/v1/office.pb-c.h"

struct office;

enum {
	OFFICE_TOKEN_HASH_BYTES = 32,
	OFFICE_RANDOM_BYTES = 160,
	OFFICE_ACCOUNTS_MOST = 5000,
	OFFICE_SESSIONS_EACH = 12, /* of one account: the oldest goes */
	OFFICE_RECOVERY_CODES = 10,
	OFFICE_SESSION_MS = 13 * 3600 * 1000,
	OFFICE_IDLE_MS = 60 * 60 * 1000,
	OFFICE_STEP_UP_MS = 10 * 60 * 1000,
	OFFICE_OLD_TOKEN_MS = 30 * 1000,
	OFFICE_ROWS_MOST = 2,
	OFFICE_RECORDS_MOST = 2 * OFFICE_SESSIONS_EACH + 2,
};

/* NULL when memory is short. */
struct office *office_new(void);
void office_free(struct office *o);

/* From the file, in any order, accounts first. 0, -ENOMEM, or -EUCLEAN. */
int office_load_account(struct office *o, const struct store_record *record);
int office_load_session(struct office *o, const struct store_record *record);

/* From now on areas are looked up here; borrowed, NULL: nowhere. */
void office_use_areas(struct office *o, const struct area_map *map);

/* ---- what somebody may do */

/*
 * May the account do this with an incident of these areas (NULL: with none in
 * particular)? Enabled, right and area, as they are now. Account 0: nobody.
 */
bool office_may(const struct office *o, uint64_t account, Vedetta__V1__Right right,
	const struct areas *areas);

/* NULL: there is none. Good until the next change. */
const Vedetta__V1__Account *office_account(const struct office *o, uint64_t id);
const Vedetta__V1__Account *office_by_name(const struct office *o, const char *name);
const Vedetta__V1__OfficeSession *office_session(const struct office *o, uint64_t id);
size_t office_count(const struct office *o);
const Vedetta__V1__Account *office_at(const struct office *o, size_t i);

/* Does somebody who can log in hold the unassigned right with VIEW? */
bool office_unassigned_is_held(const struct office *o);

/* ---- what is asked */

/* Has it all that the calls below look into? One that has not is nobody's. */
bool office_input_is_whole(const Vedetta__V1__OfficeInput *in);

/* What a helper found out, and what chance says. */
struct office_help {
	bool right;       /* the password was */
	const char *made; /* the hash of the new one; NULL: none was asked for */
	const Vedetta__V1__LoginResult *login; /* the provider's; NULL: not asked */
	uint8_t random[OFFICE_RANDOM_BYTES];
};

/* A row to be; subject 0 is the row itself, which opens something. */
struct office_row {
	enum store_kind kind;
	uint64_t subject;
	uint8_t *body;
	size_t body_bytes;
	uint8_t *personal; /* NULL: none */
	size_t personal_bytes;
};

/* In the arena. */
struct office_out {
	size_t n_rows;
	struct office_row rows[OFFICE_ROWS_MOST];
	size_t n_records;
	struct store_record records[OFFICE_RECORDS_MOST];
	Vedetta__V1__OfficeAnswer answer;
	const uint8_t *key; /* of the first row, borrowed; NULL: none */
	uint64_t print;     /* what came under it */
};

/* With its number and time, as the log has it. */
void office_row_to_store(const struct office_row *from, uint64_t seq, int64_t at_ms,
	struct store_row *to);

enum office_plan {
	OFFICE_STEP = 0,     /* office_step() can take it as it is */
	OFFICE_HELPER = 1,   /* the job first; then office_step() with what it found */
	OFFICE_SLOWER = 2,   /* not now: wait *wait_ms */
	OFFICE_PROVIDER = 3, /* the identity provider is asked first */
};

/* What has to be found out first. A try of a password counts from here on. */
enum office_plan office_plan(struct office *o, const Vedetta__V1__OfficeInput *in,
	int64_t now_ms, int64_t *wait_ms);

/* That job. It borrows from the office and the input. */
void office_job(const struct office *o, const Vedetta__V1__OfficeInput *in,
	Vedetta__V1__PasswordJob *job);

/* seq: of the first row. 0 or -ENOMEM. */
int office_step(struct office *o, const Vedetta__V1__OfficeInput *in,
	const struct office_help *help, int64_t now_ms, uint64_t seq,
	struct arena *arena, struct office_out *out);

/*
 * A command of this machine: it may do everything. The reason is empty when it was
 * done. 0 or -ENOMEM.
 */
int office_command(struct office *o, const Vedetta__V1__OfficeCommand *command,
	int64_t now_ms, uint64_t seq, struct arena *arena, struct office_out *out);

/* One session that has run out: 1 and what to write, 0, or -ENOMEM. */
int office_expire(struct office *o, int64_t now_ms, uint64_t seq, struct arena *arena,
	struct office_out *out);

/* One session whose last use is to be written, with no row: 1, 0, or -ENOMEM. */
int office_keep_use(struct office *o, struct arena *arena, struct office_out *out);

/* ---- to tell fronts */

struct office_cursor {
	uint64_t told;     /* version; 0: nothing */
	uint64_t filling;  /* version when a first filling began; 0: none */
	size_t at_account; /* of it: the next */
	size_t at_session;
};

/* The next piece in the arena: 1, 0: all is told, or -ENOMEM. */
int office_tell(const struct office *o, struct office_cursor *c, struct arena *arena,
	Vedetta__V1__OfficeStates *out);

#endif
