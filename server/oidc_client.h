/*
 * oidc_client - the courier's talk with the identity provider
 *
 * Asks where it does what and for its keys: at the start, every ten minutes, and
 * soon again while it does not answer; each change is told. A login order is a code
 * of its: changed for an ID token, which is looked at (oidc_token.h); who that is is
 * told, and nothing else of it is kept. A token under a key that we do not know
 * has the keys fetched anew, once in OIDC_KEYS_EVERY_MS whoever sends what. A logout
 * token is looked at likewise, and nobody is asked about it.
 *
 * It is talked to at public addresses and at those of oidc.allow, which nothing
 * else is allowed by. Each talk ends after OIDC_TALK_MS, so an order is answered
 * within twice that.
 */
#ifndef SERVER_OIDC_CLIENT_H
#define SERVER_OIDC_CLIENT_H

#include <event2/event.h>

#include "server/config.h"
#include "server/transfers.h"
#include "vedetta/v1/office.pb-c.h"

struct oidc_client;

enum {
	OIDC_LOGINS_MOST = 32, /* on their way at once */
	OIDC_TALK_MS = 5 * 1000,
	OIDC_REFRESH_MS = 10 * 60 * 1000,
	OIDC_RETRY_LEAST_MS = 2 * 1000, /* doubles up to a minute */
	OIDC_RETRY_MOST_MS = 60 * 1000,
	OIDC_KEYS_EVERY_MS = 10 * 1000,
};

struct oidc_client_events {
	void (*on_state)(void *arg, const Vedetta__V1__ProviderState *state);
	void (*on_result)(
		void *arg, uint64_t ref, const Vedetta__V1__LoginResult *result);
};

/*
 * Reads the secret's file. All is borrowed. 0, -ENOMEM, or CONFIG_BAD with a sentence
 * on standard error. Without oidc.issuer it is one that knows nobody.
 */
int oidc_client_open(struct oidc_client **out, const struct config *config);

/* From now on it talks. 0 or -ENOMEM. */
int oidc_client_begin(struct oidc_client *c, struct event_base *base,
	struct transfers *transfers, const struct oidc_client_events *events,
	void *arg);

/* After the transfers. Accepts NULL. */
void oidc_client_free(struct oidc_client *c);

/* on_state with how it is now. */
void oidc_client_tell(struct oidc_client *c);

/* on_result is called once, from here or later. */
void oidc_client_ask(
	struct oidc_client *c, const Vedetta__V1__LoginOrder *order, uint64_t ref);

#endif
