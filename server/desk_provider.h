/*
 * desk_provider - logins that wait for the identity provider
 *
 * The desk talks to nobody outside: it hands the code (or a logout token) on to the
 * courier and waits, for DESK_PROVIDER_LOGINS at once and DESK_PROVIDER_WITHIN_MS each.
 * A courier that goes away ends all of them: a code is good once, so nobody asks for it
 * again.
 */
#ifndef SERVER_DESK_PROVIDER_H
#define SERVER_DESK_PROVIDER_H

#include <stddef.h>
#include <stdint.h>

#include "proto/frame.h"
#include "vedetta/v1/office.pb-c.h"

struct desk_provider;

enum {
	DESK_PROVIDER_LOGINS = 32,
	DESK_PROVIDER_WITHIN_MS = 12 * 1000, /* more than the courier takes */
};

enum desk_provider_answer {
	DESK_PROVIDER_FULL = 1,
};

/* One, as it came. */
struct desk_provider_login {
	uint64_t line;
	uint64_t ref;
	const uint8_t *body;
	size_t body_bytes;
	uint8_t key[FRAME_KEY_BYTES];
};

struct desk_provider_events {
	/* 0, or there is no courier. */
	int (*on_order)(void *arg, const Vedetta__V1__LoginOrder *order, uint64_t ref);
	/* said NULL: nobody could be asked, or nobody answered. */
	void (*on_done)(void *arg, const struct desk_provider_login *login,
		const Vedetta__V1__LoginResult *said);
};

/* NULL when memory is short. */
struct desk_provider *desk_provider_new(
	const struct desk_provider_events *events, void *arg);
/* Accepts NULL. */
void desk_provider_free(struct desk_provider *p);

/*
 * Copies the body, of which `order` is made. 0: on_done is called once, from here or
 * later; or DESK_PROVIDER_FULL.
 */
int desk_provider_ask(struct desk_provider *p, const struct desk_provider_login *login,
	const Vedetta__V1__LoginOrder *order, int64_t mono_ms);

void desk_provider_take(
	struct desk_provider *p, uint64_t ref, const Vedetta__V1__LoginResult *said);

/* There is no courier any more. */
void desk_provider_lose(struct desk_provider *p);

void desk_provider_tick(struct desk_provider *p, int64_t mono_ms);

#endif
