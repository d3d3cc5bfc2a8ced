/*
 * replay_token - a web token for each sender of a plan
 *
 * The desk tells senders apart by the token its form gives a browser. A plan
 * that names senders gets one for each, asked of the form the first time that
 * sender has something to say; two reports of one sender share it however
 * close together they are sent.
 */
#ifndef SERVER_REPLAY_TOKEN_H
#define SERVER_REPLAY_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

#include "server/source.h"

enum replay_token_state {
	REPLAY_TOKEN_NONE,
	REPLAY_TOKEN_ASKED, /* somebody fetches it */
	REPLAY_TOKEN_HELD,
};

struct replay_token {
	enum replay_token_state state;
	char text[SOURCE_TOKEN_BYTES];
};

struct replay_tokens {
	size_t n;
	struct replay_token *at;
};

/* Room for senders 0 to n. Returns 0 or -ENOMEM. */
int replay_tokens_init(struct replay_tokens *t, size_t n);
void replay_tokens_fini(struct replay_tokens *t);

/* Is this line of an answer's head the one that gives a token? Then it is kept. */
bool replay_token_take(struct replay_token *token, const char *line, size_t bytes);

#endif
