/*
 * oidc_trip - what a browser takes along to the identity provider, and back
 *
 * One random seed, in a cookie of our host alone that scripts cannot read, for ten
 * minutes. State, nonce and PKCE's verifier (RFC 7636) follow from it, so that no
 * front keeps anything: any of them takes the browser back, also after one has died.
 * Who comes back without the cookie, or with that of another trip, did not set out
 * from this browser: nobody can be logged in as somebody else by a link.
 *
 * SameSite is Lax: they come back from another site, by a link or a redirect.
 */
#ifndef SERVER_OIDC_TRIP_H
#define SERVER_OIDC_TRIP_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/arena.h"

#define OIDC_COOKIE "__Host-vedetta-oidc"
#define OIDC_BACK "/v1/oidc/back"

enum {
	OIDC_TEXT_BYTES = 44, /* base64url of 32 bytes, and NUL */
	OIDC_COOKIE_LINE = 192,
	OIDC_TRIP_S = 10 * 60,
	OIDC_LANGUAGE_BYTES = 8,
};

struct oidc_trip {
	char seed[OIDC_TEXT_BYTES];
	bool step_up; /* to show again who it is; else to log in */
	int64_t began_s;
	char language[OIDC_LANGUAGE_BYTES];
	/* all of the above is in them */
	char state[OIDC_TEXT_BYTES];
	char nonce[OIDC_TEXT_BYTES];
	char verifier[OIDC_TEXT_BYTES];
};

void oidc_trip_begin(
	struct oidc_trip *trip, bool step_up, const char *language, int64_t now_s);

/* The Cookie header; may be NULL. false: there is none, or it is too old. */
bool oidc_trip_read(struct oidc_trip *trip, const char *cookies, int64_t now_s);

/* The line that gives the cookie to a browser; NULL takes it away. */
void oidc_trip_cookie(const struct oidc_trip *trip, char out[OIDC_COOKIE_LINE]);

/* Is it that trip's? */
bool oidc_trip_has_state(const struct oidc_trip *trip, const char *state);

struct oidc_way {
	const char *authorization_endpoint;
	const char *client_id;
	const char *redirect_uri;
	const char *acr; /* "": any */
};

/* Where to send the browser; NULL past the arena's ceiling. */
const char *oidc_trip_url(
	const struct oidc_trip *trip, const struct oidc_way *way, struct arena *arena);

#endif
