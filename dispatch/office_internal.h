/*
 * office_internal - the book, for office.c and office_*.c alone
 *
 * Accounts and sessions are kept as their records' messages; a change is made to a
 * copy, packed, and read back, so that what is in memory is what is in the file.
 */
#ifndef DISPATCH_OFFICE_INTERNAL_H
#define DISPATCH_OFFICE_INTERNAL_H

#include "dispatch/delay.h"
#include "dispatch/office.h"
#include "dispatch/scope.h"

enum {
	OFFICE_ENDED_KEPT = 512, /* sessions that are over, to tell fronts */
	OFFICE_LOGOUTS_KEPT = 64,
};

struct office_person {
	Vedetta__V1__StoredAccount *stored;
	uint64_t version; /* of the office, when it changed */
	uint64_t seq;     /* of its record */
};

struct office_visit {
	Vedetta__V1__OfficeSession *session;
	uint64_t version;
	bool used; /* since it was written */
};

struct office_ended {
	uint64_t id;
	uint64_t version;
};

struct office {
	const struct area_map *map; /* borrowed; NULL: none */
	struct delay *delay;
	uint64_t version; /* rises with each change; from 1 */
	size_t n_people, room_people;
	struct office_person *people; /* by id */
	size_t n_visits, room_visits;
	struct office_visit *visits; /* by id */
	uint64_t forgotten;          /* a cursor behind this version begins anew */
	size_t n_ended;
	struct office_ended ended[OFFICE_ENDED_KEPT]; /* a ring */
	size_t n_logouts;
	uint64_t logouts[OFFICE_LOGOUTS_KEPT]; /* hashes of their numbers; a ring */
};

struct office_person *office_find(const struct office *o, uint64_t id);
struct office_person *office_find_name(const struct office *o, const char *name);
struct office_visit *office_find_visit(const struct office *o, uint64_t id);

/* A step on its way. */
struct office_doing {
	struct office *o;
	const struct office_help *help; /* NULL: a command, or the clock */
	int64_t now_ms;
	uint64_t seq; /* of the next row */
	struct arena *arena;
	struct office_out *out;
	uint64_t network; /* asked from */
};

/*
 * Makes the account be what `to` says, which may borrow from the one there is, and
 * its record. seq 0: no row says so. 0 or -ENOMEM.
 */
int office_keep_account(
	struct office_doing *d, uint64_t seq, const Vedetta__V1__StoredAccount *to);

int office_keep_session(
	struct office_doing *d, uint64_t seq, const Vedetta__V1__OfficeSession *to);

/* The session is over: its record goes. */
void office_drop_session(struct office_doing *d, uint64_t id);

/* Adds a row; body in the arena. *seq: its number. 0 or -ENOMEM. */
int office_add_row(struct office_doing *d, enum store_kind kind, uint64_t subject,
	const ProtobufCMessage *body, const ProtobufCMessage *personal, uint64_t *seq);

/* All sessions of an account but one (0: all) are over. */
void office_drop_sessions(struct office_doing *d, uint64_t account, uint64_t but);

/* Of a name nobody has, too. */
uint64_t office_name_hash(const char *name);

int office_refuse(struct office_doing *d, Vedetta__V1__OfficeOutcome outcome);
int office_refuse_field(struct office_doing *d, const char *field, const char *reason);

/* office_account.c: NULL when it makes sense, or why not. */
const char *office_password_fault(const char *password, const char *name);
const char *office_contacts_fault(
	const Vedetta__V1__AccountContacts *c, const char **field);
const char *office_language_fault(const char *language);

/* office_account.c: what is said of an account, by whom; 0 or -ENOMEM. */
int office_change_account(struct office_doing *d, const struct office_person *by,
	uint64_t session, const Vedetta__V1__AccountInput *in);
int office_log_account(struct office_doing *d, Vedetta__V1__AuditKind kind, uint64_t by,
	const Vedetta__V1__Account *account, const char *const *changed, uint64_t *seq);

/* office_own.c */
int office_change_own(struct office_doing *d, const struct office_visit *visit,
	const Vedetta__V1__OfficeInput *in);

/* A session to be. */
struct office_opening {
	ProtobufCBinaryData token_hash;
	int64_t stepped_up_until_ms;
	const char *way;   /* how one got in, in its row: "oidc"; "": by a password */
	int64_t within_ms; /* until it ends at the latest; 0: OFFICE_SESSION_MS */
	const char *provider_session; /* its sid; NULL: not by the provider */
};

/* office_login.c; account 0: nobody's name, which is not told: it may be a password */
int office_log_try(struct office_doing *d, const Vedetta__V1__OfficeInput *in,
	Vedetta__V1__AuditKind kind, uint64_t account, const char *reason,
	uint64_t *seq);
int office_open_session(struct office_doing *d, const Vedetta__V1__OfficeInput *in,
	const struct office_opening *how, Vedetta__V1__StoredAccount *to);

/* The session of that token; NULL: none. */
const Vedetta__V1__OfficeSession *office_by_token(
	const struct office *o, const ProtobufCBinaryData *hash);

/* The same input came again, from before a crash: it is in, and the answer says so. */
bool office_is_in(struct office_doing *d, const ProtobufCBinaryData *hash);

/* A secret was shown: another token, and grave changes until then. */
int office_raise(struct office_doing *d, uint64_t seq, Vedetta__V1__OfficeSession *s,
	const ProtobufCBinaryData *token_hash, int64_t until_ms);
int office_log_in(struct office_doing *d, const Vedetta__V1__OfficeInput *in);
int office_step_up(struct office_doing *d, const Vedetta__V1__OfficeInput *in);

/* office_identity.c: visit is NULL without a session. */
int office_take_identity(struct office_doing *d, const Vedetta__V1__OfficeInput *in,
	const struct office_visit *visit);
int office_take_logout(struct office_doing *d);
struct office_person *office_find_identity(
	const struct office *o, const Vedetta__V1__Identity *identity);
/* NULL: it can be bound to; or why not. */
const char *office_identity_fault(const struct office *o, uint64_t account,
	const Vedetta__V1__Identity *identity);

/*
 * Is it a code of the second factor, or one of the recovery codes? Then it is
 * used up in `to`, a copy of the account, whose lists are in the arena.
 */
void office_hash_recovery(const char *text, uint8_t out[OFFICE_TOKEN_HASH_BYTES]);
bool office_take_code(
	struct office_doing *d, const char *code, Vedetta__V1__StoredAccount *to);

#endif
