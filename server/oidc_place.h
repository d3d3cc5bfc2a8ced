/*
 * oidc_place - where an identity provider does what, in its own words
 *
 * Its document of OpenID Connect Discovery 1.0: taken only when it says that it is
 * the issuer that was asked for, letter by letter, and when none of its addresses
 * gives TLS up that the issuer has. They go into a Location header and to the
 * courier, so they are plain ASCII.
 */
#ifndef SERVER_OIDC_PLACE_H
#define SERVER_OIDC_PLACE_H

#include <stdbool.h>
#include <stddef.h>

enum {
	OIDC_URL_BYTES = 512,
};

enum oidc_place_answer {
	OIDC_PLACE_FORM = 1,
	OIDC_PLACE_ISSUER,  /* it says it is another */
	OIDC_PLACE_ADDRESS, /* one that it must name is missing, or is none */
	OIDC_PLACE_METHOD,  /* it takes our secret or key in no way that we have */
};

struct oidc_place {
	char authorization[OIDC_URL_BYTES];
	char token[OIDC_URL_BYTES];
	char keys[OIDC_URL_BYTES];
	char end_session[OIDC_URL_BYTES]; /* "": none that we would send people to */
	bool says_issuer;                 /* RFC 9207 */
	bool wants_post;                  /* our secret in the body, not in a header */
};

/* By what it knows us. */
enum oidc_proof {
	OIDC_PROOF_NONE, /* a public client */
	OIDC_PROOF_SECRET,
	OIDC_PROOF_RS256, /* a key (private_key_jwt) */
	OIDC_PROOF_ES256,
};

/* 0, an answer, or -ENOMEM. */
int oidc_place_read(const char *text, size_t bytes, const char *issuer,
	enum oidc_proof proof, struct oidc_place *out);

/* A word for the log. */
const char *oidc_place_reason(int answer);

#endif
