/*
 * oidc_token - is this ID token good, for us and for now, and whose is it?
 *
 * A JWS in its compact form (RFC 7515) under one of the provider's keys, then what
 * OpenID Connect Core 3.1.3.7 asks: issuer, audience, authorized party, times,
 * nonce. Strict where the standards leave room: RS256, PS256 and ES256 alone, so that
 * no token chooses how it is looked at ("none", a MAC made with the public key); no
 * `crit`; base64url with no bit too many; no name twice in an object.
 *
 * The same for a logout token (OpenID Connect Back-Channel Logout 1.0, 2.6): whose
 * sessions are over. Neither is taken for the other: one has a nonce, the other must
 * not.
 *
 * The clocks may differ by OIDC_SKEW_S.
 */
#ifndef SERVER_OIDC_TOKEN_H
#define SERVER_OIDC_TOKEN_H

#include <stddef.h>
#include <stdint.h>

#include "proto/arena.h"
#include "server/oidc_keys.h"

enum {
	OIDC_TOKEN_MOST = 16 * 1024,
	OIDC_SUBJECT_BYTES = 256,
	OIDC_SESSION_BYTES = 256,
	OIDC_SKEW_S = 60,
	OIDC_AGE_MOST_S = 10 * 60, /* since it was made: it was made for this login */
	OIDC_AUDIENCES_MOST = 16,
};

enum oidc_token_answer {
	OIDC_TOKEN_FORM = 1,
	OIDC_TOKEN_ALGORITHM,
	OIDC_TOKEN_KEY, /* not among ours: they may have others by now */
	OIDC_TOKEN_SIGNATURE,
	OIDC_TOKEN_ISSUER,
	OIDC_TOKEN_AUDIENCE,
	OIDC_TOKEN_PARTY,
	OIDC_TOKEN_EXPIRED,
	OIDC_TOKEN_TIME, /* made too long ago, or later than now */
	OIDC_TOKEN_NONCE,
	OIDC_TOKEN_SUBJECT,
	OIDC_TOKEN_WEAK,  /* acr */
	OIDC_TOKEN_EVENT, /* it is not about a logout */
};

struct oidc_wanted {
	const char *issuer;
	const char *client_id;
	const char *nonce;
	const char *acr; /* values between blanks; "": any */
	int64_t now_s;
};

struct oidc_person {
	char subject[OIDC_SUBJECT_BYTES];
	int64_t auth_time_s;              /* 0: it does not say */
	char session[OIDC_SESSION_BYTES]; /* sid; "": it does not say */
};

/* Of subject and session one may be "": it does not say. */
struct oidc_logout {
	char subject[OIDC_SUBJECT_BYTES];
	char session[OIDC_SESSION_BYTES];
	char id[OIDC_SESSION_BYTES]; /* jti */
};

/* 0, an answer, or -ENOMEM. keys NULL: none are known. */
int oidc_token_check(const char *text, size_t bytes, const struct oidc_keys *keys,
	const struct oidc_wanted *wanted, struct arena *arena, struct oidc_person *out);

/* The same of a logout token; nonce and acr are not looked at. */
int oidc_token_check_logout(const char *text, size_t bytes,
	const struct oidc_keys *keys, const struct oidc_wanted *wanted,
	struct arena *arena, struct oidc_logout *out);

/* A word for the log: "nonce". */
const char *oidc_token_reason(int answer);

#endif
