#include "server/replay_token.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char opening[] = "Set-Cookie: " SOURCE_COOKIE "=";

int
replay_tokens_init(struct replay_tokens *t, size_t n)
{
	t->n = n;
	t->at = calloc(n + 1, sizeof(*t->at));
	return t->at == NULL ? -ENOMEM : 0;
}

void
replay_tokens_fini(struct replay_tokens *t)
{
	free(t->at);
	*t = (struct replay_tokens){0};
}

bool
replay_token_take(struct replay_token *token, const char *line, size_t bytes)
{
	size_t before = sizeof(opening) - 1;
	size_t n = SOURCE_TOKEN_BYTES - 1;

	if (bytes <= before + n || strncasecmp(line, opening, before) != 0 ||
		(line[before + n] != ';' && line[before + n] != '\r')) {
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		if (line[before + i] <= ' ' || line[before + i] == ';') {
			return false;
		}
	}
	memcpy(token->text, line + before, n);
	token->text[n] = '\0';
	token->state = REPLAY_TOKEN_HELD;
	return true;
}
