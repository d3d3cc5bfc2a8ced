/*
 * token - the words of a JSON text, for json.c
 *
 * Strict RFC 8259: no leading zeros, no raw control characters, no lone
 * surrogates, no bytes that are not UTF-8. NUL is refused in any spelling. What
 * is refused is said with the path it was found at; a fault of the text itself
 * also with its byte. Answers are those of json.h.
 */
#ifndef PROTO_TOKEN_H
#define PROTO_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/arena.h"
#include "proto/json.h"
#include "proto/path.h"
#include "proto/trouble.h"

struct token_reader {
	const char *text;
	const char *at;
	const char *end;
	struct arena *arena;
	struct trouble *trouble;
};

/* A string's content: in the text, or, when it had escapes, in the arena. */
struct token_span {
	const char *data;
	size_t bytes;
	bool in_arena; /* and so with a NUL behind it */
};

/* Always JSON_REFUSED. */
int token_refuse(struct token_reader *r, const struct path *where, const char *format,
	...) __attribute__((format(printf, 3, 4)));

/* Always JSON_REFUSED; says that the text ends when it does. */
int token_refuse_syntax(
	struct token_reader *r, const struct path *where, const char *reason);

void token_skip_space(struct token_reader *r);
bool token_next_is(const struct token_reader *r, char c);
bool token_take_char(struct token_reader *r, char c);
bool token_take_word(struct token_reader *r, const char *word);

/* A string; the next character must be a quotation mark. */
int token_string(
	struct token_reader *r, const struct path *where, struct token_span *out);

/* Numbers, bare or in quotes, in any spelling of the value. */
int token_signed(struct token_reader *r, const struct path *where, int64_t min,
	int64_t max, int64_t *out);
int token_unsigned(
	struct token_reader *r, const struct path *where, uint64_t max, uint64_t *out);

/* Also "NaN", "Infinity" and "-Infinity", in quotes. */
int token_double(struct token_reader *r, const struct path *where, double *out);

#endif
