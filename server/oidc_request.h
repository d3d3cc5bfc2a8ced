/*
 * oidc_request - how a code is changed for an ID token
 *
 * The request to the provider's token endpoint (RFC 6749, 4.1.3) with PKCE's verifier,
 * and who we are there: by our secret in a header or in the body, or by nothing
 * (a public client), or by a word of our key (oidc_assertion.h).
 */
#ifndef SERVER_OIDC_REQUEST_H
#define SERVER_OIDC_REQUEST_H

#include "proto/arena.h"
#include "server/key_file.h"
#include "server/means.h"
#include "server/oidc_place.h"
#include "vedetta/v1/office.pb-c.h"

/* Who we are, to whom. All is borrowed. */
struct oidc_client_name {
	const char *id;
	const char *secret; /* "": a key's word, or a public client */
	const struct key_file *key;
	const char *key_id;
	const struct oidc_place *place;
};

/*
 * Of the parcel: where, headers, body; it borrows from the arena. 0, OIDC_ASSERTION_KEY
 * or -ENOMEM.
 */
int oidc_request_make(const struct oidc_client_name *name,
	const Vedetta__V1__LoginOrder *order, int64_t now_s, struct arena *arena,
	struct parcel *out);

#endif
