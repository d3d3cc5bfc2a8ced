/*
 * oidc_assertion - who we are, by our own key (private_key_jwt; RFC 7523)
 *
 * A JWT about ourselves for the provider's token endpoint alone (OpenID Connect Core,
 * 9), good for a minute and once: RS256 or ES256, as the key is. RSA, ECDSA and P-256
 * are nettle's, SHA-256 is libsodium's.
 */
#ifndef SERVER_OIDC_ASSERTION_H
#define SERVER_OIDC_ASSERTION_H

#include <stdint.h>

#include "proto/arena.h"
#include "server/key_file.h"

enum {
	OIDC_ASSERTION_S = 60,
};

enum oidc_assertion_answer {
	OIDC_ASSERTION_KEY = 1, /* its numbers do not belong together */
};

struct oidc_assertion {
	const char *client_id;
	const char *audience;
	const char *key_id; /* "": none is said */
	int64_t now_s;
};

/* In the arena. 0, OIDC_ASSERTION_KEY or -ENOMEM. The key is of some kind. */
int oidc_assertion_make(const struct key_file *key, const struct oidc_assertion *about,
	struct arena *arena, const char **out);

#endif
