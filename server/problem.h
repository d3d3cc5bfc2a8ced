/*
 * problem - why not, in words a person and a program can use
 *
 * RFC 9457. Each kind has its status, a type that does not change
 * (urn:vedetta:problem:...), a title and a sentence; those that stand between
 * a citizen and the desk say which number to call.
 */
#ifndef SERVER_PROBLEM_H
#define SERVER_PROBLEM_H

#include "proto/arena.h"
#include "proto/trouble.h"
#include "vedetta/v1/problem.pb-c.h"

enum problem_kind {
	PROBLEM_INVALID,       /* 400: see errors */
	PROBLEM_NO_SESSION,    /* 401: log in first */
	PROBLEM_WRONG_LOGIN,   /* 401 */
	PROBLEM_CODE_REQUIRED, /* 401: the second factor is wanted, too */
	PROBLEM_FORBIDDEN,     /* 403: not with these rights */
	PROBLEM_NO_LEAD,       /* 403: another's decision */
	PROBLEM_STEP_UP,       /* 403: show a secret again first */
	PROBLEM_SLOWER,        /* 429: too many tries */
	PROBLEM_OFTEN,         /* 429: more than any page says */
	PROBLEM_LOGINS_BUSY,   /* 503 */
	PROBLEM_NO_RIGHT,      /* 403: to what is personal */
	PROBLEM_FOREIGN,       /* 403: asked by another site's page */
	PROBLEM_EXERCISE,      /* 403: a token that is not ours */
	PROBLEM_EXERCISE_OVER, /* 403: it was, and none is on */
	PROBLEM_NOT_FOUND,     /* 404 */
	PROBLEM_METHOD,        /* 405 */
	PROBLEM_CONFLICT,      /* 409: other body under the same key */
	PROBLEM_OTHER_ACTION,  /* 409: another action under the same key */
	PROBLEM_OUTDATED,      /* 409: somebody decided meanwhile */
	PROBLEM_TOO_LARGE,     /* 413 */
	PROBLEM_MEDIA_TYPE,    /* 415 */
	PROBLEM_MISDIRECTED,   /* 421: not the name of this door */
	PROBLEM_FAULT,         /* 500 */
	PROBLEM_FULL,          /* 503: our queue */
	PROBLEM_DESK_AWAY,     /* 503: no answer from the desk in time */
	PROBLEM_NO_ROOM,       /* 503: the disk */
	PROBLEM_STORE,         /* 503: the store failed */
	PROBLEM_NOT_NOW,       /* 503: the desk takes reports, but no actions */
	PROBLEM_BOARD_LOADING, /* 503 */
	PROBLEM_EXPORTING,     /* 503: another is being made */
	PROBLEM_EXPORT_FAILED, /* 500 */
	PROBLEM_NO_EXPORT,     /* 404: fetched or over */
	PROBLEM_READERS_BUSY,  /* 503 */
	PROBLEM_TOO_SLOW,      /* 503: a question that takes too long */
	PROBLEM_BAD_HTTP,      /* any other status of the HTTP layer */
	PROBLEM_KINDS,
};

int problem_status(enum problem_kind kind);

/* Headers that belong to the kind: Retry-After, or "". */
const char *problem_headers(enum problem_kind kind);

/* The kind that fits a status of the HTTP layer. */
enum problem_kind problem_of_status(int status);

/* trouble may be NULL. NULL past the arena's ceiling. */
Vedetta__V1__Problem *problem_new(struct arena *arena, enum problem_kind kind,
	const struct trouble *trouble, const char *emergency_number);

#endif
